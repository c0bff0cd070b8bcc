"""The formula as a tree, the result on top, each node with its value, backward function and adjoint.

A node that is used twice is drawn out once. Imports `errors`, `results`, modules of `render`, and rich.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rich.text import Text
from rich.tree import Tree

from gradcalc.dtypes import DType
from gradcalc.errors import LimitError
from gradcalc.render import View, numbers
from gradcalc.render.sections import Section, aligned
from gradcalc.render.tape import words
from gradcalc.render.text import heading, painted
from gradcalc.results import Node, Recording

if TYPE_CHECKING:
    from rich.console import RenderableType

#: Each level is indented, so that a deep tree grows with the square of its depth.
_DEEPEST = 200


def render(recording: Recording, view: View) -> str:
    """The answer as a tree. Raises `LimitError` for one that is too deep to be read."""
    return painted(_lines(recording, view), view)


def _lines(recording: Recording, view: View) -> Iterator[RenderableType]:
    yield from heading(recording, view)
    if recording.nodes:
        yield Text()
        yield _tree(recording, view)
    if recording.refusal is not None:
        yield from aligned([Section("what torch says", (), (), words.refusal_lines(recording.refusal))], view)


def _tree(recording: Recording, view: View) -> Tree:
    dtype, nodes = numbers.format_of(recording), {node.number: node for node in recording.nodes}
    top = recording.nodes[-1]
    root = Tree(_label(top, dtype, view), guide_style="dim")
    drawn = {top.number}
    waiting = [(root, child, 1) for child in _children(top, nodes)]
    while waiting:
        branch, node, depth = waiting.pop()
        if depth > _DEEPEST:
            raise LimitError(f"the tree is more than {_DEEPEST} levels deep", hint="take --format table")
        if node.number in drawn:
            branch.add(Text(f"{words.name(node.number)} {words.source(node, view)}, see above", "dim"))
            continue
        drawn.add(node.number)
        grown = branch.add(_label(node, dtype, view))
        waiting += [(grown, child, depth + 1) for child in _children(node, nodes)]
    return root


def _children(node: Node, nodes: Mapping[int, Node]) -> list[Node]:
    """The nodes that it was computed from, the first one last: they are taken from the end."""
    return [nodes[operand.node] for operand in reversed(node.operands) if operand.node is not None]


def _label(node: Node, dtype: DType, view: View) -> Text:
    own = words.name(node.number)
    label = Text.assemble((own, "bold"), f" {words.source(node, view)} = {words.value(node, dtype, view)}")
    if node.grad_fn is not None:
        label.append(f"  {node.grad_fn}", "cyan")
    if node.adjoint is not None:
        label.append(f"  df/d{own} = {words.adjoint(node, dtype, view)}", "green")
    return label
