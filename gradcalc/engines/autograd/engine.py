"""The questions of the torch engine: a typed program's gradient, trace, value, `.grad` after several backward calls.

Comes in: a tape, its shapes, a stored point. Goes out: the engine's records. What the tape alone decides is decided
here: a function that torch lacks (then torch is not even imported), an argument that it has no slope by.
Imports `deadline`, `dtypes` and `language`; torch only inside functions, by way of the engine's other modules.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gradcalc.deadline import Deadline
from gradcalc.engines.autograd.records import Backward, Calls, Refusal, Slope, Trace, UnsupportedError
from gradcalc.language import vocabulary
from gradcalc.language.lowering import component_names, inlined, is_call
from gradcalc.language.tape import CONDITIONS, INDEX, VARIABLE, Instruction, Tape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gradcalc.dtypes import DType
    from gradcalc.engines.autograd.records import Value
    from gradcalc.language.shapes import Shape
    from gradcalc.language.vocabulary.row import Function


def differentiate(
    tape: Tape,
    shapes: Sequence[Shape],
    point: Mapping[str, Value],
    wrt: Sequence[str],
    dtype: DType,
    device: str,
    order: int = 1,
    *,
    deadline: Deadline | None = None,
) -> Backward:
    """Run the program in torch as typed, and differentiate it backwards.

    `shapes` are those of the tape's instructions, the last a number. `point` has a member of the dtype for
    each variable, a tuple for a vector. `wrt` names variables, or entries of a vector variable, `x[0]`; one
    that the tape does not contain has slope 0. `order` counts pure derivatives, from 1. `device` is one that
    `devices.resolve` returned. After the `deadline`, some seconds from now by default, no
    derivative of a higher order is begun. What torch cannot do becomes a reason, on the value or on the partial
    derivative that it is about.
    """
    try:
        program = _runnable(tape)
        from gradcalc.engines.autograd import forward, gradients

        run = forward.run(program, point, dtype, device)
    except UnsupportedError as error:
        return _unsupported(str(error), wrt)
    components = _components(tape, shapes)
    wanted = {name: components[name] for name in wrt if name in components}
    slopes = gradients.slopes(run, wanted, order, deadline or Deadline.after())
    slopes.update((name, Slope(None, reason)) for name, reason in _reasons(program, components).items())
    partials = tuple(slopes.get(name, Slope(0.0)) for name in wrt)
    return Backward(run.result.item(), None, partials)


def trace(
    tape: Tape, point: Mapping[str, Value], dtype: DType, device: str, *, grad: bool = True, edges: bool = True
) -> Trace:
    """Run the program and look at each node of a real backward pass; without `grad` under `torch.no_grad()`.

    Without `edges`, which take the most time, nodes have none but where a number that is not finite may have come from.
    Raises `UnsupportedError` for what torch cannot compute; what it refuses to differentiate is in the trace.
    """
    program, typed = _placed(tape)
    from gradcalc.engines.autograd import tracing

    traced = tracing.trace(program, point, dtype, device, grad=grad, edges=edges)
    return replace(traced, blocked=next(iter(_blocked(program).values()), None), typed=typed)


def repeat(
    tape: Tape,
    point: Mapping[str, Value],
    dtype: DType,
    device: str,
    calls: int,
    *,
    zero_grad: bool = False,
    retain_graph: bool = True,
) -> Calls:
    """Call `backward` so many times on one graph. Raises `UnsupportedError` for what torch cannot compute."""
    program = _runnable(tape)
    from gradcalc.engines.autograd import experiments

    return experiments.repeat(program, point, dtype, device, calls, zero_grad=zero_grad, retain_graph=retain_graph)


def whole_leaf(value: Value, dtype: str, device: str) -> Refusal | None:
    """Make a leaf of whole numbers in an integer dtype that wants a gradient; what torch says to that."""
    from gradcalc.engines.autograd import experiments

    return experiments.whole_leaf(value, dtype, device)


def evaluate(tape: Tape, point: Mapping[str, Value], dtype: DType, device: str) -> Value:
    """The value of the program in the dtype, without a graph. Raises `UnsupportedError`."""
    program = _runnable(tape)
    from gradcalc.engines.autograd import forward

    return forward.plain(forward.run(program, point, dtype, device, grad=False).result)


def _unsupported(reason: str, wrt: Sequence[str]) -> Backward:
    return Backward(None, reason, tuple(Slope(None, reason) for _ in wrt))


def _runnable(tape: Tape) -> Tape:
    """The program with the definitions of what torch lacks put in. Raises `UnsupportedError` for what has none."""
    return _placed(tape)[0]


def _placed(tape: Tape) -> tuple[Tape, tuple[int, ...]]:
    """The runnable program, and where each instruction as typed is in it."""
    program, typed = inlined(tape, lambda row: not row.torch)
    lacking = _lacking(program)
    if lacking is not None:
        raise UnsupportedError(lacking)
    return program, typed


def _row(step: Instruction) -> Function | None:
    return vocabulary.find(step.op, len(step.args)) if is_call(step.op) else None


def _lacking(program: Tape) -> str | None:
    """Say which function of the program torch lacks and why."""
    for step in program.instructions:
        row = _row(step)
        if row is not None and not row.torch:
            return f"torch has no rule for {row.name}: {row.no_torch}"
    return None


def _components(tape: Tape, shapes: Sequence[Shape]) -> dict[str, tuple[str, int | None]]:
    """Map each component's name to its variable and its entry in it, None for a number."""
    steps = zip(tape.instructions, shapes, strict=True)
    variables = {step.text: shape for step, shape in steps if step.op == VARIABLE}
    return {
        name: (variable, None if shape is None else entry)
        for variable, shape in variables.items()
        for entry, name in enumerate(component_names(variable, shape))
    }


def _reasons(program: Tape, components: Mapping[str, tuple[str, int | None]]) -> dict[str, str]:
    """Map each component that reaches an argument that torch cannot differentiate by to the reason."""
    blocked = _blocked(program)
    reasons = {
        name: blocked.get((variable, None)) or blocked.get((variable, entry))
        for name, (variable, entry) in components.items()
    }
    return {name: reason for name, reason in reasons.items() if reason}


def _blocked(program: Tape) -> dict[tuple[str, int | None], str]:
    """Map what reaches an argument that torch cannot differentiate by to the reason.

    A key is a variable and its entry, the entry None for all of it. One sweep from the result back; what only
    decides a condition has slope 0 and blocks nothing.
    """
    steps = program.instructions
    smooth = [False] * (len(steps) - 1) + [True]
    reasons: list[str | None] = [None] * len(steps)
    blocked: dict[tuple[str, int | None], str] = {}
    for node in range(len(steps) - 1, -1, -1):
        step, reason = steps[node], reasons[node]
        if step.op == VARIABLE and reason:
            blocked.setdefault((step.text, None), reason)
        if step.op == INDEX and steps[step.args[0]].op == VARIABLE:
            if reason:
                blocked.setdefault((steps[step.args[0]].text, int(step.text)), reason)
            continue
        if not smooth[node] or step.op in CONDITIONS:
            continue
        row = _row(step)
        for position, argument in enumerate(step.args):
            smooth[argument] = True
            if row is not None and position in row.constant:
                reasons[argument] = f"torch cannot differentiate {row.name} by {row.names[position]}"
            elif reason:
                reasons[argument] = reasons[argument] or reason
    return blocked
