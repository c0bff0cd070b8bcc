"""What the certified engine hands out: plain types. Imports `behaviour` and the standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcalc.engines.certified.behaviour import Behaviour


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
