"""Points without a derivative in words, from both sides made by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import pytest

from gradcalc.dtypes import BFLOAT16, FLOAT32, FLOAT64, DType
from gradcalc.engines.certified import Behaviour, BehaviourKind, Side
from gradcalc.verdict.singular import cause, sentence
from tests.verdict.evidence import broken, side

NOWHERE = Side(defined=False)
#: A point of each kind at 0, and what is said of it.
SEEN = {
    "abs(x)": (
        broken(BehaviourKind.CORNER, "-1", "1"),
        "slopes -1 and 1 differ, there is no derivative",
    ),
    "cbrt(x)": (
        broken(BehaviourKind.VERTICAL_TANGENT, "inf", "inf"),
        "the tangent is vertical, the slope is inf on both sides, there is no derivative",
    ),
    "floor(x)": (
        Behaviour(BehaviourKind.JUMP, side("-1", "0"), side("0", "0"), value="0"),
        "f jumps here, from -1 on the left to 0 on the right",
    ),
    "1/x": (
        Behaviour(BehaviourKind.POLE, side("-inf"), side("inf")),
        "f has a pole here: it goes to -inf on the left and inf on the right",
    ),
    "sin(x)/x": (
        Behaviour(BehaviourKind.REMOVABLE, side("1", "0"), side("1", "0")),
        "the formula as typed has no value here (why), though it has the limit 1 and there the slope 0",
    ),
    "abs(x)*x/x": (
        Behaviour(BehaviourKind.REMOVABLE, side("0", "-1"), side("0", "1")),
        "the formula as typed has no value here (why), though it has the limit 0 and there the slope -1 on the left and 1 on the right",
    ),
    "x*sin(1/x)": (
        Behaviour(BehaviourKind.REMOVABLE, side("0"), side("0")),
        "the formula as typed has no value here (why), though it has the limit 0 and no slope that could be told",
    ),
    "where(x==0, 5, x)": (
        Behaviour(BehaviourKind.ISOLATED, side("0", "1"), side("0", "1"), value="5"),
        "f is 5 here but tends to 0 from both sides: it is not continuous",
    ),
    "where(x==0, 5, sqrt(x))": (
        Behaviour(BehaviourKind.EDGE, NOWHERE, side("0", "inf"), value="5"),
        "this is the edge of the domain; f is 5 here but tends to 0 from the right: it is not continuous",
    ),
    "where(x==0, 5, log(-x))": (
        Behaviour(BehaviourKind.EDGE, side("-inf", "-inf"), NOWHERE, value="5"),
        "this is the edge of the domain; f is 5 here but tends to -inf from the left: it is not continuous",
    ),
    "pi + sqrt(x)": (
        Behaviour(BehaviourKind.EDGE, NOWHERE, side("3.1415926535897932385", "inf"), value="3.14159265358979323846264"),
        "this is the edge of the domain; from the right the slope is inf",
    ),
    "sqrt(-x**2)": (
        Behaviour(BehaviourKind.ISOLATED, NOWHERE, NOWHERE, value="0"),
        "f is 0 here and has no values on either side: the point is alone in its domain",
    ),
    "sqrt(x)": (
        Behaviour(BehaviourKind.EDGE, NOWHERE, side("0", "inf"), value="0"),
        "this is the edge of the domain; from the right the slope is inf",
    ),
    "(-x)**1.5": (
        Behaviour(BehaviourKind.EDGE, side("0", "0"), NOWHERE, value="0"),
        "this is the edge of the domain; from the left the slope is 0",
    ),
    "sin(1/x)*sqrt(x)": (
        Behaviour(BehaviourKind.EDGE, NOWHERE, side("0")),
        "this is the edge of the domain; from the right the slope is not known",
    ),
    "log(x - 1)": (Behaviour(BehaviourKind.OUTSIDE, NOWHERE, NOWHERE), "the point is outside the domain: why"),
}


#: The same of orders above 1: what is said, and the cause. By hand: the second derivative of |x|**1.5 is 0.75/sqrt(|x|),
#: of x*|x| 2*sign(x), of sin(x)/x at 0 -1/3; the third of |x|**2.5 is sign(x)*1.875/sqrt(|x|).
HIGHER = {
    "abs(x)**1.5": (
        broken(BehaviourKind.VERTICAL_TANGENT, "inf", "inf", at=2, order=2),
        "the derivative of order 2 tends to inf on both sides, there is none at the point itself",
        "vertical tangent of the derivative",
    ),
    "x*abs(x)": (
        broken(BehaviourKind.CORNER, "-2", "2", at=2, order=2),
        "the derivative of order 2 tends to -2 on the left and 2 on the right, there is none at the point itself",
        "corner of the derivative",
    ),
    "where(x>0, x**2, 0)": (
        broken(BehaviourKind.CORNER, "0", "2", at=2, order=3),
        "the derivative of order 2 tends to 0 on the left and 2 on the right, there is none at the point itself, nor one "
        "of order 3",
        "corner of the derivative",
    ),
    "abs(x)": (
        broken(BehaviourKind.CORNER, "-1", "1", order=2),
        "slopes -1 and 1 differ, there is no derivative, nor one of order 2",
        "corner",
    ),
    "cbrt(x)": (
        broken(BehaviourKind.VERTICAL_TANGENT, "inf", "inf", order=3),
        "the tangent is vertical, the slope is inf on both sides, there is no derivative, nor one of order 3",
        "vertical tangent",
    ),
    "abs(x)**2.5": (
        broken(BehaviourKind.CORNER, "-inf", "inf", at=3, order=3),
        "the derivative of order 3 tends to -inf on the left and inf on the right, there is none at the point itself",
        "corner of the derivative of order 2",
    ),
    "sin(x)/x": (
        Behaviour(BehaviourKind.REMOVABLE, side("1", "-0.33333333333"), side("1", "-0.33333333333"), order=2),
        "the formula as typed has no value here (why), though it has the limit 1 and its derivative of order 2 tends to "
        "-0.33333333",
        "removable",
    ),
    "x*abs(x)*x/x": (
        Behaviour(BehaviourKind.REMOVABLE, side("0", "-2"), side("0", "2"), order=2),
        "the formula as typed has no value here (why), though it has the limit 0 and its derivative of order 2 tends to "
        "-2 on the left and 2 on the right",
        "removable",
    ),
    "x*sin(1/x)": (
        Behaviour(BehaviourKind.REMOVABLE, side("0"), side("0"), order=2),
        "the formula as typed has no value here (why), though it has the limit 0 and no derivative of order 2 that could "
        "be told",
        "removable",
    ),
    "sqrt(x**3)": (
        Behaviour(BehaviourKind.EDGE, NOWHERE, side("0", "inf"), value="0", order=2),
        "this is the edge of the domain; from the right the derivative of order 2 tends to inf",
        "edge of the domain",
    ),
}


@pytest.mark.parametrize("formula", HIGHER)
def test_a_sentence_names_the_derivative_that_it_is_about(formula: str) -> None:
    """The lowest that is missing, and the one that was asked for."""
    seen, said, kind = HIGHER[formula]
    assert sentence(seen, "torch returned", None, "why", FLOAT64) == said
    assert cause(seen) == kind


@pytest.mark.parametrize("formula", SEEN)
def test_each_kind_has_its_sentence(formula: str) -> None:
    """Followed by torch's number, where there is one."""
    seen, said = SEEN[formula]
    assert sentence(seen, "torch returned", None, "why", FLOAT64) == said
    assert sentence(seen, "torch returned", 7.0, "why", FLOAT64).startswith(f"{said}; torch returned 7.0")


