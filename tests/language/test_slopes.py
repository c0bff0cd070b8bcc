"""The vocabulary's rules of differentiation: complete, right to 25 digits, and torch's own formulas where a row has them.

A rule is evaluated in ball arithmetic and compared with mpmath's difference quotient of `tests.oracle`'s function; a
formula of torch's is typed in torch and compared with the gradient that torch itself finds.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from flint import ctx

from gradcalc.dtypes import FLOAT64
from gradcalc.engines import certified
from gradcalc.engines.autograd import forward
from gradcalc.engines.certified.derivatives import Rules, gradient
from gradcalc.engines.certified.evaluator import run
from gradcalc.engines.certified.graph import Graph, share
from gradcalc.engines.certified.smoothness import unproved
from gradcalc.language import vocabulary
from gradcalc.language.lowering import inline, is_call
from gradcalc.language.parser import parse
from gradcalc.language.vocabulary.row import ANALYTIC
from tests import oracle

Row = vocabulary.Function
Point = tuple[float, ...]

mp = oracle.mp

#: Where a rule is mended: the formula that serves elsewhere is 0/0 there.
MENDED = """
    sinc(0) Shi(0) polylog(2,0) polylog(-1,0) zeta(0,0.7)
    elliptic_k(0) elliptic_e(0) elliptic_f(0.7,0) elliptic_f(2,0) elliptic_f(0.7,1) elliptic_e(0.7,0) elliptic_e(-2,0)
    elliptic_pi(0,0.4) elliptic_pi(0,0) elliptic_pi(0.4,0.4) elliptic_pi(-2,-2)
    elliptic_pi(0,0.7,0.4) elliptic_pi(0,0.7,0) elliptic_pi(0,0.7,1) elliptic_pi(0.4,0.7,0.4) elliptic_pi(0.3,2,0.3)
    elliptic_pi(1,0.7,0.4) elliptic_pi(1,0.7,0) elliptic_pi(0.4,0.7,1) elliptic_pi(1,0.7,1)
""".split()

#: Other places where a careless rule has no value or the wrong sign: zeros, negative arguments, other branches.
ELSEWHERE = """
    besselj(0,0) besselj(1,0) besselj(2,-1.5) besseli(0,0) besseli(3,0) besseli(1,-2) lambertw(0) lambertw(-0.25,0)
    lambertw(-0.25,-1) lgamma(-2.5) gamma(-2.5) digamma(-2.5) polygamma(2,-2.5) polygamma(0,1) uppergamma(0,2)
    uppergamma(-1.5,2) expint(0,2) expint(-2,2) zeta(3,2) polylog(0,-3) polylog(1,-3) polylog(3,-5) Ei(-2) li(0.5)
    atan2(1,0) atan2(-1,0) atan2(0,1) atan2(-1,-1) cbrt(-8) asin(0) acosh(2) atanh(0) erfinv(0) airyai(0) Si(0)
    fresnels(0) coth(-1) csch(-2) sech(0) cot(-3) tan(100) sinc(700) elliptic_f(-2,0.5) elliptic_pi(0.3,-2,0.2)
    elliptic_pi(1.5,0.7,1.2) elliptic_pi(0.4,0)
""".split()

#: Kinks and jumps: there is no slope by the first argument.
KINKS = """
    abs(0) sign(0) floor(0) floor(2) floor(-3) ceil(0) ceil(2) round(0.5) round(-1.5) trunc(1) trunc(-3)
    max(1,1) min(-2,-2) atan2(0,-1)
""".split()

#: Near kinks, on their axes or between jumps, but not on one.
SMOOTH = """
    abs(-1) floor(0.5) ceil(-0.5) round(0) round(1) trunc(0) trunc(-0.5) max(1,2) min(2,1) atan2(1,0) atan2(0,1) atan2(-1,-1)
