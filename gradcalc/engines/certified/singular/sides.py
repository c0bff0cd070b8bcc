"""How a formula behaves on both sides of a point: by series, and by difference quotients where no series tells.

Comes in: steps, a variable and the order of the derivative. Goes out: a `Behaviour`. Imports flint: only `schedule`
imports this module, when the program as it is written has no slope.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import ctx, fmpq

from gradcalc.dtypes import FLOAT64
from gradcalc.engines.certified.balls.rounding import enclosure
from gradcalc.engines.certified.errors import OutOfReachError, UndecidedError, UndefinedError, UnsupportedError
from gradcalc.engines.certified.evaluator import Gap, Missing, ball, connected
from gradcalc.engines.certified.graph import GIVEN, WHOLE_POWER, Step
from gradcalc.engines.certified.precision import precisions
from gradcalc.engines.certified.records import Behaviour, BehaviourKind, Break, Side
from gradcalc.engines.certified.singular import elementary, expansions, growth, quotients
from gradcalc.engines.certified.singular.growth import Beyond
from gradcalc.engines.certified.singular.quotients import LEFT, RIGHT, decimal
from gradcalc.engines.certified.singular.series import Field, Number, Series
from gradcalc.language.tape import COMPARISONS, CONNECTIVES, CONSTANT, NUMBER, VARIABLE

#: A series, `Beyond`, a condition, or why there is none.
Value = Series | Beyond | bool | Missing

_GAPS: dict[type[Exception], Gap] = {
    UndefinedError: Gap.UNDEFINED,
    UnsupportedError: Gap.UNSUPPORTED,
    OutOfReachError: Gap.OUT_OF_REACH,
}
#: Of the difference of the two sides, whether a comparison holds: below, at and above 0.
_HOLDS = {"lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (0, 1), "eq": (0,), "ne": (-1, 1)}


def behaviour(steps: Sequence[Step], variable: str, order: int, digits: int, deadline: float) -> Behaviour:
    """What is seen at the stored point along one variable, left and right of it; the result is the last step.

    Raises `TimeoutError` once the thread's clock has passed `deadline`.
    """
    reason = ""
    for bits, terms, last in _attempts(order, digits):
        with ctx.workprec(bits):
            try:
                return _Judge(_expanded(steps, variable, Field(terms, deadline)), order, digits, last=last).judge()
            except _OscillatesError as error:
                return _undecided(str(error))
            except (UndecidedError, UndefinedError) as error:
                reason = f"{error} could not be decided"
    return quotients.watch(steps, variable, order, digits, deadline) or _undecided(reason)


def _undecided(reason: str) -> Behaviour:
    unknown = Side(defined=None, proved=False)
    return Behaviour(BehaviourKind.UNDECIDED, unknown, unknown, proved=False, reason=reason)


def _attempts(order: int, digits: int) -> Iterator[tuple[int, int, bool]]:
    """Bits and numbers of terms: more of both, as leading terms cancel or balls contain 0."""
    bits, more, most = precisions(digits)
    few = order + 2
    yield bits, few, False
    # Bits are cheap where there are few terms.
    yield most, few, True
    yield bits, 2 * few, False
    yield more, 4 * few, False
    yield most, 8 * few, True


# -- the pass over the steps


def _expanded(steps: Sequence[Step], variable: str, field: Field) -> tuple[Value, Value, Value]:
    """The formula to the left of the point, at the point and to the right."""
    moving: list[bool] = []
    for step in steps:
        moving.append((step.op == VARIABLE and step.text == variable) or any(moving[i] for i in step.args))
    fixed: dict[int, Value] = {}
    left, here, right = (
        _Pass(steps, variable, direction, field, moving, fixed).value(len(steps) - 1) for direction in (LEFT, 0, RIGHT)
    )
    return left, here, right


@dataclass(slots=True)
class _Pass:
    """The steps as series in t, the variable being its stored value plus direction*t; without recursion.

    A branch that is not taken is not expanded. What does not change is kept in `fixed` for the other passes.
    """

    steps: Sequence[Step]
    variable: str
    direction: int
    field: Field
    moving: Sequence[bool]
    fixed: dict[int, Value]

    def value(self, result: int) -> Value:
        """The step's value."""
        values: dict[int, Value] = {}
        waiting = [result]
        while waiting:
            node = waiting[-1]
            known = values if self.moving[node] else self.fixed
            needed = [] if node in known else self._needed(self.steps[node], values)
            if needed:
                waiting.extend(needed)
                continue
            waiting.pop()
            if node not in known:
                self.field.tick()
                known[node] = self._guarded(self.steps[node], values)
        return self._known(result, values)

    def _known(self, node: int, values: dict[int, Value]) -> Value:
        return values[node] if self.moving[node] else self.fixed[node]

    def _needed(self, step: Step, values: dict[int, Value]) -> list[int]:
        """The operands that are not there yet; of a branch the one taken."""

        def absent(node: int) -> bool:
            return node not in (values if self.moving[node] else self.fixed)

        args = step.args
        if step.op == "where":
            if absent(args[0]):
                return [args[0]]
            condition = self._known(args[0], values)
            args = () if isinstance(condition, Missing) else args[1:2] if condition else args[2:]
        return [node for node in args if absent(node)]

    def _guarded(self, step: Step, values: dict[int, Value]) -> Value:
        try:
            return self._made(step, values)
        except UndecidedError as error:
            return Missing(Gap.EITHER if step.op in COMPARISONS else Gap.UNDECIDED, str(error))
        except (UndefinedError, UnsupportedError, OutOfReachError) as error:
            return Missing(_GAPS[type(error)], str(error))

    def _made(self, step: Step, values: dict[int, Value]) -> Value:
        op, args = step.op, step.args
        if not args:
            return self._leaf(step)
        if op == "where":
            condition = self._known(args[0], values)
            if isinstance(condition, Missing):
                return condition._replace(gap=max(condition.gap, Gap.UNDECIDED))
            return self._known(args[1 if condition else 2], values)
        if op in CONNECTIVES:
            truth: Value = connected(op, [self._known(node, values) for node in args])
            return truth
        operands: list[Any] = [self._known(node, values) for node in args]
        missing = [operand for operand in operands if isinstance(operand, Missing)]
        if missing:
            return max(missing)
        return self._known(args[0], values) if op == GIVEN else self._operated(step, operands)

    def _operated(self, step: Step, operands: list[Any]) -> Value:
        op, same = step.op, len(step.args) == 2 and step.args[0] == step.args[1]
        if op in COMPARISONS:
            difference = 0 if same else growth.sign(growth.subtract(*operands))
            return difference in _HOLDS[op]
        match op:
            case "neg":
                return growth.negative(operands[0])
            case "add":
                return growth.add(*operands)
            case "sub":
                return self.field.constant(0) if same else growth.subtract(*operands)
            case "mul":
                return growth.multiply(*operands)
            case "div":
                return growth.divide(*operands)
            case "pow":
                return elementary.power(self.field, *operands)
        if op == WHOLE_POWER:
            return growth.whole_power(operands[0], int(step.text))
        return expansions.call(self.field, op, operands)

    def _leaf(self, step: Step) -> Series:
        if step.op == CONSTANT:
            return expansions.constant(self.field, step.text)
        stored = step.stored
        if not ball(stored).is_finite():
            raise UndecidedError("infinity")
        start: fmpq = (
            fmpq(stored.numerator, stored.denominator) if isinstance(stored, Fraction) else ball(stored).fmpq()
        )
        assert step.op in {NUMBER, VARIABLE}, "derivatives are not expanded"
        moves = step.op == VARIABLE and step.text == self.variable
        return self.field.line(start, self.direction) if moves else self.field.constant(start)


