"""Instructions -> Tape: what the parser writes on, with the checks that hold for every instruction.

Comes in: operations and operands from the parser. Goes out: a `Tape`.
Imports `errors`, `language.limits`, `language.tape` and `language.vocabulary`.
"""

from __future__ import annotations

from typing import NamedTuple

from gradcalc.errors import ExpressionError, LimitError, Span
from gradcalc.language import limits, vocabulary
from gradcalc.language.suggestions import sentence
from gradcalc.language.tape import CONDITIONS, NUMBER, VARIABLE, Instruction, Note, Tape

#: SymPy's spellings of comparisons and connectives, for formulas pasted from elsewhere.
RELATIONS = {"Eq": "eq", "Ne": "ne", "Lt": "lt", "Le": "le", "Gt": "gt", "Ge": "ge"}
CONNECTIVE_CALLS = {"And": "and", "Or": "or", "Not": "not"}


class Operand(NamedTuple):
    """A piece of the formula that has been read: its instruction and its extent with any brackets around it.

    `open_quotient` marks a quotient that is not in brackets: what follows it without a sign reads ambiguously.
    """

    node: int
    span: Span
    open_quotient: bool = False


class TapeBuilder:
    """Collects the instructions of one formula."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.instructions: list[Instruction] = []
        self.variables: dict[str, None] = {}
        self.notes: list[Note] = []

    def emit(self, op: str, args: tuple[int, ...], span: Span, text: str = "") -> Operand:
        """Append one instruction. Raises `LimitError` beyond the instruction limit."""
        if len(self.instructions) >= limits.INSTRUCTIONS:
            raise LimitError(
                f"the formula has more than {limits.INSTRUCTIONS:,} operations",
                hint="split it, or evaluate parts of it separately",
            )
        if op == VARIABLE:
            self.variables[text] = None
        self.instructions.append(Instruction(op, args, text, span))
        return Operand(len(self.instructions) - 1, span)

    def numeric(self, operand: Operand) -> int:
        """The operand's instruction, which must be a number and not a comparison."""
        if self.instructions[operand.node].op in CONDITIONS:
            raise self.error(
                "a comparison is not a number",
                operand.span,
                hint="use it as a condition: where(x > 0, a, b)",
            )
        return operand.node

    def condition(self, operand: Operand) -> int:
        """The operand's instruction, which must be a comparison."""
        if self.instructions[operand.node].op not in CONDITIONS:
            raise self.error("a condition is needed here, like x > 0", operand.span)
        return operand.node

    def literal(self, operand: Operand) -> str | None:
        """The text of a number literal, None for anything else."""
        step = self.instructions[operand.node]
        return step.text if step.op == NUMBER else None

    def require_function(self, name: str, span: Span) -> None:
        """Raise `ExpressionError` unless `name` can be called."""
        if name in RELATIONS or name in CONNECTIVE_CALLS or vocabulary.forms(name):
            return
        product = f"for a product write {name}*(...)"
        hint = product if name in self.variables else sentence(name, vocabulary.NAMES) or product
        raise self.error(f"unknown function '{name}'", span, hint)

    def call(self, name: str, arguments: list[Operand], span: Span) -> Operand:
        """A call of a function, a comparison or a connective by name."""
        if name in RELATIONS and len(arguments) == 2:
            return self.emit(RELATIONS[name], tuple(self.numeric(a) for a in arguments), span)
        if name in CONNECTIVE_CALLS and arguments:
            return self._connective(CONNECTIVE_CALLS[name], arguments, span)
        rows = vocabulary.forms(name)
        if not rows:
            raise self.error(f"{name} takes 2 arguments, {len(arguments)} given", span)
        count = len(arguments)
        row = next((row for row in rows if row.accepts(count) and not row.variadic), None)
        row = row or next((row for row in rows if row.accepts(count)), None)
        if row is None:
            raise self._arity(name, rows, count, span)
        if row.name == "where":
            condition, *branches = arguments
            args = (self.condition(condition), *(self.numeric(b) for b in branches))
        else:
            args = tuple(self.numeric(a) for a in arguments)
        return self.emit(row.name, args, span)

    def finish(self, result: Operand) -> Tape:
        """The tape, whose last instruction is `result`."""
        self.numeric(result)
        return Tape(self.source, tuple(self.instructions), tuple(self.variables), tuple(self.notes))

    def note(self, message: str, span: Span) -> None:
        """Remember something the reader should know about how the source was understood."""
        self.notes.append(Note(message, span))

    def error(self, message: str, span: Span, hint: str = "") -> ExpressionError:
        """An error about a piece of this source."""
        return ExpressionError(message, source=self.source, span=span, hint=hint)

    def text(self, span: Span) -> str:
        """The piece of the source under `span`."""
        return self.source[span.start : span.stop]

    def _connective(self, op: str, arguments: list[Operand], span: Span) -> Operand:
        nodes = [self.condition(a) for a in arguments]
        if op == "not":
            if len(nodes) != 1:
                raise self.error("Not takes 1 argument", span)
            return self.emit(op, (nodes[0],), span)
        combined = nodes[0]
        for node in nodes[1:]:
            combined = self.emit(op, (combined, node), span).node
        return Operand(combined, span)

    def _arity(self, name: str, rows: tuple[vocabulary.Function, ...], count: int, span: Span) -> ExpressionError:
        counts = sorted({len(row.names) for row in rows})
        wanted = " or ".join(str(n) for n in counts) + (" or more" if any(row.variadic for row in rows) else "")
        plural = "" if wanted == "1" else "s"
        signatures = " or ".join(row.signature.replace(row.name, name, 1) for row in rows)
        return self.error(f"{name} takes {wanted} argument{plural}, {count} given", span, f"write {signatures}")
