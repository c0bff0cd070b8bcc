"""Where a claim holds and where it fails, if a simple condition tells the points apart.

Comes in: points. Goes out: two conditions in words, or None. Imports `checking.reading` only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import combinations
from typing import NamedTuple

from gradcalc.checking.reading import Point, decimal

#: Fewer points on a side may lie there by chance.
_FEWEST = 3
#: One in so many points may be right by chance where a claim is wrong.
_BY_CHANCE = 6
#: Of more variables not all pairs are looked at.
_MOST = 6


class Regions(NamedTuple):
    """The conditions under which a claim holds and fails; `kept` is at how many points with the first it holds."""

    holds: str
    fails: str
    kept: int


class _Condition(NamedTuple):
    """Positive on one side and negative on the other; at 0 on neither."""

    above: str
    below: str
    value: Callable[[Point], Fraction]


def regions(holds: Sequence[Point], fails: Sequence[Point]) -> Regions | None:
    """The first condition that tells the points at which a claim holds from all those at which it fails.

    A wrong claim may be right by chance: of the points where it fails a few may lie beside ones where it holds.
    """
    if min(len(holds), len(fails)) < _FEWEST:
        return None
    names = list(holds[0])
    for above, below, value in _conditions(names):
        kept = [_sign(value(point)) for point in holds]
        lost = {_sign(value(point)) for point in fails} - {0}
        if len(lost) != 1:
            continue
        (side,) = lost
        count = kept.count(-side)
        if count >= _FEWEST and kept.count(side) * _BY_CHANCE <= min(len(fails), count):
            return Regions(*((above, below) if side < 0 else (below, above)), count)
    return next((found for name in names if (found := _threshold(name, holds, fails))), None)


def _conditions(names: Sequence[str]) -> Iterator[_Condition]:
    for name in names:
        yield _Condition(f"{name} > 0", f"{name} < 0", partial(_moved, name, 0))
    for name in names:
        yield _Condition(f"|{name}| > 1", f"|{name}| < 1", partial(_size, name))
        yield _Condition(f"{name} > 1", f"{name} < 1", partial(_moved, name, -1))
        yield _Condition(f"{name} > -1", f"{name} < -1", partial(_moved, name, 1))
    for a, b in combinations(names[:_MOST], 2):
        yield _Condition(f"{a} > {b}", f"{a} < {b}", partial(_difference, a, b))
        yield _Condition(f"{a}*{b} > 0", f"{a}*{b} < 0", partial(_product, a, b))


def _threshold(name: str, holds: Sequence[Point], fails: Sequence[Point]) -> Regions | None:
    """Where the points of one kind are all above those of the other, the two that are nearest."""
    kept, lost = [point[name] for point in holds], [point[name] for point in fails]
    if max(kept) < min(lost):
        return Regions(f"{name} <= {decimal(max(kept))}", f"{name} >= {decimal(min(lost))}", len(holds))
    if min(kept) > max(lost):
        return Regions(f"{name} >= {decimal(min(kept))}", f"{name} <= {decimal(max(lost))}", len(holds))
    return None


def _moved(name: str, shift: int, point: Point) -> Fraction:
    return point[name] + shift


def _size(name: str, point: Point) -> Fraction:
    return abs(point[name]) - 1


def _difference(a: str, b: str, point: Point) -> Fraction:
    return point[a] - point[b]


def _product(a: str, b: str, point: Point) -> Fraction:
    return point[a] * point[b]


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)
