"""Evidence made by hand, so that the verdict is tested without an engine."""

from __future__ import annotations

from gradcalc.dtypes import FLOAT64
from gradcalc.engines.certified import Behaviour, BehaviourKind, Side
from gradcalc.engines.certified.records import Break
from gradcalc.results import Outcome
from gradcalc.verdict import Evidence

#: Of sin(x**2) at 4: 8*cos(16) by mpmath, and torch's number.
FINE = Evidence(
    truth="-7.66127584258707713519709786",
    truth_outcome=Outcome.AGREES,
    truth_reason="",
    autograd=-7.661275842587077,
    autograd_reason="",
    dtype=FLOAT64,
    symbolic="-7.66127584258707713519709786",
    source="sin(x**2)",
)


def side(limit: str | None = None, slope: str | None = None) -> Side:
    """One side of a point, inside the domain."""
    return Side(defined=True, limit=limit, slope=slope)


def broken(kind: BehaviourKind, left: str, right: str, *, at: int = 1, order: int = 1) -> Behaviour:
    """A corner or a vertical tangent with the value 0: the derivative of the order `at` is broken, `order` was asked."""
    asked = (left, right) if at == order else ("0", "0")
    one, other = (side("0", slope) for slope in asked)
    return Behaviour(kind, one, other, value="0", order=order, broken=Break(at, left, right))
