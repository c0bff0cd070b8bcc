"""One pass over the steps at one precision, demand-driven and without recursion.

Comes in: steps and the positions of the results. Goes out: each step's value, or what kept it from being known. A
branch that is not taken is never evaluated. Imports flint: only modules of this package import this one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from enum import IntEnum
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from flint import arb, ctx, fmpq

from gradcalc.dtypes import FLOAT64
from gradcalc.engines.certified.balls import arithmetic, orders
from gradcalc.engines.certified.balls.calls import call
from gradcalc.engines.certified.errors import OutOfReachError, UndecidedError, UndefinedError, UnsupportedError
from gradcalc.engines.certified.graph import BY_ORDER, CHAIN, GIVEN, LACKING, MASK, TOTAL, WHOLE_POWER, Step, share
from gradcalc.language import vocabulary
from gradcalc.language.lowering import is_call
from gradcalc.language.parser import parse
from gradcalc.language.tape import COMPARISONS, CONNECTIVES, CONSTANT, LEAVES, VARIABLE


class Gap(IntEnum):
    """What a value that is missing is missing for; of several the largest counts.

    EITHER is a truth value that is there though the balls do not tell which it is.
    """

    EITHER = 0
    UNDECIDED = 1
    OUT_OF_REACH = 2
    UNSUPPORTED = 3
    UNDEFINED = 4


class Missing(NamedTuple):
    """A value that is not known here: `gap` says what kind, `reason` why, one clause."""

    gap: Gap
    reason: str


#: What comes through a branch that is not taken.
ABSENT = object()

#: A ball for a number, a bool for a condition, `Missing` or `ABSENT`.
Value = Any

_SIGNALS = {
    Gap.UNDECIDED: UndecidedError,
    Gap.OUT_OF_REACH: OutOfReachError,
    Gap.UNSUPPORTED: UnsupportedError,
    Gap.UNDEFINED: UndefinedError,
}


def run(
    steps: Sequence[Step],
    results: Sequence[int],
    deadline: float,
    *,
    widen: Callable[[Step, arb, Sequence[Value]], arb] | None = None,
    decided: Sequence[Value] | None = None,
    begun: Sequence[Value] = (),
) -> list[Value]:
    """The values of the steps that the results need, None for the others.

    `widen` enlarges the ball of each operation; `decided` has the comparisons' values, to be taken as they are; `begun`
    the values of the first steps from a run at the same precision. Raises `TimeoutError` once the thread's clock has
    passed `deadline`.
    """
    values: list[Value] = [*begun, *[None] * (len(steps) - len(begun))]
    waiting = list(reversed(results))
    done = 0
    while waiting:
        node = waiting[-1]
        if values[node] is not None:
            waiting.pop()
            continue
        step = steps[node]
        needed = _needed(step, values)
        if needed:
            waiting.extend(reversed(needed))
            continue
        if (not done % LOOKS or is_call(step.op)) and time.thread_time() > deadline:
            raise TimeoutError
        done += 1
        waiting.pop()
        made = evaluated(step, values) if decided is None or step.op not in COMPARISONS else decided[node]
        if widen is not None and type(made) is arb and step.op not in _EXACT:
            made = widen(step, made, values)
        values[node] = made
    return values


#: At every so many steps the clock is looked at, which takes as long as a step, and before each call of a function,
#: which may take long; `domains` bounds a single one.
LOOKS = 32

#: Steps that hand a number on and round nothing.
_EXACT = LEAVES | {"neg", "where", MASK, GIVEN}


def _needed(step: Step, values: list[Value]) -> list[int]:
    """The operands that this step needs before it can be computed and that are not there yet.

    Of a `where` the condition, then the branch it takes; of a mask and a chain the second operand only if the first is
    there. Everything else needs all its operands, also those that do not change its value.
    """
    args = step.args
    if step.op == "where":
        condition = values[args[0]]
        if condition is None:
            return [args[0]]
        args = (args[1] if condition else args[2],) if type(condition) is bool else ()
    elif step.op == MASK:
        condition = values[args[0]]
        if condition is None:
            return [args[0]]
        args = args[1:] if _passes(step, condition) else ()
    elif step.op == CHAIN:
        if values[args[0]] is None:
            return [args[0]]
        args = () if values[args[0]] is ABSENT else args[1:]
    return [i for i in args if values[i] is None]


def _passes(step: Step, condition: Value) -> bool:
    return type(condition) is bool and condition is not bool(step.text)


def evaluated(step: Step, values: Sequence[Value]) -> Value:
    """The value of a step whose operands are there."""
    try:
        return _value(step, values)
    except UndecidedError as error:
        gap = Gap.EITHER if step.op in COMPARISONS else Gap.UNDECIDED
        return Missing(gap, f"{error} could not be decided at {ctx.prec} bits")
    except OutOfReachError as error:
        return Missing(Gap.OUT_OF_REACH, str(error))
    except UnsupportedError as error:
        return Missing(Gap.UNSUPPORTED, str(error))
    except UndefinedError as error:
        return Missing(Gap.UNDEFINED, str(error))


def _value(step: Step, values: Sequence[Value]) -> Value:
    op, args = step.op, step.args
    if op in LEAVES:
        return arithmetic.constant(step.text) if op == CONSTANT else ball(step.stored)
    if op == LACKING:
        return Missing(Gap.UNSUPPORTED, step.text)
    if op in {"where", MASK}:
        return _branch(step, values)
    if op in CONNECTIVES:
        return connected(op, [values[i] for i in args])
    operands = [values[i] for i in args if values[i] is not ABSENT]
    if not operands or (op == CHAIN and values[args[0]] is ABSENT):
        return ABSENT  # as a sum, a negation or a product of what is absent
    missing = [operand for operand in operands if type(operand) is Missing]
    if missing:
        return _worst(missing)
    if op in COMPARISONS:
        return _compare(step, operands)
    return _known(_operate(step, operands), op, operands)


def ball(stored: Any) -> arb:
    """The number of a leaf: that of a fraction is as narrow as the precision allows."""
    return arb(fmpq(stored.numerator, stored.denominator) if type(stored) is Fraction else stored)


def _operate(step: Step, operands: list[arb]) -> arb:
    op = step.op
    if op == GIVEN:
        return operands[0]
    if op == BY_ORDER:
        name, count = step.text.split()
        return orders.derivative(name, operands, int(count))
    if op == WHOLE_POWER:
        return arithmetic.whole_power(operands[0], int(step.text))
    if op == TOTAL:
        return sum(operands[1:], operands[0])
    if op == CHAIN:
        return operands[0] * operands[1] if len(operands) == 2 else arb(0)
    if op == "sub" and step.args[0] == step.args[1] and operands[0].is_finite():
        return arb(0)
    return _call(op, operands) if is_call(op) else arithmetic.apply(op, operands)


def _call(name: str, operands: list[arb]) -> arb:
    """The value of a row: Arb's, or that of its definition."""
    row = vocabulary.find(name, len(operands))
    if row.arb or not row.definition:
        return call(name, operands)
    made = defined(row.definition, row.names, operands)
    if type(made) is Missing:
        raise _SIGNALS[made.gap](made.reason)
    assert type(made) is arb, "a definition is a number"
    return made


