"""What an output holds already: which lines it answers, and how far it can be kept.

Comes in: the output of an earlier run, and the lines that are asked now. Goes out: `Held`. Raises `UsageError` where
these are other lines than those that are answered. Imports `errors` and this package.

An answer that does not end in a newline was torn when its run was interrupted; in CSV the rows of the last line count
as torn too, since some may be missing.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import IO, NamedTuple

from gradcalc.batch.answers import cell, heading
from gradcalc.batch.lines import Line
from gradcalc.batch.questions import Setting, identity, read_fields
from gradcalc.errors import GradcalcError, UsageError


class Held(NamedTuple):
    """The lines that are answered, how many of them with a failure, and the bytes of the output that hold them."""

    lines: int
    failed: int
    stop: int


class _Answer(NamedTuple):
    """What an answer says of its line: number and expression where it says so, the id as CSV would write it."""

    line: int | None
    expression: str | None
    id: str | None
    failed: bool
    stop: int


def held(output: IO[bytes], lines: Iterator[Line], setting: Setting) -> Held:
    """Take from `lines` those that `output` answers."""
    found = Held(0, 0, 0)
    for answer in _rows(output, heading(setting)) if setting.writes == "csv" else _documents(output):
        line = next(lines, None)
        if line is None or not _fits(answer, line, setting):
            hint = "name the input of that run, or another --output"
            raise UsageError(
                f"the answers that are there are not those of this input (answer {found.lines + 1})", hint=hint
            )
        found = Held(found.lines + 1, found.failed + answer.failed, answer.stop)
    return found


def _documents(output: IO[bytes]) -> Iterator[_Answer]:
    stop = 0
    while (data := output.readline()).endswith(b"\n"):
        stop += len(data)
        try:
            document = json.loads(data)
            known = cell(document["id"])
            yield _Answer(document.get("line"), document.get("expression"), known, "error" in document, stop)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _foreign() from None


def _rows(output: IO[bytes], heading: str) -> Iterator[_Answer]:
    """An answer for all rows of a line, once a row of the next one is there."""
    head = output.readline()
    if not head.endswith(b"\n"):
        return
    if head.decode("utf-8", "replace") != heading:
        raise _foreign()
    stop, last = len(head), None
    while (data := output.readline()).endswith(b"\n"):
        try:
            number, known, *_, error = next(csv.reader([data.decode()]))
            row = _Answer(int(number), None, known or None, bool(error), stop + len(data))
        except (ValueError, csv.Error):
            raise _foreign() from None
        if last is not None and last.line != row.line:
            yield last
        stop, last = row.stop, row


def _fits(answer: _Answer, line: Line, setting: Setting) -> bool:
    """Whether an answer is one to this line, as far as it tells."""
    try:
        fields = read_fields(line.text, setting) if line.whole else {}
        known, expression = cell(identity(fields)), fields.get("expression")
    except GradcalcError:
        known = expression = None
    same = answer.expression in {None, expression} and answer.line in {None, line.number}
    return same and (answer.id or None) == (known or None)


def _foreign() -> UsageError:
    return UsageError("what is there was not written by gradcalc batch", hint="name another --output")
