"""Both sides of a point by certified difference quotients, where no series tells. Never a proof.

Comes in: steps and a variable. Goes out: a `Behaviour`, or None. Imports flint: only `sides` imports this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flint import arb, ctx, fmpq

from gradcalc.dtypes import FLOAT64
from gradcalc.engines.certified.balls.rounding import enclosure
from gradcalc.engines.certified.errors import UndecidedError, UndefinedError
from gradcalc.engines.certified.evaluator import Gap, Missing, ball, run
from gradcalc.engines.certified.graph import Step
from gradcalc.engines.certified.records import Behaviour, BehaviourKind, Break, Side
from gradcalc.language.tape import VARIABLE

LEFT, RIGHT = -1, 1
#: The distances as parts of the point: numbers of few bits, times powers of 2, so that no period goes into them.
_DISTANCES = tuple(
    (fmpq(part, 64), k) for part, k in ((81, 200), (103, 240), (67, 280), (119, 320), (91, 360), (73, 400))
)
#: Of 0 there are no parts: then they are this many powers of 2 smaller, below every number that a formula may hold.
_BELOW_ALL = 900
_BITS, _BITS_AT_0 = 2560, 3600
#: Steps that get smaller by this factor, from number to number, lead to a limit; what grows by that one has none.
_SHRINKING, _GROWING = arb(2) ** -15, arb(2) ** 8
#: Around a distance the function has values on a whole ball, of this relative width.
_NEARBY = arb(1, arb(2) ** -30)
#: Numbers that differ by less than this part of them are taken to be the same.
_CLOSE = arb(2) ** -100


def watch(steps: Sequence[Step], variable: str, order: int, digits: int, deadline: float) -> Behaviour | None:
    """What certified difference quotients suggest; None where they do not settle. Never a proof."""
    if order != 1:
        return None
    with ctx.workprec(_BITS_AT_0 if _place(steps, variable) == 0 else _BITS):
        here = _at(steps, variable, arb(0), deadline)
        if isinstance(here, Missing) and here.gap is not Gap.UNDEFINED:
            return None
        left, right = (_watched(steps, variable, direction, here, deadline) for direction in (LEFT, RIGHT))
        kind = _kind(left, here, right)
        if kind is None:
            return None
        try:
            return _suggested(kind, left, here, right, digits)
        except (UndecidedError, UndefinedError):
            return None


@dataclass(slots=True)
class _Watched:
    """A side by its numbers: whether f is defined, what its value and its quotient seem to tend to."""

    defined: bool | None
    limit: arb | None = None
    slope: arb | None = None

    def side(self, digits: int) -> Side:
        """What is told of it."""
        limit, slope = (end if end is None else decimal(end, digits, last=True) for end in (self.limit, self.slope))
        reason = "the difference quotients do not settle" if self.defined and slope is None else ""
        return Side(self.defined, limit, slope, proved=False, reason=reason)


def _place(steps: Sequence[Step], variable: str) -> arb:
    return next(ball(step.stored) for step in steps if step.op == VARIABLE and step.text == variable)


def _distances(steps: Sequence[Step], variable: str, direction: int) -> list[arb]:
    """From far to near, halves of each between them left out."""
    place = abs(_place(steps, variable))
    scale = place if place > 0 else arb(2) ** -_BELOW_ALL
    return [direction * scale * arb(part) * arb(2) ** -k for part, k in _DISTANCES]


def _at(steps: Sequence[Step], variable: str, distance: arb, deadline: float) -> arb | Missing:
    moved = list(steps)
    for node, step in enumerate(steps):
        if step.op == VARIABLE and step.text == variable:
            place: Any = ball(step.stored) + distance
            moved[node] = step._replace(stored=place)
    value: arb | Missing = run(moved, [len(moved) - 1], deadline)[-1]
    return value


def _watched(steps: Sequence[Step], variable: str, direction: int, here: arb | Missing, deadline: float) -> _Watched:
    distances = _distances(steps, variable, direction)
    found = [_at(steps, variable, distance, deadline) for d in distances for distance in (d, d / 2)]
    numbers = [value for value in found if not isinstance(value, Missing)]
    if len(numbers) < len(found):
        certain = all(isinstance(value, Missing) and value.gap is Gap.UNDEFINED for value in found)
        return _Watched(defined=False if certain else None)
    # Where poles crowd, as those of gamma(1/x) do at 0, numbers between them mislead.
    around = [_at(steps, variable, distance * _NEARBY, deadline) for distance in (distances[0], distances[-1])]
    if any(isinstance(value, Missing) for value in around):
        return _Watched(defined=None)
    far, near = numbers[::2], numbers[1::2]
    limit = _settled(far)
    if type(here) is arb and limit is not None and _near(limit, here):
        quotients = [(a - here) / d for a, d in zip(far, distances, strict=True)]
    else:
        quotients = [2 * (a - b) / d for a, b, d in zip(far, near, distances, strict=True)]
    return _Watched(defined=True, limit=limit, slope=_settled(quotients))


def _settled(numbers: Sequence[arb]) -> arb | None:
    """What a sequence seems to tend to: by ever smaller steps, or growing as a power does; None otherwise.

    Only its own numbers are compared with each other: which size is small depends on the formula.
    """
    if all(abs(b) <= _SHRINKING * abs(a) for a, b in pairwise(numbers)):
        return arb(0)
    gaps = [abs(b - a) for a, b in pairwise(numbers)]
    unseen = _CLOSE**2 * abs(numbers[-1])
    if all(b < _SHRINKING * a or b < unseen for a, b in pairwise(gaps)) and gaps[-1] < _CLOSE * abs(numbers[-1]):
        return numbers[-1]
    grows = all(abs(b) > _GROWING * abs(a) for a, b in pairwise(numbers))
    if grows and len({bool(number > 0) for number in numbers}) == 1:
        return arb.pos_inf() if numbers[0] > 0 else arb.neg_inf()
    return None


def _kind(left: _Watched, here: arb | Missing, right: _Watched) -> BehaviourKind | None:
    if left.defined is None or right.defined is None:
        return None
    if not left.defined and not right.defined:
        return BehaviourKind.OUTSIDE if isinstance(here, Missing) else BehaviourKind.ISOLATED
    if not left.defined or not right.defined:
        return BehaviourKind.EDGE
    if left.limit is None or right.limit is None:
        return None
    if not (left.limit.is_finite() and right.limit.is_finite()):
        return BehaviourKind.POLE
    if not _near(left.limit, right.limit):
        return BehaviourKind.JUMP
    if isinstance(here, Missing):
        return BehaviourKind.REMOVABLE
    if not _near(here, right.limit):
        return BehaviourKind.ISOLATED
    return _by_slopes(left, right)


def _by_slopes(left: _Watched, right: _Watched) -> BehaviourKind | None:
    """Of a continuous function."""
    if left.slope is None or right.slope is None:
        return None
    if not (left.slope.is_finite() and right.slope.is_finite()):
        return BehaviourKind.VERTICAL_TANGENT if left.slope == right.slope else BehaviourKind.CORNER
    return BehaviourKind.DIFFERENTIABLE if _near(left.slope, right.slope) else BehaviourKind.CORNER


def _broken(kind: BehaviourKind, left: Side, right: Side) -> Break | None:
    if kind not in {BehaviourKind.CORNER, BehaviourKind.VERTICAL_TANGENT}:
        return None
    assert left.slope is not None, "a corner has slopes"
    assert right.slope is not None, "a corner has slopes"
    return Break(1, left.slope, right.slope)


def _suggested(kind: BehaviourKind, left: _Watched, here: arb | Missing, right: _Watched, digits: int) -> Behaviour:
    slope = None
    if kind is BehaviourKind.DIFFERENTIABLE:
        assert right.slope is not None, "the sides agree"
        slope = enclosure(right.slope, FLOAT64, digits, last=True)
    if kind is BehaviourKind.POLE:
        left.slope = right.slope = None
    value = decimal(here, digits, last=True) if type(here) is arb else None
    told = "seen by difference quotients, not proved"
    sides = left.side(digits), right.side(digits)
    return Behaviour(kind, *sides, slope, value, broken=_broken(kind, *sides), proved=False, reason=told)


def _near(a: arb, b: arb) -> bool:
    return bool(abs(a - b) <= _CLOSE * arb.max(abs(a), abs(b)))


def decimal(value: arb, digits: int, *, last: bool) -> str:
    """A limit as text. Raises `UndecidedError` for one that is too far away, or not known to so many digits."""
    if value.is_exact() and abs(value) == arb.pos_inf():
        return "inf" if value > 0 else "-inf"
    told = enclosure(value, FLOAT64, digits, last=last)
    if told.decimal is None:
        raise UndecidedError(told.reason)
    return str(told.decimal)
