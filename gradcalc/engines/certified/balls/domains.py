"""Where the functions have a real value, where they are smooth, and how far Arb is let go: `Bounds` by `arb` column.

Comes in: balls. Goes out: True, False, or None where a ball is too wide to tell. Imports flint: only `calls` imports
this module. The domains are those of the vocabulary's rows, written for balls; DLMF and SymPy for the conventions.

Arb cannot be interrupted, and beyond its own limits it may end the process. A `reach` is the range of arguments in
which a call was measured to stay below half a second at 2560 bits and 100 MB; most functions need none.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

from flint import arb

Fact = bool | None


class Bounds(NamedTuple):
    """The limits of one function.

    domain: whether it has a real value. analytic: whether it is analytic where a ball lies inside the domain; False may
    be unknown. reach: whether Arb is let go. stated: False for a function that this module does not know.
    """

    domain: Callable[..., Fact]
    analytic: Callable[..., bool]
    reach: Callable[..., bool]
    stated: bool = True


def bounds(column: str) -> Bounds:
    """The limits of the function that a row's `arb` column names."""
    domain, reach = _DOMAINS.get(column), _REACHES.get(column, _anywhere)
    stated = domain is not None or column in _TOTAL
    return Bounds(domain or _everywhere, _ANALYTIC.get(column, _anywhere), reach, stated)


def _everywhere(*_: arb) -> Fact:
    return True


def _anywhere(*_: arb) -> bool:
    return True


# -- facts about balls


def _all(*facts: Fact) -> Fact:
    return False if False in facts else None if None in facts else True


def _any(*facts: Fact) -> Fact:
    return True if True in facts else None if None in facts else False


def _above(x: arb, bound: arb | int) -> Fact:
    return True if x > bound else False if x <= bound else None


def _at_least(x: arb, bound: arb | int) -> Fact:
    return True if x >= bound else False if x < bound else None


def _nonzero(x: arb) -> Fact:
    return False if x == 0 else None if x.contains(0) else True


def _whole(x: arb) -> Fact:
    if x.is_exact():
        return bool(x.is_integer())
    return None if x.contains_integer() else False


def _not(fact: Fact) -> Fact:
    return None if fact is None else not fact


def _positive(x: arb) -> Fact:
    return _above(x, 0)


def _no_pole(x: arb) -> Fact:
    """Not 0, -1, -2, ..."""
    return _any(_above(x, 0), _not(_whole(x)))


# -- the domains that take more than a line


def _polylog(s: arb, x: arb) -> Fact:
    """Below 1, at 1 for s > 1, and beyond it where the function is rational: s = 0, -1, -2, ..."""
    rational = _all(_whole(s), _at_least(-s, 0), _nonzero(x - 1))
    return _any(_above(1 - x, 0), _all(_at_least(1 - x, 0), _above(s, 1)), rational)


def _upper_gamma(a: arb, x: arb) -> Fact:
    """x > 0; at 0 and below where the integrand is, t**(a-1) being defined there, for whole a > 0 below."""
    polynomial = _all(_whole(a), _above(a, 0))
    return _any(_above(x, 0), _all(_at_least(x, 0), _above(a, 0)), polynomial)


def _lower_gamma(a: arb, x: arb) -> Fact:
    polynomial = _all(_whole(a), _above(a, 0))
    return _any(polynomial, _all(_above(x, 0), _no_pole(a)), _all(_at_least(x, 0), _above(a, 0)))


def _expint(n: arb, x: arb) -> Fact:
    """x > 0; at 0 for n > 1; below 0 for n = 0, -1, -2, ..."""
    elementary = _all(_whole(n), _at_least(-n, 0), _nonzero(x))
    return _any(_above(x, 0), _all(_at_least(x, 0), _above(n, 1)), elementary)


def _bessel(n: arb, x: arb) -> Fact:
    """J and I: x > 0, at 0 for n >= 0, anywhere for a whole order."""
    return _any(_above(x, 0), _whole(n), _all(_at_least(x, 0), _at_least(n, 0)))


def _lambert(x: arb, k: arb) -> Fact:
    """x >= -1/e on branch 0, and x < 0 as well on branch -1; other branches are not real."""
    branch = _any(_all(_whole(k), _nonzero(k + 1), _not(_nonzero(k))), _all(_not(_nonzero(k + 1)), _above(-x, 0)))
    return _all(_above_lambert(x), branch)


def _above_lambert(x: arb) -> Fact:
    return _at_least(x, -((-arb(1)).exp()))


def _elliptic(phi: arb, m: arb, holds: Callable[[arb], Fact]) -> Fact:
    """The integrand is real up to phi: 1 - m*sin(t)**2 holds at the end, and for |phi| > pi/2 at pi/2."""
    quarter = arb.pi() / 2
    return _any(holds(1 - m), _all(_at_least(quarter - abs(phi), 0), holds(1 - m * phi.sin() ** 2)))


def _elliptic_pi(n: arb, phi: arb, m: arb) -> Fact:
    return _all(_elliptic(phi, m, _positive), _elliptic(phi, n, _positive))


def _hurwitz(s: arb, a: arb) -> Fact:
    """s != 1, and a pole of the sum's terms is none where these are polynomials."""
    return _all(_nonzero(s - 1), _any(_no_pole(a), _all(_whole(s), _at_least(-s, 0))))


