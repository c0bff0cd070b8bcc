"""Where claims are tried: many kinds of points, few digits, the ends of ranges."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import islice

import pytest

from gradcalc.checking.points import draw
from gradcalc.checking.reading import Point, decimal
from gradcalc.checking.regions import regions


def drawn(names: str, count: int = 300, **ranges: tuple[str, str]) -> list[Point]:
    """The first points."""
    ends = {name: (Fraction(low), Fraction(high)) for name, (low, high) in ranges.items()}
    return list(islice(draw(names.split(), ends, random.Random(2)), count))  # noqa: S311 - points, no secrets


def test_simple_points_come_first() -> None:
    """2 before all others; no point twice."""
    points = drawn("x")
    assert [decimal(point["x"]) for point in points[:3]] == ["2", "0.5", "-2"]
    assert len({tuple(point.values()) for point in points}) == len(points)
    assert all(len(decimal(point["x"])) <= 6 for point in points)


@pytest.mark.parametrize("names", ["x", "x y", "a b c d"])
def test_every_kind_of_point_comes_early(names: str) -> None:
    """Among the first sixty: all in (0, 1), all above 1, all negative, whole numbers, large ones, and mixed signs."""
    points = [list(point.values()) for point in drawn(names, 60)]
    for kind in (
        lambda x: 0 < x < 1,
        lambda x: x > 1,
        lambda x: x < 0,
        lambda x: x.denominator == 1 and x >= 0,
        lambda x: abs(x) >= 10,
    ):
        assert sum(all(map(kind, point)) for point in points) >= 3
    assert any(min(point) < 0 < max(point) for point in points) or names == "x"


@pytest.mark.parametrize(
    ("low", "high"), [("0", "10"), ("-1", "1"), ("2.5", "2.75"), ("1e-12", "1e12"), ("-1e-30", "0"), ("100", "100.001")]
)
def test_a_range_is_filled(low: str, high: str) -> None:
    """Every point lies inside, each half holds some, and digits are few."""
    points = [point["x"] for point in drawn("x", 60, x=(low, high))]
    start, stop = Fraction(low), Fraction(high)
    assert all(start <= x <= stop for x in points)
    middle = (start + stop) / 2
    assert min(sum(x < middle for x in points), sum(x > middle for x in points)) >= 5
    assert all(len(decimal(x).strip("-0.")) <= 24 for x in points)


def test_few_points_come_to_an_end() -> None:
    """A range of one number has one point; a formula without variables too."""
    assert drawn("x", x=("3", "3")) == [{"x": Fraction(3)}]
    assert drawn("") == [{}]


def at(*values: str) -> list[Point]:
    """Points of one variable."""
    return [{"x": Fraction(value)} for value in values]


@pytest.mark.parametrize(
    ("holds", "fails", "expected"),
    [
        (at("1", "2", "3"), at("-1", "-2", "-3"), ("x > 0", "x < 0", 3)),
        (at("-1", "-2", "-3", "0"), at("1", "2", "3"), ("x < 0", "x > 0", 3)),
        (at("0.5", "-0.5", "0.1"), at("-2", "2", "3"), ("|x| < 1", "|x| > 1", 3)),
        (at("7", "8", "9"), at("1.5", "2", "5"), ("x >= 7", "x <= 5", 3)),
        (at("1.5", "2", "5"), at("7", "8", "9"), ("x <= 5", "x >= 7", 3)),
        (at("1", "2"), at("-1", "-2", "-3"), None),
        (at("1", "3", "5"), at("2", "4", "6"), None),
        (at(*map(str, range(1, 9)), "-2.5"), at(*(str(-k) for k in range(1, 9))), ("x > 0", "x < 0", 8)),
    ],
)
def test_regions(holds: list[Point], fails: list[Point], expected: tuple[str, str, int] | None) -> None:
    """The first condition that tells them apart; a single point beyond it may be by chance."""
    assert regions(holds, fails) == expected
