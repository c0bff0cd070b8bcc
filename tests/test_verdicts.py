"""The table of verdicts: what is true of a formula at a point, and what the program must say of torch's gradient there.

`cases/verdicts.txt` and `cases/kinks.txt` have a line a case, and each line is held against two: against mpmath, which
looks at the formula from both sides of the point at 600 digits, so that the table itself cannot be wrong; and against
the program.
"""

from __future__ import annotations

import math
from ast import literal_eval
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pytest
import torch

import gradcalc
from gradcalc.language.parser import parse
from gradcalc.language.tape import NUMBER, Tape
from gradcalc.results import Outcome, Partial, Result, Symbolic
from tests import cases, oracle
from tests.language.evaluation import _step

mp = oracle.mp
Number = Any  # an mpf: mpmath has no types of its own

#: What a verdict may give as its cause; first why torch differs or is poor, then why there is no derivative.
LOSSES = {
    "overflow",
    "underflow",
    "cancellation",
    "backward underflow",
    "backward overflow",
    "saturation",
    "branch trap",
    "clamp decided differently",
    "dead zone",
    "library accuracy",
}
SINGULARITIES = {
    "corner",
    "jump",
    "pole",
    "vertical tangent",
    "edge of the domain",
    "outside the domain",
    "isolated value",
    "removable",
}
SMOOTH = "smooth"


# -- the table


@dataclass(frozen=True, slots=True)
class Row:
    """One line. outcome: None where torch's conventions decide. cause: None for none, "?" where any will do.

    slopes: left and right, None where none is stated.
    """

    formula: str
    at: str
    dtype: str
    by: str
    outcome: Outcome | None
    cause: str | None
    slopes: tuple[Number | None, Number | None] | None
    span: str | None
    place: str

    def __str__(self) -> str:
        """The name of the line in pytest's output."""
        return f"{self.place} {self.formula[:40]} by {self.by} at {self.at} {self.dtype}"


def point(at: str) -> dict[str, float | list[float]]:
    """The variables' values, not yet rounded to a dtype."""
    return {name: literal_eval(value) for name, _, value in (part.partition("=") for part in at.split())}


def read(row: cases.Row) -> Row:
    """Cells -> line: formula, `x=0 y=[1,2] DTYPE by VARIABLE`, outcome, cause, slope or `left | right`, span."""
    formula, place, outcome, cause, slopes, span = row.cells
    place, _, by = place.partition(" by ")
    words = place.split()
    coordinates = [word for word in words if "=" in word]
    return Row(
        formula,
        " ".join(coordinates),
        dtype=next((word for word in words if "=" not in word), "float64"),
        by=by or coordinates[0].partition("=")[0],
        outcome=None if outcome == "either" else Outcome(outcome),
        cause=None if cause == "-" else cause,
        slopes=None if slopes == "-" else _sides(slopes),
        span=None if span == "-" else span,
        place=row.place,
    )


def _sides(text: str) -> tuple[Number | None, Number | None]:
    left, _, right = text.partition(" | ")
    return _slope(left), _slope(right or left)


def _slope(text: str) -> Number | None:
    return None if text == "none" else mp.mpf(text)


ROWS = [read(row) for name in ("verdicts.txt", "kinks.txt") for row in cases.rows(name)]


# -- mpmath: the formula from both sides

_NEAR, _NEARER = mp.mpf(2) ** -200, mp.mpf(2) ** -400
_DIGITS = 600
_NOISE = mp.mpf(10) ** -450  # of quotients of 600 digits over 2**-400


def stored(value: float, dtype: str) -> float:
    """The number of the dtype that torch keeps."""
    return float(torch.tensor(value, dtype=getattr(torch, dtype)))


