"""What an experiment found, `.grad` after each call or what torch refused: as sections, and as lines below a picture.

Imports `results` and modules of `render`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from gradcalc.dtypes import DType
from gradcalc.render import View, numbers
from gradcalc.render.excerpt import visible
from gradcalc.render.sections import Section
from gradcalc.results import Recording, Refusal, Value

_GRADS = ".grad after each backward call"
_REFUSAL = "what torch says"

#: Graphviz folds nothing; and of many calls a picture shows the first and the last, as it does of a long vector.
_WIDTH = 72
_MOST_CALLS = 6


def sections(recording: Recording, view: View) -> Iterator[Section]:
    """A table of the calls, and torch's words with what they mean."""
    if recording.grads:
        header = ("call", *(visible(f"{name}.grad", view.encoding) for name in recording.grads[0]))
        dtype = numbers.format_of(recording)
        rows = tuple(
            (str(call), *(_grad(grad, dtype, view) for grad in grads.values()))
            for call, grads in enumerate(recording.grads, 1)
        )
        yield Section(_GRADS, header, rows, _why(recording))
    if recording.refusal is not None:
        yield Section(_REFUSAL, (), (), _refusal(recording.refusal))


def caption(recording: Recording, view: View) -> list[str]:
    """The same as lines of text; none where nothing was tried."""
    lines: list[str] = []
    if recording.grads:
        lines += [_GRADS, *_calls(recording), *_sentences(_why(recording))]
    if recording.refusal is not None:
        lines += [*([""] if lines else []), _REFUSAL, *_sentences(_refusal(recording.refusal))]
    return [visible(line, view.encoding) for line in lines]


def _calls(recording: Recording) -> list[str]:
    dtype = numbers.format_of(recording)
    calls = [
        f"call {call}: " + ", ".join(f"{name}.grad = {_briefly(grad, dtype)}" for name, grad in grads.items())
        for call, grads in enumerate(recording.grads, 1)
    ]
    shown = calls if len(calls) <= _MOST_CALLS else [*calls[: _MOST_CALLS - 2], "...", calls[-1]]
    return [line for call in shown for line in textwrap.wrap(call, _WIDTH)]


def _why(recording: Recording) -> tuple[tuple[str, str], ...]:
    return (("Why:", f"{recording.explanation}."),) if recording.explanation else ()


def _refusal(refusal: Refusal) -> tuple[tuple[str, str], ...]:
    """The call and what torch said to it, then what that means and how to mend it."""
    return (
        (refusal.call, f"-> {refusal.error}: {refusal.message}"),
        ("It means:", f"{refusal.explanation}."),
        ("To mend it:", f"{refusal.remedy}."),
    )


def _sentences(told: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for label, sentence in told:
        yield from textwrap.wrap(f"{label} {sentence}", _WIDTH)


def _grad(grad: Value | None, dtype: DType, view: View) -> str:
    return "None" if grad is None else numbers.coordinate(grad, dtype, digits=view.digits)


def _briefly(grad: Value | None, dtype: DType) -> str:
    return "None" if grad is None else numbers.brief(grad, dtype)
