"""A derivative is called proved only where the formula is smooth: kinks and edges inside conditions and discarded arguments.

The oracle needs no derivative: it looks at values of the formula at the point and 1e-20 to both sides of it, by mpmath
at 60 digits.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.dtypes import FLOAT64
from gradcalc.engines import certified
from gradcalc.engines.certified import BehaviourKind, Kind
from gradcalc.language import vocabulary
from gradcalc.language.lowering import unroll
from gradcalc.language.parser import parse
from gradcalc.language.shapes import infer_shapes
from tests import oracle
from tests.language.evaluation import evaluate

mp = oracle.mp

#: What a jump or an edge in a condition makes of the whole: formula, point, order, kind and both slopes, by hand.
BEHIND_CONDITIONS = [
    ("where(mod(x,1) < 0.5, 1, -1)", 1.0, 1, "jump"),
    ("where(mod(x,1) < 0.5, x**3, -1)", 1.0, 2, "jump"),
    ("heaviside(mod(x,1) - 0.5)", 1.0, 1, "jump"),
    ("where(floor(x) > 0.5, 5, 7)", 1.0, 1, "jump"),
    ("sum([where(mod(x,1) < 0.5, 1, -1), x])", 2.0, 1, "jump"),
    ("where(sign(x) > -0.5, x, -x)", 0.0, 1, "corner"),
    ("where(where(sign(x) > -0.5, 1, -1) > 0, x, -x)", 0.0, 1, "corner"),
    ("where(sqrt(x) > -1, x, 2)", 0.0, 1, "edge of the domain"),
    ("where((sqrt(x) > -1) & (x < 5), x, 2)", 0.0, 1, "edge of the domain"),
    ("where((x < 5) | (sqrt(x) > -1), x, 2)", 0.0, 1, "edge of the domain"),
    ("leaky_relu(1 + x, sqrt(x))", 0.0, 1, "edge of the domain"),
    ("0*sqrt(x) + x", 0.0, 1, "edge of the domain"),
    ("where(sqrt(x) == sqrt(x), x, 2)", 0.0, 1, "edge of the domain"),
    ("sqrt(x)**0 + x", 0.0, 1, "edge of the domain"),
]


def partial(formula: str, x: float, order: int = 1) -> certified.Slope:
    """The derivative by x."""
    tape = parse(formula, frozenset("x"))
    scalar = unroll(tape, infer_shapes(tape, {"x": None}))
    return certified.differentiate(scalar, {"x": x}, FLOAT64, ["x"], order).partials[0]


@pytest.mark.parametrize(("formula", "x", "order", "kind"), BEHIND_CONDITIONS)
def test_a_kink_behind_a_condition_is_seen(formula: str, x: float, order: int, kind: str) -> None:
    """The operand of a condition that is decided at the point may jump there or end its domain."""
    found = partial(formula, x, order)
    assert found.enclosure.kind is Kind.UNDEFINED
    assert found.behaviour is not None
    assert (found.behaviour.kind, found.behaviour.proved) == (BehaviourKind(kind), True)


@pytest.mark.parametrize(
    "formula",
    [
        "xlogy(0*x, log(-1))",
        "xlog1py(0*x, log(-x))",
        "leaky_relu(x, log(-1))",
        "elu(x, asec(0*x))",
        "celu(x, 1/(x - x))",
        "heaviside(x, log(-x))",
        "where((log(-x) > 0) & (x < 1), 1, x)",
        "where((x > 1) | (log(-x) > 0), 1, x)",
        "0*log(-x) + x",
    ],
)
def test_what_is_given_counts_also_where_it_is_discarded(formula: str) -> None:
    """Arguments come before the call: one without a value leaves none to the whole. At 2."""
    tape = parse(formula, frozenset("x"))
    assert certified.evaluate(tape, {"x": 2.0}, FLOAT64).kind is Kind.UNDEFINED
    assert partial(formula, 2.0).enclosure.kind is Kind.UNDEFINED


@pytest.mark.parametrize(
    ("formula", "x", "order", "slope"),
    [
        ("where(log(x) > 0, 1, x)", 0.5, 1, "1"),
        ("where(x > 0, x, log(x))", 1.0, 1, "1"),  # the branch that is not taken does not count
        ("where((x < 1) | (x <= 2), 3*x, 0)", 1.0, 1, "3"),  # one turns, the other decides all around
        ("where(floor(x) == 0, x, 0)", 0.5, 1, "1"),
        ("where(x - x == 0, x, 0)", 0.5, 1, "1"),
        ("abs(x - x) + x", 0.5, 1, "1"),
        ("x*abs(x)", 0.0, 1, "0"),
        ("max(x, x)", 0.0, 1, "1"),
        ("sinc(x)", 0.0, 2, "-0.3333333333333333333333333333333333333333"),  # 1 - x**2/6
        ("x**3*floor(x)", 0.5, 2, "0"),
    ],
)
def test_what_only_looks_like_a_kink_has_a_proved_slope(formula: str, x: float, order: int, slope: str) -> None:
    """By hand."""
    found = partial(formula, x, order)
    assert found.enclosure.decimal is not None
    assert abs(mp.mpf(found.enclosure.decimal) - mp.mpf(slope)) < 1e-35
    assert found.behaviour is None or found.behaviour.proved


# -- each row of the vocabulary at its kinks and edges, where it is not the value that is asked for

_NUMBERS = (-3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 6.0)
#: mpmath takes seconds for these, or has other conventions outside the domain.
_SLOW = frozenset({"besselk", "bessely", "polylog", "uppergamma", "lowergamma", "expint", "elliptic_pi", "zeta"})
_ROWS = [row for row in vocabulary.ROWS if row.samples and row.name not in _SLOW]
_SHAPES = (
    "where({r} < {c}, 1, -1)",
    "where({r} >= {c}, x, 3*x)",
    "where({r} == {c}, 5, x)",
    "where(where({r} < {c}, 1, -1) > 0, x**2, x)",
    "where(({r} < {c}) & (x < 9), x, -x)",
    "where((x < 9) | ({r} < {c}), x, -x)",
    "where(~({r} < {c}), exp(x), 2)",
    "where({r} == {r}, x, 2)",
    "0*{r} + x",
    "{r} - {r} + x",
    "{r}**0*x",
    "xlogy(0*x, {r})",
    "leaky_relu(1 + x**2, {r})",
    "elu(1 + x**2, {r})",
    "heaviside(2 + sin(x), {r})",
    "heaviside({r} - {c})",
    "floor({r})",
    "max({r}, {c})*x",
    "{r}",
)
_THRESHOLDS = ("0", "0.5", "-0.5", "1", "-1", "0.25", "2")


@st.composite
def hidden(draw: st.DrawFn) -> tuple[str, float]:
    """A formula in which a row stands at a special point, and the x at which it does."""
    row = draw(st.sampled_from(_ROWS))
    x = draw(st.sampled_from((0.0, 1.0, -2.0)))
    sample = draw(st.sampled_from(row.samples))
    moving = draw(
        st.integers(0, len(row.names) - 1).filter(lambda place: place not in row.constant or len(row.names) == 1)
    )
    args = [repr(number) for number in sample]
    args[moving] = f"(x + {draw(st.sampled_from(_NUMBERS)) - x!r})"
    call = f"{row.name}({', '.join(args)})"
    return draw(st.sampled_from(_SHAPES)).format(r=call, c=draw(st.sampled_from(_THRESHOLDS))), x


def by_mpmath(formula: str, x: Any) -> Any:
    """The value at 60 digits; None where it has no finite real one."""
    try:
        found = evaluate(parse(formula, frozenset("x")), {"x": x})
    except (ValueError, ZeroDivisionError, OverflowError, TypeError):
        return None
    return found if mp.isfinite(found) and not mp.im(found) else None


@given(hidden())
def test_what_is_proved_is_the_slope_of_the_values_on_both_sides(question: tuple[str, float]) -> None:
    """Wherever a slope is called proved, the formula has values left and right of the point, and they have that slope."""
    formula, x = question
    found = partial(formula, x)
    if found.enclosure.kind is not Kind.VALUE or (found.behaviour is not None and not found.behaviour.proved):
        return
    with mp.workdps(60):
        h, slope = mp.mpf("1e-20"), mp.mpf(found.enclosure.decimal)
        here = by_mpmath(formula, mp.mpf(x))
        for side in (h, -h):
            there = by_mpmath(formula, mp.mpf(x) + side)
            assert here is not None, f"{formula} at {x}: no value"
            assert there is not None, f"{formula} at {x}: no value at {mp.nstr(side, 3)} from it"
            assert abs((there - here) / side - slope) <= 1e-6 * (1 + abs(slope)), f"{formula} at {x}, side {side}"
