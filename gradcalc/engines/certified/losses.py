"""Where a program loses digits that its derivatives need, and where a derivative is 0 by a choice.

Comes in: the steps with their true values and their balls with rounding. Goes out: a `Suspect` for each derivative,
or a piece of the source. Imports flint: only `rounding_error` imports this module.

What does not depend on the derivative is computed once for all of them. What a loss weighs in a derivative that it
reaches is not: that takes a pass over what the derivative is computed from, and these passes are counted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from flint import arb

from gradcalc.deadline import Deadline
from gradcalc.dtypes import DType
from gradcalc.engines.certified.derivatives import Rules, adjoints
from gradcalc.engines.certified.errors import OutOfReachError
from gradcalc.engines.certified.evaluator import ABSENT, Value, run
from gradcalc.engines.certified.graph import CHAIN, MASK, TOTAL, Graph, Step, is_row
from gradcalc.engines.certified.pieces import Pieces
from gradcalc.engines.certified.records import Loss, Suspect
from gradcalc.language import vocabulary
from gradcalc.language.tape import COMPARISONS, NUMBER

#: Digits are lost where an error grows by more than this, relatively.
_GROWTH = 4
#: A loss matters if it explains more than this part of what is wrong.
_SHARE = 0.1
#: The passes over what a derivative is computed from may visit as many steps as so many passes over the whole program,
#: and so many steps in any case.
_PASSES, _VISITS = 8, 10_000
#: Steps after which the clock is looked at.
_LOOKS = 256

_ORDER = tuple(Loss)
#: Losses that matter wherever they reach.
_CERTAIN = frozenset({Loss.OVERFLOW, Loss.BACKWARD_OVERFLOW, Loss.CLAMP})

#: Operations that are 0 where one operand is.
_MULTIPLIES = frozenset({"mul", CHAIN})

#: A loss as it is blamed: its place in `Loss`, and the step.
_Blame = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rounded:
    """A typed program with torch's backward pass: its steps, their `true` values and their balls with rounding, `wide`.

    result: the position of the formula's value, which the steps of the backward pass follow.
    """

    steps: Sequence[Step]
    result: int
    dtype: DType
    true: Sequence[Value]
    wide: Sequence[Value]

    def operands(self, node: int) -> list[int]:
        """The operands of a step that were computed."""
        return [i for i in self.steps[node].args if self.true[i] is not None]

    def only_call(self) -> tuple[int, int] | None:
        """The piece of the source of the one function that the formula calls; None if there are more."""
        calls = {step.span for step in self.steps[: self.result + 1] if is_row(step)}
        return calls.pop() if len(calls) == 1 else None


class Losses:
    """The losses of one program. Questions raise `TimeoutError` where the deadline or the passes do not suffice."""

    def __init__(self, program: Rounded, deadline: Deadline) -> None:
        self._program = program
        self._deadline = deadline
        self._left = max(_PASSES * len(program.steps), _VISITS)
        self._suspects: dict[_Blame, Suspect] = {}

    def suspect(self, position: int, error: arb) -> Suspect | None:
        """The first step whose loss explains a part of the error of the derivative at a position."""
        first, certain = self._first[position], self._certain[position]
        if first is None:
            return None
        blame = first if first == certain or not error.is_finite() else self._weighed(position, error)
        if blame is None:
            return None
        if blame not in self._suspects:
            self._suspects[blame] = self._told(blame)
        return self._suspects[blame]

    def flat(self, position: int) -> tuple[int, int] | None:
        """The first step by which a derivative is 0 all around the point: a piece was chosen that is constant."""
        return self._flat.get(position) or self._step_function

    # -- computed once

    @cached_property
    def _losses(self) -> dict[int, Loss]:
        found = {}
        for node, value in enumerate(self._program.true):
            self._look(node)
            loss = None if value is None else _loss(self._program, node)
            if loss is not None:
                found[node] = loss
        return found

    @cached_property
    def _first(self) -> list[_Blame | None]:
        """The loss to be blamed first among those that reach each step."""
        return self._reaching({node: (_ORDER.index(loss), node) for node, loss in self._losses.items()})

    @cached_property
    def _certain(self) -> list[_Blame | None]:
        """The same of the losses that matter wherever they reach."""
        certain = {node: loss for node, loss in self._losses.items() if loss in _CERTAIN}
        return self._reaching({node: (_ORDER.index(loss), node) for node, loss in certain.items()})

    def _reaching(self, own: Mapping[int, _Blame]) -> list[_Blame | None]:
        reaching: list[_Blame | None] = [None] * len(self._program.true)
        if not own:
            return reaching
        for node, value in enumerate(self._program.true):
            self._look(node)
            if value is not None:
                blames = [reaching[i] for i in self._program.operands(node)] + [own.get(node)]
                reaching[node] = min((blame for blame in blames if blame is not None), default=None)
        return reaching

    @cached_property
    def _flat(self) -> dict[int, tuple[int, int]]:
        """For each step that is 0 by a choice the piece that was chosen."""
        flat: dict[int, tuple[int, int]] = {}
        for node, value in enumerate(self._program.true):
            self._look(node)
            if value is None:
                continue
            step = self._program.steps[node]
            operands = _made_of(self._program, node)
            spans = [flat[i] for i in operands if i in flat]
            if step.span is not None and _chooses_zero(self._program, step, operands, absent=value is ABSENT):
                flat[node] = spans[0] if spans else step.span
            elif spans and (step.op in _MULTIPLIES or len(spans) == len(operands)):
                flat[node] = spans[0]
        return flat

    @cached_property
    def _step_function(self) -> tuple[int, int] | None:
        """The first function that torch gives the slope 0 everywhere."""
        for step in self._program.steps[: self._program.result + 1]:
            if is_row(step) and vocabulary.find(step.op, len(step.args)).backward == ("0",):
                return step.span
        return None

    @cached_property
    def _pieces(self) -> Pieces:
        return Pieces(self._program.steps, self._program.result)

    # -- for one derivative

    def _weighed(self, position: int, error: arb) -> _Blame | None:
        """The first loss that matters, among those that may not."""
        certain = self._certain[position]
        reached = self._reached(position)
        blames = [(_ORDER.index(self._losses[node]), node) for node in reached if node in self._losses]
        earlier = sorted(blame for blame in blames if certain is None or blame < certain)
        weights = self._weights(position, reached, [node for _, node in earlier])
        mattering = (blame for blame in earlier if _matters(self._program, blame[1], weights.get(blame[1]), error))
        return next(mattering, certain)

    def _reached(self, position: int) -> list[int]:
        """The steps that were computed for the derivative, in order."""
        if self._left <= 0:
            raise TimeoutError
        reached, waiting = {position}, [position]
        while waiting:
            for operand in self._program.operands(waiting.pop()):
                if operand not in reached:
                    reached.add(operand)
                    waiting.append(operand)
        self._left -= len(reached)
        self._deadline.check()
        return sorted(reached)

    def _weights(self, position: int, reached: Sequence[int], nodes: Sequence[int]) -> dict[int, Value]:
        """The derivative of this derivative by each of the steps that is known."""
        graph, known = Graph(), list[Value]()
        graph.deadline = self._deadline.moment
        place = dict[int, int]()
        for node in reached:
            step = self._program.steps[node]
            # A branch that was not taken has no part in it.
            args = tuple(place[i] if i in place else graph.number(0) for i in step.args)
            place[node] = graph.add(step.op, args, step.text, step.stored, step.span)
            known += [arb(0)] * (len(graph.steps) - len(known))
            known[place[node]] = self._program.true[node]
        try:
            derivatives = adjoints(graph, place[position], {place[node] for node in nodes}, Rules())
            wanted = {node: derivatives[place[node]] for node in nodes if place[node] in derivatives}
            values = run(graph.steps, list(wanted.values()), self._deadline.moment, begun=known)
        except OutOfReachError:
            return {}
        return {node: values[weight] for node, weight in wanted.items()}

    def _told(self, blame: _Blame) -> Suspect:
        loss, node = _ORDER[blame[0]], blame[1]
        step, true = self._program.steps[node], self._program.true
        span = self._pieces.around(int(step.text)) if step.op == TOTAL else step.span or (0, 0)
        if step.op == TOTAL and loss is Loss.CANCELLATION:
            largest = max((abs(true[i]).upper() for i in step.args if type(true[i]) is arb), default=arb(0))
            return Suspect(loss, span, _short(largest), len(step.args))
        return Suspect(loss, span, _short(true[node]) if type(true[node]) is arb else "")

    def _look(self, node: int) -> None:
        if not node % _LOOKS:
            self._deadline.check()


def as_float(value: arb) -> float:
    """An upper end as a float; infinite beyond the largest."""
    if not value.is_finite():
        return math.inf
    return float(value.upper()) if value < arb(2) ** 1023 else math.inf


def _loss(program: Rounded, node: int) -> Loss | None:
    """What the format does to this step that it does not do to its operands."""
    true, wide, step, dtype = program.true[node], program.wide[node], program.steps[node], program.dtype
    if step.op in COMPARISONS:
        return Loss.CLAMP if _overlap(program, step) else None
    if type(true) is not arb or not step.args or true == 0:
        return None
    forward = node <= program.result
    size = abs(true)
    if size >= _power(dtype.max_exponent + 1):
        return Loss.OVERFLOW if forward else Loss.BACKWARD_OVERFLOW
    additive = step.op in {"add", "sub", TOTAL}
    # A sum that is 0 as far as it is known is one of large numbers that cancel.
    if size < _power(dtype.min_exponent - dtype.precision // 2) and not (additive and true.contains(0)):
        return Loss.UNDERFLOW if forward else Loss.BACKWARD_UNDERFLOW
    if not additive or type(wide) is not arb:
        return None
    before = max((_relative(program, operand) for operand in step.args), default=0.0)
    if _relative(program, node) <= _GROWTH * max(before, dtype.unit_roundoff):
        return None
    return Loss.CANCELLATION if forward or step.op == TOTAL else Loss.SATURATION


@cache
def _power(exponent: int) -> arb:
    """A power of 2."""
    return arb(2) ** exponent


def _overlap(program: Rounded, step: Step) -> bool:
    a, b = (program.wide[i] for i in step.args)
    return type(a) is arb and type(b) is arb and not (a.is_exact() and b.is_exact()) and bool(a.overlaps(b))


def _relative(program: Rounded, node: int) -> float:
    """The relative error that a step may have; infinite for one that is 0."""
    true, wide = program.true[node], program.wide[node]
    if type(true) is not arb or type(wide) is not arb:
        return 0.0
    radius = wide.rad()
    if radius == 0:
        return 0.0
    return math.inf if true.contains(0) else as_float(radius / abs(true))


def _matters(program: Rounded, node: int, weight: Value, error: arb) -> bool:
    true, wide = program.true[node], program.wide[node]
    if type(weight) is not arb or not weight.is_finite():
        return True
    lost = abs(wide - true.mid()).upper() if type(wide) is arb else abs(true)
    return bool(abs(weight).upper() * lost >= error.lower() * _SHARE)


def _made_of(program: Rounded, node: int) -> list[int]:
    """The operands that a step's number is made of: of a choice the piece that is taken."""
    step = program.steps[node]
    if step.op == "where":
        return [step.args[1 if program.true[step.args[0]] is True else 2]]
    return [i for i in program.operands(node) if type(program.true[i]) is not bool]


def _chooses_zero(program: Rounded, step: Step, operands: Sequence[int], *, absent: bool) -> bool:
    """Whether a choice between pieces takes the number 0 or nothing; a condition of equality only mends a point."""
    if step.op not in {"where", MASK} or program.steps[step.args[0]].op in {"eq", "ne"}:
        return False
    taken = program.steps[operands[0]] if operands else None
    return absent or (taken is not None and taken.op == NUMBER and taken.stored == 0)


def _short(value: arb) -> str:
    if value.contains(0) and not value.is_zero():
        return f"0 within {abs(value).upper().str(2, radius=False)}"
    return str(value.str(6, radius=False))
