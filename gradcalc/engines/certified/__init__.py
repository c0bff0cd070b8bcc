"""The certified engine: ball arithmetic (Arb, through python-flint) encloses the value of a tape.

Comes in: a scalar tape and the stored point. Goes out: an `Enclosure`. Imports `dtypes`, `language` and this package;
flint is loaded on the first call.
"""

from __future__ import annotations

from collections.abc import Mapping

from gradcalc.dtypes import DType
from gradcalc.engines.certified.enclosure import Enclosure, Kind
from gradcalc.language.tape import Tape

__all__ = ["Enclosure", "Kind", "evaluate"]


def evaluate(
    tape: Tape, point: Mapping[str, float], dtype: DType, *, digits: int = 40, exact_integers: bool = False
) -> Enclosure:
    """The value of a scalar tape at stored inputs, enclosed until it rounds to one float64 and has `digits` digits.

    Literals are rounded to `dtype` and then exact, save whole-number exponents, which torch takes as they are;
    with `exact_integers` no whole-number literal is rounded (those of a printed derivative are SymPy's own).
    """
    from gradcalc.engines.certified.evaluation import enclose

    return enclose(tape, point, dtype, digits=digits, exact_integers=exact_integers)
