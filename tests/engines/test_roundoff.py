"""The running rounding bound against torch's real errors, and what is blamed for a loss.

The truth is mpmath's difference quotient, as in `test_differentiation`; the gradient is torch's own.
"""

from __future__ import annotations

import math
import random
import re
from typing import NamedTuple

import pytest

from gradcalc.deadline import Deadline
from gradcalc.dtypes import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, DType
from gradcalc.engines import autograd, certified
from gradcalc.engines.autograd import UnsupportedError
from gradcalc.engines.certified import Account, Loss
from gradcalc.engines.certified.graph import share
from gradcalc.engines.certified.pieces import Pieces
from gradcalc.language import vocabulary
from gradcalc.language.lowering import unroll
from gradcalc.language.parser import parse
from gradcalc.language.shapes import infer_shapes
from tests import oracle
from tests.engines.test_differentiation import Estimate, HardError, derivatives, evaluate, formula, stored

mp = oracle.mp

#: Torch's trigamma is right to 10 digits in float64 and digamma poor near its zero 1.46; these have them as slopes.
POOR = {"digamma", "trigamma", "polygamma", "gamma", "lgamma", "beta", "binomial", "factorial"}
KERNELS = [
    row for row in vocabulary.ROWS if row.samples and row.torch and not row.no_torch and "." not in row.definition
]


class Case(NamedTuple):
    """One derivative by x: the truth, what torch found, and the account of it."""

    truth: Estimate
    found: float
    account: Account

    @property
    def excess(self) -> float:
        """The error as a part of the bound."""
        error = float(max(0, abs(self.found - self.truth.value) - self.truth.error))
        return error / self.account.bound if error else 0.0


def case(text: str, at: dict[str, float], dtype: DType) -> Case | None:
    """None where the formula has no smooth value there, or torch no finite gradient."""
    tape, at = parse(text, frozenset(at)), {name: stored(value, dtype) for name, value in at.items()}
    _, truth, _ = derivatives(lambda moved: evaluate(tape, {**at, "x": moved}, dtype), at["x"])
    found = autograd.differentiate(tape, [None] * len(tape.instructions), at, ["x"], dtype, "cpu").partials[0].value
    if found is None or not mp.isfinite(truth.value) or truth.error > abs(truth.value) * mp.mpf("1e-20"):
        return None
    decimal = mp.nstr(truth.value, 45)
    account = certified.account(tape, at, dtype, {"x": found}, {"x": decimal})["x"]
    return Case(truth, found, account)


# -- the bound


@pytest.mark.parametrize("dtype", [FLOAT64, FLOAT32, BFLOAT16], ids=lambda dtype: dtype.name)
def test_the_bound_holds_and_says_something(dtype: DType) -> None:
    """Random formulas without torch's poor kernels: no gradient is further off, and few bounds are vacuous."""
    draw = random.Random(dtype.name)  # noqa: S311 - tests draw the same formulas each time
    cases: list[Case] = []
    while len(cases) < 200:
        text, at = formula(draw, 2), {"x": draw.uniform(-2, 2), "y": draw.uniform(-2, 2)}
        if POOR & set(re.findall(r"[a-z]\w*", text)) or not re.search(r"\bx\b", text):
            continue
        try:
            made = case(text, at, dtype)
        except (HardError, UnsupportedError):
            continue
        if made is not None and math.isfinite(made.found):
            assert made.excess <= 1, f"{text} at {at}: torch is off by {made.excess:.3g} bounds; see the rows' `ulps`"
            cases.append(made)
    telling = [made for made in cases if made.account.bound < 1e3 * dtype.unit_roundoff * abs(made.truth.value)]
    assert len(telling) > 150


