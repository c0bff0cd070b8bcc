"""`--only FIELD`: bare lines for `$(...)`, one a component, at full precision.

Comes in: a `Result` and the field's name. Goes out: lines.
Imports `results` and `render.numbers`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal

from gradcalc.dtypes import FLOAT64
from gradcalc.render import numbers
from gradcalc.results import Outcome, Partial, Result

_WORDS = frozenset({Outcome.UNSUPPORTED, Outcome.UNDECIDED})


def only(result: Result, field: str, digits: int | None) -> list[str]:
    """The lines of one of `render.FIELDS`: one for `value`, else one a component.

    Where a component has no such number its outcome word stands in its place, so that lines stay aligned.
    """
    if field == "value":
        return [_value(result, digits)]
    if field == "certified":
        return [_certified(partial, digits) for partial in result.gradient]
    return [_component(result, partial, field, digits) for partial in result.gradient]


def answered(field: str, lines: Iterable[str]) -> bool:
    """Whether some line is what was asked for, rather than the word for why it is missing.

    That there is no derivative is an answer; of the formula's value the word says only that no side has one.
    """
    missing = _WORDS | {Outcome.UNDEFINED} if field == "value" else _WORDS
    return field == "verdict" or any(line not in missing for line in lines)


def _component(result: Result, partial: Partial, field: str, digits: int | None) -> str:
    dtype = numbers.format_of(result)
    if field == "verdict":
        return partial.verdict.outcome if partial.verdict else Outcome.UNDECIDED
    if field == "autograd":
        return numbers.autograd_gradient(partial.autograd, dtype, digits)
    if field == "expression" or not result.at:
        return partial.symbolic.expression or partial.symbolic.outcome or Outcome.UNDECIDED
    return numbers.symbolic_gradient(partial.symbolic, FLOAT64, digits)


def _value(result: Result, digits: int | None) -> str:
    value = result.value
    if value.symbolic is None or math.isnan(value.symbolic):
        if value.autograd is not None:
            return numbers.native(value.autograd, numbers.format_of(result), digits)
        return Outcome.UNDEFINED
    return numbers.correct(value.symbolic, value.exact, FLOAT64, digits)


def _certified(partial: Partial, digits: int | None) -> str:
    found = partial.certified
    if found is None or found.value is None:
        undefined = partial.verdict is not None and partial.verdict.outcome == Outcome.UNDEFINED
        return Outcome.UNDEFINED if undefined else partial.symbolic.outcome or Outcome.UNDECIDED
    return found.value if digits is None else numbers.significant(Decimal(found.value), digits)
