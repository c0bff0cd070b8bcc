"""One JSON document, schema 1. Imports `claims`, `results` and modules of `render`."""

from __future__ import annotations

from gradcalc.claims import Check, Claimed, Counterexample
from gradcalc.render import View, documents
from gradcalc.results import SCHEMA


def render(check: Check, view: View) -> str:
    """The answer as one line of JSON."""
    document = {
        "schema": SCHEMA,
        "command": check.command,
        "expression": check.expression,
        "claim": check.claim,
        "over": check.over,
        "outcome": check.outcome,
        "partials": [_partial(partial) for partial in check.partials],
        "notes": list(check.notes),
    }
    return documents.dump(document, view)


def _partial(partial: Claimed) -> documents.Record:
    return {
        "wrt": partial.wrt,
        "claim": partial.claim,
        "outcome": partial.outcome,
        "explanation": partial.explanation,
        "counterexample": None if partial.counterexample is None else _counterexample(partial.counterexample),
        "points": {
            "equal": partial.equal,
            "unequal": partial.unequal,
            "without_value": partial.without_value,
            "outside": partial.outside,
            "undecided": partial.undecided,
        },
        "digits": partial.digits,
        "holds": partial.holds,
        "fails": partial.fails,
        "proof": partial.proof,
        "hint": partial.hint,
        "domain": partial.domain,
    }


def _counterexample(found: Counterexample) -> documents.Record:
    return {"at": found.at, "derivative": found.derivative, "claim": found.claim}
