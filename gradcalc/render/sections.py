"""Answers that are several small tables: as aligned text, as tab-separated lines, as Markdown.

Comes in: `Section` records. Goes out: rich's renderables, or lines. Imports `results`, modules of `render` and rich.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gradcalc.render.excerpt import visible
from gradcalc.results import Outcome

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from gradcalc.render import View

#: The header of a column that may be folded.
FORMULA = "formula"

#: Rows, and sentences below them, that a table for people shows; the other formats have all.
MOST_ROWS = 1_000

_GAP = 2
_NARROWEST_FORMULA = 12
#: Takes any number of float64 whole.
_NARROWEST_CELL = 24


@dataclass(frozen=True, slots=True)
class Section:
    """A table: a title, a header and rows of as many cells, then sentences with a label each."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    told: tuple[tuple[str, str], ...] = ()


def aligned(sections: Iterable[Section], view: View) -> Iterator[RenderableType]:
    """Each section as a title, a table and paragraphs.

    Where the terminal is too narrow the formulas are folded; where that is not enough a row takes several lines.
    """
    from rich.text import Text

    from gradcalc.render.text import paragraph

    for section in sections:
        yield Text()
        yield from paragraph("", view, section.title)
        kept = section.rows[:MOST_ROWS]
        if kept:
            header, *rows = (tuple(visible(cell, view.encoding) for cell in row) for row in (section.header, *kept))
            shown = replace(section, header=header, rows=tuple(rows))
            yield from _stacked(shown, view) if _too_wide(shown, view) else [_table(shown)]
            if len(section.rows) > MOST_ROWS:
                yield from paragraph(counted(len(section.rows), "rows"), view)
            if section.told:
                yield Text()
        for label, sentence in section.told[:MOST_ROWS]:
            yield from paragraph(sentence, view, label)


def counted(number: int, what: str) -> str:
    """What is said of those that a table for people leaves out."""
    return f"... {number - MOST_ROWS:,} more {what}; --format json has all"


def _too_wide(section: Section, view: View) -> bool:
    from rich.cells import cell_len

    if view.width is None:
        return False
    columns = zip(section.header, *section.rows, strict=True)
    widths = [
        max(cell_len(cell) for cell in column) if column[0] != FORMULA else max(cell_len(column[0]), _NARROWEST_FORMULA)
        for column in columns
    ]
    return sum(widths) + _GAP * (len(widths) - 1) > view.width


def _table(section: Section) -> RenderableType:
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
    for name, *cells in zip(section.header, *section.rows, strict=True):
        least = min(_NARROWEST_FORMULA, max(map(cell_len, cells))) if name == FORMULA else None
        table.add_column(Text(name), overflow="fold", no_wrap=least is None, min_width=least)
    for row in section.rows:
        table.add_row(*(Text(cell, _style(cell)) for cell in row))
    return table


def _stacked(section: Section, view: View) -> Iterator[RenderableType]:
    """Each row as its first cell, then each other cell behind the name of its column, or below it in a narrow view."""
    from rich.cells import cell_len
    from rich.text import Text

    from gradcalc.render.folding import fold, pad

    assert view.width is not None, "on a pipe nothing is too wide"
    names = max(cell_len(name) for name in section.header) + _GAP
    below = view.width - names - _GAP < _NARROWEST_CELL
    indent = 2 * _GAP if below else _GAP + names
    for label, *cells in section.rows:
        if label.strip():
            yield from _indented(label.strip(), 0, view.width, "bold")
        for name, cell in zip(section.header[1:], cells, strict=True):
            if not cell:
                continue
            if below:
                yield from _indented(name, _GAP, view.width, "dim")
            for number, piece in enumerate(fold(cell, view.width - indent)):
                head = "" if number or below else " " * _GAP + name
                yield Text.assemble((pad(head, indent), "dim"), (piece, _style(cell)))


def _indented(text: str, indent: int, width: int, style: str) -> Iterator[Text]:
    from rich.text import Text

    from gradcalc.render.text import filled

    for line in filled(Text(text), width - indent):
        yield Text.assemble(" " * indent, (line.plain, style))


def separated(sections: Iterable[Section], view: View) -> Iterator[str]:
    """Each section as a title and its rows with tabs between the cells, for cut and awk."""
    for section in sections:
        yield f"# {visible(section.title, view.encoding)}"
        for row in (section.header, *section.rows):
            yield "\t".join(visible(cell, view.encoding) for cell in row)
        for told in section.told:
            yield "\t".join(visible(piece, view.encoding) for piece in told)


def markdown(sections: Iterable[Section], view: View) -> Iterator[str]:
    """Each section as a heading, a GitHub table and paragraphs."""
    for section in sections:
        yield f"\n### {prose(visible(section.title, view.encoding))}\n" if section.title else ""
        if section.rows:
            yield _cells(section.header, view)
            yield "|" + " --- |" * len(section.header)
            yield from (_cells(row, view) for row in section.rows)
        for label, sentence in section.told:
            yield f"\n**{prose(visible(label, view.encoding))}** {prose(visible(sentence, view.encoding))}"


def prose(text: str) -> str:
    """Text whose signs mean nothing to Markdown."""
    return re.sub(r"([\\`*_<>\[\]])", r"\\\1", text)


def _cells(row: Sequence[str], view: View) -> str:
    return "| " + " | ".join(prose(visible(cell, view.encoding)).replace("|", "\\|") for cell in row) + " |"


def _style(cell: str) -> str:
    from gradcalc.render.text import OUTCOME_STYLES

    word = cell.partition(" ")[0]
    return OUTCOME_STYLES[Outcome(word)] if word in set(Outcome) else ""
