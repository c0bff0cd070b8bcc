"""What the engines found for each partial derivative -> evidence for the verdict -> `Partial`.

Comes in: SymPy's derivatives as text, torch's slopes, the certificate. Goes out: `Partial` records, judged.
Imports the language, `memory`, the verdict and the engines; the certified one evaluates SymPy's derivative as it is
printed: a number that is shown can always be had again by pasting the formula that is shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gradcalc.cures import UNTRIED, cures
from gradcalc.deadline import Deadline
from gradcalc.dtypes import FLOAT64
from gradcalc.engines import autograd, certified
from gradcalc.errors import GradcalcError
from gradcalc.language.lowering import unroll
from gradcalc.language.parser import parse
from gradcalc.language.shapes import infer_shapes
from gradcalc.memory import Memory
from gradcalc.program import Program
from gradcalc.results import Autograd, Certified, Compared, Outcome, Partial, Rewriting, Symbolic, Values
from gradcalc.verdict import Evidence, Judgement, Subject, by_convention, close, judge, poor

if TYPE_CHECKING:
    from gradcalc.dtypes import DType
    from gradcalc.engines.autograd import Backward, Fault, Slope
    from gradcalc.engines.certified import Account, Certificate, Enclosure
    from gradcalc.engines.symbolic import Derivative
    from gradcalc.language.shapes import Shape
    from gradcalc.language.tape import Tape


@dataclass(frozen=True, slots=True)
class Number:
    """An exact decimal at the point; or the outcome and the reason why it is missing.

    nearest: the decimal rounded to float64, nan where there is no real value.
    """

    decimal: str | None
    nearest: float | None
    missing: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class _Doubts:
    """What was found out about numbers of torch that are not close to the truth, by component."""

    accounts: Mapping[str, Account]
    fault: Fault | None
    cured: Mapping[str, bool]
    rewritings: Mapping[str, Rewriting]
    untried: str = ""


#: The part of the time that is left for torch's numbers that are not close to the truth, and of that the part for the
#: rounding bound and for the same in float64.
_EXPLAINING, _ONE = 0.6, 0.6


def partials(
    program: Program,
    order: int,
    derivatives: Sequence[Derivative],
    backward: Backward,
    certificate: Certificate,
    device: str,
    digits: int,
    deadline: Deadline,
    memory: Memory,
) -> tuple[Partial, ...]:
    """Judge each partial derivative: SymPy's number and torch's against the certified one.

    digits: of the exact decimals. deadline: for explanations, and after it SymPy's derivatives are no longer evaluated.
    memory: of what was read before.
    """
    doubts = _doubts(program, order, backward, certificate, device, deadline.share(_EXPLAINING))
    return tuple(
        _partial(
            program,
            order,
            derivative,
            slope,
            seen,
            doubts,
            _symbolic_number(program, derivative, digits, deadline, memory),
        )
        for derivative, slope, seen in zip(derivatives, backward.partials, certificate.partials, strict=True)
    )


def _partial(
    program: Program,
    order: int,
    derivative: Derivative,
    slope: Slope,
    seen: certified.Slope,
    doubts: _Doubts,
    symbolic: Number,
) -> Partial:
    truth = number(seen.enclosure)
    judged = judge(
        Evidence(
            truth=truth.decimal,
            truth_outcome=truth.missing,
            truth_reason=truth.reason,
            autograd=slope.value,
            autograd_reason=slope.reason or "",
            dtype=program.dtype,
            symbolic=symbolic.decimal,
            symbolic_outcome=symbolic.missing,
            symbolic_reason=symbolic.reason,
            source=program.tape.source,
            seen=seen.behaviour,
            account=doubts.accounts.get(derivative.wrt),
            fault=doubts.fault,
            cured=doubts.cured.get(derivative.wrt),
            rewriting=doubts.rewritings.get(derivative.wrt),
            untried=doubts.untried,
        )
    )
    return Partial(
        wrt=derivative.wrt,
        order=order,
        symbolic=_symbolic(derivative, symbolic, judged),
        autograd=Autograd(slope.value, judged.autograd, judged.autograd_ulps, judged.digits, slope.reason),
        certified=_certified(seen),
        verdict=judged.verdict,
    )


def _symbolic(derivative: Derivative, number: Number, judged: Judgement) -> Symbolic:
    return Symbolic(
        derivative.expression,
        derivative.latex,
        derivative.pretty,
        number.nearest,
        number.decimal,
        judged.symbolic,
        judged.symbolic_ulps,
        number.reason or None,
    )


def _certified(seen: certified.Slope) -> Certified | None:
    """What is proved of a derivative; None where nothing is known."""
    sides = seen.behaviour
    if seen.enclosure.decimal is None and sides is None:
        return None
    left, right, proved = (sides.left.slope, sides.right.slope, sides.proved) if sides else (None, None, True)
    return Certified(seen.enclosure.decimal, seen.enclosure.radius, left, right, proved)


# -- torch's doubtful numbers


def _doubts(
    program: Program, order: int, backward: Backward, certificate: Certificate, device: str, deadline: Deadline
) -> _Doubts:
    found: dict[str, float] = {}
    truths: dict[str, str] = {}
    rounded: list[str] = []
    for name, slope, seen in zip(program.wrt, backward.partials, certificate.partials, strict=True):
        truth = seen.enclosure.decimal
        if slope.value is not None and truth is not None and not close(slope.value, truth, program.dtype):
            found[name], truths[name] = slope.value, truth
            if not by_convention(slope.value, seen.behaviour):
                rounded.append(name)
    if not found:
        return _Doubts({}, None, {}, {})
    accounts = certified.account(
        program.scalar, program.flat, program.dtype, found, truths, order, deadline=deadline.share(_ONE)
    )
    fault = _fault(program, found, device)
    lossy = {name: truths[name] for name in rounded if poor(found[name], truths[name], program.dtype)}
    narrow = rounded and program.dtype is not FLOAT64
    cured = _cured(program, order, tuple(rounded), device, deadline.share(_ONE)) if narrow else {}
    rewritings, complete = cures(program, order, lossy, device, fault, deadline) if lossy else ({}, True)
    return _Doubts(accounts, fault, cured, rewritings, "" if complete else UNTRIED)


def _fault(program: Program, found: Mapping[str, float], device: str) -> Fault | None:
    """Where a nan or an infinity of torch's came from."""
    if all(math.isfinite(value) for value in found.values()):
        return None
    try:
        trace = autograd.trace(program.tape, program.point, program.dtype, device, edges=False)
        return autograd.first_fault(trace)
    except autograd.UnsupportedError:
        return None  # torch differentiates the whole and not each step alone: the fault stays unknown


