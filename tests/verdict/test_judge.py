"""The verdict: outcomes and sentences from hand-made evidence."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from gradcalc.dtypes import BFLOAT16, FLOAT32, FLOAT64
from gradcalc.engines.autograd import Fault
from gradcalc.engines.certified import Account, Behaviour, BehaviourKind, Loss, Side, Suspect
from gradcalc.results import Outcome
from gradcalc.verdict import BY_HAND, GRADIENT, LOSS, Subject, close, judge
from tests.verdict.evidence import FINE, broken, side

#: (1-cos(x))/x**2 at 1e-4: by mpmath the slope is -8.3333333277777782e-6, and no digit of torch's is right.
CANCELLED = replace(
    FINE,
    truth="-8.3333333277777781786137e-6",
    symbolic="-8.3333333277777781786137e-6",
    autograd=4.410804467624985e-05,
    source="(1-cos(x))/x**2",
    account=Account(1e-4, Suspect(Loss.CANCELLATION, (1, 9), "5.00000e-9")),
)

#: Off by 1e-10 of 2, which is less than twice what rounding may do.
LOOSE = replace(
    FINE,
    truth="2",
    symbolic="2",
    autograd=2.0000000001,
    source="1 - x",
    account=Account(0.6e-10, Suspect(Loss.CANCELLATION, (0, 5), "2e-6")),
)


def test_agreement() -> None:
    """The example of the README: both sides within an ulp, which is 2**-50 there."""
    judged = judge(FINE)
    assert (judged.symbolic, judged.autograd, judged.verdict.outcome) == (Outcome.AGREES,) * 3
    ulps = abs(Fraction(-7.661275842587077) - Fraction(str(FINE.truth))) * 2**50
    assert judged.symbolic_ulps == judged.autograd_ulps == pytest.approx(float(ulps))
    assert judged.digits == 16
    assert judged.verdict.explanation == "torch's gradient is within 0.2 ulp of the exact one"
    assert (judged.verdict.cause, judged.verdict.span) == (None, None)


def test_rounding_that_explains_an_error_makes_it_an_agreement() -> None:
    """Ten right digits agree where the bound allows them; the sentence does not hide that six are missing, nor why."""
    judged = judge(LOOSE)
    assert judged.autograd is Outcome.AGREES
    assert judged.verdict.cause == "cancellation"
    assert judged.verdict.explanation == (
        "torch returned 2.0000000001, the exact derivative is 2: 10 digits are right; "
        "'1 - x' is exactly 2e-6, and in float64 the leading digits of its operands cancel"
    )
    assert judge(replace(LOOSE, account=Account(0.4e-10))).autograd is Outcome.DIFFERS


def test_no_bound_excuses_half_of_the_digits() -> None:
    """An infinite one does not either: 1e-7 is more than the square root of the unit roundoff, 1.05e-8."""
    vague = replace(FINE, truth="1", symbolic="1", account=Account(math.inf))
    assert judge(replace(vague, autograd=1 + 1e-8)).autograd is Outcome.AGREES
    assert judge(replace(vague, autograd=1 + 1e-7)).autograd is Outcome.DIFFERS


def test_a_bound_that_was_not_finished() -> None:
    """Beyond 4 ulp nobody knows then whether rounding explains the error; what half of the digits refute is refuted."""
    late = replace(LOOSE, account=Account(math.inf, unfinished="the rounding bound was not finished"))
    judged = judge(late)
    assert judged.autograd is Outcome.UNDECIDED
    assert judged.verdict.explanation.endswith("10 digits are right; the rounding bound was not finished")
    assert judge(replace(late, autograd=2.0)).autograd is Outcome.AGREES
    assert judge(replace(late, autograd=2.001)).autograd is Outcome.DIFFERS
    few = judge(replace(late, autograd=2 + 2**-51 * 10))
    assert few.verdict.explanation == (
        "torch's gradient is within 10.0 ulp of the exact one; the rounding bound was not finished"
    )


def test_ways_that_were_not_tried_are_mentioned() -> None:
    """Where none was found that agrees."""
    untried = "the time was up before every other way to write it was tried"
    assert judge(replace(CANCELLED, untried=untried)).verdict.explanation.endswith(untried)


def test_difference() -> None:
    """The sentence has both numbers, laid out alike, and the cause."""
    judged = judge(CANCELLED)
    assert (judged.autograd, judged.symbolic, judged.digits) == (Outcome.DIFFERS, Outcome.AGREES, 0)
    assert (judged.verdict.cause, judged.verdict.span) == ("cancellation", (1, 9))
    assert judged.verdict.explanation == (
        "torch returned 4.410804467624985e-05, the exact derivative is -8.3333333277777782e-06: no digit is right; "
        "'1-cos(x)' is exactly 5.00000e-9, and in float64 the leading digits of its operands cancel"
    )


@pytest.mark.parametrize(("cured", "told"), [(True, "cures it"), (False, "does not cure it"), (None, None)])
def test_float64_may_cure_a_narrow_format(cured: bool | None, told: str | None) -> None:
    """Said of a difference, and of that only, where it was tried."""
    explanation = judge(replace(CANCELLED, dtype=FLOAT32, cured=cured)).verdict.explanation
    assert explanation.partition("; float64 ")[2] == (told or "")
    assert "cure" not in judge(replace(LOOSE, cured=cured)).verdict.explanation


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_non_finite_gradient_differs_where_a_derivative_exists(number: float) -> None:
    """sqrt(x**4) at 0: the slope is 0."""
    judged = judge(replace(FINE, truth="0", symbolic="0", autograd=number))
    assert (judged.autograd, judged.autograd_ulps, judged.digits) == (Outcome.DIFFERS, None, 0)
    assert judged.verdict.explanation == f"torch returned {number}, though the derivative exists: it is 0"


def test_a_branch_trap_is_named_also_where_both_sides_were_looked_at() -> None:
    """where(x==0, 1, sin(x)/x) at 0 is smooth, and nan comes from the branch that was not taken."""
    source = "where(x==0, 1, sin(x)/x)"
    flat = Behaviour(BehaviourKind.DIFFERENTIABLE, side("1", "0"), side("1", "0"))
    trapped = replace(
        FINE, truth="0", symbolic="0", autograd=math.nan, source=source, seen=flat, fault=Fault((15, 23), untaken=True)
    )
    verdict = judge(trapped).verdict
    assert (verdict.outcome, verdict.cause, verdict.span) == (Outcome.DIFFERS, "branch trap", (15, 23))


def test_conventions_that_do_not_add_up() -> None:
    """relu(x) - relu(-x) is x; torch's two zeros at 0 make 0, and rounding has no part in it."""
    line = Behaviour(BehaviourKind.DIFFERENTIABLE, side("0", "1"), side("0", "1"))
    verdict = judge(replace(CANCELLED, truth="1", symbolic="1", autograd=0.0, seen=line)).verdict
    assert (verdict.outcome, verdict.cause) == (Outcome.DIFFERS, None)
    assert verdict.explanation == (
        "torch returned 0.0, the exact derivative is 1: no digit is right; "
        "both one-sided slopes are the same here, and what torch takes at the kinks of the pieces does not add up to them"
    )


