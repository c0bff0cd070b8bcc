"""Shapes: the length of every value, and a caret under what does not fit."""

from __future__ import annotations

import pytest

from gradcalc.errors import GradcalcError
from gradcalc.language.parser import parse
from gradcalc.language.shapes import Shape, infer_shapes, require_scalar
from tests import cases


@pytest.mark.parametrize("case", cases.read("shapes.txt"), ids=str)
def test_shape(case: cases.Case) -> None:
    """The result has the shape that the case file states, or the formula is refused with exactly its words."""
    _, *words = case.lines[0].split()
    lengths = dict(word.split("=") for word in words if "=" in word)
    variables: dict[str, Shape] = {name: int(length) or None for name, length in lengths.items()}
    tape = parse(case.inputs[0])
    try:
        shapes = infer_shapes(tape, variables)
        if "scalar" in words:
            require_scalar(tape, shapes)
        result: tuple[str, ...] = ("a number" if shapes[-1] is None else f"a vector of {shapes[-1]}",)
    except GradcalcError as error:
        result = cases.diagnostic(error)
    assert result == case.lines[1:]
