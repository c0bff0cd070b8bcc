"""Arithmetic of truncated generalised series: sums of c * t**p * log(t)**q for t -> 0+, p rational, q whole.

Imports flint: only `expansions` and `sides` import this module.

A coefficient is a polynomial over the rationals in named numbers, such as sin(1): what cancels exactly is exactly 0,
which no ball could tell, and the same number on both sides of a point is seen to be the same.
What follows the terms of a series is O(t**end), times some power of the logarithm.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property

from flint import arb, fmpq, fmpz

from gradcalc.engines.certified.errors import UndecidedError

#: Named numbers with their exponents.
Monomial = tuple[tuple[int, int], ...]
#: The exponents of t and of log(t).
Exponents = tuple[Fraction, int]

#: A coefficient beyond these becomes a named number of its own.
_MOST_MONOMIALS, _MOST_BITS = 12, 8192
#: Roots of rationals up to this one are known as such.
_LARGEST_ROOT = 64


class ShortError(UndecidedError):
    """The terms at hand do not tell; more of them may. The message says what could not be told."""


class Field:
    """The named numbers of one computation, how many terms a series may have, and when to stop."""

    def __init__(self, terms: int, deadline: float) -> None:
        self.terms = terms
        self.deadline = deadline
        self._known: dict[Hashable, Number] = {}
        self.values: list[arb] = []
        self.roots: list[tuple[fmpq, int] | None] = []

    def tick(self) -> None:
        """Raise `TimeoutError` once the thread's clock has passed the deadline."""
        if time.thread_time() > self.deadline:
            raise TimeoutError

    def rational(self, value: int | fmpq) -> Number:
        """A coefficient that is a rational number."""
        value = fmpq(value)
        return Number(self, {(): value} if value else {})

    def named(self, key: Hashable, value: Callable[[], arb], root: tuple[fmpq, int] | None = None) -> Number:
        """The number with this name; a rational one if its ball is exact and short."""
        if key not in self._known:
            ball = value()
            exact = ball.fmpq() if ball.is_exact() and ball.is_finite() else None
            if exact is not None and _bits(exact) <= _MOST_BITS:
                self._known[key] = self.rational(exact)
            else:
                self.values.append(ball)
                self.roots.append(root)
                self._known[key] = Number(self, {((len(self.values) - 1, 1),): fmpq(1)})
        return self._known[key]

    def constant(self, value: int | fmpq | Number) -> Series:
        """A series of one exact term."""
        number = value if isinstance(value, Number) else self.rational(value)
        return Series(self, {(Fraction(0), 0): number})

    def line(self, start: fmpq, direction: int) -> Series:
        """The variable: start + direction*t."""
        terms = {(Fraction(0), 0): self.rational(start), (Fraction(1), 0): self.rational(direction)}
        return Series(self, terms)

    def log(self) -> Series:
        """A series of one term, the logarithm of t."""
        return Series(self, {(Fraction(0), 1): self.rational(1)})

    def nothing(self, end: Fraction | int, *, rough: bool = False) -> Series:
        """O(t**end)."""
        return Series(self, {}, Fraction(end), rough=rough)


