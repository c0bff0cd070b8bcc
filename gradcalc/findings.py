"""What the engines found for one partial derivative -> evidence for the verdict -> `Partial`.

Comes in: SymPy's derivative as text, torch's slope, the certified value of the formula. Goes out: a `Partial`.
Imports the language, the verdict and the certified engine, which evaluates the derivative as it is printed: a number
that is shown can always be had again by pasting the formula that is shown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradcalc.errors import GradcalcError
from gradcalc.language.parser import parse
from gradcalc.language.rewriting import unroll
from gradcalc.language.shapes import infer_shapes
from gradcalc.program import Program
from gradcalc.results import Autograd, Compared, Outcome, Partial, Symbolic, Values
from gradcalc.verdict import Evidence, Subject, judge

if TYPE_CHECKING:
    from gradcalc.dtypes import DType
    from gradcalc.engines.autograd import Slope
    from gradcalc.engines.certified import Enclosure
    from gradcalc.engines.symbolic import Derivative


@dataclass(frozen=True, slots=True)
class Truth:
    """The exact decimal of a derivative, or of a value, at the point; or why it is missing.

    nearest: the decimal rounded to float64, nan where there is no real value.
    """

    decimal: str | None
    nearest: float | None
    missing: Outcome
    reason: str


def partial(
    program: Program, order: int, derivative: Derivative, truth: Truth, slope: Slope, value: Enclosure
) -> Partial:
    """Judge one partial derivative: torch's `slope` against the truth, of a formula with the certified `value`."""
    judged = judge(
        Evidence(
            value_defined={"value": True, "undefined": False}.get(value.kind),
            value_reason=value.reason or "",
            truth=truth.decimal,
            truth_outcome=truth.missing,
            truth_reason=truth.reason,
            autograd=slope.value,
            autograd_reason=slope.reason or "",
            dtype=program.dtype,
        )
    )
    return Partial(
        wrt=derivative.wrt,
        order=order,
        symbolic=Symbolic(
            derivative.expression,
            derivative.latex,
            derivative.pretty,
            truth.nearest,
            truth.decimal,
            judged.symbolic,
            judged.symbolic_ulps,
            truth.reason or None,
        ),
        autograd=Autograd(slope.value, judged.autograd, judged.autograd_ulps, judged.digits, slope.reason),
        verdict=judged.verdict,
    )


def compared(of: str, slope: Slope, truth: Truth, dtype: DType, subject: Subject) -> Compared:
    """Judge another number that has a truth: a loss, a product by hand, the gradient of another formulation."""
    judged = judge(
        Evidence(
            value_defined=None,
            value_reason="",
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


def truth_of(component: Partial) -> Truth:
    """The truth that a partial derivative was judged by."""
    side = component.symbolic
    return Truth(side.exact, side.value, side.outcome or Outcome.UNDECIDED, side.reason or "")


def truth_of_value(values: Values) -> Truth:
    """The exact value of a formula."""
    return Truth(values.exact, values.symbolic, Outcome.UNDECIDED, "the exact value could not be enclosed")


def find_truth(program: Program, derivative: Derivative, digits: int) -> Truth:
    """Evaluate SymPy's derivative at the point, to `digits` digits."""
    if derivative.expression is None:
        return Truth(None, None, Outcome.UNDECIDED, derivative.reason or "SymPy gave no derivative")
    if not derivative.readable:
        if derivative.value is None:
            return Truth(None, None, Outcome.UNSUPPORTED, "SymPy's derivative could not be evaluated at this point")
        return Truth(derivative.value, float(derivative.value), Outcome.AGREES, "")
    try:
        found = _evaluate(program, derivative.expression, digits)
    except GradcalcError as error:
        return Truth(None, None, Outcome.UNDECIDED, f"SymPy's derivative could not be read back: {error.message}")
    if found.decimal is not None:
        return Truth(found.decimal, found.nearest, Outcome.AGREES, "")
    outcome = Outcome(found.kind)
    nearest = math.nan if outcome is Outcome.UNDEFINED else None
    return Truth(None, nearest, outcome, f"the printed derivative has no value here: {found.reason}")


def _evaluate(program: Program, expression: str, digits: int) -> Enclosure:
    from gradcalc.engines.certified import evaluate

    tape = parse(expression, frozenset(program.point))
    scalar = unroll(tape, infer_shapes(tape, program.lengths))
    return evaluate(scalar, program.flat, program.dtype, digits=digits, exact_integers=True)
