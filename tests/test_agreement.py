"""SymPy and torch, which share no code, on random formulas drawn from the vocabulary at points inside their domains.

Each function's argument is squeezed by u/(1 + u**2) into the box that its row's samples span, where the row says that it is
smooth; so every formula has a derivative everywhere, and both engines must find the same one.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import gradcalc
from gradcalc.language import vocabulary
from gradcalc.results import Outcome

#: Rows that torch differentiates by every argument but those that stay whole numbers.
ROWS = [row for row in vocabulary.ROWS if row.samples and not row.no_torch and (row.torch or row.definition)]

# The last digits are lost where a formula is ill-conditioned; the worst kernel, trigamma, is right to 4e-10.
TOLERANCE = 1e-6


def _inside(text: str, low: float, high: float) -> str:
    """A formula whose value lies strictly between two numbers, whatever the value of `text` is."""
    return f"({(low + high) / 2!r} + {(high - low) / 1.05!r}*({text})/(1 + ({text})**2))"


@st.composite
def _call(draw: st.DrawFn, row: vocabulary.Function, inner: st.SearchStrategy[str]) -> str:
    arguments = []
    for position, column in enumerate(zip(*row.samples, strict=True)):
        if position in row.constant:
            arguments.append(repr(column[0]))
        else:
            arguments.append(_inside(draw(inner), min(column), max(column)))
    return f"{row.name}({', '.join(arguments)})"


def _combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: f"({' '.join(parts)})")
    quotients = st.tuples(inner, inner).map(lambda parts: f"({parts[0]} / (2 + ({parts[1]})**2))")
    calls = st.sampled_from(ROWS).flatmap(lambda row: _call(row, inner))
    return calls | pairs | quotients


LEAVES = st.sampled_from(["x", "y", "2", "0.1", "pi"])
FORMULAS = st.recursive(LEAVES, _combined, max_leaves=4)
COORDINATES = st.floats(-2, 2)


def agree(row: vocabulary.Function, data: st.DataObject, x: float, y: float) -> None:
    """The derivative of the formula and that of the program are the same number."""
    call = data.draw(_call(row, FORMULAS.map(lambda text: f"x + {text}")), label="call")
    formula = f"{call}*({data.draw(FORMULAS, label='factor')} + 3) + {data.draw(FORMULAS, label='term')}"
    result = gradcalc.diff(formula, at={"x": x, "y": y}, wrt=["x", "y"], timeout=5)
    for partial in result.gradient:
        if partial.symbolic.reason == "SymPy was stopped after 5 s":
            reject()  # it can ask itself for minutes whether a nested argument is real; what then happens is tested
        assert partial.autograd is not None
        if partial.autograd.outcome is Outcome.UNSUPPORTED:
            continue  # a definition may use what torch lacks; the engine's tests hold each such row
        assert partial.symbolic.value is not None, f"d/d{partial.wrt} of {formula}: {partial.symbolic.reason}"
        assert partial.autograd.value is not None
        assert math.isclose(partial.symbolic.value, partial.autograd.value, rel_tol=TOLERANCE, abs_tol=TOLERANCE), (
            f"d/d{partial.wrt} of {formula}: {partial.symbolic.value} and {partial.autograd.value}"
        )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.signature)
@settings(max_examples=2)
@given(data=st.data(), x=COORDINATES, y=COORDINATES)
def test_two_engines_find_one_derivative(row: vocabulary.Function, data: st.DataObject, x: float, y: float) -> None:
    """Every row, inside and around others."""
    agree(row, data, x, y)


@pytest.mark.long
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.signature)
@settings(max_examples=20)
@given(data=st.data(), x=COORDINATES, y=COORDINATES)
def test_they_do_on_many_formulas(row: vocabulary.Function, data: st.DataObject, x: float, y: float) -> None:
    """The same, ten times as many."""
    agree(row, data, x, y)


def test_the_draw_reaches_the_vocabulary() -> None:
    """A property over a handful of functions would prove little."""
    assert len(ROWS) > 80
