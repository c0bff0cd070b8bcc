"""The computation as a graph in Graphviz's language: values flow down, derivatives stand at the arrows.

Imports `results`, modules of `render`, and graphviz (which writes the text; nothing is drawn here).
"""

from __future__ import annotations

import graphviz

from gradcalc.render import View, numbers
from gradcalc.render.tape import experiments, words
from gradcalc.results import Node, Recording

_FONT = "Helvetica"


def render(recording: Recording, view: View) -> str:
    """The answer as a DOT file."""
    return str(graph(recording, view).source)


def graph(recording: Recording, view: View) -> graphviz.Digraph:
    """The nodes by name, leaves as ellipses, constants dashed; each arrow with the derivative along it.

    What torch said or did when asked otherwise is the label of the whole.
    """
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
    told = experiments.caption(recording, view)
    if told:
        # A line that ends with \l is set flush left; the first keeps its distance from the nodes.
        text = _literal("".join(f"{line}\n" for line in ["", *told]), "\\l")
        drawn.attr("graph", label=text, labelloc="b", labeljust="l", fontname=_FONT, fontsize="11")
    return drawn


def _look(node: Node) -> dict[str, str]:
    if node.operation == "variable":
        return {"shape": "ellipse", "style": "filled", "fillcolor": "#e8f0fe"}
    return {} if node.grad_fn else {"style": "dashed"}


def _literal(text: str, end: str = "\\n") -> str:
    """A label that Graphviz shows as it is: no escape sequences or entities, never HTML; `end` is what ends a line."""
    return str(graphviz.nohtml(graphviz.escape(text.replace("&", "&amp;")).replace("\n", end)))
