"""Shapes: the length of every instruction's value, from the lengths of the variables.

Comes in: a tape and, for each variable, None (a number) or a vector's length. Goes out: the same for each
instruction. Raises `ExpressionError`: unequal lengths are never broadcast.
Imports `errors`, `language.tape` and `language.vocabulary`.
"""

from __future__ import annotations

from collections.abc import Mapping

from gradcalc.errors import ExpressionError
from gradcalc.language import vocabulary
from gradcalc.language.tape import ARITHMETIC, CONDITIONS, INDEX, LEAVES, VARIABLE, VECTOR, Instruction, Tape

#: None for a number, the length for a vector.
Shape = int | None


def infer_shapes(tape: Tape, variables: Mapping[str, Shape]) -> tuple[Shape, ...]:
    """The shape of each instruction's value; `variables` must cover the tape's."""
    shapes: list[Shape] = []
    for step in tape.instructions:
        shapes.append(_shape(tape, step, [shapes[i] for i in step.args], variables))
    return tuple(shapes)


def require_scalar(tape: Tape, shapes: tuple[Shape, ...]) -> None:
    """Raise `ExpressionError` if the formula's value is a vector: only a number has a gradient."""
    if shapes[-1] is not None:
        raise ExpressionError(
            f"the formula is a vector of {shapes[-1]} numbers; a gradient needs one number",
            source=tape.source,
            span=tape.instructions[-1].span,
            hint="add them up with sum(...), or average them with mean(...)",
        )


def _shape(tape: Tape, step: Instruction, args: list[Shape], variables: Mapping[str, Shape]) -> Shape:
    if step.op in LEAVES:
        return variables[step.text] if step.op == VARIABLE else None
    if step.op == VECTOR:
        for node, shape in zip(step.args, args, strict=True):
            if shape is not None:
                raise _error(tape, tape.instructions[node], "a vector's entries are numbers, not vectors")
        return len(args)
    if step.op == INDEX:
        _check_index(tape, step, args[0])
        return None
    if step.op not in ARITHMETIC and step.op not in CONDITIONS and vocabulary.find(step.op, len(args)).reduces:
        return _reduce(tape, step, args)
    return _elementwise(tape, step, args)


def _check_index(tape: Tape, step: Instruction, length: Shape) -> None:
    if length is None:
        raise _error(tape, step, "this is a number, only a vector has entries", "give the vector with --at x=1,2,3")
    if int(step.text) >= length:
        raise _error(tape, step, f"the vector has {length} entries, [0] to [{length - 1}]")


def _reduce(tape: Tape, step: Instruction, args: list[Shape]) -> Shape:
    for node, shape in zip(step.args, args, strict=True):
        if shape is None:
            raise _error(
                tape,
                tape.instructions[node],
                f"{step.op} takes a vector, this is a number",
                "give the point as a vector, --at 1,2,3, or write one: [1, 2, 3]",
            )
    if len(set(args)) > 1:
        raise _error(tape, step, f"{step.op} takes vectors of one length, these have {_lengths(args)}")
    if step.op in {"var", "std"} and args[0] == 1:
        raise _error(tape, step, f"{step.op} takes two or more entries, this vector has one")
    return args[0] if step.op == "softmax" else None


def _elementwise(tape: Tape, step: Instruction, args: list[Shape]) -> Shape:
    lengths = {shape for shape in args if shape is not None}
    if len(lengths) > 1:
        raise _error(tape, step, f"vectors of different lengths, {_lengths(args)}")
    return lengths.pop() if lengths else None


def _lengths(args: list[Shape]) -> str:
    return " and ".join(str(shape) for shape in args if shape is not None)


def _error(tape: Tape, step: Instruction, message: str, hint: str = "") -> ExpressionError:
    return ExpressionError(message, source=tape.source, span=step.span, hint=hint)
