"""Points beside what decides in a formula: in each region that a condition names there is one."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from gradcalc.checking.reading import CheckRequest, Point, read
from gradcalc.checking.turning import turning_points
from gradcalc.engines import certified


def found(claim: str, *, over: tuple[str, ...] = (), formula: str = "x**2*y") -> list[Point]:
    """The points for a formula and a claim."""
    assertion = read(CheckRequest(formula, claim, wrt=("x",), over=over))
    functions = certified.family(20.0)
    roots = [functions.read(assertion.tape), functions.read(assertion.claims[0])]
    return list(turning_points(assertion, functions, roots, domains=False))


@pytest.mark.parametrize(
    ("condition", "inside"),
    [
        ("ceil(x) == 8", lambda x, _: 7 < x <= 8),
        ("round(x) == -3", lambda x, _: -3.5 < x < -2.5),
        ("(x > 5.5) & (x < 5.5001)", lambda x, _: 5.5 < x < Fraction("5.5001")),
        ("x > 1e7", lambda x, _: x > 10**7),
        ("x < -1e200", lambda x, _: x < -(10**200)),
        ("x == 2.37", lambda x, _: x == Fraction("2.37")),
        ("y == 2.37", lambda _, y: y == Fraction("2.37")),
        ("mod(floor(x), 97) == 3", lambda x, _: x // 1 % 97 == 3),
        ("max(x, 1000) == x", lambda x, _: x >= 1000),
        ("x**3 + 2*x > 40000", lambda x, _: x**3 + 2 * x > 40000),
        ("abs(x - 123.456) < 1e-3", lambda x, _: abs(x - Fraction("123.456")) < Fraction("1e-3")),
        ("x > y + 10000", lambda x, y: x > y + 10000),
    ],
)  # fmt: skip
def test_a_region_is_found(condition: str, inside: Callable[[Fraction, Fraction], bool]) -> None:
    """One point inside, and one outside."""
    points = found(f"where({condition}, 0, 2*x*y)")
    sides = {bool(inside(point["x"], point["y"])) for point in points}
    assert sides == {True, False}


def test_without_conditions_there_are_none() -> None:
    """What is smooth does not turn."""
    assert found("2*x*y + sin(x)") == []


def test_points_lie_in_the_range() -> None:
    """What turns outside of --over is left alone."""
    points = found("where((x > 3) | (x < -50), 0, 2*x*y)", over=("x=0..10",))
    assert {point["x"] > 3 for point in points} == {True, False}
    assert all(0 <= point["x"] <= 10 for point in points)
