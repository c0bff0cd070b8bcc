"""A point without a derivative, in words: corner, jump, pole, vertical tangent, edge of the domain and the like.

Comes in: what the certified engine saw on both sides, and torch's number. Goes out: a sentence. Imports `dtypes`, the
engine's records and `verdict`.
"""

from __future__ import annotations

import math
from fractions import Fraction

from gradcalc.dtypes import DType, exact
from gradcalc.engines.certified import Behaviour, BehaviourKind, Side
from gradcalc.verdict.decimals import shown
from gradcalc.verdict.distance import AGREED_ULPS, distance

#: Digits of a number in a sentence.
_SHORT = 8
#: Decimals whose relative difference is smaller may be the same number, rounded twice.
_ROUNDED = Fraction(1, 10**16)


def sentence(seen: Behaviour, returned: str, autograd: float | None, reason: str, dtype: DType) -> str:
    """Why there is no derivative, and how torch's number relates to it; `returned` are the words before that number."""
    told = _KINDS[seen.kind](seen, reason)
    if not seen.proved:
        told += " (numerically, not proved)"
    if autograd is None:
        return told
    return f"{told}; {returned} {autograd!r}{_place(seen, autograd, dtype)}"


def cause(seen: Behaviour) -> str:
    """The kind of the point in a few words; |x|*x has a corner in its derivative and none of its own."""
    if seen.broken is None or seen.broken.order == 1:
        return str(seen.kind)
    return f"{seen.kind} of the {_named(seen.broken.order - 1)}"


def shared(order: int) -> str:
    """That both sides have the same derivative of an order."""
    return f"both one-sided {'slopes' if order == 1 else f'derivatives of order {order}'} are the same here"


def _corner(seen: Behaviour, _: str) -> str:
    assert seen.broken is not None, "what differs is known"
    order, (left, right) = seen.broken.order, _told_apart(seen.broken.left, seen.broken.right)
    if order == 1:
        return f"slopes {left} and {right} differ, {_missing(seen)}"
    return f"the {_named(order)} tends to {left} on the left and {right} on the right, {_missing(seen)}"


def _tangent(seen: Behaviour, _: str) -> str:
    assert seen.broken is not None, "what is infinite is known"
    order, end = seen.broken.order, _short(seen.broken.left)
    if order == 1:
        return f"the tangent is vertical, the slope is {end} on both sides, {_missing(seen)}"
    return f"the {_named(order)} tends to {end} on both sides, {_missing(seen)}"


def _missing(seen: Behaviour) -> str:
    """The lowest derivative, and the one that was asked for where that is another."""
    assert seen.broken is not None, "one is missing"
    lowest = "there is no derivative" if seen.broken.order == 1 else "there is none at the point itself"
    return f"{lowest}, nor one of order {seen.order}" if seen.order > seen.broken.order else lowest


def _jump(seen: Behaviour, _: str) -> str:
    left, right = _told_apart(seen.left.limit, seen.right.limit)
    return f"f jumps here, from {left} on the left to {right} on the right"


def _pole(seen: Behaviour, _: str) -> str:
    left, right = _short(seen.left.limit), _short(seen.right.limit)
    return f"f has a pole here: it goes to {left} on the left and {right} on the right"


def _removable(seen: Behaviour, reason: str) -> str:
    limit, left, right = _short(seen.left.limit), _short(seen.left.slope), _short(seen.right.slope)
    ends = left if left == right else f"{left} on the left and {right} on the right"
    slope = f"there the slope {ends}" if seen.order == 1 else f"its {_named(seen.order)} tends to {ends}"
    if seen.left.slope is None and seen.right.slope is None:
        slope = f"no {'slope' if seen.order == 1 else _named(seen.order)} that could be told"
    return f"the formula as typed has no value here ({reason}), though it has the limit {limit} and {slope}"


def _isolated(seen: Behaviour, _: str) -> str:
    if not seen.left.defined:
        return f"f is {_short(seen.value)} here and has no values on either side: the point is alone in its domain"
    return f"{_apart(seen, seen.left)} from both sides: it is not continuous"


def _edge(seen: Behaviour, _: str) -> str:
    inside, word = (seen.right, "right") if seen.left.defined is False else (seen.left, "left")
    if not _continuous(seen.value, inside.limit):
        return f"this is the edge of the domain; {_apart(seen, inside)} from the {word}: it is not continuous"
    told = f"this is the edge of the domain; from the {word} "
    if seen.order == 1:
        return f"{told}the slope is {_short(inside.slope)}"
    return f"{told}the {_named(seen.order)} tends to {_short(inside.slope)}"


def _apart(seen: Behaviour, side: Side) -> str:
    return f"f is {_short(seen.value)} here but tends to {_short(side.limit)}"


def _continuous(value: str | None, limit: str | None) -> bool:
    """Whether a value is the limit, as far as their decimals tell; yes where one of the two is missing."""
    if value is None or limit is None or value == limit:
        return True
    if limit.lstrip("-") == "inf":
        return False
    return abs(exact(value) - exact(limit)) <= abs(exact(limit)) * _ROUNDED


def _outside(_: Behaviour, reason: str) -> str:
    return f"the point is outside the domain: {reason}"


_KINDS = {
    BehaviourKind.CORNER: _corner,
    BehaviourKind.JUMP: _jump,
    BehaviourKind.POLE: _pole,
    BehaviourKind.VERTICAL_TANGENT: _tangent,
    BehaviourKind.REMOVABLE: _removable,
    BehaviourKind.ISOLATED: _isolated,
    BehaviourKind.EDGE: _edge,
    BehaviourKind.OUTSIDE: _outside,
}


def _named(order: int) -> str:
    return "derivative" if order == 1 else f"derivative of order {order}"


def _place(seen: Behaviour, autograd: float, dtype: DType) -> str:
    """Where torch's number lies beside the slopes of a corner; nan lies nowhere."""
    broken = seen.broken
    if seen.kind is not BehaviourKind.CORNER or broken is None or broken.order < seen.order or math.isnan(autograd):
        return ""
    ends = sorted((float(broken.left), float(broken.right)))
    if any(_same(autograd, end, dtype) for end in (broken.left, broken.right)):
        return ", which is one of them"
    return ", which lies between them" if ends[0] < autograd < ends[1] else ", which does not lie between them"


def _same(autograd: float, end: str, dtype: DType) -> bool:
    if not (math.isfinite(autograd) and math.isfinite(float(end))):
        return autograd == float(end)
    return distance(autograd, exact(end), dtype).ulps <= AGREED_ULPS


def _told_apart(first: str | None, second: str | None) -> tuple[str, str]:
    """Two different numbers with as many digits as show that they differ, or a word that so many do not."""
    if first is None or second is None or "inf" in first + second:
        return _short(first), _short(second)
    for digits in (_SHORT, 2 * _SHORT, 4 * _SHORT):
        if shown(first, digits) != shown(second, digits):
            return shown(first, digits), shown(second, digits)
    return _short(first), f"{_short(second)} (they are the same to {4 * _SHORT} digits)"


def _short(decimal: str | None) -> str:
    """Few digits, for a sentence."""
    if decimal is None:
        return "not known"
    return decimal if decimal.lstrip("-") == "inf" else shown(decimal, _SHORT)
