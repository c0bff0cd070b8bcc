"""Causes and their sentences, from hand-made accounts."""

from __future__ import annotations

import math

import pytest

from gradcalc.engines.autograd import Fault
from gradcalc.engines.certified import Account, Loss, Suspect
from gradcalc.verdict import causes

SOURCE = "f(x) + g(x)"
FIRST, SECOND = (0, 4), (7, 11)

#: What is said of 'g(x)', whose exact value is 1e-9.
SAID = {
    Loss.OVERFLOW: "'g(x)' overflows float32: exactly it is 1e-9",
    Loss.UNDERFLOW: "'g(x)' underflows in float32: exactly it is 1e-9",
    Loss.CANCELLATION: "'g(x)' is exactly 1e-9, and in float32 the leading digits of its operands cancel",
    Loss.BACKWARD_UNDERFLOW: "the backward factor of 'g(x)' underflows in float32: exactly it is 1e-9",
    Loss.BACKWARD_OVERFLOW: "the backward factor of 'g(x)' overflows float32: exactly it is 1e-9",
    Loss.SATURATION: "'g(x)' is saturated: torch takes its slope from the rounded value, which has few digits",
    Loss.CLAMP: "rounding decides 'g(x)' otherwise than exact arithmetic",
}


def find(
    account: Account | None = None, fault: Fault | None = None, autograd: float = 1.0, error: float = 1.0
) -> causes.Cause | None:
    """The cause of torch's number in float32."""
    return causes.find_cause(SOURCE, "float32", account, fault, autograd, error)


@pytest.mark.parametrize("loss", Loss)
def test_each_loss_has_its_word_its_place_and_its_sentence(loss: Loss) -> None:
    """All of them; one that is new fails here until it has a sentence."""
    cause = find(Account(1.0, Suspect(loss, SECOND, "1e-9")))
    assert cause == (loss.value, SECOND, SAID[loss])


def test_the_words_are_those_of_the_design() -> None:
    """Section 5; a script compares them."""
    assert {loss.value for loss in Loss} | {causes.BRANCH_TRAP, causes.DEAD_ZONE, causes.LIBRARY} == {
        *("overflow", "underflow", "cancellation", "backward underflow", "backward overflow"),
        *("saturation", "branch trap", "clamp decided differently", "dead zone", "library accuracy"),
    }


def test_contributions_that_cancel_are_counted() -> None:
    """In the sum over the uses of a variable no single piece is to blame."""
    cause = find(Account(1.0, Suspect(Loss.CANCELLATION, SECOND, "2e8", terms=3)))
    assert cause is not None
    assert cause.clause == "the 3 contributions to the gradient, the largest about 2e8, cancel"


def test_an_unfinished_account_blames_nobody() -> None:
    """An error beyond the bound is the library's only if no step is to blame, which was not found out here."""
    assert find(Account(0.1, unfinished="the search for its cause was not finished"), error=1.0) is None


def test_the_branch_that_was_not_taken_comes_before_rounding() -> None:
    """Only where it made a nan, and only if it was not taken."""
    lost = Account(1.0, Suspect(Loss.CANCELLATION, SECOND, "1e-9"))
    assert find(lost, Fault(FIRST, untaken=True), math.nan) == (
        "branch trap",
        FIRST,
        "the backward pass goes through the branch that was not taken: 'f(x)' has no finite slope, and 0 times that is nan",
    )
    for fault, autograd in ((Fault(FIRST, untaken=False), math.nan), (Fault(FIRST, untaken=True), 1.0)):
        cause = find(lost, fault, autograd)
        assert cause is not None
        assert cause.word == "cancellation"


@pytest.mark.parametrize(
    ("bound", "error", "clause"),
    [
        (0.5, 1.1, "the error is 2.2 times what rounding explains"),
        (0.5, 0.9, None),
        (0.0, 1.0, "the error is more than what rounding explains"),
        (math.inf, 1e300, None),
    ],
)
def test_what_rounding_does_not_explain_is_the_librarys(bound: float, error: float, clause: str | None) -> None:
    """More than twice the bound, where there is one."""
    cause = find(Account(bound), error=error)
    assert cause == (None if clause is None else ("library accuracy", None, clause))


def test_what_is_not_known_is_not_guessed() -> None:
    """Without an account, and for a nan that no step explains."""
    assert find() is None
    assert find(Account(0.5), autograd=math.nan, error=math.inf) is None


def test_a_long_piece_is_cut_in_its_middle() -> None:
    """Sixty characters are quoted, of more only the ends."""
    for length, quoted in ((60, f"'{'x' * 60}'"), (61, f"'{'x' * 28}...{'x' * 28}'")):
        assert causes.dead_zone("x" * length, (0, length)).clause.startswith(f"{quoted} is flat here")
