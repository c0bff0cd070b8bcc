"""Derivatives by an order against mpmath's difference quotients at 50 digits, and their error bound."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flint import arb, ctx

from gradcalc.dtypes import FLOAT64
from gradcalc.engines import certified
from gradcalc.engines.certified import Kind
from gradcalc.engines.certified.balls import orders
from gradcalc.engines.certified.errors import OutOfReachError
from gradcalc.language import vocabulary
from gradcalc.language.parser import parse
from gradcalc.language.vocabulary.row import ANALYTIC
from tests import oracle

mp = oracle.mp

ROWS = [row for row in vocabulary.ROWS if ANALYTIC in row.slopes]

#: Orders that are whole, half and neither, where the functions' formulas are 0/0, and arguments small and large.
CALLS = """
    besselj(0,30) besselj(1,0.6) besselj(2,0.5) besselj(-1.3,2) besselj(0.75,1) besselj(40,3) besselj(3,1e-5) besselj(0,1e4)
    bessely(0,30) bessely(1,0.6) bessely(2.5,4) bessely(3,1e-5) bessely(-2,0.5)
    besseli(1,0.6) besseli(0,2) besseli(-1.3,2) besseli(7,20) besselk(1,0.6) besselk(2.5,4) besselk(3,1e-5) besselk(-1,2)
    expint(1,0.4) expint(2,3) expint(0,1) expint(-3,0.5) expint(3,1e-3) expint(30,2) expint(2.5,0)
    uppergamma(1,0.6) uppergamma(0,2) uppergamma(-2,1) uppergamma(2.5,40) uppergamma(-10.5,1e-3) uppergamma(3,200)
    lowergamma(1,0.6) lowergamma(0.001,3) lowergamma(5,100) lowergamma(2.5,4)
    zeta(2) zeta(0.5) zeta(0) zeta(-3) zeta(1.001) zeta(20) zeta(2,0.6) zeta(0,3) zeta(-1.5,0.01) zeta(20,2)
    polylog(2,0.5) polylog(1,-0.8) polylog(3,0.7) polylog(2.5,0.999) polylog(2,1) polylog(0,0.25) polylog(-2,0.5) polylog(3,-1)
    polylog(1,-1)
""".split()
#: mpmath takes long for others.
QUICK = re.compile("polylog.2,0.5|(?!polylog)").match
_CLOSE = mp.mpf(10) ** -38


def called(call: str) -> tuple[str, tuple[float, ...]]:
    """The name and the arguments of a call in the list above."""
    name, _, inner = call.rstrip(")").partition("(")
    return name, tuple(map(float, inner.split(",")))


def number(ball: arb) -> tuple[Any, Any]:
    """The middle and the radius of a ball, of many digits."""
    return mp.mpf(ball.mid().str(80, radius=False)), mp.mpf(ball.rad().str(10, radius=False)) * mp.mpf("1.001")


@pytest.fixture(autouse=True)
def _bits() -> Iterator[None]:
    with ctx.workprec(160):
        yield


@pytest.mark.parametrize(
    ("call", "count"), [(call, count) for call in CALLS for count in (1, 2) if count == 1 or QUICK(call)]
)
def test_the_derivative_is_mpmaths(call: str, count: int) -> None:
    """Forty digits of the first and the second, from difference quotients of another library's function."""
    name, args = called(call)
    with mp.workdps(60):
        wanted = oracle.slope(name, args, 0, count)
        middle, radius = number(orders.derivative(name, [arb(arg) for arg in args], count))
        assert abs(middle - wanted) <= radius + abs(wanted) * mp.mpf(10) ** -45
        assert radius <= abs(wanted) * _CLOSE, f"{mp.nstr(wanted, 10)} is known to {mp.nstr(radius, 3)} only"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.signature)
def test_each_row_is_in_the_list(row: vocabulary.Function) -> None:
    """A new row with such a slope belongs there."""
    calls = [args for name, args in map(called, CALLS) if name == row.name and len(args) == len(row.names)]
    assert len(calls) > 3, f"add calls of {row.signature} to CALLS"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.signature)
def test_the_ball_holds_what_wide_arguments_allow(row: vocabulary.Function) -> None:
    """The derivative anywhere in the arguments' balls lies in the ball that they give, which is not much wider."""
    draw, (low, high) = random.Random(row.signature), row.samples  # noqa: S311 - the same points each time
    for _ in range(6):
        args = [draw.uniform(a, b) if a != b else a + draw.uniform(0, 1) for a, b in zip(low, high, strict=True)]
        radii = [draw.choice([0.0, 2.0**-40, 2.0**-20]) for _ in args]
        made = orders.derivative(row.name, [arb(a, r) for a, r in zip(args, radii, strict=True)], 1)
        middle, radius = number(made)
        for _ in range(3):
            inside = [
                mp.mpf(a) + draw.choice([-1, draw.uniform(-1, 1), 1]) * r for a, r in zip(args, radii, strict=True)
            ]
            truth = oracle.slope(row.name, inside, 0)
            assert abs(middle - truth) <= radius + abs(truth) * mp.mpf(10) ** -30
        assert radius <= 2.0**30 * max(radii) * (1 + abs(middle)) + abs(middle) * mp.mpf(10) ** -30


