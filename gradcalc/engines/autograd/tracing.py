"""A run looked at: one real backward pass, node by node, and what each node hands back to its operands.

Comes in: a program whose calls torch has, a stored point, a dtype and a device. Goes out: a `Trace`. Raises
`UnsupportedError`. Imports torch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from gradcalc.engines.autograd import forward
from gradcalc.engines.autograd.faults import finite
from gradcalc.engines.autograd.forward import plain
from gradcalc.engines.autograd.library import torch
from gradcalc.engines.autograd.records import Edge, Node, Refusal, Trace
from gradcalc.language import vocabulary
from gradcalc.language.lowering import is_call
from gradcalc.language.tape import VECTOR, Instruction, Tape

if TYPE_CHECKING:
    from torch import Tensor

    from gradcalc.dtypes import DType
    from gradcalc.engines.autograd.records import Matrix, Value

#: Entries of a vector up to which the derivative of a vector by a vector is written out as a matrix.
_LONGEST_MATRIX = 16

BACKWARD = "f.backward()"


def trace(program: Tape, point: Mapping[str, Value], dtype: DType, device: str, *, grad: bool, edges: bool) -> Trace:
    """Run the program, without `grad` under `torch.no_grad()`, and call `backward` on its result.

    Without `edges` only nodes have theirs whose adjoint is finite while that of an operand, to which they add, is not.
    """
    run = forward.run(program, point, dtype, device, grad=grad)
    firsts = _firsts(run)
    adjoints: dict[int, Tensor] = {}
    for node in sorted(set(firsts)):
        if run.values[node].requires_grad:
            # torch's own types leave this method and `backward` without any
            run.values[node].register_hook(partial(adjoints.__setitem__, node))  # type: ignore[no-untyped-call]
    with forward.settings():
        refusal = attempt(BACKWARD, run.result.backward)
        if refusal is not None:
            adjoints.clear()
        spoilt = set() if edges else {node for node, adjoint in adjoints.items() if not finite(plain(adjoint))}
        nodes = tuple(
            _node(run, node, adjoints.get(first), edges=edges or _may_spoil(run, node, firsts, spoilt))
            for node, first in enumerate(firsts)
        )
    run.release()
    return Trace(program, nodes, tuple(adjoints), refusal)


def attempt(call: str, function: Callable[[], object]) -> Refusal | None:
    """Do `function`, which a person types as `call`; what torch says if it refuses."""
    try:
        function()
    except RuntimeError as error:  # NotImplementedError, for a missing derivative, is one
        return Refusal(call, type(error).__name__, str(error).partition("\n")[0])
    return None


def _firsts(run: forward.Run) -> list[int]:
    """For each node the first with the same tensor: the nodes of a variable share a leaf."""
    seen: dict[int, int] = {}
    return [seen.setdefault(id(value), node) for node, value in enumerate(run.values)]


def _may_spoil(run: forward.Run, node: int, firsts: Sequence[int], spoilt: set[int]) -> bool:
    operands = run.program.instructions[node].args
    return firsts[node] not in spoilt and any(firsts[operand] in spoilt for operand in operands)


def _node(run: forward.Run, node: int, adjoint: Tensor | None, *, edges: bool) -> Node:
    value = run.values[node]
    if adjoint is None:
        return Node(plain(value), None, _grad_fn(value))
    return Node(plain(value), plain(adjoint), _grad_fn(value), _edges(run, node, adjoint) if edges else ())


def _grad_fn(value: Tensor) -> str | None:
    return None if value.grad_fn is None else value.grad_fn.name()


def _edges(run: forward.Run, node: int, adjoint: Tensor) -> tuple[Edge, ...]:
    """What the node's own derivative by each operand is: torch differentiates the instruction alone."""
    step = run.program.instructions[node]
    tracked = [position for position, operand in enumerate(step.args) if run.values[operand].requires_grad]
    if not tracked:
        return ()
    entries = adjoint.shape[0] if adjoint.dim() else None
    mixes = entries is not None and _mixes_entries(step)
    arguments = [run.values[operand].detach() for operand in step.args]
    for position in tracked:
        # Where each entry of a vector has its own slope by one number, that number is taken once for each entry.
        number = entries is not None and not mixes and not arguments[position].dim()
        arguments[position] = arguments[position].expand(entries or 1).clone() if number else arguments[position]
        arguments[position].requires_grad_()
    inputs = [arguments[position] for position in tracked]
    result = run.evaluate(step, arguments)
    passed = _gradients(result, inputs, adjoint)
    derivatives = _matrices(result, inputs) if mixes else _plain(_gradients(result, inputs, torch.ones_like(result)))
    return tuple(
        Edge(step.args[position], derivative, _summed(back, run.values[step.args[position]]))
        for position, derivative, back in zip(tracked, derivatives, passed, strict=True)
        if back is not None
    )


def _mixes_entries(step: Instruction) -> bool:
    """Whether an entry of the vector that the instruction makes depends on more than that entry of its operands."""
    return step.op == VECTOR or (is_call(step.op) and vocabulary.find(step.op, len(step.args)).reduces)


def _gradients(result: Tensor, inputs: list[Tensor], slope: Tensor) -> tuple[Tensor | None, ...]:
    """The slope by each input; None by one that torch has no derivative by."""
    return torch.autograd.grad(result, inputs, slope, retain_graph=True, allow_unused=True)


def _matrices(result: Tensor, inputs: list[Tensor]) -> list[Value | Matrix | None]:
    """The derivative of each entry of the result by each input."""
    if len(result) > _LONGEST_MATRIX:
        return [None] * len(inputs)
    rows = [_plain(_gradients(result, inputs, unit)) for unit in torch.eye(len(result)).to(result)]
    return [cast("Value | Matrix", column) for column in zip(*rows, strict=True)]


def _plain(slopes: Sequence[Tensor | None]) -> list[Value | Matrix | None]:
    return [None if slope is None else plain(slope) for slope in slopes]


def _summed(passed: Tensor, operand: Tensor) -> Value:
    return plain(passed if operand.dim() else passed.sum())
