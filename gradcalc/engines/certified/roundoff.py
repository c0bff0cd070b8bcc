"""The running rounding-error bound of the typed program and of its backward pass, and where digits are lost.

Comes in: a scalar tape, the stored point, the dtype. Goes out: an `Account` for each derivative. Imports flint: only
the package's `account` imports this module, on its first call.

The program that torch runs, forwards and backwards with torch's own formulas, is written as steps and evaluated in
ball arithmetic with a radius for the rounding of each operation: the radius that arrives at the end is the bound
(Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.3, with balls for the first-order terms).
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flint import arb, ctx

from gradcalc.dtypes import DType
from gradcalc.engines.certified.account import Account, Loss, Suspect
from gradcalc.engines.certified.differentiation import Rules, adjoints, derivatives
from gradcalc.engines.certified.machine import ABSENT, Missing, Value, defined, run
from gradcalc.engines.certified.signals import OutOfReachError
from gradcalc.engines.certified.steps import CHAIN, MASK, TOTAL, WHOLE_POWER, Graph, Step, is_row, share
from gradcalc.language import vocabulary
from gradcalc.language.tape import COMPARISONS, NUMBER, Tape

_BITS = 160
_SECONDS = 3.0
_TORCH = Rules(torch=True)

#: Digits are lost where an error grows by more than this, relatively.
_GROWTH = 4
#: A loss matters if it explains more than this part of what is wrong.
_SHARE = 0.1

#: Operations that are 0 where one operand is.
_MULTIPLIES = frozenset({"mul", CHAIN})

#: Operations that give a member of the dtype where the exact result is one.
_CORRECTLY_ROUNDED = frozenset({"add", "sub", "mul", "div", CHAIN})

_UNKNOWN = Account(math.inf)


def account(
    tape: Tape,
    point: Mapping[str, float],
    dtype: DType,
    found: Mapping[str, float],
    truths: Mapping[str, str],
    order: int,
) -> dict[str, Account]:
    """The bound of each derivative that torch `found`, and what may have spoilt it, by the certified decimals."""
    wrt = list(found)
    try:
        program = _Program(tape, point, dtype, wrt, order)
        with ctx.workprec(_BITS):
            return {name: _account(program, name, found[name], arb(truths[name])) for name in wrt}
    except (OutOfReachError, TimeoutError):
        return dict.fromkeys(wrt, _UNKNOWN)


class _Program:
    """The typed program with torch's backward pass: its steps, their true values and their balls with rounding."""

    def __init__(self, tape: Tape, point: Mapping[str, float], dtype: DType, wrt: Sequence[str], order: int) -> None:
        self.dtype = dtype
        self.deadline = time.thread_time() + _SECONDS
        self.graph, self.result = share(tape, point, dtype, lacks=_TORCH.lacks)
        self.positions = dict(zip(wrt, derivatives(self.graph, self.result, wrt, order, _TORCH), strict=True))
        wanted = [position for position in self.positions.values() if position is not None]
        with ctx.workprec(_BITS):
            self.true = run(self.graph.steps, wanted, self.deadline)
            widen = _Widening(dtype)
            self.wide = run(self.graph.steps, wanted, self.deadline, widen=widen.ball, decided=self.true)


@dataclass(frozen=True, slots=True)
class _Widening:
    """The radius that one rounding adds."""

    dtype: DType

    def ball(self, step: Step, made: arb, values: Sequence[Value]) -> arb:
        """The ball that holds what the dtype makes of an operation on its operands' balls."""
        if step.op in _CORRECTLY_ROUNDED and self._holds(made):
            return made
        u = self.dtype.unit_roundoff
        size = abs(made).upper() * (u * _roundings(step))
        if step.op == TOTAL:
            operands = [values[i] for i in step.args]
            size = sum((abs(o).upper() for o in operands if type(o) is arb), arb(0)) * (u * len(operands))
        if abs(made).lower() < arb(2) ** self.dtype.min_exponent:
            size += arb(2) ** (self.dtype.min_exponent - self.dtype.precision)
        size = max(size, self._kernel(step, values)).upper()
        return made + arb(0, size) if size > 0 else made

    def _holds(self, made: arb) -> bool:
        """Whether a number is known exactly and is a member of the dtype."""
        if not made.is_exact() or not made.is_finite():
            return False
        mantissa, exponent = made.man_exp()
        lowest = self.dtype.min_exponent - self.dtype.precision + 1
        return int(mantissa).bit_length() <= self.dtype.precision and (mantissa == 0 or int(exponent) >= lowest)

    def _kernel(self, step: Step, values: Sequence[Value]) -> arb:
        """How far from the function torch's kernel may be, where that is composed of others: each of these rounds."""
        row = vocabulary.find(step.op, len(step.args)) if is_row(step) else None
        if row is None or not row.forward:
            return arb(0)
        operands = [values[i].mid() for i in step.args]
        computed = defined(row.forward, row.names, operands, self.ball)
        true = defined(row.definition, row.names, operands)
        return abs(computed - true).upper() if type(computed) is arb and type(true) is arb else arb.pos_inf()


