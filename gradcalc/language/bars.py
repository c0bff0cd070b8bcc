"""Which bars mean `or`: in `x > 0 | y > 0` the bar does, in `x > 2|y|` it opens an absolute value.

Comes in: tokens. Goes out: positions among them. Imports `language.tape` (for the comparison signs) and
`language.tokens`.

A bar where an operator may stand is decided by its neighbourhood between two commas or brackets. It means `or` if a
comparison follows before any other bar, since |x > 0| is nothing; or if a comparison stands before it and no other
bar follows, or follows at once (`x > 1 | |y| > 1`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradcalc.language.tape import COMPARISONS
from gradcalc.language.token import Token

_COMPARE = frozenset(COMPARISONS.values())
_OPENING, _CLOSING = frozenset("(["), frozenset(")]")


@dataclass(slots=True)
class _Group:
    """What has been seen between two brackets since the last comma: a comparison after the last bar; that bar."""

    compared: bool = False
    bar: int | None = None
    compared_before_bar: bool = False


def separating(tokens: Sequence[Token]) -> frozenset[int]:
    """The positions of the bars that mean `or`, provided that they stand where an operator may stand."""
    found: set[int] = set()
    groups = [_Group()]
    for position, token in enumerate(tokens):
        group = groups[-1]
        if token.kind == "|":
            if group.bar == position - 1 and group.compared_before_bar:
                found.add(position - 1)
            groups[-1] = _Group(bar=position, compared_before_bar=group.compared)
        elif token.kind in _COMPARE:
            if group.bar is not None:
                found.add(group.bar)
            groups[-1] = _Group(compared=True)
        elif token.kind in _OPENING:
            groups.append(_Group())
        elif token.kind in _CLOSING or token.kind in {",", "end"}:
            if group.bar is not None and group.compared_before_bar:
                found.add(group.bar)
            if token.kind in _CLOSING and len(groups) > 1:
                groups.pop()
            else:
                groups[-1] = _Group()
    return frozenset(found)
