"""Certified values and derivatives against mpmath: random formulas, points biased to corners, and no enclosure is wrong.

A derivative is compared with difference quotients of the formula at 110 digits, whose own error is estimated from two
step widths; no rule of differentiation is shared with the engine.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcalc.dtypes import BFLOAT16, FLOAT32, FLOAT64, DType
from gradcalc.engines import certified
from gradcalc.engines.certified import Behaviour, BehaviourKind, Certificate, Enclosure, Kind, Side
from gradcalc.engines.certified import derivatives as program_derivatives
from gradcalc.engines.certified.derivatives import Rules
from gradcalc.engines.certified.evaluator import run
from gradcalc.engines.certified.graph import share
from gradcalc.engines.certified.singular import sides
from gradcalc.language import vocabulary
from gradcalc.language.parser import parse
from gradcalc.language.tape import NUMBER, Tape
from gradcalc.language.vocabulary import special
from tests import oracle
from tests.language.evaluation import _step

mp = oracle.mp
Number = Any  # an mpf: mpmath has no types of its own

# A decimal in a definition is rounded to the dtype, as any literal is, so the oracle's function is another one.
ROWS = [row for row in vocabulary.ROWS if row.samples and "." not in row.definition]
SPECIAL = {row.name for row in special.ROWS}
#: Of one argument, and quick in mpmath wherever they are defined.
QUICK = [row for row in ROWS if len(row.names) == 1 and row.name not in SPECIAL]

LITERALS = ("1", "2", "3", "0.5", "0.1", "1.7", "1e-3", "pi", "7")
CORNERS = (
    0.0, -0.0, 1.0, -1.0, 2.0, 3.0, -7.0, 0.5, 2.5, -1.5, 20.0,
    5e-324, -5e-324, 2.0**-1022, 1.7976931348623157e308, 1e-30, 1e22,
    math.pi / 2, math.pi, -math.pi, 3 * math.pi / 2, 0.9999999999999999, 1.0000000000000002,
)  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def _one_side_only() -> Iterator[None]:
    """Kinks have tests of their own, and to look at both sides of one may take seconds."""
    unseen = Side(defined=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sides, "behaviour", lambda *_: Behaviour(BehaviourKind.UNDECIDED, unseen, unseen))
        yield


# -- random formulas


def formula(draw: random.Random, depth: int) -> str:
    """A formula of x and y, each bracket written."""
    if depth == 0 or draw.random() < 0.1:
        return draw.choice(["x", "x", "y", "y", draw.choice(LITERALS)])
    kind = draw.choice(["row", "row", "row", "quick", "arithmetic", "arithmetic", "power", "branch"])
    if kind == "row":
        return _inside(draw.choice(draw.choice([QUICK, QUICK, ROWS])), draw, depth)
    first = formula(draw, depth - 1)
    if kind == "quick":
        return f"{draw.choice(QUICK).name}({first})"
    if kind == "power":
        return f"({first})**{draw.choice(['2', '3', '(-1)', '0', '7', '0.5', 'y'])}"
    second = formula(draw, depth - 1)
    if kind == "arithmetic":
        return f"({first} {draw.choice('+-*/')} {second})"
    return f"where({condition(draw)}, {first}, {second})"


def _inside(row: vocabulary.Function, draw: random.Random, depth: int) -> str:
    """A call whose arguments lie in the box that the row's samples span, whatever the values of x and y."""
    arguments = []
    for place, column in enumerate(zip(*row.samples, strict=True)):
        low, high = min(column), max(column)
        u = formula(draw, depth - 1 if place == 0 else 0)
        inside = f"{(low + high) / 2!r} + {(high - low) / 1.05!r}*({u})/(1 + ({u})**2)"
        arguments.append(repr(column[0]) if place in row.constant else inside)
    return f"{row.name}({', '.join(arguments)})"


def condition(draw: random.Random) -> str:
    """A comparison, or two of them."""
    simple = (
        f"{draw.choice('xy')} {draw.choice(['<', '<=', '>', '>=', '==', '!='])} {draw.choice(['y', '0', '1', '0.1'])}"
    )
    return draw.choice([simple, f"({simple}) & (y > 0)", f"(x < 1) | ({simple})", f"~({simple})"])