class Number:
    """A coefficient; immutable. Equal keys are equal numbers."""

    __slots__ = ("__dict__", "_field", "_parts")

    def __init__(self, field: Field, parts: Mapping[Monomial, fmpq]) -> None:
        self._field = field
        self._parts = parts

    @cached_property
    def key(self) -> frozenset[tuple[Monomial, fmpq]]:
        """A name for this number."""
        return frozenset(self._parts.items())

    @cached_property
    def ball(self) -> arb:
        """A ball around it."""
        total = arb(0)
        for monomial, factor in self._parts.items():
            part = arb(factor)
            for atom, exponent in monomial:
                part *= self._field.values[atom] ** fmpz(exponent)
            total += part
        return total

    @property
    def rational(self) -> fmpq | None:
        """Its value, if that is known to be rational."""
        if not self._parts:
            return fmpq(0)
        return self._parts.get(()) if len(self._parts) == 1 else None

    def is_zero(self) -> bool:
        """Whether it is exactly 0; False may be unknown."""
        return not self._parts

    def sign(self) -> int:
        """Raises `UndecidedError` if its ball contains 0."""
        if not self._parts:
            return 0
        value = self.rational or self.ball
        if value > 0:
            return 1
        if value < 0:
            return -1
        raise UndecidedError("whether a coefficient of the expansion is zero")

    def __add__(self, other: Number) -> Number:
        parts = dict(self._parts)
        for monomial, factor in other._parts.items():
            total = parts.get(monomial, fmpq(0)) + factor
            if total:
                parts[monomial] = total
            else:
                del parts[monomial]
        return self._made(parts)

    def __neg__(self) -> Number:
        return Number(self._field, {monomial: -factor for monomial, factor in self._parts.items()})

    def __sub__(self, other: Number) -> Number:
        return self + -other

    def __mul__(self, other: Number) -> Number:
        parts: dict[Monomial, fmpq] = {}
        for left, a in self._parts.items():
            for right, b in other._parts.items():
                monomial, extra = self._together(left, right)
                total = parts.get(monomial, fmpq(0)) + a * b * extra
                if total:
                    parts[monomial] = total
                else:
                    parts.pop(monomial, None)
        return self._made(parts)

    def over(self, whole: int) -> Number:
        """Divided by a whole number."""
        return self * self._field.rational(fmpq(1, whole))

    def inverse(self) -> Number:
        """1 over it. Raises `UndecidedError` where it may be 0."""
        self.sign()
        if len(self._parts) == 1:
            ((monomial, factor),) = self._parts.items()
            turned, extra = self._together((), tuple((atom, -exponent) for atom, exponent in monomial))
            return self._made({turned: extra / factor})
        scale, reduced = self._reduced()
        inverse = self._field.named(("power", reduced.key, -1), lambda: 1 / reduced.ball)
        return inverse * self._field.rational(1 / scale)

    def power(self, exponent: fmpq) -> Number:
        """Of a positive number, by a rational exponent."""
        if exponent.q == 1 and abs(exponent.p) <= _LARGEST_ROOT:
            base, result = self if exponent > 0 else self.inverse(), self._field.rational(1)
            for _ in range(abs(int(exponent.p))):
                result *= base
            return result
        value = self.rational
        if value == 1:
            return self
        if value is not None and exponent.q == 1 and _bits(value) * abs(int(exponent.p)) <= _MOST_BITS:
            return self._field.rational(value ** int(exponent.p))
        if value is not None and exponent.q <= _LARGEST_ROOT and abs(exponent.p) <= _LARGEST_ROOT:
            return self._root(value, int(exponent.q)).power(fmpq(exponent.p))
        return self._field.named(("power", self.key, exponent), lambda: (self.ball.log() * exponent).exp())

    def _root(self, value: fmpq, degree: int) -> Number:
        roots = [end.root(degree) for end in (value.p, value.q)]
        if [root**degree for root in roots] == [value.p, value.q]:
            return self._field.rational(fmpq(*roots))
        return self._field.named(("root", value, degree), lambda: arb(value).root(degree), (value, degree))

    def _together(self, left: Monomial, right: Monomial) -> tuple[Monomial, fmpq]:
        """The product of monomials, and the rational factor that roots leave behind."""
        exponents = dict(left)
        for atom, exponent in right:
            exponents[atom] = exponents.get(atom, 0) + exponent
        extra = fmpq(1)
        for atom, exponent in exponents.items():
            root = self._field.roots[atom]
            if root is not None:
                whole, exponents[atom] = divmod(exponent, root[1])
                extra *= root[0] ** whole
        return tuple(sorted((atom, exponent) for atom, exponent in exponents.items() if exponent)), extra

    def _made(self, parts: dict[Monomial, fmpq]) -> Number:
        """With these parts, or with a name for what is too long."""
        made = Number(self._field, parts)
        long = any(_bits(factor) > _MOST_BITS for factor in parts.values())
        if not long and len(parts) <= _MOST_MONOMIALS:
            return made
        scale, reduced = made._reduced()
        whole = self._field.named(("sum", reduced.key), lambda: reduced.ball)
        if _bits(scale) > _MOST_BITS:
            return whole * self._field.named(("sum", scale), lambda: arb(scale))
        return whole * self._field.rational(scale)

    def _reduced(self) -> tuple[fmpq, Number]:
        """The first factor, and what remains: then c and -c, as the sides of a point have them, are one thing."""
        scale = self._parts[min(self._parts)]
        return scale, Number(self._field, {monomial: factor / scale for monomial, factor in self._parts.items()})


