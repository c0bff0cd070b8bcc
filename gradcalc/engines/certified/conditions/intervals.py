"""Intervals of exact rational ends, unbounded ones too. Imports the standard library only."""

from __future__ import annotations

import math
from fractions import Fraction

#: Two ends, of which only infinite ones are floats.
End = Fraction | float
Interval = tuple[End, End]
REALS: Interval = (-math.inf, math.inf)


def meet(one: Interval, other: Interval) -> Interval:
    """What two intervals share."""
    return max(one[0], other[0]), min(one[1], other[1])


def plus(a: End, b: End) -> End:
    """The sum; a fraction may be too large to be added to a float, even an infinite one."""
    if abs(a) == math.inf or abs(b) == math.inf:
        return a if abs(a) == math.inf else b
    return a + b


def times(one: Interval, other: Interval) -> Interval:
    """Where the product of two numbers lies."""
    corners = [_product(a, b) for a in one for b in other]
    return min(corners), max(corners)


def _product(a: End, b: End) -> End:
    if not a or not b:
        return Fraction()
    if math.inf in {abs(a), abs(b)}:
        return math.inf if (a > 0) is (b > 0) else -math.inf
    return a * b


def raised(base: Interval, exponent: int) -> Interval:
    """Where a whole power lies, the exponent being at least 1."""
    low, high = (end**exponent for end in base)
    if exponent % 2 or base[0] >= 0:
        return low, high
    return (high if base[1] <= 0 else Fraction()), max(low, high)