@pytest.mark.parametrize("row", KERNELS, ids=lambda row: row.signature)
@pytest.mark.parametrize("dtype", [FLOAT64, FLOAT32], ids=lambda dtype: dtype.name)
def test_a_kernel_is_as_good_as_its_row_says(row: vocabulary.Function, dtype: DType) -> None:
    """Torch's value is within `ulps` of mpmath's; one with a `forward` loses what that formula loses."""
    tape = parse(f"{row.name}({', '.join(row.names)})", frozenset(row.names))
    draw = random.Random(row.signature)  # noqa: S311
    for _ in range(0 if row.forward else 100):
        columns = enumerate(zip(*row.samples, strict=True))
        point = [
            column[0] if place in row.constant else draw.uniform(min(column), max(column)) for place, column in columns
        ]
        at = {name: stored(value, dtype) for name, value in zip(row.names, point, strict=True)}
        truth = oracle.value(row.name, list(at.values()))
        off = abs(autograd.evaluate(tape, at, dtype, "cpu") - truth)
        assert off <= 2 * row.ulps * dtype.unit_roundoff * abs(truth), f"{row.signature} at {at}: raise `ulps`"


@pytest.mark.parametrize(
    ("call", "dtype", "off"),
    [
        ("logit(0.49843648076057434)", FLOAT32, 80),
        ("gelu(-1.917422639253509)", FLOAT64, 8),
        ("ndtr(-1.8949381423525904)", FLOAT64, 6),
        ("logaddexp(-0.7272469401359558, -0.6616153717041016)", FLOAT32, 200),
        ("binary_cross_entropy_with_logits(-3.939089059829712, 0.3015991151332855)", FLOAT32, 1.9),
        ("beta(2.090971966141947, 2.344799470747801)", FLOAT64, 4),
        ("binomial(6.498060475348991, 1.8049289924639873)", FLOAT64, 7),
        ("softplus(20.009195035572183)", FLOAT64, 4e5),
    ],
)
def test_what_a_composed_kernel_loses_is_in_the_bound(call: str, dtype: DType, off: float) -> None:
    """The slope of x*f(c) is torch's f(c), which is off by so many ulps: more than one rounding, less than the bound."""
    made = case(f"x*{call}", {"x": 0.7}, dtype)
    assert made is not None
    error = abs(made.found - made.truth.value) / abs(made.truth.value)
    assert error > off * 2 * dtype.unit_roundoff
    assert made.excess <= 1


@pytest.mark.parametrize(
    ("text", "x"), [("digamma(x)", 1.7), ("lgamma(x)", 1.4579438959683828), ("gamma(x)", 1.4720314947357749)]
)
def test_a_poor_kernel_exceeds_its_bound(text: str, x: float) -> None:
    """Why these are left out above; where torch mends one, the list becomes shorter."""
    made = case(text, {"x": x}, FLOAT64)
    assert made is not None
    assert made.excess > 5


# -- what is blamed


@pytest.mark.parametrize(
    ("text", "x", "dtype", "loss", "piece", "terms"),
    [
        ("(1-cos(x))/x^2", 1e-4, FLOAT64, Loss.CANCELLATION, "1-cos(x)", 0),
        ("(1-cos(x))/x^2", 1e-4, FLOAT32, Loss.CANCELLATION, "1-cos(x)", 0),
        ("(exp(x)-1)/x", 1e-8, FLOAT64, Loss.CANCELLATION, "exp(x)-1", 0),
        ("sqrt(x+1)-sqrt(x)", 1e8, FLOAT64, Loss.CANCELLATION, "sqrt(x+1)-sqrt(x)", 2),
        ("-log(1-sigmoid(x))", 50.0, FLOAT64, Loss.CANCELLATION, "1-sigmoid(x)", 0),
        ("expm1(x)/x", 1e-8, FLOAT64, Loss.CANCELLATION, "expm1(x)/x", 2),
        ("2*sin(x/2)^2/x^2", 1e-4, FLOAT32, Loss.CANCELLATION, "2*sin(x/2)^2/x^2", 2),
        ("log(1+exp(x))", 1000.0, FLOAT64, Loss.OVERFLOW, "exp(x)", 0),
        ("x*exp(x)/(1+exp(x))", 1000.0, FLOAT64, Loss.OVERFLOW, "exp(x)", 0),
        ("1/(1+exp(-x))", -100.0, FLOAT32, Loss.OVERFLOW, "exp(-x)", 0),
        ("log(x^40)", 1000.0, FLOAT32, Loss.OVERFLOW, "x^40", 0),
        ("exp(-x^2)", 10.0, FLOAT32, Loss.UNDERFLOW, "exp(-x^2)", 0),
        ("1/(1+exp(-x))", -400.0, FLOAT64, Loss.BACKWARD_UNDERFLOW, "1/(1+exp(-x))", 0),
        ("tanh(x)", 20.0, FLOAT64, Loss.SATURATION, "tanh(x)", 0),
        ("sigmoid(x)", 40.0, FLOAT64, Loss.SATURATION, "sigmoid(x)", 0),
    ],
)
def test_the_first_suspect(text: str, x: float, dtype: DType, loss: Loss, piece: str, terms: int) -> None:
    """The textbook's losses, each at its place; where contributions of the backward pass cancel, how many."""
    made = case(text, {"x": x}, dtype)
    assert made is not None
    suspect = made.account.suspect
    assert suspect is not None
    assert (suspect.loss, text[slice(*suspect.span)], suspect.terms) == (loss, piece, terms)


