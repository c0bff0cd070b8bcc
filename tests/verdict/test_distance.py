"""Ulps, relative errors and digits, against neighbours of numbers and by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from gradcalc.dtypes import BFLOAT16, DTYPES, FLOAT32, FLOAT64, DType
from gradcalc.verdict.distance import distance


@pytest.mark.parametrize("value", [1.0, 0.1, -7.661275842587077, 1e300, 1e-300, 5e-324, 2.0**-1022])
@pytest.mark.parametrize("steps", [0, 1, 4, 5, 1000])
def test_ulps_count_neighbours(value: float, steps: int) -> None:
    """Between a number and its n-th larger neighbour lie n ulps of the truth's binade."""
    other = abs(value)
    for _ in range(steps):
        other = math.nextafter(other, math.inf)
    gap = distance(other, Fraction(abs(value)), FLOAT64)
    assert gap.ulps == steps
    assert gap.agrees(FLOAT64) == (steps <= 4 or (other - abs(value)) / abs(value) <= 1e-9)


def test_a_truth_between_two_floats() -> None:
    """A third is 1/3 ulp from the float that stands for it (0.333...33314829616256247)."""
    gap = distance(1 / 3, Fraction(1, 3), FLOAT64)
    assert gap.ulps == pytest.approx(1 / 3)
    assert gap.digits == 16


@pytest.mark.parametrize(
    ("relative", "agrees"), [(0.9e-9, True), (1.1e-9, False), (1e-3, False)], ids=["below", "above", "far"]
)
def test_float64_tolerates_nine_digits(relative: float, agrees: bool) -> None:
    """The relative error of 1e-9 is the border of agreement in float64."""
    assert distance(3.0 * (1 + relative), Fraction(3), FLOAT64).agrees(FLOAT64) is agrees


def test_narrow_formats_tolerate_the_same_share_of_their_digits() -> None:
    """1e-9 is u**0.564 in float64; in float32 that is 8.4e-5 and in bfloat16 0.044, by hand."""
    assert distance(1 + 8.3e-5, Fraction(1), FLOAT32).agrees(FLOAT32)
    assert not distance(1 + 8.6e-5, Fraction(1), FLOAT32).agrees(FLOAT32)
    assert distance(1.0429, Fraction(1), BFLOAT16).agrees(BFLOAT16)
    assert not distance(1.1, Fraction(1), BFLOAT16).agrees(BFLOAT16)


@pytest.mark.parametrize(("value", "digits"), [(3.141592653589793, 16), (3.1416, 5), (3.0, 1), (2.0, 0), (-3.0, 0)])
def test_digits_are_those_that_are_right(value: float, digits: int) -> None:
    """pi to so many digits: floor(-log10(relative error))."""
    pi = Fraction("3.14159265358979323846264338327950288")
    assert distance(value, pi, FLOAT64).digits == digits


def test_zero() -> None:
    """A zero that was missed has no right digit; a zero that was hit has all."""
    assert distance(0.0, Fraction(0), FLOAT64).digits == 16
    missed = distance(1e-17, Fraction(0), FLOAT64)
    assert missed.digits == 0
    assert missed.relative == math.inf
    assert not missed.agrees(FLOAT64)
    assert distance(5e-324, Fraction(0), FLOAT64).ulps == 1


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=lambda dtype: dtype.name)
def test_beyond_any_float(dtype: DType) -> None:
    """A truth of ten to the thousand is infinitely far in ulps only of a float that is not near it."""
    gap = distance(1.0, Fraction(10) ** 1000, dtype)
    assert gap.relative == pytest.approx(1.0)
    assert gap.digits == 0