""".split()

#: Where torch has a formula of its own for a point at which the function is smooth, or smooth once. At a kink it has a
#: convention, which moves from version to version.
OWN = """
    clamp(1,2,0) clamp(3,2,0) leaky_relu(-1) elu(0) celu(0) selu(1) softsign(0) softplus(20) sinc(0) i1(0) besseli(0,0)
    besseli(1,0)
""".split()

#: Where torch's formula, mathematically the same or not, is far from the slope by the first argument.
LOSSES = """
    tanh(20) sigmoid(40) expm1(-40) softplus(25) erfcx(1e6) sinc(1e-9) binary_cross_entropy(1e-14,1)
""".split()

#: Where torch's value is not the function's: thresholds.
THRESHOLDS = "softplus(21) binary_cross_entropy(1e-50,1) binary_cross_entropy(1e-50,0.5)".split()


def called(call: str) -> tuple[Row, Point]:
    """The row and the arguments of a call with numbers."""
    name, arguments = re.fullmatch(r"(\w+)\((.*)\)", call).groups()  # type: ignore[union-attr]
    point = tuple(float(argument) for argument in arguments.split(","))
    return vocabulary.find(name, len(point)), point


def points(row: Row) -> Iterator[Point]:
    """The samples, and three points of the box that they span."""
    yield from row.samples
    draw = random.Random(row.signature)  # noqa: S311 - tests draw the same points each time
    for _ in range(3):
        columns = enumerate(zip(*row.samples, strict=True))
        yield tuple(ends[0] if place in row.constant else draw.uniform(*ends) for place, ends in columns)


def enclosure(rule: str, row: Row, point: Point) -> certified.Enclosure:
    """A rule by ball arithmetic."""
    tape = parse(rule, frozenset(row.names))
    return certified.evaluate(tape, dict(zip(row.names, point, strict=True)), FLOAT64, exact_integers=True)


def exactly(rule: str, row: Row, point: Point) -> Any:
    """The value of a rule, which must have one."""
    found = enclosure(rule, row, point)
    assert found.decimal, f"{row.signature}: {rule} has no value at {point}, {found.reason}; mend it with `where`"
    return mp.mpf(found.decimal)


def near(found: Any, wanted: Any, tolerance: float) -> bool:
    """Equal but for a part of the wanted number, or of 1 if that is more."""
    return bool(abs(found - wanted) <= tolerance * max(1, abs(wanted)))


def typed(text: str, row: Row, point: Point) -> forward.Run:
    """A formula of the row's parameters, as torch runs it."""
    tape = inline(parse(text, frozenset(row.names)), lambda other: not other.torch)
    return forward.run(tape, dict(zip(row.names, point, strict=True)), FLOAT64, "cpu")


def gradients(row: Row, point: Point) -> list[float]:
    """What torch finds for a call of the row, by each argument."""
    ran = typed(f"{row.name}({', '.join(row.names)})", row, point)
    if not ran.result.requires_grad:
        return [0.0] * len(point)
    leaves = [ran.leaves[name] for name in row.names]
    found = torch.autograd.grad(ran.result, leaves, allow_unused=True, materialize_grads=True)
    return [slope.item() for slope in found]


def rules(row: Row) -> list[str]:
    """All texts of the row that are differentiated or evaluated in place of the function."""
    return [text for text in (*row.slopes, *row.backward, row.forward) if text and text != ANALYTIC]


each_row = pytest.mark.parametrize("row", vocabulary.ROWS, ids=lambda row: row.signature)
each_differentiated = pytest.mark.parametrize(
    "row", [row for row in vocabulary.ROWS if row.slopes], ids=lambda row: row.signature
)
each_of_torch = pytest.mark.parametrize(
    "row", [row for row in vocabulary.ROWS if row.backward], ids=lambda row: row.signature
)


# -- the rules as texts


