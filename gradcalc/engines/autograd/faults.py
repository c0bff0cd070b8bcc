"""A trace -> where its first number that is not finite came from.

Comes in: a `Trace`. Goes out: a `Fault`, or None. Imports the engine's records and the tape, no torch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradcalc.engines.autograd.records import Trace, Value

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Fault:
    """The first step of the backward pass that hands on a nan or an infinity.

    span: its piece of the source. untaken: whether it is in a branch that was not taken, where the exact contribution
    is none at all.
    """

    span: tuple[int, int]
    untaken: bool


def first_fault(trace: Trace) -> Fault | None:
    """Where the backward pass first turns a finite adjoint into something that is not finite."""
    taken = _taken(trace)
    for index in trace.order:
        node = trace.nodes[index]
        if not finite(node.adjoint) or all(finite(edge.passed) for edge in node.edges):
            continue
        span = trace.tape.instructions[index].span
        return Fault((span.start, span.stop), index not in taken)
    return None


def _taken(trace: Trace) -> set[int]:
    """The steps that the result's value comes from; of a `where` on a vector both branches count."""
    steps, waiting = trace.tape.instructions, [len(trace.tape.instructions) - 1]
    taken = set(waiting)
    while waiting:
        index = waiting.pop()
        for operand in _operands(trace, index) if steps[index].op == "where" else steps[index].args:
            if operand not in taken:
                taken.add(operand)
                waiting.append(operand)
    return taken


def _operands(trace: Trace, index: int) -> Iterator[int]:
    condition, first, second = trace.tape.instructions[index].args
    value = trace.nodes[condition].value
    chosen = value if isinstance(value, tuple) else (value,)
    if any(chosen):
        yield first
    if not all(chosen):
        yield second


def finite(value: Value | None) -> bool:
    """Whether a number, or each entry of a vector, is finite; None is."""
    if isinstance(value, tuple):
        return all(finite(entry) for entry in value)
    return not isinstance(value, float) or math.isfinite(value)
