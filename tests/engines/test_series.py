"""Generalised series against mpmath at a small t, and against identities that hold exactly."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcalc.engines.certified.errors import UndecidedError, UndefinedError
from gradcalc.engines.certified.singular import elementary, expansions
from gradcalc.engines.certified.singular.growth import Beyond
from gradcalc.engines.certified.singular.series import Field, Series, ShortError
from tests import oracle

mp = oracle.mp
T = mp.mpf(10) ** -40
SMALL = st.fractions(-3, 3, max_denominator=4)
PLACES = st.tuples(st.fractions(0, 3, max_denominator=3), st.integers(0, 2))
SUMS = st.dictionaries(PLACES, SMALL.filter(bool), min_size=1, max_size=4)


@pytest.fixture(scope="module", autouse=True)
def _many_bits() -> Iterator[None]:
    """Balls narrower than what the terms leave behind."""
    with ctx.workprec(600):
        yield


def field(terms: int = 8) -> Field:
    """One that never runs out of time."""
    return Field(terms, math.inf)


def series(over: Field, terms: dict[tuple[Fraction, int], Fraction]) -> Series:
    """The sum of c * t**p * log(t)**q."""
    return Series(over, {place: over.rational(fmpq(c.numerator, c.denominator)) for place, c in terms.items()})


def at(made: Series, t: Any = T) -> Any:
    """The terms at t, by mpmath."""
    terms = (
        mp.mpf(number.ball.str(150, radius=False)) * t ** _mpf(p) * mp.log(t) ** q
        for (p, q), number in made.terms.items()
    )
    return mp.fsum(terms)


def _mpf(value: Fraction) -> Any:
    return mp.mpf(value.numerator) / value.denominator


def hold(made: Series, exact: Any) -> None:
    """Fail if the terms are further from the truth than what follows them, O(t**end) times logarithms."""
    rest = 0 if made.end is None else T ** _mpf(made.end) * abs(mp.log(T)) ** 40
    assert abs(at(made) - exact) <= rest + abs(exact) * mp.mpf(10) ** -40


@settings(max_examples=40)
@given(SUMS, SUMS)
def test_sums_and_products_at_a_small_t(first: dict[Any, Fraction], second: dict[Any, Fraction]) -> None:
    """The rest of two truncated series is none larger than it says."""
    over = field(3)
    a, b = series(over, first), series(over, second)
    with mp.workdps(120):
        exact_a, exact_b = at(series(field(99), first)), at(series(field(99), second))
        hold(a + b, exact_a + exact_b)
        hold(a - b, exact_a - exact_b)
        hold(a * b, exact_a * exact_b)


@settings(max_examples=40)
@given(
    st.fractions(-2, 2, max_denominator=3),
    st.fractions(1, 4, max_denominator=5),
    SUMS,
    st.fractions(-2, 2, max_denominator=5),
)
def test_quotients_and_powers_at_a_small_t(
    lead: Fraction, factor: Fraction, tail: dict[Any, Fraction], power: Fraction
) -> None:
    """factor * t**lead * (1 + tail), tail going to 0, to a power and divided by."""
    over = field()
    terms = {(p + Fraction(1, 3), q): c for (p, q), c in tail.items()} | {(Fraction(0), 0): Fraction(1)}
    made = series(over, terms).shifted(lead).scaled(over.rational(fmpq(factor.numerator, factor.denominator)))
    with mp.workdps(120):
        exact = _mpf(factor) * T ** _mpf(lead) * at(series(field(99), terms))
        hold(made.inverse(), 1 / exact)
        hold(made.power(fmpq(power.numerator, power.denominator)), exact ** _mpf(power))


@settings(max_examples=40)
@given(SUMS)
def test_a_derivative_undoes_an_integral(terms: dict[Any, Fraction]) -> None:
    """Exactly: nothing is rounded."""
    made = series(field(), terms)
    assert (made.integral().derivative() - made).is_zero()


FUNCTIONS = "exp expm1 log1p sin cos tan sinh cosh tanh atan asin acos atanh asinh erf erfc sinc Si gamma lgamma digamma airyai besselj0"


@pytest.mark.parametrize("start", [Fraction(0), Fraction(1, 4)], ids=str)
@pytest.mark.parametrize("name", FUNCTIONS.split())
def test_a_function_at_a_small_t(name: str, start: Fraction) -> None:
    """f(start + 2t - t*log(t)) of series and of mpmath; some are moved off a singular point, or one of their rule, by 1."""
    moved, bessel = {"gamma", "lgamma", "digamma", "besselj0"}, name == "besselj0"
    over, start = field(), start + (name in moved)
    inner = {(Fraction(0), 0): start, (Fraction(1), 0): Fraction(2), (Fraction(1), 1): Fraction(-1)}
    arguments = [over.constant(0), series(over, inner)] if bessel else [series(over, inner)]
    made = expansions.call(over, "besselj" if bessel else name, arguments)
    assert isinstance(made, Series)
    assert made.end is None or made.end >= 3
    t = mp.mpf(10) ** -12
    with mp.workdps(60):
        exact = oracle.value("besselj" if bessel else name, [*[0] * bessel, _mpf(start) + 2 * t - t * mp.log(t)])
        assert abs(at(made, t) - exact) < 1e-30


def test_roots_cancel_exactly() -> None:
    """(1 + sqrt 2)*(1 - sqrt 2) + 1 is 0, which no ball could tell; and cosh**2 - sinh**2 is 1."""
    over = field()
    root = over.constant(over.rational(2).power(fmpq(1, 2)))
    one = over.constant(1)
    assert ((one + root) * (one - root) + one).is_zero()
    cosh, sinh = (expansions.call(over, name, [over.constant(fmpq(1, 3))]) for name in ("cosh", "sinh"))
    assert (cosh * cosh - sinh * sinh - one).is_zero()


def test_a_coefficient_of_which_nothing_is_known_is_not_taken_to_be_zero() -> None:
    """exp(log 3) and 3 have overlapping balls: they may be equal, and this field does not know."""
    over = field()
    three = expansions.call(over, "exp", [over.constant(over.named("log", lambda: arb(3).log()))])
    with pytest.raises(UndecidedError):
        (three - over.constant(3)).sign()


def test_a_leading_term_behind_the_end_is_asked_for() -> None:
    """O(t**2) has no sign, and more terms may give it one."""
    with pytest.raises(ShortError):
        field().nothing(2).sign()


def test_an_exponential_outruns_the_powers() -> None:
    """exp(-1/t) is below every power, exp(1/t) beyond, with the logarithm 1/t."""
    over = field()
    decays, grows = (expansions.call(over, "exp", [over.line(fmpq(0), direction).inverse()]) for direction in (-1, 1))
    assert isinstance(decays, Series)
    assert (dict(decays.terms), decays.end) == ({}, Fraction(1000))
    assert isinstance(grows, Beyond)
    assert grows.sign == 1
    assert grows.log is not None
    assert (grows.log - over.line(fmpq(0), 1).inverse()).is_zero()


def test_a_power_of_t_comes_out_of_its_logarithm() -> None:
    """exp(3*log(t)/2) is t**(3/2), exactly."""
    over = field()
    made = expansions.call(over, "exp", [over.log().scaled(over.rational(fmpq(3, 2)))])
    assert isinstance(made, Series)
    assert (made - over.constant(1).shifted(Fraction(3, 2))).is_zero()


@pytest.mark.parametrize(
    "outside",
    [
        lambda over, t: expansions.call(over, "log", [-t]),
        lambda over, t: expansions.call(over, "sqrt", [-t]),
        lambda over, t: expansions.call(over, "asin", [over.constant(1) + t]),
        lambda over, t: expansions.call(over, "acosh", [over.constant(1) - t]),
        lambda over, t: elementary.power(over, -t, over.constant(fmpq(1, 3))),
        lambda over, t: expansions.call(over, "erfinv", [over.constant(2) + t]),
    ],
    ids=["log", "sqrt", "asin", "acosh", "power", "erfinv"],
)
def test_outside_its_domain_a_function_is_undefined(outside: Callable[[Field, Series], object]) -> None:
    """Every t > 0 is outside, however small."""
    over = field()
    with pytest.raises(UndefinedError):
        outside(over, over.line(fmpq(0), 1))


def test_a_long_exact_coefficient_gets_a_name() -> None:
    """2**9000 has more bits than a coefficient may: it goes on as a number whose ball is exact."""
    over = field()
    long = over.rational(fmpq(2) ** 9000)
    assert (long * over.rational(2)).sign() == 1
    assert abs((long * over.rational(2)).ball.log() - arb(2).log() * 9001) < 1e-30


def test_the_clock_ends_it() -> None:
    """A deadline that has passed stops the next product."""
    over = Field(8, 0.0)
    t = over.line(fmpq(0), 1)
    with pytest.raises(TimeoutError):
        _ = t * t