@each_row
def test_rules_are_complete(row: Row) -> None:
    """A function that the certified engine evaluates it can differentiate, but by an order; torch's it can follow."""
    for column in ("slopes", "backward"):
        given = getattr(row, column)
        assert len(given) in {0, len(row.names)}, f"{row.signature}: `{column}` has one rule for each parameter"
        for place, text in enumerate(given):
            known = text or place in row.constant
            assert known, f"{row.signature}: add to `{column}` the derivative by {row.names[place]}"
    assert row.slopes or not row.arb, f"{row.signature}: a row with an `arb` column needs `slopes`"
    assert row.torch or not (row.backward or row.forward), f"{row.signature}: torch has no such kernel"
    needed = row.torch and not row.reduces
    assert row.backward or row.slopes or not needed, f"{row.signature}: add torch's own derivative as `backward`"
    assert row.definition or not row.forward, f"{row.signature}: `forward` is compared with a `definition`"


@each_row
def test_rules_read(row: Row) -> None:
    """A rule is a formula of the row's parameters and of nothing else, without notes."""
    for text in rules(row):
        tape = parse(text, frozenset(row.names))
        assert set(tape.variables) <= set(row.names), f"{row.signature}: {text} has a name that is no parameter"
        assert not tape.notes, f"{row.signature}: {text} reads ambiguously, {tape.notes[0].message}"


@each_row
def test_rules_call_what_the_engine_has(row: Row) -> None:
    """With definitions in place of names nothing is left but rows of that engine."""
    for column, texts in (("arb", row.slopes), ("torch", (*row.backward, row.forward))):
        for text in set(texts) & set(rules(row)):
            tape = inline(parse(text, frozenset(row.names)), lambda other, c=column: not getattr(other, c))  # type: ignore[misc]
            calls = {vocabulary.find(step.op, len(step.args)) for step in tape.instructions if is_call(step.op)}
            missing = [other.signature for other in calls if not getattr(other, column)]
            assert not missing, f"{row.signature}: {text} calls {missing}, which have no `{column}`"


@each_row
def test_forward_does_not_call_itself(row: Row) -> None:
    """What a kernel computes is told by other functions."""
    assert f"{row.name}(" not in row.forward, f"{row.signature}: write `forward` without the function itself"


# -- slopes, against difference quotients at 50 digits


@each_differentiated
def test_slopes_are_derivatives(row: Row) -> None:
    """At the samples and between them."""
    for place, rule in enumerate(row.slopes):
        for point in points(row) if rule else ():
            made = exactly(rule, row, point) if rule != ANALYTIC else decimal(by_the_engine(row, point))
            wanted = oracle.slope(row.name, point, place)
            assert near(made, wanted, 1e-25), (
                f"{row.signature} by {row.names[place]} at {point} is {wanted}: mend {rule}"
            )


@pytest.mark.parametrize("call", MENDED + ELSEWHERE)
def test_slopes_at_special_points(call: str) -> None:
    """A rule has the right value also where its general formula may have none."""
    row, point = called(call)
    for place, rule in enumerate(row.slopes):
        if rule and rule != ANALYTIC:
            found, wanted = exactly(rule, row, point), oracle.slope(row.name, point, place)
            assert near(found, wanted, 1e-20), f"{call} by {row.names[place]}: the limit is {wanted}, mend {rule}"


@each_differentiated
def test_mending_is_needed_and_tested(row: Row) -> None:
    """Each `==` of a rule decides at a point of MENDED: if it never held, there would be no value."""
    mended = [point for other, point in map(called, MENDED) if other is row]
    for rule in row.slopes:
        for found in re.finditer(" == ", rule):
            broken = f"{rule[: found.start()]} == 99 + {rule[found.end() :]}"
            lost = [point for point in mended if not enclosure(broken, row, point).decimal]
            assert lost, f"{row.signature}: add a point to MENDED where {rule[: found.end()]}... holds"


@pytest.mark.parametrize("call", KINKS)
def test_kinks_have_no_slope(call: str) -> None:
    """The certified engine knows that it has to look at both sides there, whatever the rule gives."""
    assert not is_smooth(*called(call)), f"{call}: say in the engine's `domains` where pieces meet"


