"""The graph of `dot` as a picture, drawn by the program `dot` of Graphviz.

Imports `errors`, `results` and modules of `render`; runs `dot`, with the graph as its standard input.
"""

from __future__ import annotations

import shutil
import subprocess

from gradcalc.errors import ComputationError, LimitError
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
    try:
        done = subprocess.run(  # noqa: S603 - a program found by name, without a shell; the graph is its input
            [program, "-Tsvg"],
            input=dot.render(recording, view).encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise LimitError(f"Graphviz was stopped after {_SECONDS} s", hint="take --format table or dot") from None
    except (subprocess.CalledProcessError, OSError):
        raise ComputationError("Graphviz could not draw the picture", hint="take --format dot and try it") from None
    return done.stdout.decode()
