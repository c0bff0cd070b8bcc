"""Points: the forms of `--at`, what is refused, the match with a formula's variables, Python values."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from gradcalc.errors import GradcalcError, PointError
from gradcalc.language.parser import parse
from gradcalc.language.point import Entry, assign, point_texts, read_point
from tests import cases
from tests.language.writing import prefix


def _lines(case: cases.Case) -> tuple[str, ...]:
    """What comes out of a case: its entries, matched with variables if it names some, or the diagnostic."""
    try:
        entries = read_point(case.inputs)
        if not case.lines[0].startswith("for "):
            return tuple(_line(entry.name or "(nameless)", entry) for entry in entries)
        variables = case.lines[0].removeprefix("for ").replace("nothing", "").split()
        return tuple(_line(name, entry) for name, entry in assign(entries, variables).items())
    except GradcalcError as error:
        return cases.diagnostic(error)


def _line(name: str, entry: Entry) -> str:
    values = ", ".join(prefix(tape) for tape in entry.values)
    return f"{name} = [{values}]" if entry.is_vector else f"{name} = {values}"


@pytest.mark.parametrize("case", cases.read("points.txt"), ids=str)
def test_point(case: cases.Case) -> None:
    """A point is read as the case file says, or refused with exactly its words."""
    expected = case.lines[1:] if case.lines[0].startswith("for ") else case.lines
    assert _lines(case) == expected


class _Array:
    """What NumPy and torch have in common: `tolist`."""

    def __init__(self, entries: object) -> None:
        self._entries = entries

    def __repr__(self) -> str:
        return f"array({self._entries})"

    def tolist(self) -> object:
        return self._entries


@pytest.mark.parametrize(
    ("at", "texts"),
    [
        (4, ["4"]),
        (0.1, ["0.1"]),
        (10**80, ["1e+80"]),
        (Fraction(1, 4), ["0.25"]),
        ("x=pi/4", ["x=pi/4"]),
        ([1, 2.5], ["[1,2.5]"]),
        ((1, "pi/4"), ["[1,pi/4]"]),
        ({"x": 1, "y": [1, 2]}, ["x=1", "y=[1,2]"]),
        (_Array([1.0, 2.0]), ["[1.0,2.0]"]),
        (_Array(3.0), ["3.0"]),
    ],
    ids=repr,
)
def test_python_point(at: Any, texts: list[str]) -> None:
    """A Python number, list, dict or array becomes the text that a person would have typed."""
    assert point_texts(at) == texts


@pytest.mark.parametrize("at", [None, 1j, object(), [[1, 2]], {"x": None}, 10**400], ids=lambda at: str(at)[:20])
def test_python_point_refused(at: Any) -> None:
    """What is no real number is refused with a sentence of ours."""
    with pytest.raises(PointError, match=r"the point holds something|beyond float64"):
        read_point(point_texts(at))


def test_nan_from_python_is_refused() -> None:
    """A nan inside a Python list is refused like one that is typed."""
    with pytest.raises(PointError, match="nan is not a point"):
        read_point(point_texts([1.0, float("nan")]))


@pytest.mark.parametrize("text", ["4", "-4", "0.5", "-1.25e-3", "1E+300", "7.", "00.10", "123456789012345678901234"])
def test_plain_decimals_are_read_as_formulas_are(text: str) -> None:
    """Without the parser, which is for what else a value may be."""
    (entry,) = read_point([f"x={text}, 1"])
    assert entry.values[0] == parse(text)
