"""One pass over the steps at one precision, demand-driven and without recursion.

Comes in: the steps of a tape. Goes out: the result's ball, or what kept it from being known. A branch that is not
taken is never evaluated. Imports flint: only `evaluation` imports this module.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from flint import arb, ctx

from gradcalc.engines.certified import arithmetic
from gradcalc.engines.certified.calls import call
from gradcalc.engines.certified.signals import OutOfReachError, UndecidedError, UndefinedError
from gradcalc.engines.certified.steps import WHOLE_POWER, Step
from gradcalc.language.rewriting import is_call
from gradcalc.language.tape import COMPARISONS, CONNECTIVES, CONSTANT, LEAVES

#: A ball for a number, a bool for a condition, None for what this precision does not tell.
Value = Any


def run(steps: Sequence[Step], deadline: float) -> tuple[arb | None, str]:
    """The value of the last step, or None and the reason why it is unknown.

    What is unknown does not end the pass: something else may certainly be undefined. Raises `UndefinedError`,
    `UnsupportedError`, and `TimeoutError` once the thread's clock has passed `deadline`.
    """
    values: dict[int, Value] = {}
    reason = ""
    waiting = [len(steps) - 1]
    while waiting:
        node = waiting[-1]
        if node in values:
            waiting.pop()
            continue
        needed = _needed(steps[node], values)
        if needed:
            waiting.extend(reversed(needed))
            continue
        if time.thread_time() > deadline:
            raise TimeoutError
        waiting.pop()
        try:
            values[node] = _value(steps[node], values)
        except UndecidedError as error:
            values[node] = None
            reason = reason or f"{error} could not be decided at {ctx.prec} bits"
        except OutOfReachError as error:
            values[node] = None
            reason = reason or str(error)
    return values[len(steps) - 1], reason


def _needed(step: Step, values: dict[int, Value]) -> list[int]:
    """The operands that this step needs before it can be computed and that are not there yet.

    Of a `where` the condition, then the branch it takes; the right side of `and` and `or` only if the left one does
    not decide.
    """
    needed: Sequence[int] = step.args
    if step.op == "where":
        condition = step.args[0]
        needed = (condition, *_taken(step, values)) if condition in values else (condition,)
    elif step.op in {"and", "or"}:
        left = step.args[0]
        if left not in values or values[left] is (step.op == "or"):
            needed = (left,)
    return [i for i in needed if i not in values]


def _taken(step: Step, values: dict[int, Value]) -> tuple[int, ...]:
    condition, first, second = step.args
    if values[condition] is None:
        return ()
    return (first if values[condition] else second,)


def _value(step: Step, values: dict[int, Value]) -> Value:
    if step.op == "where":
        taken = _taken(step, values)
        return values[taken[0]] if taken else None
    if step.op in CONNECTIVES:
        return _connect(step.op, [values.get(i) for i in step.args])
    if step.op in LEAVES:
        return arithmetic.constant(step.text) if step.op == CONSTANT else arb(step.stored)
    args = [values[i] for i in step.args]
    if None in args:
        return None
    if step.op in COMPARISONS:
        return arithmetic.compare(step.op, *args, same=step.args[0] == step.args[1])
    if step.op == WHOLE_POWER:
        return _known(arithmetic.whole_power(args[0], int(step.text)), step.op, args)
    if is_call(step.op):
        return call(step.op, args)
    if step.op == "sub" and step.args[0] == step.args[1] and args[0].is_finite():
        return arb(0)
    return _known(arithmetic.apply(step.op, args), step.op, args)


def _connect(op: str, args: list[bool | None]) -> bool | None:
    """Kleene's logic: `and` is false if either side is, even if the other is unknown."""
    if op == "not":
        return None if args[0] is None else not args[0]
    decisive = op == "or"
    if decisive in args:
        return decisive
    return None if None in args else not decisive


def _known(result: arb, op: str, args: list[arb]) -> arb:
    """The result of arithmetic, which is finite, or an exact infinity that began as one."""
    if result.is_finite() or (result.is_exact() and not result.is_nan()):
        return result
    if all(arg.is_exact() for arg in args) and not all(arg.is_finite() for arg in args):
        raise UndefinedError(f"{op} of infinities has no value")
    raise OutOfReachError("a number is too large for ball arithmetic")
