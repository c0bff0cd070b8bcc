"""Why a formulation of the loss breaks: read off the values that torch computed on the way.

Comes in: a `Model`, a formulation's name, its program and the trace of it. Goes out: a sentence, or None where none of
the known reasons fits. Imports `dtypes`, the language, `program`, the torch engine and `regression.model`.
"""

from __future__ import annotations

import math
from fractions import Fraction

from gradcalc.dtypes import DType
from gradcalc.engines import autograd
from gradcalc.language.parser import parse
from gradcalc.program import Program
from gradcalc.regression.model import Model, place
from gradcalc.results import Value

# torch's documentation of BCELoss: "we clamp its log function outputs to be greater than or equal to -100".
_LEAST_LOG = -100.0
# aten/src/ATen/native/Loss.cpp, binary_cross_entropy_backward: EPSILON.
_LEAST_DIVISOR = 1e-12

_CANCELS = "cancels"


def reason(model: Model, name: str, program: Program, trace: autograd.Trace, device: str) -> str | None:
    """A sentence about the samples in which the formulation `name` breaks."""
    z = trace.nodes[place(trace.tape, model.z)].value
    predictions = _entries(autograd.evaluate(parse("sigmoid(z)", frozenset("z")), {"z": z}, program.dtype, device))
    labels = _entries(program.point["y"])
    if name == "clamped":
        clamp = place(trace.tape, f"clamp(sigmoid({model.z}), {model.bounds})")
        held = _entries(trace.nodes[clamp].value)
        told = [_clamped(model.epsilon, program.dtype, *sample) for sample in zip(predictions, held, strict=True)]
    else:
        tell = _cross_entropy if name == "binary_cross_entropy" else _with_logits
        told = [tell(program.dtype, *sample) for sample in zip(predictions, labels, strict=True)]
    broken = [(sample, sentence) for sample, sentence in enumerate(told) if sentence]
    # Lost digits are the lesser evil: they are told where nothing worse is to be said.
    broken = [found for found in broken if _CANCELS not in found[1]] or broken
    if not broken:
        return None
    sample, sentence = broken[0]
    if model.samples == 1:
        return sentence
    where = f"first in sample {sample + 1} (z = {_shown(_entries(z)[sample], program.dtype)})"
    return f"in {len(broken)} of {model.samples} samples, {where}: {sentence}"


def _clamped(epsilon: str, dtype: DType, prediction: float, held: float) -> str:
    if prediction == held == 1:
        return _passes(f"1 - {epsilon}", "1", "log(1 - c)", dtype)
    if prediction == held == 0:
        return _passes(epsilon, "0", "log(c)", dtype)
    if prediction != held:
        return (
            f"ŷ = {_shown(prediction, dtype)} is outside the clamp, which holds it at {_shown(held, dtype)}: the "
            "loss stops growing there, and the slope of the clamp is 0"
        )
    return _cancelled("1 - c", 1, 1 - prediction, dtype)


def _passes(bound: str, value: str, logarithm: str, dtype: DType) -> str:
    return (
        f"ŷ is {value} in {dtype.name}, and so is {bound}, so that the clamp lets it pass: {logarithm} is -inf, and "
        "infinity times 0, in the loss or in the backward pass, is nan"
    )


def _cross_entropy(dtype: DType, prediction: float, label: float) -> str:
    if prediction == label:
        return _rounded_to("ŷ", label, dtype, "the loss, and with it the gradient," if label in {0, 1} else "ŷ - y")
    told = [f"ŷ is {_shown(prediction, dtype)} in {dtype.name}"]
    for logarithm, argument, weight in (("log(ŷ)", prediction, label), ("log(1 - ŷ)", 1 - prediction, 1 - label)):
        if weight and (not argument or math.log(argument) < _LEAST_LOG):
            told.append(f"torch holds {logarithm} at -100, and so the loss at 100")
    if prediction * (1 - prediction) < _LEAST_DIVISOR:
        zero = not dtype.nearest(Fraction(_LEAST_DIVISOR))
        end = f"1e-12, which is 0 in {dtype.name}: 0/0 is nan" if zero else "1e-12, and so loses its size"
        told.append(f"the gradient is divided by ŷ*(1 - ŷ), in place of which torch puts at least {end}")
        return "; ".join(told)
    return _cancelled("1 - ŷ", 1, 1 - prediction, dtype)


def _with_logits(dtype: DType, prediction: float, label: float) -> str:
    if prediction == label:
        return _rounded_to("sigmoid(z)", label, dtype, "the gradient sigmoid(z) - y")
    return _cancelled("sigmoid(z) - y", prediction, abs(prediction - label), dtype)


def _rounded_to(what: str, label: float, dtype: DType, lost: str) -> str:
    return f"{what} rounds to {label:g} in {dtype.name}, the label itself, so that {lost} comes out as 0"


def _cancelled(what: str, size: float, difference: float, dtype: DType) -> str:
    """The loss of digits in a difference of numbers of a `size`, one of which has been rounded before."""
    left = math.floor(-math.log10(dtype.unit_roundoff * size / difference)) if difference else 0
    if left > dtype.digits // 2:
        return ""
    return f"{what} {_CANCELS}: {left} digit{'' if left == 1 else 's'} of the rounded prediction remain in it"


def _shown(number: float, dtype: DType) -> str:
    return dtype.shortest(number).removesuffix(".0")


def _entries(value: Value) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)
