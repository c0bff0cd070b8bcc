"""The table for people: a head line, one row a component with both witnesses side by side, then explanations.

A derivative stands on a line of its own above its numbers and may use the whole width, so that a long one wraps
without pushing the numbers off. Where the numbers do not fit side by side they stand below one another.
Imports `results`, other modules of `render`, and rich for widths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from gradcalc.errors import Span
from gradcalc.render import View, numbers
from gradcalc.render.diff import account
from gradcalc.render.excerpt import excerpt, visible
from gradcalc.render.explanations import explanations
from gradcalc.render.folding import fold, pad
from gradcalc.render.sections import MOST_ROWS, aligned, counted
from gradcalc.render.text import OUTCOME_STYLES, heading, painted, paragraph
from gradcalc.results import Account, Outcome, Partial, Result

if TYPE_CHECKING:
    from rich.console import RenderableType

_SYMBOLIC, _AUTOGRAD = "symbolic (SymPy)", "autograd (torch)"
_GAPS = (3, 2)
_INDENT = "  "
#: Columns of a quoted formula where nothing else limits them.
_WIDEST = 100


@dataclass(frozen=True, slots=True)
class _Row:
    """One component: a number from each side and the verdict; `derivative` and `certified` may be empty."""

    label: str
    symbolic: str
    autograd: str
    derivative: str = ""
    certified: str = ""
    verdict: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns begin. `gap` is 0 where they do not fit side by side."""

    indent: int
    symbolic: int
    autograd: int
    gap: int


def render(result: Result, view: View) -> str:
    """The answer as a table, or without a point as one derivative a line."""
    lines = _table(result, view) if result.at else _derivatives(result, view)
    return painted([*lines, *(_account(result, result.account, view) if result.account else ())], view)


def _table(result: Result, view: View) -> Iterator[Text]:
    yield from heading(result, view)
    yield Text()
    rows = list(_rows(result, view))
    columns = _columns(rows, view.width)
    if columns.gap:
        yield Text(" " * columns.indent + pad(_SYMBOLIC, columns.symbolic) + _AUTOGRAD, style="dim")
    for row in rows:
        yield from _row_lines(row, columns, view)
    if len(result.gradient) > MOST_ROWS:
        yield Text(counted(len(result.gradient), "components"))
    yield from _told(result, view)


def _derivatives(result: Result, view: View) -> Iterator[Text]:
    for partial in result.gradient:
        label = f"{visible(numbers.label(partial), view.encoding)} = "
        if partial.symbolic.expression is None:
            reason = visible(partial.symbolic.reason or "no derivative was found", view.encoding)
            yield Text.assemble((label, "bold"), (f"? ({reason})", OUTCOME_STYLES[Outcome.UNDECIDED]))
        else:
            yield from _spanning(label, partial.symbolic.expression, cell_len(label), view)


def _rows(result: Result, view: View) -> Iterator[_Row]:
    dtype, digits = numbers.format_of(result), view.digits
    yield _Row(
        "f",
        numbers.symbolic_value(result.value, dtype, digits),
        numbers.autograd_value(result.value, dtype, digits),
    )
    for partial in _shown(result.gradient):
        symbolic = numbers.symbolic_gradient(partial.symbolic, dtype, digits)
        if partial.symbolic.outcome == Outcome.DIFFERS:
            symbolic += " (differs)"
        yield _Row(
            visible(numbers.label(partial), view.encoding),
            symbolic,
            numbers.autograd_gradient(partial.autograd, dtype, digits),
            visible(partial.symbolic.expression or "", view.encoding),
            numbers.enclosure(partial.certified, digits),
            numbers.verdict(partial),
            OUTCOME_STYLES[partial.verdict.outcome] if partial.verdict else "",
        )


def _shown(gradient: Sequence[Partial]) -> Sequence[Partial]:
    """As many components as a table has rows, in their order; those that agree are the first to be left out."""
    if len(gradient) <= MOST_ROWS:
        return gradient
    agrees = [partial.verdict is not None and partial.verdict.outcome is Outcome.AGREES for partial in gradient]
    kept = sorted(range(len(gradient)), key=agrees.__getitem__)[:MOST_ROWS]
    return [gradient[place] for place in sorted(kept)]


def _columns(rows: list[_Row], width: int | None) -> _Columns:
    label = max(cell_len(row.label) for row in rows)
    symbolic = max(cell_len(_SYMBOLIC), *(cell_len(row.symbolic) for row in rows))
    autograd = max(cell_len(_AUTOGRAD), *(cell_len(row.autograd) for row in rows))
    total = label + symbolic + autograd + max(cell_len(row.verdict) for row in rows)
    gap = next((gap for gap in _GAPS if width is None or total + 3 * gap <= width), 0)
    return _Columns(label + (gap or min(_GAPS)), symbolic + gap, autograd + gap, gap)


def _row_lines(row: _Row, columns: _Columns, view: View) -> Iterator[Text]:
    label = row.label
    if row.derivative:
        yield from _spanning(label, row.derivative, columns.indent, view)
        label = ""
    if columns.gap:
        yield Text.assemble(
            (pad(label, columns.indent), "bold"),
            pad(row.symbolic, columns.symbolic),
            pad(row.autograd, columns.autograd),
            (row.verdict, row.style),
        )
    else:
        yield Text.assemble((pad(label, columns.indent), "bold"), ("symbolic  ", "dim"), row.symbolic)
        yield Text.assemble(" " * columns.indent, ("autograd  ", "dim"), row.autograd)
        if row.verdict:
            yield Text.assemble(" " * columns.indent, (row.verdict, row.style))
    if row.certified:
        yield Text.assemble(" " * columns.indent, ("certified ", "dim"), row.certified)


def _told(result: Result, view: View) -> Iterator[Text]:
    for names, text, span in explanations(result):
        yield from _pointed(result, names, text, span, view)


def _account(result: Result, found: Account, view: View) -> Iterator[RenderableType]:
    yield from aligned(account.sections(result, found, view), view)
    for name, text, span in account.losses(found):
        yield from _pointed(result, name, text, span, view)


def _pointed(result: Result, label: str, text: str, span: tuple[int, int] | None, view: View) -> Iterator[Text]:
    """A sentence, and the piece of the formula that it is about."""
    yield Text()
    yield from paragraph(text, view, label)
    if span is not None:
        width = max(20, (view.width or _WIDEST) - len(_INDENT))
        for line in excerpt(result.expression, Span(*span), width, view.encoding):
            yield Text(f"{_INDENT}{line}")


def _spanning(label: str, formula: str, indent: int, view: View) -> Iterator[Text]:
    """A label and a formula behind it, wrapped with a hanging indent."""
    width = None if view.width is None else max(view.width - indent, 20)
    for number, piece in enumerate(fold(visible(formula, view.encoding), width)):
        yield Text.assemble((pad("" if number else label, indent), "bold"), piece)
