"""A regression as aligned text, folded where the terminal is narrow. Imports `results` and modules of `render`."""

from __future__ import annotations

from gradcalc.render import View
from gradcalc.render.logistic.arrangement import sections
from gradcalc.render.sections import aligned
from gradcalc.render.text import heading, painted
from gradcalc.results import Regression


def render(regression: Regression, view: View) -> str:
    """The answer as text."""
    return painted([*heading(regression, view), *aligned(sections(regression, view), view)], view)
