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

# A relative error of 1e-9 in float64 is this power of its unit roundoff; the same power serves the narrower formats,
# for which a linear scaling would accept anything (0.5 in float32, 3e7 in bfloat16).
_SHARE = math.log(1e-9) / math.log(FLOAT64.unit_roundoff)


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a number is from the truth.

    ulps: in units in the last place of the dtype at the truth; relative: |value - truth|/|truth|, infinite for a
    truth of 0 that was missed; digits: right significant decimal digits, at most those the dtype can hold.
    """

    ulps: float
    relative: float
    digits: int

    def agrees(self, dtype: DType) -> bool:
        """Within 4 ulp, or within a relative error of 1e-9 (float64; as many digits' share in narrower formats)."""
        return self.ulps <= AGREED_ULPS or self.relative <= dtype.unit_roundoff**_SHARE


def distance(value: float, truth: Fraction, dtype: DType) -> Distance:
    """The distance of a finite `value` from `truth`."""
    error = abs(Fraction(value) - truth)
    most = round(dtype.precision * math.log10(2))
    if error == 0:
        return Distance(0.0, 0.0, most)
    ulps = _as_float(error / dtype.ulp(truth))
    if truth == 0:
        return Distance(ulps, math.inf, 0)
    relative = _as_float(error / abs(truth))
    digits = most if relative == 0 else max(0, min(most, math.floor(-math.log10(relative))))
    return Distance(ulps, relative, digits)


def _as_float(value: Fraction) -> float:
    return FLOAT64.nearest(value)
