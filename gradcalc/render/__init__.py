"""Answer -> text: one module a format, loaded on use, each with one function `render(answer, view)`.

Comes in: a `Result`, a `Recording`, a `Regression` or a `Check`, and a `View`. Goes out: text that ends with a
newline. No mathematics here: a renderer formats numbers (`render.numbers`) and arranges them.
Imports the standard library only; a format's module may import `dtypes`, `results`, `errors`, rich and graphviz.

To add a format: write `render/COMMAND/NAME.py` with a `render` function, and add NAME to the command's `FORMATS`.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from gradcalc.results import Answer

#: The formats of each command that answers a question, the first one its default.
FORMATS = {
    "diff": ("table", "plain", "json", "csv", "latex", "markdown"),
    "tape": ("table", "tree", "dot", "mermaid", "json", "svg"),
    "logistic": ("table", "plain", "json", "markdown"),
    "check": ("table", "plain", "json", "markdown"),
}

#: The formats of `diff` in which the whole account has no place.
WITHOUT_ACCOUNT = frozenset({"csv", "latex"})

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

    def render(self, answer: Answer, view: View) -> str:
        """The whole answer as text that ends with a newline."""


def render(answer: Answer, name: str, view: View) -> str:
    """Render `answer` in the format `name`, one of `FORMATS` of its command."""
    module = importlib.import_module(f"gradcalc.render.{answer.command}.{name}")
    return cast("Renderer", module).render(answer, view)
