"""Derivatives by an order, such as that of besselj(n, x) by n: central differences with a proved error.

Comes in: a row's name, its arguments' balls, the order being the first, and how often to differentiate. Goes out: a
ball. Imports flint: only `evaluator` imports this module.

The k-th central difference over h**k is the mean of the k-th derivative under the centred B-spline of order k, which
has the variance k*h**2/12 (Schoenberg, Cardinal Spline Interpolation, 1973, lecture 1): it is off by k*h**2/24 times
the largest |f^(k+2)| near v at most. If f is analytic in the order where |z - v| <= R and |f| <= M on that circle,
then |f^(j)| <= j!*M/(R - d)**j within d of v, by Cauchy's estimate. M is found in ball arithmetic, or from an integral
or a sum that is largest where it is real; it bounds f for all values in boxes around the other arguments, so that the
same estimate says what their radii do to the derivative.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from flint import acb, arb, ctx

from gradcalc.engines.certified.balls.calls import call, within
from gradcalc.engines.certified.balls.functions import FUNCTIONS, OF_ORDER
from gradcalc.engines.certified.errors import OutOfReachError, UndecidedError
from gradcalc.language import vocabulary

#: Radii of the circle around the order, and of the boxes around the other arguments: parts of these, or of 1.
_RADII = tuple(
    (arb(radius), arb(part))
    for radius, part in (
        (0.25, 0.02),
        (0.15, 0.02),
        (0.06, 2.0**-8),
        (0.06, 2.0**-30),
        (2.0**-8, 2.0**-12),
        (2.0**-16, 2.0**-20),
    )
)
#: Arcs of half a circle; the other half is its mirror image.
_ARCS = 12
#: Bits for the bound, few first: for large arguments Arb then takes the asymptotic expansions, which cancel nothing.
_BITS = (30, 64, 200)
#: Even in the order: their odd derivatives are 0 at 0, which no ball tells.
_EVEN = frozenset({"besselk"})
#: Beyond these the differences take too long.
_MOST_DERIVATIVES, _MOST_BITS = 6, 800
_LARGEST, _LARGEST_OF = 1000, {"polylog": 60, "hurwitz": 60}


class _Bound(NamedTuple):
    """|f| <= `size` where the order is on a circle around its midpoint and the others in boxes around theirs."""

    size: arb
    radius: arb
    boxes: list[arb]


def derivative(name: str, args: Sequence[arb], count: int) -> arb:
    """The derivative by the first argument, `count` times. Raises the signals of this package."""
    column, order = vocabulary.find(name, len(args)).arb, args[0].mid()
    if count > _MOST_DERIVATIVES or ctx.prec > _MOST_BITS or not abs(args[0]) <= _LARGEST_OF.get(column, _LARGEST):
        raise OutOfReachError(f"a derivative of {name} by its order is out of reach of ball arithmetic")
    if column in _EVEN and args[0] == 0 and count % 2:
        return arb(0)
    bound = bounded(name, args)
    bits = ctx.prec // 2 + 32
    with ctx.workprec(ctx.prec + (count + 1) * bits):
        step = arb(2) ** -bits
        found = difference(name, [order, *(arg.mid() for arg in args[1:])], count, step) / step**count
    return found + arb(0, error_bound(bound, args, count, step))


def difference(name: str, middle: Sequence[arb], count: int, step: arb) -> arb:
    """The central difference of exact arguments."""
    total = arb(0)
    for i in range(count + 1):
        place = middle[0] + (arb(count) / 2 - i) * step
        total += (-1) ** i * math.comb(count, i) * call(name, [place, *middle[1:]])
    return total


def error_bound(bound: _Bound, args: Sequence[arb], count: int, step: arb) -> arb:
    """Of the difference, and of the arguments' radii: one moves after the other, the order last."""
    order, rest = arb(args[0].rad()), bound.radius
    error = arb(count) / 24 * step**2 * _cauchy(bound, count + 2, rest - count * step / 2)
    error += order * _cauchy(bound, count + 1, rest - order)
    for arg, box in zip(args[1:], bound.boxes, strict=True):
        if not arg.is_exact():
            error += arb(arg.rad()) * _cauchy(bound, count, rest) / (box - arb(arg.rad()))
    return error.upper()


def _cauchy(bound: _Bound, count: int, distance: arb) -> arb:
    """What the derivative of this order is at most, at a `distance` from the circle."""
    return math.factorial(count) * bound.size / distance**count


