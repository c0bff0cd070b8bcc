"""The formula as a tree, the result on top, each node with its value, backward function and adjoint.

A node that is used twice is drawn out once. Imports `errors`, `results`, modules of `render`, and rich.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from gradcalc.dtypes import DType
from gradcalc.errors import LimitError
from gradcalc.render import View, numbers
from gradcalc.render.excerpt import visible
from gradcalc.render.sections import aligned
from gradcalc.render.tape import experiments, words
from gradcalc.render.text import filled, heading, painted
from gradcalc.results import Node, Recording

if TYPE_CHECKING:
    from rich.console import RenderableType

#: Each level is indented, so that a deep tree grows with the square of its depth.
_DEEPEST = 200
#: Where the branches leave less of the line than this, it is for the terminal to fold.
_NARROWEST = 12


@dataclass(frozen=True, slots=True)
class _Guides:
    """What stands before a node, and before what is below it: of any child, and of the last."""

    child: tuple[str, str]
    last: tuple[str, str]


_LINES = _Guides(("├── ", "│   "), ("└── ", "    "))
_ASCII = _Guides(("+-- ", "|   "), ("`-- ", "    "))


@dataclass(frozen=True, slots=True)
class _Branch:
    """A node to be drawn: what stands before its first line, and before those below."""

    node: Node
    level: int = 1
    before: str = ""
    below: str = ""


def render(recording: Recording, view: View) -> str:
    """The answer as a tree. Raises `LimitError` for one that is too deep to be read."""
    return painted(_lines(recording, view), view)


def _lines(recording: Recording, view: View) -> Iterator[RenderableType]:
    yield from heading(recording, view)
    if recording.nodes:
        yield Text()
        yield from _tree(recording, view)
    yield from aligned(experiments.sections(recording, view), view)


def _tree(recording: Recording, view: View) -> Iterator[Text]:
    dtype, nodes = numbers.format_of(recording), {node.number: node for node in recording.nodes}
    guides = _LINES if visible(_LINES.last[0], view.encoding) == _LINES.last[0] else _ASCII
    drawn: set[int] = set()
    waiting = [_Branch(recording.nodes[-1])]
    while waiting:
        branch = waiting.pop()
        node = branch.node
        if branch.level > _DEEPEST:
            raise LimitError(f"the tree is more than {_DEEPEST} levels deep", hint="take --format table")
        if node.number in drawn:
            yield from _drawn(branch, _reminder(node, view), view)
            continue
        drawn.add(node.number)
        yield from _drawn(branch, _label(node, dtype, view), view)
        children = [nodes[operand.node] for operand in node.operands if operand.node is not None]
        # The last one first, since they are taken from the end.
        for place, child in reversed(tuple(enumerate(children, 1))):
            before, below = guides.last if place == len(children) else guides.child
            waiting.append(_Branch(child, branch.level + 1, branch.below + before, branch.below + below))


def _drawn(branch: _Branch, label: Text, view: View) -> Iterator[Text]:
    """The node behind its branches."""
    room = None if view.width is None else view.width - len(branch.before)
    pieces = [label] if room is None or room < _NARROWEST else filled(label, room)
    for number, piece in enumerate(pieces):
        yield Text.assemble((branch.below if number else branch.before, "dim"), piece)


def _reminder(node: Node, view: View) -> Text:
    return Text(f"{words.name(node.number)} {words.source(node, view)}, see above", "dim")


def _label(node: Node, dtype: DType, view: View) -> Text:
    own = words.name(node.number)
    label = Text.assemble((own, "bold"), f" {words.source(node, view)} = {words.value(node, dtype, view)}")
    if node.grad_fn is not None:
        label.append(f"  {node.grad_fn}", "cyan")
    if node.adjoint is not None:
        label.append(f"  df/d{own} = {words.adjoint(node, dtype, view)}", "green")
    return label
