"""What the certified engine hands out: plain types. Imports the standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    `fractions.Fraction`; both None unless `kind` is `value`. reason: why there is no value, one clause.
    """

    kind: Kind
    nearest: float | None = None
    decimal: str | None = None
    reason: str | None = None