class Series:
    """The terms, smallest first in t, and the order `end` of what follows; None if nothing does.

    rough: what follows may oscillate, so that its derivative is not of the order below.
    """

    def __init__(
        self,
        field: Field,
        terms: Mapping[Exponents, Number],
        end: Fraction | None = None,
        *,
        rough: bool = False,
    ) -> None:
        self.field = field
        kept = {place: number for place, number in terms.items() if not number.is_zero()}
        powers = sorted({power for power, _ in kept if end is None or power < end})
        if len(powers) > field.terms:
            end = powers[field.terms]
        # Of equal powers of t that with the most logarithms is the largest.
        order = sorted(kept, key=lambda place: (place[0], -place[1]))
        self.terms = {place: kept[place] for place in order if end is None or place[0] < end}
        self.end = end
        self.rough = rough

    @property
    def order(self) -> Fraction | None:
        """The smallest power of t that it may have; None for exactly 0."""
        return next(iter(self.terms))[0] if self.terms else self.end

    def is_zero(self) -> bool:
        """Whether it is exactly 0."""
        return not self.terms and self.end is None

    def number(self) -> Number | None:
        """Its value, if it is exactly a constant."""
        if self.is_zero():
            return self.field.rational(0)
        alone = self.end is None and len(self.terms) == 1
        return self.terms.get((Fraction(0), 0)) if alone else None

    def lead(self) -> tuple[Exponents, Number]:
        """The first term, whose coefficient is certainly not 0. Raises `UndecidedError`, or `ShortError` for none."""
        if not self.terms:
            raise ShortError("the leading term of the expansion")
        place, number = next(iter(self.terms.items()))
        number.sign()
        return place, number

    def sign(self) -> int:
        """For small t: that of the leading term. Raises as `lead`."""
        if self.is_zero():
            return 0
        (_, logs), number = self.lead()
        return -number.sign() if logs % 2 else number.sign()

    def limit(self) -> Number | float:
        """What it tends to, an infinity as a float. Raises as `lead` where it may be infinite."""
        order = self.order
        if order is None or order > 0:
            return self.field.rational(0)
        if not self.terms:
            raise ShortError("the limit of the expansion")
        (power, logs), number = next(iter(self.terms.items()))
        if power == 0 and logs <= 0:
            return number if logs == 0 else self.field.rational(0)
        self.lead()
        return self.sign() * float("inf")

    def rest(self) -> Series:
        """Without the term of t**0."""
        terms = {place: number for place, number in self.terms.items() if place != (Fraction(0), 0)}
        return Series(self.field, terms, self.end, rough=self.rough)

    def __neg__(self) -> Series:
        return self.scaled(self.field.rational(-1))

    def scaled(self, factor: Number) -> Series:
        """Times a number."""
        if factor.is_zero():
            return self.field.constant(0)
        return Series(self.field, {p: factor * number for p, number in self.terms.items()}, self.end, rough=self.rough)

    def shifted(self, power: Fraction, logs: int = 0) -> Series:
        """Times t**power * log(t)**logs."""
        terms = {(p + power, q + logs): number for (p, q), number in self.terms.items()}
        return Series(self.field, terms, None if self.end is None else self.end + power, rough=self.rough)

    def __add__(self, other: Series) -> Series:
        terms = dict(self.terms)
        for place, number in other.terms.items():
            terms[place] = terms[place] + number if place in terms else number
        return Series(self.field, terms, _least(self.end, other.end), rough=self.rough or other.rough)

    def __sub__(self, other: Series) -> Series:
        return self + -other

    def __mul__(self, other: Series) -> Series:
        if self.is_zero() or other.is_zero():
            return self.field.constant(0)
        assert self.order is not None, "it is not 0"
        assert other.order is not None, "it is not 0"
        end = _least(
            None if self.end is None else self.end + other.order,
            None if other.end is None else other.end + self.order,
        )
        terms: dict[Exponents, Number] = {}
        for (p, q), a in self.terms.items():
            self.field.tick()
            for (r, s), b in other.terms.items():
                if end is not None and p + r >= end:
                    break
                place = (p + r, q + s)
                product = a * b
                terms[place] = terms[place] + product if place in terms else product
        return Series(self.field, terms, end, rough=self.rough or other.rough)

    def split(self) -> tuple[Exponents, Number, Series]:
        """The leading term, and u with which the series is leading*(1 + u), u -> 0 as a power of t.

        Raises as `lead`, and `UndecidedError` where several powers of the logarithm lead.
        """
        (power, logs), number = self.lead()
        if sum(place[0] == power for place in self.terms) > 1:
            raise UndecidedError("an expansion in powers of the logarithm")
        scaled = self.shifted(-power, -logs).scaled(number.inverse())
        return (power, logs), number, scaled.rest()

    def inverse(self) -> Series:
        """1 over it. Raises as `split`."""
        (power, logs), number, u = self.split()
        return compose(_binomial(self.field, fmpq(-1)), u).scaled(number.inverse()).shifted(-power, -logs)

    def power(self, exponent: fmpq) -> Series:
        """For a positive series. Raises as `split`, and `UndecidedError` for a root of a logarithm."""
        (power, logs), number, u = self.split()
        if logs and exponent.q != 1:
            raise UndecidedError("a root of a logarithm")
        factor = number.power(exponent)
        scale = Fraction(int(exponent.p), int(exponent.q))
        return compose(_binomial(self.field, exponent), u).scaled(factor).shifted(power * scale, int(logs * scale))

    def whole_power(self, exponent: int) -> Series:
        """Any series to a whole power; to the 0th it is 1. Raises as `split` for a negative one."""
        if exponent > 0 and self.is_zero():
            return self
        if abs(exponent) > self.field.terms:
            made = (self if self.sign() > 0 else -self).power(fmpq(exponent))
            return -made if self.sign() < 0 and exponent % 2 else made
        base, result = self if exponent >= 0 else self.inverse(), self.field.constant(1)
        for _ in range(abs(exponent)):
            result = result * base
        return result

    def derivative(self) -> Series:
        """By t, term by term. Raises `UndecidedError` for a rough one."""
        if self.rough:
            raise UndecidedError("the derivative of what oscillates")
        total = Series(self.field, {}, None if self.end is None else self.end - 1)
        for (p, q), number in self.terms.items():
            slopes = {
                (p - 1, q): number * self.field.rational(_fmpq(p)),
                (p - 1, q - 1): number * self.field.rational(q),
            }
            total += Series(self.field, slopes)
        return total

    def integral(self) -> Series:
        """From 0 to t. Raises `UndecidedError` where that diverges, or is none of these series."""
        if (self.order is not None and self.order <= -1) or any(q < 0 for _, q in self.terms):
            raise UndecidedError("an integral of the expansion")
        total = Series(self.field, {}, None if self.end is None else self.end + 1, rough=self.rough)
        for (p, q), number in self.terms.items():
            over = self.field.rational(1 / _fmpq(p + 1))
            while q >= 0:
                number *= over
                total += Series(self.field, {(p + 1, q): number})
                number *= self.field.rational(-q)
                q -= 1
        return total


def compose(coefficients: Iterable[Number], u: Series) -> Series:
    """The sum of c[k] * u**k, for u -> 0 as a power of t; the sequence may be endless, or is cut off at its end."""
    field = u.field
    cut = [number for number, _ in zip(coefficients, range(field.terms), strict=False)]
    if u.is_zero():
        return field.constant(cut[0])
    order = u.order
    assert order is not None, "it is not 0"
    if order <= 0:
        raise ShortError("whether the expansion converges")
    # Powers that lie behind the end of u are lost in it anyway.
    if u.end is not None:
        cut = cut[: max(2, int(u.end / order) + 1)]
    total = field.constant(cut[-1])
    for number in reversed(cut[:-1]):
        total = total * u + field.constant(number)
    return total + field.nothing(order * len(cut), rough=u.rough)


def _binomial(field: Field, exponent: fmpq) -> Iterator[Number]:
    """The coefficients of (1 + u)**exponent."""
    factor, k = fmpq(1), 0
    while True:
        yield field.rational(factor)
        factor, k = factor * (exponent - k) / (k + 1), k + 1


def _least(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return b if a is None else a if b is None else min(a, b)


def _fmpq(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _bits(value: fmpq) -> int:
    return int(value.p.bit_length() + value.q.bit_length())
