"""The exit status of an answer, row by row."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from gradcalc.claims import Check, Ruling
from gradcalc.cli.status import status, status_of_claim
from gradcalc.errors import Status
from gradcalc.results import Certified, Compared, Formulation, Outcome, Partial, Regression, Symbolic
from tests.render.examples import partial, result

NAN = math.nan
AGREES, DIFFERS, UNDEFINED = Outcome.AGREES, Outcome.DIFFERS, Outcome.UNDEFINED
UNSUPPORTED, UNDECIDED = Outcome.UNSUPPORTED, Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("verdict", "symbolic", "numbers", "plain", "strict"),
    [
        (AGREES, AGREES, (1.0, 1.0), 0, 0),
        (AGREES, DIFFERS, (2.0, 1.0), 0, 1),
        (AGREES, UNDEFINED, (NAN, 1.0), 0, 1),
        (AGREES, UNSUPPORTED, (None, 1.0), 0, 1),
        (DIFFERS, AGREES, (1.0, 2.0), 0, 1),
        (DIFFERS, AGREES, (1.0, NAN), 0, 1),
        (UNDEFINED, UNDEFINED, (NAN, NAN), 0, 1),
        (UNDEFINED, UNSUPPORTED, (None, None), 0, 1),
        (UNSUPPORTED, AGREES, (1.0, None), 0, 1),
        (UNSUPPORTED, UNSUPPORTED, (None, None), 3, 3),
        (UNDECIDED, UNSUPPORTED, (None, 1.0), 3, 3),
        (UNDECIDED, UNDECIDED, (None, None), 3, 3),
    ],
)
def test_the_status_of_one_component(
    verdict: Outcome,
    symbolic: Outcome,
    numbers: tuple[float | None, float | None],
    plain: int,
    strict: int,
) -> None:
    """Undefined and different are answers; undecided and nothing on any side are none; --strict wants agreement."""
    answer = result(partial(verdict=verdict, symbolic_outcome=symbolic, symbolic=numbers[0], autograd=numbers[1]))
    assert status(answer, strict=False) == plain
    assert status(answer, strict=True) == strict


def test_one_component_decides_for_all() -> None:
    """The worst of several components counts."""
    good, bad = partial(), partial(wrt="y", verdict=DIFFERS)
    lost = partial(wrt="z", verdict=UNDECIDED)
    assert status(result(good, bad), strict=True) is Status.NOT_AGREED
    assert status(result(good, bad, lost), strict=True) is Status.NOT_COMPUTED
    assert status(result(good, lost), strict=False) is Status.NOT_COMPUTED


def test_a_certified_value_is_a_number_too() -> None:
    """Where neither side has a rule, the third witness answers."""
    lost = partial(verdict=UNSUPPORTED, symbolic_outcome=UNSUPPORTED, symbolic=None, autograd=None)
    proved = replace(lost, certified=Certified("1", "1e-40"))
    assert status(result(proved), strict=False) is Status.OK
    assert status(result(proved), strict=True) is Status.NOT_AGREED
    assert status(result(proved, lost), strict=False) is Status.NOT_COMPUTED


@pytest.mark.parametrize(("expression", "expected"), [("2*x", 0), (None, 3)])
def test_without_a_point_the_derivative_counts(expression: str | None, expected: int) -> None:
    """No derivative found is no answer; --strict has nothing to say."""
    answer = replace(result(), at={}, device=None, gradient=(Partial("x", 1, Symbolic(expression)),))
    assert status(answer, strict=False) == expected
    assert status(answer, strict=True) == expected


# -- a regression


def number(of: str, outcome: Outcome = AGREES) -> Compared:
    """One that was compared with its truth."""
    return Compared(of, 1.0, "1", outcome, None, None, "")


def regression(
    *partials: Partial, hand: Outcome = AGREES, loss: Outcome = AGREES, gradient: Outcome = AGREES
) -> Regression:
    """An answer with one component, in which these parts come out as said."""
    answer = result(*partials)
    way = Formulation("bce", "bce", "f", number("L", loss), (number("w", gradient),))
    fine = Formulation("clamped", "clamped", "f", number("L"), (number("w"),))
    return Regression(
        "logistic", answer.expression, answer.at, "float64", "cpu", answer.value, answer.gradient, "1e-8", {}, (), (),
        (number("w", hand),), (fine, way), {},
    )  # fmt: skip


@pytest.mark.parametrize("part", ["hand", "loss", "gradient"])
@pytest.mark.parametrize(
    ("outcome", "plain", "strict"),
    [(AGREES, 0, 0), (DIFFERS, 0, 1), (UNDEFINED, 0, 1), (UNSUPPORTED, 0, 1), (UNDECIDED, 3, 3)],
)
def test_the_status_of_a_regression(part: str, outcome: Outcome, plain: int, strict: int) -> None:
    """The product by hand and each formulation's loss and gradient count as the sides of a component do."""
    answer = regression(**{part: outcome})
    assert status(answer, strict=False) == plain
    assert status(answer, strict=True) == strict


def test_the_components_of_a_regression_count_too() -> None:
    """As those of a `diff`."""
    assert status(regression(partial(verdict=DIFFERS)), strict=False) is Status.OK
    assert status(regression(partial(verdict=DIFFERS)), strict=True) is Status.NOT_AGREED
    assert status(regression(partial(verdict=UNDECIDED)), strict=False) is Status.NOT_COMPUTED


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Ruling.PROVED, Status.OK),
        (Ruling.REFUTED, Status.NOT_AGREED),
        (Ruling.NOT_REFUTED, Status.NOT_COMPUTED),
        (Ruling.UNDECIDED, Status.NOT_COMPUTED),
    ],
)
def test_a_claim(outcome: Ruling, expected: Status) -> None:
    """0, 1 and 3."""
    assert status_of_claim(Check("check", "x", "1", {}, outcome, ())) == expected
