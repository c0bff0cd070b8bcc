"""A sum or a mean as one formula of an entry: when it is one, and that its derivative is that of the whole."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from gradcalc import pipeline
from gradcalc.language.lowering import component_names
from gradcalc.language.parser import parse
from gradcalc.language.shapes import Shape, infer_shapes
from gradcalc.language.sums import PerEntry, per_entry
from tests.language.evaluation import evaluate, mp
from tests.language.writing import prefix

Value = float | tuple[float, ...]

#: x, y and z are vectors, w and u weights in one vector, a and b numbers.
POINT: dict[str, Value] = {
    "x": (0.5, -1.25, 2.0),
    "y": (1.0, 0.25, -0.75),
    "z": (0.125, 0.375, 3.0),
    "w": (0.75, -0.5),
    "u": (1.5,),
    "a": 0.625,
    "b": -0.375,
}


def length(value: Value) -> Shape:
    """None for a number."""
    return len(value) if isinstance(value, tuple) else None


def entry_of(source: str, *wrt: str, point: Mapping[str, Value] = POINT) -> PerEntry | None:
    """The formula of an entry, for derivatives by these components."""
    tape = parse(source, frozenset(point))
    lengths = {name: length(value) for name, value in point.items()}
    return per_entry(tape, infer_shapes(tape, lengths), lengths, wrt)


def exact(value: Value) -> Any:
    """The stored number or numbers at 50 digits."""
    return [mp.mpf(entry) for entry in value] if isinstance(value, tuple) else mp.mpf(value)


def quotient(source: str, component: str, order: int = 1) -> Any:
    """The derivative of the whole formula by a component, as a difference quotient at 50 digits."""
    tape = parse(source, frozenset(POINT))
    at = {name: exact(value) for name, value in POINT.items()}
    name, _, place = component.rstrip("]").partition("[")

    def along(number: Any) -> Any:
        changed = number
        if place:
            changed = list(at[name])
            changed[int(place)] = number
        return evaluate(tape, {**at, name: changed})

    return mp.diff(along, at[name][int(place)] if place else at[name], order)


# -- when it is one


@pytest.mark.parametrize(
    ("source", "wrt", "entry", "over"),
    [
        ("mean((a*x - y)**2)", ["a"], "pow(sub(mul(a, x), y), 2)", "xy"),
        ("sum(x + b)", ["b"], "add(x, b)", "x"),
        ("sum(x)", ["a"], "x", "x"),
        ("mean(sigmoid(w[0]*x + w[1]*y + b))", ["w[0]", "w[1]", "b"], None, "xy"),
        ("mean(u[0]*x)", ["u[0]"], "mul(u[0], x)", "x"),
        ("sum(where(x > a, a*x, -x))", ["a"], "where(gt(x, a), mul(a, x), neg(x))", "x"),
        ("mean(max(x, a) + atan2(y, b))", ["a", "b"], "add(max(x, a), atan2(y, b))", "xy"),
        ("sum(log_loss(sigmoid(a*x), y))", ["a"], "log_loss(sigmoid(mul(a, x)), y)", "xy"),
        ("mean(pi*x*a)", ["a"], "mul(mul({pi}, x), a)", "x"),
        ("sum(besselj(2, a*x))", ["a"], "besselj(2, mul(a, x))", "x"),
        ("sum(besselj(b, a*x))", ["a"], "besselj(b, mul(a, x))", "x"),
    ],
)
def test_the_formula_of_an_entry(source: str, wrt: list[str], entry: str | None, over: str) -> None:
    """The vectors that are summed over stand for an entry of theirs; an indexed one keeps its entries."""
    found = entry_of(source, *wrt)
    assert found is not None
    assert (found.reduction, found.count) == (source.partition("(")[0], 3)
    assert found.over == set(over)
    if entry is not None:
        assert prefix(found.tape) == entry


@pytest.mark.parametrize(
    ("source", "wrt"),
    [
        ("mean(a*x)", ["x[1]"]),
        ("mean(a*x)", ["a", "x[0]", "x[1]", "x[2]"]),
        ("sum(w*[1, 2])", ["a"]),
        ("sum([a, b]*w)", ["a"]),
        ("mean(a*x*x[0])", ["a"]),
        ("mean(a*softmax(x))", ["a"]),
        ("mean(a*x - mean(x))", ["a"]),
        ("sum(x*sum(a*y))", ["a"]),
        ("sum(x*max(y)*a)", ["a"]),
        ("mean(a*x) + 1", ["a"]),
        ("a*mean(x)", ["a"]),
        ("-mean(a*x)", ["a"]),
        ("prod(a*x)", ["a"]),
        ("norm(a*x)", ["a"]),
        ("dot(a*x, y)", ["a"]),
        ("logsumexp(a*x)", ["a"]),
        ("max(a*x)", ["a"]),
        ("var(a*x)", ["a"]),
        ("sin(a)", ["a"]),
        ("sum([a, b, 1])", ["a"]),
        ("sum(besselj(a, x))", ["a"]),
        ("mean(polygamma(2*w[0], y))", ["w[0]"]),
    ],
)
def test_when_it_is_none(source: str, wrt: list[str]) -> None:
    """A derivative by an entry, entries that mix, and what is no sum or mean are written out as before."""
    assert entry_of(source, *wrt) is None


@pytest.mark.parametrize("source", ["sum((2*x)[0] + a*x)", "mean((x*y)[1]*a*z)", "mean(a*(x + y)[2] + z)"])
def test_an_entry_of_a_computed_vector_mixes_entries(source: str) -> None:
    """Indexing x*y mixes entries as indexing x does: none, and the answer is still found."""
    assert entry_of(source, "a") is None


# -- what the derivative of the whole is


@pytest.mark.parametrize(
    ("source", "wrt", "part", "whole"),
    [
        ("mean((a*x - y)**2)", "a", "2*x*(a*x - y)", "mean(2*x*(a*x - y))"),
        ("sum((a*x - y)**2)", "a", "2*x*(a*x - y)", "sum(2*x*(a*x - y))"),
        ("sum(w[0]*x + w[1])", "w[0]", "x", "sum(x)"),
        ("mean(a + 0*x)", "a", "1", "1"),
        ("mean(a**2 + x)", "a", "2*a", "2*a"),
        ("sum(x + a**2)", "a", "2*a", "3*(2*a)"),
        ("sum(x + a - b**2)", "b", "-2*b", "3*(-2*b)"),
        ("sum(x + sin(a))", "b", "0", "0"),
        ("mean(x + sin(a))", "b", "0", "0"),
        ("sum(x + w[1]**2)", "w[1]", "2*w[1]", "3*(2*w[1])"),
    ],
)
def test_the_derivative_of_the_whole(source: str, wrt: str, part: str, whole: str) -> None:
    """From the entry's by hand: as text, and as a value by 50-digit arithmetic against the quotient of the whole."""
    found = entry_of(source, wrt)
    assert found is not None
    assert found.whole(part, "")[0] == whole
    at = {name: exact(value) for name, value in POINT.items()}
    assert mp.almosteq(
        evaluate(parse(whole, frozenset(POINT)), at), quotient(source, wrt), rel_eps=1e-25, abs_eps=1e-25
    )


