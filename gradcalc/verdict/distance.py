"""How far a floating-point number is from the truth: ulps, relative error, right digits.

Comes in: a float and an exact rational. Goes out: `Distance`. Imports `dtypes` only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from gradcalc.dtypes import FLOAT64, DType

#: Four ulps is what a short chain of correctly rounded operations loses at most.
AGREED_ULPS = 4.0

#: Beyond so many ulps an agreement says how many of its digits are right, and why not more.
FEW_ULPS = 16


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a number is from the truth.

    ulps: in units in the last place of the dtype at the truth; relative: |value - truth|/|truth|, infinite for a
    truth of 0 that was missed; digits: right significant decimal digits, at most those the dtype can hold; absolute:
    |value - truth|.
    """

    ulps: float
    relative: float
    digits: int
    absolute: float

    def agrees(self, dtype: DType, bound: float = math.inf) -> bool:
        """Within 4 ulp; or within twice the rounding bound (absolute) and at least half of the digits right."""
        if self.ulps <= AGREED_ULPS:
            return True
        return self.relative <= math.sqrt(dtype.unit_roundoff) and self.absolute <= 2 * bound


def distance(value: float, truth: Fraction, dtype: DType) -> Distance:
    """The distance of a finite `value` from `truth`."""
    error = abs(Fraction(value) - truth)
    most = round(dtype.precision * math.log10(2))
    if error == 0:
        return Distance(0.0, 0.0, most, 0.0)
    ulps = in_ulps(error, truth, dtype)
    relative = math.inf if truth == 0 else _as_float(error / abs(truth))
    digits = 0
    if relative < 1:
        digits = most if relative == 0 else min(most, math.floor(-math.log10(relative)))
    return Distance(ulps, relative, digits, _as_float(error))


def in_ulps(error: Fraction, truth: Fraction, dtype: DType) -> float:
    """An error in units in the last place at the truth; infinite beyond the largest float."""
    return _as_float(error / dtype.ulp(truth))


def _as_float(value: Fraction) -> float:
    return FLOAT64.nearest(value)
