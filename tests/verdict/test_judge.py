"""The first verdict: outcomes and sentences from hand-made evidence."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from gradcalc.dtypes import FLOAT32, FLOAT64
from gradcalc.results import Outcome
from gradcalc.verdict import Evidence, judge

FINE = Evidence(
    value_defined=True,
    value_reason="",
    truth="-7.66127584258707713519719784",
    truth_outcome=Outcome.AGREES,
    truth_reason="",
    autograd=-7.661275842587077,
    autograd_reason="",
    dtype=FLOAT64,
)


def test_agreement() -> None:
    """The example of the README: both sides within an ulp."""
    judged = judge(FINE)
    assert (judged.symbolic, judged.autograd, judged.verdict.outcome) == (Outcome.AGREES,) * 3
    assert judged.autograd_ulps == pytest.approx(0.161, abs=0.001)
    assert judged.digits == 16
    assert judged.verdict.explanation == "torch's gradient is within 0.2 ulp of the exact one"


def test_agreement_with_fewer_digits_says_how_many() -> None:
    """Ten right digits agree, and the sentence does not hide that six are missing."""
    judged = judge(replace(FINE, truth="2", autograd=2.0000000001))
    assert judged.autograd is Outcome.AGREES
    assert judged.verdict.explanation == "torch returned 2.0000000001, the exact derivative is 2: 10 digits are right"


def test_difference() -> None:
    """The cancellation of (1-cos(x))/x**2 at 1e-4: no digit of torch's number is right."""
    judged = judge(replace(FINE, truth="-8.3333333277777782e-6", autograd=4.410804467624985e-05))
    assert judged.autograd is Outcome.DIFFERS
    assert judged.symbolic is Outcome.AGREES
    assert judged.digits == 0
    assert judged.verdict.explanation == (
        "torch returned 4.410804467624985e-05, the exact derivative is -0.0000083333333277777782: no digit is right"
    )


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_non_finite_gradient_differs_where_a_derivative_exists(number: float) -> None:
    """The branch trap: torch returns nan, the slope is 0."""
    judged = judge(replace(FINE, truth="0", autograd=number))
    assert judged.autograd is Outcome.DIFFERS
    assert judged.autograd_ulps is None
    assert judged.verdict.explanation == f"torch returned {number}, though the derivative exists: it is 0"


def test_overflow_is_named() -> None:
    """exp(x) at 800: the exact gradient 2.7e347 has no float64."""
    judged = judge(replace(FINE, truth="2.7263745721125666e347", autograd=math.inf))
    assert judged.autograd is Outcome.DIFFERS
    assert judged.verdict.cause == "overflow"
    judged = judge(replace(FINE, truth="1e39", autograd=math.inf, dtype=FLOAT32))
    assert judged.verdict.explanation == (
        "the exact derivative 1e+39 is beyond the largest float32; torch returned inf"
    )


def test_a_formula_without_a_value_is_undefined_even_if_torch_returns_a_number() -> None:
    """log(x) at -1: torch's -1.0 is no derivative of anything."""
    judged = judge(replace(FINE, value_defined=False, value_reason="log of a negative number", autograd=-1.0))
    assert (judged.symbolic, judged.autograd) == (Outcome.UNDEFINED, Outcome.UNDEFINED)
    assert judged.verdict.explanation == (
        "the formula has no finite real value at this point: log of a negative number; torch returned -1.0 all the same"
    )


def test_neither_side_has_a_finite_derivative() -> None:
    """sqrt(x) at 0: a vertical tangent."""
    missing = replace(FINE, truth=None, truth_outcome=Outcome.UNDEFINED, truth_reason="division by zero")
    assert judge(replace(missing, autograd=math.inf)).autograd is Outcome.UNDEFINED
    assert judge(replace(missing, autograd=0.0)).autograd is Outcome.UNDECIDED


def test_an_unsupported_side_is_told_and_the_other_answers() -> None:
    """torch has no Si; SymPy's side stands."""
    judged = judge(replace(FINE, autograd=None, autograd_reason="torch has no rule for Si"))
    assert (judged.symbolic, judged.autograd) == (Outcome.AGREES, Outcome.UNSUPPORTED)
    assert judged.verdict.explanation == "torch has no rule for Si"


def test_a_symbolic_side_that_was_cut_leaves_torch_unchecked() -> None:
    """The time limit: torch's number is shown, and nobody says that it is right."""
    late = "SymPy was stopped after 10 s"
    judged = judge(replace(FINE, truth=None, truth_outcome=Outcome.UNDECIDED, truth_reason=late))
    assert (judged.symbolic, judged.autograd) == (Outcome.UNDECIDED, Outcome.UNDECIDED)
    assert judged.verdict.explanation == f"torch returned -7.661275842587077, which could not be checked: {late}"
