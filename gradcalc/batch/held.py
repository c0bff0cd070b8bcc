"""What an output holds already: which lines it answers, and how far it can be kept.

Comes in: the output of an earlier run, and the lines that are asked now. Goes out: `Held`. Raises `UsageError` where
what is asked now is not what was asked then. Imports `errors` and this package.

An answer that does not end in a newline was torn when its run was interrupted; in CSV the rows of the last line count
as torn too, since some may be missing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import groupby
from typing import IO, NamedTuple

import gradcalc
from gradcalc.batch.answers import ASKED, heading
from gradcalc.batch.asked import asked, version
from gradcalc.batch.lines import Line
from gradcalc.batch.questions import Setting, read_line
from gradcalc.errors import UsageError

_DOCUMENT = re.compile(rb'\{"schema": .*, "%s": "([!#-~]+)"\}\n' % ASKED.encode(), re.DOTALL)
_FAILURE = re.compile(rb'\{"schema": [0-9]+, "error": ')
_CHANGED = "undo the change, or name another --output to ask all of it anew"
_ANEW = "name another --output to ask all of it anew"


class Held(NamedTuple):
    """The lines that are answered, how many of them with a failure, and the bytes of the output that hold them."""

    lines: int
    failed: int
    stop: int


class _Answer(NamedTuple):
    """What an answer, or a row of one, says. stop: the bytes of the output up to its end."""

    asked: str
    failed: bool
    stop: int


def held(output: IO[bytes], lines: Iterator[Line], setting: Setting) -> Held:
    """Take from `lines` those that `output` answers."""
    found = Held(0, 0, 0)
    for answer in _rows(output, setting) if setting.writes == "csv" else _documents(output):
        _require_same(answer, found.lines + 1, next(lines, None), setting)
        found = Held(found.lines + 1, found.failed + answer.failed, answer.stop)
    return found


def _require_same(answer: _Answer, number: int, line: Line | None, setting: Setting) -> None:
    """Raise `UsageError` unless an answer, with its number from 1, is to this line as it is asked now."""
    if (other := version(answer.asked)) != gradcalc.__version__:
        told = f"answer {number} is by gradcalc {other}, and this is {gradcalc.__version__}"
        raise UsageError(told, hint=_ANEW)
    if line is None:
        raise UsageError(f"the input ends before the line to which there is answer {number}", hint=_CHANGED)
    if answer.asked != asked(line, read_line(line, setting), setting):
        told = f"line {line.number} or an option is not what it was when answer {number} was written"
        raise UsageError(told, hint=_CHANGED)


def _documents(output: IO[bytes]) -> Iterator[_Answer]:
    stop = 0
    while (data := output.readline()).endswith(b"\n"):
        stop += len(data)
        found = _DOCUMENT.fullmatch(data)
        if found is None:
            raise _untold() if data.startswith(b'{"schema": ') else _foreign()
        yield _Answer(found[1].decode("ascii"), _FAILURE.match(data) is not None, stop)


def _rows(output: IO[bytes], setting: Setting) -> Iterator[_Answer]:
    """An answer for all rows of a line, once a row of the next one is there."""
    head, expected = output.readline(), heading(setting)
    if not head.endswith(b"\n"):
        return
    if head.decode("utf-8", "replace") != expected:
        raise _untold() if expected.startswith(head.decode("utf-8", "replace").rstrip()) else _foreign()
    last: _Answer | None = None
    for _, rows in groupby(_cells(output, len(head)), key=lambda row: row.asked):
        if last is not None:
            yield last
        *_, last = rows


def _cells(output: IO[bytes], stop: int) -> Iterator[_Answer]:
    """The rows that are whole. A cell may hold newlines, between quotation marks."""
    row = b""
    while (data := output.readline()).endswith(b"\n"):
        row += data
        if row.count(b'"') % 2:
            continue
        stop += len(row)
        try:
            *_, error, told = next(csv.reader([row.decode()], strict=True))
        except (ValueError, csv.Error):
            raise _foreign() from None
        row = b""
        yield _Answer(told, bool(error), stop)


def _untold() -> UsageError:
    told = "the answers that are there do not tell what was asked, as those of an --output of this version do"
    return UsageError(told, hint=_ANEW)


def _foreign() -> UsageError:
    return UsageError("what is there was not written by gradcalc batch", hint="name another --output")
