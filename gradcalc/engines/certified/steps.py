"""Tape -> steps: equal subexpressions share one step, and literals become the numbers that are stored.

Comes in: a scalar tape, the point and the dtype. Goes out: `Step` records in evaluation order, the last one the result.
Imports `dtypes` and `language`.

Sharing makes `x == x` and `f(x) - f(x)` exact for any f, and a printed derivative, which repeats itself, cheaper.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gradcalc.dtypes import DType, exact
from gradcalc.language.rewriting import inline
from gradcalc.language.tape import NUMBER, VARIABLE, Instruction, Tape

#: A power whose exponent is a whole-number literal, exact because torch takes it as a Python number.
WHOLE_POWER = "whole power"


class Step(NamedTuple):
    """An operation of the tape, `args` being positions of earlier steps.

    `text` is the literal, the variable's or constant's name, or the exponent of a `WHOLE_POWER`; `stored` is the number
    that a literal or a variable stands for.
    """

    op: str
    args: tuple[int, ...]
    text: str
    stored: float | int | None = None


def share(tape: Tape, point: Mapping[str, float], dtype: DType, *, exact_integers: bool) -> list[Step]:
    """The steps of `tape`, functions that Arb lacks replaced by their definitions.

    A literal is rounded to `dtype`; with `exact_integers` one without point and exponent is not. A literal beyond the
    largest number of the dtype is stored as an infinity.
    """
    tape = inline(tape, lambda row: not row.arb)
    steps: list[Step] = []
    known: dict[tuple[object, ...], int] = {}
    place: list[int] = []
    for instruction in tape.instructions:
        key = _key(tape, instruction, place)
        if key not in known:
            op, args, text = key
            known[key] = len(steps)
            steps.append(Step(op, args, text, _stored(op, text, point, dtype, exact_integers=exact_integers)))
        place.append(known[key])
    return steps[: place[-1] + 1]


def _key(tape: Tape, instruction: Instruction, place: list[int]) -> tuple[str, tuple[int, ...], str]:
    args = tuple(place[i] for i in instruction.args)
    if instruction.op == "pow":
        exponent = tape.whole_literal(instruction.args[1])
        if exponent is not None:
            return WHOLE_POWER, args[:1], str(exponent)
    return instruction.op, args, instruction.text


def _stored(
    op: str, text: str, point: Mapping[str, float], dtype: DType, *, exact_integers: bool
) -> float | int | None:
    if op == VARIABLE:
        return point[text]
    if op != NUMBER:
        return None
    return int(text) if exact_integers and text.isdigit() else dtype.nearest(exact(text))
