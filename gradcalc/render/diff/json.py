"""One JSON document a question, schema 1. `--digits` has no effect. Imports `results` and modules of `render`."""

from __future__ import annotations

from gradcalc.render import View, documents
from gradcalc.render.diff import account
from gradcalc.results import SCHEMA, Result


def render(result: Result, view: View) -> str:
    """The answer as one line of JSON."""
    return documents.dump(record(result), view)


def record(result: Result) -> documents.Record:
    """The answer's keys, in their order."""
    found = {
        "schema": SCHEMA,
        "command": result.command,
        "expression": result.expression,
        "at": documents.point(result.at),
        "dtype": result.dtype,
        "device": result.device,
        "value": documents.values(result.value),
        "gradient": [documents.partial(partial) for partial in result.gradient],
        "notes": list(result.notes),
    }
    return found if result.account is None else found | {"account": account.record(result.account)}
