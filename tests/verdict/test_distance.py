"""Ulps, relative errors and digits, against neighbours of numbers and by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from gradcalc.dtypes import BFLOAT16, DTYPES, FLOAT16, FLOAT32, FLOAT64, DType
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
    assert gap.absolute == other - abs(value)
    assert gap.agrees(FLOAT64, bound=0.0) == (steps <= 4)


def test_a_truth_between_two_floats() -> None:
    """A third is 1/3 ulp from the float that stands for it (0.333...33314829616256247)."""
    gap = distance(1 / 3, Fraction(1, 3), FLOAT64)
    assert gap.ulps == pytest.approx(1 / 3)
    assert gap.digits == 16


@pytest.mark.parametrize(("share", "agrees"), [(0.9, True), (1.9, True), (2.1, False), (100.0, False)])
def test_beyond_four_ulps_twice_the_bound_is_allowed(share: float, agrees: bool) -> None:
    """The error is `share` times what rounding may do; at 3 that is 2**22 ulps."""
    error = 2.0**-29  # the ulp of 3 is 2**-51; the relative error is 6e-10
    assert distance(3.0 + error, Fraction(3), FLOAT64).agrees(FLOAT64, error / share) is agrees


@pytest.mark.parametrize(
    ("dtype", "right", "wrong"),
    [(FLOAT64, 1.04e-8, 1.07e-8), (FLOAT32, 2.4e-4, 2.5e-4), (FLOAT16, 0.022, 0.0222), (BFLOAT16, 0.0624, 0.0626)],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_half_of_the_digits_must_be_right(dtype: DType, right: float, wrong: float) -> None:
    """Whatever the bound. By hand 2**-26.5 = 1.054e-8, 2**-12 = 2.441e-4, 2**-5.5 = 0.02210, 2**-4 = 0.0625."""
    assert distance(1 + right, Fraction(1), dtype).agrees(dtype)
    assert not distance(1 + wrong, Fraction(1), dtype).agrees(dtype)


def test_four_ulps_agree_even_with_fewer_than_half_of_the_digits() -> None:
    """Among the subnormals: 3 * 2**-1074 for 1 * 2**-1074 is two ulps off, which no computation can do much better."""
    tiny = Fraction(5e-324)
    assert distance(3 * 5e-324, tiny, FLOAT64).agrees(FLOAT64, bound=0.0)
    assert not distance(6 * 5e-324, tiny, FLOAT64).agrees(FLOAT64)


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
    assert missed.absolute == 1e-17
    assert not missed.agrees(FLOAT64)
    assert distance(5e-324, Fraction(0), FLOAT64).ulps == 1


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=lambda dtype: dtype.name)
def test_beyond_any_float(dtype: DType) -> None:
    """A truth of ten to the thousand, and one so small that the relative error is beyond any float."""
    gap = distance(1.0, Fraction(10) ** 1000, dtype)
    assert gap.relative == pytest.approx(1.0)
    assert gap.digits == 0
    assert not gap.agrees(dtype)
    far = distance(1.0, Fraction(1, 10**1000), dtype)
    assert (far.relative, far.digits) == (math.inf, 0)
    assert not far.agrees(dtype)
