"""A regression as GitHub tables. Imports `results` and modules of `render`."""

from __future__ import annotations

from gradcalc.render import View
from gradcalc.render.excerpt import visible
from gradcalc.render.logistic.arrangement import sections
from gradcalc.render.sections import markdown
from gradcalc.results import Regression


def render(regression: Regression, view: View) -> str:
    """The answer as text."""
    expression = visible(regression.expression, view.encoding)
    head = f"f = `{expression}`, {regression.dtype} on {regression.device}"
    return "".join(f"{line}\n" for line in (head, *markdown(sections(regression, view), view)))
