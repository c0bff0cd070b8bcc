"""What the torch engine hands out: values, slopes and traces as plain Python numbers.

Imports the tape only, and no torch: a caller may name these types without loading it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcalc.language.tape import Tape

#: The value of a node: a number, or one for each entry of a vector; a condition's are bools.
Value = float | tuple[float, ...]

#: A derivative of a vector by a vector: a row for each entry of the first.
Matrix = tuple[tuple[float, ...], ...]


class UnsupportedError(Exception):
    """Torch cannot do something that the formula asks; the message is the reason, one clause in our words."""


@dataclass(frozen=True, slots=True)
class Slope:
    """One partial derivative as torch returned it, in the dtype; None with the reason where it has none."""

    value: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Backward:
    """What torch made of a formula at a point.

    value: f in the dtype, None with the `reason` where torch lacks a function. partials: in the order of `wrt`.
    """

    value: float | None
    reason: str | None
    partials: tuple[Slope, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """What a node hands back to one of its operands in the backward pass.

    operand: an instruction's index. local: the derivative of the node by that operand: a number; entry by entry where
    one of the two is a vector or each entry depends on its own alone; a matrix for softmax, None for a long one.
    passed: the node's adjoint times `local`, of the operand's shape.
    """

    operand: int
    local: Value | Matrix | None
    passed: Value


@dataclass(frozen=True, slots=True)
class Node:
    """One instruction after the backward pass.

    adjoint: the derivative of the result by this node, of the node's shape; None where the backward pass did not
    come: a constant, a condition, and everywhere if it failed. All occurrences of a variable are one leaf of torch's
    graph, so each of their nodes carries the variable's whole gradient. grad_fn: the name of torch's backward
    function, None for what has none (leaves and constants).
    """

    value: Value
    adjoint: Value | None = None
    grad_fn: str | None = None
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that torch refused: the call as one types it, the name of the exception and its first line."""

    call: str
    error: str
    message: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One forward and one backward pass, looked at.

    tape: the program that ran, the user's with the definitions of what torch lacks put in. nodes: one for each of its
    instructions. order: those that the backward pass came to, as it came to them; a variable by its first occurrence.
    typed: for each instruction of the user's tape its node here.
    blocked: why torch has no derivative by an argument that a variable comes through, one clause; None without such.
    """

    tape: Tape
    nodes: tuple[Node, ...]
    order: tuple[int, ...]
    refusal: Refusal | None = None
    blocked: str | None = None
    typed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Calls:
    """Several calls of `backward` on one graph: each variable's `.grad` after each call; None where it has none."""

    grads: tuple[dict[str, Value | None], ...]
    refusal: Refusal | None = None