def test_conventions_at_a_higher_order_are_told_of_that_order() -> None:
    """abs(x)**2 has the second derivative 2, for torch the square of a sign."""
    bowl = Behaviour(BehaviourKind.DIFFERENTIABLE, side("0", "2"), side("0", "2"), order=2)
    told = judge(replace(CANCELLED, truth="2", symbolic="2", autograd=0.0, seen=bowl)).verdict.explanation
    assert "; both one-sided derivatives of order 2 are the same here, and what torch takes" in told


@pytest.mark.parametrize(
    ("at", "order", "cause"),
    [
        (1, 1, "corner"),
        (1, 2, "corner"),
        (2, 2, "corner of the derivative"),
        (3, 4, "corner of the derivative of order 2"),
    ],
)
def test_the_cause_names_what_has_the_corner(at: int, order: int, cause: str) -> None:
    """x*abs(x) has none, its derivative has; abs(x) has one of its own, whatever is asked."""
    seen = broken(BehaviourKind.CORNER, "-2", "2", at=at, order=order)
    missing = replace(FINE, truth=None, truth_outcome=Outcome.UNDEFINED, truth_reason="a kink", seen=seen)
    assert judge(missing).verdict.cause == cause


def test_a_true_zero_is_noted() -> None:
    """relu(x) at -1: an agreement that stops a training; a zero without a flat piece is an agreement like another."""
    zero = replace(FINE, truth="0", symbolic="0", autograd=0.0, source="relu(x)", account=Account(0.0, None, (0, 7)))
    verdict = judge(zero).verdict
    assert (verdict.outcome, verdict.cause, verdict.span) == (Outcome.AGREES, "dead zone", (0, 7))
    assert verdict.explanation == "'relu(x)' is flat here, so the derivative is exactly 0"
    assert judge(replace(zero, account=Account(0.0))).verdict.cause is None