def point(draw: random.Random, dtype: DType) -> dict[str, float]:
    """Corners half of the time, and the same number twice now and then."""
    x, y = (draw.choice([draw.choice(CORNERS), draw.uniform(-3, 3)]) for _ in range(2))
    return {"x": stored(x, dtype), "y": stored(draw.choice([y, y, y, x]), dtype)}


def stored(number: float, dtype: DType) -> float:
    """The finite number that torch keeps."""
    kind = getattr(torch, dtype.name)
    largest = torch.finfo(kind).max
    return float(torch.tensor(max(-largest, min(largest, number)), dtype=kind))


# -- mpmath


class HardError(Exception):
    """mpmath would take too long here, or does not converge."""


def evaluate(tape: Tape, at: dict[str, Number], dtype: DType) -> Number:
    """The formula at numbers of any precision; nan where it has no real value and in what is computed from that."""
    values: list[Number] = []
    for step in tape.instructions:
        args = [values[i] for i in step.args]
        slow = mp.dps > 200 and step.op in SPECIAL
        if slow or any(isinstance(arg, mp.mpf) and arg and abs(mp.mag(arg)) > 4000 for arg in args):
            raise HardError
        try:
            made = mp.mpf(stored(float(step.text), dtype)) if step.op == NUMBER else _step(step, args, at)
        except (ZeroDivisionError, ValueError):
            made = mp.nan
        except (OverflowError, TypeError, mp.NoConvergence):  # TypeError: mpmath's fresnel integrals of a nan
            raise HardError from None
        values.append(made if isinstance(made, bool) else _real(made))
    return values[-1]


def _real(number: Number) -> Number:
    number = mp.mpmathify(number)
    return number.real if mp.isfinite(number) and number.imag == 0 else mp.nan


class Estimate(NamedTuple):
    """A number, and how far from it the truth is at most."""

    value: Number
    error: Number