def _cured(program: Program, order: int, names: tuple[str, ...], device: str, deadline: Deadline) -> dict[str, bool]:
    """Whether the same formula at the same stored point agrees in float64, by component; those that are known."""
    tape, point = program.tape, program.point
    truth = certified.differentiate(program.scalar, program.flat, FLOAT64, names, order, deadline=deadline)
    wider = autograd.differentiate(tape, program.shapes, point, names, FLOAT64, device, order, deadline=deadline)
    return {
        name: _agrees(slope, seen.enclosure.decimal)
        for name, slope, seen in zip(names, wider.partials, truth.partials, strict=True)
        if seen.enclosure.decimal is not None
    }


def _agrees(slope: Slope, truth: str) -> bool:
    evidence = Evidence(truth, Outcome.AGREES, "", slope.value, slope.reason or "", FLOAT64)
    return judge(evidence).autograd is Outcome.AGREES


# -- other numbers that have a truth


def compared(of: str, slope: Slope, truth: Number, dtype: DType, subject: Subject) -> Compared:
    """Judge another number that has a truth: a loss, a product by hand, the gradient of another formulation."""
    judged = judge(
        Evidence(
            truth=truth.decimal,
            truth_outcome=truth.missing,
            truth_reason=truth.reason,
            autograd=slope.value,
            autograd_reason=slope.reason or "",
            dtype=dtype,
            subject=subject,
        )
    )
    return Compared(
        of,
        slope.value,
        truth.decimal,
        judged.autograd,
        judged.autograd_ulps,
        judged.digits,
        judged.verdict.explanation,
    )


def truth_of(component: Partial) -> Number:
    """The truth that a partial derivative was judged by."""
    found = component.certified
    if found is not None and found.value is not None:
        return Number(found.value, float(found.value), Outcome.AGREES, "")
    side = component.symbolic
    return Number(None, side.value, side.outcome or Outcome.UNDECIDED, side.reason or "")


def truth_of_value(values: Values) -> Number:
    """The exact value of a formula."""
    return Number(values.exact, values.symbolic, Outcome.UNDECIDED, "the exact value could not be enclosed")


def value_of(certificate: Certificate, backward: Backward) -> Values:
    """The formula's value by each side."""
    found = certificate.value
    proved = None if found.decimal is None else Certified(found.decimal, found.radius)
    return Values(found.nearest, found.decimal, backward.value, proved)


def number(found: Enclosure) -> Number:
    """What is enclosed, as a decimal or the outcome that takes its place."""
    if found.decimal is not None:
        return Number(found.decimal, found.nearest, Outcome.AGREES, "")
    outcome = Outcome(found.kind)
    return Number(None, math.nan if outcome is Outcome.UNDEFINED else None, outcome, found.reason or "")


def _symbolic_number(
    program: Program, derivative: Derivative, digits: int, deadline: Deadline, memory: Memory
) -> Number:
    """Evaluate SymPy's derivative at the point, to `digits` digits, unless the deadline has passed."""
    if derivative.expression is None:
        return Number(None, None, Outcome.UNDECIDED, derivative.reason or "SymPy gave no derivative")
    if not derivative.readable:
        if derivative.value is None:
            return Number(None, None, Outcome.UNSUPPORTED, "SymPy's derivative could not be evaluated at this point")
        return Number(derivative.value, float(derivative.value), Outcome.AGREES, "")
    if deadline.passed:
        return Number(None, None, Outcome.UNDECIDED, "the time was up before the printed derivative was evaluated")
    try:
        scalar = memory.recall(_read_back, derivative.expression, tuple(program.lengths.items()))
        found = certified.evaluate(
            scalar, program.flat, program.dtype, digits=digits, exact_integers=True, deadline=deadline
        )
    except GradcalcError as error:
        return Number(None, None, Outcome.UNDECIDED, f"SymPy's derivative could not be read back: {error.message}")
    told = number(found)
    if told.decimal is not None:
        return told
    return replace(told, reason=f"the printed derivative has no value here: {told.reason}")


def _read_back(expression: str, lengths: tuple[tuple[str, Shape], ...]) -> Tape:
    """A printed derivative on numbers alone, for variables of these lengths."""
    tape = parse(expression, frozenset(name for name, _ in lengths))
    return unroll(tape, infer_shapes(tape, dict(lengths)))
