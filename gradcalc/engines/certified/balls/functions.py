"""Balls -> balls: the functions for which the vocabulary's `arb` column is a bare word, in `FUNCTIONS`.

Imports flint: only `calls` imports this module, and calls inside the domain and the reach of `domains` only. Each takes
and returns real balls that may come out infinite or nan. Source of the formulas: DLMF, chapters named in the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from flint import acb, arb, ctx

from gradcalc.engines.certified.errors import UndefinedError, UnsupportedError


def _sign(x: arb) -> arb:
    return x.sgn()


def _nearest(x: arb) -> arb:
    """Halves go to the even neighbour. Rounding is monotonic: the ends of a ball enclose its image."""
    if x.is_exact():
        return _half_even(x)
    return _hull(_half_even(x.lower()), _half_even(x.upper()))


def _half_even(x: arb) -> arb:
    """Round an exact number."""
    mantissa, exponent = x.man_exp()
    if exponent >= 0:
        return x
    if abs(x) <= arb(1) / 2:
        return arb(0)
    shift = -int(exponent)
    whole, rest = divmod(int(mantissa), 1 << shift)
    half = 1 << (shift - 1)
    return arb(whole + (rest > half or (rest == half and whole % 2 == 1)))


def _truncate(x: arb) -> arb:
    if abs(x) < 1:
        return arb(0)
    if x.contains(0):
        return _hull(x.ceil(), x.floor())
    return x.floor() if x > 0 else x.ceil()


def _cube_root(x: arb) -> arb:
    if x == 0:
        return x
    if x.contains(0):
        return _hull(_cube_root(x.lower()), _cube_root(x.upper()))
    return x.root(3) if x > 0 else -((-x).root(3))


def _hull(a: arb, b: arb) -> arb:
    return a if a == b else a.union(b)


def _log_gamma(x: arb) -> arb:
    """log|gamma(x)|, below 0 by reflection: log(pi/|sin(pi*x)|) - log(gamma(1 - x)), DLMF 5.5.3."""
    if x > 0:
        return x.lgamma()
    return (arb.pi() / abs(x.sin_pi())).log() - (1 - x).lgamma()


def _polygamma(n: arb, x: arb) -> arb:
    if not (n.is_integer() and n >= 0):
        raise UnsupportedError("ball arithmetic has polygamma for whole orders from 0 only")
    return _real(acb(x).polygamma(acb(n)))


def _real(value: acb) -> arb:
    """The real part of what must be real: the domain says so, and the imaginary part may only be rounding."""
    if not value.imag.contains(0):
        raise UndefinedError("the value is complex")
    return value.real


def _off_axis(name: str) -> Callable[[arb, arb], arb]:
    """A function `OF_ORDER` by Arb's complex series.

    A hair of imaginary radius keeps Arb off numerical integration, which it prefers for real arguments and which takes
    minutes at 2560 bits; the true value stays inside. The series cancel about exp(2x), so as much precision is added,
    until the asymptotic series is the one that is used.
    """

    def evaluate(order: arb, x: arb) -> arb:
        if x == 0:
            return OF_ORDER[name](acb(order), acb(0)).real
        precision = ctx.prec
        size = abs(x.mid())
        cancelled = int(3 * float(size)) if size < precision else 0
        with ctx.workprec(precision + cancelled + 30):
            hair = arb(0, arb(2) ** (-3 * ctx.prec))
            return OF_ORDER[name](acb(order), acb(x, hair)).real

    return evaluate


def _on_axis(name: str) -> Callable[[arb, arb], arb]:
    return lambda order, x: _real(OF_ORDER[name](acb(order), acb(x)))


def _hurwitz(s: arb, a: arb) -> arb:
    if not a > 0:
        raise UnsupportedError("ball arithmetic has zeta(s, a) for a > 0 only")
    if a < 1:  # Arb takes minutes for a tiny one
        return a ** (-s) + _real(acb(s).zeta(acb(a + 1)))
    return _real(acb(s).zeta(acb(a)))


def _airy_ai_prime(x: arb) -> arb:
    return x.airy_ai(derivative=1)


def _airy_bi_prime(x: arb) -> arb:
    return x.airy_bi(derivative=1)


#: As functions of a complex order, in which they are analytic (DLMF 8.2(ii), 8.19(vi), 10.2(ii), 10.25(ii), 25.2(i),
#: 25.11(i), 25.12(ii)) but for poles on the real line, at the edges of their domain.
OF_ORDER: dict[str, Callable[..., acb]] = {
    "lowergamma": lambda a, x: x.gamma_lower(a),
    "uppergamma": lambda a, x: x.gamma_upper(a),
    "expint": lambda n, x: x.expint(n),
    "besselj": lambda n, x: x.bessel_j(n),
    "bessely": lambda n, x: x.bessel_y(n),
    "besseli": lambda n, x: x.bessel_i(n),
    "besselk": lambda n, x: x.bessel_k(n),
    "zeta": lambda s: s.zeta(),
    "hurwitz": lambda s, a: s.zeta(a),
    "polylog": lambda s, x: x.polylog(s),
}

FUNCTIONS: dict[str, Callable[..., arb]] = {
    "absolute": abs,
    "sign": _sign,
    "nearest": _nearest,
    "truncate": _truncate,
    "maximum": lambda *values: reduce(lambda a, b: a.max(b), values),
    "minimum": lambda *values: reduce(lambda a, b: a.min(b), values),
    "cbrt": _cube_root,
    "loggamma": _log_gamma,
    "polygamma": _polygamma,
    "lowergamma": _off_axis("lowergamma"),
    "uppergamma": _off_axis("uppergamma"),
    "expint": _off_axis("expint"),
    "besselj": _on_axis("besselj"),
    "bessely": _on_axis("bessely"),
    "besseli": _off_axis("besseli"),
    "besselk": _off_axis("besselk"),
    "airyaiprime": _airy_ai_prime,
    "airybiprime": _airy_bi_prime,
    "zeta": lambda s: s.zeta(),
    "hurwitz": _hurwitz,
    "polylog": _on_axis("polylog"),
    "lambertw": lambda x, k: x.lambertw(int(k.unique_fmpz())),
    "fresnels": lambda x: x.fresnel_s(),
    "fresnelc": lambda x: x.fresnel_c(),
    "elliptic_k": lambda m: _real(acb(m).elliptic_k()),
    "elliptic_f": lambda phi, m: _real(acb.elliptic_f(acb(phi), acb(m))),
    "elliptic_e": lambda m: _real(acb(m).elliptic_e()),
    "elliptic_e_incomplete": lambda phi, m: _real(acb.elliptic_e_inc(acb(phi), acb(m))),
    "elliptic_pi": lambda n, m: _real(acb.elliptic_pi(acb(n), acb(m))),
    "elliptic_pi_incomplete": lambda n, phi, m: _real(acb.elliptic_pi_inc(acb(n), acb(phi), acb(m))),
}
