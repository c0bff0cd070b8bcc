"""The point: `--at` texts or Python values -> names with constant formulas.

Comes in: what a person typed after `--at`, or a Python number, list or dict. Goes out: `Entry` records whose values
are tapes without variables; nothing is evaluated here. Raises `PointError`.
Imports `errors`, `language.parser` and `language.tape`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import SupportsFloat

from gradcalc.errors import GradcalcError, LimitError, PointError, Span
from gradcalc.language.parser import parse
from gradcalc.language.suggestions import sentence
from gradcalc.language.tape import Tape

#: A point as Python code gives it: a number or a sequence (a vector) for the only variable, or a mapping by name.
Value = SupportsFloat | str | Sequence[SupportsFloat]
PointLike = Value | Mapping[str, Value]

_NAMED = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)")
_NOT_FINITE = re.compile(r"\s*[+-]?\s*(nan|inf|infinity|oo|∞)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """The value of one variable: one tape for a number, several for a vector.

    `name` is empty where the point names no variable.
    """

    name: str
    values: tuple[Tape, ...]
    is_vector: bool


def read_point(texts: Iterable[str]) -> tuple[Entry, ...]:
    """Read `--at` texts: `4`, `1,2,3`, `x=1,y=2`, `x=1,2,3`, `x=[1,2,3]`; each may be a constant formula."""
    entries: list[Entry] = []
    for text in texts:
        entries.extend(_read(text))
    names = [entry.name for entry in entries]
    for name in names:
        if names.count(name) > 1:
            given = f"'{name}' is given a value twice" if name else "two values are given without a name"
            raise PointError(given, hint="write --at x=1,y=2 for two variables, --at 1,2 for a vector")
    return tuple(entries)


def point_texts(at: PointLike) -> list[str]:
    """The `--at` texts of a Python point: floats by their shortest decimal, strings as they are, arrays by `tolist`."""
    if isinstance(at, Mapping):
        return [f"{name}={_value_text(value)}" for name, value in at.items()]
    return [_value_text(at)]


def assign(entries: Sequence[Entry], variables: Sequence[str]) -> dict[str, Entry]:
    """Match the entries with a formula's variables. Raises `PointError` for one that is missing or nameless."""
    assigned: dict[str, Entry] = {}
    for entry in entries:
        if entry.name:
            assigned[entry.name] = entry
        elif len(variables) == 1:
            assigned[variables[0]] = entry
        elif not variables:
            raise PointError("the formula has no variable, so it takes no point", hint="leave out --at")
        else:
            raise PointError(
                f"the formula has {len(variables)} variables, so the point must name them",
                hint="write --at " + ",".join(f"{name}=..." for name in variables),
            )
    missing = [name for name in variables if name not in assigned]
    if missing:
        unused = [name for name in assigned if name not in variables]
        hint = sentence(missing[0], unused).replace("did you mean", f"--at names {unused[0]}; did you mean", 1) if (
            unused
        ) else ""
        raise PointError(
            f"{' and '.join(missing)} {'has' if len(missing) == 1 else 'have'} no value",
            hint=hint or "add --at " + ",".join(f"{name}=..." for name in missing),
        )
    return assigned


def _read(text: str) -> Iterable[Entry]:
    name, pieces = "", list[str]()
    for piece in _split(text):
        named = _NAMED.match(piece)
        if named:
            if pieces:
                yield _entry(name, pieces, text)
            name, pieces = named.group(1), [piece[named.end() :]]
        else:
            pieces.append(piece)
    yield _entry(name, pieces, text)


def _entry(name: str, pieces: list[str], text: str) -> Entry:
    if len(pieces) == 1 and pieces[0].strip().startswith("[") and pieces[0].strip().endswith("]"):
        pieces = _split(pieces[0].strip()[1:-1])
        return Entry(name, tuple(_constant(piece, text) for piece in pieces), is_vector=True)
    return Entry(name, tuple(_constant(piece, text) for piece in pieces), is_vector=len(pieces) > 1)


def _constant(piece: str, text: str) -> Tape:
    if not piece.strip():
        raise PointError(f"a value is missing in --at '{text}'", hint="write --at 4, --at x=1,y=2 or --at 1,2,3")
    if _NOT_FINITE.fullmatch(piece):
        raise PointError(
            f"{piece.strip()} is not a point: a gradient is taken at finite numbers",
            source=text,
            span=_within(text, piece),
        )
    try:
        tape = parse(piece)
    except GradcalcError as error:
        raise _relocated(error, text, piece) from None
    if tape.variables:
        raise PointError(
            f"the value '{piece.strip()}' is not a number",
            source=text,
            span=_within(text, piece),
            hint=f"{tape.variables[0]} has no value; a value is a number or a constant formula like pi/4",
        )
    return tape


def _relocated(error: GradcalcError, text: str, piece: str) -> GradcalcError:
    kind = LimitError if isinstance(error, LimitError) else PointError
    start = text.find(piece)
    span = Span(start + error.span.start, start + error.span.stop) if error.span else None
    return kind(error.message, source=text, span=span, hint=error.hint)


def _within(text: str, piece: str) -> Span:
    start = text.find(piece) + len(piece) - len(piece.lstrip())
    return Span(start, start + len(piece.strip()))


def _split(text: str) -> list[str]:
    """Split at commas outside brackets."""
    pieces, depth, start = [], 0, 0
    for position, character in enumerate(text):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "," and depth == 0:
            pieces.append(text[start:position])
            start = position + 1
    pieces.append(text[start:])
    return pieces


def _value_text(value: Value) -> str:
    if isinstance(value, str):
        return value
    entries = getattr(value, "tolist", lambda: value)()
    if isinstance(entries, Sequence):
        return "[" + ",".join(_number_text(entry) for entry in entries) + "]"
    return _number_text(entries)


def _number_text(value: SupportsFloat) -> str:
    return str(value) if isinstance(value, int) else repr(float(value))
