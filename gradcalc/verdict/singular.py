"""A point without a derivative, in words: corner, jump, pole, vertical tangent, edge of the domain and the like.

Comes in: what the certified engine saw on both sides, and torch's number. Goes out: a sentence. Imports the engine's
records.
"""

from __future__ import annotations

import math

from gradcalc.engines.certified import Behaviour, BehaviourKind, Side
from gradcalc.verdict.decimals import shown


def sentence(seen: Behaviour, returned: str, autograd: float | None, reason: str) -> str:
    """Why there is no derivative, and how torch's number relates to it; `returned` are the words before that number."""
    told = _KINDS[seen.kind](seen, reason)
    if not seen.proved:
        told += " (numerically, not proved)"
    if autograd is None:
        return told
    return f"{told}; {returned} {autograd!r}{_place(seen, autograd)}"


def _corner(seen: Behaviour, _: str) -> str:
    if seen.left.slope == seen.right.slope:  # of an order above 1, where a lower derivative differs already
        return "a derivative of lower order jumps here, there is no derivative"
    return f"slopes {_short(seen.left.slope)} and {_short(seen.right.slope)} differ, there is no derivative"


def _jump(seen: Behaviour, _: str) -> str:
    return f"f jumps here, from {_short(seen.left.limit)} on the left to {_short(seen.right.limit)} on the right"


def _pole(seen: Behaviour, _: str) -> str:
    left, right = _short(seen.left.limit), _short(seen.right.limit)
    return f"f has a pole here: it goes to {left} on the left and {right} on the right"


def _tangent(seen: Behaviour, _: str) -> str:
    return f"the tangent is vertical, the slope goes to {_short(seen.left.slope)} on both sides"


def _removable(seen: Behaviour, reason: str) -> str:
    limit, left, right = _short(seen.left.limit), seen.left.slope, seen.right.slope
    if left is None and right is None:
        slope = "no slope"
    elif left == right:
        slope = f"the slope {_short(left)}"
    else:
        slope = f"the slopes {_short(left)} and {_short(right)}"
    return f"the formula as typed has no value here ({reason}), though it has the limit {limit} and there {slope}"


def _isolated(seen: Behaviour, _: str) -> str:
    value, limit = _short(seen.value), _short(seen.left.limit)
    return f"f is {value} here but tends to {limit} from both sides: it is not continuous"


def _edge(seen: Behaviour, _: str) -> str:
    inside, word = (seen.right, "right") if seen.left.defined is False else (seen.left, "left")
    return f"this is the edge of the domain; from the {word} the slope is {_slope_of(inside)}"


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


def _slope_of(side: Side) -> str:
    return _short(side.slope) if side.slope is not None else "not known"


def _place(seen: Behaviour, autograd: float) -> str:
    """Whether torch's number lies between the slopes of a corner; nan lies nowhere."""
    left, right = seen.left.slope, seen.right.slope
    if seen.kind is not BehaviourKind.CORNER or math.isnan(autograd) or left is None or right is None:
        return ""
    low, high = sorted((float(left), float(right)))
    return ", which lies between them" if low <= autograd <= high else ", which does not lie between them"


def _short(decimal: str | None) -> str:
    """Eight digits, for a sentence."""
    if decimal is None or decimal.lstrip("-") == "inf":
        return decimal or "no limit"
    return shown(decimal, 8)
