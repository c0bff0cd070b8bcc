"""Several functions of the same variables, compared at exact points: what is told apart is proved to differ.

Comes in: scalar tapes, whose literals are the decimals as typed, and points of fractions. Goes out: `Comparison`
records. A function is a position in one graph, so that what functions share is computed once. Imports flint: only the
package's functions import this module, on their first call.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from flint import acb, arb, ctx

from gradcalc.engines.certified import derivatives
from gradcalc.engines.certified.balls.rounding import BITS_PER_DIGIT, FAR, decimal_of
from gradcalc.engines.certified.complexes import complex_value
from gradcalc.engines.certified.conditions import scope, turning
from gradcalc.engines.certified.conditions.algebra import Algebra
from gradcalc.engines.certified.conditions.literals import Signs
from gradcalc.engines.certified.conditions.scope import Claim
from gradcalc.engines.certified.evaluator import ABSENT, Gap, Missing, Value, run
from gradcalc.engines.certified.graph import TOTAL, Graph, Step, Stored, share_exactly
from gradcalc.engines.certified.records import BehaviourKind, Comparison, Pair, Relation, Scope
from gradcalc.engines.certified.singular import sides
from gradcalc.engines.certified.smoothness import unproved
from gradcalc.engines.certified.writing import written
from gradcalc.errors import Span
from gradcalc.language.tape import NUMBER, VARIABLE, Tape

Point = Mapping[str, Fraction]

_PRECISIONS = (160, 640)
#: Digits to which equal functions are compared, and the fewest that count.
_DIGITS, _FEWEST = 40, 15
#: Digits of values that differ: whatever differs at the first precision does so within these.
_APART = 48
#: Two values within this are equal, if at the last precision that is all that is known of them: 0 is never told apart.
_NOTHING = arb(2) ** -200
#: Two values within this part of one are taken to be equal.
_CLOSE = arb(2) ** -100
_BOTH_KNOWN = frozenset({Relation.EQUAL, Relation.UNEQUAL})
_RULES = derivatives.Rules()


class Family:
    """Family of named variables, each a position in one graph.

    seconds: of the thread's clock, after which every evaluation raises `TimeoutError`. A derivative of too many steps
    raises `OutOfReachError`.
    """

    def __init__(self, seconds: float) -> None:
        self._graph = Graph()
        self._algebra = Algebra(self._graph)
        self._signs = Signs(self._algebra)
        self._deadline = time.thread_time() + seconds

    def __len__(self) -> int:
        return len(self._graph.steps)

    def read(self, tape: Tape) -> int:
        """The function that a scalar tape computes."""
        return share_exactly(self._graph, tape)

    def gradient(self, function: int, wrt: Sequence[str]) -> list[int]:
        """Its derivatives, 0 by what it does not depend on."""
        return self._present(derivatives.derivatives(self._graph, function, wrt, 1, _RULES))

    def second(self, function: int, name: str) -> int:
        """Its second derivative by one variable."""
        return self._present(derivatives.derivatives(self._graph, function, [name], 2, _RULES))[0]

    def combined(self, op: str, *functions: int) -> int:
        """`neg` of one function, `add`, `sub`, `mul` or `div` of two; what is absent from a derivative is 0."""
        return self._graph.add(op, tuple(self._graph.add(TOTAL, (one, self._graph.number(0))) for one in functions))

    def inner(self, function: int, name: str) -> list[tuple[Span, int]]:
        """The pieces of the source that a function is computed from, with their derivatives by a variable."""
        found: dict[Span, int] = {}
        for node in derivatives.inner(self._graph, function, name):
            span = self._graph.steps[node].span
            slope = derivatives.tangent(self._graph, node, name, _RULES)
            if span is not None and slope is not None:
                found[span] = slope
        return list(found.items())

    def bases(self, function: int, name: str) -> list[tuple[Span, int]]:
        """The bases of the powers in a function that change with a variable, with the spans of the powers."""
        nodes = [*derivatives.inner(self._graph, function, name), function]
        steps = [self._graph.steps[node] for node in nodes]
        return [(step.span, step.args[0]) for step in steps if step.op in {"pow", "whole power"} and step.span]

    def by_power_rule(self, function: int, name: str) -> int | None:
        """What the rule for x**n makes of a**u where u changes: u*a**(u - 1) times u'; None for what is no power."""
        step = self._graph.steps[function]
        slope = derivatives.tangent(self._graph, step.args[1], name, _RULES) if step.op == "pow" else None
        if slope is None:
            return None
        base, exponent = step.args
        lower = self._graph.add("pow", (base, self._graph.add("sub", (exponent, self._graph.number(1)))))
        return self._graph.add("mul", (self._graph.add("mul", (exponent, lower)), slope))

    def contributions(self, function: int, name: str) -> list[tuple[str, Span, int]]:
        """The parts that a derivative is the sum of: operation, the operand's piece of the source, the part."""
        parts = derivatives.contributions(self._graph, function, name, _RULES)
        steps = self._graph.steps
        return [(steps[node].op, span, part) for node, operand, part in parts if (span := steps[operand].span)]

    def written(self, function: int) -> str | None:
        """A short function as a formula; None for one that is long or that the language has no words for."""
        return written(self._graph.steps, function)

    def value(self, function: int, point: Point) -> str | None:
        """Its value at a point, a decimal of 40 digits; None where it has none, or it is not known or out of reach."""
        with ctx.workprec(_PRECISIONS[-1]):
            found = self._values([function], _fractions(point))[0]
        if type(found) is not arb or not _within_reach(found):
            return None
        known = found == 0 or (_digits(found) >= _DIGITS and abs(found) > 1 / FAR)
        return decimal_of(found, _DIGITS) if known else None

    def compare(self, whole: int, pairs: Sequence[Pair], point: Point) -> list[Comparison]:
        """Each pair at a point. Where `whole` has no value, nothing is compared.

        Two that differ are told apart only if the first, where it is a derivative of `whole`, is proved to be it there.
        """
        found: list[Comparison | None] = [None] * len(pairs)
        for bits in _PRECISIONS:
            waiting = [place for place, one in enumerate(found) if one is None]
            if not waiting:
                break
            with ctx.workprec(bits):
                wanted = [
                    whole,
                    *(position for place in waiting for position in (pairs[place].first, pairs[place].second)),
                ]
                value, *values = self._values(wanted, _fractions(point))
                for place, first, second in zip(waiting, values[::2], values[1::2], strict=True):
                    found[place] = _compared(value, first, second, last=bits == _PRECISIONS[-1])
        told = [one or Comparison(Relation.UNDECIDED) for one in found]
        return [self._looked_at(whole, pair, point, one) for pair, one in zip(pairs, told, strict=True)]

    def _looked_at(self, whole: int, pair: Pair, point: Point, found: Comparison) -> Comparison:
        if found.relation is Relation.WITHOUT_VALUE:
            return replace(found, as_complex=self._as_complex(pair, point))
        if found.relation in _BOTH_KNOWN and pair.wrt and not self._is_derivative(whole, pair.wrt, point):
            return Comparison(Relation.OUTSIDE, reason="the formula is not smooth there")
        return found

    def _is_derivative(self, whole: int, wrt: str, point: Point) -> bool:
        """Whether the derivative of `whole` by a variable, as it is written, is proved to be that at a point."""
        steps = _joined(self._at(_fractions(point)))
        leaves = [node for node, step in enumerate(steps) if step.op == VARIABLE and step.text == wrt]
        for bits in _PRECISIONS:
            with ctx.workprec(bits):
                values = run(steps, [whole], self._deadline)
                if not unproved(steps, [whole], leaves, values, self._deadline):
                    return True
        return False

    def _as_complex(self, pair: Pair, point: Point) -> Relation | None:
        """How the second function's complex value compares with the first one's real value."""
        with ctx.workprec(_PRECISIONS[-1]):
            (first,) = self._values([pair.first], _fractions(point))
            second = complex_value(self._graph.steps, pair.second, point)
            if second is None or type(first) is not arb:
                return None
            if not second.overlaps(acb(first)):
                return Relation.UNEQUAL
            known = (second - acb(first)).abs_upper() <= abs(first).upper() * _CLOSE + _NOTHING
            return Relation.EQUAL if known else None

    def deciding(self, functions: Sequence[int], *, domains: bool) -> list[int]:
        """The differences on whose signs conditions and kinks of functions depend, and with `domains` these."""
        return turning.deciding(self._graph, functions, domains=domains)

    def literals(self, functions: Sequence[int]) -> list[Fraction]:
        """The numbers that stand in functions."""
        return turning.literals(self._graph, functions)

    def signs(self, functions: Sequence[int], point: Point) -> tuple[int | None, ...]:
        """The sign of each function at a point; None where it has no value, or the sign is not known."""
        with ctx.workprec(_PRECISIONS[0]):
            return tuple(map(_sign, self._values(functions, _fractions(point))))

    def scope(self, whole: int, pair: Pair, *, complete: bool) -> Scope | None:
        """Where the second function is the derivative, if that was proved almost everywhere.

        complete: whether it was proved in every case, those that are equations included. None where that is too much to
        work out.
        """
        claim = Claim(whole, pair.second, pair.wrt, complete)

        def has_no_derivative(point: Point) -> bool:
            steps = self._at(_fractions(point))[: claim.formula + 1]
            found = sides.behaviour(steps, claim.wrt, 1, _DIGITS, self._deadline)
            return found.proved and found.kind not in {BehaviourKind.DIFFERENTIABLE, BehaviourKind.UNDECIDED}

        try:
            return scope.scope(claim, self._signs, has_no_derivative)
        except TimeoutError:
            return None

    def _values(self, positions: Sequence[int], point: Mapping[str, Stored]) -> list[Value]:
        values = run(_joined(self._at(point)), positions, self._deadline)
        return [arb(0) if values[position] is ABSENT else values[position] for position in positions]

    def _at(self, point: Mapping[str, Stored]) -> list[Step]:
        """The steps with the values of their variables."""
        return [s._replace(stored=point.get(s.text)) if s.op == VARIABLE else s for s in self._graph.steps]

    def _present(self, positions: Sequence[int | None]) -> list[int]:
        return [self._graph.number(0) if position is None else position for position in positions]