def bounded(name: str, args: Sequence[arb]) -> _Bound:
    """The first bound that is found. Raises `UndecidedError` for none."""
    for bits in _BITS:
        for radius, part in _RADII:
            boxes = [arb(0) if arg.is_exact() else part * arb.min(abs(arg.mid()), arb(1)) for arg in args[1:]]
            if not _holds(name, args, radius, boxes):
                continue
            with ctx.workprec(bits):
                size = _largest(name, args, radius, boxes)
            if size.is_finite():
                return _Bound(size, radius, boxes)
    raise UndecidedError(f"how large {name} is for complex orders")


def _holds(name: str, args: Sequence[arb], radius: arb, boxes: Sequence[arb]) -> bool:
    """Whether the arguments' balls are well inside, and the function defined, hence analytic, all around."""
    inside = [radius, *(box for arg, box in zip(args[1:], boxes, strict=True) if not arg.is_exact())]
    radii = [args[0].rad(), *(arg.rad() for arg in args[1:] if not arg.is_exact())]
    if not all(2 * arb(own) < room for own, room in zip(radii, inside, strict=True)):
        return False
    around = [arg.mid() + arb(0, room) for arg, room in zip(args, (radius, *boxes), strict=True)]
    return within(name, around)


def _largest(name: str, args: Sequence[arb], radius: arb, boxes: Sequence[arb]) -> arb:
    """What |f| is at most on the circle; infinite or nan where no bound is found."""
    column, middle = vocabulary.find(name, len(args)).arb, [arg.mid() for arg in args]
    if column in _MAJORANTS and middle[1] != 0:
        size = _MAJORANTS[column](middle[0], radius, middle[1], boxes[0])
        if size.is_finite():
            return size.upper()
    others = [_square(acb(place), box) for place, box in zip(middle[1:], boxes, strict=True)]
    sizes = [OF_ORDER[column](_square(place, half), *others).abs_upper() for place, half in _arcs(middle[0], radius)]
    # Of a nan there is no maximum.
    return max(sizes) if all(size.is_finite() for size in sizes) else arb.nan()


def _arcs(centre: arb, radius: arb) -> Iterator[tuple[acb, arb]]:
    """Points of half a circle, and how far the arc around each goes."""
    half = radius * arb.pi() / (2 * _ARCS)
    for k in range(_ARCS):
        turn = (arb(k) + arb(0.5)) / _ARCS
        yield acb(centre + radius * turn.cos_pi(), radius * turn.sin_pi()), half


def _square(place: acb, radius: arb) -> acb:
    hair = arb(0, radius.upper())
    return place + acb(hair, hair)


# -- bounds where balls around complex orders are too wide for Arb: the absolute value goes under the integral or sum


def _expint(n: arb, radius: arb, x: arb, box: arb) -> arb:
    """The integral of exp(-x*t)/t**n from 1, DLMF 8.19.3."""
    return FUNCTIONS["expint"](n - radius, x - box)


def _uppergamma(a: arb, radius: arb, x: arb, box: arb) -> arb:
    """x**a times the integral of exp(-x*t)*t**(a - 1) from 1, DLMF 8.6.5; the angle of x is below 1."""
    sizes = [place ** (a + turn) for place in (x - box, x + 2 * box) for turn in (radius, -radius)]
    return sum(sizes, arb(0)) * radius.exp() * FUNCTIONS["expint"](1 - a - radius, x - box)


def _besselk(n: arb, radius: arb, x: arb, box: arb) -> arb:
    """The integral of exp(-x*cosh(t))*cosh(n*t) from 0, DLMF 10.32.9."""
    return FUNCTIONS["besselk"](abs(n) + radius, x - box)


def _polylog(s: arb, radius: arb, x: arb, box: arb) -> arb:
    """The sum of x**k/k**s, DLMF 25.12.10; below 0 the integral of t**(s - 1)*x/(exp(t) - x)/gamma(s), 25.12.11."""
    size = abs(x) + 2 * box
    if size < 1:
        return FUNCTIONS["polylog"](s - radius, size)
    if not (s > radius and x + box < 0):
        return arb.pos_inf()
    ends = [abs(FUNCTIONS["polylog"](end, x - box)) * end.gamma() for end in (s - radius, s + radius)]
    return 2 * sum(ends, arb(0)) * _square(acb(s), radius).rgamma().abs_upper()


_MAJORANTS: dict[str, Callable[[arb, arb, arb, arb], arb]] = {
    "expint": _expint,
    "uppergamma": _uppergamma,
    "besselk": _besselk,
    "polylog": _polylog,
}