def defined(
    text: str,
    names: tuple[str, ...],
    operands: Sequence[Any],
    widen: Callable[[Step, arb, Sequence[Value]], arb] | None = None,
) -> Value:
    """The value of a text of the vocabulary, such as a definition, for balls; `widen` as in `run`."""
    places: dict[str, Any] = dict(zip(names, operands, strict=True))
    steps = [step._replace(stored=places[step.text]) if step.op == VARIABLE else step for step in _read(text, names)]
    return run(steps, [len(steps) - 1], math.inf, widen=widen)[-1]


@cache
def _read(text: str, names: tuple[str, ...]) -> list[Step]:
    """The steps of a text of the vocabulary; its decimals are those of float64, as in torch's kernels."""
    tape = parse(text, frozenset(names))
    graph, result = share(tape, dict.fromkeys(names, 0.0), FLOAT64, exact_integers=True)
    return graph.steps[: result + 1]


def _branch(step: Step, values: Sequence[Value]) -> Value:
    condition = values[step.args[0]]
    if type(condition) is not bool:
        return condition._replace(gap=max(condition.gap, Gap.UNDECIDED))
    if step.op == MASK:
        return values[step.args[1]] if _passes(step, condition) else ABSENT
    return values[step.args[1] if condition else step.args[2]]


def _compare(step: Step, operands: list[arb]) -> bool:
    return arithmetic.compare(step.op, *operands, same=step.args[0] == step.args[1])


def connected(op: str, args: Sequence[Value]) -> Value:
    """`and`, `or` or `not` of truth values; one that is not there counts also where the other would decide."""
    missing = [arg for arg in args if type(arg) is Missing]
    decisive = op == "or"
    if op != "not" and decisive in args and all(one.gap is Gap.EITHER for one in missing):
        return decisive
    if missing:
        return _worst(missing)
    return not args[0] if op == "not" else not decisive


def _worst(missing: list[Missing]) -> Missing:
    """The first of those whose gap counts most."""
    return max(missing, key=lambda one: one.gap)


def _known(result: arb, op: str, args: list[arb]) -> arb:
    """The result of arithmetic, which is finite, or an exact infinity that began as one."""
    if result.is_finite() or (result.is_exact() and not result.is_nan()):
        return result
    if all(arg.is_exact() for arg in args) and not all(arg.is_finite() for arg in args):
        raise UndefinedError(f"{op} of infinities has no value")
    raise OutOfReachError("a number is too large for ball arithmetic")
