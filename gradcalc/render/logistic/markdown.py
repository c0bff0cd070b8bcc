"""A regression as GitHub tables. Imports `results` and modules of `render`."""

from __future__ import annotations

from gradcalc.render import View, numbers
from gradcalc.render.excerpt import visible
from gradcalc.render.logistic.arrangement import sections
from gradcalc.render.sections import markdown
from gradcalc.results import Regression


def render(regression: Regression, view: View) -> str:
    """The answer as text."""
    expression, dtype = visible(regression.expression, view.encoding), numbers.format_of(regression)
    point = ", ".join(f"{name} = {numbers.coordinate(value, dtype)}" for name, value in regression.at.items())
    head = f"f = `{expression}` at `{point}`, {regression.dtype} on {regression.device}"
    return "".join(f"{line}\n" for line in (head, *markdown(sections(regression, view), view)))
