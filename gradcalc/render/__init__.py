"""Result -> text: one module a format, loaded on use, each with one function `render(result, view)`.

Comes in: a `Result` and a `View`. Goes out: text that ends with a newline. No mathematics here: a renderer formats
numbers (`render.numbers`) and arranges them.
Imports the standard library only; a format's module may import `dtypes`, `results`, `errors` and rich.

To add a format: write `render/NAME.py` with a `render` function, and add NAME to `FORMATS`.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from gradcalc.results import Result

#: The formats of `gradcalc diff --format`, by name: the module that renders each.
FORMATS = {
    "table": "gradcalc.render.table",
    "plain": "gradcalc.render.plain",
    "json": "gradcalc.render.json",
    "csv": "gradcalc.render.csv",
    "latex": "gradcalc.render.latex",
    "markdown": "gradcalc.render.markdown",
}

#: The fields of `gradcalc diff --only`, and those of them that need a point.
FIELDS = ("expression", "symbolic", "autograd", "certified", "value", "verdict")
AT_A_POINT = frozenset({"autograd", "certified", "value", "verdict"})


@dataclass(frozen=True, slots=True)
class View:
    """How a reader sees the answer.

    width: columns of the terminal; None on a pipe, where nothing is folded. color: whether escape codes may be
    written. encoding: of the stream; the text must survive it. digits: significant digits of printed numbers; None
    for the shortest that read back.
    """

    width: int | None = None
    color: bool = False
    encoding: str = "utf-8"
    digits: int | None = None


class Renderer(Protocol):
    """What each format's module offers."""

    def render(self, result: Result, view: View) -> str:
        """The whole answer as text that ends with a newline."""


def render(result: Result, name: str, view: View) -> str:
    """Render `result` in the format `name`, a key of `FORMATS`."""
    return cast("Renderer", importlib.import_module(FORMATS[name])).render(result, view)
