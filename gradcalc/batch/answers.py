"""A line -> its answer as text, whatever the line is: the question asked, the answer or the failure written.

Comes in: a `Line`, the `Setting`, the session of the process. Goes out: `Answered`. Raises nothing but the signals of
the process. Imports `pipeline`, `render` and this package.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from gradcalc import pipeline
from gradcalc.batch.asked import asked
from gradcalc.batch.ids import as_cell, as_json
from gradcalc.batch.lines import Line
from gradcalc.batch.questions import Reading, Setting, read_line, read_request
from gradcalc.errors import GradcalcError
from gradcalc.exhaustion import fault
from gradcalc.render import View, documents
from gradcalc.render.diff import csv as table
from gradcalc.render.diff import json as document
from gradcalc.results import SCHEMA, Result
from gradcalc.session import Session

#: The columns of a CSV output. `line` says which rows belong together.
HEADER = ("line", "id", *table.HEADER, "error")
#: What an answer has behind all else if it is resumable: the last key of a document, the last column of a row.
ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to one line: text that ends with a newline, and whether it tells a failure. stop: as of `Line`."""

    text: str
    failed: bool
    stop: int


def answer(line: Line, setting: Setting, session: Session) -> Answered:
    """Answer one line; what goes wrong is told in its place."""
    reading = read_line(line, setting)
    try:
        result = pipeline.diff(read_request(reading, setting), session)
        return Answered(_answer(result, line, reading, setting), failed=False, stop=line.stop)
    except GradcalcError as error:
        return _failed(error, line, reading, setting)
    except Exception as error:  # noqa: BLE001 - the next line must be answered
        return _failed(fault(error), line, reading, setting)


def refuse(line: Line, setting: Setting, error: GradcalcError) -> Answered:
    """The answer to a line whose process has ended."""
    return _failed(error, line, read_line(line, setting), setting)


def heading(setting: Setting) -> str:
    """What stands before the answers."""
    return _table([[*HEADER, *([ASKED] if setting.resumable else [])]]) if setting.writes == "csv" else ""


def _answer(result: Result, line: Line, reading: Reading, setting: Setting) -> str:
    view = View(encoding=setting.encoding, digits=setting.digits)
    if setting.writes == "csv":
        return _rows([[*row, None] for row in table.rows(result, view)], line, reading, setting)
    return _document(document.record(result), line, reading, setting)


def _failed(error: GradcalcError, line: Line, reading: Reading, setting: Setting) -> Answered:
    if setting.writes == "csv":
        row = [*[None] * len(table.HEADER), " ".join(error.message.split())]
        text = _rows([row], line, reading, setting)
    else:
        record = {"schema": SCHEMA, "error": documents.failed(error), "line": line.number}
        text = _document(record, line, reading, setting)
    return Answered(text, failed=True, stop=line.stop)


def _document(record: documents.Record, line: Line, reading: Reading, setting: Setting) -> str:
    """A document with the id, as it was written, and what was asked."""
    view = View(encoding=setting.encoding)
    text = documents.dump(record, view).removesuffix("}\n")
    told = f', "{ASKED}": "{asked(line, reading, setting)}"' if setting.resumable else ""
    return f'{text}, "id": {as_json(reading.fields.get("id"), ascii_only=documents.ascii_only(view))}{told}}}\n'


def _rows(rows: Iterable[Sequence[Any]], line: Line, reading: Reading, setting: Setting) -> str:
    """Rows between the line's number and id and what was asked."""
    known = as_cell(reading.fields.get("id"))
    told = [asked(line, reading, setting)] if setting.resumable else []
    return _table([line.number, known, *row, *told] for row in rows)


def _table(rows: Iterable[Sequence[Any]]) -> str:
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()
