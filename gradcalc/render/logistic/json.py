"""One JSON document, schema 1. `--digits` has no effect. Imports `results` and modules of `render`."""

from __future__ import annotations

from gradcalc.render import View, documents
from gradcalc.results import SCHEMA, Compared, Factor, Formulation, Regression, Stage


def render(regression: Regression, view: View) -> str:
    """The answer as one line of JSON."""
    document = {
        "schema": SCHEMA,
        "command": regression.command,
        "expression": regression.expression,
        "at": documents.point(regression.at),
        "dtype": regression.dtype,
        "device": regression.device,
        "epsilon": regression.epsilon,
        "features": regression.features,
        "forward": [_stage(stage) for stage in regression.stages],
        "factors": [_factor(factor) for factor in regression.factors],
        "value": documents.values(regression.value),
        "gradient": [
            documents.partial(partial) | {"hand": _compared(hand)}
            for partial, hand in zip(regression.gradient, regression.hand, strict=True)
        ],
        "exact": [{"wrt": wrt, "expression": expression} for wrt, expression in regression.exact.items()],
        "formulations": [_formulation(way) for way in regression.formulations],
        "notes": list(regression.notes),
    }
    return documents.dump(document, view)


def _stage(stage: Stage) -> documents.Record:
    return documents.with_values({"name": stage.name, "formula": stage.formula}, {"value": stage.value})


def _factor(factor: Factor) -> documents.Record:
    head = {"factor": factor.factor, "formula": factor.formula, "node": factor.node}
    found = {
        "hand": factor.hand,
        "autograd": factor.autograd,
        "product": factor.product,
        "adjoint": factor.adjoint,
    }
    return documents.with_values(head, found)


def _formulation(way: Formulation) -> documents.Record:
    return {
        "name": way.name,
        "expression": way.expression,
        "loss": _compared(way.loss),
        "gradient": [{"wrt": number.of} | _compared(number) for number in way.gradient],
        "reason": way.reason,
    }


def _compared(number: Compared) -> documents.Record:
    record = {
        "value": documents.finite(number.value),
        "exact": number.exact,
        "outcome": number.outcome,
        "ulps": documents.finite(number.ulps),
        "digits": number.digits,
        "explanation": number.explanation,
    }
    return record | documents.nonfinite(number.value)