def _roundings(step: Step) -> float:
    """How many units of roundoff an operation is off at most, relatively."""
    if step.op == WHOLE_POWER:
        return 1 if step.text == "2" else 2
    if is_row(step):
        return 2 * vocabulary.find(step.op, len(step.args)).ulps
    return 2 if step.op == "pow" else 1


def _account(program: _Program, name: str, found: float, truth: arb) -> Account:
    position = program.positions[name]
    if position is None:
        return Account(0.0)
    true, wide = program.true[position], program.wide[position]
    if type(true) is Missing:
        return _UNKNOWN
    flat = _flat(program, position) if truth == 0 else None
    if type(true) is not arb:  # absent: every contribution is behind a branch that is not taken
        return Account(0.0, flat=flat)
    bound = abs(wide - truth).upper() if type(wide) is arb and wide.is_finite() else arb.pos_inf()
    error = abs(arb(found) - truth) if math.isfinite(found) else arb.pos_inf()
    return Account(_float(bound), tuple(_suspects(program, position, error)), flat, _only_call(program))


def _only_call(program: _Program) -> tuple[int, int] | None:
    """The piece of the source of the one function that the formula calls; None if there are more."""
    steps = program.graph.steps[: program.result + 1]
    calls = {step.span for step in steps if is_row(step)}
    return calls.pop() if len(calls) == 1 else None


def _suspects(program: _Program, position: int, error: arb) -> list[Suspect]:
    """The steps whose loss explains a part of the error, the first to be blamed first."""
    reached = _evaluated(program, position)
    losses = [(node, loss) for node in reached if (loss := _loss(program, node)) is not None]
    if not losses:
        return []
    weights = _weights(program, position, [node for node, _ in losses])
    order = list(Loss)
    relevant = [(order.index(loss), node) for node, loss in losses if _matters(program, node, loss, weights, error)]
    return [_suspect(program, node, order[place]) for place, node in sorted(relevant)]


def _evaluated(program: _Program, position: int) -> list[int]:
    """The steps that were computed for this derivative, in order."""
    reached, waiting = {position}, [position]
    while waiting:
        for operand in program.graph.steps[waiting.pop()].args:
            if operand not in reached and program.true[operand] is not None:
                reached.add(operand)
                waiting.append(operand)
    return sorted(reached)