def test_the_derivative_in_latex() -> None:
    """The operator has its name in upright letters."""
    found = entry_of("mean(a*x)", "a")
    assert found is not None
    assert found.whole("x", "x")[1] == r"\operatorname{mean}\left(x\right)"


# -- through the whole pipeline


def differentiate(source: str, wrt: Sequence[str], order: int = 1) -> Any:
    """The answer of `diff` at the part of POINT that the formula names."""
    names = parse(source, frozenset(POINT)).variables
    texts = [f"{name}={list(POINT[name]) if isinstance(POINT[name], tuple) else POINT[name]}" for name in names]
    return pipeline.diff(pipeline.Request(source, tuple(texts), tuple(wrt), order=order))


@pytest.mark.parametrize(
    ("source", "wrt", "order"),
    [
        ("mean((a*x - y)**2)", ["a"], 1),
        ("sum(exp(-a*x)*sin(b*y))", ["a", "b"], 1),
        ("mean(softplus(w[0]*x + w[1]*y + b) - z)", ["w[0]", "w[1]", "b"], 1),
        ("sum(where(x > 0, a*x, a**2*y))", ["a"], 1),
        ("sum(x + a)", ["a"], 1),
        ("mean(0*x + a**3)", ["a"], 1),
        ("mean(x**2*a**3)", ["a"], 2),
        ("sum(a*x + a**2)", ["a"], 2),
        ("mean(exp(a*x)**(b*y))", ["a", "b"], 1),
        ("sum((2*x)[0] + a*x)", ["a"], 1),
        ("mean(a*x) + b", ["a"], 1),
        ("mean(0.1*x*a**0.1)", ["a"], 1),
    ],
)
def test_values_are_those_of_the_whole(source: str, wrt: list[str], order: int) -> None:
    """SymPy's side and torch's are the quotient of the whole formula; the text read back is too."""
    at = {name: exact(value) for name, value in POINT.items()}
    for partial in differentiate(source, wrt, order).gradient:
        true = quotient(source, partial.wrt, order)
        assert partial.symbolic.value == pytest.approx(float(true), rel=1e-15, abs=1e-15)
        assert partial.symbolic.outcome == partial.verdict.outcome == "agrees"
        told = evaluate(parse(partial.symbolic.expression, frozenset(POINT)), at)
        assert mp.almosteq(told, true, rel_eps=1e-14, abs_eps=1e-20)
        if order == 1:
            assert partial.autograd.value == pytest.approx(float(true), rel=1e-13)