_DOMAINS: dict[str, Callable[..., Fact]] = {
    "arb.cot": _nonzero,
    "arb.csc": _nonzero,
    "arb.coth": _nonzero,
    "arb.csch": _nonzero,
    "arb.asin": lambda x: _at_least(1 - abs(x), 0),
    "arb.acos": lambda x: _at_least(1 - abs(x), 0),
    "arb.atan2": lambda y, x: _any(_nonzero(y), _nonzero(x)),
    "arb.acosh": lambda x: _at_least(x, 1),
    "arb.atanh": lambda x: _above(1 - abs(x), 0),
    "arb.log": _positive,
    "arb.log1p": lambda x: _above(x, -1),
    "arb.sqrt": lambda x: _at_least(x, 0),
    "arb.rsqrt": _positive,
    "arb.erfinv": lambda x: _above(1 - abs(x), 0),
    "arb.erfcinv": lambda x: _all(_above(x, 0), _above(2 - x, 0)),
    "arb.gamma": _no_pole,
    "loggamma": _no_pole,
    "arb.digamma": _no_pole,
    "polygamma": lambda _, x: _no_pole(x),
    "lowergamma": _lower_gamma,
    "uppergamma": _upper_gamma,
    "besselj": _bessel,
    "besseli": _bessel,
    "bessely": lambda _, x: _positive(x),
    "besselk": lambda _, x: _positive(x),
    "zeta": lambda s: _nonzero(s - 1),
    "hurwitz": _hurwitz,
    "polylog": _polylog,
    "arb.lambertw": _above_lambert,
    "lambertw": _lambert,
    "arb.ci": _positive,
    "arb.chi": _positive,
    "arb.ei": _nonzero,
    "arb.li": lambda x: _all(_at_least(x, 0), _nonzero(x - 1)),
    "expint": _expint,
    "elliptic_k": lambda m: _above(1 - m, 0),
    "elliptic_f": lambda phi, m: _elliptic(phi, m, _positive),
    "elliptic_e": lambda m: _at_least(1 - m, 0),
    "elliptic_e_incomplete": lambda phi, m: _elliptic(phi, m, lambda x: _at_least(x, 0)),
    "elliptic_pi": lambda n, m: _all(_above(1 - n, 0), _above(1 - m, 0)),
    "elliptic_pi_incomplete": _elliptic_pi,
}

#: Real on the whole line, but for poles that no exact argument hits.
_TOTAL = frozenset(
    {f"arb.{name}" for name in ("sin cos tan sec sinc atan sinh cosh tanh sech asinh exp expm1 floor ceil").split()}
    | {f"arb.{name}" for name in ("erf erfc erfi airy_ai airy_bi si shi").split()}
    | {"absolute", "sign", "nearest", "truncate", "maximum", "minimum", "cbrt"}
    | {"airyaiprime", "airybiprime", "fresnels", "fresnelc"}
)


# -- where pieces meet


def _between_whole(x: arb) -> bool:
    return not x.contains_integer()


def _apart(*args: arb) -> bool:
    """Whether no two of the arguments may be equal."""
    return not any(a.overlaps(b) for a, b in combinations(args, 2))


#: Inside their domains all others are analytic. Of elliptic_e(phi, 1) only the second derivative jumps.
_ANALYTIC: dict[str, Callable[..., bool]] = {
    "absolute": lambda x: _nonzero(x) is True,
    "sign": lambda x: _nonzero(x) is True,
    "cbrt": lambda x: _nonzero(x) is True,
    "arb.floor": _between_whole,
    "arb.ceil": _between_whole,
    "nearest": lambda x: _between_whole(x - arb(0.5)),
    "truncate": lambda x: _between_whole(x) or abs(x) < 1,
    "maximum": _apart,
    "minimum": _apart,
    "arb.atan2": lambda y, x: _any(_nonzero(y), _positive(x)) is True,
    "elliptic_e_incomplete": lambda phi, m: _elliptic(phi, m, _positive) is True,
}


# -- the reaches


def _known(x: arb) -> bool:
    """Known to 20 bits, absolutely near 0 and relatively elsewhere: on a wider ball a series takes long for nothing."""
    return bool(x.rad() <= arb(2) ** -20 * arb.max(abs(x.mid()), arb(1)))


def _sharp(x: arb) -> bool:
    """Known to 20 bits after the point."""
    return bool(x.rad() <= arb(2) ** -20)


def _within(x: arb, bound: float) -> bool:
    return bool(abs(x) <= bound)


def _order_reach(n: arb, x: arb) -> bool:
    return _sharp(n) and _within(n, 1e6) and _known(x)


_REACHES: dict[str, Callable[..., bool]] = {
    "polygamma": lambda n, x: _within(n, 1e4) and _known(x) and bool(x > -1000),
    "lowergamma": _order_reach,
    "uppergamma": _order_reach,
    "expint": _order_reach,
    "besselj": _order_reach,
    "bessely": _order_reach,
    "besseli": _order_reach,
    "besselk": _order_reach,
    "zeta": lambda s: s.is_exact() or (_sharp(s) and _within(s, 1e30)),
    "hurwitz": lambda s, a: _sharp(s) and _within(s, 1000) and _known(a) and _within(a, 1e308),
    "polylog": lambda s, x: _sharp(s) and bool(s <= 300) and _within(s, 1000) and _known(x),
    "elliptic_k": _known,
    "elliptic_e": _known,
    "elliptic_f": lambda phi, m: _known(phi) and _known(m),
    "elliptic_e_incomplete": lambda phi, m: _known(phi) and _known(m),
    "elliptic_pi": lambda n, m: _known(n) and _known(m),
    "elliptic_pi_incomplete": lambda n, phi, m: _known(n) and _known(phi) and _known(m),
}
