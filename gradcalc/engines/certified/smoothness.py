"""Whether a program is smooth around a point; without that no derivative that is computed at the point is proved.

Comes in: steps, their values at the point, and the sources, steps that move. Goes out: the sources along which the
results are not shown to be smooth. Imports flint: only modules of this package import this one.

A composition of analytic functions is analytic, hence smooth to every order. So each step that the value depends on and
that moves, conditions and discarded arguments included, must be analytic at its operands' values; these are continuous
then, and stay within any ball around them in a small enough neighbourhood of the point. A comparison that is decided on
such balls does not turn. A step of which this is not shown stays at its value for the sources that do not reach it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from flint import arb

from gradcalc.engines.certified.balls import arithmetic
from gradcalc.engines.certified.balls.calls import is_analytic
from gradcalc.engines.certified.errors import UndecidedError
from gradcalc.engines.certified.evaluator import ABSENT, LOOKS, Gap, Missing, Value, connected
from gradcalc.engines.certified.graph import BY_ORDER, GIVEN, MASK, WHOLE_POWER, Step, is_row
from gradcalc.language import vocabulary
from gradcalc.language.tape import COMPARISONS, CONNECTIVES

#: The radius of the ball around a value, as a part of it, or of 1 for 0: below what any formula may tell apart.
_RADIUS = arb(2) ** -4000

_EITHER = Missing(Gap.EITHER, "it turns here")


def unproved(
    steps: Sequence[Step], results: Sequence[int], sources: Collection[int], values: Sequence[Value], deadline: float
) -> set[int]:
    """The sources along which one of the results is not shown to be smooth in a neighbourhood of the point.

    `values` are those at the point, with one for each step that the results need there. Raises `TimeoutError` once the
    thread's clock has passed `deadline`.
    """
    if any(type(values[result]) is Missing for result in results):
        return set(sources)
    neighbourhood = _Neighbourhood(steps, sources, values)
    singular = set[int]()
    for count, node in enumerate(sorted(_operands_of(steps, results, values).union(results))):
        if not count % LOOKS and time.thread_time() > deadline:
            raise TimeoutError
        if not neighbourhood.is_smooth(node):
            singular.add(node)
    return _operands_of(steps, singular, values).intersection(sources)


def _operands_of(steps: Sequence[Step], nodes: Collection[int], values: Sequence[Value]) -> set[int]:
    """The steps that any of the nodes is computed from at the point."""
    given, operands = set(nodes), set[int]()
    for node in range(max(given, default=-1), -1, -1):
        if node in operands or node in given:
            operands.update(_used(steps[node], values))
    return operands


def _used(step: Step, values: Sequence[Value]) -> Sequence[int]:
    """The operands that a step's value depends on: of a choice the condition and the branch that is taken."""
    args = step.args
    if step.op == "where":
        args = (args[0], args[1] if values[args[0]] is True else args[2])
    return [operand for operand in args if values[operand] is not None]


def _is_step_function(step: Step) -> bool:
    """Whether a step is constant wherever it is analytic."""
    return is_row(step) and vocabulary.find(step.op, len(step.args)).slopes == ("0",)


class _Neighbourhood:
    """What is known of the steps while the sources move as little as one likes."""

    def __init__(self, steps: Sequence[Step], sources: Collection[int], values: Sequence[Value]) -> None:
        self._steps = steps
        self._sources = sources
        self._here = values
        self._moves = [False] * len(steps)
        self._turning = set[int]()

    def is_smooth(self, node: int) -> bool:
        """Whether a step is shown to be analytic where its operands move; if not, it is taken to stand still."""
        step = self._steps[node]
        moved = any(self._moves[operand] for operand in _used(step, self._here))
        smooth = not moved or self._follows(node, step)
        self._moves[node] |= node in self._sources
        return smooth

    def _follows(self, node: int, step: Step) -> bool:
        """Say whether the step moves with its operands, or turns; False where it is not analytic."""
        op, args = step.op, step.args
        if op in COMPARISONS or op in CONNECTIVES:
            if self._truth(step) is _EITHER:
                self._turning.add(node)
                self._moves[node] = True
            return True
        if op in {"where", MASK} and args[0] in self._turning:
            return False
        if self._here[node] is ABSENT or (op == "sub" and args[0] == args[1]):
            return True
        if not self._is_analytic(step):
            return False
        self._moves[node] = self._moves[args[0]] if op == GIVEN else not _is_step_function(step)
        return True

    def _truth(self, step: Step) -> Value:
        """The truth value all around, or `_EITHER`."""
        if step.op in CONNECTIVES:
            truth = connected(step.op, [_EITHER if i in self._turning else self._here[i] for i in step.args])
            return _EITHER if type(truth) is Missing else truth
        try:
            return arithmetic.compare(step.op, *self._balls(step), same=step.args[0] == step.args[1])
        except UndecidedError:
            return _EITHER

    def _is_analytic(self, step: Step) -> bool:
        """Sums, products and choices are everywhere."""
        if step.op == "pow":
            return self._is_analytic_power(step)
        if step.op == "div" or (step.op == WHOLE_POWER and int(step.text) < 0):
            return not self._ball(step.args[-1]).contains(0)
        if step.op == BY_ORDER:
            return is_analytic(step.text.split()[0], self._balls(step))
        return not is_row(step) or is_analytic(step.op, self._balls(step))

    def _is_analytic_power(self, step: Step) -> bool:
        """A positive base, 0 to a positive power, or an exponent that is whole and stands still; no division by 0."""
        base, exponent = self._balls(step)
        if base > 0:
            return True
        if base == 0 and not self._moves[step.args[0]]:
            return bool(exponent > 0)
        whole = not self._moves[step.args[1]] and exponent.is_exact() and exponent.is_integer()
        return bool(whole and (exponent >= 0 or not base.contains(0)))

    def _balls(self, step: Step) -> list[arb]:
        return [self._ball(operand) for operand in step.args]

    def _ball(self, node: int) -> arb:
        """Around the value of a step that moves; the value of one that does not."""
        value: arb = self._here[node]
        size = abs(value.mid()) if value.mid() != 0 else arb(1)
        return value + arb(0, _RADIUS * size) if self._moves[node] else value
