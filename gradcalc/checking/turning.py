"""Where conditions of a formula and a claim turn, found numerically: points there, beside, and in between.

Comes in: an `Assertion` and its functions. Goes out: points. Imports the certified engine and `checking`.

A claim may be wrong in a narrow region, or far away, that only a condition tells of: what each condition, kink and
domain depends on is sampled along each variable, and where its sign changes from one sample to the next the interval
is halved until the place is known.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from gradcalc.checking.points import draw
from gradcalc.checking.reading import Assertion, Point

if TYPE_CHECKING:
    from gradcalc.engines.certified.functions_of_claims import Family

#: Points on whose lines it is looked, variables, and points that come out at most.
_LINES, _MOST_VARIABLES, _MOST_POINTS = 3, 4, 60
#: An interval is halved until its ends are as near as this, relatively, and at most so often.
_NEAR, _HALVINGS = Fraction(1, 10**6), 60
#: Turns that are looked for between two samples.
_MOST_TURNS = 40
_SIZES = tuple(Fraction(10) ** exponent for exponent in (-6, -3, -1, 0, 1, 2, 3, 4, 6, 9, 15, 30, 100, 300))
_BETWEEN = (Fraction(1, 2), Fraction(3, 2), Fraction(5, 2), Fraction(2), Fraction(3), Fraction(7))

Signs = tuple[int | None, ...]


def turning_points(assertion: Assertion, functions: Family, roots: Sequence[int], *, domains: bool) -> Iterator[Point]:
    """Points on both sides of what decides in the functions at the positions `roots`.

    domains: whether what decides on having a value counts too.
    """
    subjects = functions.deciding(roots, domains=domains)
    if subjects:
        found = _found(assertion, functions, subjects, _samples(functions.literals(roots)))
        seen: set[tuple[Fraction, ...]] = set()
        for point in islice(found, _MOST_POINTS):
            if tuple(point.values()) not in seen:
                yield point
            seen.add(tuple(point.values()))


def _found(
    assertion: Assertion, functions: Family, subjects: Sequence[int], samples: Sequence[Fraction]
) -> Iterator[Point]:
    chance = random.Random(3)  # noqa: S311 - points, no secrets
    lines = _LINES if len(assertion.variables) > 1 else 1
    starts = [*assertion.points, *islice(draw(assertion.variables, assertion.ranges, chance), lines)][:lines]
    for name in assertion.variables[:_MOST_VARIABLES]:
        low, high = assertion.ranges.get(name, (None, None))
        inside = [x for x in samples if (low is None or x >= low) and (high is None or x <= high)]
        inside = sorted({*inside, *(end for end in (low, high) if end is not None)})
        for start in starts:
            line = _Line(functions, subjects, start, name)
            yield from line.points(inside)


def _samples(literals: Iterable[Fraction]) -> list[Fraction]:
    """Numbers of all sizes, and around those that stand in the formulas."""
    sizes = [size * sign for size in (*_SIZES, *_BETWEEN) for sign in (-1, 1)]
    near = [sign * (x + shift) for x in literals for shift in (0, Fraction(1, 2), -Fraction(1, 2)) for sign in (-1, 1)]
    return sorted({Fraction(), *sizes, *near})


class _Line:
    """A line through a point along one variable, and the signs of what decides on it."""

    def __init__(self, functions: Family, subjects: Sequence[int], start: Point, name: str) -> None:
        self._functions, self._subjects, self._start, self._name = functions, subjects, start, name

    def points(self, samples: Sequence[Fraction]) -> Iterator[Point]:
        """Where something turns, beside that, and half-way from one such place to the next."""
        signs = [self._signs(x) for x in samples]
        places: set[Fraction] = set()
        for (low, below), (high, above) in pairwise(zip(samples, signs, strict=True)):
            if below != above:
                places.update(self._turns(low, below, high, above))
        ordered = sorted(places)
        between = [(low + high) / 2 for low, high in pairwise(ordered)]
        ends = [samples[0], samples[-1]] if ordered else []
        for x in (*_rounded(between), *ordered, *ends):
            yield {**self._start, self._name: x}

    def _turns(self, low: Fraction, below: Signs, high: Fraction, above: Signs) -> Iterator[Fraction]:
        """For each turn between two numbers the last one before it and the first one after it, of few digits."""
        intervals = [(low, below, high, above)]
        for _ in range(_MOST_TURNS):
            if not intervals:
                return
            low, below, high, above = intervals.pop()
            for _ in range(_HALVINGS):
                if high - low <= _NEAR * max(abs(low), abs(high)):
                    break
                middle = _short((low + high) / 2, high - low)
                signs = self._signs(middle)
                if signs != below and signs != above:
                    intervals.append((middle, signs, high, above))
                    high, above = middle, signs
                elif signs == below:
                    low = middle
                else:
                    high = middle
            yield low
            yield high

    def _signs(self, x: Fraction) -> Signs:
        return self._functions.signs(self._subjects, {**self._start, self._name: x})


def _rounded(numbers: Iterable[Fraction]) -> Iterator[Fraction]:
    for number in numbers:
        yield _short(number, abs(number) / 100 or Fraction(1))


def _short(number: Fraction, width: Fraction) -> Fraction:
    """A number of few digits near to one, by much less than a width."""
    step = Fraction(1)
    while step > width / 8:
        step /= 10
    while step * 10 <= width / 8:
        step *= 10
    return round(number / step) * step
