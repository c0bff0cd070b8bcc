"""What is called proved is proved: an oracle of its own tries to refute every claim that `check` calls so."""

from __future__ import annotations

import random

import pytest

import gradcalc
from gradcalc.claims import Ruling
from tests.checking.claims import Drawn, Point, drawn, refutation

#: Seconds: what SymPy does not prove soon is not what is tested here.
_SECONDS = 4


def attacked(seed: int, count: int) -> tuple[str, str, str | None, Point | None]:
    """Formula, claim, the domain of its proof, and the point that refutes it, if it is called proved."""
    chance = random.Random(seed)  # noqa: S311 - claims, no secrets
    one = drawn(chance)
    (partial,) = gradcalc.check(one.formula, one.claim, wrt="x", timeout=_SECONDS).partials
    if partial.outcome is not Ruling.PROVED:
        return one.formula, one.claim, None, None
    found = refutation(one.formula, one.claim, "x", partial.domain, one.points(count, chance))
    return one.formula, one.claim, partial.domain, found


@pytest.mark.parametrize("start", range(0, 60, 10))
def test_no_point_refutes_what_is_proved(start: int) -> None:
    """Claims that are right, with domains cancelled away, and claims that are wrong in a hidden region."""
    for seed in range(start, start + 10):
        formula, claim, domain, found = attacked(seed, 60)
        assert found is None, f"{formula} and {claim}, proved where {domain}: {found}"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 150))
def test_no_point_of_a_thousand_refutes_what_is_proved(seed: int) -> None:
    """The same with more claims and points."""
    formula, claim, domain, found = attacked(seed, 1000)
    assert found is None, f"{formula} and {claim}, proved where {domain}: {found}"


@pytest.mark.parametrize(
    ("formula", "claim", "domain", "wrong"),
    [
        ("x**2/2", "sqrt(x + 10000)**2 - 10000", None, True),
        ("x**2/2", "sqrt(x + 10000)**2 - 10000", "x >= -10000", False),
        ("x**2/2", "where(ceil(x) == 8, 0, x)", None, True),
        ("x", "sign(x**3 - 0.37)**2", None, False),  # no number drawn is the root
        ("where(y == 2, 0, x)", "1", None, True),
        ("where(y == 2, 0, x)", "1", "y != 2", False),
        ("abs(x)", "sign(x)", None, False),
    ],
)
def test_the_oracle(formula: str, claim: str, domain: str | None, *, wrong: bool) -> None:
    """It refutes what is wrong, and nothing else."""
    chance = random.Random(1)  # noqa: S311 - points, no secrets
    points = Drawn(formula, claim, (8, 2, -10000)).points(300, chance)
    assert (refutation(formula, claim, "x", domain, points) is not None) is wrong
