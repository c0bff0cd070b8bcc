"""Both sides of a point, against mpmath at 600 digits (the table of verdicts), and against derivations by hand."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcalc.dtypes import FLOAT64
from gradcalc.engines.certified.graph import share
from gradcalc.engines.certified.records import Behaviour, BehaviourKind, Break, Side
from gradcalc.engines.certified.singular.sides import behaviour
from gradcalc.language.parser import parse
from gradcalc.program import Request, read
from tests import oracle
from tests.test_verdicts import ROWS, SMOOTH, Row, evaluate, leading, same, truth

mp = oracle.mp


def look(formula: str, order: int = 1, *, by: str = "x", seconds: float = 20.0, **point: float) -> Behaviour:
    """Both sides of one point along `by`."""
    graph, result = share(parse(formula, frozenset(point)), point, FLOAT64)
    return behaviour(graph.steps[: result + 1], by, order, 40, time.thread_time() + seconds)


def look_at(row: Row) -> Behaviour:
    """Both sides of a line of the table."""
    program = read(Request(row.formula, at=tuple(row.at.split()), dtype=row.dtype))
    graph, result = share(program.scalar, program.flat, program.dtype)
    return behaviour(graph.steps[: result + 1], row.by, 1, 40, time.thread_time() + 20)


def slopes(seen: Behaviour) -> tuple[Any, Any]:
    """The one-sided slopes as numbers."""
    left, right = (side.slope and mp.mpf(side.slope) for side in (seen.left, seen.right))
    return left, right


@pytest.mark.parametrize("row", [row for row in ROWS if row.outcome == "undefined"], ids=str)
def test_a_singular_point_of_the_table(row: Row) -> None:
    """The kind and both slopes are those that mpmath finds at 2**-200 and 2**-400 from the point."""
    seen, true = look_at(row), truth(row)
    assert seen.kind == true.kind
    if true.kind != BehaviourKind.POLE:
        assert all(map(same, slopes(seen), true.slopes)), slopes(seen)
    assert seen.proved is (row.formula != "erfinv(x)")  # a root of a logarithm is none of the series


#: Lines of the table at which the program as it is written has no slope, though the function has one.
MENDED = ("abs(", "relu", "clamp", "sqrt", "where", "max(", "var(", "norm")


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.outcome != "undefined" and row.formula.startswith(MENDED)], ids=str
)
def test_a_smooth_point_of_the_table(row: Row) -> None:
    """What looks like a kink and is none has mpmath's slope, and it is proved."""
    seen, true = look_at(row), truth(row)
    assert (seen.kind, true.kind, seen.proved) == (BehaviourKind.DIFFERENTIABLE, SMOOTH, True)
    assert seen.slope is not None
    assert same(mp.mpf(seen.slope.decimal), true.slopes[0], 1e-30)


