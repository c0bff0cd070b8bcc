"""The schedule: one pass over the steps at each precision, until the value is known well enough.

Comes in: a scalar tape and the stored point. Goes out: an `Enclosure`. Imports flint: only the package's `evaluate`
imports this module, on its first call.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

from flint import ctx

from gradcalc.dtypes import DType
from gradcalc.engines.certified.enclosure import Enclosure, Kind
from gradcalc.engines.certified.machine import run
from gradcalc.engines.certified.rounding import enclosure
from gradcalc.engines.certified.signals import UndecidedError, UndefinedError, UnsupportedError
from gradcalc.engines.certified.steps import share
from gradcalc.language.tape import Tape

#: Bits of the midpoints, for up to 40 digits; each further digit adds its 3.33 bits.
PRECISIONS = (160, 640, 2560)
#: Seconds of this thread's computing time; a single operation is held far below by `domains`.
SECONDS = 5.0


def enclose(tape: Tape, point: Mapping[str, float], dtype: DType, *, digits: int, exact_integers: bool) -> Enclosure:
    """Raise the precision until the value rounds to one float64 and has `digits` digits."""
    steps = share(tape, point, dtype, exact_integers=exact_integers)
    deadline = time.thread_time() + SECONDS
    reason = ""
    for bits in PRECISIONS:
        precision = bits + math.ceil(3.33 * max(0, digits - 40))
        with ctx.workprec(precision):
            try:
                value, reason = run(steps, deadline)
                if value is not None:
                    return enclosure(value, digits, last=bits == PRECISIONS[-1])
            except UndefinedError as error:
                return Enclosure(Kind.UNDEFINED, reason=str(error))
            except UnsupportedError as error:
                return Enclosure(Kind.UNSUPPORTED, reason=str(error))
            except UndecidedError as error:
                reason = f"{error} could not be decided at {precision} bits"
            except TimeoutError:
                return Enclosure(Kind.UNDECIDED, reason=f"{SECONDS:g} seconds were not enough at {precision} bits")
    return Enclosure(Kind.UNDECIDED, reason=reason)
