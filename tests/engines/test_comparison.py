"""Functions compared at exact points, against mpmath at 50 digits, exact fractions and by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.engines import certified
from gradcalc.engines.certified import Comparison, Pair, Relation
from gradcalc.language.parser import parse
from tests import oracle

SECONDS = 20.0


def related(formula: str, claim: str, **at: str) -> Comparison:
    """The derivative of a formula by x, and a claim, at a point of decimals."""
    family = certified.family(SECONDS)
    whole, second = family.read(parse(formula)), family.read(parse(claim))
    (first,) = family.gradient(whole, ["x"])
    (found,) = family.compare(whole, [Pair(first, second, "x")], {name: Fraction(value) for name, value in at.items()})
    return found


@pytest.mark.parametrize(
    ("formula", "claim", "at", "relation"),
    [
        ("0.3*x**3", "0.9*x**2", "0.7", Relation.EQUAL),
        ("0.1*x + 0.2*x", "0.3", "1", Relation.EQUAL),
        ("0.1*x", "0.1000000000000000055511151231257827", "1", Relation.UNEQUAL),
        ("x**0.1", "0.1*x**-0.9", "2", Relation.EQUAL),
        ("x**2", "2*x", "0", Relation.EQUAL),
        ("sin(x)**2 + cos(x)**2", "0", "3", Relation.EQUAL),
        ("x", "1 + 1e-47", "2", Relation.UNEQUAL),
        ("log(x)", "1/x", "-1", Relation.OUTSIDE),
        ("abs(x)", "1", "0", Relation.OUTSIDE),
        ("x + log(-1)", "1", "2", Relation.OUTSIDE),
        ("x", "x/x", "0", Relation.WITHOUT_VALUE),
        ("exp(exp(exp(exp(x))))", "1", "9", Relation.UNDECIDED),
        ("x**2*besselj(y, 1)", "1", "1", Relation.UNEQUAL),
    ],
)
def test_the_relation(formula: str, claim: str, at: str, relation: Relation) -> None:
    """Literals and points are the decimals as typed; what is not known is told as such."""
    assert related(formula, claim, x=at, y="0.5").relation is relation


def test_both_values_are_shown() -> None:
    """To forty digits and more where they differ, by mpmath at 50."""
    found = related("sin(x)/x", "cos(x)/x", x="1.3")
    assert found.first is not None
    assert found.second is not None
    x = oracle.mp.mpf("1.3")
    assert abs(oracle.mp.mpf(found.first) - (oracle.mp.cos(x) / x - oracle.mp.sin(x) / x**2)) < 1e-44
    assert abs(oracle.mp.mpf(found.second) - oracle.mp.cos(x) / x) < 1e-44


@pytest.mark.parametrize(
    ("formula", "claim", "as_complex"),
    [
        ("x**3/3", "exp(2*log(x))", Relation.EQUAL),
        ("x**2", "2*sqrt(x)**2", Relation.EQUAL),
        ("x**2", "2*sqrt(x**3/x)**2", None),  # 0/0 is no complex number either
        ("x", "sqrt(x)**2/x", None),
        ("x**2", "sqrt(x)*sqrt(x) + x", Relation.EQUAL),
        ("x**2", "2*exp(log(x - 1)) + 2", Relation.EQUAL),
        ("cbrt(x)", "1/3*x**(-2/3)", Relation.UNEQUAL),
        ("x", "sqrt(x**2)/x + 2*asin(1 - x) - 2*asin(1 - x)", Relation.UNEQUAL),
        ("x", "where(x < 1, sqrt(x), 5) + floor(x)", Relation.UNEQUAL),
        ("x", "lgamma(log(x))", None),  # of real arguments only
    ],
)
def test_what_complex_numbers_show(formula: str, claim: str, as_complex: Relation | None) -> None:
    """Where a claim has no real value its principal value is compared, by hand: (-2)**(-2/3) is no real number."""
    zero = as_complex is None and "lgamma" not in claim
    found = related(formula, claim, x="0" if zero else "-2")
    assert found.relation is Relation.WITHOUT_VALUE
    assert found.as_complex is as_complex


def test_a_jump_refutes_nothing() -> None:
    """At 0 the derivative as it is written is 1, but the formula is abs(x): what is not proved tells nothing."""
    assert related("where(sign(x) > -0.5, x, -x)", "sign(x)", x="0").relation is Relation.OUTSIDE
    assert related("where(mod(x, 1) < 0.5, 1, -1)", "7", x="1").relation is Relation.OUTSIDE
    assert related("where(mod(y, 1) < 0.5, 1, -1)*x", "7", x="1", y="1").relation is Relation.UNEQUAL


def test_equal_decimals_are_equal() -> None:
    """No ball is exactly 2.37, but a variable and a literal that are, are one number."""
    assert related("where(y == 2.37, 0, x)", "1", x="3", y="2.37") == Comparison(Relation.UNEQUAL, "0", "1")


@given(
    a=st.fractions(-9, 9, max_denominator=99),
    b=st.fractions(-9, 9, max_denominator=99),
    c=st.fractions(-9, 9, max_denominator=99),
)
def test_against_exact_fractions(a: Fraction, b: Fraction, c: Fraction) -> None:
    """d/dx (x**3 + y*x) is 3*x**2 + y: equal to that, and to nothing else, in exact arithmetic."""
    family = certified.family(SECONDS)
    whole = family.read(parse("x**3 + y*x"))
    (slope,) = family.gradient(whole, ["x"])
    claim = family.read(parse("z"))
    truth = 3 * a**2 + b
    for value in (truth, truth + c):
        (found,) = family.compare(whole, [Pair(slope, claim, "x")], {"x": a, "y": b, "z": value})
        assert found.relation is (Relation.EQUAL if value == truth else Relation.UNEQUAL)


def test_pieces_of_a_formula() -> None:
    """The inner derivatives with their places, and the parts that a derivative is the sum of, at x = 2."""
    family = certified.family(SECONDS)
    source = "x**2*sin(3*x)"
    whole = family.read(parse(source))
    inner = {source[span.start : span.stop]: family.written(slope) for span, slope in family.inner(whole, "x")}
    assert inner == {"x**2": "2*x", "3*x": "3", "sin(3*x)": "3*cos(3*x)"}
    at = {"x": Fraction(2)}
    parts = [
        (op, source[span.start : span.stop], family.value(part, at))
        for op, span, part in family.contributions(whole, "x")
    ]
    assert [(op, piece) for op, piece, _ in parts] == [("mul", "x**2"), ("mul", "sin(3*x)")]
    by_hand = (4 * oracle.mp.sin(6), 12 * oracle.mp.cos(6))
    for (_, _, found), expected in zip(parts, by_hand, strict=True):
        assert found is not None
        assert abs(oracle.mp.mpf(found) - expected) < 1e-38


def test_time_is_bounded() -> None:
    """A family whose time is over computes nothing."""
    family = certified.family(0.0)
    whole = family.read(parse("x**2"))
    with pytest.raises(TimeoutError):
        family.compare(whole, [Pair(whole, whole)], {"x": Fraction(1)})
