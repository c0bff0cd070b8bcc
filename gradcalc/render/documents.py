"""JSON documents, schema 1: what those of several commands share, and that of a failure.

The keys and their order are a contract (DESIGN section 6). Numbers are the shortest decimals that read back as the
same float64; a number that JSON lacks is null beside "nonfinite": its word, or under the number's key where a record
has several. Imports `errors`, `results` and modules of `render`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gradcalc.errors import GradcalcError
from gradcalc.render import View, numbers
from gradcalc.results import SCHEMA, Autograd, Certified, Partial, Symbolic, Value, Values, Verdict

Record = dict[str, Any]


def failure(error: GradcalcError, view: View) -> str:
    """A failure as one line of JSON: what stderr says, for a program."""
    return dump({"schema": SCHEMA, "error": failed(error)}, view)


def failed(error: GradcalcError) -> Record:
    """What is wrong, where, what to do, and the exit status that stands for it."""
    return {
        "kind": error.kind,
        "message": error.message,
        "hint": error.hint or None,
        "span": None if error.span is None else list(error.span),
        "status": int(error.status),
    }


def dump(document: Record, view: View) -> str:
    """A document on one line; characters beyond ASCII as they are only where the stream is UTF-8."""
    return f"{json.dumps(document, ensure_ascii=ascii_only(view), allow_nan=False)}\n"


def ascii_only(view: View) -> bool:
    """Whether characters beyond ASCII must be escaped."""
    return not view.encoding.lower().startswith("utf")


def point(at: Mapping[str, Value]) -> Record:
    """The values of variables by name, lists for vectors; they are finite."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in at.items()}


def with_values(record: Record, keys: Mapping[str, Any]) -> Record:
    """`record` and the numbers, vectors and matrices of `keys`, with "nonfinite" where some are not finite."""
    words = {key: found for key, value in keys.items() if (found := _words(value)) is not None}
    found = record | {key: _finite(value) for key, value in keys.items()}
    if words:
        found["nonfinite"] = words if len(keys) > 1 else next(iter(words.values()))
    return found


def _finite(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_finite(entry) for entry in value]
    return finite(value)


def _words(value: Any) -> Any:
    """The word of a number that is not finite, for a vector a list of words and nulls; None if all is finite."""
    if isinstance(value, tuple):
        words = [_words(entry) for entry in value]
        return words if any(words) else None
    return None if value is None else numbers.nonfinite(value)


def finite(value: float | None) -> float | None:
    """The number, None for one that JSON lacks."""
    return None if value is None or numbers.nonfinite(value) else value


def nonfinite(value: float | None) -> Record:
    """The key "nonfinite" with its word, for the end of a record whose "value" JSON lacks; else nothing."""
    word = None if value is None else numbers.nonfinite(value)
    return {"nonfinite": word} if word else {}


def values(found: Values) -> Record:
    """The formula's value by each side."""
    record = {
        "symbolic": finite(found.symbolic),
        "autograd": finite(found.autograd),
        "certified": _certified(found.certified, slopes=False),
    }
    return record | nonfinite(found.autograd)


def partial(component: Partial) -> Record:
    """One partial derivative by each side, with the verdict."""
    return {
        "wrt": component.wrt,
        "order": component.order,
        "symbolic": _symbolic(component.symbolic),
        "autograd": None if component.autograd is None else judged(component.autograd),
        "certified": _certified(component.certified, slopes=True),
        "verdict": None if component.verdict is None else verdict(component.verdict),
    }


def _symbolic(side: Symbolic) -> Record:
    record = {
        "expression": side.expression,
        "latex": side.latex,
        "value": finite(side.value),
        "outcome": side.outcome,
        "ulps": finite(side.ulps),
    }
    return record | nonfinite(side.value)


def judged(side: Autograd) -> Record:
    """A number with its outcome and its distance from the truth."""
    record = {
        "value": finite(side.value),
        "outcome": side.outcome,
        "ulps": finite(side.ulps),
        "digits": side.digits,
    }
    return record | nonfinite(side.value)


def _certified(enclosure: Certified | None, *, slopes: bool) -> Record | None:
    if enclosure is None:
        return None
    record: Record = {"value": enclosure.value, "radius": enclosure.radius}
    return record | {"left": enclosure.left, "right": enclosure.right} if slopes else record


def verdict(found: Verdict) -> Record:
    """The outcome with its cause, place and sentence."""
    return {
        "outcome": found.outcome,
        "cause": found.cause,
        "span": None if found.span is None else list(found.span),
        "explanation": found.explanation,
    }
