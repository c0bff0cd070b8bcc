"""A piece of source with carets under a span, and foreign text made safe to print.

Comes in: text as a user typed it. Goes out: lines of printable characters, at most so many columns wide.
Imports `errors` (for spans) and the standard library only: error messages must not wait for rich.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from gradcalc.errors import Span

_CUT = "..."


class _Cell(NamedTuple):
    """One character of the source as it is shown, and how many columns that takes."""

    text: str
    width: int


def visible(text: str, encoding: str = "utf-8") -> str:
    """`text` on one line: newlines and tabs as spaces, what a terminal would obey or cannot show escaped."""
    return "".join(_cell(character, encoding).text for character in text)


def shorten(text: str, limit: int) -> str:
    """`text`, with its middle replaced by dots when it has more than `limit` characters (`limit` at least 5)."""
    if len(text) <= limit:
        return text
    head = (limit - len(_CUT) + 1) // 2
    tail = limit - len(_CUT) - head
    return f"{text[:head]}{_CUT}{text[len(text) - tail :]}"


def echo(text: str, limit: int, encoding: str = "utf-8") -> str:
    """`visible` text of at most `limit` characters, its middle cut out; of a long text only the ends are looked at."""
    ends = text if len(text) <= 2 * limit else text[:limit] + text[-limit:]
    return shorten(visible(ends, encoding), limit)


def excerpt(source: str, span: Span, width: int, encoding: str = "utf-8") -> list[str]:
    """Two lines of at most `width` columns: the source, cut around `span` where it is longer, and the carets.

    Wide characters take two columns and combining ones none, as terminals draw them (Unicode Standard Annex 11).
    An empty span is a place between characters and gets one caret. `width` is at least 20.
    """
    cells = [_cell(character, encoding) for character in source]
    start = min(span.start, len(cells))
    stop = min(max(span.stop, start), len(cells))
    low, high = _window(cells, start, stop, width)
    before = _CUT if low > 0 else ""
    after = _CUT if high < len(cells) else ""
    line = before + "".join(cell.text for cell in cells[low:high]) + after
    indent = len(before) + _columns(cells[low:start])
    carets = max(1, _columns(cells[start : min(stop, high)]))
    return [line.rstrip(), " " * indent + "^" * carets]


def _cell(character: str, encoding: str) -> _Cell:
    if character in "\t\n\r":
        return _Cell(" ", 1)
    if unicodedata.category(character).startswith(("C", "Zl", "Zp")):
        code = ord(character)
        escaped = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
        return _Cell(escaped, len(escaped))
    shown = character.encode(encoding, errors="backslashreplace").decode(encoding)
    if shown != character:
        return _Cell(shown, len(shown))
    if unicodedata.category(character) in {"Mn", "Me"}:
        return _Cell(character, 0)
    return _Cell(character, 2 if unicodedata.east_asian_width(character) in "WF" else 1)


def _columns(cells: list[_Cell]) -> int:
    return sum(cell.width for cell in cells)


def _window(cells: list[_Cell], start: int, stop: int, width: int) -> tuple[int, int]:
    """The range of cells to show: all of them if they fit, else the span with as much as fits on either side."""
    if _columns(cells) <= width and start < max(width, 1):
        return 0, len(cells)
    room = width - 2 * len(_CUT) - 1
    low = high = start
    while high < stop and cells[high].width <= room:
        room -= cells[high].width
        high += 1
    grown = True
    while grown:
        grown = False
        if low > 0 and cells[low - 1].width <= room:
            low, room, grown = low - 1, room - cells[low - 1].width, True
        if high < len(cells) and cells[high].width <= room:
            room, high, grown = room - cells[high].width, high + 1, True
    return low, high