def evaluate(tape: Tape, at: dict[str, Any], dtype: str) -> Number:
    """The formula's value; nan where it has no finite real one, unless that is in a branch which is not taken."""
    values: list[Any] = []
    for step in tape.instructions:
        try:
            made = (
                stored(float(step.text), dtype)
                if step.op == NUMBER
                else _step(step, [values[i] for i in step.args], at)
            )
        except (ZeroDivisionError, ValueError):
            made = mp.nan
        values.append(made if isinstance(made, (bool, list)) else _real(made))
    return values[-1]


def _real(value: Number) -> Number:
    value = mp.mpmathify(value)
    return value.real if mp.isfinite(value) and value.imag == 0 else mp.nan


@dataclass(frozen=True, slots=True)
class Side:
    """What the formula and its slope tend to on one side: infinite, or nan where they oscillate."""

    limit: Number
    slope: Number


def look(f: Callable[[Number], Number], direction: int) -> Side | None:
    """The side of 0 that `direction` points to; None where `f` has no value there."""
    if mp.isnan(f(direction * _NEARER)):
        return None
    near, nearer = (
        (f(direction * step), (f(direction * step) - f(direction * step / 2)) / (direction * step / 2))
        for step in (_NEAR, _NEARER)
    )
    return Side(leading(near[0], nearer[0]), leading(near[1], nearer[1]))


def leading(near: Number, nearer: Number) -> Number:
    """Where two numbers lead, of which the second was taken at the square of the first one's distance."""
    near, nearer = (mp.mpf(0) if abs(number) < _NOISE else number for number in (near, nearer))
    if abs(nearer - near) <= abs(nearer) * mp.mpf(10) ** -25:
        return nearer
    if abs(nearer) <= abs(near) * mp.mpf(10) ** -10:
        return mp.mpf(0)
    return mp.sign(nearer) * mp.inf if abs(nearer) > abs(near) * 1.5 else mp.nan


def kind(value: Number, left: Side | None, right: Side | None) -> str:
    """What the point is to the formula: smooth, or one of the singularities."""
    if left is None or right is None:
        alone = "outside the domain" if mp.isnan(value) else "isolated value"
        return alone if left is right else "edge of the domain"
    if mp.isinf(left.limit) or mp.isinf(right.limit):
        return "pole"
    if not same(left.limit, right.limit):
        return "jump"
    if mp.isnan(value):
        return "removable"
    if not same(value, left.limit):
        return "isolated value"
    if not same(left.slope, right.slope):
        return "corner"
    return "vertical tangent" if mp.isinf(left.slope) else SMOOTH


def same(a: Number | None, b: Number | None, tolerance: float = 1e-15) -> bool:
    """Whether two numbers are equal but for a relative error, or both missing; no infinity is near another number."""
    if a is None or b is None:
        return a is b
    return bool(a == b or abs(a - b) < tolerance * min(abs(a), abs(b)))


@dataclass(frozen=True, slots=True)
class Truth:
    """What mpmath finds: the kind of the point and the slopes to the left and to the right."""

    kind: str
    slopes: tuple[Number | None, Number | None]


@lru_cache(maxsize=1)
def truth(row: Row) -> Truth:
    """What is true of a line's formula at its point, along its variable."""
    given = point(row.at)
    tape = parse(row.formula, frozenset(given))

    def f(step: Number) -> Number:
        at: dict[str, Any] = {}
        for name, value in given.items():
            entries = value if isinstance(value, list) else [value]
            moved = [
                mp.mpf(stored(entry, row.dtype)) + (step if row.by in {name, f"{name}[{index}]"} else 0)
                for index, entry in enumerate(entries)
            ]
            at[name] = moved if isinstance(value, list) else moved[0]
        return evaluate(tape, at, row.dtype)

    with mp.workdps(_DIGITS):
        left, right = look(f, -1), look(f, 1)
        return Truth(kind(f(mp.mpf(0)), left, right), (left and left.slope, right and right.slope))


