"""Where to try a claim: points with few digits, the same in every run.

Comes in: the variables and the ranges of some. Goes out: points, without end and without repetition. Imports the
standard library and `checking.reading`.

A formula may be defined in a part of the numbers only: each variable of a logarithm positive, an order of a Bessel
function whole, a speed below that of light. So the points come in turns from several kinds, each all over the place.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from gradcalc.checking.reading import Point

#: So many points in a row that were there before: then there are no others.
_REPEATED = 100
#: Ends of a range that are so many times apart are looked at through a logarithm.
_FAR_APART = 100
#: Within the range of a float.
_BEYOND = Fraction(10) ** 300

_FIRST = ("2", "0.5", "-2", "3", "-0.5", "1.5", "-1", "0.25", "5", "-3", "0.75", "1", "-1.5", "10", "-0.25", "0")
_ALL_POSITIVE = ("2", "3", "0.5", "5", "1.5", "7", "0.25", "4", "2.5", "6", "0.75", "1.25")


def draw(
    variables: Sequence[str], ranges: Mapping[str, tuple[Fraction, Fraction]], chance: random.Random
) -> Iterator[Point]:
    """Points one after the other, simple ones first."""
    seen: set[tuple[Fraction, ...]] = set()
    repeated, number = 0, 0
    while repeated < _REPEATED:
        point = _point(variables, ranges, number, chance)
        key = tuple(point.values())
        repeated = repeated + 1 if key in seen else 0
        if not repeated:
            yield point
        seen.add(key)
        number += 1


def moved(point: Point, ranges: Mapping[str, tuple[Fraction, Fraction]], number: int, chance: random.Random) -> Point:
    """A point that differs from one in a single coordinate: where few points lie in the domain, others are near."""
    name = chance.choice(list(point))
    value = _between(*ranges[name], chance) if name in ranges else chance.choice(_ANY)(number, chance)
    return {**point, name: value}


def _point(
    variables: Sequence[str], ranges: Mapping[str, tuple[Fraction, Fraction]], number: int, chance: random.Random
) -> Point:
    kinds = _kinds(number, len(variables), chance)
    values = (
        _between(*ranges[name], chance) if name in ranges else kind(number + place, chance)
        for place, (name, kind) in enumerate(zip(variables, kinds, strict=True))
    )
    return dict(zip(variables, values, strict=True))


Kind = Callable[[int, random.Random], Fraction]


def _kinds(number: int, count: int, chance: random.Random) -> list[Kind]:
    """What kind of number each variable gets at this turn."""
    if number < len(_FIRST) and count == 1:
        return [_simple]
    if number < len(_ALL_POSITIVE) // 3:
        return [_positive] * count
    turn = number % 10
    if turn in {7, 8, 9}:
        return [chance.choice(_ANY) for _ in range(count)]
    return [_ANY[turn] if turn < len(_ANY) else _signed] * count


def _simple(number: int, _: random.Random) -> Fraction:
    return Fraction(_FIRST[number])


def _positive(number: int, _: random.Random) -> Fraction:
    return Fraction(_ALL_POSITIVE[number % len(_ALL_POSITIVE)])


def _unit(_: int, chance: random.Random) -> Fraction:
    return Fraction(chance.randint(1, 19), 20)


def _units(_: int, chance: random.Random) -> Fraction:
    return Fraction(chance.randint(11, 99), 10)


def _negative(_: int, chance: random.Random) -> Fraction:
    return -Fraction(chance.choice((chance.randint(1, 19) * 5, chance.randint(10, 50) * 10)), 100)


def _whole(_: int, chance: random.Random) -> Fraction:
    return Fraction(chance.randint(0, 6))


def _large(_: int, chance: random.Random) -> Fraction:
    return Fraction(chance.choice((-1, 1, 1)) * chance.randint(10, 99) * chance.choice((1, 1, 10, 100)))


def _signed(_: int, chance: random.Random) -> Fraction:
    return Fraction(chance.randint(-40, 40), 10)


def _tiny(_: int, chance: random.Random) -> Fraction:
    return Fraction(chance.randint(1, 9), chance.choice((1000, 100)))


_ANY: tuple[Kind, ...] = (_unit, _units, _negative, _whole, _signed, _large, _tiny)


def _between(low: Fraction, high: Fraction, chance: random.Random) -> Fraction:
    """A number of few digits between two ends, or one of these."""
    if low == high:
        return low
    if low > 1 / _BEYOND and high < _BEYOND and high / low > _FAR_APART and chance.random() < 0.5:
        share = chance.random()
        width = wanted = Fraction(math.exp(_log(low) * (1 - share) + _log(high) * share))
    else:
        wanted, width = low + (high - low) * Fraction(chance.randint(0, 1000), 1000), high - low
    # Two digits of the width, now and then one or three.
    step = _power_of_ten(width) / chance.choice((1, 10, 10, 10, 100))
    rounded = round(wanted / step) * step
    return min(max(rounded, low), high)


def _log(value: Fraction) -> float:
    """The logarithm of a positive number of any size."""
    return math.log(value.numerator) - math.log(value.denominator)


def _power_of_ten(width: Fraction) -> Fraction:
    """The power of ten that is at most `width`."""
    exponent = math.floor(_log(width) / math.log(10))
    return Fraction(10) ** exponent
