"""What torch recorded and said -> `Recording`: numbered nodes, and sentences for what it refused.

Comes in: a `Program` and an `Experiment`. Goes out: `Recording`. Raises `ComputationError` where torch cannot compute
or differentiate the formula, `PointError` for a point that whole numbers do not hold, `UsageError` for an experiment
that contradicts itself. Imports the language, `program`, `results` and the torch engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradcalc.errors import ComputationError, PointError, UsageError
from gradcalc.language.tape import CONSTANT, INDEX, NUMBER, VARIABLE, Instruction, Tape
from gradcalc.program import Experiment, Program
from gradcalc.results import Node, Operand, Pass, Recording, Refusal, Value

if TYPE_CHECKING:
    from gradcalc.engines import autograd

#: A point is read in float64, where 2**53 + 1 is 2**53: from there on a whole number may be another than was typed.
_FIRST_UNSURE = 2**53

#: The integer dtype that shows why torch wants floating-point leaves.
WHOLE = "int64"
MOST_CALLS = 1000

_NO_DERIVATIVE = "torch has computed this formula but cannot differentiate it"
_ASK_DIFF = "gradcalc diff asks SymPy, which may know it"


@dataclass(frozen=True, slots=True)
class _Sentence:
    """What a refusal means, and how to mend it."""

    explanation: str
    remedy: str


_NO_GRAD = _Sentence(
    "under torch.no_grad() torch computes values and records nothing: no node has a grad_fn, so there is no graph to "
    "go back along",
    "compute f outside the no_grad block; no_grad is for evaluation and for updating weights",
)
_NO_GRAPH = _Sentence(
    "no variable reaches the result through an operation that torch differentiates, so nothing was recorded: f does "
    "not change with its variables here, and its gradient is 0",
    "nothing needs mending if f is meant to be constant",
)
_NO_VARIABLE = _Sentence(
    "the formula has no variable, so there is nothing to record and nothing to differentiate by",
    "put a variable in it and give it a value, --at x=1",
)
_FREED = _Sentence(
    "the first backward pass freed the values that the nodes had saved for it, since retain_graph is off; a second "
    "pass has nothing left to compute with",
    "call backward(retain_graph=True) while the graph is needed again, or run the forward pass anew",
)
_WHOLE = _Sentence(
    "a derivative asks what f does for ever smaller steps, and whole numbers have none smaller than 1, so torch keeps "
    "gradients of floating-point tensors only",
    "make it floating point: dtype=torch.float64, here --dtype float64",
)

_ACCUMULATES = (
    "backward adds to .grad and never replaces it: after n calls .grad is n times the gradient. Zero it before each "
    "step, as optimizer.zero_grad() does, unless the sum is what you want"
)
_ZEROED = ".grad was zeroed before each call, so each call leaves the gradient itself and not a sum"
_NOTHING_SAVED = (
    "retain_graph is off, and yet a second pass worked: the backward functions of this graph save no values, so there "
    "was nothing to free"
)


def record(program: Program, experiment: Experiment, device: str) -> Recording:
    """Run the program in torch, forwards and backwards, and do what `experiment` asks for."""
    _check(experiment)
    from gradcalc.engines import autograd

    where = (program.tape, program.point, program.dtype, device)
    try:
        trace = autograd.trace(*where, grad=not experiment.no_grad)
        calls = None
        if experiment.calls and trace.refusal is None:
            calls = autograd.repeat(
                *where,
                experiment.calls,
                zero_grad=experiment.zero_grad,
                retain_graph=experiment.retain_graph,
            )
    except autograd.UnsupportedError as error:
        raise ComputationError(str(error), hint=_ASK_DIFF) from None
    nodes = _Numbering(trace)
    return Recording(
        command="tape",
        expression=program.tape.source,
        at=program.point,
        dtype=program.dtype.name,
        device=device,
        nodes=nodes.listed(),
        backward=nodes.order(),
        grads=() if calls is None else calls.grads,
        explanation=_explanation(experiment, calls),
        refusal=_refusal(program, experiment, trace, calls),
        notes=(*program.notes, *_missing(experiment, trace)),
    )


def record_whole(program: Program, experiment: Experiment, name: str) -> Recording:
    """What torch says to leaves of whole numbers, on the device `name`: it refuses them before anything runs."""
    _check(experiment)
    leaf = _whole_leaf(program)
    from gradcalc.engines import autograd

    device = autograd.resolve(name, program.dtype)
    refusal = autograd.whole_leaf(leaf, WHOLE, device)
    assert refusal is not None, "torch keeps gradients of floating-point tensors only"
    return Recording(
        command="tape",
        expression=program.tape.source,
        at=program.point,
        dtype=WHOLE,
        device=device,
        nodes=(),
        backward=(),
        refusal=_told(refusal, _WHOLE),
        notes=program.notes,
    )


def _check(experiment: Experiment) -> None:
    if experiment.no_grad and (experiment.calls or experiment.zero_grad or not experiment.retain_graph):
        raise UsageError(
            "under no_grad nothing is recorded, so there is no backward pass to repeat",
            hint="leave out --no-grad, or --backward, --zero-grad and --retain-graph",
        )
    if not 0 <= experiment.calls <= MOST_CALLS:
        raise UsageError(f"backward can be called up to {MOST_CALLS} times, not {experiment.calls}")
    if experiment.zero_grad and not experiment.calls:
        raise UsageError(".grad is zeroed before backward calls, and none is asked for", hint="add --backward 3")


def _whole_leaf(program: Program) -> Value:
    """The value of the formula's first variable. Raises `PointError` unless all are whole numbers."""
    if not program.tape.variables:
        raise PointError("the formula has no variable, so there is no leaf to make", hint="write for example x**2")
    for name, value in program.flat.items():
        if not value.is_integer():
            raise PointError(
                f"{name} = {value!r} is not a whole number", hint=f"give one, or leave out --dtype {WHOLE}"
            )
        if abs(value) >= _FIRST_UNSURE:
            raise PointError(
                f"{name} has a size of 2**53 or more, where a point does not hold every whole number",
                hint="give a smaller one: torch says the same to each",
            )
    return program.point[program.tape.variables[0]]


