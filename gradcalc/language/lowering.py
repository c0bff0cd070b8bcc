"""Tape -> Tape: vectors unrolled into numbers, and functions replaced by their definitions.

Comes in: a tape (and shapes). Goes out: a tape of the same meaning that a simpler engine can read; spans stay those
of the source. Imports `errors` and, of `language`, `limits`, `shapes`, `tape`, `vocabulary` and the parser.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache

from gradcalc.errors import LimitError, Span
from gradcalc.language import limits, vocabulary
from gradcalc.language.parser import parse
from gradcalc.language.shapes import Shape, infer_shapes
from gradcalc.language.tape import (
    ARITHMETIC,
    CONDITIONS,
    COPY,
    INDEX,
    LEAVES,
    NUMBER,
    VARIABLE,
    VECTOR,
    Instruction,
    Tape,
)

_STRUCTURE = frozenset({VECTOR, INDEX, COPY, "where"})


@lru_cache(maxsize=32)
def component_names(name: str, shape: Shape) -> tuple[str, ...]:
    """The names of a variable's numbers: `x`, or `x[0]`, `x[1]`, ... for a vector."""
    return (name,) if shape is None else tuple(f"{name}[{i}]" for i in range(shape))


def is_call(op: str) -> bool:
    """Whether an instruction named `op` is a row of the vocabulary."""
    return op not in LEAVES and op not in ARITHMETIC and op not in CONDITIONS and op not in _STRUCTURE


def inline(tape: Tape, lacks: Callable[[vocabulary.Function], bool]) -> Tape:
    """Replace each call of a row that an engine lacks by the row's definition, if it has one.

    Definitions may use rows with definitions of their own; the table has no cycle (a test says so). A tape without
    such calls is returned as it is.
    """
    return inlined(tape, lacks)[0]


def inlined(tape: Tape, lacks: Callable[[vocabulary.Function], bool]) -> tuple[Tape, tuple[int, ...]]:
    """`inline`, and where each instruction's value is found on the tape that it makes."""
    calls = {(step.op, len(step.args)) for step in tape.instructions if is_call(step.op)}
    rows = (vocabulary.find(op, count) for op, count in calls)
    if not any(row.definition and lacks(row) for row in rows):
        return tape, tuple(range(len(tape.instructions)))
    made: list[Instruction] = []
    place: list[int] = []
    for step in tape.instructions:
        place.append(_inlined(made, step.op, tuple(place[i] for i in step.args), step.text, step.span, lacks))
    return Tape(tape.source, tuple(made), tape.variables, tape.notes), tuple(place)


def _inlined(
    made: list[Instruction],
    op: str,
    args: tuple[int, ...],
    text: str,
    span: Span,
    lacks: Callable[[vocabulary.Function], bool],
) -> int:
    row = vocabulary.find(op, len(args)) if is_call(op) else None
    if row is None or not row.definition or not lacks(row):
        made.append(Instruction(op, args, text, span))
        return len(made) - 1
    arguments = dict(zip(row.names, args, strict=True))
    place: list[int] = []
    for step in definition(row).instructions:
        if step.op == VARIABLE:
            place.append(arguments[step.text])
        else:
            place.append(_inlined(made, step.op, tuple(place[i] for i in step.args), step.text, span, lacks))
    return place[-1]


@cache
def definition(row: vocabulary.Function) -> Tape:
    """The definition of a row as a program of its parameters."""
    return parse(row.definition, frozenset(row.names))


@cache
def discardable(row: vocabulary.Function) -> tuple[int, ...]:
    """The positions of the parameters that a row's definition may leave aside, in a branch that is not taken."""
    steps = definition(row).instructions
    used, waiting = set[str](), [len(steps) - 1]
    while waiting:
        step = steps[waiting.pop()]
        waiting += step.args[:1] if step.op == "where" else step.args
        used |= {step.text} if step.op == VARIABLE else set()
    return tuple(position for position, name in enumerate(row.names) if name not in used)


