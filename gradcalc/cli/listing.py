"""Rows of text in columns, without rich: listings must be there at once.

Comes in: rows of equal length. Goes out: lines. Imports the standard library only.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

_GAP = 2
_NARROWEST = 30


def aligned(rows: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    """The rows with their columns below one another; the last column is wrapped at `width` if there is one."""
    widths = [max(map(len, column)) + _GAP for column in zip(*rows, strict=True)]
    indent = sum(widths[:-1])
    for *cells, last in rows:
        start = "".join(cell.ljust(room) for cell, room in zip(cells, widths[:-1], strict=True))
        room = None if width is None else max(width - indent, _NARROWEST)
        pieces = (
            [last]
            if room is None
            else textwrap.wrap(last, room, break_long_words=False, break_on_hyphens=False) or [""]
        )
        for number, piece in enumerate(pieces):
            yield f"{' ' * indent if number else start}{piece}".rstrip()