@pytest.mark.parametrize("call", SMOOTH)
def test_other_points_have_a_slope(call: str) -> None:
    """And nowhere else."""
    row, point = called(call)
    assert is_smooth(row, point), f"{call}: there is no kink"
    assert near(decimal(by_the_engine(row, point)), oracle.slope(row.name, point, 0), 1e-25)


def is_smooth(row: Row, point: Point) -> bool:
    """Whether the certified engine takes a function for smooth in its first argument."""
    graph, result = call_of(row, point)
    leaf = graph.steps.index(next(step for step in graph.steps if step.text == row.names[0]))
    with ctx.workprec(160):
        values = run(graph.steps, [result], math.inf)
        return not unproved(graph.steps, [result], [leaf], values, math.inf)


def decimal(ball: Any) -> Any:
    """The middle of a ball."""
    return mp.mpf(ball.str(40, radius=False))


def call_of(row: Row, point: Point) -> tuple[Graph, int]:
    """The steps of a call of a row, and its own."""
    tape = parse(f"{row.name}({', '.join(row.names)})", frozenset(row.names))
    return share(tape, dict(zip(row.names, point, strict=True)), FLOAT64)


def by_the_engine(row: Row, point: Point) -> Any:
    """What the certified engine makes of the rule by the first argument, by itself."""
    graph, result = call_of(row, point)
    (slope,) = gradient(graph, result, row.names[:1], Rules())
    assert slope is not None
    with ctx.workprec(160):
        return run(graph.steps, [slope], math.inf)[slope]


# -- torch's formulas


@each_of_torch
def test_backward_is_the_derivative(row: Row) -> None:
    """Torch's formula is, without rounding, the derivative."""
    for place, rule in enumerate(row.backward):
        for point in points(row) if rule else ():
            found, wanted = exactly(rule, row, point), oracle.slope(row.name, point, place)
            assert near(found, wanted, 1e-9), (
                f"{row.signature} by {row.names[place]} at {point} is {wanted}: mend {rule}"
            )


@each_of_torch
def test_backward_is_what_torch_computes(row: Row) -> None:
    """Typed in torch, the formula gives torch's own gradient."""
    for point in points(row):
        assert_torchs(row, point)


@pytest.mark.parametrize("call", OWN + LOSSES)
def test_backward_where_torch_has_a_way_of_its_own(call: str) -> None:
    """Also where a formula is mended and where digits are lost."""
    assert_torchs(*called(call))


def assert_torchs(row: Row, point: Point) -> None:
    """Each formula of the row and torch's gradient are the same number, but for a fused multiplication."""
    for place, (rule, wanted) in enumerate(zip(row.backward, gradients(row, point), strict=True)):
        if rule:
            found = typed(rule, row, point).result.item()
            same = found == pytest.approx(wanted, rel=1e-12, abs=1e-40, nan_ok=True)
            assert same, f"{row.signature} by {row.names[place]} at {point}: torch has {wanted}, {rule} is {found}"


@pytest.mark.parametrize("call", LOSSES)
def test_torch_loses_digits(call: str) -> None:
    """The points above are such that another formula for the same slope would be noticed."""
    row, point = called(call)
    wanted = oracle.slope(row.name, point, 0)
    assert abs(gradients(row, point)[0] - wanted) > 1e-12 * abs(wanted)


@pytest.mark.parametrize("row", [row for row in vocabulary.ROWS if row.forward], ids=lambda row: row.signature)
def test_forward_is_the_function(row: Row) -> None:
    """Below its thresholds a kernel computes the function."""
    for point in points(row):
        assert near(exactly(row.forward, row, point), oracle.value(row.name, point), 1e-9)


@pytest.mark.parametrize("call", THRESHOLDS)
def test_forward_is_what_torch_computes(call: str) -> None:
    """Above them it does not, and `forward` says what it computes instead."""
    row, point = called(call)
    found = float(exactly(row.forward, row, point))
    assert found == pytest.approx(typed(call, row, point).result.item(), rel=1e-13)
    assert not near(found, oracle.value(row.name, point), 1e-12)