def test_no_kind_is_forgotten() -> None:
    """Those without a derivative; a new one fails here until it has a sentence."""
    told = {seen.kind for seen, _ in SEEN.values()}
    assert set(BehaviourKind) - told == {BehaviourKind.DIFFERENTIABLE, BehaviourKind.UNDECIDED}


@pytest.mark.parametrize(
    ("autograd", "place"),
    [
        (0.0, ", which lies between them"),
        (-1.0, ", which is one of them"),
        (1.0, ", which is one of them"),
        (1 - 2**-45, ", which lies between them"),
        (1.5, ", which does not lie between them"),
        (-math.inf, ", which does not lie between them"),
        (math.nan, ""),
    ],
)
def test_where_torchs_number_lies_at_a_corner(autograd: float, place: str) -> None:
    """One of the slopes or between them is a subgradient; nan lies nowhere."""
    corner, said = SEEN["abs(x)"]
    assert sentence(corner, "torch returned", autograd, "", FLOAT64) == f"{said}; torch returned {autograd}{place}"
    mirrored = broken(BehaviourKind.CORNER, "1", "-1")
    assert sentence(mirrored, "torch returned", autograd, "", FLOAT64).endswith(f"torch returned {autograd}{place}")


@pytest.mark.parametrize(("dtype", "stored"), [(FLOAT32, 0.009999999776482582), (BFLOAT16, 0.010009765625)])
def test_one_of_the_slopes_but_for_rounding(dtype: DType, stored: float) -> None:
    """leaky_relu has the slope 0.01 as it is stored; a product with it may be rounded once more."""
    corner = broken(BehaviourKind.CORNER, f"{Decimal(stored):f}", "1")
    for number in (stored, stored * (1 + 2 * dtype.unit_roundoff)):
        assert sentence(corner, "torch returned", number, "", dtype).endswith(", which is one of them")
    assert sentence(corner, "torch returned", 0.5, "", dtype).endswith(", which lies between them")


