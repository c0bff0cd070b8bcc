"""The functions of the vocabulary on generalised series, for t -> 0+.

Comes in: a row's name and its arguments. Goes out: a series, or `Beyond`. Raises the signals of this package:
`UndefinedError` where the function has no real value for small t. Imports flint: only `sides` imports this module.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from flint import arb, fmpq

from gradcalc.engines.certified.balls import arithmetic
from gradcalc.engines.certified.errors import UndecidedError, UndefinedError
from gradcalc.engines.certified.singular.analytic import by_taylor
from gradcalc.engines.certified.singular.elementary import (
    ELEMENTARY,
    alternating,
    cos,
    cot,
    exp,
    exponential,
    factorials,
    log,
    of_parity,
    over,
    rsqrt,
    sin,
    sinc,
    sinh,
)
from gradcalc.engines.certified.singular.growth import (
    FLAT,
    Beyond,
    Value,
    absolute,
    add,
    centre,
    divide,
    multiply,
    named_value,
    negative,
    rational,
    sign,
    subtract,
    whole_power,
)
from gradcalc.engines.certified.singular.series import Field, Number, Series, compose

#: At poles of the gamma function further out its reflection takes the place of the recurrence.
_FARTHEST_POLE = 64


def _atan2(field: Field, y: Value, x: Value) -> Value:
    """By the quadrant; on the negative half-axis it is pi."""
    across, up = sign(x), sign(y)
    if across == up == 0:
        raise UndefinedError("atan2(0, 0) has no finite real value")
    pi = field.constant(field.named("pi", arb.pi))
    if across == 0:
        return pi.scaled(field.rational(fmpq(up, 2)))
    angle = _call(field, "atan", [divide(y, x)])
    return angle if across > 0 else add(angle, pi if up >= 0 else -pi)


# -- functions by their derivative: f(g) is f at the limit of g, plus the integral of f'(g)*g'


def _unit(field: Field, a: Series) -> Value:
    one = field.constant(1)
    return rsqrt(field, multiply(subtract(one, a), add(one, a)))


def _gaussian(field: Field, exponent: Series, factor: int) -> Value:
    pi = field.constant(field.named("pi", arb.pi))
    return multiply(multiply(rsqrt(field, pi), field.constant(factor)), exp(field, exponent))


def _quarter(field: Field, a: Series) -> Series:
    """pi*a**2/2."""
    return (a * a).scaled(field.named("pi", arb.pi).over(2))


def _euler(field: Field) -> Series:
    return field.constant(field.named("euler", arb.const_euler))


#: f, where gamma + log|g| and the integral of (f(g) - f(0))/g make the function, DLMF 6.2.
_LOGARITHMIC: dict[str, Callable[[Field], Iterator[Number]]] = {
    "Ei": lambda field: factorials(field),
    "Ci": lambda field: alternating(field, 0),
    "Chi": lambda field: of_parity(field, 0),
}


def _logarithmic(field: Field, name: str, a: Series) -> Series:
    """Ei, Ci and Chi near 0."""
    singular = log(field, absolute(field, a) if name == "Ei" else a)
    slope = over(a, _LOGARITHMIC[name](field))
    assert slope is not None, "the argument goes to 0"
    assert isinstance(singular, Series), "the argument is finite"
    return _euler(field) + singular + (slope * a.derivative()).integral()


_SLOPES: dict[str, Callable[[Field, Series], Value]] = {
    "asin": _unit,
    "acos": lambda field, a: negative(_unit(field, a)),
    "atan": lambda field, a: divide(field.constant(1), field.constant(1) + a * a),
    "asinh": lambda field, a: rsqrt(field, field.constant(1) + a * a),
    "acosh": lambda field, a: rsqrt(field, (a - field.constant(1)) * (a + field.constant(1))),
    "erf": lambda field, a: _gaussian(field, -(a * a), 2),
    "erfc": lambda field, a: _gaussian(field, -(a * a), -2),
    "erfi": lambda field, a: _gaussian(field, a * a, 2),
    "Si": sinc,
    "Shi": lambda field, a: over(a, of_parity(field, 1)) or divide(sinh(field, a), a),
    "fresnels": lambda field, a: sin(field, _quarter(field, a)),
    "fresnelc": lambda field, a: cos(field, _quarter(field, a)),
}


def _by_slope(field: Field, name: str, a: Series) -> Series:
    start, rest = centre(a, f"{name} of what has no finite limit")
    slope = _SLOPES[name](field, a)
    if isinstance(slope, Beyond) or rest.rough:
        raise UndecidedError(f"the expansion of {name}")
    return field.constant(named_value(field, name, [start])) + (slope * rest.derivative()).integral()


# -- the gamma family at its poles, by recurrence: x is moved to the right of 0; far out by reflection, DLMF 5.5.3 and 4


def _gamma(field: Field, a: Value) -> Value:
    if _is_far(a):
        pi, sine, other = _reflected(field, a)
        return divide(pi, multiply(sine, by_taylor(field, "gamma", [other])))
    moved, factors = _recurrence(field, a)
    made: Value = by_taylor(field, "gamma", [moved])
    for factor in factors:
        made = divide(made, factor)
    return made


def _lgamma(field: Field, a: Value) -> Value:
    if _is_far(a):
        pi, sine, other = _reflected(field, a)
        return subtract(log(field, divide(pi, absolute(field, sine))), by_taylor(field, "lgamma", [other]))
    moved, factors = _recurrence(field, a)
    made: Value = by_taylor(field, "lgamma", [moved])
    for factor in factors:
        made = subtract(made, log(field, absolute(field, factor)))
    return made


def _digamma(field: Field, a: Value) -> Value:
    if _is_far(a):
        pi, _, other = _reflected(field, a)
        return subtract(by_taylor(field, "digamma", [other]), multiply(pi, cot(field, multiply(pi, a))))
    moved, factors = _recurrence(field, a)
    made: Value = by_taylor(field, "digamma", [moved])
    for factor in factors:
        made = subtract(made, divide(field.constant(1), factor))
    return made


def _polygamma(field: Field, order: Value, a: Value) -> Value:
    moved, factors = _recurrence(field, a)
    made: Value = by_taylor(field, "polygamma", [order, moved])
    assert isinstance(order, Series), "a derivative is known only for whole orders"
    n = int(rational(order).p)
    for factor in factors:
        scale = field.constant((-1) ** n * math.factorial(n))
        made = subtract(made, multiply(scale, whole_power(factor, -n - 1)))
    return made


def _is_far(a: Value) -> bool:
    start, _ = centre(a, "the gamma function of what has no finite limit")
    place = start.rational
    return place is not None and place.q == 1 and place < -_FARTHEST_POLE


def _reflected(field: Field, a: Value) -> tuple[Series, Value, Value]:
    """pi, sin(pi*a) and 1 - a."""
    pi = field.constant(field.named("pi", arb.pi))
    return pi, sin(field, multiply(pi, a)), subtract(field.constant(1), a)


def _recurrence(field: Field, a: Value) -> tuple[Series, list[Series]]:
    """The argument beyond 0 by whole steps if it is at a pole, and a, a + 1, ... up to there."""
    start, _ = centre(a, "the gamma function of what has no finite limit")
    assert isinstance(a, Series), "it has a finite limit"
    place = start.rational
    if place is None or place.q != 1 or place > 0:
        return a, []
    if place < -_FARTHEST_POLE:
        raise UndecidedError("the expansion at a far pole")
    factors = [a + field.constant(k) for k in range(1 - int(place.p))]
    return a + field.constant(len(factors)), factors


def _polylog(field: Field, s: Value, a: Value) -> Value:
    """By its defining series at 0, DLMF 25.12.10, where the rule of its derivative is 0/0."""
    order = s.number() if isinstance(s, Series) else None
    exponent = None if order is None else order.rational
    if exponent is None or isinstance(a, Beyond) or a.order is None or a.order <= 0:
        return by_taylor(field, "polylog", [s, a])
    powers = (field.rational(k).power(-exponent) for k in range(1, field.terms + 1))
    return compose([field.rational(0), *powers], a)


# -- the whole vocabulary

#: These are for what changes; numbers are left to `calls`.
_CHANGING: dict[str, Callable[..., Value]] = {
    "gamma": _gamma,
    "lgamma": _lgamma,
    "digamma": _digamma,
    "polygamma": _polygamma,
    "polylog": _polylog,
}


def call(field: Field, name: str, args: Sequence[Value]) -> Value:
    """The value of a row. Raises the signals of this package."""
    field.tick()
    return _call(field, name, args)


def _call(field: Field, name: str, args: Sequence[Value]) -> Value:
    if name in ELEMENTARY:
        return ELEMENTARY[name](field, *args)
    if name == "atan2":
        return _atan2(field, *args)
    numbers = [arg.number() if isinstance(arg, Series) else None for arg in args]
    if all(number is not None for number in numbers):
        return field.constant(named_value(field, name, [number for number in numbers if number is not None]))
    if name in _CHANGING:
        return _CHANGING[name](field, *args)
    if name in _SLOPES:
        (a,) = args
        return _at_infinity(field, name, a) or _by_slope(field, name, _finite(a))
    if name in _LOGARITHMIC and isinstance(args[0], Series) and args[0].order is not None and args[0].order > 0:
        return _logarithmic(field, name, args[0])
    if name == "li":
        return _call(field, "Ei", [log(field, args[0])])
    return by_taylor(field, name, args)


def _at_infinity(field: Field, name: str, a: Value) -> Value | None:
    """atan, erf and erfc of what grows without bound; None for other functions and arguments."""
    if name not in {"atan", "erf", "erfc"} or (isinstance(a, Series) and not isinstance(a.limit(), float)):
        return None
    turn, one = sign(a), field.constant(1)
    if name == "atan":
        right = field.constant(field.named("pi", arb.pi).over(2 * turn))
        return subtract(right, _call(field, name, [divide(one, a)]))
    # Only what grows as a power gets near 1 faster than any power.
    if isinstance(a, Series) and a.lead()[0][0] == 0:
        raise UndecidedError(f"the expansion of {name} of a logarithm")
    ends = field.constant(turn if name == "erf" else 1 - turn)
    return ends + field.nothing(FLAT)


def _finite(a: Value) -> Series:
    if isinstance(a, Beyond):
        raise UndecidedError("a function of infinity")
    return a


def constant(field: Field, name: str) -> Series:
    """A named constant. Raises `UndecidedError` for infinity."""
    value = arithmetic.constant(name)
    if not value.is_finite():
        raise UndecidedError("infinity")
    if name == "e":
        return field.constant(exponential(field, field.rational(1)))
    if name == "tau":
        return field.constant(2) * constant(field, "pi")
    return field.constant(field.named(name, lambda: value))
