"""Long formulas in lines of a given width, and text filled up to one.

Comes in: one line of printable text. Goes out: lines. Imports rich, for the widths of characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

#: Where a formula may be broken: after a space, and between a name, a number, `**` or one sign and the next.
_PIECES = re.compile(r"\s*(?:[\w.]+|\*\*|.)\s*")


def fold(formula: str, width: int | None) -> Iterator[str]:
    """The formula in lines of at most `width` columns, one line without a width.

    A line ends before a plus or minus sign if one stands in its second half, else between any two words.
    """
    if width is None or cell_len(formula) <= width:
        yield formula
        return
    line, used = "", 0
    for piece in _pieces(formula, width):
        if line and used + cell_len(piece.rstrip()) > width:
            done, line = _broken(line)
            yield done.rstrip()
            used = cell_len(line)
        line, used = line + piece, used + cell_len(piece)
    yield line.rstrip()


def pad(text: str, width: int) -> str:
    """`text` with spaces after it, `width` columns in all or as many as it takes."""
    return text + " " * (width - cell_len(text))


def _broken(line: str) -> tuple[str, str]:
    sign = max(line.rfind(" + "), line.rfind(" - "))
    return (line[:sign], line[sign + 1 :]) if sign > len(line) // 2 else (line, "")


def _pieces(formula: str, width: int) -> Iterator[str]:
    for match in _PIECES.finditer(formula):
        if cell_len(match.group()) > width:
            yield from chop_cells(match.group(), width)
        else:
            yield match.group()
