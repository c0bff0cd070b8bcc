"""Lines of `field<TAB>text`, for cut, grep and awk: the fields and their order do not change.

    expression, outcome, over.NAME,
    and for each partial derivative: claim.NAME, claim.NAME.outcome, .explanation, .at.VARIABLE, .derivative, .value,
    .holds, .fails, .hint, .domain

A field without a text is left out. Imports `claims` and modules of `render`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradcalc.claims import Check, Claimed
from gradcalc.render import View
from gradcalc.render.excerpt import visible


def render(check: Check, view: View) -> str:
    """The answer as lines of a field, a tab and a text."""
    return "".join(f"{field}\t{visible(text, view.encoding)}\n" for field, text in _fields(check) if text)


def _fields(check: Check) -> Iterator[tuple[str, str | None]]:
    yield "expression", check.expression
    yield "outcome", check.outcome
    for name, ends in check.over.items():
        yield f"over.{name}", ends
    for partial in check.partials:
        yield from _partial(partial)


def _partial(partial: Claimed) -> Iterator[tuple[str, str | None]]:
    field = f"claim.{partial.wrt}"
    yield field, partial.claim
    yield f"{field}.outcome", partial.outcome
    yield f"{field}.explanation", partial.explanation
    if partial.counterexample is not None:
        for name, value in partial.counterexample.at.items():
            yield f"{field}.at.{name}", value
        yield f"{field}.derivative", partial.counterexample.derivative
        yield f"{field}.value", partial.counterexample.claim
    yield f"{field}.holds", partial.holds
    yield f"{field}.fails", partial.fails
    yield f"{field}.hint", partial.hint
    yield f"{field}.domain", partial.domain
