"""Tape -> steps: equal subexpressions share one step, and literals become the numbers that are stored.

Comes in: a scalar tape, the point and the dtype. Goes out: a `Graph` of `Step` records in evaluation order.
Imports `dtypes`, `errors` (for spans) and `language`.

Sharing makes `x == x` and `f(x) - f(x)` exact for any f, and a derivative, which repeats itself, cheaper.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import NamedTuple

from gradcalc.dtypes import DType, exact
from gradcalc.engines.certified.errors import OutOfReachError
from gradcalc.errors import Span
from gradcalc.language import vocabulary
from gradcalc.language.lowering import definition, discardable, is_call
from gradcalc.language.tape import NUMBER, VARIABLE, Instruction, Tape
from gradcalc.language.vocabulary import Function

#: A power whose exponent is a whole-number literal, exact because torch takes it as a Python number.
WHOLE_POWER = "whole power"

#: What differentiation adds to the operations of a tape; `machine` says what they compute. The text of a total is the
#: position of the step that its parts are contributions to.
CHAIN, TOTAL, MASK = "chain", "total", "mask"

#: The first operand, provided that the others have values: what a function is given counts, also where it is discarded.
GIVEN = "given"

#: A derivative that no rule is known for; `text` is the reason.
LACKING = "lacking"

#: A derivative by a function's first argument, its order, that is computed from the function's values. The text is the
#: function's name and how often it is differentiated.
BY_ORDER = "derivative by the order"

#: The text of a mask for the second branch.
ELSE = "else"

#: The operations above that are no functions of the vocabulary.
_OWN = frozenset({WHOLE_POWER, CHAIN, TOTAL, MASK, GIVEN, LACKING, BY_ORDER})

#: Steps of a derivative, above which ball arithmetic is not begun.
_MOST_STEPS = 1_500_000
#: New steps after which the clock is looked at.
_LOOKS = 1024


Stored = float | int | Fraction | None


class Step(NamedTuple):
    """An operation of the tape, `args` being positions of earlier steps.

    `text` is the literal, the variable's or constant's name, or the exponent of a `WHOLE_POWER`; `stored` is the number
    that a literal or a variable stands for, a fraction where it is read exactly; `span` is the piece of the source that
    it comes from.
    """

    op: str
    args: tuple[int, ...]
    text: str
    stored: Stored = None
    span: Span | None = None


def is_row(step: Step) -> bool:
    """Whether a step calls a function of the vocabulary."""
    return step.op not in _OWN and is_call(step.op)


def _lacks_ball(row: Function) -> bool:
    """Whether ball arithmetic computes a function by its definition."""
    return not row.arb


class Graph:
    """Steps that grow at the end; what is added twice is one step, with the span of the first.

    A function that the graph `lacks` is replaced by its definition. deadline: on the thread's clock,
    `time.thread_time`, after which it does not grow any more.
    """

    def __init__(self, lacks: Callable[[Function], bool] = _lacks_ball) -> None:
        self.deadline = math.inf
        self.steps: list[Step] = []
        self._lacks = lacks
        self._known: dict[tuple[object, ...], int] = {}

    def add(
        self,
        op: str,
        args: tuple[int, ...] = (),
        text: str = "",
        stored: Stored = None,
        span: Span | None = None,
    ) -> int:
        """The position of this step. Raises `OutOfReachError` for too many, `TimeoutError` after the deadline."""
        key = (op, args, text, stored)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.steps)
            if found >= _MOST_STEPS:
                raise OutOfReachError(f"the derivative takes more than {_MOST_STEPS:,} steps")
            if not found % _LOOKS and time.thread_time() > self.deadline:
                raise TimeoutError
            self.steps.append(Step(op, args, text, stored, span))
        return found

    @classmethod
    def like(cls, other: Graph) -> Graph:
        """A copy to which steps can be added without touching the other."""
        made = cls(other._lacks)
        made.steps, made._known = [*other.steps], {**other._known}
        return made

    def number(self, value: int, span: Span | None = None) -> int:
        """The step of a whole number."""
        return self.add(NUMBER, (), str(value), value, span)

    def read(
        self,
        tape: Tape,
        stored: Callable[[Instruction], Stored],
        bound: Mapping[str, int],
        span: Span | None = None,
    ) -> int:
        """Add a tape; `bound` are the steps that its variables stand for, `span` is told instead of its own."""
        place: list[int] = []
        for step in tape.instructions:
            if step.op == VARIABLE and step.text in bound:
                place.append(bound[step.text])
            else:
                place.append(self.instruction(tape, step, place, stored, span))
        return place[-1]

    def adopt(self, other: Graph, result: int, bound: Mapping[int, int]) -> int:
        """Add the steps of another graph up to a result; `bound` are the steps that its leaves stand for."""
        place: dict[int, int] = dict(bound)
        for node, step in enumerate(other.steps[: result + 1]):
            if node not in place:
                args = tuple(place[i] for i in step.args)
                place[node] = self.add(step.op, args, step.text, step.stored, step.span)
        return place[result]

    def _extreme(self, op: str, a: int, b: int, span: Span) -> int:
        return a if a == b else self.add(op, (a, b), "", None, span)

    def instruction(
        self,
        tape: Tape,
        step: Instruction,
        place: Sequence[int],
        stored: Callable[[Instruction], Stored],
        span: Span | None = None,
    ) -> int:
        """Add an instruction of a tape; `place` has the steps of those before it, the rest is as in `read`."""
        args, span = tuple(place[i] for i in step.args), span or step.span
        row = vocabulary.find(step.op, len(args)) if is_call(step.op) else None
        if row is not None and row.definition and self._lacks(row):
            result = self.read(definition(row), stored, dict(zip(row.names, args, strict=True)), span)
            discarded = tuple(args[position] for position in discardable(row))
            return self.add(GIVEN, (result, *discarded), "", None, span) if discarded else result
        if step.op == "pow":
            exponent = tape.whole_literal(step.args[1])
            if exponent is not None:
                return self.add(WHOLE_POWER, args[:1], str(exponent), None, span)
        if step.op in {"max", "min"}:
            # As torch does, two at a time; of one and the same number the extreme is that number, without a kink.
            return reduce(lambda a, b: self._extreme(step.op, a, b, span), args)
        return self.add(step.op, args, step.text, stored(step), span)


def share(
    tape: Tape,
    point: Mapping[str, float],
    dtype: DType,
    *,
    exact_integers: bool = False,
    lacks: Callable[[Function], bool] = _lacks_ball,
) -> tuple[Graph, int]:
    """The steps of `tape`, the functions that it `lacks` replaced by their definitions, and the result's position.

    A literal is rounded to `dtype`; with `exact_integers` one without point and exponent is not. A literal beyond the
    largest number of the dtype is stored as an infinity.
    """
    graph = Graph(lacks)
    return graph, graph.read(tape, storing(point, dtype, exact_integers=exact_integers), {})


def storing(
    point: Mapping[str, float], dtype: DType, *, exact_integers: bool = False
) -> Callable[[Instruction], Stored]:
    """What tells the number that an instruction stores, as `share` has it; None for one that stores none."""

    def stored(step: Instruction) -> Stored:
        if step.op == VARIABLE:
            return point[step.text]
        if step.op != NUMBER:
            return None
        return int(step.text) if exact_integers and step.text.isdigit() else dtype.nearest(exact(step.text))

    return stored


def share_exactly(graph: Graph, tape: Tape) -> int:
    """Add `tape` to a graph, each literal as the decimal that was typed; its variables are not stored yet."""

    def stored(step: Instruction) -> Stored:
        value = exact(step.text) if step.op == NUMBER else None
        return value.numerator if value is not None and value.denominator == 1 else value

    return graph.read(tape, stored, {})
