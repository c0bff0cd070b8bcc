"""What every table for people is made of: the head line, paragraphs, and the painting of lines.

Comes in: an answer, sentences, rich's renderables. Goes out: text, with escape codes where the view allows them.
Imports `results`, other modules of `render`, and rich.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import StringIO
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from gradcalc.render import View, numbers
from gradcalc.render.excerpt import echo, visible
from gradcalc.render.folding import fold
from gradcalc.results import Outcome

if TYPE_CHECKING:
    from rich.console import RenderableType

    from gradcalc.results import Computed

OUTCOME_STYLES = {
    Outcome.AGREES: "green",
    Outcome.DIFFERS: "bold red",
    Outcome.UNDEFINED: "magenta",
    Outcome.UNSUPPORTED: "magenta",
    Outcome.UNDECIDED: "magenta",
}
_SPACE = " " * 8
_LONGEST_ECHO = 500
_PARAGRAPH = 100
#: Wider than any line, so that nothing is folded on a pipe.
_UNBOUNDED = 1_000_000


class _File(StringIO):
    """A file in memory of an encoding, by which rich chooses between lines and ASCII."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override] # a file in memory has none of its own
        return self._encoding


def painted(lines: Iterable[RenderableType], view: View) -> str:
    """The lines and tables as text; without colour no line ends with spaces."""
    file = _File(view.encoding)
    console = Console(
        file=file,
        width=view.width or _UNBOUNDED,
        force_terminal=view.color,
        color_system="standard" if view.color else None,
        no_color=not view.color,
        legacy_windows=False,
    )
    for line in lines:
        if isinstance(line, Text):
            line.rstrip()
        console.print(line, soft_wrap=isinstance(line, Text), markup=False, highlight=False, emoji=False)
    text = file.getvalue()
    return text if view.color else "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def heading(answer: Computed, view: View) -> Iterator[Text]:
    """The formula, the point, the dtype and the device: one line where they fit."""
    formula = echo(answer.expression, _LONGEST_ECHO, view.encoding)
    dtype = numbers.format_of(answer)
    point = ", ".join(f"{name} = {numbers.coordinate(value, dtype)}" for name, value in answer.at.items())
    parts = [f"at {visible(point, view.encoding)}"] if point else []
    parts.append(f"{answer.dtype} on {answer.device}")
    label = "f  = "
    place = _SPACE.join(parts)
    if view.width is None or len(label) + cell_len(formula + _SPACE + place) <= view.width:
        yield Text.assemble((label, "bold"), formula, _SPACE, place)
        return
    room = view.width - len(label)
    pieces = [*fold(formula, room)]
    for part in [place] if cell_len(place) <= room else parts:
        pieces += [line.plain for line in filled(Text(part), room)]
    for number, piece in enumerate(pieces):
        yield Text.assemble((" " * len(label) if number else label, "bold"), piece)


def paragraph(text: str, view: View, label: str = "") -> Iterator[Text]:
    """A sentence behind a label in bold, filled up to the width of the terminal."""
    start = f"{visible(label, view.encoding)} " if label else ""
    whole = Text.assemble((start, "bold"), visible(text, view.encoding))
    if view.width is None:
        yield whole
    else:
        yield from filled(whole, min(view.width, _PARAGRAPH))


def filled(text: Text, width: int) -> Iterable[Text]:
    """Lines of at most `width` columns, broken between words, and inside a word that is longer than a line."""
    return text.wrap(Console(file=StringIO()), width)
