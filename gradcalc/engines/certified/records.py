"""What the certified engine hands out: plain types. Imports the standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What is known of a value; the words are those of `results.Outcome`, but for `value`."""

    VALUE = "value"
    UNDEFINED = "undefined"
    UNDECIDED = "undecided"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The value of a formula.

    nearest: correctly rounded to float64 (infinite beyond the largest); decimal: to the digits asked for, readable by
    `fractions.Fraction`; radius: a decimal that its distance from the true value does not exceed. All None unless
    `kind` is `value`. reason: why there is no value, one clause.
    """

    kind: Kind
    nearest: float | None = None
    decimal: str | None = None
    radius: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Slope:
    """One derivative; `behaviour` is what was seen from both sides, where the program has no slope as it is written."""

    enclosure: Enclosure
    behaviour: Behaviour | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """The value of a formula and its derivatives, in the order that was asked for."""

    value: Enclosure
    partials: tuple[Slope, ...]


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


class Loss(StrEnum):
    """What a format does to a number on the way, in the order in which they are blamed."""

    OVERFLOW = "overflow"
    UNDERFLOW = "underflow"
    CANCELLATION = "cancellation"
    BACKWARD_UNDERFLOW = "backward underflow"
    BACKWARD_OVERFLOW = "backward overflow"
    SATURATION = "saturation"
    CLAMP = "clamp decided differently"


@dataclass(frozen=True, slots=True)
class Suspect:
    """A step that loses digits which the result needs.

    span: its piece of the source. exact: its true value, or the size of what cancels, in six digits. terms: how many
    contributions cancel, for the sum of several in the backward pass; 0 otherwise.
    """

    loss: Loss
    span: tuple[int, int]
    exact: str
    terms: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """What rounding may do to one derivative of the program as it was typed.

    bound: the running rounding-error bound, absolute; infinite where nothing is certain. suspect: the step that is
    blamed first, if any. flat: the piece of the source that makes the derivative exactly 0 here by a choice, or None.
    call: the piece of the source of the only function that is called. unfinished: what the time or a limit cut short,
    one clause; empty where all was done.
    """

    bound: float
    suspect: Suspect | None = None
    flat: tuple[int, int] | None = None
    call: tuple[int, int] | None = None
    unfinished: str = ""


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
