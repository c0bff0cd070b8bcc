"""Other ways to ask torch: several backward calls on one graph, and leaves of whole numbers.

Comes in: a program whose calls torch has and a stored point. Goes out: `Calls`, or the `Refusal` of torch. Raises
`UnsupportedError`. Imports torch.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gradcalc.engines.autograd import forward
from gradcalc.engines.autograd.library import torch
from gradcalc.engines.autograd.records import Calls, Refusal
from gradcalc.engines.autograd.tracing import BACKWARD, attempt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from gradcalc.dtypes import DType
    from gradcalc.engines.autograd.records import Value
    from gradcalc.language.tape import Tape


def repeat(
    program: Tape,
    point: Mapping[str, Value],
    dtype: DType,
    device: str,
    calls: int,
    *,
    zero_grad: bool,
    retain_graph: bool,
) -> Calls:
    """Call `backward` so many times on one graph, each variable's `.grad` zeroed before each with `zero_grad`."""
    run = forward.run(program, point, dtype, device)
    call = BACKWARD.replace("()", "(retain_graph=True)") if retain_graph else BACKWARD
    grads: list[dict[str, Value | None]] = []
    refusal: Refusal | None = None
    with forward.settings():
        while refusal is None and len(grads) < calls:
            for leaf in run.leaves.values():
                if zero_grad and leaf.grad is not None:
                    leaf.grad.zero_()
            backward = partial(run.result.backward, retain_graph=retain_graph)
            refusal = attempt(call, backward)
            if refusal is None:
                grads.append({name: _grad(leaf) for name, leaf in run.leaves.items()})
    run.release()
    return Calls(tuple(grads), refusal)


def whole_leaf(value: Value, dtype: str, device: str) -> Refusal | None:
    """Make a leaf of whole numbers that wants a gradient; what torch says to that."""
    whole = [int(entry) for entry in value] if isinstance(value, tuple) else int(value)
    call = f"torch.tensor({whole}, dtype=torch.{dtype}, requires_grad=True)"
    kind: torch.dtype = getattr(torch, dtype)
    return attempt(call, lambda: torch.tensor(whole, dtype=kind, device=device, requires_grad=True))


def _grad(leaf: Tensor) -> Value | None:
    return None if leaf.grad is None else forward.plain(leaf.grad)