# -- what the expansions say

#: A limit: a number, an infinity as a float, or none.
Limit = Number | float | None


class _Judge:
    """The classification. Raises `UndecidedError` where more terms or bits may tell more."""

    def __init__(self, seen: tuple[Value, Value, Value], order: int, digits: int, *, last: bool) -> None:
        self._left, self._here, self._right = seen
        self._order = order
        self._digits = digits
        self._last = last

    def judge(self) -> Behaviour:
        """The kind, by the limits first, then by the derivatives up to the order."""
        left, right = self._left, self._right
        for value in (left, right, self._here):
            if isinstance(value, Missing) and value.gap is not Gap.UNDEFINED:
                raise UndecidedError(value.reason)
        ends = [_limit(value) for value in (left, right) if not isinstance(value, Missing)]
        if len(ends) == 1:
            return self._told(BehaviourKind.EDGE)
        if not ends:
            return self._told(BehaviourKind.OUTSIDE if isinstance(self._here, Missing) else BehaviourKind.ISOLATED)
        if any(isinstance(end, float) for end in ends):
            return self._told(BehaviourKind.POLE)
        if not _equal(*ends):
            return self._told(BehaviourKind.JUMP)
        if isinstance(self._here, Missing):
            return self._told(BehaviourKind.REMOVABLE)
        if not _equal(_limit(self._here), ends[0]):
            return self._told(BehaviourKind.ISOLATED)
        return self._smoothness()

    def _smoothness(self) -> Behaviour:
        """Of a continuous function: the first derivative that the sides do not share, if there is one."""
        for order in range(1, self._order + 1):
            slopes = [_slope(side, direction, order) for side, direction in self._sides()]
            infinite = isinstance(slopes[0], float) and slopes[0] == slopes[1]
            if infinite or not _equal(*slopes):
                broken = Break(order, *map(self._text, slopes))
                return self._told(BehaviourKind.VERTICAL_TANGENT if infinite else BehaviourKind.CORNER, broken=broken)
        return self._told(BehaviourKind.DIFFERENTIABLE, slopes[0])

    def _sides(self) -> list[tuple[Value, int]]:
        return [(self._left, LEFT), (self._right, RIGHT)]

    def _told(self, kind: BehaviourKind, slope: Limit = None, broken: Break | None = None) -> Behaviour:
        left, right = (self._side(value, direction, kind) for value, direction in self._sides())
        here = None if isinstance(self._here, Missing) else _limit(self._here)
        value = None if here is None else self._text(here)
        told = enclosure(slope.ball, FLOAT64, self._digits, last=self._last) if isinstance(slope, Number) else None
        return Behaviour(kind, left, right, told, value, self._order, broken)

    def _side(self, value: Value, direction: int, kind: BehaviourKind) -> Side:
        if isinstance(value, Missing):
            return Side(defined=False, reason=value.reason)
        limit = self._text(_limit(value))
        if kind is BehaviourKind.POLE:
            return Side(defined=True, limit=limit)
        try:
            return Side(defined=True, limit=limit, slope=self._text(_slope(value, direction, self._order)))
        except _OscillatesError as error:
            return Side(defined=True, limit=limit, reason=str(error))

    def _text(self, limit: Limit) -> str:
        if isinstance(limit, float):
            return str(limit)
        assert isinstance(limit, Number), "a side that is there has limits"
        return decimal(limit.ball, self._digits, last=self._last)


