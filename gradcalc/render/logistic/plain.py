"""A regression as tab-separated lines, for cut and awk. Imports `results` and modules of `render`.

The question is lines of a field and its text: expression, at.NAME, dtype, device. Each table is a line `# title`, its
header and its rows; lines of a label and a sentence may follow.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradcalc.render import View, numbers
from gradcalc.render.excerpt import visible
from gradcalc.render.logistic.arrangement import sections
from gradcalc.render.sections import separated
from gradcalc.results import Regression


def render(regression: Regression, view: View) -> str:
    """The answer as text."""
    question = (f"{field}\t{visible(text, view.encoding)}" for field, text in _question(regression))
    return "".join(f"{line}\n" for line in (*question, *separated(sections(regression, view), view)))


def _question(regression: Regression) -> Iterator[tuple[str, str]]:
    dtype = numbers.format_of(regression)
    yield "expression", regression.expression
    for name, value in regression.at.items():
        yield f"at.{name}", numbers.coordinate(value, dtype, most=len(value) if isinstance(value, tuple) else 1)
    yield "dtype", regression.dtype
    yield "device", regression.device
