"""How the nodes of a recording are written: their names, operations and numbers.

Comes in: `results.Node` records. Goes out: text. Imports `dtypes`, `results` and modules of `render`.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcalc.dtypes import DType
from gradcalc.render import View, numbers
from gradcalc.render.excerpt import echo
from gradcalc.results import Node, Operand, Pass, Recording, Value

_INFIX = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**",
    "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=", "and": "&", "or": "|",
}  # fmt: skip
_PREFIX = {"neg": "-", "not": "~"}
_LONGEST_SOURCE = 40


def name(number: int) -> str:
    """A node's name, after Griewank and Walther, Evaluating Derivatives (2008): v1, v2, ..."""
    return f"v{number}"


def source(node: Node, view: View) -> str:
    """The node's piece of the formula, cut in the middle where it is long."""
    return echo(node.source, _LONGEST_SOURCE, view.encoding)


def operation(node: Node, view: View) -> str:
    """What the node computes from the nodes before it: `v1**2`, `sin(v2)`, `where(v3, v1, 0)`."""
    operands = [_operand(operand) for operand in node.operands]
    if node.operation in _INFIX and len(operands) == 2:
        return f" {_INFIX[node.operation]} ".join(operands)
    if node.operation in _PREFIX:
        return _PREFIX[node.operation] + operands[0]
    if node.operation == "vector":
        return f"[{', '.join(operands)}]"
    if node.operation == "index":
        return f"{operands[0]}[{operands[1]}]"
    if node.operation in {"variable", "number", "constant"}:
        return source(node, view)
    return f"{node.operation}({', '.join(operands)})"


def value(node: Node, dtype: DType, view: View) -> str:
    """The node's value in full."""
    return numbers.coordinate(node.value, dtype, digits=view.digits)


def adjoint(node: Node, dtype: DType, view: View) -> str:
    """The node's adjoint in full; empty where the backward pass did not come."""
    return "" if node.adjoint is None else numbers.coordinate(node.adjoint, dtype, digits=view.digits)


def derivative(step: Pass, dtype: DType, digits: int | None) -> str:
    """The derivative that a node multiplies its adjoint by, in full; a matrix by its name, JSON has it."""
    entries = _entries(step)
    return "a matrix" if entries is None else numbers.coordinate(entries, dtype, digits=digits)


def briefly(step: Pass, dtype: DType) -> str:
    """`derivative` for a picture."""
    entries = _entries(step)
    return "a matrix" if entries is None else numbers.brief(entries, dtype)


def label(node: Node, dtype: DType, view: View) -> Sequence[str]:
    """The lines of a node in a picture: its piece of the formula, value, backward function and adjoint."""
    lines = [f"{name(node.number)} = {source(node, view)}", numbers.brief(node.value, dtype)]
    if node.grad_fn is not None:
        lines.append(node.grad_fn)
    if node.adjoint is not None:
        lines.append(f"df/d{name(node.number)} = {numbers.brief(node.adjoint, dtype)}")
    return lines


def edges(recording: Recording) -> list[tuple[Operand, Node, Pass | None]]:
    """Every arrow from an operand to the node computed from it, with what goes back along it."""
    found = []
    for node in recording.nodes:
        steps = list(node.passes)
        for operand in node.operands:
            if operand.node is not None:
                step = next((step for step in steps if step.node == operand.node), None)
                if step is not None:
                    steps.remove(step)
                found.append((operand, node, step))
    return found


def _operand(operand: Operand) -> str:
    return name(operand.node) if operand.node is not None else operand.literal or ""


def _entries(step: Pass) -> Value | None:
    """The derivative as a number or a vector; None for a matrix."""
    found = step.derivative
    if not isinstance(found, tuple):
        return found
    entries = tuple(entry for entry in found if not isinstance(entry, tuple))
    return entries or None