def test_what_cancels_beyond_the_working_precision_does_not_underflow() -> None:
    """By hand: 1/(x + c) and -x/(x + c)**2 are 1e-15 and leave c/x**2, 65 digits behind the point."""
    tape = parse("x/(x + exp(-80))")
    account = certified.account(tape, {"x": 1e15}, FLOAT32, {"x": 0.0}, {"x": "1.8048513878454153e-65"})["x"]
    suspect = account.suspect
    assert suspect is not None
    assert (suspect.loss, suspect.terms, suspect.exact) == (Loss.CANCELLATION, 2, "1.00000e-15")


def test_a_loss_in_a_derivative_of_lower_order() -> None:
    """f'' = 4723600 is beyond float16, and so are products of f' that no step of the formula is the sum of."""
    text = "(x+1)*(x+2)^2*(x+3)^3*(x+4)^4"
    made = certified.account(parse(text), {"x": 1.0}, FLOAT16, {"x": math.inf}, {"x": "4723600"}, 2)["x"]
    assert made.suspect is not None
    assert made.suspect.loss is Loss.BACKWARD_OVERFLOW
    assert 0 <= made.suspect.span[0] < made.suspect.span[1] <= len(text)


@pytest.mark.parametrize(
    ("text", "x"),
    [("sin(x)*exp(x)", 1.3), ("x^3-2x+1", 2.0), ("(x-1)^7", 1.0001), ("softplus(x)", 1000.0), ("tan(x)", 1.5)],
)
def test_nobody_is_suspected_without_a_loss(text: str, x: float) -> None:
    """These gradients are right to the last digits."""
    made = case(text, {"x": x}, FLOAT64)
    assert made is not None
    assert made.excess <= 1
    assert made.account.suspect is None


@pytest.mark.parametrize(
    ("text", "x", "piece"),
    [("clamp(x, 0, 1)*3", 5.0, "clamp(x, 0, 1)"), ("relu(-x)", 2.0, "relu(-x)"), ("max(x, 3)", 1.0, "max(x, 3)")],
)
def test_the_piece_that_makes_a_slope_zero(text: str, x: float, piece: str) -> None:
    """A derivative that is exactly 0 by a choice names the choice."""
    tape = parse(text, frozenset("x"))
    made = certified.account(tape, {"x": x}, FLOAT64, {"x": 0.0}, {"x": "0"})["x"]
    assert made.bound == 0
    assert made.flat is not None
    assert text[slice(*made.flat)] == piece


# -- many derivatives at once

MANY = [
    "sum((1-cos(x))/x^2)",
    "log(sum(exp(3000*x))) + prod(x)",
    "std(x)*1e3 + max(x)",
    "log(1+exp(x[0]*1e6)) + sum(clamp(x, 0, 0.05)) + sum(tanh(300*x))",
    "norm(sqrt(x*1e16+1)-sqrt(x*1e16)) + tanh(20*x[3])",
]