# The derivation is in the comment: t is the distance from the point.
BY_HAND = [
    ("abs(x - 1)^2 + sin(x)", 1, "differentiable", "0.5403023058681397"),  # t**2 + sin: cos(1), once on both sides
    ("(sin(1 + x) - sin(1))/x", 0, "removable", "-0.42073549240394825"),  # cos(1) - t*sin(1)/2
    ("(gamma(x) - 1)/(x - 1)", 1, "removable", "0.98905599532797256"),  # gamma''(1)/2 = (euler**2 + pi**2/6)/2
    ("Ei(x) - log(x)", 0, "edge of the domain", "none | 1"),  # euler + t + t**2/4
    ("Ei(x) - log(abs(x))", 0, "removable", "1"),
    ("gamma(x)*(x + 1)", -1, "removable", "-0.42278433509846714"),  # -1 - (1 - euler)*t
    ("digamma(x) + 1/x", 0, "removable", "1.6449340668482264"),  # -euler + zeta(2)*t
    ("lgamma(x) + log(abs(x))", 0, "removable", "-0.5772156649015329"),  # lgamma(1 + t)
    ("erf(1/x)", 0, "jump", "0"),  # 1 - erf(1/t) is below every power of t
    ("tanh(1/x)", 0, "jump", "0"),
    ("sin(pi*x)/x", 0, "removable", "0"),  # pi - pi**3*t**2/6
    ("1/log(x)", 0, "edge of the domain", "none | -inf"),  # -1/(t*log(t)**2)
    ("x**1.5*log(x)", 0, "edge of the domain", "none | 0"),  # sqrt(t)*(1.5*log(t) + 1)
    ("besselj(0, x)*abs(x - 2)", 2, "corner", "-0.22389077914123567 | 0.22389077914123567"),  # J0(2)
    # the derivative of erfinv at 1/2, by mpmath
    ("abs(erfinv(x) - erfinv(0.5))", 0.5, "corner", "-1.11258481897194980 | 1.11258481897194980"),
    ("where(x == 0, 0, x**2*sin(1/x))", 0, "differentiable", "0"),  # the quotient is below |t|
    ("x*sin(1/x) + where(x > 0, 1, 0)", 0, "jump", "none | none"),  # limits 0 and 1, slopes that oscillate
    ("floor(-x**2)", 0, "isolated value", "0"),  # -1 but for the point, where it is 0
    ("trunc(x)", 0, "differentiable", "0"),  # 0 from -1 to 1
    ("ceil(x)", 2, "jump", "0"),
    ("round(x)", 2.5, "jump", "0"),  # 2 at the half, 3 above
    ("sqrt(-x**2)", 0, "isolated value", "none"),  # 0 at the point alone
    ("sqrt(-x**2 - 1)", 0, "outside the domain", "none"),
    ("where(x == 0, 5, sqrt(x))", 0, "edge of the domain", "none | inf"),
    ("where(x == 0, 0, sqrt(-x))", 0, "edge of the domain", "-inf | none"),
    ("acos(1 - x**2)", 0, "corner", "-1.4142135623730951 | 1.4142135623730951"),  # sqrt(2)*|t|
    ("(x**2)**(1/3)", 0, "corner", "-inf | inf"),  # a cusp
    ("max(x, x)", 0, "differentiable", "1"),
    ("where(((x > 0) | (x == 0)) & (x < 1), x, 2*x)", 0, "corner", "2 | 1"),
    ("where((x < 0) | (log(x) > 0), 1, x)", 0, "edge of the domain", "none | 1"),  # log counts also where x < 0 decides
]


@pytest.mark.parametrize(("formula", "x", "kind", "expected"), BY_HAND)
def test_a_derivation_by_hand(formula: str, x: float, kind: str, expected: str) -> None:
    """The kind and the slopes, on both sides if one is given."""
    left, _, right = expected.partition(" | ")
    seen = look(formula, x=float(x))
    assert (seen.kind, seen.proved) == (kind, True)
    wanted = [None if text == "none" else mp.mpf(text) for text in (left, right or left)]
    assert all(map(same, slopes(seen), wanted)), slopes(seen)


@pytest.mark.parametrize(
    ("formula", "x", "limits"),
    [
        ("1/x", 0, ("-inf", "inf")),
        ("lgamma(x)", -2, ("inf", "inf")),
        ("gamma(x)", -2, ("-inf", "inf")),  # 1/(2*(x + 2)) near -2
        ("exp(1/x)", 0, ("0", "inf")),
        ("polygamma(2, x)", 0, ("inf", "-inf")),  # -2/t**3
        ("tan(x)/x**2", 0, ("-inf", "inf")),
        ("Ci(abs(x))", 0, ("-inf", "-inf")),  # euler + log|t|
    ],
)
def test_the_limits_at_a_pole(formula: str, x: float, limits: tuple[str, str]) -> None:
    """By the leading terms."""
    seen = look(formula, x=float(x))
    assert (seen.kind, seen.left.limit, seen.right.limit, seen.proved) == (BehaviourKind.POLE, *limits, True)