@pytest.mark.parametrize(
    ("source", "wrt", "expression"),
    [
        ("mean((a*x - y)**2)", "a", "mean(2*x*(a*x - y))"),
        ("sum(a*x)", "a", "sum(x)"),
        ("mean(a*x)", "x[0]", "a/3"),
        ("mean(a*x + b)", "b", "1"),
        ("sum(a*x)", "b", None),
    ],
)
def test_the_text_of_a_derivative(source: str, wrt: str, expression: str | None) -> None:
    """One formula of an entry under the sum, however long the vectors are."""
    if expression is None:
        source, expression = f"{source} + 0*b*sum(x)", "0"
    (partial,) = differentiate(source, [wrt]).gradient
    assert partial.symbolic.expression == expression


def test_a_thousand_samples_have_a_short_derivative() -> None:
    """The text does not grow with the samples; its value is the sum of 50 digits."""
    drawn = random.Random(7)  # noqa: S311 - samples, not secrets
    x, y = ([round(drawn.uniform(-2, 2), 3) for _ in range(1000)] for _ in range(2))
    found = pipeline.diff(pipeline.Request("mean((a*x - y)**2)", (f"x={x}", f"y={y}", "a=0.5"), ("a",)))
    (partial,) = found.gradient
    assert partial.symbolic.expression == "mean(2*x*(a*x - y))"
    true = mp.fsum(2 * mp.mpf(p) * (mp.mpf("0.5") * mp.mpf(p) - mp.mpf(q)) for p, q in zip(x, y, strict=True)) / 1000
    assert partial.symbolic.value == pytest.approx(float(true), rel=1e-15)


def test_latex_has_the_whole() -> None:
    """The same sum or mean, as an operator with a name."""
    (partial,) = differentiate("mean((a*x - y)**2)", ["a"]).gradient
    assert partial.symbolic.latex.startswith(r"\operatorname{mean}\left(2 x")
    (partial,) = differentiate("sum(a*x)", ["a"]).gradient
    assert partial.symbolic.latex == r"\operatorname{sum}\left(x\right)"


@pytest.mark.parametrize(
    ("source", "latex"),
    [
        ("sum(x + a)", r"3 \left(1\right)"),
        ("sum(x + a**2)", r"3 \left(2 a\right)"),
        ("mean(x + a)", "1"),
        ("sum(x + 0*a)", "0"),
    ],
)
def test_latex_of_what_the_vectors_left(source: str, latex: str) -> None:
    """Three times 1 is no sum(1): where no vector is left, LaTeX counts as the text does."""
    (partial,) = differentiate(source, ["a"]).gradient
    assert partial.symbolic.latex == latex


def test_what_the_language_cannot_say_has_its_value() -> None:
    """The derivative of besselj by its order is no formula of the language, but SymPy's number of it is."""
    (partial,) = differentiate("mean(besselj(a, y**2 + 1))", ["a"]).gradient
    assert partial.symbolic.value == pytest.approx(float(quotient("mean(besselj(a, y**2 + 1))", "a")), rel=1e-12)


def test_names_of_one_component() -> None:
    """The names that `per_entry` compares with are those of the command line."""
    assert component_names("x", 2) == ("x[0]", "x[1]")
    assert entry_of("mean(a*x)", "x[0]", point={"a": 1.0, "x": (1.0,)}) is None
    found = entry_of("mean(a*x)", "a", point={"a": 1.0, "x": (1.0,)})
    assert found is not None
    assert found.count == 1
