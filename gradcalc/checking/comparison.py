"""Assertion -> what ball arithmetic says of it, point by point.

Comes in: an `Assertion`. Goes out: `Seen`. Imports the certified engine and `checking`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from gradcalc.checking.points import draw, moved
from gradcalc.checking.reading import Assertion, Point
from gradcalc.checking.turning import turning_points
from gradcalc.engines import certified
from gradcalc.engines.certified import Comparison, Pair, Relation

if TYPE_CHECKING:
    from gradcalc.engines.certified.functions_of_claims import Family

#: Points at which the formula has a derivative and that are enough, and points that are drawn for them.
_ENOUGH, _TRIED = 40, 300
_TOLD = frozenset({Relation.EQUAL, Relation.UNEQUAL, Relation.WITHOUT_VALUE})


@dataclass(slots=True)
class Trial:
    """One claim: its position among the functions, that of the derivative, and what was seen at each point.

    reason: why there is no derivative to compare with, one clause.
    """

    wrt: str
    text: str
    derivative: int = 0
    claim: int = 0
    seen: list[tuple[Point, Comparison]] = field(default_factory=list)
    reason: str = ""

    def at(self, *relations: Relation) -> list[tuple[Point, Comparison]]:
        """The points at which the claim relates so to the derivative, in the order in which they were tried."""
        return [(point, found) for point, found in self.seen if found.relation in relations]

    @property
    def pair(self) -> Pair:
        """The derivative and the claim."""
        return Pair(self.derivative, self.claim, self.wrt)

    @property
    def refuting(self) -> list[tuple[Point, Comparison]]:
        """Where the claim is proved wrong: both have a value, and not the same."""
        return self.at(Relation.UNEQUAL)


@dataclass(slots=True)
class Seen:
    """The claims one by one; `whole` is the position of the formula among the `functions`."""

    functions: Family
    whole: int
    trials: tuple[Trial, ...]
    late: bool = False


def compared(assertion: Assertion, seconds: float) -> Seen:
    """Compare each claim with the derivative, at the points given and at drawn ones, for so many seconds."""
    until = time.monotonic() + seconds
    functions = certified.family(seconds)
    whole = functions.read(assertion.tape)
    trials = tuple(Trial(*pair) for pair in zip(assertion.wrt, assertion.texts, strict=True))
    seen = Seen(functions, whole, trials)
    try:
        derivatives = functions.gradient(whole, assertion.wrt)
    except certified.OutOfReachError as error:
        for trial in trials:
            trial.reason = str(error)
        return seen
    for trial, derivative, claim in zip(trials, derivatives, assertion.claims, strict=True):
        trial.derivative, trial.claim = derivative, functions.read(claim)
    try:
        _try_points(seen, assertion, until)
    except TimeoutError:
        seen.late = True
    return seen


def _try_points(seen: Seen, assertion: Assertion, until: float) -> None:
    """Raises `TimeoutError` when the time is over."""
    useful: list[Point] = []
    for point in _points(assertion, useful):
        _try(seen, point, useful, until)
        if len(useful) >= _ENOUGH:
            break
    if all(trial.refuting for trial in seen.trials):
        return
    decided = [seen.whole, *(trial.claim for trial in seen.trials)]
    points = turning_points(assertion, seen.functions, decided, domains=len(useful) < _ENOUGH)
    # Looking for them takes no more than half of the time that is left: what is proved has to be looked at too.
    enough = (time.monotonic() + until) / 2
    for point in points:
        _try(seen, point, useful, until)
        if time.monotonic() > enough:
            return


def _try(seen: Seen, point: Point, useful: list[Point], until: float) -> None:
    """Compare each claim at a point, which is useful if that tells something."""
    if time.monotonic() > until:
        raise TimeoutError
    found = seen.functions.compare(seen.whole, [trial.pair for trial in seen.trials], point)
    for trial, one in zip(seen.trials, found, strict=True):
        trial.seen.append((point, one))
    if any(one.relation in _TOLD for one in found):
        useful.append(point)


def _points(assertion: Assertion, useful: list[Point]) -> Iterator[Point]:
    """The points given, then others; while few of them are of use, every other one is near one that was."""
    yield from assertion.points
    # Not secret but the same everywhere: an answer can be had again.
    chance = random.Random(2)  # noqa: S311
    for number, point in enumerate(islice(draw(assertion.variables, assertion.ranges, chance), _TRIED)):
        if point in assertion.points:
            continue
        yield point
        if useful and point and number > _ENOUGH and len(useful) < number / 2:
            yield moved(chance.choice(useful), assertion.ranges, number, chance)
