"""The claim for people: the formula, then each partial derivative with what became of it, in sentences.

Imports `claims`, other modules of `render`, and rich.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.text import Text

from gradcalc.claims import Check, Claimed, Ruling
from gradcalc.render import View
from gradcalc.render.check.grouping import together
from gradcalc.render.excerpt import echo, visible
from gradcalc.render.folding import fold
from gradcalc.render.text import filled, painted

_STYLES = {
    Ruling.PROVED: "green",
    Ruling.NOT_REFUTED: "yellow",
    Ruling.REFUTED: "bold red",
    Ruling.UNDECIDED: "magenta",
}
_INDENT = "  "
_GAP = "   "
_LONGEST = 500
_PARAGRAPH = 100
#: Outcomes stand below one another behind formulas of at most so many columns.
_ALIGNED = 60


def render(check: Check, view: View) -> str:
    """The answer as paragraphs."""
    return painted(_lines(check, view), view)


def _lines(check: Check, view: View) -> Iterator[Text]:
    formula = echo(check.expression, _LONGEST, view.encoding)
    over = ", ".join(f"{name} in {ends}" for name, ends in check.over.items())
    yield from _beside("f  = ", formula, f"over {visible(over, view.encoding)}" if over else "", "", view)
    for partials in together(check):
        yield Text()
        yield from _partials(partials, view)


def _partials(partials: Sequence[Claimed], view: View) -> Iterator[Text]:
    """Claims that the same is said of."""
    labels = [f"df/d{visible(partial.wrt, view.encoding)} = " for partial in partials]
    claims = [echo(partial.claim, _LONGEST, view.encoding) for partial in partials]
    widths = [cell_len(label + claim) for label, claim in zip(labels, claims, strict=True)]
    room = max((width for width in widths if width <= _ALIGNED), default=0)
    for partial, label, claim in zip(partials, labels, claims, strict=True):
        yield from _beside(label, claim, visible(partial.ruling, view.encoding), _STYLES[partial.outcome], view, room)
    explanation, hint = partials[0].explanation, partials[0].hint
    for told in (f"{explanation}.", hint and f"Hint: {hint}."):
        if told:
            yield from _indented(visible(told[:1].upper() + told[1:], view.encoding), view)


def _beside(label: str, formula: str, word: str, style: str, view: View, room: int = 0) -> Iterator[Text]:
    """A formula with a word behind it, `room` columns from the left or more; or where that is too long, below it."""
    gap = _GAP + " " * (room - cell_len(label + formula)) if word else ""
    if view.width is None or cell_len(label + formula + gap + word) <= view.width:
        yield Text.assemble((label, "bold"), formula, gap, (word, style))
        return
    for number, piece in enumerate(fold(formula, max(view.width - cell_len(label), 20))):
        yield Text.assemble((" " * cell_len(label) if number else label, "bold"), piece)
    if word:
        yield Text.assemble(_INDENT, (word, style))


def _indented(told: str, view: View) -> Iterator[Text]:
    lines = [Text(told)] if view.width is None else filled(Text(told), min(view.width, _PARAGRAPH) - len(_INDENT))
    for line in lines:
        yield Text.assemble(_INDENT, line)