@pytest.mark.parametrize(
    ("formula", "order", "kind", "expected"),
    [
        ("sinc(x)", 2, "differentiable", "-0.33333333333333333"),  # 1 - t**2/6
        ("x*abs(x)", 2, "corner", "-2 | 2"),
        ("abs(x)", 2, "corner", "0 | 0"),  # it has no first derivative
        ("abs(x)^3", 2, "differentiable", "0"),
        ("abs(x)^3", 3, "corner", "-6 | 6"),
        ("abs(x)^2.5", 3, "corner", "-inf | inf"),  # 1.875/sqrt(t)
        ("exp(x) + x^4*abs(x)", 4, "differentiable", "1"),  # t**5 has no part in it
    ],
)
def test_higher_orders(formula: str, order: int, kind: str, expected: str) -> None:
    """The derivatives below must be there first."""
    left, _, right = expected.partition(" | ")
    seen = look(formula, order, x=0.0)
    assert seen.kind == kind
    assert all(map(same, slopes(seen), (mp.mpf(left), mp.mpf(right or left))))


#: Continuous at 0, and analytic on either side.
BROKEN = (
    "abs(x)", "cbrt(x)", "cbrt(x^2)", "cbrt(x^4)", "abs(x)^0.5", "abs(x)^1.5", "sign(x)*abs(x)^1.5", "abs(x)^2.5", "x*abs(x)",
    "abs(x)^3", "where(x > 0, x^2, 0)", "where(x > 0, exp(x), 1 + x)", "where(x > 0, sqrt(x), 0)", "elu(x)", "softsign(x)",
    "x^2*cbrt(x) + abs(x)^3", "max(x^3, 0)", "selu(x)",
)  # fmt: skip


def one_sided(formula: str, order: int, direction: int) -> Any:
    """What the derivative of the order tends to on a side of 0, by mpmath at two distances."""
    tape = parse(formula, frozenset("x"))

    def f(x: Any) -> Any:
        return evaluate(tape, {"x": x}, "float64")

    with mp.workdps(100):
        near, nearer = (mp.diff(f, direction * mp.mpf(2) ** -k, order) for k in (100, 200))
        return leading(near, nearer)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("formula", BROKEN)
def test_the_lowest_derivative_that_is_missing(formula: str, order: int) -> None:
    """And what it tends to on both sides, with what the one that was asked for does."""
    ends = {of: [one_sided(formula, of, direction) for direction in (-1, 1)] for of in range(1, order + 1)}
    missing = next((of for of, (a, b) in ends.items() if mp.isinf(a) or not same(a, b)), None)
    seen = look(formula, order, x=0.0)
    assert (seen.order, seen.proved) == (order, True)
    assert all(map(same, slopes(seen), ends[order])), slopes(seen)
    if missing is None:
        assert (seen.kind, seen.broken) == (BehaviourKind.DIFFERENTIABLE, None)
        return
    left, right = ends[missing]
    assert seen.kind == (BehaviourKind.VERTICAL_TANGENT if left == right else BehaviourKind.CORNER)
    assert seen.broken is not None
    assert seen.broken.order == missing
    assert same(mp.mpf(seen.broken.left), left)
    assert same(mp.mpf(seen.broken.right), right)


@pytest.mark.parametrize(
    "formula",
    ["gamma(0.5/x)", "1e-300*digamma(1/x)", "besselk(0, abs(x))", "(sin(1 + x)^2 + cos(1 + x)^2 - 1)/x"],
)
def test_what_the_quotients_do_not_settle_is_undecided(formula: str) -> None:
    """Poles that crowd at 0, between which gamma is tiny; what grows as a logarithm; a 0 that only an identity shows."""
    seen = look(formula, x=0.0)
    assert (seen.kind, seen.slope, seen.proved) == (BehaviourKind.UNDECIDED, None, False)