@pytest.mark.parametrize("name", ["besselj", "expint", "besselk"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_error_of_a_wide_step_is_bounded(name: str, count: int) -> None:
    """With a step of 1/32 the difference is off by more than a ten-millionth of its bound, but never by more."""
    args, step = [arb(1), arb(0.6)], arb(2) ** -5
    found, _ = number(orders.difference(name, args, count, step) / step**count)
    _, bound = number(arb(0, orders.error_bound(orders.bounded(name, args), args, count, step)))
    error = abs(found - oracle.slope(name, (1, 0.6), 0, count))
    assert bound * mp.mpf(10) ** -7 < error < bound


@pytest.mark.parametrize(
    ("formula", "order", "truth"),
    [
        # d/dx of d/dn is d/dn of d/dx: -E(n - 1, x) by n; both arguments may depend on one variable.
        ("expint(x, x)", 1, lambda x: mp.expint(x, x)),
        ("expint(x, x)", 2, lambda x: mp.expint(x, x)),
        ("besselk(x, x**2)", 2, lambda x: mp.besselk(x, x**2)),
        ("besselj(sin(x), cos(x))", 3, lambda x: mp.besselj(mp.sin(x), mp.cos(x))),
        ("polylog(x, 1/(1 + x))", 2, lambda x: mp.re(mp.polylog(x, 1 / (1 + x)))),
        ("uppergamma(x, x)", 2, lambda x: mp.gammainc(x, x)),
        ("lowergamma(x, x)", 2, lambda x: mp.gammainc(x, 0, x)),
        ("zeta(1 + x, x)", 2, lambda x: mp.zeta(1 + x, x)),
        ("x*zeta(x)", 4, lambda x: x * mp.zeta(x)),
    ],
)
def test_orders_in_formulas(formula: str, order: int, truth: Callable[[Any], Any]) -> None:
    """The chain rule, and higher derivatives by order and argument mixed."""
    found = certified.differentiate(parse(formula), {"x": 0.875}, FLOAT64, ["x"], order).partials[0].enclosure
    with mp.workdps(60):
        wanted = mp.diff(truth, mp.mpf(0.875), order)
    assert found.decimal is not None, found.reason
    assert abs(mp.mpf(found.decimal) - wanted) <= abs(wanted) * mp.mpf(10) ** -35


def test_an_even_function_of_the_order_is_flat_at_0() -> None:
    """K(n, x) = K(-n, x), DLMF 10.27.3."""
    assert orders.derivative("besselk", [arb(0), arb(30)], 1) == 0
    found = certified.differentiate(parse("besselk(n, x)"), {"n": 0.0, "x": 30.0}, FLOAT64, ["n"], 1).partials[0]
    assert found.enclosure.decimal == "0"


@pytest.mark.parametrize(
    ("formula", "n", "kind"),
    [
        ("besselj(n, -2)", 1.0, Kind.UNDEFINED),  # real for whole orders only
        ("zeta(n)", 1.0, Kind.UNDEFINED),
        ("polylog(n, 1)", 1.0, Kind.UNDEFINED),
        ("lowergamma(n, 2)", 0.0, Kind.UNDEFINED),
        ("lambertw(-0.1, n)", -1.0, Kind.UNSUPPORTED),
        ("polygamma(n, 2)", 1.0, Kind.UNSUPPORTED),
        ("besselk(n, 2)", 1e6, Kind.UNDECIDED),
    ],
)
def test_orders_without_a_derivative(formula: str, n: float, kind: Kind) -> None:
    """Isolated values, poles, branches and what takes too long."""
    found = certified.differentiate(parse(formula), {"n": n}, FLOAT64, ["n"], 1).partials[0].enclosure
    assert found.kind is kind, found


@pytest.mark.parametrize(
    "call",
    ["zeta(-900,1e6)", "zeta(1e20)", "polylog(300,0.5)", "polylog(59,0.999)", "zeta(-59,0.01)", "besselk(999,1)", "besselj(999,999)",
     "uppergamma(999,999)", "expint(-999,2)", "bessely(999,1e-3)", "lowergamma(999,1e9)", "zeta(1000)", "polylog(-59,-1e5)"],
)  # fmt: skip
def test_nothing_takes_long(call: str) -> None:
    """What Arb would work on for minutes is refused before."""
    name, args = called(call)
    for bits in (160, 640):
        start = time.process_time()
        with ctx.workprec(bits):
            try:
                orders.derivative(name, [arb(arg) for arg in args], 2)
            except OutOfReachError:
                continue
        assert time.process_time() - start < 3, bits
