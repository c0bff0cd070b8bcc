"""Tensors -> slopes: `torch.autograd.grad` on a program that ran.

Comes in: a `Run`. Goes out: a `Slope` for each component. Imports torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradcalc.deadline import Deadline
from gradcalc.engines.autograd import forward
from gradcalc.engines.autograd.library import torch
from gradcalc.engines.autograd.records import Slope
from gradcalc.language.lowering import is_call

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from gradcalc.language.tape import Instruction


#: Nodes of the graphs that one question's derivatives of higher orders are taken of, some seconds of work: the graph of
#: each derivative is about three times as large as the one before.
MOST_NODES = 400_000


def slopes(
    run: forward.Run, components: Mapping[str, tuple[str, int | None]], order: int, deadline: Deadline
) -> dict[str, Slope]:
    """Differentiate the result `order` times by each component: a variable and an entry, or None."""
    variables = dict.fromkeys(variable for variable, _ in components.values())
    with forward.settings():
        first = _first(run, tuple(variables), keep=order > 1)
        higher = _Higher(run, order, deadline)
        return {
            name: higher.slope(first[variable], run.leaves[variable], entry)
            for name, (variable, entry) in components.items()
        }


def _first(run: forward.Run, variables: Sequence[str], *, keep: bool) -> dict[str, Tensor | None]:
    """Differentiate once by each variable; None where torch lacks a rule on the way.

    One backward pass serves all; if it fails each has its own, since others may not need the missing rule.
    """
    found = _gradients(run.result, [run.leaves[name] for name in variables], keep=keep)
    if found is not None:
        return dict(zip(variables, found, strict=True))
    alone = ((name, _gradients(run.result, [run.leaves[name]], keep=keep)) for name in variables)
    return {name: None if found is None else found[0] for name, found in alone}


class _Higher:
    """From the first derivatives of a run to those of `order`, as long as the graphs are not too large in all."""

    def __init__(self, run: forward.Run, order: int, deadline: Deadline) -> None:
        self._run, self._order, self._deadline = run, order, deadline
        self._left = MOST_NODES

    def slope(self, gradient: Tensor | None, leaf: Tensor, entry: int | None) -> Slope:
        """Go on from the first derivative by a variable, `leaf`, to that of the order by one entry of it."""
        for reached in range(1, self._order):
            if gradient is None:
                break
            if self._deadline.passed:
                return Slope(None, f"the time was up before torch had differentiated {self._order} times")
            lower = _pick(gradient, entry)
            self._left -= _size(lower, self._left)
            if self._left < 0:
                return Slope(None, f"torch's graphs up to order {self._order} have more than {MOST_NODES:,} nodes")
            found = _gradients(lower, [leaf], keep=reached + 1 < self._order)
            gradient = None if found is None else found[0]
        if gradient is None:
            return Slope(None, _culprit(self._run, self._order))
        return Slope(_pick(gradient, entry).item())


def _size(result: Tensor, most: int) -> int:
    """The nodes of the graph behind a tensor; one more than `most` if there are more."""
    waiting, seen = [result.grad_fn], set[object]()
    while waiting and len(seen) <= most:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting.extend(operand for operand, _ in node.next_functions)
    return len(seen)


def _pick(gradient: Tensor, entry: int | None) -> Tensor:
    return gradient if entry is None else gradient[entry]


def _gradients(result: Tensor, inputs: Sequence[Tensor], *, keep: bool = False) -> Sequence[Tensor] | None:
    """Differentiate a number by each input, None if torch lacks a rule; `keep` makes it differentiable again.

    A result without a graph depends on no input but through steps, and has slope 0.
    """
    if not inputs or not result.requires_grad:
        return [torch.zeros_like(tensor) for tensor in inputs]
    try:
        return torch.autograd.grad(
            result, inputs, retain_graph=True, create_graph=keep, allow_unused=True, materialize_grads=True
        )
    except RuntimeError:
        return None


def _culprit(run: forward.Run, order: int) -> str:
    """Say which function's derivative torch lacks, by differentiating the first call of each alone."""
    calls: dict[tuple[str, int], Instruction] = {}
    for step in run.program.instructions:
        if is_call(step.op):
            calls.setdefault((step.op, len(step.args)), step)
    where = f"in {run.dtype.name} on {run.device}"
    for step in calls.values():
        missing = _missing_order(run, step, order)
        if missing is not None:
            ordinal = "derivative" if missing == 1 else f"derivative of order {missing}"
            return f"torch has no {ordinal} of {step.op} {where}"
    return f"torch failed to differentiate this formula {where}"


def _missing_order(run: forward.Run, step: Instruction, order: int) -> int | None:
    """Find the lowest derivative, up to `order`, that torch lacks of one call."""
    arguments = [run.values[node].detach().requires_grad_() for node in step.args]
    # Squared, so that a derivative by the incoming slope is asked for as well.
    level = forward.call(step, arguments).square().sum()
    for reached in range(1, order + 1):
        found = _gradients(level, arguments, keep=True)
        if found is None:
            return reached
        level = torch.stack([part.sum() for part in found]).sum()
    return None