def _fractions(point: Point) -> dict[str, Stored]:
    return {name: value.numerator if value.denominator == 1 else value for name, value in point.items()}


def _joined(steps: list[Step]) -> list[Step]:
    """The steps; a variable that is a tenth and the literal 0.1 become one, of which balls cannot tell that it is."""
    variables: dict[Stored, int]
    variables = {s.stored: node for node, s in enumerate(steps) if s.op == VARIABLE and isinstance(s.stored, Fraction)}
    twins = {node: variables[s.stored] for node, s in enumerate(steps) if s.op == NUMBER and s.stored in variables}
    return [s._replace(args=tuple(twins.get(i, i) for i in s.args)) for s in steps] if twins else steps


def _compared(whole: Value, first: Value, second: Value, *, last: bool) -> Comparison | None:
    """The comparison, or None where more precision may tell more."""
    for value in (whole, first):
        if type(value) is Missing and (last or value.gap is not Gap.UNDECIDED):
            relation = Relation.OUTSIDE if _is_undefined(value) else Relation.UNDECIDED
            return Comparison(relation, reason=value.reason)
    if type(whole) is not arb or type(first) is not arb:
        return None
    if type(second) is Missing and second.gap is Gap.UNDEFINED:
        return Comparison(Relation.WITHOUT_VALUE, _decimal(first), reason=second.reason)
    if type(second) is not arb:
        return Comparison(Relation.UNDECIDED, reason=second.reason) if last else None
    return _related(first, second, last=last)


