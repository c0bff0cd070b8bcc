"""The vocabulary: one table, one row a form of a function; nothing about a function lives anywhere else.

Goes out: `ROWS`, the look-ups `find` and `forms`, and the sets of names that the parser and completion use.
Imports the standard library only.
"""

from __future__ import annotations

from functools import cache

from gradcalc.language.vocabulary import elementary, neural, piecewise, reductions, special
from gradcalc.language.vocabulary.row import Function as Function

ROWS: tuple[Function, ...] = (
    *elementary.ROWS,
    *piecewise.ROWS,
    *neural.ROWS,
    *reductions.ROWS,
    *special.ROWS,
)

_FORMS: dict[str, tuple[Function, ...]] = {}
for _row in ROWS:
    for _spelling in (_row.name, *_row.aliases):
        _FORMS[_spelling] = (*_FORMS.get(_spelling, ()), _row)

#: Every name that can be called: the rows' own names in the order of the table, then the aliases.
NAMES = tuple(dict.fromkeys((*(row.name for row in ROWS), *_FORMS)))

#: Names that may be applied without parentheses.
BARE = frozenset(spelling for spelling, rows in _FORMS.items() if any(row.bare for row in rows))


def forms(spelling: str) -> tuple[Function, ...]:
    """The rows that `spelling` (a name or an alias) may call; empty for an unknown one."""
    return _FORMS.get(spelling, ())


@cache
def find(name: str, count: int) -> Function:
    """The row behind an instruction named `name` with `count` arguments.

    A row with exactly `count` parameters wins over a variadic one. Raises KeyError for what is not in the table.
    """
    rows = [row for row in _FORMS[name] if row.accepts(count)]
    if not rows:
        raise KeyError(f"{name}/{count}")
    return min(rows, key=lambda row: row.variadic)
