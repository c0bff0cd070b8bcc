"""Points without a derivative in words, from both sides made by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from gradcalc.engines.certified import Behaviour, BehaviourKind, Side
from gradcalc.verdict.singular import sentence
from tests.verdict.evidence import side

NOWHERE = Side(defined=False)
#: A point of each kind at 0, and what is said of it.
SEEN = {
    "abs(x)": (
        Behaviour(BehaviourKind.CORNER, side("0", "-1"), side("0", "1"), value="0"),
        "slopes -1 and 1 differ, there is no derivative",
    ),
    "cbrt(x)": (
        Behaviour(BehaviourKind.VERTICAL_TANGENT, side("0", "inf"), side("0", "inf"), value="0"),
        "the tangent is vertical, the slope goes to inf on both sides",
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
        "the formula as typed has no value here (why), though it has the limit 0 and there the slopes -1 and 1",
    ),
    "x*sin(1/x)": (
        Behaviour(BehaviourKind.REMOVABLE, side("0"), side("0")),
        "the formula as typed has no value here (why), though it has the limit 0 and there no slope",
    ),
    "where(x==0, 5, x)": (
        Behaviour(BehaviourKind.ISOLATED, side("0", "1"), side("0", "1"), value="5"),
        "f is 5 here but tends to 0 from both sides: it is not continuous",
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


@pytest.mark.parametrize("formula", SEEN)
def test_each_kind_has_its_sentence(formula: str) -> None:
    """Followed by torch's number, where there is one."""
    seen, said = SEEN[formula]
    assert sentence(seen, "torch returned", None, "why") == said
    assert sentence(seen, "torch returned", 7.0, "why").startswith(f"{said}; torch returned 7.0")


def test_no_kind_is_forgotten() -> None:
    """Those without a derivative; a new one fails here until it has a sentence."""
    told = {seen.kind for seen, _ in SEEN.values()}
    assert set(BehaviourKind) - told == {BehaviourKind.DIFFERENTIABLE, BehaviourKind.UNDECIDED}


@pytest.mark.parametrize(
    ("autograd", "place"),
    [
        (0.0, ", which lies between them"),
        (-1.0, ", which lies between them"),
        (1.0, ", which lies between them"),
        (1.5, ", which does not lie between them"),
        (-math.inf, ", which does not lie between them"),
        (math.nan, ""),
    ],
)
def test_where_torchs_number_lies_at_a_corner(autograd: float, place: str) -> None:
    """Between the slopes, ends included, is a subgradient; nan lies nowhere."""
    corner, said = SEEN["abs(x)"]
    assert sentence(corner, "torch returned", autograd, "") == f"{said}; torch returned {autograd}{place}"
    mirrored = replace(corner, left=corner.right, right=corner.left)
    assert sentence(mirrored, "torch returned", autograd, "").endswith(f"torch returned {autograd}{place}")


def test_only_at_a_corner_it_lies_between() -> None:
    """A jump has two slopes, and yet nothing between them is one."""
    jump, said = SEEN["floor(x)"]
    assert sentence(jump, "torch returned", 0.0, "") == f"{said}; torch returned 0.0"


def test_what_was_not_proved_says_so() -> None:
    """Slopes by difference quotients are no proof."""
    corner, said = SEEN["abs(x)"]
    numeric = replace(corner, proved=False)
    assert sentence(numeric, "torch returned", None, "") == f"{said} (numerically, not proved)"


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
    seen = replace(SEEN["abs(x)"][0], right=side("0", slope))
    assert f" and {shown} differ" in sentence(seen, "", None, "")


def test_a_corner_of_a_lower_order() -> None:
    """|x| has the second slope 0 on both sides, and no second derivative: its first jumps."""
    seen = Behaviour(BehaviourKind.CORNER, side("0", "0"), side("0", "0"))
    told = sentence(seen, "torch returned", 0.0, "")
    assert told.startswith("a derivative of lower order jumps here, there is no derivative; torch returned 0.0")
