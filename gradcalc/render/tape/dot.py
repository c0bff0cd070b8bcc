"""The computation as a graph in Graphviz's language: values flow down, derivatives stand at the arrows.

Imports `results`, modules of `render`, and graphviz (which writes the text; nothing is drawn here).
"""

from __future__ import annotations

import graphviz

from gradcalc.render import View, numbers
from gradcalc.render.tape import words
from gradcalc.results import Node, Recording

_FONT = "Helvetica"


def render(recording: Recording, view: View) -> str:
    """The answer as a DOT file."""
    return str(graph(recording, view).source)


def graph(recording: Recording, view: View) -> graphviz.Digraph:
    """The nodes by name, leaves as ellipses, constants dashed; each arrow with the derivative along it."""
    dtype = numbers.format_of(recording)
    drawn = graphviz.Digraph(
        "tape",
        node_attr={"shape": "box", "fontname": _FONT, "fontsize": "11"},
        edge_attr={"fontname": _FONT, "fontsize": "10"},
    )
    for node in recording.nodes:
        drawn.node(words.name(node.number), _literal("\n".join(words.label(node, dtype, view))), **_look(node))
    for operand, node, step in words.edges(recording):
        assert operand.node is not None, "edges are between nodes"
        text = f"d{words.name(node.number)}/d{words.name(operand.node)} = {words.briefly(step, dtype)}" if step else ""
        drawn.edge(words.name(operand.node), words.name(node.number), _literal(f" {text} ") if text else "")
    return drawn


def _look(node: Node) -> dict[str, str]:
    if node.operation == "variable":
        return {"shape": "ellipse", "style": "filled", "fillcolor": "#e8f0fe"}
    return {} if node.grad_fn else {"style": "dashed"}


def _literal(text: str) -> str:
    """A label that Graphviz shows as it is: without escape sequences, and never read as HTML."""
    return str(graphviz.nohtml(graphviz.escape(text).replace("\n", "\\n")))
