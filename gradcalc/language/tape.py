"""The tape: a formula as a flat, immutable list of instructions in evaluation order.

Comes in: instructions from the parser. Goes out: the program that every engine reads.
Imports `errors` (for spans) and the standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gradcalc.errors import Span

NUMBER, VARIABLE, CONSTANT = "number", "variable", "constant"
VECTOR, INDEX = "vector", "index"
#: An entry of a vector that is handed on, on a tape that is unrolled with each instruction apart.
COPY = "copy"
LEAVES = frozenset({NUMBER, VARIABLE, CONSTANT})
ARITHMETIC = {"neg": 1, "add": 2, "sub": 2, "mul": 2, "div": 2, "pow": 2}
COMPARISONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
CONNECTIVES = frozenset({"and", "or", "not"})
CONDITIONS = frozenset(COMPARISONS) | CONNECTIVES

#: The named constants, by the name an instruction carries in `text`. "undefined" is the value of a Piecewise
#: outside all its pieces; "infinity" is the sign ∞.
CONSTANTS = frozenset({"e", "pi", "tau", "infinity", "undefined"})


@dataclass(frozen=True, slots=True)
class Instruction:
    """One step of the program.

    `op` is a leaf kind, an arithmetic operation, a comparison, a connective, `vector`, `index`, `where`, or the
    name of a vocabulary row; `args` are indices of earlier instructions; `text` is the literal of a number, the
    name of a variable or constant, or the position of an `index`; `span` is the piece of the source.
    """

    op: str
    args: tuple[int, ...]
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader should know about how the source was understood."""

    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Tape:
    """A program: `instructions` in evaluation order, the last one its result.

    `variables` are the free names in order of first appearance. Nothing about a tape depends on a point.
    """

    source: str
    instructions: tuple[Instruction, ...]
    variables: tuple[str, ...]
    notes: tuple[Note, ...] = field(default=())

    def __hash__(self) -> int:
        """By the source, which says nearly all of it: a tape of 100,000 instructions is looked up as fast as any."""
        return hash((self.source, self.variables))

    def whole_literal(self, node: int) -> int | None:
        """The whole number that an instruction is, written without point and exponent, with any signs before it.

        As an exponent such a literal is exact in every dtype, because torch takes it as a Python number; others are
        rounded.
        """
        sign, step = 1, self.instructions[node]
        while step.op == "neg":
            sign, step = -sign, self.instructions[step.args[0]]
        return sign * int(step.text) if step.op == NUMBER and step.text.isdigit() else None

    def constant_nodes(self) -> tuple[bool, ...]:
        """For each instruction, whether no variable reaches it."""
        constant: list[bool] = []
        for step in self.instructions:
            constant.append(step.op != VARIABLE and all(constant[i] for i in step.args))
        return tuple(constant)