def _loss(program: _Program, node: int) -> Loss | None:
    """What the format does to this step that it does not do to its operands."""
    true, wide, step, dtype = program.true[node], program.wide[node], program.graph.steps[node], program.dtype
    if step.op in COMPARISONS:
        return Loss.CLAMP if _overlap(program, step) else None
    if type(true) is not arb or not step.args or true == 0:
        return None
    forward = node <= program.result
    if abs(true) >= arb(2) ** (dtype.max_exponent + 1):
        return Loss.OVERFLOW if forward else Loss.BACKWARD_OVERFLOW
    additive = step.op in {"add", "sub", TOTAL}
    # A sum that is 0 as far as it is known is one of large numbers that cancel.
    if abs(true) < arb(2) ** (dtype.min_exponent - dtype.precision // 2) and not (additive and true.contains(0)):
        return Loss.UNDERFLOW if forward else Loss.BACKWARD_UNDERFLOW
    if not additive or type(wide) is not arb:
        return None
    before = max((_relative(program, operand) for operand in step.args), default=0.0)
    if _relative(program, node) <= _GROWTH * max(before, dtype.unit_roundoff):
        return None
    return Loss.CANCELLATION if forward or step.op == TOTAL else Loss.SATURATION


def _overlap(program: _Program, step: Step) -> bool:
    a, b = (program.wide[i] for i in step.args)
    return type(a) is arb and type(b) is arb and not (a.is_exact() and b.is_exact()) and bool(a.overlaps(b))


def _relative(program: _Program, node: int) -> float:
    """The relative error that a step may have; infinite for one that is 0."""
    true, wide = program.true[node], program.wide[node]
    if type(true) is not arb or type(wide) is not arb:
        return 0.0
    radius = wide.rad()
    if radius == 0:
        return 0.0
    return math.inf if true.contains(0) else _float(radius / abs(true))


def _weights(program: _Program, position: int, nodes: Sequence[int]) -> dict[int, Value]:
    """The derivative of this derivative by each of the steps."""
    graph = Graph.like(program.graph)
    try:
        places = adjoints(graph, position, {node for node in nodes if node <= position}, Rules())
        values = run(graph.steps, [places[node] for node in nodes if node in places], program.deadline)
    except (OutOfReachError, TimeoutError):
        return {}
    return {node: values[places[node]] for node in nodes if node in places}


def _matters(program: _Program, node: int, loss: Loss, weights: Mapping[int, Value], error: arb) -> bool:
    if loss in {Loss.OVERFLOW, Loss.BACKWARD_OVERFLOW, Loss.CLAMP} or not error.is_finite():
        return True
    weight, true, wide = weights.get(node), program.true[node], program.wide[node]
    if type(weight) is not arb or not weight.is_finite():
        return True
    lost = abs(wide - true.mid()).upper() if type(wide) is arb else abs(true)
    return bool(abs(weight).upper() * lost >= error.lower() * _SHARE)


def _suspect(program: _Program, node: int, loss: Loss) -> Suspect:
    step, true = program.graph.steps[node], program.true[node]
    span = _around(program, node) if step.op == TOTAL else step.span or (0, 0)
    if step.op == TOTAL and loss is Loss.CANCELLATION:
        largest = max((abs(program.true[i]).upper() for i in step.args if type(program.true[i]) is arb), default=arb(0))
        return Suspect(loss, span, _short(largest), len(step.args))
    return Suspect(loss, span, _short(true) if type(true) is arb else "")


def _around(program: _Program, node: int) -> tuple[int, int]:
    """The smallest piece of the source that holds all uses of the step whose contributions are summed."""
    summed = int(program.graph.steps[node].text)
    typed = [(step.span, step.args) for step in program.graph.steps[: program.result + 1] if step.span is not None]
    users = [span for span, args in typed if summed in args]
    if not users:  # what is summed belongs to a derivative of lower order, which nobody typed
        return program.graph.steps[summed].span or (0, 0)
    start, stop = min(span.start for span in users), max(span.stop for span in users)
    holding = (span for span, _ in typed if span.start <= start and span.stop >= stop)
    return min(holding, key=lambda span: span.stop - span.start)


def _flat(program: _Program, position: int) -> tuple[int, int] | None:
    """The first step by which a derivative is 0 all around the point, because a piece was chosen that is constant."""
    flat: dict[int, tuple[int, int]] = {}
    for node in _evaluated(program, position):
        step, true = program.graph.steps[node], program.true
        operands = _operands(program, step)
        spans = [flat[i] for i in operands if i in flat]
        if step.span is not None and _chooses_zero(program, step, operands, absent=true[node] is ABSENT):
            flat[node] = spans[0] if spans else step.span
        elif spans and (step.op in _MULTIPLIES or len(spans) == len(operands)):
            flat[node] = spans[0]
    return flat.get(position) or _step_function(program)


def _step_function(program: _Program) -> tuple[int, int] | None:
    """The first function that torch gives the slope 0 everywhere."""
    for step in program.graph.steps[: program.result + 1]:
        if is_row(step) and vocabulary.find(step.op, len(step.args)).backward == ("0",):
            return step.span
    return None


def _operands(program: _Program, step: Step) -> list[int]:
    """The operands that the step's number is made of: of a choice the piece that is taken."""
    if step.op == "where":
        return [step.args[1 if program.true[step.args[0]] is True else 2]]
    return [i for i in step.args if program.true[i] is not None and type(program.true[i]) is not bool]


def _chooses_zero(program: _Program, step: Step, operands: Sequence[int], *, absent: bool) -> bool:
    """Whether a choice between pieces takes the number 0 or nothing; a condition of equality only mends a point."""
    if step.op not in {"where", MASK} or program.graph.steps[step.args[0]].op in {"eq", "ne"}:
        return False
    taken = program.graph.steps[operands[0]] if operands else None
    return absent or (taken is not None and taken.op == NUMBER and taken.stored == 0)


def _short(value: arb) -> str:
    if value.contains(0) and not value.is_zero():
        return f"0 within {abs(value).upper().str(2, radius=False)}"
    return str(value.str(6, radius=False))


def _float(value: arb) -> float:
    """An upper end as a float; infinite beyond the largest."""
    if not value.is_finite():
        return math.inf
    return float(value.upper()) if value < arb(2) ** 1023 else math.inf
