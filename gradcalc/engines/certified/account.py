"""What is told of a program's rounding: plain types. Imports the standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
