"""Balls -> balls: the functions for which the vocabulary's `arb` column is a bare word.

Imports flint: only `evaluation` imports this module. Each takes and returns real balls; a value that is certainly not
real raises `UndefinedError`; a ball too wide to tell raises `UndecidedError`, and more precision follows.
Source of the formulas: DLMF, chapters named in the vocabulary's rows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from flint import acb, arb, fmpz


class UndefinedError(Exception):
    """The function has no finite real value here; the message is the reason."""


class UndecidedError(Exception):
    """The balls are too wide to tell; the message says what could not be told."""


class UnsupportedError(Exception):
    """Arb cannot do this; the message says what."""


def whole(value: arb, what: str) -> int:
    """The whole number that a ball is, which must be exact. Raises `UnsupportedError` for another value."""
    if not value.is_exact():
        raise UndecidedError(f"whether {what} is a whole number")
    if not value.is_integer() or abs(value) > 10**6:
        raise UnsupportedError(f"{what} must be a whole number of moderate size")
    return _exact_integer(value)


def _exact_integer(value: arb) -> int:
    """The whole number that an exact ball holds."""
    found = value.unique_fmpz()
    if found is None:
        raise UndecidedError("whether a number is whole")
    return int(found)


def real(value: acb) -> arb:
    """The real part of what must be real. Raises `UndefinedError` if the imaginary part is certainly not 0."""
    if not value.imag.contains(0):
        raise UndefinedError("the value is complex")
    return value.real


def absolute(x: arb) -> arb:
    """|x|."""
    return abs(x)


def sign(x: arb) -> arb:
    """-1, 0 or 1."""
    if x > 0 or x < 0:
        return arb(1 if x > 0 else -1)
    if x == 0:
        return arb(0)
    raise UndecidedError("the sign of a number")


def _step(x: arb, rounded: Callable[[arb], arb]) -> arb:
    result = rounded(x)
    if not result.is_exact():
        raise UndecidedError("on which side of a jump a number is")
    return result


def floor(x: arb) -> arb:
    """The largest whole number not above x."""
    return _step(x, arb.floor)


def ceiling(x: arb) -> arb:
    """The smallest whole number not below x."""
    return _step(x, arb.ceil)


def nearest(x: arb) -> arb:
    """The nearest whole number, halves to even."""
    shifted = x + arb(1) / 2
    low = _step(shifted, arb.floor)
    if shifted == low and _exact_integer(low) % 2:
        return low - 1
    return low


def truncate(x: arb) -> arb:
    """The argument without its fraction."""
    return arb(0) if abs(x) < 1 else ceiling(x) if x < 0 else floor(x)


def maximum(*values: arb) -> arb:
    """The largest."""
    return reduce(lambda a, b: a.max(b), values)


def minimum(*values: arb) -> arb:
    """The smallest."""
    return reduce(lambda a, b: a.min(b), values)


def cbrt(x: arb) -> arb:
    """The real cube root."""
    if x == 0:
        return x
    if x > 0:
        return x.root(3)
    if x < 0:
        return -((-x).root(3))
    raise UndecidedError("the sign under a cube root")


def loggamma(x: arb) -> arb:
    """log|gamma(x)|."""
    return x.lgamma() if x > 0 else abs(x.gamma()).log()


def polygamma(n: arb, x: arb) -> arb:
    """The n-th derivative of digamma."""
    order = whole(n, "the order of polygamma")
    if not 0 <= order <= 1000:
        raise UnsupportedError("the order of polygamma must be from 0 to 1000")
    return real(acb(x).polygamma(order))


def lowergamma(a: arb, x: arb) -> arb:
    """The lower incomplete gamma function."""
    return moderate(x).gamma_lower(moderate(a))


def uppergamma(a: arb, x: arb) -> arb:
    """The upper incomplete gamma function."""
    return moderate(x).gamma_upper(moderate(a))


def moderate(x: arb) -> arb:
    """The argument itself, unless it is so large that Arb's series would take minutes. Raises `UnsupportedError`."""
    if abs(x) > 10**5:
        raise UnsupportedError("the argument of a special function is too large")
    return x