def unroll(tape: Tape, shapes: Sequence[Shape]) -> Tape:
    """The same program on numbers alone: a vector variable x becomes the variables `x[0]`, `x[1]`, ...

    A tape without vectors is returned as it is. Raises `LimitError` where the program on numbers is too long.
    """
    return unrolled(tape, shapes)[0]


def unrolled(tape: Tape, shapes: Sequence[Shape], *, apart: bool = False) -> tuple[Tape, tuple[tuple[int, ...], ...]]:
    """`unroll`, and for each instruction where the entries of its value are found on the tape that it makes.

    With `apart` each has entries of its own, as in torch, where `x[0]` is a node and the entry of the variable another.
    Without, none are told of a vector variable that is only indexed, and a place beyond the end is of an entry that
    nothing reads.
    """
    if all(shape is None for shape in shapes) and not any(step.op == INDEX for step in tape.instructions):
        return tape, tuple((node,) for node in range(len(tape.instructions)))
    unroller = _Unroller(tape, shapes, apart=apart)
    return unroller.run(), unroller.places


def entries(tape: Tape, shapes: Sequence[Shape], lengths: Mapping[str, Shape]) -> tuple[Tape, ...]:
    """Each entry of a program whose value is a vector as a program on numbers alone; of a number the program itself.

    `lengths` are the shapes of the variables. Raises `LimitError` where a program on numbers is too long.
    """
    count = shapes[-1]
    if count is None:
        return (_pruned(unroll(tape, shapes)),)
    last = len(tape.instructions) - 1
    span = tape.instructions[-1].span
    found = []
    for place in range(count):
        step = Instruction(INDEX, (last,), str(place), span)
        entry = Tape(tape.source, (*tape.instructions, step), tape.variables, tape.notes)
        found.append(_pruned(unroll(entry, infer_shapes(entry, lengths))))
    return tuple(found)


def _pruned(tape: Tape) -> Tape:
    """The program without the steps that its result is not computed from."""
    needed = {len(tape.instructions) - 1}
    for node in range(len(tape.instructions) - 1, -1, -1):
        if node in needed:
            needed.update(tape.instructions[node].args)
    if len(needed) == len(tape.instructions):
        return tape
    kept = sorted(needed)
    place = {node: number for number, node in enumerate(kept)}
    steps = [tape.instructions[node] for node in kept]
    made = tuple(Instruction(s.op, tuple(place[i] for i in s.args), s.text, s.span) for s in steps)
    return Tape(tape.source, made, tape.variables, tape.notes)


