"""A ball -> what is told of it: the float64 nearest to the value, its decimal digits and their radius.

Comes in: a real ball. Goes out: an `Enclosure`, or texts. Imports flint: only modules of this package import this one.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction

from flint import arb

from gradcalc.dtypes import FLOAT64, DType
from gradcalc.engines.certified.errors import UndecidedError, UndefinedError
from gradcalc.engines.certified.records import Enclosure, Kind

# Half of float64's smallest subnormal number: what is not larger rounds to 0.
_NOTHING = arb(2) ** -1075
#: 10**6020. A decimal beyond takes megabytes as a fraction, and no number format reaches so far.
FAR = arb(2) ** 20_000
_LEAST_RADIUS = "1e-6020"
#: Bits that a decimal digit takes.
BITS_PER_DIGIT = 3.33
# A value is proved, though not to the digits asked for, once it is narrower than this part of an ulp.
_PART_OF_ULP = 7

_UPWARDS = Context(prec=2, rounding=ROUND_CEILING)


def enclosure(value: arb, dtype: DType, digits: int, *, last: bool) -> Enclosure:
    """The value to `digits` digits, correctly rounded to float64.

    Below 10**-6020, and at the `last` precision wherever it certainly rounds to 0, the decimal is "0". A value that
    even then is not told apart from the middle of two floats is taken to be the middle, and rounds to even; one that is
    narrower than 2**-7 ulp of the dtype is told to the digits that it has.
    Raises `UndecidedError` if the ball is too wide, or the value is beyond 10**6020, and `UndefinedError` for infinity.
    """
    if not value.is_finite():
        raise UndefinedError("the value is infinite")
    known = value.rel_accuracy_bits() > BITS_PER_DIGIT * digits + 4
    if value == 0 or abs(value) < 1 / FAR or (last and not known and abs(value) <= _NOTHING):
        return Enclosure(Kind.VALUE, 0.0, "0", radius_of(value, "0"))
    if abs(value) > FAR:
        return Enclosure(Kind.UNDECIDED, reason="the value is beyond 1e6020, too large for any number format")
    if not known:
        if not (last and value.rel_accuracy_bits() > dtype.precision + _PART_OF_ULP):
            raise UndecidedError("whether the value is zero" if value.contains(0) else f"the value to {digits} digits")
        digits = int(value.rel_accuracy_bits() / BITS_PER_DIGIT)
    low, high = _nearest(value.lower()), _nearest(value.upper())
    if low != high:
        if not last:
            raise UndecidedError("the nearest float64")
        low = _even(low, high)
    decimal = decimal_of(value, digits)
    return Enclosure(Kind.VALUE, low, decimal, radius_of(value, decimal))


def decimal_of(value: arb, digits: int) -> str:
    """One digit more than `digits` of the midpoint, readable by `fractions.Fraction`; a short exact number in full."""
    text = str(value.str(digits + 1, radius=False))
    if value.is_exact() and "." in text and "e" not in text and arb(text) == value:
        return text.rstrip("0").removesuffix(".")
    return text


def radius_of(value: arb, decimal: str) -> str:
    """How far the true value is from its `decimal` at most: two digits, rounded up."""
    distance = abs(value - arb(decimal)).upper()
    if distance == 0:
        return "0"
    if distance < 1 / FAR:
        return _LEAST_RADIUS
    above = exact_of(distance)
    return f"{_UPWARDS.divide(Decimal(above.numerator), Decimal(above.denominator)):.1e}"


def exact_of(end: arb) -> Fraction:
    """An exact ball as a rational number."""
    mantissa, exponent = end.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _nearest(end: arb) -> float:
    return FLOAT64.nearest(exact_of(end))


def _even(low: float, high: float) -> float:
    """The one of two neighbouring floats to which their middle rounds; the largest float is odd."""
    if abs(low) == abs(high) or float("inf") in {-low, high}:
        return low if abs(low) > abs(high) else high
    return FLOAT64.nearest((Fraction(low) + Fraction(high)) / 2)
