"""The answers to the model's questions -> `Regression`: the chain rule, and three formulations against the exact loss.

Comes in: a `Model` and the pipeline's `Result` for the clamped loss and for the exact one. Goes out: a `Regression`.
Raises `ComputationError` where torch lacks an operation on the device.
Imports `errors`, `dtypes`, `results`, `program`, `findings`, `verdict`, the torch engine and this package.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcalc import findings
from gradcalc.dtypes import DTYPES
from gradcalc.engines import autograd
from gradcalc.errors import ComputationError
from gradcalc.program import Program
from gradcalc.regression import model as models
from gradcalc.regression.chain import Chain, chain
from gradcalc.regression.model import Model
from gradcalc.regression.reasons import reason
from gradcalc.results import Compared, Formulation, Outcome, Regression, Result
from gradcalc.verdict import BY_HAND, GRADIENT, LOSS


def account(model: Model, programs: Sequence[Program], clamped: Result, exact: Result) -> Regression:
    """Lay the chain rule beside torch's backward pass, and the three formulations beside the exact loss.

    programs: those of the formulations, in their order.
    """
    assert clamped.device is not None, "there is a point"
    formulations = tuple(
        _formulation(model, formulation, program, clamped.device, exact)
        for formulation, program in zip(model.formulations, programs, strict=True)
    )
    by_hand = _chain(model, programs[0], clamped.device)
    return Regression(
        command="logistic",
        expression=clamped.expression,
        at=clamped.at,
        dtype=clamped.dtype,
        device=clamped.device,
        value=clamped.value,
        gradient=clamped.gradient,
        epsilon=model.epsilon,
        features=dict(zip(model.inputs, model.names, strict=False)) if model.samples > 1 else {},
        stages=by_hand.stages,
        factors=by_hand.factors,
        hand=_products(by_hand, clamped),
        formulations=formulations,
        exact={partial.wrt: partial.symbolic.expression for partial in exact.gradient},
        notes=clamped.notes,
    )


def _chain(model: Model, program: Program, device: str) -> Chain:
    try:
        trace = autograd.trace(program.tape, program.point, program.dtype, device)
        return chain(model, program, device, trace)
    except autograd.UnsupportedError as error:
        raise ComputationError(str(error), hint="take another --dtype or --device") from None


def _products(by_hand: Chain, clamped: Result) -> tuple[Compared, ...]:
    return tuple(
        findings.compared(
            partial.wrt,
            autograd.Slope(by_hand.products[partial.wrt]),
            findings.truth_of(partial),
            DTYPES[clamped.dtype],
            BY_HAND,
        )
        for partial in clamped.gradient
    )


def _formulation(
    model: Model, formulation: models.Formulation, program: Program, device: str, exact: Result
) -> Formulation:
    backward = autograd.differentiate(program.tape, program.shapes, program.point, program.wrt, program.dtype, device)
    value = autograd.Slope(backward.value, backward.reason)
    loss = findings.compared("L", value, findings.truth_of_value(exact.value), program.dtype, LOSS)
    gradient = tuple(
        findings.compared(partial.wrt, slope, findings.truth_of(partial), program.dtype, GRADIENT)
        for partial, slope in zip(exact.gradient, backward.partials, strict=True)
    )
    broken = {loss.outcome, *(compared.outcome for compared in gradient)} != {Outcome.AGREES}
    why = None
    if broken and backward.value is not None:
        trace = autograd.trace(program.tape, program.point, program.dtype, device)
        why = reason(model, formulation.name, program, trace, device)
    return Formulation(formulation.name, formulation.short, formulation.formula, loss, gradient, why)