def test_overflow_is_named() -> None:
    """exp(x) at 800: the exact gradient 2.7e347 has no float64."""
    lost = Account(math.inf, Suspect(Loss.OVERFLOW, (0, 6), "2.72637e347"))
    judged = judge(replace(FINE, truth="2.7263745721125666e347", autograd=math.inf, source="exp(x)", account=lost))
    assert judged.autograd is Outcome.DIFFERS
    assert (judged.verdict.cause, judged.verdict.span) == ("overflow", (0, 6))
    judged = judge(replace(FINE, truth="1e39", symbolic="1e39", autograd=math.inf, dtype=FLOAT32))
    assert judged.symbolic is Outcome.AGREES
    assert judged.verdict.explanation == "the exact derivative 1e+39 is beyond the largest float32; torch returned inf"


# -- no derivative


def test_a_point_without_a_derivative_is_undefined_whatever_torch_returns() -> None:
    """abs(x) at 0; the cause is the kind of point."""
    corner = broken(BehaviourKind.CORNER, "-1", "1")
    missing = replace(FINE, truth=None, truth_outcome=Outcome.UNDEFINED, truth_reason="a kink", seen=corner)
    for number in (0.0, 1.0, math.nan, math.inf):
        judged = judge(replace(missing, autograd=number))
        assert (judged.symbolic, judged.autograd) == (Outcome.UNDEFINED, Outcome.UNDEFINED)
        assert (judged.autograd_ulps, judged.digits, judged.verdict.cause) == (None, None, "corner")
        assert judged.verdict.explanation.startswith(
            f"slopes -1 and 1 differ, there is no derivative; torch returned {number}"
        )


@pytest.mark.parametrize("kind", [None, BehaviourKind.UNDECIDED, BehaviourKind.DIFFERENTIABLE])
def test_without_a_look_at_both_sides_the_reason_stands(kind: BehaviourKind | None) -> None:
    """Nothing is guessed."""
    seen = kind and Behaviour(kind, Side(None), Side(None))
    missing = replace(FINE, truth=None, truth_outcome=Outcome.UNDEFINED, truth_reason="division by zero", seen=seen)
    verdict = judge(replace(missing, autograd=math.inf)).verdict
    assert (verdict.outcome, verdict.cause) == (Outcome.UNDEFINED, None)
    assert verdict.explanation == (
        "the derivative has no finite value at this point (division by zero); torch returned inf"
    )


def test_an_unsupported_side_is_told_and_the_other_answers() -> None:
    """torch has no Si; SymPy's side stands. Without a truth the reason for that is told as well."""
    silent = replace(FINE, autograd=None, autograd_reason="torch has no rule for Si")
    judged = judge(silent)
    assert (judged.symbolic, judged.autograd) == (Outcome.AGREES, Outcome.UNSUPPORTED)
    assert judged.verdict.explanation == "torch has no rule for Si"
    judged = judge(replace(silent, truth=None, truth_outcome=Outcome.UNDEFINED, truth_reason="a pole"))
    assert (judged.symbolic, judged.autograd) == (Outcome.UNDEFINED, Outcome.UNSUPPORTED)
    assert judged.verdict.explanation == "torch has no rule for Si; a pole"


def test_a_truth_that_was_not_found_leaves_torch_unchecked() -> None:
    """torch's number is shown, and nobody says that it is right."""
    late = "5 seconds were not enough"
    judged = judge(replace(FINE, truth=None, truth_outcome=Outcome.UNDECIDED, truth_reason=late))
    assert (judged.symbolic, judged.autograd) == (Outcome.UNDECIDED, Outcome.UNDECIDED)
    assert judged.verdict.explanation == f"torch returned -7.661275842587077, which could not be checked: {late}"


# -- SymPy's side


def test_sympy_is_judged_on_its_own() -> None:
    """The Piecewise form of sinc twice at 0: SymPy says 0, the truth is -1/3, and torch is right."""
    judged = judge(replace(FINE, truth="-0.33333333333333333333", symbolic="0", autograd=-1 / 3))
    assert (judged.symbolic, judged.autograd) == (Outcome.DIFFERS, Outcome.AGREES)
    assert judged.symbolic_ulps == pytest.approx(2**54 / 3)  # an ulp of 1/3 is 2**-54
    assert judged.verdict.explanation == (
        "torch's gradient is within 0.3 ulp of the exact one; "
        "SymPy's derivative gives 0, the exact one is -0.33333333333333333"
    )


def test_sympys_number_is_rounded_before_it_is_judged() -> None:
    """To the format beside it: a third is half an ulp from a bfloat16 at most, and SymPy's is no worse."""
    judged = judge(replace(FINE, truth="0.33333333333333333333", symbolic="0.33333333333333333333", dtype=BFLOAT16))
    # The neighbours of a third in bfloat16 are 170/512 and 171/512; the ulp is 1/512.
    assert judged.symbolic_ulps == pytest.approx(1 / 3)


