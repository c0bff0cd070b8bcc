"""One of the processes that answer lines: torch and Arb; what SymPy is to say it asks of its parent, who has SymPy.

Comes in, a JSON document a line on standard input: the `Setting`, then lines, and derivatives where it asked for them.
Goes out: questions to SymPy, and one `Answered` for each line. Imports this package; torch with the first point.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gradcalc.batch.answers import answer
from gradcalc.batch.lines import Line
from gradcalc.batch.questions import Setting
from gradcalc.session import Session

if TYPE_CHECKING:
    from gradcalc.engines.symbolic import Derivative, Question


def main() -> None:
    """Answer lines until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    setting = Setting.of(_receive())
    session = Session(_ask)
    while True:
        line = Line(**_receive())
        _send(asdict(answer(line, setting, session)))


class _Asked:
    """A question that the parent has."""

    def __init__(self) -> None:
        self._found: tuple[Derivative, ...] | None = None

    def collect(self) -> tuple[Derivative, ...]:
        """Wait for the parent's answer."""
        from gradcalc.engines.symbolic import Derivative

        if self._found is None:
            self._found = tuple(Derivative(**derivative) for derivative in _receive()["derivatives"])
        return self._found


@contextmanager
def _ask(question: Question) -> Iterator[_Asked]:
    from gradcalc.engines.symbolic import encode_question

    _send({"question": encode_question(question).decode()})
    asked = _Asked()
    try:
        yield asked
    finally:
        asked.collect()  # the parent answers, also where nobody waits any more


def _receive() -> dict[str, Any]:
    line = sys.stdin.buffer.readline()
    if not line:
        os._exit(0)  # the parent has ended, or wants no more
    document: dict[str, Any] = json.loads(line)
    return document


def _send(document: dict[str, Any]) -> None:
    try:
        sys.stdout.write(json.dumps(document) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main()
