"""The records that answer a `check` question: frozen, of plain str and int.

Comes in: nothing. Goes out: `Check` and its parts; their field names are the JSON keys. Imports the standard library
only.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Ruling(StrEnum):
    """What is known of a claim."""

    PROVED = "proved"
    NOT_REFUTED = "not refuted"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A point at which a claim is proved wrong.

    at: exact decimals by component. derivative, claim: what each is there, a decimal.
    """

    at: dict[str, str]
    derivative: str
    claim: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """The claim about one partial derivative.

    equal, unequal, without_value, outside, undecided: at how many points the claim was found equal to the derivative,
    proved different, or without a value; the formula without a derivative; nothing known. digits: to which all those
    that are equal are equal. holds, fails: the conditions that tell the points where it holds from those where it
    fails. proof: what SymPy did to make the difference 0. hint: the slip that explains the claim. domain: under which
    conditions the claim is proved, None where it is wherever the formula has a derivative.
    """

    wrt: str
    claim: str
    outcome: Ruling
    explanation: str
    counterexample: Counterexample | None = None
    equal: int = 0
    unequal: int = 0
    without_value: int = 0
    outside: int = 0
    undecided: int = 0
    digits: int | None = None
    holds: str | None = None
    fails: str | None = None
    proof: str | None = None
    hint: str | None = None
    domain: str | None = None

    @property
    def ruling(self) -> str:
        """The outcome in a few words: a proof says where it holds."""
        return f"{self.outcome} where {self.domain}" if self.domain else self.outcome


@dataclass(frozen=True, slots=True)
class Check:
    """The answer to one `check` question.

    over: the ranges as typed, by variable. outcome: the worst of the partials', undecided only where none is refuted.
    """

    command: str
    expression: str
    claim: str
    over: dict[str, str]
    outcome: Ruling
    partials: tuple[Claimed, ...]
    notes: tuple[str, ...] = ()
