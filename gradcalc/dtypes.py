"""The floating-point formats: their names, constants, and correct rounding into them.

Comes in: exact rationals. Goes out: Python floats that are members of the format.
Imports the standard library only: the point, the literals and the verdict's ulps all round here, so that every
engine starts from the same stored numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class DType:
    """A binary floating-point format of IEEE 754 shape.

    `precision` counts significant bits with the hidden one; a normal number is at least 2**`min_exponent`;
    a finite one is below 2**(`max_exponent` + 1). Source: IEEE 754-2019, table 3.5; bfloat16: torch.finfo.
    """

    name: str
    precision: int
    min_exponent: int
    max_exponent: int

    @property
    def unit_roundoff(self) -> float:
        """Half the distance from 1 to the next larger number."""
        return 2.0**-self.precision

    @property
    def digits(self) -> int:
        """The significant decimal digits that identify any number of the format."""
        return 1 + math.ceil(self.precision * math.log10(2))

    def ulp(self, value: Fraction) -> Fraction:
        """The distance between neighbours of the format around `value` (the smallest subnormal near 0)."""
        exponent = self._last_place(value)
        return Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)

    def nearest(self, value: Fraction) -> float:
        """The member of the format nearest to `value`, ties to even; beyond the largest, an infinity."""
        # In whole numbers: Fraction reduces each result, and every number of every engine passes here.
        place = self._last_place(value)
        size, divisor = abs(value.numerator) << max(0, -place), value.denominator << max(0, place)
        ulps, rest = divmod(size, divisor)
        if 2 * rest > divisor or (2 * rest == divisor and ulps % 2):
            ulps += 1
        if ulps.bit_length() + place > self.max_exponent + 1:
            return math.inf if value > 0 else -math.inf
        return math.ldexp(ulps if value > 0 else -ulps, place)

    def _last_place(self, value: Fraction) -> int:
        """The binary exponent of the last place of the format around `value`."""
        exponent = self.min_exponent if value == 0 else max(_exponent(value), self.min_exponent)
        return exponent - self.precision + 1

    def shortest(self, value: float) -> str:
        """The shortest decimal that reads back as `value` in this format (`value` must be finite)."""
        if self.precision == FLOAT64.precision:
            return repr(value)
        for digits in range(1, self.digits + 1):
            text = repr(float(f"{value:.{digits}g}"))
            if self.nearest(exact(text)) == value:
                return text
        return repr(value)


@lru_cache(maxsize=1024)
def exact(text: str) -> Fraction:
    """The rational number that a decimal literal denotes."""
    return Fraction(Decimal(text))


def _exponent(value: Fraction) -> int:
    """The binary exponent e of a non-zero rational: 2**e <= |value| < 2**(e+1)."""
    size, divisor = abs(value.numerator), value.denominator
    exponent = size.bit_length() - divisor.bit_length()
    reached = size << max(0, -exponent) >= divisor << max(0, exponent)
    return exponent if reached else exponent - 1


FLOAT64 = DType("float64", 53, -1022, 1023)
FLOAT32 = DType("float32", 24, -126, 127)
FLOAT16 = DType("float16", 11, -14, 15)
BFLOAT16 = DType("bfloat16", 8, -126, 127)

DTYPES = {dtype.name: dtype for dtype in (FLOAT64, FLOAT32, FLOAT16, BFLOAT16)}
