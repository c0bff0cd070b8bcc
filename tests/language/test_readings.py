"""Good and wrong formulas, from the case files: what each means, or everything that is said about it."""

from __future__ import annotations

import pytest

from gradcalc.errors import GradcalcError
from gradcalc.language.parser import parse
from tests import cases
from tests.language.writing import prefix


def _given(case: cases.Case) -> tuple[frozenset[str], tuple[str, ...]]:
    """The names that the point gives in a case, and what must come out."""
    if case.lines[0].startswith("given "):
        return frozenset(case.lines[0].split()[1:]), case.lines[1:]
    return frozenset(), case.lines


@pytest.mark.parametrize("case", cases.read("readings.txt"), ids=str)
def test_reading(case: cases.Case) -> None:
    """A good formula means what the case file says, with these notes and no others."""
    names, expected = _given(case)
    tape = parse(case.inputs[0], names)
    assert (prefix(tape), *(f"note: {note.message}" for note in tape.notes)) == expected


@pytest.mark.parametrize("case", cases.read("mistakes.txt"), ids=str)
def test_mistake(case: cases.Case) -> None:
    """A wrong formula is refused with exactly this sentence, these carets, this hint and this status."""
    names, expected = _given(case)
    with pytest.raises(GradcalcError) as refused:
        parse(case.inputs[0], names)
    assert cases.diagnostic(refused.value) == expected


@pytest.mark.parametrize("case", cases.read("mistakes.txt"), ids=str)
def test_sentences_are_sentences(case: cases.Case) -> None:
    """Messages and hints are one line of moderate length, without a final stop."""
    with pytest.raises(GradcalcError) as refused:
        parse(case.inputs[0], _given(case)[0])
    for text in (refused.value.message, refused.value.hint):
        assert "\n" not in text
        assert len(text) <= 110
        assert not text.endswith(".") or text.endswith("...")
