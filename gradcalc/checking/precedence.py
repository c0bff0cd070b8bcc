"""A claim in which a/b*c may be meant as a/(b*c), as it is written on paper.

Comes in: a tape. Goes out: a tape for each such place. Imports `errors` (for spans) and `language.tape`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradcalc.errors import Span
from gradcalc.language.tape import Instruction, Tape


def readings(tape: Tape) -> Iterator[tuple[Span, Tape]]:
    """Each place where a product follows a quotient, and the program in which the product is the divisor."""
    for node, step in enumerate(tape.instructions):
        if step.op != "mul":
            continue
        quotient = tape.instructions[step.args[0]]
        if quotient.op == "div":
            yield step.span, _divided(tape, node, quotient.args, step)


def _divided(tape: Tape, node: int, quotient: tuple[int, ...], step: Instruction) -> Tape:
    """The program with a/(b*c) for the product at `node`: one instruction more, which the later ones count over."""
    top, bottom = quotient
    product = Instruction("mul", (bottom, step.args[1]), "", step.span)
    whole = Instruction("div", (top, node), "", step.span)
    rest = (
        Instruction(later.op, tuple(i + (i >= node) for i in later.args), later.text, later.span)
        for later in tape.instructions[node + 1 :]
    )
    return Tape(tape.source, (*tape.instructions[:node], product, whole, *rest), tape.variables, tape.notes)
