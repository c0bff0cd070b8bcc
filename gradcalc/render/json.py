"""One JSON document a question, schema 1: an answer here, a failure by `failure`.

The keys and their order are a contract (DESIGN section 6). Numbers are the shortest decimals that read back as the
same float64; a number that JSON lacks is null beside "nonfinite". `--digits` has no effect.
Imports `errors`, `results` and modules of `render`.
"""

from __future__ import annotations

import json
from typing import Any

from gradcalc.errors import GradcalcError
from gradcalc.render import View, numbers
from gradcalc.results import SCHEMA, Autograd, Certified, Partial, Result, Symbolic, Values, Verdict

Record = dict[str, Any]


def render(result: Result, view: View) -> str:
    """The answer as one line of JSON."""
    document = {
        "schema": SCHEMA,
        "command": result.command,
        "expression": result.expression,
        "at": {name: _coordinate(value) for name, value in result.at.items()},
        "dtype": result.dtype,
        "device": result.device,
        "value": _value(result.value),
        "gradient": [_partial(partial) for partial in result.gradient],
        "notes": list(result.notes),
    }
    return dump(document, view)


def failure(error: GradcalcError, view: View) -> str:
    """A failure as one line of JSON: what stderr says, for a program."""
    span = None if error.span is None else list(error.span)
    record = {
        "kind": error.kind,
        "message": error.message,
        "hint": error.hint or None,
        "span": span,
        "status": int(error.status),
    }
    return dump({"schema": SCHEMA, "error": record}, view)


def dump(document: Record, view: View) -> str:
    """A document on one line; characters beyond ASCII as they are only where the stream is UTF-8."""
    text = json.dumps(document, ensure_ascii=not view.encoding.lower().startswith("utf"), allow_nan=False)
    return f"{text}\n"


def _coordinate(value: float | tuple[float, ...]) -> float | list[float]:
    return list(value) if isinstance(value, tuple) else value


def _number(value: float | None) -> float | None:
    return None if value is None or numbers.nonfinite(value) else value


def _nonfinite(value: float | None) -> Record:
    word = None if value is None else numbers.nonfinite(value)
    return {"nonfinite": word} if word else {}


def _value(values: Values) -> Record:
    record = {
        "symbolic": _number(values.symbolic),
        "autograd": _number(values.autograd),
        "certified": _certified(values.certified, slopes=False),
    }
    return record | _nonfinite(values.autograd)


def _partial(partial: Partial) -> Record:
    return {
        "wrt": partial.wrt,
        "order": partial.order,
        "symbolic": _symbolic(partial.symbolic),
        "autograd": None if partial.autograd is None else _autograd(partial.autograd),
        "certified": _certified(partial.certified, slopes=True),
        "verdict": None if partial.verdict is None else _verdict(partial.verdict),
    }


def _symbolic(side: Symbolic) -> Record:
    record = {
        "expression": side.expression,
        "latex": side.latex,
        "value": _number(side.value),
        "outcome": side.outcome,
        "ulps": _number(side.ulps),
    }
    return record | _nonfinite(side.value)


def _autograd(side: Autograd) -> Record:
    record = {
        "value": _number(side.value),
        "outcome": side.outcome,
        "ulps": _number(side.ulps),
        "digits": side.digits,
    }
    return record | _nonfinite(side.value)


def _certified(enclosure: Certified | None, *, slopes: bool) -> Record | None:
    if enclosure is None:
        return None
    record: Record = {"value": enclosure.value, "radius": enclosure.radius}
    return record | {"left": enclosure.left, "right": enclosure.right} if slopes else record


def _verdict(verdict: Verdict) -> Record:
    return {
        "outcome": verdict.outcome,
        "cause": verdict.cause,
        "span": None if verdict.span is None else list(verdict.span),
        "explanation": verdict.explanation,
    }
