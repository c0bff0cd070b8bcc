"""The rewritings that a verdict names: each cures what it is named for, by mpmath, and costs nothing where all is well."""

from __future__ import annotations

import pytest

import gradcalc
from gradcalc import cures
from gradcalc.results import Outcome
from tests.test_verdicts import ROWS, Row, component, errors, mp, truth

#: Lines of the table of verdicts for which no other way to write the formula is known to help.
_HOPELESS = {
    "x^7-7x^6+21x^5-35x^4+35x^3-21x^2+7x-1",  # a seventh power, multiplied out
    "-log(1-clamp(sigmoid(x), 1e-8, 1-1e-8))",  # the bound itself is 1 in float32
    "clamp(x, 0, 1-1e-8)",
    "exp(-x^2)",  # the derivative is subnormal,
    "exp(x)",  # or beyond the largest number
    "1/(x*1e-200)*1e-200",
    "digamma(x)",  # the library's own error
    "relu(x)-relu(-x)",
    "clamp(x,0,9)+clamp(x,-9,0)",
    "max(x,0)+min(x,0)",
    "sqrt(x*y)",
}

#: Or may differ, as torch's conventions are.
DIFFERING = [row for row in ROWS if row.outcome in {Outcome.DIFFERS, None}]


def _subnormal(row: Row) -> bool:
    return row.formula == "1/(1+exp(-x))" and row.at == "x=-100"


@pytest.mark.parametrize("row", DIFFERING, ids=str)
def test_a_published_failure_is_cured(row: Row) -> None:
    """Of the lines where torch differs all but the hopeless have a rewriting, and mpmath says that its number is right."""
    verdict = component(row).verdict
    assert verdict is not None
    if row.formula in _HOPELESS or _subnormal(row):
        assert verdict.rewriting is None
        return
    cure = verdict.rewriting
    assert cure is not None, verdict.explanation
    assert f"{cure.instead} instead of {cure.piece} gives {cure.value!r}, which agrees" in verdict.explanation
    assert cure.value is not None
    ulps, relative = errors(cure.value, truth(row).slopes[0], row.dtype)
    assert ulps <= 16 or (cure.digits is not None and relative < mp.mpf(10) ** -cure.digits)


def test_the_formula_can_be_pasted() -> None:
    """The rewritten formula, asked anew, gives the number that was told, and SymPy the same derivative."""
    verdict = gradcalc.diff("2*log(1+exp(x)) + y", at={"x": 900, "y": 1}, wrt="x").gradient[0].verdict
    assert verdict is not None
    assert verdict.rewriting is not None
    assert verdict.rewriting.expression == "2*logaddexp(x, 0) + y"
    (again,) = gradcalc.diff(verdict.rewriting.expression, at={"x": 900, "y": 1}, wrt="x").gradient
    assert again.autograd is not None
    assert (again.autograd.value, again.autograd.outcome) == (verdict.rewriting.value, Outcome.AGREES)


@pytest.mark.parametrize(
    ("formula", "at", "expected"),
    [
        ("log(1+exp(x)) + log(1+exp(2*x))", 800, "logaddexp(x, 0) + logaddexp(2*x, 0)"),
        ("where(x>0, log(1-cos(x))*sqrt(x), 0)", -1, None),
    ],
)
def test_several_pieces(formula: str, at: float, expected: str | None) -> None:
    """Where one piece alone does not cure, all are rewritten together."""
    verdict = gradcalc.diff(formula, at=at).gradient[0].verdict
    assert verdict is not None
    assert verdict.rewriting is not None
    assert expected in {None, verdict.rewriting.expression}


@pytest.mark.parametrize("formula", ["sin(x)*log(1+x)", "relu(x) + exp(x) - 1", "(1-cos(x))/x**2"])
def test_nothing_is_tried_where_torch_agrees(formula: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A formula that agrees to the last digits costs no further run."""

    def never(*_: object) -> None:
        raise AssertionError("a rewriting was looked for")

    monkeypatch.setattr(cures, "tried", never)
    (partial,) = gradcalc.diff(formula, at=1.5).gradient
    assert partial.verdict is not None
    assert partial.verdict.outcome is Outcome.AGREES


def test_a_rewriting_that_does_not_help_is_not_named() -> None:
    """log1p(x)/x has the same two contributions as log(1+x)/x: it is tried and not named."""
    verdict = gradcalc.diff("log1p(x)/x + 0*log(1+x)", at=1e-8).gradient[0].verdict
    assert verdict is not None
    assert verdict.rewriting is None or "where" in verdict.rewriting.expression


def test_the_table_says_what_is_hopeless() -> None:
    """Each formula that is named as hopeless is one of the table's."""
    assert {row.formula for row in DIFFERING} >= _HOPELESS
