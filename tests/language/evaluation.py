"""A tape's value at 50 digits, by mpmath and the tests' own table of functions: it shares no code with the engines.

Vectors are lists of numbers, conditions are booleans. Imports `gradcalc.language.tape` and `tests.oracle`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradcalc.language.tape import CONSTANT, INDEX, NUMBER, VARIABLE, VECTOR, Instruction, Tape
from tests import oracle

mp = oracle.mp

#: A number, a list of numbers or a boolean.
Value = Any

_ARITHMETIC = {
    "neg": lambda a: -a,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: mp.power(a, b),
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
    "where": lambda condition, a, b: a if condition else b,
}
_CONSTANTS = {"e": mp.e, "pi": mp.pi, "tau": 2 * mp.pi, "infinity": mp.inf, "undefined": mp.nan}


def _variance(v: list[Value]) -> Value:
    mean = mp.fsum(v) / len(v)
    return mp.fsum((entry - mean) ** 2 for entry in v) / (len(v) - 1)


#: Reductions from their definitions on lists; `max` and `min` of one list included.
_REDUCTIONS = {
    "sum": mp.fsum,
    "mean": lambda v: mp.fsum(v) / len(v),
    "prod": mp.fprod,
    "max": max,
    "min": min,
    "norm": lambda v: mp.sqrt(mp.fsum(entry**2 for entry in v)),
    "dot": lambda u, v: mp.fsum(a * b for a, b in zip(u, v, strict=True)),
    "var": _variance,
    "std": lambda v: mp.sqrt(_variance(v)),
    "logsumexp": lambda v: mp.log(mp.fsum(mp.exp(entry) for entry in v)),
    "softmax": lambda v: [mp.exp(entry) / mp.fsum(mp.exp(other) for other in v) for entry in v],
}


def evaluate(tape: Tape, at: Mapping[str, Value]) -> Value:
    """The result of `tape` with the variables' values `at`."""
    values: list[Value] = []
    for step in tape.instructions:
        values.append(_step(step, [values[i] for i in step.args], at))
    return values[-1]


def _step(step: Instruction, args: list[Value], at: Mapping[str, Value]) -> Value:
    if step.op == NUMBER:
        return mp.mpf(step.text)
    if step.op == VARIABLE:
        return at[step.text]
    if step.op == CONSTANT:
        return +_CONSTANTS[step.text]
    if step.op == VECTOR:
        return args
    if step.op == INDEX:
        return args[0][int(step.text)]
    lists = [arg for arg in args if isinstance(arg, list)]
    if step.op in _REDUCTIONS and len(lists) == len(args) == (2 if step.op == "dot" else 1):
        return _REDUCTIONS[step.op](*args)
    if lists:
        columns = [arg if isinstance(arg, list) else [arg] * len(lists[0]) for arg in args]
        return [_number(step.op, list(entries)) for entries in zip(*columns, strict=True)]
    return _number(step.op, args)


def _number(op: str, args: list[Value]) -> Value:
    return _ARITHMETIC[op](*args) if op in _ARITHMETIC else oracle.value(op, args)