def numbered(tape: Tape) -> dict[int, int]:
    """The number of each instruction's node, from 1; a literal has none unless it is all, a variable one in all."""
    numbers: dict[int, int] = {}
    variables: dict[str, int] = {}
    last, number = len(tape.instructions) - 1, 0
    for index, step in enumerate(tape.instructions):
        if step.op == VARIABLE and step.text in variables:
            numbers[index] = variables[step.text]
        elif index == last or _literal(tape, index) is None:
            number += 1
            numbers[index] = number
            if step.op == VARIABLE:
                variables[step.text] = number
    return numbers


class _Numbering:
    """The nodes of a trace by number: literals are parts of their operation, a variable is one node."""

    def __init__(self, trace: autograd.Trace) -> None:
        self._trace = trace
        self._steps = trace.tape.instructions
        self._numbers = numbered(trace.tape)

    def listed(self) -> tuple[Node, ...]:
        """One node a number, in the order of the forward pass."""
        firsts: dict[int, int] = {}
        for index, number in self._numbers.items():
            firsts.setdefault(number, index)
        return tuple(self._node(number, index) for number, index in firsts.items())

    def order(self) -> tuple[int, ...]:
        """The numbers in the order of the backward pass."""
        return tuple(self._numbers[index] for index in self._trace.order)

    def _node(self, number: int, index: int) -> Node:
        step, seen = self._steps[index], self._trace.nodes[index]
        return Node(
            number=number,
            source=self._trace.tape.source[step.span.start : step.span.stop],
            span=(step.span.start, step.span.stop),
            operation=step.op,
            operands=tuple(self._operands(step)),
            value=seen.value,
            grad_fn=seen.grad_fn,
            adjoint=seen.adjoint,
            passes=tuple(Pass(self._numbers[edge.operand], edge.local, edge.passed) for edge in seen.edges),
        )

    def _operands(self, step: Instruction) -> list[Operand]:
        operands = [self._operand(index) for index in step.args]
        return [*operands, Operand(None, step.text, float(step.text))] if step.op == INDEX else operands

    def _operand(self, index: int) -> Operand:
        if index in self._numbers:
            return Operand(self._numbers[index])
        value = self._trace.nodes[index].value
        assert not isinstance(value, tuple), "a literal is a number"
        return Operand(None, _literal(self._trace.tape, index), value)


def _literal(tape: Tape, index: int) -> str | None:
    """The text of a number or a constant, with any signs before it; None for anything else."""
    signs, step = "", tape.instructions[index]
    while step.op == "neg":
        signs, step = f"{signs}-", tape.instructions[step.args[0]]
    return f"{signs}{step.text}" if step.op in {NUMBER, CONSTANT} else None


def _explanation(experiment: Experiment, calls: autograd.Calls | None) -> str | None:
    if calls is None or calls.refusal is not None or experiment.calls < 2:
        return None
    told = [_ZEROED if experiment.zero_grad else _ACCUMULATES]
    if not experiment.retain_graph:
        told.append(_NOTHING_SAVED)
    return ". ".join(told)


def _refusal(
    program: Program, experiment: Experiment, trace: autograd.Trace, calls: autograd.Calls | None
) -> Refusal | None:
    """What torch refused, explained; only a missing derivative is a failure, the rest was asked for or is an answer."""
    if trace.refusal is not None:
        if experiment.no_grad:
            return _told(trace.refusal, _NO_GRAD)
        if trace.nodes[-1].grad_fn is None and not _is_leaf(trace):
            if trace.blocked is not None:
                raise ComputationError(trace.blocked, hint=_ASK_DIFF)
            return _told(trace.refusal, _NO_GRAPH if program.tape.variables else _NO_VARIABLE)
        raise ComputationError(_NO_DERIVATIVE, hint=_ASK_DIFF)
    if calls is not None and calls.refusal is not None:
        return _told(calls.refusal, _FREED)
    return None


def _missing(experiment: Experiment, trace: autograd.Trace) -> tuple[str, ...]:
    """The remark on a gradient that torch gives without what an argument would add to it."""
    if trace.blocked is None or experiment.no_grad:
        return ()
    return (f"{trace.blocked}: what would come back through that argument is missing here; {_ASK_DIFF}",)


def _is_leaf(trace: autograd.Trace) -> bool:
    return trace.tape.instructions[-1].op == VARIABLE


def _told(refusal: autograd.Refusal, sentence: _Sentence) -> Refusal:
    return Refusal(refusal.call, refusal.error, refusal.message, sentence.explanation, sentence.remedy)
