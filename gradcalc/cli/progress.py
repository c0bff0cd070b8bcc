"""How far a long run is, for a person who looks on: lines, rate and the time that remains.

Comes in: the console and the size of the input. Goes out: a bar on stderr, nothing where nobody sees it. Imports
`console`; rich only for a bar.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gradcalc.console import Console

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class Progress:
    """Shown nowhere."""

    def advance(self, lines: int, stop: int) -> None:
        """So many lines are answered, and so many bytes of the input with them."""


class _Shown(Progress):
    def __init__(self, bar: Bar, task: TaskID) -> None:
        self._bar = bar
        self._task = task
        self._start: tuple[int, float] | None = None

    def advance(self, lines: int, stop: int) -> None:
        now = time.monotonic()
        first, start = self._start = self._start or (lines, now)
        rate = (lines - first) / (now - start) if now > start else 0.0
        self._bar.update(self._task, completed=stop, lines=lines, rate=rate)


@contextmanager
def watched(console: Console, size: int | None, *, aside: bool) -> Iterator[Progress]:
    """A bar while answers go elsewhere: `aside` says that they do not go to stdout. size: bytes, None if unknown."""
    stream = console.watched(aside=aside)
    if stream is None:
        yield Progress()
        return
    import rich.progress as parts
    from rich.console import Console as Screen

    columns = (
        parts.BarColumn(),
        parts.TaskProgressColumn(),
        parts.TextColumn("{task.fields[lines]:,} lines  {task.fields[rate]:.0f}/s  remaining"),
        parts.TimeRemainingColumn(),
    )
    screen = Screen(file=stream, no_color=not console.paints_stderr())
    with parts.Progress(*columns, console=screen, transient=True) as bar:
        yield _Shown(bar, bar.add_task("", total=size, lines=0, rate=0.0))
