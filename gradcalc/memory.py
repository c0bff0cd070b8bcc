"""What a program that answers many questions keeps of them: formulas as read, derivatives as found.

Comes in: a function and what it is called with. Goes out: what it returns, from an earlier call where there was one.
Imports `language.tape`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from gradcalc.language.tape import Tape

_T = TypeVar("_T")

#: The instructions of all tapes that are kept; each takes some 300 bytes.
MOST = 300_000
#: What else is kept beside a tape counts as so many instructions.
_FIXED = 50


class Memory:
    """Results of functions whose arguments say all about them; what was not asked for the longest is forgotten.

    most: instructions, which bound the size. One memory serves one thread.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held = 0
        self._kept: dict[Hashable, tuple[Any, int]] = {}

    def recall(self, make: Callable[..., _T], *of: Hashable) -> _T:
        """`make(*of)`, computed once; its result is immutable and not None. An error is raised, and not kept."""
        found: _T | None = self.get((make, *of))
        return self.keep((make, *of), make(*of)) if found is None else found

    def get(self, key: Hashable) -> Any:
        """What is kept under `key`, None if nothing."""
        entry = self._kept.pop(key, None)
        if entry is None:
            return None
        self._kept[key] = entry  # now the last to be forgotten
        return entry[0]

    def keep(self, key: Hashable, value: _T) -> _T:
        """Keep `value` under `key`, and forget others where that is too much."""
        size = _FIXED + _instructions(value)
        if size <= self._most:
            self._held += size
            self._kept[key] = (value, size)
        while self._held > self._most:
            self._held -= self._kept.pop(next(iter(self._kept)))[1]
        return value


def _instructions(value: object) -> int:
    """The instructions of the tapes that a value is or holds."""
    if isinstance(value, Tape):
        return len(value.instructions)
    return sum(_instructions(part) for part in value) if isinstance(value, tuple) else 0
