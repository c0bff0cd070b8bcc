"""A line -> its answer as text, whatever the line is: the question asked, the answer or the failure written.

Comes in: a `Line`, the `Setting`, the session of the process. Goes out: `Answered`. Raises nothing but the signals of
the process. Imports `pipeline`, `render` and this package.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from io import StringIO
from typing import Any

from gradcalc import pipeline
from gradcalc.batch.lines import MOST_BYTES, Line
from gradcalc.batch.questions import Setting, identity, read_fields, read_request
from gradcalc.errors import GradcalcError, LimitError, internal
from gradcalc.render import View, documents
from gradcalc.render.diff import csv as table
from gradcalc.render.diff import json as document
from gradcalc.results import SCHEMA, Result
from gradcalc.session import Session

#: The columns of a CSV output. `line` says which rows belong together, and what a run that goes on has answered.
HEADER = ("line", "id", *table.HEADER, "error")


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to one line: text that ends with a newline, and whether it tells a failure. stop: as of `Line`."""

    text: str
    failed: bool
    stop: int


def answer(line: Line, setting: Setting, session: Session) -> Answered:
    """Answer one line; what goes wrong is told in its place."""
    known: Any = None
    try:
        if not line.whole:
            raise LimitError(f"the line is longer than {MOST_BYTES >> 20} MiB")
        fields = read_fields(line.text, setting)
        known = identity(fields)
        result = pipeline.diff(read_request(fields, setting), session)
        return Answered(_answer(result, line, known, setting), failed=False, stop=line.stop)
    except GradcalcError as error:
        return _failed(error, line, known, setting)
    except Exception as error:  # noqa: BLE001 - the next line must be answered
        return _failed(internal(error), line, known, setting)


def refuse(line: Line, setting: Setting, error: GradcalcError) -> Answered:
    """The answer to a line whose process has ended."""
    try:
        known = identity(read_fields(line.text, setting))
    except GradcalcError:
        known = None
    return _failed(error, line, known, setting)


def heading(setting: Setting) -> str:
    """What stands before the answers."""
    return _rows([HEADER]) if setting.writes == "csv" else ""


def _answer(result: Result, line: Line, known: Any, setting: Setting) -> str:
    view = View(encoding=setting.encoding, digits=setting.digits)
    if setting.writes == "csv":
        return _rows([[line.number, cell(known), *row, None] for row in table.rows(result, view)])
    return documents.dump(document.record(result) | {"id": known}, view)


def _failed(error: GradcalcError, line: Line, known: Any, setting: Setting) -> Answered:
    if setting.writes == "csv":
        text = _rows([[line.number, cell(known), *[None] * len(table.HEADER), " ".join(error.message.split())]])
    else:
        told = {"schema": SCHEMA, "error": documents.failed(error), "line": line.number, "id": known}
        text = documents.dump(told, View(encoding=setting.encoding))
    return Answered(text, failed=True, stop=line.stop)


def cell(known: Any) -> str | None:
    """An id in one cell: a text as it is, anything else as JSON."""
    return known if known is None or isinstance(known, str) else json.dumps(known, ensure_ascii=False)


def _rows(rows: list[Any]) -> str:
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()
