"""Request -> Program: the formula read, the point stored in the dtype, the variables chosen.

Comes in: a `Request`, everything in it as typed. Goes out: a `Program`, which every engine can run. Raises the errors
of the language, `PointError`, `UsageError` and `DeviceError`.
Imports the language and `memory`; the certified engine only to evaluate a point like pi/4.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from gradcalc.deadline import Deadline
from gradcalc.dtypes import DTYPES, FLOAT64, DType, exact
from gradcalc.errors import DeviceError, PointError, UsageError
from gradcalc.language.lowering import component_names, unroll
from gradcalc.language.parser import parse
from gradcalc.language.point import Entry, assign, read_point
from gradcalc.language.shapes import Shape, infer_shapes, require_scalar
from gradcalc.language.suggestions import sentence
from gradcalc.language.sums import PerEntry, per_entry
from gradcalc.language.tape import NUMBER, Tape
from gradcalc.memory import Memory


@dataclass(frozen=True, slots=True)
class Request:
    """One `diff` question as it was typed.

    at: `--at` texts; none asks for the symbolic derivative only. wrt: variables or entries `x[0]`; none means every
    variable. order: of the derivative, 1 to 10. digits: what the exact decimals of the result have at least.
    timeout: seconds for SymPy, and of processor time for the rest. pretty: whether SymPy's two-dimensional text is
    wanted. explain: whether the whole account is, which is of the first order.
    """

    expression: str
    at: tuple[str, ...] = ()
    wrt: tuple[str, ...] = ()
    device: str = "cpu"
    dtype: str = "float64"
    order: int = 1
    digits: int = 40
    timeout: float = 10.0
    pretty: bool = False
    explain: bool = False


@dataclass(frozen=True, slots=True)
class Experiment:
    """What `tape` is to try with torch.

    calls: of `backward` on one graph, after each of which `.grad` is shown; 0 for none. zero_grad: zero it before each.
    retain_graph: keep what the graph has saved. no_grad: run under `torch.no_grad()`, which excludes the others.
    """

    calls: int = 0
    zero_grad: bool = False
    retain_graph: bool = True
    no_grad: bool = False


@dataclass(frozen=True, slots=True)
class Program:
    """What the engines run.

    tape: the formula as typed, with `shapes`; scalar: the same on numbers alone; entry: the formula of an entry, where
    it is a sum or a mean of such. point: the stored value of each variable, a tuple for a vector; flat: the same by
    component. wrt: components. All values are members of `dtype`.
    """

    tape: Tape
    shapes: tuple[Shape, ...]
    scalar: Tape
    entry: PerEntry | None
    point: dict[str, float | tuple[float, ...]]
    flat: dict[str, float]
    wrt: tuple[str, ...]
    dtype: DType
    notes: tuple[str, ...]

    @property
    def lengths(self) -> dict[str, Shape]:
        """The shape of each variable of the point."""
        return {name: _length(value) for name, value in self.point.items()}


def read(request: Request, memory: Memory | None = None, *, to_run: bool = False) -> Program:
    """Read the formula and its point, and check that they fit each other.

    With `to_run` the point must give every variable a value, and the formula need not have one. `memory` may hold what
    was read before.
    """
    memory = memory or Memory()
    dtype = find_dtype(request.dtype)
    if not 1 <= request.order <= 10:
        raise UsageError(f"the order is {request.order}, it must be from 1 to 10")
    if request.explain:
        _check_account(request)
    require_time(request.timeout)
    entries = read_point(request.at)
    tape = memory.recall(parse, request.expression, frozenset(entry.name for entry in entries if entry.name))
    notes = [note.message for note in tape.notes]
    point: dict[str, float | tuple[float, ...]] = {}
    if entries or to_run:
        point, moved = _store(assign(entries, tape.variables), dtype, Deadline.after(request.timeout))
        notes += moved
        notes += [f"{name} does not appear in the formula" for name in point if name not in tape.variables]
    lengths = tuple((name, _length(point.get(name))) for name in (*tape.variables, *point))
    fitted = memory.recall(_fit, tape, lengths, None if to_run else request.wrt)
    return Program(
        tape, fitted.shapes, fitted.scalar, fitted.entry, point, _flatten(point), fitted.wrt, dtype, tuple(notes)
    )


def at_same_point(program: Program, expression: str, memory: Memory) -> Program:
    """Another formula of the same variables, at the point of a program and by the same components."""
    tape = memory.recall(parse, expression, frozenset(program.point))
    fitted = memory.recall(_fit, tape, tuple(program.lengths.items()), program.wrt)
    return replace(program, tape=tape, shapes=fitted.shapes, scalar=fitted.scalar, entry=fitted.entry)


def _check_account(request: Request) -> None:
    if not request.at:
        raise UsageError("--explain needs a point", hint="add --at, as in --at 4")
    if request.order != 1:
        raise UsageError(
            f"--explain is of the first derivative, not of order {request.order}",
            hint="leave out --explain or --order",
        )


class _Fitted(NamedTuple):
    """What a formula is wherever its variables have values of the same lengths; fields as of `Program`."""

    shapes: tuple[Shape, ...]
    scalar: Tape
    entry: PerEntry | None
    wrt: tuple[str, ...]


def _fit(tape: Tape, known: tuple[tuple[str, Shape], ...], wanted: tuple[str, ...] | None) -> _Fitted:
    """Fit a formula to the lengths of its variables; `wanted` are those to differentiate by, None for no derivative."""
    lengths = dict(known)
    shapes = infer_shapes(tape, lengths)
    require_scalar(tape, shapes)
    wrt = () if wanted is None else choose(wanted, tape.variables, lengths)
    entry = None if wanted is None else per_entry(tape, shapes, lengths, wrt)
    return _Fitted(shapes, unroll(tape, shapes), entry, wrt)


def require_time(seconds: float) -> None:
    """Raise `UsageError` unless there is time to answer in."""
    if not seconds > 0:
        raise UsageError("the timeout must be more than 0 seconds")


def find_dtype(name: str) -> DType:
    """The format called `name`. Raises `DeviceError`."""
    if name not in DTYPES:
        raise DeviceError(
            f"there is no dtype '{name}'", hint=sentence(name, DTYPES) or f"choose one of {', '.join(DTYPES)}"
        )
    return DTYPES[name]


def _store(
    entries: Mapping[str, Entry], dtype: DType, deadline: Deadline
) -> tuple[dict[str, float | tuple[float, ...]], list[str]]:
    """The values rounded to the dtype, and a sentence for each that this moved."""
    point: dict[str, float | tuple[float, ...]] = {}
    notes: list[str] = []
    for name, entry in entries.items():
        values = tuple(
            _stored(label, tape, dtype, notes, deadline)
            for label, tape in zip(
                component_names(name, len(entry.values) if entry.is_vector else None), entry.values, strict=True
            )
        )
        point[name] = values if entry.is_vector else values[0]
    return point, notes


def _stored(name: str, tape: Tape, dtype: DType, notes: list[str], deadline: Deadline) -> float:
    value = _exact_value(name, tape, deadline)
    stored = dtype.nearest(value)
    if not math.isfinite(stored):
        raise PointError(f"{name} = {tape.source.strip()} is beyond the largest {dtype.name}")
    # Every decimal moves a little when it is stored; in float64 that is what everyone expects.
    if stored != FLOAT64.nearest(value) or (stored == 0 != value):
        notes.append(f"{name} = {tape.source.strip()} is stored as {stored!r} in {dtype.name}")
    return stored


def _exact_value(name: str, tape: Tape, deadline: Deadline) -> Fraction:
    """The value of a constant formula; a plain number costs no engine."""
    *signs, _ = steps = tape.instructions
    if steps[0].op == NUMBER and all(step.op == "neg" for step in steps[1:]):
        magnitude = exact(steps[0].text)
        return -magnitude if len(signs) % 2 else magnitude
    from gradcalc.engines.certified import evaluate

    found = evaluate(tape, {}, FLOAT64, deadline=deadline)
    if found.decimal is None or found.nearest is None:
        raise PointError(f"{name} = {tape.source.strip()} is not a number: {found.reason}")
    return Fraction(found.nearest) if math.isfinite(found.nearest) else exact(found.decimal)


def _length(value: float | tuple[float, ...] | None) -> Shape:
    return len(value) if isinstance(value, tuple) else None


def _flatten(point: Mapping[str, float | tuple[float, ...]]) -> dict[str, float]:
    flat: dict[str, float] = {}
    for name, value in point.items():
        values = value if isinstance(value, tuple) else (value,)
        flat.update(zip(component_names(name, _length(value)), values, strict=True))
    return flat


def choose(wanted: Sequence[str], variables: Sequence[str], lengths: Mapping[str, Shape]) -> tuple[str, ...]:
    """The components to differentiate by: those wanted, or those of every variable. Raises `UsageError`."""
    components = {name: component_names(name, length) for name, length in lengths.items()}
    # A formula without variables still has a derivative, 0, by what the point names.
    names = list(wanted) or list(variables) or list(components)
    if not names:
        raise UsageError(
            "the formula has no variable to differentiate by", hint="name one with --wrt x, its derivative is 0"
        )
    entries = {entry for known in components.values() for entry in known}
    chosen: dict[str, None] = {}
    for name in names:
        chosen.update(dict.fromkeys((name,) if name in entries else _components(name, components)))
    return tuple(chosen)


def _components(name: str, components: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if name in components:
        return components[name]
    if not components and name.isidentifier():
        return (name,)
    known = ", ".join(components)
    raise UsageError(
        f"the formula has no variable '{name}'", hint=sentence(name, components) or f"its variables are {known}"
    )