def _is_undefined(value: Value) -> bool:
    return type(value) is Missing and value.gap is Gap.UNDEFINED


def _related(first: arb, second: arb, *, last: bool) -> Comparison | None:
    if not (_within_reach(first) and _within_reach(second)):
        return Comparison(Relation.UNDECIDED, reason="a value is too large")
    if not first.overlaps(second):
        if abs(first) < 1 / FAR and abs(second) < 1 / FAR:
            return Comparison(Relation.UNDECIDED, reason="the values are too small")
        if not last and min(map(_digits, (first, second))) < _FEWEST:
            return None
        return Comparison(Relation.UNEQUAL, _decimal(first, _APART), _decimal(second, _APART))
    digits = min(map(_digits, (first, second)))
    if last and first.rad() < _NOTHING and second.rad() < _NOTHING:
        digits = _DIGITS
    if digits >= _DIGITS or (last and digits >= _FEWEST):
        return Comparison(Relation.EQUAL, _decimal(first), _decimal(second), digits)
    return Comparison(Relation.UNDECIDED, reason="the values are not known to enough digits") if last else None


def _sign(value: Value) -> int | None:
    if type(value) is not arb:
        return None
    return 1 if value > 0 else -1 if value < 0 else 0 if value == 0 else None


def _within_reach(ball: arb) -> bool:
    return bool(ball.is_finite() and abs(ball) < FAR)


def _digits(ball: arb, most: int = _DIGITS) -> int:
    """The significant digits that are known, so many at most."""
    return max(0, min(most, int(ball.rel_accuracy_bits() / BITS_PER_DIGIT)))


def _decimal(ball: arb, most: int = _DIGITS) -> str:
    """The digits that are known; what may be 0, or is too small for any number format, is told as 0."""
    return "0" if ball.contains(0) or abs(ball) < 1 / FAR else decimal_of(ball, max(1, _digits(ball, most) - 1))