def test_a_cusp() -> None:
    """sqrt(abs(x)) has both infinities as slopes, and every number lies between them."""
    cusp = broken(BehaviourKind.CORNER, "-inf", "inf")
    assert sentence(cusp, "torch returned", math.inf, "", FLOAT64).endswith("torch returned inf, which is one of them")
    assert sentence(cusp, "torch returned", 1.0, "", FLOAT64).endswith("torch returned 1.0, which lies between them")


def test_nothing_lies_between_the_slopes_of_a_lower_order() -> None:
    """Of the second derivative of abs(x) torch's 0 is no mean of -1 and 1."""
    seen, said, _ = HIGHER["abs(x)"]
    assert sentence(seen, "torch returned", 0.0, "", FLOAT64) == f"{said}; torch returned 0.0"


def test_only_at_a_corner_it_lies_between() -> None:
    """A jump has two slopes, and yet nothing between them is one."""
    jump, said = SEEN["floor(x)"]
    assert sentence(jump, "torch returned", 0.0, "", FLOAT64) == f"{said}; torch returned 0.0"


def test_what_was_not_proved_says_so() -> None:
    """Slopes by difference quotients are no proof."""
    corner, said = SEEN["abs(x)"]
    numeric = replace(corner, proved=False)
    assert sentence(numeric, "torch returned", None, "", FLOAT64) == f"{said} (numerically, not proved)"


@pytest.mark.parametrize(
    ("slope", "shown"),
    [
        ("10", "10"),
        ("-1000.000000", "-1000"),
        ("0.333333333333333333", "0.33333333"),
        ("0.00012345678949", "0.00012345679"),
        ("-0.0000125", "-1.25e-05"),
        ("1234567890123456789", "1.2345679e+18"),
        ("2.5e1000", "2.5e+1000"),
        ("-inf", "-inf"),
    ],
)
def test_slopes_have_eight_digits(slope: str, shown: str) -> None:
    """Laid out as Python lays out torch's number beside them."""
    seen = broken(BehaviourKind.CORNER, "-1", slope)
    assert f" and {shown} differ" in sentence(seen, "", None, "", FLOAT64)


@pytest.mark.parametrize(
    ("right", "told"),
    [
        ("1.5", "slopes 1 and 1.5 differ"),
        ("1.00000000000001", "slopes 1 and 1.00000000000001 differ"),
        (f"1.{'0' * 29}7", f"slopes 1 and 1.{'0' * 29}7 differ"),
        (f"1.{'0' * 39}7", "slopes 1 and 1 (they are the same to 32 digits) differ"),
    ],
)
def test_slopes_that_differ_are_told_with_the_digits_that_show_it(right: str, told: str) -> None:
    """1e30*x + abs(x) has the slopes 1e30 - 1 and 1e30 + 1 at 0, which eight digits do not tell apart."""
    seen = broken(BehaviourKind.CORNER, "1", right)
    assert sentence(seen, "torch returned", None, "", FLOAT64).startswith(f"{told}, there is no derivative")
