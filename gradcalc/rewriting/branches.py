"""The double `where`: a piece in a branch kept away from where it has no slope, while the other branch is taken.

Comes in: a tape and the piece of the source that traps the backward pass. Goes out: `Alternative` records: of
`where(c, f(a), b)` it is `where(c, f(where(c, a, 1)), b)`, 1 or another number inside the domain of f.
Imports `formula`, the tape and the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from gradcalc.language import vocabulary
from gradcalc.language.lowering import is_call
from gradcalc.language.tape import VARIABLE, Instruction, Tape
from gradcalc.rewriting.formula import Alternative, Formula

_SAFE = (Fraction(1), Fraction(2), Fraction(1, 2), Fraction(0))


def guarded(tape: Tape, span: tuple[int, int]) -> Iterator[Alternative]:
    """The ways to guard the piece of the source at `span`, the shortest first; none outside a branch."""
    formula = Formula(tape)
    for node, step in enumerate(tape.instructions):
        if step.span == span:
            for choice, branch in _branches(tape, node):
                for guards in _guards(tape, node):
                    instead = {
                        operand: _guard(formula, operand, choice, branch, safe) for operand, safe in guards.items()
                    }
                    yield from formula.with_piece([node], formula.read(instead)[node])


def _branches(tape: Tape, node: int) -> Iterator[tuple[int, int]]:
    """Each `where` that has the node in a branch, with the branch's place, 1 or 2; the innermost first."""
    inside = {node}
    for user, step in enumerate(tape.instructions[node + 1 :], node + 1):
        places = [place for place, operand in enumerate(step.args) if operand in inside]
        if places:
            inside.add(user)
            if step.op == "where" and places[0] > 0:
                yield user, places[0]


def _guards(tape: Tape, node: int) -> Iterator[dict[int, Fraction]]:
    """The operands to guard, each with a safe number: of a quotient the divisor, then all, then the variables."""
    step, constant = tape.instructions[node], tape.constant_nodes()
    changing = {operand: _safe(step, place) for place, operand in enumerate(step.args) if not constant[operand]}
    if step.op in {"div", "pow"}:
        telling = step.args[1 if step.op == "div" else 0]
        yield {operand: safe for operand, safe in changing.items() if operand == telling}
    yield changing
    yield {leaf: Fraction(1) for leaf in _below(tape, node) if tape.instructions[leaf].op == VARIABLE}


def _guard(formula: Formula, operand: int, choice: int, branch: int, safe: Fraction) -> int:
    condition = formula.place[formula.tape.instructions[choice].args[0]]
    kept, number = formula.place[operand], formula.terms.number(safe)
    return formula.terms.make("where", (condition, kept, number) if branch == 1 else (condition, number, kept))


def _safe(step: Instruction, place: int) -> Fraction:
    """A number inside the domain of an operation; of a row one between its samples."""
    row = vocabulary.find(step.op, len(step.args)) if is_call(step.op) else None
    if row is None or not row.samples:
        return _SAFE[0]
    column = [sample[min(place, len(sample) - 1)] for sample in row.samples]
    inside = (number for number in _SAFE if min(column) < number < max(column))
    return next(inside, Fraction(column[0]))


def _below(tape: Tape, node: int) -> set[int]:
    """The node and all that it is computed from."""
    below, waiting = {node}, [node]
    while waiting:
        for operand in tape.instructions[waiting.pop()].args:
            if operand not in below:
                below.add(operand)
                waiting.append(operand)
    return below
