"""Balls -> balls, the operations that are no functions: constants, comparisons, + - * / and powers.

Imports flint: only `evaluator` imports this module.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import arb, fmpz

from gradcalc.engines.certified.errors import OutOfReachError, UndecidedError, UndefinedError

_CONSTANTS: dict[str, Callable[[], arb]] = {
    "e": arb.const_e,
    "pi": arb.pi,
    "tau": lambda: 2 * arb.pi(),
    "infinity": arb.pos_inf,
}

#: A comparison that certainly holds, and one that certainly does not.
_COMPARISONS: dict[str, tuple[Callable[[arb, arb], bool], Callable[[arb, arb], bool]]] = {
    "lt": (lambda a, b: a < b, lambda a, b: a >= b),
    "le": (lambda a, b: a <= b, lambda a, b: a > b),
    "gt": (lambda a, b: a > b, lambda a, b: a <= b),
    "ge": (lambda a, b: a >= b, lambda a, b: a < b),
    "eq": (lambda a, b: a == b, lambda a, b: a != b),
    "ne": (lambda a, b: a != b, lambda a, b: a == b),
}
# Above every float64; a whole number beyond may take more memory than there is.
_LARGEST_EXPONENT = arb(2) ** 1024
_HOLDS_OF_EQUALS = frozenset({"le", "ge", "eq"})


def constant(name: str) -> arb:
    """A named constant; `undefined` is the value of a Piecewise outside its pieces."""
    if name not in _CONSTANTS:
        raise UndefinedError("no piece of Piecewise holds here")
    return _CONSTANTS[name]()


def compare(op: str, a: arb, b: arb, *, same: bool) -> bool:
    """Whether `a op b`; `same` says that both are one and the same number. Raises `UndecidedError` if they overlap."""
    holds, fails = _COMPARISONS[op]
    if same:
        return op in _HOLDS_OF_EQUALS
    if holds(a, b):
        return True
    if fails(a, b):
        return False
    raise UndecidedError("a comparison")


def apply(op: str, args: list[arb]) -> arb:
    """neg, add, sub, mul, div or pow. The result may be infinite or nan; domains are checked here."""
    return _OPERATIONS[op](*args)


def whole_power(base: arb, exponent: int) -> arb:
    """base**exponent for an exact whole exponent; 0**0 is 1."""
    if exponent == 0:
        return arb(1)
    if exponent < 0:
        _require_divisor(base)
    if base == 0 or abs(base) == 1:
        return abs(base) if exponent % 2 == 0 else base
    if base.contains(0):
        return _around_zero(base, exponent)
    if abs(exponent) < 2**62:
        return base ** fmpz(exponent)
    magnitude = (fmpz(exponent) * abs(base).log()).exp()
    return -magnitude if base < 0 and exponent % 2 else magnitude


def _around_zero(base: arb, exponent: int) -> arb:
    """A positive power of a ball that contains 0, from the ends; Arb's own by logarithms is nan for a high exponent."""
    low, high = (abs(end.upper()) for end in (-base, base))
    top, bottom = (arb(0) if end == 0 else (fmpz(exponent) * end.log()).exp() for end in (high, low))
    return top.union(-bottom) if exponent % 2 else arb(0).union(top).union(bottom)


def _divide(a: arb, b: arb) -> arb:
    _require_divisor(b)
    return a / b


def _require_divisor(b: arb) -> None:
    if b == 0:
        raise UndefinedError("division by zero")
    if b.contains(0):
        raise UndecidedError("whether a divisor is zero")


def _power(base: arb, exponent: arb) -> arb:
    """base**exponent: any base for an exact whole exponent, a positive base for others; 0**positive is 0."""
    if exponent.is_exact() and exponent.is_integer():
        return _integral_power(base, exponent)
    if base > 0:
        return base**exponent if exponent.is_finite() and base.is_finite() else (exponent * base.log()).exp()
    if base == 0:
        if exponent > 0:
            return arb(0)
        if exponent < 0:
            raise UndefinedError("division by zero")
        raise UndecidedError("the sign of an exponent")
    if base < 0 and not exponent.contains_integer():
        raise UndefinedError("a power of a negative number")
    raise UndecidedError("the sign under a power" if base.contains(0) else "whether an exponent is whole")


def _integral_power(base: arb, exponent: arb) -> arb:
    if abs(exponent) > _LARGEST_EXPONENT:
        raise OutOfReachError("a power is too large for ball arithmetic")
    mantissa, shift = exponent.man_exp()
    return whole_power(base, int(mantissa) << int(shift))


_OPERATIONS: dict[str, Callable[..., arb]] = {
    "neg": lambda a: -a,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": _divide,
    "pow": _power,
}
