"""A ball -> what is told of it: the float64 nearest to the value and its decimal digits.

Comes in: a real ball. Goes out: an `Enclosure`. Imports flint: only `evaluation` imports this module.
"""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from gradcalc.dtypes import FLOAT64
from gradcalc.engines.certified.enclosure import Enclosure, Kind
from gradcalc.engines.certified.signals import UndecidedError, UndefinedError

# Half of float64's smallest subnormal number: what is not larger rounds to 0.
_NOTHING = arb(2) ** -1075
# 10**6020. A decimal beyond takes megabytes as a fraction, and no number format reaches so far.
_FAR = arb(2) ** 20_000


def enclosure(value: arb, digits: int, *, last: bool) -> Enclosure:
    """The value to `digits` digits, correctly rounded to float64.

    Below 10**-6020, and at the `last` precision wherever it certainly rounds to 0, the decimal is "0". A value that
    even then is not told apart from the middle of two floats is taken to be the middle, and rounds to even.
    Raises `UndecidedError` if the ball is too wide, or the value is beyond 10**6020, and `UndefinedError` for infinity.
    """
    if not value.is_finite():
        raise UndefinedError("the value is infinite")
    known = value.rel_accuracy_bits() > 3.33 * digits + 4
    if value == 0 or abs(value) < 1 / _FAR or (last and not known and abs(value) <= _NOTHING):
        return Enclosure(Kind.VALUE, 0.0, "0")
    if abs(value) > _FAR:
        return Enclosure(Kind.UNDECIDED, reason="the value is beyond 1e6020, too large for any number format")
    if not known:
        raise UndecidedError("whether the value is zero" if value.contains(0) else f"the value to {digits} digits")
    low, high = _nearest(value.lower()), _nearest(value.upper())
    if low != high:
        if not last:
            raise UndecidedError("the nearest float64")
        low = _even(low, high)
    return Enclosure(Kind.VALUE, low, value.str(digits + 1, radius=False))


def _nearest(end: arb) -> float:
    mantissa, exponent = end.man_exp()
    return FLOAT64.nearest(Fraction(int(mantissa)) * Fraction(2) ** int(exponent))


def _even(low: float, high: float) -> float:
    """The one of two neighbouring floats to which their middle rounds; the largest float is odd."""
    if abs(low) == abs(high) or float("inf") in {-low, high}:
        return low if abs(low) > abs(high) else high
    return FLOAT64.nearest((Fraction(low) + Fraction(high)) / 2)