def derivatives(
    f: Callable[[Number], Number], x: float, digits: int = 110, least: float = 0
) -> tuple[Estimate, Estimate, Estimate]:
    """The value and the first two derivatives by central differences, with two step widths.

    least: what the value is composed of is at least as large; a true 0, such as sin(pi), is a small number here.
    """
    scale = min(mp.mpf(1), abs(mp.mpf(x))) or mp.mpf(1)
    width = mp.mpf(10) ** (-digits // 5)
    digits += 2 * max(0, int(-mp.log10(scale)))
    with mp.workdps(digits):
        h = scale * width
        here, (left, right), (further, beyond) = f(mp.mpf(x)), (f(x - h), f(x + h)), (f(x - 2 * h), f(x + 2 * h))
        noise = max(abs(here), mp.mpf(least)) * mp.mpf(10) ** (20 - digits)
        first, wider = (right - left) / (2 * h), (beyond - further) / (4 * h)
        second, wide = (right - 2 * here + left) / h**2, (beyond - 2 * here + further) / (4 * h**2)
        return (
            Estimate(here, noise),
            Estimate(first, 2 * abs(first - wider) + noise / h),
            Estimate(second, 2 * abs(second - wide) + noise / h**2),
        )


def finer(
    f: Callable[[Number], Number], x: float, estimates: tuple[Estimate, Estimate, Estimate]
) -> tuple[Estimate, Estimate, Estimate]:
    """Estimates with far shorter steps, for cos(1e22*x) or 1/x near 0, unless that takes too long."""
    try:
        return derivatives(f, x, 1000, 1)
    except HardError:
        return estimates


# -- no enclosure excludes the truth


def compare(draw: random.Random) -> Counter[str]:
    """Draw one formula and hold value, slope and second derivative against mpmath; what could be compared, and sharply."""
    dtype = draw.choice([FLOAT64, FLOAT64, FLOAT32, BFLOAT16])
    text, at = formula(draw, 3), point(draw, dtype)
    tape = parse(text, frozenset(at))
    by = draw.choice(tape.variables or ("x",))
    compared: Counter[str] = Counter()
    if certified.evaluate(tape, at, dtype).kind is not Kind.VALUE:
        return compared

    def moved(x: Number) -> Number:
        return evaluate(tape, {**at, by: x}, dtype)

    try:
        estimates = derivatives(moved, at[by])
    except HardError:
        return compared
    found = [(0, certified.evaluate(tape, at, dtype)), *((n, slope(tape, at, by, dtype, n)) for n in (1, 2))]
    for order, enclosure in found:
        estimate = estimates[order]
        if enclosure.kind is Kind.VALUE:
            told = f"derivative {order} by {by} of {text} at {at}, {dtype.name}"
            if not contains(enclosure, estimate):
                estimate = finer(moved, at[by], estimates)[order]
            assert contains(enclosure, estimate), f"{told} is {estimate}, not {enclosure.decimal}"
            sharp = 0 < abs(estimate.value) * mp.mpf("1e-30") > estimate.error
            compared.update([f"order {order}", *([f"sharp {order}"] if sharp else [])])
    return compared


def slope(tape: Tape, at: dict[str, float], by: str, dtype: DType, order: int = 1) -> Enclosure:
    """One derivative."""
    return certified.differentiate(tape, at, dtype, [by], order).partials[0].enclosure


def contains(enclosure: Enclosure, estimate: Estimate) -> bool:
    """Whether both can be true."""
    with mp.workdps(400):
        return bool(abs(mp.mpf(enclosure.decimal) - estimate.value) <= mp.mpf(enclosure.radius) + estimate.error)


@pytest.mark.parametrize("seed", range(8))
def test_no_enclosure_excludes_the_truth(seed: int) -> None:
    """Two thousand formulas with a value; most slopes are known by mpmath to 30 digits, and compared to all of them."""
    draw, total = random.Random(seed), Counter[str]()  # noqa: S311 - tests draw the same formulas each time
    while total["order 0"] < 250:
        total += compare(draw)
    assert total["sharp 0"] > 200
    assert total["sharp 1"] > 100
    assert total["sharp 2"] > 75


@settings(max_examples=30)
@given(st.randoms())
def test_hypothesis_finds_no_enclosure_that_excludes_the_truth(draw: random.Random) -> None:
    """The same formulas, hunted for and made small."""
    compare(draw)


@pytest.mark.parametrize(
    ("value", "radius", "error", "verdict"),
    [("1.5", "0", 0, False), ("1.5", "0.5", 0, True), ("1.5", "0", 0.5, True), ("1.5", "0.2", 0.2, False)],
)
def test_the_comparison_can_fail(value: str, radius: str, error: float, verdict: bool) -> None:
    """1 is no member of 1.5 +/- 0.2 unless mpmath's own error allows for it."""
    enclosure = Enclosure(Kind.VALUE, float(value), value, radius)
    assert contains(enclosure, Estimate(mp.mpf(1), mp.mpf(error))) is verdict


# -- what is not evaluated


def certificate(text: str, order: int = 1, **at: float) -> Certificate:
    """The derivatives by every variable in float64."""
    return certified.differentiate(parse(text, frozenset(at)), at, FLOAT64, list(at), order)


@pytest.mark.parametrize("x", [5e-324, 1e-300, 1e-25])
def test_next_to_an_edge_there_are_values_all_around(x: float) -> None:
    """The slope of li is 1/log(x), also where 0, the edge of its domain, is nearer than any absolute tolerance."""
    slope = certificate("1 - li(x)", x=x).partials[0]
    assert slope.behaviour is None
    assert slope.enclosure.decimal is not None
    assert mp.almosteq(mp.mpf(slope.enclosure.decimal), -1 / mp.log(mp.mpf(x)), 1e-35)


@pytest.mark.parametrize(
    "behind", ["log(x - 9)", "1/(x - 2)", "sqrt(x - 2)", "besselj(x, 1)", "floor(x)", "abs(x - 2)"]
)
@pytest.mark.parametrize(("order", "decimal"), [(1, "12"), (2, "12"), (3, "6")])
def test_a_branch_that_is_not_taken_needs_no_slope(behind: str, order: int, decimal: str) -> None:
    """x**3 at 2 has the derivatives 12, 12 and 6, whatever lies behind the other branch."""
    for formula_ in (
        f"where(x > 0, x**3, {behind})",
        f"where(x <= 0, {behind}, x**3)",
        f"x**3 + where(x < 0, {behind}, 0)",
    ):
        (partial,) = certificate(formula_, order, x=2.0).partials
        assert (partial.enclosure.decimal, partial.behaviour) == (decimal, None)


def test_a_branch_that_is_not_taken_is_not_evaluated() -> None:
    """Nor is what only its derivative needs."""
    graph, result = share(parse("where(x > 0, x**3, gamma(x))", frozenset("x")), {"x": 2.0}, FLOAT64)
    found = program_derivatives.derivatives(graph, result, ["x"], 2, Rules())[0]
    assert found is not None
    values = run(graph.steps, [result, found], math.inf)
    behind = [
        value for step, value in zip(graph.steps, values, strict=True) if step.op in {"gamma", "digamma", "polygamma"}
    ]
    assert len(behind) == 3
    assert set(behind) == {None}


@pytest.mark.parametrize(
    ("condition_", "x", "y"),
    [
        ("x < 0 | y > 0", 0.0, 1.0),
        ("y > 0 | x < 0", 0.0, 1.0),
        ("~(x >= 0 & y <= 0)", 0.0, 1.0),
        ("~(x > 0) | y > 0", 0.0, 1.0),
    ],
)
def test_a_condition_that_turns_behind_a_decided_one_is_no_kink(condition_: str, x: float, y: float) -> None:
    """y > 0 holds around the point, so the branch is taken on both sides: the slopes of x*y are y and x."""
    by_x, by_y = certificate(f"where({condition_}, x*y, 7)", x=x, y=y).partials
    assert (by_x.enclosure.decimal, by_y.enclosure.decimal) == ("1", "0")
    assert by_x.behaviour is by_y.behaviour is None


@pytest.mark.parametrize("condition_", ["x < x", "x*y > x*y", "sin(x) < sin(x)"])
def test_a_number_compared_with_itself_never_turns(condition_: str) -> None:
    """It is never less than itself, so the second branch is taken all around 2."""
    by_x, _ = certificate(f"where({condition_}, 7, x**2)", x=2.0, y=3.0).partials
    assert (by_x.enclosure.decimal, by_x.behaviour) == ("4", None)


def test_a_slope_by_an_order_is_missing_for_the_order_alone() -> None:
    """The order of a polygamma function is a whole number; by x it is the next one."""
    by_order, by_x = certificate("polygamma(n, x)*x", n=1.0, x=0.5).partials
    assert by_order.enclosure.kind is Kind.UNSUPPORTED
    assert by_order.enclosure.reason == "ball arithmetic has no derivative of polygamma by n"
    x = mp.mpf("0.5")
    truth = mp.psi(1, x) + x * mp.psi(2, x)
    assert contains(by_x.enclosure, Estimate(truth, mp.mpf("1e-49")))


# -- what it costs, in steps


def test_a_gradient_of_many_variables_costs_a_few_evaluations() -> None:
    """The product of 300 numbers, each next to its sine: one backward pass, not 300."""
    at = {f"x{i}": 1 + i / 512 for i in range(300)}
    tape = parse("*".join(f"({name} + sin({name}))" for name in at), frozenset(at))
    graph, result = share(tape, at, FLOAT64)
    before = len(graph.steps)
    positions = program_derivatives.gradient(graph, result, list(at), Rules())
    assert None not in positions
    assert len(graph.steps) < 4 * before
    found = certified.differentiate(tape, at, FLOAT64, list(at))
    product = mp.fprod(x + mp.sin(x) for x in at.values())
    for x, partial in zip(at.values(), found.partials, strict=True):
        truth = product / (x + mp.sin(x)) * (1 + mp.cos(x))
        assert contains(partial.enclosure, Estimate(truth, abs(truth) * mp.mpf("1e-46")))


@pytest.mark.parametrize("order", [1, 2, 3])
def test_steps_grow_with_the_number_of_terms(order: int) -> None:
    """Ten times as many different terms are ten times as many steps."""

    def steps(terms: int) -> int:
        tape = parse(" + ".join(f"sin({k}*x)" for k in range(2, terms + 2)), frozenset("x"))
        graph, result = share(tape, {"x": 0.7}, FLOAT64)
        program_derivatives.derivatives(graph, result, ["x"], order, Rules())
        return len(graph.steps)

    assert steps(1000) / steps(100) == pytest.approx(10, rel=0.05)


def test_ten_thousand_terms_have_a_gradient() -> None:
    """Each of 1 + x + ... + x: the steps are as many as the terms, the slope is a whole number."""
    tape = parse(" + ".join(["x"] * 10_000), frozenset("x"))
    assert slope(tape, {"x": 0.5}, "x", FLOAT64).decimal == "10000"