class _Unroller:
    def __init__(self, tape: Tape, shapes: Sequence[Shape], *, apart: bool) -> None:
        self._tape = tape
        self._shapes = shapes
        self._apart = apart
        self._made: list[Instruction] = []
        self._place: list[tuple[int, ...]] = []
        self._variables: dict[str, None] = {}
        # A vector that is only ever indexed needs no instruction for its other entries.
        self._whole = {i for step in tape.instructions if step.op != INDEX for i in step.args}

    def run(self) -> Tape:
        for node, (step, shape) in enumerate(zip(self._tape.instructions, self._shapes, strict=True)):
            if step.op == VARIABLE:
                names = component_names(step.text, shape)
                needed = names if self._apart or node in self._whole or shape is None else ()
                self._place.append(tuple(self._variable(name, step.span) for name in needed))
            else:
                begun = len(self._made)
                entries = self._step(step, shape)
                self._place.append(self._copied(entries, begun, step.span) if self._apart else entries)
        # The result must be the last instruction; what was made after it is for entries that nothing reads.
        made = self._made[: self._place[-1][-1] + 1]
        return Tape(self._tape.source, tuple(made), tuple(self._variables), self._tape.notes)

    def _copied(self, entries: tuple[int, ...], begun: int, span: Span) -> tuple[int, ...]:
        """The entries of an instruction, with a copy in place of each that belongs to another one."""
        return tuple(
            self._emit(COPY, (entry,), span) if entry < begun or self._made[entry].op == VARIABLE else entry
            for entry in entries
        )

    @property
    def places(self) -> tuple[tuple[int, ...], ...]:
        """For each instruction the places of its entries."""
        return tuple(self._place)

    def _variable(self, name: str, span: Span) -> int:
        self._variables[name] = None
        return self._emit(VARIABLE, (), span, name)

    def _emit(self, op: str, args: tuple[int, ...], span: Span, text: str = "") -> int:
        if len(self._made) >= limits.INSTRUCTIONS:
            raise LimitError(
                f"written out for every entry of its vectors the formula has over {limits.INSTRUCTIONS:,} operations",
                hint="take shorter vectors",
            )
        self._made.append(Instruction(op, args, text, span))
        return len(self._made) - 1

    def _step(self, step: Instruction, shape: Shape) -> tuple[int, ...]:
        args = [self._place[i] for i in step.args]
        if step.op == VECTOR:
            return tuple(entry for (entry,) in args)
        if step.op == INDEX:
            source = self._tape.instructions[step.args[0]]
            if source.op == VARIABLE:
                return (self._variable(f"{source.text}[{step.text}]", step.span),)
            return (args[0][int(step.text)],)
        if is_call(step.op) and vocabulary.find(step.op, len(args)).reduces:
            return self._reduction(step.op, args, step.span)
        width = 1 if shape is None else shape
        columns = [arg * width if len(arg) == 1 else arg for arg in args]
        return tuple(
            self._emit(step.op, tuple(column[i] for column in columns), step.span, step.text) for i in range(width)
        )

    def _reduction(self, op: str, args: list[tuple[int, ...]], span: Span) -> tuple[int, ...]:
        entries = args[0]
        match op:
            case "sum":
                return (self._fold("add", entries, span),)
            case "prod":
                return (self._fold("mul", entries, span),)
            case "mean":
                return (self._mean(entries, span),)
            case "max" | "min":
                return (self._emit(op, entries, span) if len(entries) > 1 else entries[0],)
            case "dot":
                products = (self._emit("mul", pair, span) for pair in zip(*args, strict=True))
                return (self._fold("add", tuple(products), span),)
            case "norm":
                return (self._emit("sqrt", (self._squares(entries, span),), span),)
            case "var" | "std":
                variance = self._variance(entries, span)
                return (variance if op == "var" else self._emit("sqrt", (variance,), span),)
            case "logsumexp":
                powers = tuple(self._emit("exp", (entry,), span) for entry in entries)
                return (self._emit("log", (self._fold("add", powers, span),), span),)
            case "softmax":
                powers = tuple(self._emit("exp", (entry,), span) for entry in entries)
                total = self._fold("add", powers, span)
                return tuple(self._emit("div", (power, total), span) for power in powers)
        raise NotImplementedError(f"the reduction {op} has a row and no unrolling")

    def _fold(self, op: str, entries: tuple[int, ...], span: Span) -> int:
        total = entries[0]
        for entry in entries[1:]:
            total = self._emit(op, (total, entry), span)
        return total

    def _mean(self, entries: tuple[int, ...], span: Span) -> int:
        count = self._emit(NUMBER, (), span, str(len(entries)))
        return self._emit("div", (self._fold("add", entries, span), count), span)

    def _squares(self, entries: tuple[int, ...], span: Span) -> int:
        two = self._emit(NUMBER, (), span, "2")
        return self._fold("add", tuple(self._emit("pow", (entry, two), span) for entry in entries), span)

    def _variance(self, entries: tuple[int, ...], span: Span) -> int:
        mean = self._mean(entries, span)
        deviations = tuple(self._emit("sub", (entry, mean), span) for entry in entries)
        divisor = self._emit(NUMBER, (), span, str(len(entries) - 1))
        return self._emit("div", (self._squares(deviations, span), divisor), span)
