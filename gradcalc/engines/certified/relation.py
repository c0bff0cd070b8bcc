"""How two functions compare, at a point and on the whole: plain types. Imports the standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


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

    first, second: decimals, where both have a value. digits: to which they are equal. as_complex: of a second function
    without a real value, how its value by principal branches compares, if that is known. reason: why the second one
    has no value, or why nothing is known, one clause.
    """

    relation: Relation
    first: str | None = None
    second: str | None = None
    digits: int = 0
    as_complex: Relation | None = None
    reason: str = ""


class Pair(NamedTuple):
    """Two functions to compare, each a position; `wrt` names the variable that the first one is a derivative by."""

    first: int
    second: int
    wrt: str = ""


class Scope(NamedTuple):
    """Where a claim holds: the conditions in words, empty for wherever the formula has a derivative.

    jumps: whether they exclude places at which the claim has a value, but something jumps.
    """

    text: str
    jumps: bool
