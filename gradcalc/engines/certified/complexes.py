"""Steps -> complex balls: what a formula is, by principal branches, where it has no real value.

Comes in: steps, a position and the stored point. Goes out: a complex ball, or None where it has none, or is not known.
Imports flint: only modules of this package import this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from flint import acb, arb, fmpz

from gradcalc.engines.certified.balls import arithmetic
from gradcalc.engines.certified.balls.calls import call
from gradcalc.engines.certified.errors import OutOfReachError, UndecidedError, UndefinedError, UnsupportedError
from gradcalc.engines.certified.evaluator import ball
from gradcalc.engines.certified.graph import GIVEN, WHOLE_POWER, Step, is_row
from gradcalc.language import vocabulary
from gradcalc.language.tape import COMPARISONS, CONNECTIVES, CONSTANT, NUMBER, VARIABLE

Value = acb | bool | None

_ANALYTIC = frozenset(
    "sin cos tan cot sec csc asin acos atan sinh cosh tanh coth sech csch asinh acosh atanh exp expm1 log log1p sqrt"
    " rsqrt erf erfc erfi gamma digamma".split()
)
_ARITHMETIC: dict[str, Callable[..., acb]] = {
    "neg": lambda a: -a,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
}


def complex_value(steps: Sequence[Step], result: int, point: Mapping[str, Fraction]) -> acb | None:
    """The value of a step; comparisons and functions that know real numbers only are of what is exactly real."""
    values: dict[int, Value] = {}
    waiting = [result]
    while waiting:
        node = waiting[-1]
        needed = [operand for operand in _operands(steps[node], values) if operand not in values]
        waiting.extend(needed)
        if not needed:
            values[waiting.pop()] = _value(steps[node], values, point)
    found = values[result]
    return found if isinstance(found, acb) and found.is_finite() else None


def _operands(step: Step, values: Mapping[int, Value]) -> tuple[int, ...]:
    """Of a choice the condition, then the branch that it takes."""
    if step.op != "where" or step.args[0] not in values:
        return step.args[:1] if step.op == "where" else step.args
    chosen = values[step.args[0]]
    return (step.args[1] if chosen else step.args[2],) if isinstance(chosen, bool) else ()


def _value(step: Step, values: Mapping[int, Value], point: Mapping[str, Fraction]) -> Value:
    args = [values[operand] for operand in _operands(step, values)]
    if None in args or step.op == "where":
        return args[0] if args and None not in args else None
    conditions = [arg for arg in args if isinstance(arg, bool)]
    numbers = [arg for arg in args if isinstance(arg, acb)]
    try:
        if step.op in CONNECTIVES:
            return _connected(step.op, conditions)
        if step.op in COMPARISONS:
            return arithmetic.compare(step.op, *map(_real, numbers), same=step.args[0] == step.args[1])
        return _operated(step, numbers, point)
    except (UndefinedError, UndecidedError, OutOfReachError, UnsupportedError, ZeroDivisionError):
        return None


def _connected(op: str, conditions: list[bool]) -> bool:
    if op == "not":
        return not conditions[0]
    return all(conditions) if op == "and" else any(conditions)


def _operated(step: Step, args: list[acb], point: Mapping[str, Fraction]) -> acb | None:
    op = step.op
    if op in {NUMBER, VARIABLE}:
        return acb(ball(point[step.text] if op == VARIABLE else step.stored))
    if op == CONSTANT:
        return acb(arithmetic.constant(step.text))
    if op in _ARITHMETIC:
        return _ARITHMETIC[op](*args)
    if op == WHOLE_POWER:
        found: acb = args[0] ** fmpz(step.text)
        return found
    if op == "pow":
        return _power(*args)
    if op == GIVEN:
        return args[0]
    return _call(op, args) if is_row(step) else None


def _power(base: acb, exponent: acb) -> acb:
    if base.imag == 0 and exponent.imag == 0 and (base.real >= 0 or exponent.real.is_integer()):
        return acb(arithmetic.apply("pow", [base.real, exponent.real]))
    return base**exponent


def _call(name: str, args: list[acb]) -> acb | None:
    method = vocabulary.find(name, len(args)).arb.removeprefix("arb.")
    if method in _ANALYTIC:
        found: acb = getattr(args[0], method)()
        return found
    if name == "abs":
        return acb(abs(args[0]))
    return acb(call(name, [_real(arg) for arg in args]))


def _real(value: acb) -> arb:
    if value.imag != 0:
        raise UndefinedError("not a real number")
    return value.real
