"""Answers that are several small tables: as aligned text, as tab-separated lines, as Markdown.

Comes in: `Section` records. Goes out: rich's renderables, or lines. Imports `results`, modules of `render` and rich.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradcalc.render.excerpt import visible
from gradcalc.results import Outcome

if TYPE_CHECKING:
    from rich.console import RenderableType

    from gradcalc.render import View

_GAP = 2


@dataclass(frozen=True, slots=True)
class Section:
    """A table: a title, a header and rows of as many cells, then sentences with a label each."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    told: tuple[tuple[str, str], ...] = ()


def aligned(sections: Iterable[Section], view: View) -> Iterator[RenderableType]:
    """Each section as a title, a table whose cells are folded where the terminal is narrow, and paragraphs."""
    from rich.table import Table
    from rich.text import Text

    from gradcalc.render.text import paragraph

    for section in sections:
        yield Text()
        yield Text(visible(section.title, view.encoding), "bold")
        if section.rows:
            table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
            for name in section.header:
                table.add_column(Text(visible(name, view.encoding)), overflow="fold")
            for row in section.rows:
                table.add_row(*(Text(visible(cell, view.encoding), _style(cell)) for cell in row))
            yield table
            if section.told:
                yield Text()
        for label, sentence in section.told:
            yield from paragraph(sentence, view, label)


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
        yield f"\n### {prose(visible(section.title, view.encoding))}\n"
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
