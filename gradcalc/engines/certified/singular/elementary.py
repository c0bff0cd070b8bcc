"""Elementary functions on what a step is for t -> 0+: powers, exponentials, logarithms, sines, hyperbolic functions.

Raises the signals of this package. Imports flint: only `expansions` imports this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from flint import arb, fmpq

from gradcalc.engines.certified.errors import UndecidedError, UndefinedError
from gradcalc.engines.certified.singular import growth
from gradcalc.engines.certified.singular.growth import (
    FLAT,
    Beyond,
    Value,
    absolute,
    add,
    centre,
    divide,
    multiply,
    negative,
    sign,
    subtract,
    whole_power,
)
from gradcalc.engines.certified.singular.series import Field, Number, Series, compose

# -- exponential and logarithm, powers


def power(field: Field, a: Value, b: Value) -> Value:
    """a**b, as `arithmetic` has it: a negative base for a whole exponent only, and 0 to a positive one is 0."""
    number = b.number() if isinstance(b, Series) else None
    exponent = None if number is None else number.rational
    if exponent is not None and exponent.q == 1:
        return whole_power(a, int(exponent)) if isinstance(a, Series) or exponent else field.constant(1)
    turn = sign(a)
    if turn < 0:
        if _may_be_whole(b):
            raise UndecidedError("whether an exponent is whole")
        raise UndefinedError("a power of a negative number")
    if turn == 0:
        if sign(b) < 0:
            raise UndefinedError("division by zero")
        return field.constant(0)
    if exponent is not None and isinstance(a, Series):
        return a.power(exponent)
    return exp(field, multiply(b, log(field, a)))


def _may_be_whole(exponent: Value) -> bool:
    """Whether an exponent may be a whole number that stands still: one that moves is none for small t."""
    if not isinstance(exponent, Series) or isinstance(exponent.limit(), float):
        return False
    start, rest = centre(exponent, "an exponent without a limit")
    return bool(start.ball.contains_integer()) and (rest.is_zero() or not rest.terms or rest.sign() == 0)


def exp(field: Field, a: Value) -> Value:
    """e**a."""
    if isinstance(a, Beyond):
        return a if a.sign > 0 else field.nothing(FLAT)
    order = a.order
    if order is not None and order <= 0 and a.terms:
        (place, logs), number = next(iter(a.terms.items()))
        if place < 0 or logs > 1:
            if a.sign() < 0:
                return field.nothing(FLAT, rough=a.rough)
            if a.rough:
                raise UndecidedError("the exponential of what oscillates")
            return Beyond(1, a)
        if logs == 1:
            exponent = number.rational
            rest = exp(field, a - field.log().scaled(number))
            assert isinstance(rest, Series), "what remains is finite"
            if exponent is None:
                return rest * field.nothing(_below(number))
            return rest.shifted(Fraction(int(exponent.p), int(exponent.q)))
    start, rest = centre(a, "the exponential of what has no finite limit")
    return compose(factorials(field), rest).scaled(exponential(field, start))


def _below(number: Number) -> Fraction:
    """A little less than an irrational exponent, between the same whole numbers; that of 0 is then a limit."""
    part, whole = (number.ball.lower() * 1024).floor().unique_fmpz(), number.ball.floor().unique_fmpz()
    if part is None or whole is None or part <= 1024 * whole:
        raise UndecidedError("an irrational power")
    return Fraction(int(part), 1024)


def exponential(field: Field, number: Number) -> Number:
    """exp of a number; that of -1 is the inverse of that of 1."""
    if _turned(number):
        return exponential(field, -number).inverse()
    return field.named(("exp", number.key), number.ball.exp)


def _turned(number: Number) -> bool:
    """Which of c and -c this is."""
    return not number.is_zero() and min(number.key)[1] < 0


def factorials(field: Field) -> Iterator[Number]:
    """The coefficients of exp."""
    factor, k = fmpq(1), 0
    while True:
        yield field.rational(factor)
        k += 1
        factor /= k


def log(field: Field, a: Value) -> Value:
    """The natural logarithm."""
    if sign(a) <= 0:
        raise UndefinedError("log of a number that is not positive")
    if isinstance(a, Beyond):
        if a.log is None:
            raise UndecidedError("the logarithm of infinity")
        return a.log + field.nothing(FLAT)
    (exponent, logs), number, u = a.split()
    if logs:
        raise UndecidedError("the logarithm of a logarithm")
    start = field.constant(field.named(("log", number.key), number.ball.log))
    slope = field.rational(fmpq(exponent.numerator, exponent.denominator))
    return start + field.log().scaled(slope) + compose(_harmonics(field), u)


def _harmonics(field: Field) -> Iterator[Number]:
    """The coefficients of log(1 + u)."""
    yield field.rational(0)
    k = 1
    while True:
        yield field.rational(fmpq(1 if k % 2 else -1, k))
        k += 1


def log1p(field: Field, a: Value) -> Value:
    """log(1 + a)."""
    return log(field, add(a, field.constant(1)))


def expm1(field: Field, a: Value) -> Value:
    """exp(a) - 1."""
    return subtract(exp(field, a), field.constant(1))


def sqrt(field: Field, a: Value) -> Value:
    """The square root."""
    if sign(a) < 0:
        raise UndefinedError("the square root of a negative number")
    return power(field, a, field.constant(fmpq(1, 2)))


def rsqrt(field: Field, a: Value) -> Value:
    """1/sqrt(a)."""
    return divide(field.constant(1), sqrt(field, a))


def cbrt(field: Field, a: Value) -> Value:
    """The real cube root."""
    root = power(field, absolute(field, a), field.constant(fmpq(1, 3)))
    return negative(root) if sign(a) < 0 else root


# -- trigonometric and hyperbolic functions


def sine_and_cosine(field: Field, a: Value) -> tuple[Series, Series]:
    """Of what grows without bound it is only known that they are bounded."""
    try:
        start, rest = centre(a, "the sine of what has no limit")
    except UndecidedError:
        if isinstance(a, Series) and not a.terms:
            raise
        bounded = field.nothing(0, rough=True)
        return bounded, bounded
    sine, cosine = _angle(field, start)
    odd, even = compose(alternating(field, 1), rest), compose(alternating(field, 0), rest)
    return odd.scaled(cosine) + even.scaled(sine), even.scaled(cosine) - odd.scaled(sine)


def _angle(field: Field, number: Number) -> tuple[Number, Number]:
    """sin and cos of a number, exactly where it is a rational multiple of pi that has such."""
    if _turned(number):
        sine, cosine = _angle(field, -number)
        return -sine, cosine
    turns = (number * field.named("pi", arb.pi).inverse()).rational
    if turns is not None and not number.is_zero():
        part = arb(turns)
        return field.named(("sin", number.key), part.sin_pi), field.named(("cos", number.key), part.cos_pi)
    return field.named(("sin", number.key), number.ball.sin), field.named(("cos", number.key), number.ball.cos)


def of_parity(field: Field, parity: int) -> Iterator[Number]:
    """The coefficients of sinh, or those of cosh."""
    for k, number in enumerate(factorials(field)):
        yield number if k % 2 == parity else field.rational(0)


def alternating(field: Field, parity: int) -> Iterator[Number]:
    """The coefficients of sin, or those of cos."""
    for k, number in enumerate(factorials(field)):
        yield field.rational(0) if k % 2 != parity else -number if k % 4 >= 2 else number


def sin(field: Field, a: Value) -> Value:
    """Sine."""
    return sine_and_cosine(field, a)[0]


def cos(field: Field, a: Value) -> Value:
    """Cosine."""
    return sine_and_cosine(field, a)[1]


def tan(field: Field, a: Value) -> Value:
    """Tangent."""
    return divide(*sine_and_cosine(field, a))


def cot(field: Field, a: Value) -> Value:
    """Cotangent."""
    return divide(*reversed(sine_and_cosine(field, a)))


def sec(field: Field, a: Value) -> Value:
    """Secant."""
    return divide(field.constant(1), cos(field, a))


def csc(field: Field, a: Value) -> Value:
    """Cosecant."""
    return divide(field.constant(1), sin(field, a))


def sinc(field: Field, a: Value) -> Value:
    """sin(a)/a, 1 at 0."""
    if isinstance(a, Series) and a.is_zero():
        return field.constant(1)
    return over(a, alternating(field, 1)) or divide(sin(field, a), a)


def over(a: Value, coefficients: Iterator[Number]) -> Series | None:
    """(f(a) - f(0))/a for a -> 0, from the coefficients of f; None for other arguments."""
    if isinstance(a, Beyond) or a.order is None or a.order <= 0:
        return None
    next(coefficients)
    return compose(coefficients, a)


def sinh(field: Field, a: Value) -> Value:
    """Hyperbolic sine."""
    return _half(field, subtract(exp(field, a), exp(field, negative(a))))


def cosh(field: Field, a: Value) -> Value:
    """Hyperbolic cosine."""
    return _half(field, add(exp(field, a), exp(field, negative(a))))


def _half(field: Field, a: Value) -> Value:
    return multiply(a, field.constant(fmpq(1, 2)))


def tanh(field: Field, a: Value) -> Value:
    """Hyperbolic tangent."""
    one, two = field.constant(1), field.constant(2)
    return subtract(one, divide(two, add(exp(field, multiply(two, a)), one)))


def coth(field: Field, a: Value) -> Value:
    """Hyperbolic cotangent."""
    return divide(field.constant(1), tanh(field, a))


def sech(field: Field, a: Value) -> Value:
    """Hyperbolic secant."""
    return divide(field.constant(1), cosh(field, a))


def csch(field: Field, a: Value) -> Value:
    """Hyperbolic cosecant."""
    return divide(field.constant(1), sinh(field, a))


def atanh(field: Field, a: Value) -> Value:
    """By logarithms, also at its poles."""
    one = field.constant(1)
    return _half(field, subtract(log(field, add(one, a)), log(field, subtract(one, a))))


#: By the name of the row; a number is an argument as any other.
ELEMENTARY: dict[str, Callable[..., Value]] = {
    "abs": growth.absolute, "sign": growth.signum, "max": growth.maximum, "min": growth.minimum,
    "floor": growth.floor, "ceil": growth.ceiling, "trunc": growth.truncate, "round": growth.nearest,
    "exp": exp, "expm1": expm1, "log": log, "log1p": log1p, "sqrt": sqrt, "rsqrt": rsqrt, "cbrt": cbrt,
    "sin": sin, "cos": cos, "tan": tan, "cot": cot, "sec": sec, "csc": csc, "sinc": sinc,
    "sinh": sinh, "cosh": cosh, "tanh": tanh, "coth": coth, "sech": sech, "csch": csch,
    "atanh": atanh,
}  # fmt: skip
