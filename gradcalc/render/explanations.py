"""The sentences below a result: what a reader should know about the verdicts that are not a plain agreement.

Comes in: a `Result`. Goes out: the components meant, a sentence and the place it is about. Imports `results` and
modules of `render`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gradcalc.render import numbers
from gradcalc.results import Outcome, Partial, Result, Verdict

_NAMED = 3


class Explanation(NamedTuple):
    """Whose derivatives are meant, the sentence, and the piece of the formula that is to blame."""

    names: str
    text: str
    span: tuple[int, int] | None


def explanations(result: Result) -> Iterator[Explanation]:
    """An explanation for every verdict worth one; equal sentences once for all their components."""
    told: dict[tuple[str, tuple[int, int] | None], list[Partial]] = {}
    for partial in result.gradient:
        if partial.verdict is not None and _worth_telling(partial, partial.verdict):
            told.setdefault((sentence(partial.verdict), partial.verdict.span), []).append(partial)
    for (text, span), partials in told.items():
        names = [numbers.label(partial) for partial in partials[:_NAMED]]
        if len(partials) > _NAMED:
            names.append(f"{len(partials) - _NAMED} more")
        yield Explanation(", ".join(names), text, span)


def sentence(verdict: Verdict) -> str:
    """The outcome and its explanation, with the cause."""
    text = verdict.explanation.strip()
    if verdict.cause is not None:
        text = f"{text.removesuffix('.')} ({verdict.cause})"
    return f"{verdict.outcome}: {text}{'' if text.endswith('.') else '.'}"


def _worth_telling(partial: Partial, verdict: Verdict) -> bool:
    agreed = {verdict.outcome, partial.symbolic.outcome or verdict.outcome} == {Outcome.AGREES}
    return bool(verdict.explanation) and (verdict.cause is not None or not agreed)
