"""Runs the program as a process, and reads files of cases in which unstated output must be empty.

A case is a command and what it does; lines of these kinds, and an empty line between cases:

    # a remark
    $ gradcalc diff "sni(x)"        the command, split as a shell would, without running one
    < x**2                          standard input
    > df/dx = 2*x                   standard output
    ! gradcalc: ...                 standard error
    ? 2                             the exit status, 0 where none stands
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_UNSET = ("NO_COLOR", "COLUMNS", "GRADCALC_DEBUG", "PYTHONIOENCODING", "PYTHONUNBUFFERED", "TERMINAL_WIDTH")
_STREAMS = {"<": "stdin", ">": "stdout", "!": "stderr"}


@dataclass(frozen=True)
class Finished:
    """What a run of the program left behind."""

    stdout: str
    stderr: str
    status: int


@dataclass
class Case:
    """A command line, and everything it may print."""

    where: str
    tokens: list[str]
    stdin: str = ""
    stdout: str = ""
    stderr: str = ""
    status: int = 0

    def add(self, kind: str, text: str) -> None:
        """Add one line of the file."""
        if kind == "?":
            self.status = int(text)
        else:
            name = _STREAMS[kind]
            setattr(self, name, f"{getattr(self, name)}{text}\n")


def environment(**extra: str) -> dict[str, str]:
    """The environment of the tests, without what changes output, and with the package under test."""
    kept = {name: value for name, value in os.environ.items() if name not in _UNSET}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **extra}


def run(*tokens: str, stdin: str | bytes = "", prefix: Sequence[str] = ("-m", "gradcalc"), **extra: str) -> Finished:
    """Run the program; `extra` goes into its environment, `prefix` is what Python is told to run."""
    done = subprocess.run(
        [sys.executable, *prefix, *tokens],
        input=stdin if isinstance(stdin, bytes) else stdin.encode(),
        capture_output=True,
        timeout=120,
        check=False,
        env=environment(**extra),
    )
    return Finished(done.stdout.decode(), done.stderr.decode(), done.returncode)


def read_cases(path: Path) -> Iterator[Case]:
    """The cases of a file. Raises ValueError for a line of no kind."""
    case: Case | None = None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        kind, text = line[:1], line[2:]
        if kind == "$":
            program, *tokens = shlex.split(text)
            if program != "gradcalc":
                raise ValueError(f"{path.name}:{number}: a command begins with gradcalc")
            case = Case(f"{path.stem}:{number}", tokens)
        elif kind in {"<", ">", "!", "?"} and case is not None:
            case.add(kind, text)
        elif kind == "" and case is not None:
            yield case
            case = None
        elif kind not in {"", "#"}:
            raise ValueError(f"{path.name}:{number}: no such kind of line: {line}")
    if case is not None:
        yield case