def besselj(n: arb, x: arb) -> arb:
    """Bessel J."""
    return _bessel(acb.bessel_j, n, x)


def bessely(n: arb, x: arb) -> arb:
    """Bessel Y."""
    return _bessel(acb.bessel_y, n, x)


def besseli(n: arb, x: arb) -> arb:
    """Bessel I."""
    return _bessel(acb.bessel_i, n, x)


def besselk(n: arb, x: arb) -> arb:
    """Bessel K."""
    return _bessel(acb.bessel_k, n, x)


def _bessel(function: Callable[[acb, acb], acb], n: arb, x: arb) -> arb:
    return real(function(acb(moderate(x)), acb(moderate(n))))


def airyaiprime(x: arb) -> arb:
    """Ai'."""
    return moderate(x).airy_ai(derivative=1)


def airybiprime(x: arb) -> arb:
    """Bi'."""
    return moderate(x).airy_bi(derivative=1)


def zeta(s: arb) -> arb:
    """Riemann zeta."""
    return moderate(s).zeta()


def hurwitz(s: arb, a: arb) -> arb:
    """Hurwitz zeta."""
    return moderate(s).zeta(moderate(a))


def polylog(s: arb, x: arb) -> arb:
    """The polylogarithm."""
    if abs(s) > 1000:
        raise UnsupportedError("the order of polylog must be within 1000")
    return real(acb(x).polylog(acb(s)))


def lambertw(x: arb, k: arb) -> arb:
    """Lambert W on branch 0 or -1."""
    branch = whole(k, "the branch of lambertw")
    if branch not in {0, -1}:
        raise UndefinedError("lambertw is real on the branches 0 and -1 only")
    return x.lambertw(branch)


def expint(n: arb, x: arb) -> arb:
    """The generalised exponential integral."""
    return moderate(x).expint(moderate(n))


def fresnels(x: arb) -> arb:
    """Fresnel S."""
    return moderate(x).fresnel_s()


def fresnelc(x: arb) -> arb:
    """Fresnel C."""
    return moderate(x).fresnel_c()


def elliptic_k(m: arb) -> arb:
    """Complete, first kind."""
    return real(acb(m).elliptic_k())


def elliptic_f(phi: arb, m: arb) -> arb:
    """Incomplete, first kind."""
    return real(acb.elliptic_f(acb(moderate(phi)), acb(m)))


def elliptic_e(m: arb) -> arb:
    """Complete, second kind."""
    return real(acb(m).elliptic_e())


def elliptic_e_incomplete(phi: arb, m: arb) -> arb:
    """Incomplete, second kind."""
    return real(acb.elliptic_e_inc(acb(moderate(phi)), acb(m)))


def elliptic_pi(n: arb, m: arb) -> arb:
    """Complete, third kind."""
    return real(acb.elliptic_pi(acb(n), acb(m)))


def elliptic_pi_incomplete(n: arb, phi: arb, m: arb) -> arb:
    """Incomplete, third kind."""
    return real(acb.elliptic_pi_inc(acb(n), acb(moderate(phi)), acb(m)))


def power(base: arb, exponent: arb) -> arb:
    """base**exponent: exact whole exponents for any base, real ones for a positive base; 0**0 is 1."""
    if exponent.is_exact() and exponent.is_integer():
        if exponent == 0:
            return arb(1)
        if base == 0:
            if exponent < 0:
                raise UndefinedError("division by zero")
            return arb(0)
        if abs(exponent) < 2**62:
            return arb(base ** fmpz(_exact_integer(exponent)))
        return arb(base**exponent)
    if base > 0:
        return arb(base**exponent)
    if base < 0 and not exponent.contains_integer():
        raise UndefinedError("a power of a negative number")
    if base == 0 and exponent > 0:
        return arb(0)
    if base == 0 and exponent < 0:
        raise UndefinedError("division by zero")
    raise UndecidedError("the sign under a power")
