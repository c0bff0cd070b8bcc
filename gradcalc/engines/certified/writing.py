"""Steps -> a formula of our language, where that is short.

Comes in: steps and a position. Goes out: text, or None. Imports `language` and this package, no flint.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcalc.engines.certified.graph import CHAIN, GIVEN, WHOLE_POWER, Step
from gradcalc.language.lowering import is_call
from gradcalc.language.tape import LEAVES, NUMBER

_LONGEST = 40
_SUM, _PRODUCT, _SIGN, _POWER, _WHOLE = range(5)
_INFIX = {"add": ("+", _SUM), "sub": ("-", _SUM), "mul": ("*", _PRODUCT), "div": ("/", _PRODUCT)}
_SPACED = {"+": " + ", "-": " - "}


class _TooLongError(Exception):
    """The formula is longer than anyone reads in a sentence, or the language has no word for a step of it."""


def written(steps: Sequence[Step], position: int) -> str | None:
    """The formula that the step at `position` computes."""
    try:
        return _text(steps, position, 0)[0]
    except _TooLongError:
        return None


def _text(steps: Sequence[Step], position: int, depth: int) -> tuple[str, int]:
    """The text of a step, and how tightly its last operation binds."""
    if depth > _LONGEST:
        raise _TooLongError
    text, level = _formula(steps, steps[position], depth + 1)
    if len(text) > _LONGEST:
        raise _TooLongError
    return text, level


def _formula(steps: Sequence[Step], step: Step, depth: int) -> tuple[str, int]:
    args = step.args
    if step.op in LEAVES:
        return step.text, _WHOLE
    if step.op == GIVEN:
        return _text(steps, args[0], depth)
    if step.op in {WHOLE_POWER, "pow"}:
        exponent = _inside(steps, args[1], _WHOLE, depth) if step.op == "pow" else step.text
        whole = step.op == "pow" or exponent.isdigit()
        return f"{_inside(steps, args[0], _WHOLE, depth)}**{exponent if whole else f'({exponent})'}", _POWER
    if step.op == "neg":
        return f"-{_inside(steps, args[0], _PRODUCT, depth)}", _SUM
    if step.op in {CHAIN, *_INFIX}:
        return _joined(steps, "mul" if step.op == CHAIN else step.op, args, depth)
    if is_call(step.op):
        inside = ", ".join(_text(steps, position, depth)[0] for position in args)
        return f"{step.op}({inside})", _WHOLE
    raise _TooLongError


def _joined(steps: Sequence[Step], op: str, args: Sequence[int], depth: int) -> tuple[str, int]:
    """Two operands with a sign between them; times 1/b is written as a quotient."""
    if op == "mul" and _is_reciprocal(steps, args[1]):
        op, args = "div", (args[0], steps[args[1]].args[1])
    sign, level = _INFIX[op]
    left = _inside(steps, args[0], level, depth)
    right = _inside(steps, args[1], level if sign in "+*" else level + 1, depth)
    return f"{left}{_SPACED.get(sign, sign)}{right}", level


def _is_reciprocal(steps: Sequence[Step], position: int) -> bool:
    """Whether a step is 1 divided by something."""
    step = steps[position]
    return step.op == "div" and steps[step.args[0]].op == NUMBER and steps[step.args[0]].text == "1"


def _inside(steps: Sequence[Step], position: int, least: int, depth: int) -> str:
    """The text as an operand, in brackets unless its last operation binds at least so tightly."""
    text, level = _text(steps, position, depth)
    return text if level >= least else f"({text})"
