"""A regression as tab-separated lines, for cut and awk. Imports `results` and modules of `render`.

Each table is a line `# title`, its header and its rows; lines of a label and a sentence may follow.
"""

from __future__ import annotations

from gradcalc.render import View
from gradcalc.render.logistic.arrangement import sections
from gradcalc.render.sections import separated
from gradcalc.results import Regression


def render(regression: Regression, view: View) -> str:
    """The answer as text."""
    return "".join(f"{line}\n" for line in separated(sections(regression, view), view))
