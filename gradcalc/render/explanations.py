"""The sentences below an result: what a reader should know about the verdicts that are not a plain agreement.

Comes in: a `Result`. Goes out: pairs of the components meant and a sentence. Imports `results` and modules of `render`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradcalc.render import numbers
from gradcalc.render.excerpt import shorten
from gradcalc.results import Outcome, Partial, Result, Verdict

_NAMED = 3
_PIECE = 40


def explanations(result: Result) -> Iterator[tuple[str, str]]:
    """The components and the sentence, for every verdict worth one; equal sentences once for all their components."""
    told: dict[str, list[Partial]] = {}
    for partial in result.gradient:
        if partial.verdict is not None and _worth_telling(partial, partial.verdict):
            told.setdefault(sentence(result.expression, partial.verdict), []).append(partial)
    for text, partials in told.items():
        names = [numbers.label(partial) for partial in partials[:_NAMED]]
        if len(partials) > _NAMED:
            names.append(f"{len(partials) - _NAMED} more")
        yield ", ".join(names), text


def sentence(expression: str, verdict: Verdict) -> str:
    """The outcome and its explanation, with the cause and the piece of the formula where that is."""
    text = verdict.explanation.strip()
    if verdict.cause is not None:
        place = f" in {shorten(expression[slice(*verdict.span)], _PIECE)}" if verdict.span else ""
        text = f"{text.removesuffix('.')} ({verdict.cause}{place})"
    return f"{verdict.outcome}: {text}{'' if text.endswith('.') else '.'}"


def _worth_telling(partial: Partial, verdict: Verdict) -> bool:
    agreed = {verdict.outcome, partial.symbolic.outcome or verdict.outcome} == {Outcome.AGREES}
    return bool(verdict.explanation) and (verdict.cause is not None or not agreed)
