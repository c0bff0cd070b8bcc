"""Claims that the SymPy process proves, that it must not prove, and the end of its time."""

from __future__ import annotations

import pytest

from gradcalc.engines.symbolic import Identity, Proof, Question, ask
from gradcalc.language.parser import parse

#: Equations that hold on an open set.
OPEN = (
    *("ceil(x) == 8", "floor(x) == 8", "round(x) == 8", "trunc(x) == 8", "sign(x) == 1", "heaviside(x) == 1"),
    *("mod(floor(x), 3) == 1", "frac(x) == x - 8", "ceil(x)*floor(x) == 56", "abs(x) == x", "max(x, 3) == 3"),
    *("sqrt(x**2) == x", "atan(x) + atan(1/x) == pi/2", "log(x**2) == 2*log(x)", "(ceil(x) == 8) | (x == 3)"),
)


def proofs(formula: str, *claims: str, wrt: tuple[str, ...] = ("x",), seconds: float = 60.0) -> tuple[Proof, ...]:
    """What became of each claim."""
    identity = Identity(parse(formula), wrt, tuple(parse(claim, indicator=True) for claim in claims), seconds)
    with ask(identity) as pending:
        return pending.proofs()


@pytest.mark.parametrize(
    ("formula", "claim", "by"),
    [
        ("sin(x**2)", "2*x*cos(x**2)", "as it stands"),
        ("0.1*x + 0.2*x", "0.3", "as it stands"),
        ("(x + 1)**3", "3*x**2 + 6*x + 3", "multiplied out"),
        ("1/(1 + exp(-x))", "exp(x)/(1 + exp(x))**2", "over a common denominator"),
        ("x**y", "y*x**(y - 1)", "by the rules of powers"),
        ("acosh(x)", "1/sqrt(x**2 - 1)", "by the rules of real roots"),
        ("tan(x)", "1/cos(x)**2", "by trigonometric identities"),
        ("max(x, y)", "x > y", "by cases"),
        ("asec(x)", "1/(abs(x)*sqrt(x**2 - 1))", "by the signs of the variables"),
    ],
)
def test_a_proof(formula: str, claim: str, by: str) -> None:
    """Each step, on a claim that needs it."""
    (found,) = proofs(formula, claim)
    assert found.by == by


@pytest.mark.parametrize(
    ("formula", "claim"),
    [
        ("x**2", "2*x + 1e-30"),
        ("0.1*x", "0.1000000000000000055511151231257827"),
        ("abs(x)", "1"),
        ("sqrt(x**2)", "1"),
        ("log(abs(x))", "1/abs(x)"),
        ("max(x, y)", "1"),
        ("asec(x)", "1/(x*sqrt(x**2 - 1))"),
        ("acosh(x)", "1/sqrt(1 - x**2)"),
        ("sin(x)", "cos(x)*where(x < 10, 1, 2)"),
        ("where(x > 0, x, 2*x)", "1"),
        *(("x**2/2", f"where({condition}, 0, x)") for condition in OPEN),
    ],
)
def test_what_is_wrong_is_not_proved(formula: str, claim: str) -> None:
    """Claims that hold in part, or nearly."""
    assert proofs(formula, claim) == (Proof("x"),)


@pytest.mark.parametrize(
    ("formula", "claim", "complete"),
    [
        ("abs(x)", "sign(x)", True),
        ("where(y == 2, 0, x)", "where(y == 2, 0, 1)", True),
        ("where(y == 2, 0, x)", "1", False),
        ("x**2/2", "where(x**3 == y, 0, x)", False),
        ("x**2/2", "where(log(x + y) == 2, 0, x)", False),
        ("x", "sign(x - 0.37)**2", False),
        ("asec(x)", "1/(abs(x)*sqrt(x**2 - 1))", False),
    ],
)
def test_cases_that_are_left_out(formula: str, claim: str, *, complete: bool) -> None:
    """An equation is left out only where it holds on no open set, and that is told."""
    (found,) = proofs(formula, claim)
    assert found.by is not None
    assert found.complete is complete


def test_several_claims() -> None:
    """Each by its own variable, in their order."""
    found = proofs("x**2*y", "x**2", "2*y", wrt=("y", "x"))
    assert found == (Proof("y", "as it stands"), Proof("x"))


def test_a_late_proof_is_given_up_and_the_next_question_is_answered() -> None:
    """The process is ended at the time limit; another one answers."""
    (found,) = proofs("x**x**x**x**x**x", "x**x**x**x**x*x**x**x**x", seconds=0.2)
    assert found == Proof("x", None, "SymPy was stopped after 0.2 s")
    assert proofs("x**2", "2*x") == (Proof("x", "as it stands"),)
    with ask(Question(parse("x**2"), ("x",), 1, "float64", {}, 60.0)) as pending:
        assert pending.collect()[0].expression == "2*x"
