"""Why torch's gradient is not the derivative: the first cause that fits, its place and a sentence.

Comes in: what the certified engine says of rounding and what torch's trace shows. Goes out: a `Cause`. Imports the
engines' records.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from gradcalc.engines.autograd import Fault
from gradcalc.engines.certified import Account, Loss, Suspect

BRANCH_TRAP = "branch trap"
DEAD_ZONE = "dead zone"
LIBRARY = "library accuracy"


class Cause(NamedTuple):
    """The word that a script sees, None where no word fits, the piece of the source, and a clause."""

    word: str | None
    span: tuple[int, int] | None
    clause: str


def find_cause(
    source: str, dtype: str, account: Account | None, fault: Fault | None, autograd: float, error: float
) -> Cause | None:
    """The first cause that fits a gradient which is off by `error`; None where none is known."""
    if fault is not None and fault.untaken and not math.isfinite(autograd):
        piece = _quoted(source, fault.span)
        clause = "the backward pass goes through the branch that was not taken"
        return Cause(BRANCH_TRAP, fault.span, f"{clause}: {piece} has no finite slope, and 0 times that is nan")
    if account is not None and account.suspect is not None:
        return _lost(source, dtype, account.suspect)
    if fault is not None and not math.isfinite(autograd):
        clause = "which has no finite slope here, is the first to hand on a number that is not finite"
        return Cause(None, fault.span, f"in the backward pass {_quoted(source, fault.span)}, {clause}")
    if account is None or account.unfinished:
        return None
    if math.isfinite(autograd) and math.isfinite(account.bound) and error > 2 * account.bound:
        times = f"{error / account.bound:.2g} times" if account.bound else "more than"
        return Cause(LIBRARY, account.call, f"the error is {times} what rounding explains")
    return None


def dead_zone(source: str, span: tuple[int, int]) -> Cause:
    """A derivative that is exactly 0 by a choice."""
    return Cause(DEAD_ZONE, span, f"{_quoted(source, span)} is flat here, so the derivative is exactly 0")


def _lost(source: str, dtype: str, suspect: Suspect) -> Cause:
    piece, exact = _quoted(source, suspect.span), suspect.exact
    clauses = {
        Loss.OVERFLOW: f"{piece} overflows {dtype}: exactly it is {exact}",
        Loss.UNDERFLOW: f"{piece} underflows in {dtype}: exactly it is {exact}",
        Loss.CANCELLATION: f"{piece} is exactly {exact}, and in {dtype} the leading digits of its operands cancel",
        Loss.BACKWARD_UNDERFLOW: f"the backward factor of {piece} underflows in {dtype}: exactly it is {exact}",
        Loss.BACKWARD_OVERFLOW: f"the backward factor of {piece} overflows {dtype}: exactly it is {exact}",
        Loss.SATURATION: f"{piece} is saturated: torch takes its slope from the rounded value, which has few digits",
        Loss.CLAMP: f"rounding decides {piece} otherwise than exact arithmetic",
    }
    clause = clauses[suspect.loss]
    if suspect.loss is Loss.CANCELLATION and suspect.terms:
        clause = f"the {suspect.terms} contributions to the gradient, the largest about {exact}, cancel"
    return Cause(suspect.loss, suspect.span, clause)


def _quoted(source: str, span: tuple[int, int]) -> str:
    text = source[span[0] : span[1]]
    return f"'{text}'" if len(text) <= 60 else f"'{text[:28]}...{text[-28:]}'"
