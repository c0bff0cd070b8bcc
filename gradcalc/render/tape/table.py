"""The forward pass and the backward pass as tables, so that the chain rule can be read off the second.

Imports `results` and modules of `render`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradcalc.render import View, numbers
from gradcalc.render.sections import FORMULA, Section, aligned
from gradcalc.render.tape import experiments, words
from gradcalc.render.text import heading, painted
from gradcalc.results import Node, Recording

if TYPE_CHECKING:
    from rich.console import RenderableType


def render(recording: Recording, view: View) -> str:
    """The answer as tables."""
    return painted(_lines(recording, view), view)


def _lines(recording: Recording, view: View) -> Iterator[RenderableType]:
    yield from heading(recording, view)
    yield from aligned(_sections(recording, view), view)


def _sections(recording: Recording, view: View) -> Iterator[Section]:
    if recording.nodes:
        yield _forward(recording, view)
    if recording.backward:
        yield _backward(recording, view)
    yield from experiments.sections(recording, view)


def _forward(recording: Recording, view: View) -> Section:
    dtype = numbers.format_of(recording)
    rows = tuple(
        (
            words.name(node.number),
            words.source(node, view),
            words.operation(node, view),
            words.value(node, dtype, view),
            node.grad_fn or ("a leaf" if node.operation == "variable" else ""),
        )
        for node in recording.nodes
    )
    return Section("forward", ("node", FORMULA, "operation", "value", "grad_fn"), rows)


def _backward(recording: Recording, view: View) -> Section:
    nodes = {node.number: node for node in recording.nodes}
    rows = [row for number in recording.backward for row in _steps(nodes[number], recording, view)]
    header = ("node", "its adjoint, times its derivative", "is added to")
    return Section("backward, in the order of the backward pass", header, tuple(rows))


def _steps(node: Node, recording: Recording, view: View) -> Iterator[tuple[str, ...]]:
    """The node's adjoint, and a line for each operand that it hands something to."""
    dtype, own = numbers.format_of(recording), words.name(node.number)
    leaf = f"{words.source(node, view)}.grad, as a leaf" if node.operation == "variable" else ""
    yield own, f"df/d{own} = {words.adjoint(node, dtype, view)}", leaf
    for step in node.passes:
        target = words.name(step.node)
        derivative = f"* d{own}/d{target} = {words.derivative(step, dtype, view.digits)}"
        yield "", derivative, f"df/d{target}: {numbers.coordinate(step.adds, dtype, digits=view.digits)}"