def errors(found: float, exact: Number, dtype: str) -> tuple[Number, Number]:
    """How far a number is from the truth: in ulps and relatively."""
    if not math.isfinite(found):
        return mp.inf, mp.inf
    info = torch.finfo(getattr(torch, dtype))
    error = abs(found - exact)
    ulp = info.eps * mp.mpf(2) ** mp.floor(mp.log(max(abs(exact), info.tiny), 2))
    return error / ulp, error / abs(exact) if exact else mp.inf


# -- the program


@lru_cache(maxsize=1)
def answer(formula: str, at: str, dtype: str) -> Result:
    """The program's answer: once for all components of a point."""
    return gradcalc.diff(formula, at=point(at), dtype=dtype)


def component(row: Row) -> Partial:
    """The program's answer to a line."""
    return next(partial for partial in answer(row.formula, row.at, row.dtype).gradient if partial.wrt == row.by)


def hold_against_mpmath(row: Row, true: Truth, found: float | None) -> Outcome:
    """Fail if the line is not true: the kind of the point, the slopes, how far what torch found is from them.

    The outcome is what the program has to say.
    """
    if row.slopes is not None:
        assert all(map(same, row.slopes, true.slopes)), f"the slopes are {true.slopes}"
    if true.kind != SMOOTH:
        assert (row.outcome, row.cause) == (Outcome.UNDEFINED, true.kind)
        return Outcome.UNDEFINED
    if found is None:
        assert row.outcome is Outcome.UNSUPPORTED
        return Outcome.UNSUPPORTED
    ulps, relative = errors(found, true.slopes[0], row.dtype)
    half_the_digits = relative <= math.sqrt(torch.finfo(getattr(torch, row.dtype)).eps / 2)
    may_agree = ulps <= 4 or (half_the_digits and row.cause != "library accuracy")
    expected = Outcome.AGREES if may_agree else Outcome.DIFFERS
    assert row.outcome in {None, expected}, f"torch returned {found}"
    return expected


def hold_against_program(row: Row, true: Truth, partial: Partial, outcome: Outcome) -> None:
    """Fail if the program does not say what the line says."""
    verdict, certified = partial.verdict, partial.certified
    assert verdict is not None
    assert verdict.outcome is outcome, verdict.explanation
    assert row.cause in {verdict.cause, "?"}, verdict.explanation
    assert row.span in {None, verdict.span and row.formula[slice(*verdict.span)]}, verdict.explanation
    assert certified is not None
    if true.kind == SMOOTH:
        assert same(mp.mpf(certified.value), true.slopes[0], 1e-30)
    elif row.slopes is not None:
        given = [text and mp.mpf(text) for text in (certified.left, certified.right)]
        assert all(map(same, given, row.slopes)), f"the slopes are {given}"
    assert partial.symbolic.outcome in symbolic_outcomes(partial.symbolic, true)


def symbolic_outcomes(symbolic: Symbolic, true: Truth) -> set[Outcome]:
    """What SymPy's side may be called: its derivative is judged by the same truth."""
    if symbolic.value is None:
        return {Outcome.UNSUPPORTED, Outcome.UNDECIDED}
    if true.kind != SMOOTH:
        return {Outcome.UNDEFINED}
    right = symbolic.exact is not None and same(mp.mpf(symbolic.exact), true.slopes[0])
    return {Outcome.AGREES if right else Outcome.DIFFERS}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_verdict(row: Row) -> None:
    """The line is true, and the program says the same: outcome, cause, the piece of the source, both slopes."""
    partial, true = component(row), truth(row)
    assert partial.autograd is not None
    outcome = hold_against_mpmath(row, true, partial.autograd.value)
    hold_against_program(row, true, partial, outcome)


def test_the_table_covers_the_causes() -> None:
    """Every cause has a line, no other word is used, and no line stands twice."""
    stated = {row.cause for row in ROWS if row.cause not in {None, "?"}}
    assert stated == LOSSES | SINGULARITIES
    asked = [(row.formula.replace(" ", ""), row.at, row.dtype, row.by) for row in ROWS]
    assert len(asked) == len(set(asked))
