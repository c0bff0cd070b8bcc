"""The graph of `dot` as a picture, drawn by the program `dot` of Graphviz.

Imports `errors`, `processes`, `results` and modules of `render`; runs `dot`, with the graph as its standard input.
"""

from __future__ import annotations

import shutil
import subprocess

from gradcalc.errors import ComputationError, LimitError
from gradcalc.processes import children
from gradcalc.render import View
from gradcalc.render.tape import dot
from gradcalc.results import Recording

#: Graphviz needs more than linear time; larger pictures cannot be read either.
_MOST_NODES = 500
_SECONDS = 30


def render(recording: Recording, view: View) -> str:
    """The answer as an SVG picture.

    Raises `ComputationError` where Graphviz is missing or fails, `LimitError` for too large a graph.
    """
    if len(recording.nodes) > _MOST_NODES:
        raise LimitError(
            f"a picture of {len(recording.nodes):,} nodes cannot be read; the limit is {_MOST_NODES}",
            hint="take --format table, or --format dot for a layout of your own",
        )
    program = shutil.which("dot")
    if program is None:
        raise ComputationError(
            "the picture cannot be drawn: Graphviz, the program dot, is not installed",
            hint="install it (apt install graphviz, brew install graphviz), or take --format dot or mermaid",
        )
    graph = dot.render(recording, view).encode()
    try:
        process = children.start([program, "-Tsvg"])
    except OSError:
        raise _failed() from None
    with process:
        try:
            picture, _ = process.communicate(graph, timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise LimitError(f"Graphviz was stopped after {_SECONDS} s", hint="take --format table or dot") from None
    if process.returncode:
        raise _failed()
    return picture.decode()


def _failed() -> ComputationError:
    return ComputationError("Graphviz could not draw the picture", hint="take --format dot and try it")
