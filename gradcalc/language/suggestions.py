"""Did you mean: the known names closest to a misspelt one.

Imports the standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable

_AT_MOST = 3
#: Characters beyond which nothing is near to a word: to compare two takes the product of their lengths.
_LONGEST = 64


def closest(word: str, known: Iterable[str]) -> list[str]:
    """At most three of `known`, the nearest to `word` first, ties in the order of `known`; empty when none is near."""
    if len(word) > _LONGEST:
        return []
    reach = min(len(word) - 1, 2 if len(word) <= 4 else 3)
    near: list[tuple[int, bool, int, str]] = []
    for name in known:
        if abs(len(name) - len(word)) > reach:
            continue
        distance = 0 if name.lower() == word.lower() else _distance(word, name)
        if distance <= reach:
            near.append((distance, name[0] != word[0], len(near), name))
    return [name for *_, name in sorted(near)[:_AT_MOST]]


def sentence(word: str, known: Iterable[str]) -> str:
    """The hint `did you mean sin, sinc or sinh?`, or an empty string."""
    names = closest(word, known)
    if not names:
        return ""
    if len(names) == 1:
        return f"did you mean {names[0]}?"
    return f"did you mean {', '.join(names[:-1])} or {names[-1]}?"


def _distance(a: str, b: str) -> int:
    """Optimal string alignment distance (Boytsov 2011, 2.2): insert, delete, swap or change case 1, replace 2."""
    before: list[int] = []
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            change = 0 if x == y else 1 if x.lower() == y.lower() else 2
            best = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + change)
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, previous = previous, row
    return previous[-1]