@pytest.mark.parametrize(
    ("formula", "kind", "expected"),
    [
        ("x^pi", "edge of the domain", "none | 0"),
        ("x^sqrt(2)", "edge of the domain", "none | 0"),
        ("abs(x)^sqrt(2)", "differentiable", "0"),
        ("polylog(2, x)/x", "removable", "0.25 | 0.25"),  # x**k/k**2
        ("(polylog(0.5, x) - x)/x^2", "removable", "0.57735026918962576451 | 0.57735026918962576451"),
        ("where(x == 0, 0, x^2*log(1 + exp(1/x)))", "corner", "0 | 1"),  # t**2*(1/t + ...)
        ("1/gamma(x - 100)", "removable", "9.3326215443944152682e157 | 9.3326215443944152682e157"),  # 100!
    ],
)
def test_what_is_proved_at_0(formula: str, kind: str, expected: str) -> None:
    """Exponentials beyond every power, irrational powers, polylogarithms, far poles of gamma; by hand."""
    left, _, right = expected.partition(" | ")
    seen = look(formula, x=0.0)
    assert (seen.kind, seen.proved) == (kind, True)
    for found, end in zip(slopes(seen), (left, right or left), strict=True):
        assert found is None if end == "none" else same(found, mp.mpf(end)), slopes(seen)


@pytest.mark.parametrize(
    ("formula", "x", "limits"),
    [
        ("gamma(x)", -1000, ("-inf", "inf")),  # the residue is 1/1000!
        ("gamma(x)", -1001, ("inf", "-inf")),
        ("lgamma(x)", -70, ("inf", "inf")),
        ("digamma(x)", -70, ("inf", "-inf")),
        ("log(1 + exp(1/x))", 0, ("0", "inf")),
    ],
)
def test_far_poles_are_proved(formula: str, x: float, limits: tuple[str, str]) -> None:
    """By reflection, and the logarithm of what is beyond every power."""
    seen = look(formula, x=float(x))
    assert (seen.kind, seen.left.limit, seen.right.limit, seen.proved) == (BehaviourKind.POLE, *limits, True)


@pytest.mark.parametrize(
    ("formula", "x", "order"),
    [
        ("acoth(sinh(5.714285714285714*(0.5*x)/(1 + (0.5*x)**2)))", 2.2250738585072014e-308, 1),
        ("Chi(acsc((x**x)))", 1.0, 2),
        ("elliptic_pi(sin(x), abs(x), cos(x)/2)", 0.0, 1),
    ],
)
def test_no_series_takes_long(formula: str, x: float, order: int) -> None:
    """Bits before terms; rules of a function are differentiated as long as they are short. The limit is five seconds."""
    start = time.thread_time()
    with contextlib.suppress(TimeoutError):
        look(formula, order, x=x)
    assert time.thread_time() - start < 6


def test_what_oscillates_is_not_guessed() -> None:
    """The quotients of x*sin(1/x) take every value between -1 and 1; at x = 1/k those of sin(pi/x) are all 0."""
    for formula in ("where(x == 0, 0, x*sin(1/x))", "where(x == 0, 0, x*sin(pi/x))", "sin(1/x)"):
        seen = look(formula, x=0.0)
        assert (seen.kind, seen.slope, seen.proved) == (BehaviourKind.UNDECIDED, None, False)
        assert "oscillates" in seen.reason


