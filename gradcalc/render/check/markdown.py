"""A claim as a GitHub table and sentences. Imports `claims` and modules of `render`."""

from __future__ import annotations

from collections.abc import Iterator

from gradcalc.claims import Check
from gradcalc.render import View
from gradcalc.render.check.grouping import together
from gradcalc.render.excerpt import visible
from gradcalc.render.sections import Section, markdown


def render(check: Check, view: View) -> str:
    """The answer as text."""
    over = ", ".join(f"{name} in {ends}" for name, ends in check.over.items())
    head = f"f = `{visible(check.expression, view.encoding)}`" + (f" over `{over}`" if over else "")
    rows = tuple((f"df/d{partial.wrt}", partial.claim, partial.ruling) for partial in check.partials)
    section = Section("", ("", "claim", "outcome"), rows, tuple(_told(check)))
    return "".join(f"{line}\n" for line in (head, *markdown([section], view)))


def _told(check: Check) -> Iterator[tuple[str, str]]:
    for partials in together(check):
        yield ", ".join(f"df/d{partial.wrt}" for partial in partials), f"{partials[0].explanation}."
        if partials[0].hint:
            yield "Hint:", f"{partials[0].hint}."
