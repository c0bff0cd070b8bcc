"""How a formula behaves on both sides of a point: plain types. Imports `enclosure` and the standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcalc.engines.certified.enclosure import Enclosure


class BehaviourKind(StrEnum):
    """What is seen from both sides, of f or, where `Behaviour.broken` is of an order above 1, of a derivative of f."""

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

    defined: whether f has real values there, None if unknown. limit: of f. slope: the one-sided derivative of the order
    that was asked for. Both are decimals, "inf" or "-inf"; None where there is none or it is not known. proved: by a
    series, not by difference quotients.
    """

    defined: bool | None
    limit: str | None = None
    slope: str | None = None
    proved: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """The lowest derivative that does not exist at the point: its order, and what it tends to on the two sides."""

    order: int
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Both sides of a point along one variable, for the derivative of an order.

    slope: the derivative, where `kind` is DIFFERENTIABLE. value: f at the point as typed, None where it has none.
    broken: what makes a corner or a vertical tangent; of f, or where its order is above 1, of the derivative before it.
    """

    kind: BehaviourKind
    left: Side
    right: Side
    slope: Enclosure | None = None
    value: str | None = None
    order: int = 1
    broken: Break | None = None
    proved: bool = True
    reason: str = ""