@pytest.mark.parametrize("text", MANY)
def test_all_derivatives_together_have_the_accounts_that_each_has_alone(text: str) -> None:
    """What is computed once for all, and the order in which they are looked at, change nothing."""
    size = 9
    at = {f"x[{k}]": 0.01 * (k + 1) + 1e-5 for k in range(size)}
    tape = parse(text, frozenset("x"))
    scalar = unroll(tape, infer_shapes(tape, {"x": size}))
    proved = certified.differentiate(scalar, at, FLOAT32, list(at)).partials
    truths = {name: seen.enclosure.decimal for name, seen in zip(at, proved, strict=True) if seen.enclosure.decimal}
    draw = random.Random(text)  # noqa: S311 - tests draw the same numbers each time
    found = {name: float(truth) * (1 + draw.choice([1e-5, 1e-3, 0.5, 2])) for name, truth in truths.items()}
    together = certified.account(scalar, at, FLOAT32, found, truths)
    assert set(together) == set(found)
    assert any(account.suspect is not None for account in together.values())
    for name in found:
        assert together[name] == certified.account(scalar, at, FLOAT32, {name: found[name]}, truths)[name]


def test_what_overflows_is_blamed_before_what_cancels() -> None:
    """The losses have an order; of one kind the first step counts."""
    text = "(1-cos(x))/x^2 + log(1+exp(x*1e7))"
    account = certified.account(parse(text), {"x": 1e-4}, FLOAT64, {"x": math.inf}, {"x": "1e7"})["x"]
    assert account.suspect is not None
    assert (account.suspect.loss, text[slice(*account.suspect.span)]) == (Loss.OVERFLOW, "exp(x*1e7)")


def test_the_worst_derivatives_are_looked_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the search has to end, the others have their bound and say that their cause was not searched for."""
    size = 40
    at = {f"x[{k}]": 1e-4 * (k + 1) for k in range(size)}
    tape = parse("sum((1-cos(x))/x^2)", frozenset("x"))
    scalar = unroll(tape, infer_shapes(tape, {"x": size}))
    proved = certified.differentiate(scalar, at, FLOAT64, list(at)).partials
    truths = {name: str(seen.enclosure.decimal) for name, seen in zip(at, proved, strict=True)}
    found = {name: float(truth) * (1 + 1e-8 * (k + 1)) for k, (name, truth) in enumerate(truths.items())}
    monkeypatch.setattr("gradcalc.engines.certified.losses._PASSES", 0)
    monkeypatch.setattr("gradcalc.engines.certified.losses._VISITS", 100)
    accounts = certified.account(scalar, at, FLOAT64, found, truths)
    searched = [name for name, account in accounts.items() if not account.unfinished]
    assert 0 < len(searched) < size
    assert set(searched) == set(list(at)[-len(searched) :])
    others = [account for account in accounts.values() if account.unfinished]
    assert {account.unfinished for account in others} == {"the search for its cause was not finished"}
    assert all(math.isfinite(account.bound) and account.suspect is None for account in others)


def test_no_time_no_bound() -> None:
    """It is infinite, and that is said."""
    account = certified.account(parse("x^2"), {"x": 3.0}, FLOAT64, {"x": 6.0}, {"x": "6"}, deadline=Deadline.after(-1))[
        "x"
    ]
    assert (account.bound, account.unfinished) == (math.inf, "the rounding bound was not finished")


@pytest.mark.parametrize(
    "text", ["x*x + sin(x)*(x-1)", "x + x*(x + x*(x + sin(x^2)))", "exp(y)*(y*2 + y) - y/(1+x)", "x"]
)
def test_the_smallest_piece_around_the_uses_of_a_step(text: str) -> None:
    """Against a search of all pieces."""
    graph, result = share(parse(text), dict.fromkeys("xy", 1.5), FLOAT64)
    pieces = Pieces(graph.steps, result)
    typed = [(step.span, step.args) for step in graph.steps if step.span is not None]
    for node in range(result):
        users = [span for span, args in typed if node in args]
        if not users:  # a literal that became the exponent of a power
            continue
        start, stop = min(span.start for span in users), max(span.stop for span in users)
        around = [span for span, _ in typed if span.start <= start and span.stop >= stop]
        assert pieces.around(node) == min(around, key=lambda span: span.stop - span.start)
    assert pieces.around(result) == graph.steps[result].span
