"""A tape in ball arithmetic, demand-driven and without recursion: a branch that is not taken is never evaluated.

Comes in: a scalar tape and the stored point. Goes out: an `Enclosure`. Imports flint: only the package's `evaluate`
imports this module, on its first call.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

from gradcalc.dtypes import FLOAT64, DType, exact
from gradcalc.engines.certified import functions
from gradcalc.engines.certified.enclosure import Enclosure, Kind
from gradcalc.engines.certified.functions import UndecidedError, UndefinedError, UnsupportedError
from gradcalc.language import vocabulary
from gradcalc.language.rewriting import inline, is_call
from gradcalc.language.tape import CONSTANT, NUMBER, VARIABLE, Instruction, Tape

_PRECISIONS = (160, 640, 2560)
# A ball inside this rounds to 0 in every format: half of float64's smallest subnormal number is 2**-1075.
_NOTHING = -1080
# Beyond these binary exponents no format holds a result, and an operand's logarithm takes memory without bound.
_FAR, _HUGE = 20_000, 10**6

_CONSTANTS: dict[str, Callable[[], arb]] = {
    "e": lambda: arb(1).exp(),
    "pi": arb.pi,
    "tau": lambda: 2 * arb.pi(),
    "infinity": arb.pos_inf,
}


def enclose(tape: Tape, point: Mapping[str, float], dtype: DType, *, digits: int, exact_integers: bool) -> Enclosure:
    """Raise the precision until the value is known to the last digit asked for."""
    tape = inline(tape, lambda row: not row.arb)
    reason, precision = "", ctx.prec
    try:
        for bits in _PRECISIONS:
            ctx.prec = bits + math.ceil(3.33 * max(0, digits - 40))
            try:
                value = _Evaluation(tape, point, dtype, exact_integers).run()
                found = _enclosure(value, digits)
            except UndecidedError as error:
                reason = f"{error} could not be decided at {ctx.prec} bits"
                continue
            except UndefinedError as error:
                return Enclosure(Kind.UNDEFINED, reason=str(error))
            except UnsupportedError as error:
                return Enclosure(Kind.UNSUPPORTED, reason=str(error))
            if found is not None:
                return found
            reason = f"the value could not be separated from its neighbours at {ctx.prec} bits"
    finally:
        ctx.prec = precision
    return Enclosure(Kind.UNDECIDED, reason=reason)


def _enclosure(value: arb, digits: int) -> Enclosure | None:
    """The enclosure of a finite ball, or None if it is too wide."""
    if value.is_nan() or not value.is_finite():
        raise UndecidedError("whether the value is finite")
    if value == 0:
        return Enclosure(Kind.VALUE, 0.0, "0")
    size, known = abs(value), value.rel_accuracy_bits() > 3.33 * digits + 4
    if size > arb(2) ** _FAR:
        raise UnsupportedError("the value is too large for any number format")
    if size < arb(2) ** _NOTHING:
        shown = known and size > arb(2) ** -_FAR
        return Enclosure(Kind.VALUE, 0.0, value.str(digits + 1, radius=False) if shown else "0")
    low, high = (FLOAT64.nearest(_fraction(end)) for end in (value.lower(), value.upper()))
    if low != high or not known:
        return None
    return Enclosure(Kind.VALUE, low, value.str(digits + 1, radius=False))


def _fraction(value: arb) -> Fraction:
    mantissa, exponent = value.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


class _Evaluation:
    """One pass over a tape at one precision."""

    def __init__(self, tape: Tape, point: Mapping[str, float], dtype: DType, exact_integers: bool) -> None:
        self._steps = tape.instructions
        self._point = point
        self._dtype = dtype
        self._exact_integers = exact_integers
        self._exponents = {step.args[1] for step in self._steps if step.op == "pow"}
        self._exponents |= {s.args[0] for i, s in enumerate(self._steps) if s.op == "neg" and i in self._exponents}
        # Balls, and bools for conditions; the parser has checked which is which.
        self._values: dict[int, Any] = {}

    def run(self) -> arb:
        root = len(self._steps) - 1
        waiting = [root]
        while waiting:
            node = waiting[-1]
            if node in self._values:
                waiting.pop()
                continue
            step = self._steps[node]
            needed = [i for i in self._needed(step) if i not in self._values]
            if needed:
                waiting.extend(reversed(needed))
                continue
            waiting.pop()
            self._values[node] = self._value(node, step)
        value: arb = self._values[root]
        return value

    def _needed(self, step: Instruction) -> tuple[int, ...]:
        """The operands that this step needs next: of a `where` the condition, then the branch it takes."""
        if step.op != "where":
            return step.args
        condition, taken, otherwise = step.args
        if condition not in self._values:
            return (condition,)
        return (taken if self._values[condition] else otherwise,)

    def _value(self, node: int, step: Instruction) -> Any:
        if step.op == NUMBER:
            return self._number(node, step.text)
        if step.op == VARIABLE:
            return arb(self._point[step.text])
        if step.op == CONSTANT:
            if step.text not in _CONSTANTS:
                raise UndefinedError("no piece of Piecewise holds here")
            return _CONSTANTS[step.text]()
        if step.op == "where":
            return self._values[self._needed(step)[0]]
        args = [self._values[i] for i in step.args]
        if is_call(step.op):
            return _call(vocabulary.find(step.op, len(args)), args)
        return _OPERATIONS[step.op](*args)

    def _number(self, node: int, text: str) -> arb:
        value = exact(text)
        if not (text.isdigit() and (self._exact_integers or node in self._exponents)):
            stored = self._dtype.nearest(value)
            if not math.isfinite(stored):
                raise UndefinedError(f"{text} is beyond the largest {self._dtype.name}")
            value = Fraction(stored)
        return arb(fmpq(value.numerator, value.denominator)) if value.denominator == 1 else arb(float(value))


def _call(row: vocabulary.Function, args: list[arb]) -> arb:
    if not row.arb:
        raise UnsupportedError(f"ball arithmetic has no {row.name}")
    library, _, name = row.arb.rpartition(".")
    if library and not row.bare:
        for arg in args:
            functions.moderate(arg)
    if library and name in {"floor", "ceil"}:
        return functions.floor(args[0]) if name == "floor" else functions.ceiling(args[0])
    result: arb = getattr(arb, name)(*args) if library else getattr(functions, name)(*args)
    return _finite(result, row.name, args)


def _finite(result: arb, name: str, args: list[arb]) -> arb:
    """The result, unless it is not finite: from exact operands that is final, else more precision may help."""
    if result.is_finite():
        return result
    if all(arg.is_exact() for arg in args) or _outside(name, args[0]):
        at = ", ".join(f"{float(arg.mid()):.6g}" for arg in args)
        raise UndefinedError(f"{name}({at}) has no finite real value")
    raise UndecidedError(f"the value of {name}")


def _outside(name: str, x: arb) -> bool:
    """Whether a ball is certainly outside a domain with an edge."""
    if name in {"log", "sqrt", "rsqrt"}:
        return bool(x < 0)
    if name in {"asin", "acos", "atanh", "erfinv"}:
        return bool(abs(x) > 1)
    if name == "acosh":
        return bool(x < 1)
    return bool(x <= -1) if name == "log1p" else False


def _compare(decided: Callable[[arb, arb], bool], opposite: Callable[[arb, arb], bool]) -> Callable[[arb, arb], bool]:
    def compare(a: arb, b: arb) -> bool:
        if decided(a, b):
            return True
        if opposite(a, b):
            return False
        raise UndecidedError("a comparison")

    return compare


def _divide(a: arb, b: arb) -> arb:
    if b == 0:
        raise UndefinedError("division by zero")
    if b.contains(0):
        raise UndecidedError("whether a divisor is zero")
    return a / b


def _power(a: arb, b: arb) -> arb:
    size = abs(b) * abs(abs(a).log()) if not a.contains(0) and a.is_finite() else arb(0)
    if size > _HUGE:
        raise UnsupportedError("a power is too large for any number format")
    return _finite(functions.power(a, b), "pow", [a, b])


_OPERATIONS: dict[str, Callable[..., arb | bool]] = {
    "neg": lambda a: -a,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": _divide,
    "pow": _power,
    "lt": _compare(lambda a, b: a < b, lambda a, b: a >= b),
    "le": _compare(lambda a, b: a <= b, lambda a, b: a > b),
    "gt": _compare(lambda a, b: a > b, lambda a, b: a <= b),
    "ge": _compare(lambda a, b: a >= b, lambda a, b: a < b),
    "eq": _compare(lambda a, b: a == b, lambda a, b: a != b),
    "ne": _compare(lambda a, b: a != b, lambda a, b: a == b),
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
}
