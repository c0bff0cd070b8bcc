"""What a step is for t -> 0+, a series or what outgrows every series: arithmetic, comparison, pieces.

Imports flint: only `expansions`, `analytic` and `sides` import this module. Raises the signals of this package.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flint import fmpq

from gradcalc.engines.certified.balls import calls
from gradcalc.engines.certified.errors import UndecidedError, UndefinedError
from gradcalc.engines.certified.singular.series import Field, Number, Series

#: exp(-1/t) is O(t**FLAT), as it would be for any other number.
FLAT = 1000


class Beyond(NamedTuple):
    """Tends to an infinity faster than any power of 1/t; `log` is the logarithm of its size, where that is known."""

    sign: int
    log: Series | None = None


Value = Series | Beyond


# -- arithmetic


def negative(a: Value) -> Value:
    """-a."""
    return -a if isinstance(a, Series) else Beyond(-a.sign, a.log)


def add(a: Value, b: Value) -> Value:
    """a + b."""
    if isinstance(a, Series):
        return a + b if isinstance(b, Series) else b
    if isinstance(b, Beyond) and a.sign != b.sign:
        raise UndecidedError("a difference of infinities")
    # What a series adds to the logarithm is as small as the infinity is large.
    return Beyond(a.sign) if isinstance(b, Beyond) else a


def subtract(a: Value, b: Value) -> Value:
    """a - b."""
    return add(a, negative(b))


def multiply(a: Value, b: Value) -> Value:
    """a * b; 0 times what is finite for t > 0 is 0."""
    if isinstance(a, Series) and isinstance(b, Series):
        return a * b
    for factor in (a, b):
        if isinstance(factor, Series) and factor.is_zero():
            return factor
    return Beyond(sign(a) * sign(b))


def divide(a: Value, b: Value) -> Value:
    """a / b. Raises `UndefinedError` where b is exactly 0."""
    if isinstance(b, Beyond):
        if isinstance(a, Beyond):
            raise UndecidedError("a quotient of infinities")
        return a if a.is_zero() else a.field.nothing(FLAT, rough=a.rough)
    if b.is_zero():
        raise UndefinedError("division by zero")
    return a * b.inverse() if isinstance(a, Series) else Beyond(a.sign * b.sign())


def whole_power(a: Value, exponent: int) -> Value:
    """a**exponent; 0**0 is 1."""
    if isinstance(a, Series):
        if exponent < 0 and a.is_zero():
            raise UndefinedError("division by zero")
        return a.whole_power(exponent)
    if exponent <= 0:
        raise UndecidedError("a power of infinity")
    return Beyond(a.sign if exponent % 2 else 1)


def sign(a: Value) -> int:
    """For small t. Raises `UndecidedError` where it is not seen."""
    return a.sign() if isinstance(a, Series) else a.sign


# -- what is put together from pieces


def absolute(_: Field, a: Value) -> Value:
    """|a|."""
    return negative(a) if sign(a) < 0 else a


def signum(field: Field, a: Value) -> Value:
    """-1, 0 or 1."""
    return field.constant(sign(a))


def maximum(_: Field, a: Value, *others: Value) -> Value:
    """The largest."""
    for b in others:
        a = b if sign(subtract(a, b)) < 0 else a
    return a


def minimum(_: Field, a: Value, *others: Value) -> Value:
    """The smallest."""
    for b in others:
        a = b if sign(subtract(a, b)) > 0 else a
    return a


def floor(field: Field, a: Value) -> Value:
    """The largest whole number not above a."""
    start, rest = centre(a, "the whole part of what has no finite limit")
    whole = start.rational
    if whole is None:
        below = start.ball.floor().unique_fmpz()
        if below is None or start.ball.contains_integer():
            raise UndecidedError("the whole part of a limit")
        return field.constant(fmpq(below))
    below = whole.floor()
    return field.constant(fmpq(below) - (1 if below == whole and rest.sign() < 0 else 0))


def ceiling(field: Field, a: Value) -> Value:
    """The smallest whole number not below a."""
    return negative(floor(field, negative(a)))


def truncate(field: Field, a: Value) -> Value:
    """Without the fraction, towards 0."""
    return floor(field, a) if sign(a) >= 0 else ceiling(field, a)


def nearest(field: Field, a: Value) -> Value:
    """Halves go to the even neighbour."""
    half = field.constant(fmpq(1, 2))
    below = floor(field, add(a, half))
    assert isinstance(below, Series), "a whole number"
    whole = rational(below)
    middle = sign(subtract(a, subtract(below, half))) == 0
    return field.constant(whole - 1) if middle and int(whole.p) % 2 else below


def rational(a: Series) -> fmpq:
    """The value of a constant that was made as a rational number."""
    number = a.number()
    assert number is not None, "it was made as one"
    assert number.rational is not None, "it was made as one"
    return number.rational


# -- limits and numbers


def named_value(field: Field, name: str, numbers: Sequence[Number]) -> Number:
    """The function of numbers: one with a name."""
    key = (name, *(number.key for number in numbers))
    return field.named(key, lambda: calls.call(name, [number.ball for number in numbers]))


def centre(a: Value, reason: str) -> tuple[Number, Series]:
    """The finite limit of a series, and what remains, which goes to 0 as a power of t."""
    if isinstance(a, Beyond):
        raise UndecidedError(reason)
    limit = a.limit()
    if isinstance(limit, float):
        raise UndecidedError(reason)
    return limit, a.rest()
