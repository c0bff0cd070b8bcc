"""Tensors -> slopes: `torch.autograd.grad` on a program that ran.

Comes in: a `Run`. Goes out: a `Slope` for each component. Imports torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from gradcalc.engines.autograd import forward
from gradcalc.engines.autograd.records import Slope
from gradcalc.language.rewriting import is_call

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from gradcalc.language.tape import Instruction


def slopes(run: forward.Run, components: Mapping[str, tuple[str, int | None]], order: int) -> dict[str, Slope]:
    """Differentiate the result `order` times by each component: a variable and an entry, or None."""
    variables = dict.fromkeys(variable for variable, _ in components.values())
    with forward.settings():
        first = _first(run, tuple(variables), keep=order > 1)
        return {
            name: _slope(run, first[variable], run.leaves[variable], entry, order)
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


def _slope(run: forward.Run, gradient: Tensor | None, leaf: Tensor, entry: int | None, order: int) -> Slope:
    """Go on from the first derivative by a variable to that of `order` by one entry of it."""
    for reached in range(1, order):
        if gradient is None:
            break
        found = _gradients(_pick(gradient, entry), [leaf], keep=reached + 1 < order)
        gradient = None if found is None else found[0]
    return Slope(None, _culprit(run, order)) if gradient is None else Slope(_pick(gradient, entry).item())


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