@pytest.mark.parametrize(("symbolic", "truth"), [("-1", "0"), ("1e400", "1"), ("1e400", "1e-400")])
def test_a_distance_beyond_any_float_is_infinite(symbolic: str, truth: str) -> None:
    """where(x==1, 1, x) - x at 1: SymPy says -1, the truth is 0, whose ulp is the smallest number there is."""
    judged = judge(replace(FINE, truth=truth, symbolic=symbolic, autograd=0.0))
    assert (judged.symbolic, judged.symbolic_ulps) == (Outcome.DIFFERS, math.inf)


@pytest.mark.parametrize(
    ("missing", "outcome"),
    [
        (Outcome.UNDEFINED, Outcome.DIFFERS),
        (Outcome.UNDECIDED, Outcome.UNDECIDED),
        (Outcome.UNSUPPORTED, Outcome.UNSUPPORTED),
    ],
)
def test_sympy_without_a_number_where_there_is_one(missing: Outcome, outcome: Outcome) -> None:
    """No value of its derivative is a mistake of SymPy's; not to have got one is none."""
    judged = judge(replace(FINE, symbolic=None, symbolic_outcome=missing, symbolic_reason="division by zero"))
    assert (judged.symbolic, judged.symbolic_ulps, judged.autograd) == (outcome, None, Outcome.AGREES)
    blamed = "; SymPy has no number though the derivative exists: division by zero"
    assert judged.verdict.explanation.endswith(blamed) is (outcome is Outcome.DIFFERS)


# -- whose number it is


@pytest.mark.parametrize(
    ("subject", "agrees", "differs", "missing"),
    [
        (
            GRADIENT,
            "torch's gradient is within 0.0 ulp of the exact one",
            "torch returned 3.0, the exact derivative is 2: no digit is right",
            "torch returned nan, though the derivative exists: it is 2",
        ),
        (
            LOSS,
            "torch's loss is within 0.0 ulp of the exact one",
            "torch returned 3.0, the exact loss is 2: no digit is right",
            "torch returned nan, though the loss exists: it is 2",
        ),
        (
            BY_HAND,
            "the product by hand is within 0.0 ulp of the exact one",
            "the product by hand is 3.0, the exact derivative is 2: no digit is right",
            "the product by hand is nan, though the derivative exists: it is 2",
        ),
    ],
    ids=["gradient", "loss", "by hand"],
)
def test_each_subject_has_its_words(subject: Subject, agrees: str, differs: str, missing: str) -> None:
    """What is judged is named: torch's gradient, its loss, the product by hand."""
    for number, said in ((2.0, agrees), (3.0, differs), (math.nan, missing)):
        judged = judge(replace(FINE, truth="2", symbolic="2", autograd=number, subject=subject))
        assert judged.verdict.explanation == said


@pytest.mark.parametrize(("subject", "name"), [(GRADIENT, "derivative"), (LOSS, "loss"), (BY_HAND, "derivative")])
def test_each_subject_has_its_truth(subject: Subject, name: str) -> None:
    """Also beyond the largest number, where there is none, and where it could not be found."""
    beyond = judge(replace(FINE, truth="1e39", autograd=math.inf, dtype=FLOAT32, subject=subject))
    assert beyond.verdict.explanation.startswith(f"the exact {name} 1e+39 is beyond the largest float32; ")
    none = replace(FINE, truth=None, truth_outcome=Outcome.UNDEFINED, truth_reason="a pole", subject=subject)
    told = judge(replace(none, autograd=math.inf)).verdict.explanation
    assert told == f"the {name} has no finite value at this point (a pole); {subject.returned} inf"
    unchecked = judge(replace(none, truth_outcome=Outcome.UNDECIDED, truth_reason="too late", autograd=1.0))
    assert unchecked.verdict.explanation == f"{subject.returned} 1.0, which could not be checked: too late"


# -- what needs no second look


@pytest.mark.parametrize(
    ("autograd", "truth", "near"),
    [
        (1 + 4 * 2.0**-52, "1", True),
        (1 + 5 * 2.0**-52, "1", False),
        (0.0, "0", False),
        (math.nan, "1", False),
        (None, "1", False),
        (1.0, None, False),
    ],
)
def test_what_is_close(autograd: float | None, truth: str | None, near: bool) -> None:
    """Four ulps; a zero may be a dead zone, and wants its account."""
    assert close(autograd, truth, FLOAT64) is near
