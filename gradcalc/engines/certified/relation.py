"""How two functions compare at a point: plain types. Imports the standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """What ball arithmetic says of two functions at a point; `unequal` and `without value` are proved."""

    EQUAL = "equal"
    UNEQUAL = "unequal"
    WITHOUT_VALUE = "without value"
    OUTSIDE = "outside"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A first function and a second one at a point.

    first, second: decimals, where both have a value. digits: to which they are equal. everywhere: of a second function
    without a value, whether it has none at any point of a neighbourhood, all of which the first one is defined in.
    reason: why the second one has no value, or why nothing is known, one clause.
    """

    relation: Relation
    first: str | None = None
    second: str | None = None
    digits: int = 0
    everywhere: bool = False
    reason: str = ""
