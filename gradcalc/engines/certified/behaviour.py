"""How a formula behaves on both sides of a point: plain types. Imports `enclosure` and the standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcalc.engines.certified.enclosure import Enclosure


class BehaviourKind(StrEnum):
    """What is seen from both sides; the words of the undefined ones are the verdict's causes."""

    DIFFERENTIABLE = "differentiable"
    CORNER = "corner"
    VERTICAL_TANGENT = "vertical tangent"
    JUMP = "jump"
    POLE = "pole"
    REMOVABLE = "removable"
    ISOLATED = "isolated value"
    EDGE = "edge of the domain"
    OUTSIDE = "outside the domain"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Side:
    """One side: x0 - t or x0 + t for t -> 0+.

    defined: whether f has real values there, None if unknown. limit, slope: decimals, "inf" or "-inf"; None where there
    is none or it is not known. proved: by a series, not by difference quotients.
    """

    defined: bool | None
    limit: str | None = None
    slope: str | None = None
    proved: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Both sides of a point along one variable, for the derivative of an order.

    slope: the derivative, where `kind` is DIFFERENTIABLE. value: f at the point as typed, None where it has none.
    """

    kind: BehaviourKind
    left: Side
    right: Side
    slope: Enclosure | None = None
    value: str | None = None
    proved: bool = True
    reason: str = ""
