"""How precisely to compute, and how long: what every pass of this package goes by. Imports `deadline`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from gradcalc.deadline import Deadline
from gradcalc.engines.certified.balls.rounding import BITS_PER_DIGIT

#: Bits of the midpoints, for up to 40 digits; each further digit adds its share.
PRECISIONS = (160, 640, 2560)


def precisions(digits: int) -> Iterator[int]:
    """The bits to compute with, one after the other."""
    for bits in PRECISIONS:
        yield bits + math.ceil(BITS_PER_DIGIT * max(0, digits - 40))


@dataclass(frozen=True, slots=True)
class Terms:
    """What an enclosure has to be: `digits` that are known, by a `deadline`."""

    digits: int
    deadline: Deadline