@pytest.mark.parametrize(
    ("formula", "x", "kind", "expected"),
    [
        ("erfinv(x)", 1, "edge of the domain", "inf | none"),
        # By hand, K(0, t) = log(2/t) - euler + O(t**2*log(t)), so at 1e-200: the size of nothing tells what is small.
        ("where(x == 1e-200, 0, besselk(0, x))", 1e-200, "isolated value", "-1e200 | -1e200"),
        ("abs(x - 1e-300)*besselk(0, x)", 1e-300, "corner", "-690.89145941387211749 | 690.89145941387211749"),
        ("1e-300*erfinv(1 - x)", 0, "edge of the domain", "none | -inf"),
        ("1e-300*besselk(1, abs(x))", 0, "pole", "none | none"),
        ("x*besselk(1, x)", 0, "edge of the domain", "none | 0"),  # 1 + t**2*log(t)/2
    ],
)
def test_difference_quotients_prove_nothing(formula: str, x: float, kind: str, expected: str) -> None:
    """Where no series tells: a root of a logarithm, logarithms of Bessel functions."""
    seen = look(formula, x=float(x))
    left, _, right = expected.partition(" | ")
    assert (seen.kind, seen.proved) == (kind, False)
    assert all(map(same, slopes(seen), [None if text == "none" else mp.mpf(text) for text in (left, right)]))
    broken = None if kind != "corner" else Break(1, str(seen.left.slope), str(seen.right.slope))
    assert seen.broken == broken


NUMBERS = st.floats(-3, 3).map(lambda x: round(x, 3))
PIECES = (
    "sin({})",
    "exp(-({}))",
    "({})^2",
    "atan({})",
    "1/(2 + sin({}))",
    "log(4 + {})",
    "abs({})",
    "erf({})",
    "({})*cos(x)",
)


@settings(max_examples=25)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3), NUMBERS.filter(lambda x: abs(x) > 0.01))
def test_at_a_regular_point_the_slope_is_that_of_mpmath(pieces: list[str], x: float) -> None:
    """Compositions of smooth functions, with kinks elsewhere."""
    formula = "x"
    for piece in pieces:
        formula = piece.format(formula)
    try:
        with mp.workdps(60):
            value = _by_mpmath(pieces, mp.mpf(x))
            expected = mp.diff(lambda moved: _by_mpmath(pieces, moved), mp.mpf(x))
    except ZeroDivisionError:
        return
    # The logarithm of a negative number has an imaginary part, whose derivative may be 0.
    if not mp.isfinite(expected) or mp.im(value) or mp.im(expected):
        return
    seen = look(formula, x=x)
    assert (seen.kind, seen.proved) == (BehaviourKind.DIFFERENTIABLE, True)
    assert seen.slope is not None
    assert abs(mp.mpf(seen.slope.decimal) - expected) < mp.mpf(10) ** -15 * (1 + abs(expected))


_FUNCTIONS = {
    "sin({})": lambda u, _: mp.sin(u), "exp(-({}))": lambda u, _: mp.exp(-u), "({})^2": lambda u, _: u**2,
    "atan({})": lambda u, _: mp.atan(u), "1/(2 + sin({}))": lambda u, _: 1 / (2 + mp.sin(u)),
    "log(4 + {})": lambda u, _: mp.log(4 + u), "abs({})": lambda u, _: abs(u), "erf({})": lambda u, _: mp.erf(u),
    "({})*cos(x)": lambda u, x: u * mp.cos(x),
}  # fmt: skip


def _by_mpmath(pieces: list[str], x: Any) -> Any:
    value = x
    for piece in pieces:
        value = _FUNCTIONS[piece](value, x)
    return value


def test_a_long_formula_takes_no_recursion_and_the_clock_ends_it() -> None:
    """4,000 additions; then a deadline that has passed."""
    assert look("abs(x)" + " + x" * 4_000, x=0.0).right.slope == "4001"
    with pytest.raises(TimeoutError):
        look("abs(x)", x=0.0, seconds=-1.0)


def test_a_branch_that_is_not_taken_is_not_expanded() -> None:
    """On the left only log has no value, and it is not taken there."""
    seen = look("where(x > 0, log(1 + x), where(x < 0, x, log(-1)))", x=0.0)
    assert (seen.kind, seen.left, seen.value) == (
        BehaviourKind.REMOVABLE,
        Side(defined=True, limit="0", slope="1"),
        None,
    )
