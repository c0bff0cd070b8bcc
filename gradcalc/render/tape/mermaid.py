"""The computation as a Mermaid flowchart, which Markdown viewers draw.

Labels are quoted, with what means something in them as entities (mermaid.js.org, Flowcharts, "Entity codes to escape
characters"). Imports `results` and modules of `render`.
"""

from __future__ import annotations

from gradcalc.render import View, numbers
from gradcalc.render.tape import experiments, words
from gradcalc.results import Recording

_ENTITIES = str.maketrans({c: f"#{ord(c)};" for c in '"#&<>\\`*_~|[]{}()'})


def render(recording: Recording, view: View) -> str:
    """The answer as the text of a flowchart."""
    dtype = numbers.format_of(recording)
    lines = ["flowchart TD"]
    for node in recording.nodes:
        text = "<br>".join(line.translate(_ENTITIES) for line in words.label(node, dtype, view))
        opening, closing = ("([", "])") if node.operation == "variable" else ("[", "]")
        lines.append(f'    {words.name(node.number)}{opening}"{text}"{closing}')
    for operand, node, step in words.edges(recording):
        assert operand.node is not None, "edges are between nodes"
        start, end = words.name(operand.node), words.name(node.number)
        text = f'|"{f"d{end}/d{start} = {words.briefly(step, dtype)}".translate(_ENTITIES)}"|' if step else ""
        lines.append(f"    {start} -->{text} {end}")
    told = experiments.caption(recording, view)
    if told:
        text = "<br>".join(line.translate(_ENTITIES) for line in told)
        lines += [f'    told["{text}"]', "    style told fill:none,stroke:none,text-align:left"]
    return "".join(f"{line}\n" for line in lines)
