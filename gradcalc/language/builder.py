"""Instructions -> Tape: what the parser writes on, with the checks that hold for every instruction.

Comes in: operations and operands from the parser. Goes out: a `Tape`.
Imports `errors`, `language.limits`, `language.diagnostics`, `language.tape` and `language.vocabulary`.
"""

from __future__ import annotations

from typing import NamedTuple

from gradcalc.errors import ExpressionError, LimitError, Span
from gradcalc.language import limits, vocabulary
from gradcalc.language.diagnostics import shorten
from gradcalc.language.suggestions import sentence
from gradcalc.language.tape import CONDITIONS, CONSTANT, NUMBER, VARIABLE, Instruction, Note, Tape

#: SymPy's spellings of comparisons and connectives, for formulas pasted from elsewhere.
RELATIONS = {"Eq": "eq", "Ne": "ne", "Lt": "lt", "Le": "le", "Gt": "gt", "Ge": "ge"}
CONNECTIVE_CALLS = {"And": "and", "Or": "or", "Not": "not"}

_CALLABLE = (*vocabulary.NAMES, "Piecewise", *RELATIONS, *CONNECTIVE_CALLS)


class Operand(NamedTuple):
    """A piece of the formula that has been read: its instruction and its extent with any brackets around it.

    What follows without a sign reads ambiguously behind a quotient that is not in brackets (`open_quotient`), and if it
    is a name without a space, behind a number's power that is a number (`open_power`).
    """

    node: int
    span: Span
    open_quotient: bool = False
    open_power: bool = False


class TapeBuilder:
    """Collects the instructions of one formula."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.instructions: list[Instruction] = []
        self.variables: dict[str, None] = {}
        self.notes: dict[str, Note] = {}

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

    def is_condition(self, operand: Operand) -> bool:
        """Whether the operand is a comparison, or several joined, and not a number."""
        return self.instructions[operand.node].op in CONDITIONS

    def numeric(self, operand: Operand) -> int:
        """The operand's instruction, which must be a number and not a comparison."""
        if self.is_condition(operand):
            raise self.error(
                "a comparison is not a number",
                operand.span,
                hint="use it as a condition: where(x > 0, a, b)",
            )
        return operand.node

    def condition(self, operand: Operand) -> int:
        """The operand's instruction, which must be a comparison."""
        if not self.is_condition(operand):
            raise self.error("a condition is needed here, like x > 0", operand.span)
        return operand.node

    def indicator(self, operand: Operand) -> Operand:
        """1 where a condition holds and 0 elsewhere; a number as it is."""
        if not self.is_condition(operand):
            return operand
        one, zero = (self.emit(NUMBER, (), operand.span, text).node for text in ("1", "0"))
        self.note(f"{shorten(self.source.strip())} is read as 1 where it holds and 0 elsewhere", operand.span)
        return self.emit("where", (operand.node, one, zero), operand.span)

    def literal(self, operand: Operand) -> str | None:
        """The text of a number literal, None for anything else."""
        step = self.instructions[operand.node]
        return step.text if step.op == NUMBER else None

    def require_function(self, name: str, span: Span) -> None:
        """Raise `ExpressionError` unless `name` can be called."""
        if name in RELATIONS or name in CONNECTIVE_CALLS or vocabulary.forms(name):
            return
        product = f"for a product write {name}*(...)"
        hint = product if name in self.variables else sentence(name, _CALLABLE) or product
        raise self.error(f"unknown function '{name}'", span, hint)

    def call(self, name: str, arguments: list[Operand], span: Span) -> Operand:
        """A call of a function, a comparison or a connective by name."""
        if name in RELATIONS and len(arguments) == 2:
            return self.emit(RELATIONS[name], tuple(self.numeric(a) for a in arguments), span)
        if name in CONNECTIVE_CALLS:
            return self._connective(CONNECTIVE_CALLS[name], arguments, span)
        rows = vocabulary.forms(name)
        if not rows:
            raise self.error(f"{name} takes 2 arguments, {len(arguments)} given", span, f"write {name}(x, 0)")
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

    def piecewise(self, pieces: list[tuple[Operand, Operand | None]], span: Span) -> Operand:
        """SymPy's Piecewise as nested `where`; a piece without a condition is the last, else undefined elsewhere."""
        otherwise: Operand | None = None
        for value, condition in reversed(pieces):
            if condition is None:
                otherwise = value
                continue
            if otherwise is None:
                otherwise = self.emit(CONSTANT, (), span, "undefined")
            args = (self.condition(condition), self.numeric(value), self.numeric(otherwise))
            otherwise = self.emit("where", args, span)
        assert otherwise is not None, "there is at least one piece"
        return Operand(self.numeric(otherwise), span)

    def finish(self, result: Operand) -> Tape:
        """The tape, whose last instruction is `result`."""
        assert self.numeric(result) == len(self.instructions) - 1, "nothing is emitted after the result"
        return Tape(self.source, tuple(self.instructions), tuple(self.variables), tuple(self.notes.values()))

    def note(self, message: str, span: Span) -> None:
        """Remember something the reader should know about how the source was understood."""
        self.notes.setdefault(message, Note(message, span))

    def error(self, message: str, span: Span, hint: str = "") -> ExpressionError:
        """An error about a piece of this source."""
        return ExpressionError(message, source=self.source, span=span, hint=hint)

    def _connective(self, op: str, arguments: list[Operand], span: Span) -> Operand:
        if not arguments or (op == "not" and len(arguments) > 1):
            wanted = "1 argument" if op == "not" else "1 or more arguments"
            raise self.error(f"{op.capitalize()} takes {wanted}, {len(arguments)} given", span)
        nodes = [self.condition(a) for a in arguments]
        if op == "not":
            return self.emit(op, (nodes[0],), span)
        combined = nodes[0]
        for node in nodes[1:]:
            combined = self.emit(op, (combined, node), span).node
        return Operand(combined, span)

    def _arity(self, name: str, rows: tuple[vocabulary.Function, ...], count: int, span: Span) -> ExpressionError:
        counts = [str(n) for n in sorted({len(row.names) for row in rows})]
        wanted = f"{counts[0]} or more" if any(row.variadic for row in rows) else " or ".join(counts)
        plural = "" if wanted == "1" else "s"
        signatures = " or ".join(row.signature.replace(row.name, name, 1) for row in rows)
        message = f"{name} takes {wanted} argument{plural}, {count} given"
        return self.error(message, span, f"write {signatures}")