class _OscillatesError(UndecidedError):
    """No series tells of a limit, however many terms it has, and difference quotients may mislead."""


def _limit(value: Value) -> Limit:
    if isinstance(value, Beyond):
        return value.sign * math.inf
    assert isinstance(value, Series), "a number"
    if value.rough and not value.terms and value.end is not None and value.end <= 0:
        raise _OscillatesError("what oscillates without end has no limit that could be told")
    limit: Limit = value.limit()
    return limit


def _equal(a: Limit, b: Limit) -> bool:
    """Whether two limits are the same number. Raises `UndecidedError` where that is not seen."""
    if isinstance(a, Number) and isinstance(b, Number):
        return (a - b).sign() == 0
    return a == b


def _slope(value: Value, direction: int, order: int) -> Limit:
    """The one-sided derivative of the order: the limit of f's derivative, or by its definition where f oscillates."""
    turn = direction**order
    if isinstance(value, Beyond):
        return math.inf if value.sign * (1 if order % 2 == 0 else -1) * turn > 0 else -math.inf
    assert isinstance(value, Series), "a number"
    if value.rough and order == 1:
        if isinstance(_limit(value), float):
            raise _OscillatesError("the slope oscillates without end")
        return _times(_limit(value.rest().shifted(Fraction(-1))), turn)
    if value.rough:
        raise _OscillatesError("the slope oscillates without end")
    for _ in range(order):
        value = value.derivative()
    return _times(_limit(value), turn)


def _times(limit: Limit, turn: int) -> Limit:
    if limit is None or turn > 0:
        return limit
    turned: Limit = -limit
    return turned
