"""What the torch engine hands out: values, slopes and nodes as plain Python numbers.

Imports the tape only, and no torch: a caller may name these types without loading it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradcalc.language.tape import Tape

#: The value of a node: a number, or one for each entry of a vector; a condition's are bools.
Value = float | tuple[float, ...]


class UnsupportedError(Exception):
    """Torch cannot do something that the formula asks; the message is the reason, one clause in our words."""


@dataclass(frozen=True, slots=True)
class Slope:
    """One partial derivative as torch returned it, in the dtype; None with the reason where it has none."""

    value: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One instruction after the backward pass.

    `adjoint` is the derivative of the result by this node, of the node's shape: None for a constant or a
    condition, and everywhere if torch lacks a rule on the way. All occurrences of a variable are one leaf of
    torch's graph, so each of their nodes carries the variable's whole gradient. `grad_fn` is the name of
    torch's backward function, None for what has none (leaves and constants).
    """

    value: Value
    adjoint: Value | None
    grad_fn: str | None


@dataclass(frozen=True, slots=True)
class Backward:
    """What torch made of a formula at a point.

    value: f in the dtype, None with the `reason` where torch lacks a function. partials: in the order of
    `wrt`. tape: the program that ran, the user's with the definitions of what torch lacks put in.
    """

    value: float | None
    reason: str | None
    partials: tuple[Slope, ...]
    tape: Tape
    _trace: Callable[[], tuple[Node, ...]] = field(default=tuple, repr=False, compare=False)

    def nodes(self) -> tuple[Node, ...]:
        """Run the program again and look at each instruction of `tape`; empty where `value` is None."""
        return self._trace()
