"""Why a formulation of the loss breaks: read off the values that torch computed on the way.

Comes in: a `Model`, a formulation's name, its program and the trace of it. Goes out: a sentence, or None where none of
the known reasons fits. Imports `dtypes`, the language, `program`, the torch engine and `regression.model`.
"""

from __future__ import annotations

import math
from enum import IntEnum
from fractions import Fraction
from typing import NamedTuple

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


class _Harm(IntEnum):
    """What a sample does to the mean, the worst first; the worst samples are those to be told."""

    NOT_FINITE = 0
    WRONG = 1
    DIGITS = 2
    NONE = 3


class _Reason(NamedTuple):
    harm: _Harm
    sentence: str


class _Sample(NamedTuple):
    """What torch has of one sample.

    held: the prediction behind the clamp; passed: what the clamp multiplies the gradient by; without a clamp the
    prediction itself, and 1.
    """

    z: float
    prediction: float
    held: float
    passed: float
    label: float


def reason(model: Model, name: str, program: Program, trace: autograd.Trace, device: str) -> str | None:
    """A sentence about the samples in which the formulation `name` breaks."""
    found = [_reason(model, name, program.dtype, sample) for sample in _samples(model, name, program, trace, device)]
    worst = min((why.harm for why in found if why), default=None)
    broken = [(number, why.sentence) for number, why in enumerate(found) if why and why.harm == worst]
    if not broken:
        return None
    number, sentence = broken[0]
    if model.samples == 1:
        return sentence
    z = _entries(trace.nodes[place(trace.tape, model.z)].value)[number]
    where = f"first in sample {number + 1} (z = {_shown(z, program.dtype)})"
    return f"in {len(broken)} of {model.samples} samples, {where}: {sentence}"


def _samples(model: Model, name: str, program: Program, trace: autograd.Trace, device: str) -> list[_Sample]:
    z = trace.nodes[place(trace.tape, model.z)].value
    prediction = autograd.evaluate(parse("sigmoid(z)", frozenset("z")), {"z": z}, program.dtype, device)
    held, passed = prediction, (1.0,) * model.samples
    if name == "clamped":
        squashed = f"sigmoid({model.z})"
        clamp = trace.nodes[place(trace.tape, f"clamp({squashed}, {model.bounds})")]
        held, passed = clamp.value, _slopes(clamp, place(trace.tape, squashed))
    columns = (_entries(z), _entries(prediction), _entries(held), passed, _entries(program.point["y"]))
    return [_Sample(*row) for row in zip(*columns, strict=True)]


def _slopes(clamp: autograd.Node, operand: int) -> tuple[float, ...]:
    """What torch multiplied by on the way from the clamp to an operand, sample by sample."""
    (local,) = (edge.local for edge in clamp.edges if edge.operand == operand)
    entries = local if isinstance(local, tuple) else (local,)
    slopes = tuple(entry for entry in entries if isinstance(entry, float))
    assert len(slopes) == len(entries), "a clamp does not mix the entries of a vector"
    return slopes


def _reason(model: Model, name: str, dtype: DType, sample: _Sample) -> _Reason | None:
    if math.isnan(sample.z):
        return _Reason(_Harm.NOT_FINITE, f"z is nan in {dtype.name}, a difference of infinities")
    if name == "clamped":
        why = _clamped(model.epsilon, dtype, sample)
    else:
        why = (_cross_entropy if name == "binary_cross_entropy" else _with_logits)(dtype, sample)
    if why and why.harm is not _Harm.NOT_FINITE and _vanishes(dtype, sample):
        return why._replace(harm=_Harm.NONE)
    return why


def _vanishes(dtype: DType, sample: _Sample) -> bool:
    """Whether the loss or its slope is 0, or rounds to it, so that nothing is lost where torch has 0 or next to it."""
    if sample.label not in {0, 1}:
        return sample.z == 0 and sample.label == 0.5
    towards, miss = (sample.z, sample.held) if sample.label == 0 else (-sample.z, 1 - sample.held)
    # A clamp far from the label makes a loss of its own.
    silent = dtype.nearest(1 - Fraction(miss)) == 1
    return towards < 0 and silent and not dtype.nearest(Fraction(math.exp(towards)))


def _clamped(epsilon: str, dtype: DType, sample: _Sample) -> _Reason | None:
    prediction, held = sample.prediction, sample.held
    if prediction == held == 1:
        return _passes(f"1 - {epsilon}", "1", "log(1 - c)", dtype)
    if prediction == held == 0:
        return _passes(epsilon, "0", "log(c)", dtype)
    if prediction != held:
        sentence = (
            f"ŷ = {_shown(prediction, dtype)} is outside the clamp, which holds it at {_shown(held, dtype)}: the "
            "loss no longer changes there, and the slope of the clamp is 0"
        )
        return _Reason(_Harm.WRONG, sentence)
    if sample.passed != 1:
        where = f"ŷ = {_shown(prediction, dtype)} is the very bound of the clamp, where that has a kink"
        return _Reason(_Harm.WRONG, f"{where}: torch takes {_shown(sample.passed, dtype)} for its slope there")
    return _lost_digits("c", sample, dtype)


def _lost_digits(name: str, sample: _Sample, dtype: DType) -> _Reason | None:
    """In the two differences of a prediction that the loss and its gradient are made of."""
    differences = ((f"1 - {name}", 1.0, 1.0), (f"{name} - y", sample.prediction, sample.label))
    found = (
        _cancelled(what, "the rounded prediction", size, abs(other - sample.prediction), dtype)
        for what, size, other in differences
    )
    return next((why for why in found if why), None)


def _passes(bound: str, value: str, logarithm: str, dtype: DType) -> _Reason:
    sentence = (
        f"ŷ is {value} in {dtype.name}, and so is {bound}, so that the clamp lets it pass: {logarithm} is -inf, and "
        "infinity times 0, in the loss or in the backward pass, is nan"
    )
    return _Reason(_Harm.NOT_FINITE, sentence)


def _cross_entropy(dtype: DType, sample: _Sample) -> _Reason | None:
    prediction, label = sample.prediction, sample.label
    divides = prediction * (1 - prediction) < _LEAST_DIVISOR
    by_zero = divides and not dtype.nearest(Fraction(_LEAST_DIVISOR))
    if prediction == label and not by_zero:
        return _rounded_to("ŷ", label, dtype, "the loss, and with it the gradient," if label in {0, 1} else "ŷ - y")
    told = [f"ŷ is {_shown(prediction, dtype)} in {dtype.name}"]
    parts = (("log(ŷ)", prediction, "y", label), ("log(1 - ŷ)", 1 - prediction, "(1 - y)", 1 - label))
    for logarithm, argument, factor, weight in parts:
        if weight and (not argument or math.log(argument) < _LEAST_LOG):
            told.append(f"torch holds {logarithm} at -100, and so {_held_at(factor, weight, dtype)}")
    if divides:
        zero = f"1e-12, which is 0 in {dtype.name}: the quotient is not finite, and times 0 it is nan"
        end = zero if by_zero else "1e-12, and so loses its size"
        told.append(f"the gradient is divided by ŷ*(1 - ŷ), in place of which torch puts at least {end}")
        return _Reason(_Harm.NOT_FINITE if by_zero else _Harm.WRONG, "; ".join(told))
    return _lost_digits("ŷ", sample, dtype)


def _held_at(factor: str, weight: float, dtype: DType) -> str:
    """What becomes of a loss by a logarithm that is held, of which it takes the part `weight`."""
    if weight == 1:
        return "the loss at 100"
    part = dtype.nearest(Fraction(-_LEAST_LOG) * Fraction(dtype.nearest(Fraction(weight))))
    return f"that part of the loss at 100*{factor} = {_shown(part, dtype)}"


def _with_logits(dtype: DType, sample: _Sample) -> _Reason | None:
    z, prediction, label = sample.z, sample.prediction, sample.label
    if math.isinf(z):
        return _Reason(_Harm.NOT_FINITE, f"z overflows to {z} in {dtype.name}")
    if z < 0:  # aten/src/ATen/native/Loss.cpp: the loss is (1 - target)*input - log_sigmoid(input)
        loss = math.log1p(math.exp(z)) - label * z
        what = f"the loss, for torch {'z' if label == 0 else '(1 - y)*z'} - log_sigmoid(z),"
        if lost := _cancelled(what, "the rounded logarithm", -z, loss, dtype):
            return lost
    if prediction == label:
        return _rounded_to("sigmoid(z)", label, dtype, "the gradient sigmoid(z) - y")
    difference = abs(prediction - label)
    return _cancelled("sigmoid(z) - y", "the rounded prediction", prediction, difference, dtype)


def _rounded_to(what: str, label: float, dtype: DType, lost: str) -> _Reason:
    return _Reason(
        _Harm.WRONG,
        f"{what} rounds to {_shown(label, dtype)} in {dtype.name}, the label itself, so that {lost} comes out as 0",
    )


def _cancelled(what: str, rounded: str, size: float, difference: float, dtype: DType) -> _Reason | None:
    """The loss of digits in a difference of numbers of a `size`, one of which has been rounded before."""
    rounding = float(dtype.ulp(Fraction(size))) / 2
    left = max(0, math.floor(-math.log10(rounding / difference))) if difference else 0
    if left > dtype.digits // 2:
        return None
    return _Reason(_Harm.DIGITS, f"{what} cancels: {left} digit{'' if left == 1 else 's'} of {rounded} remain in it")


def _shown(number: float, dtype: DType) -> str:
    return dtype.shortest(number).removesuffix(".0") if math.isfinite(number) else str(number)


def _entries(value: Value) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)
