"""The point: `--at` texts or Python values -> names with constant formulas.

Comes in: what a person typed after `--at`, or a Python number, list or dict. Goes out: `Entry` records whose values
are tapes without variables; nothing is evaluated here. Raises `PointError` and `LimitError`.
Imports `errors` and, of `language`, the parser, `shapes`, `suggestions`, `tape` and `tokens`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, SupportsFloat

from gradcalc.errors import GradcalcError, LimitError, PointError, Span
from gradcalc.language import limits
from gradcalc.language.diagnostics import shorten
from gradcalc.language.parser import parse
from gradcalc.language.shapes import infer_shapes
from gradcalc.language.suggestions import closest
from gradcalc.language.tape import CONSTANTS, NUMBER, Instruction, Tape
from gradcalc.language.tokens import tokenize

#: A point as Python code gives it: a number or a sequence (a vector) for the only variable, or a mapping by name.
Value = SupportsFloat | str | Sequence[SupportsFloat | str]
PointLike = Value | Mapping[str, Value]

_NAMED = re.compile(r"([^=<>!]*)(==?)")
_NOT_FINITE = re.compile(r"\s*[+-]?\s*(nan|inf|infinity|oo|∞)\s*", re.IGNORECASE)
_TWO_NUMBERS = re.compile(r"[0-9.]\s+(?=[0-9.])")
#: What most values are: a decimal of a length that no limit is about.
_PLAIN = re.compile(r"(-?)([0-9]{1,25}(?:\.[0-9]{0,25})?(?:[eE][+-]?[0-9]{1,3})?)")
_LISTED = 5

#: Below this a Python integer is taken digit by digit, above it as the nearest float64.
_WHOLE = 10**limits.NUMBER_CHARACTERS


@dataclass(frozen=True, slots=True)
class Entry:
    """The value of one variable: one tape for a number, several for a vector.

    `name` is empty where the point names no variable.
    """

    name: str
    values: tuple[Tape, ...]
    is_vector: bool


class _Piece(NamedTuple):
    """A part of an `--at` text and where it begins there."""

    whole: str
    start: int
    text: str

    def cut(self, start: int, stop: int | None = None) -> _Piece:
        return _Piece(self.whole, self.start + start, self.text[start:stop])

    def strip(self) -> _Piece:
        bare = self.text.strip()
        return self.cut(self.text.find(bare), self.text.find(bare) + len(bare))

    def error(self, message: str, hint: str = "") -> PointError:
        span = Span(self.start, self.start + len(self.text))
        return PointError(message, source=self.whole, span=span, hint=hint)


def read_point(texts: Iterable[str]) -> tuple[Entry, ...]:
    """Read `--at` texts: `4`, `1,2,3`, `x=1,y=2`, `x=1,2,3`, `x=[1,2,3]`; each may be a constant formula."""
    entries: dict[str, Entry] = {}
    for text in texts:
        for entry in _read(text):
            if entry.name in entries:
                raise _given_twice(entry.name)
            entries[entry.name] = entry
    return tuple(entries.values())


def read_value(name: str, text: str) -> tuple[str, ...]:
    """The value of one variable after an option of its own, `--x 6.7,1.2`: its numbers as typed, brackets taken off.

    Raises `PointError` in the words of that option.
    """
    option = f"--{name}"
    if _NAMED.match(text):
        raise PointError(f"{option} takes a value without a name", hint=f"write {option} 1")
    try:
        entry = _entry(name, _split(_Piece(text, 0, text)))
    except GradcalcError as error:
        message = error.message.replace("--at", option)
        hint = f"write {option} 6.7 or {option} 6.7,1.2" if "--at" in error.hint else error.hint
        raise type(error)(message, source=error.source, span=error.span, hint=hint) from None
    return tuple(tape.source.strip() for tape in entry.values)


def point_texts(at: PointLike) -> list[str]:
    """The `--at` texts of a Python point.

    Floats become their shortest decimal, strings stay as they are, arrays are taken by `tolist`. Raises `PointError`
    for what is no number.
    """
    if isinstance(at, Mapping):
        return [f"{name}={value_text(value)}" for name, value in at.items()]
    return [value_text(at)]


def assign(entries: Sequence[Entry], variables: Sequence[str]) -> dict[str, Entry]:
    """Match the entries with a formula's variables. Raises `PointError` for one that is missing or nameless."""
    assigned: dict[str, Entry] = {}
    for entry in entries:
        name = entry.name or _only(variables)
        if name in assigned:
            raise _given_twice(name)
        assigned[name] = entry
    missing = [name for name in variables if name not in assigned]
    if missing:
        known = set(variables)
        raise _without_value(missing, [name for name in assigned if name not in known])
    return assigned


def _only(variables: Sequence[str]) -> str:
    """The variable that a value without a name is for."""
    if len(variables) == 1:
        return variables[0]
    if not variables:
        raise PointError("the formula has no variable, so it takes no point", hint="leave out --at")
    raise PointError(
        f"the formula has {len(variables)} variables, so the point must name them",
        hint=f"write --at {_template(variables)}",
    )


def _without_value(missing: list[str], unused: list[str]) -> PointError:
    verb = "has" if len(missing) == 1 else "have"
    message = f"{_enumeration(missing)} {verb} no value"
    hint = ""
    if missing[0].lower() in CONSTANTS:
        hint = f"the constant is {missing[0].lower()}"
    elif near := closest(missing[0], unused):
        hint = f"--at names {near[0]}; did you mean {missing[0]}?"
    return PointError(message, hint=hint or f"add --at {_template(missing)}")


def _enumeration(names: Sequence[str]) -> str:
    if len(names) > _LISTED:
        return f"{', '.join(names[:_LISTED])} and {len(names) - _LISTED:,} more"
    return " and ".join(names)


def _template(names: Sequence[str]) -> str:
    return ",".join(f"{name}=..." for name in names[:_LISTED]) + (",..." if len(names) > _LISTED else "")


def _given_twice(name: str) -> PointError:
    given = f"'{name}' is given a value twice" if name else "two values are given without a name"
    return PointError(given, hint="write --at x=1,y=2 for two variables, --at 1,2 for a vector")


def _read(text: str) -> Iterator[Entry]:
    name, pieces = "", list[_Piece]()
    for piece in _split(_Piece(text, 0, text)):
        named = _NAMED.match(piece.text)
        if named:
            if pieces:
                yield _entry(name, pieces)
            name, pieces = _name(piece, named), [piece.cut(named.end())]
        else:
            pieces.append(piece)
    yield _entry(name, pieces)


def _name(piece: _Piece, named: re.Match[str]) -> str:
    left = piece.cut(0, named.end(1)).strip()
    if named.group(2) == "==":
        raise piece.cut(named.start(2), named.end()).error("a value is given with one '='", "write --at x=1")
    if not left.text:
        raise piece.cut(0, named.end()).error("a name is missing before '='", "write --at x=1")
    if left.text.endswith("]"):
        raise left.error("an entry cannot be given alone", "give the whole vector: --at x=1,2,3")
    try:
        kinds = [token.kind for token in tokenize(left.text)]
    except GradcalcError as error:
        raise _relocated(error, left) from None
    if kinds != ["name", "end"]:
        raise left.error(f"'{shorten(left.text)}' is not the name of a variable", "write --at x=1")
    return left.text


def _entry(name: str, pieces: list[_Piece]) -> Entry:
    only = pieces[0].strip()
    if len(pieces) == 1 and _is_one_bracket(only.text):
        entries = _split(only.cut(1, -1))
        return Entry(name, tuple(_constant(entry) for entry in entries), is_vector=True)
    return Entry(name, tuple(_constant(piece) for piece in pieces), is_vector=len(pieces) > 1)


def _constant(piece: _Piece) -> Tape:
    value = piece.strip()
    if plain := _PLAIN.fullmatch(value.text):
        return _decimal(value.text, *plain.groups())
    if not value.text:
        message = f"a value is missing in --at '{shorten(piece.whole)}'"
        raise PointError(message, hint="write --at 4, --at x=1,y=2 or --at 1,2,3")
    if _NOT_FINITE.fullmatch(value.text):
        raise value.error(f"{value.text} is not a point: a gradient is taken at finite numbers")
    if gap := _TWO_NUMBERS.search(value.text):
        place = value.cut(gap.start(), gap.end() + 1)
        raise place.error("a comma is missing between two numbers", "write --at 1,2,3 for a vector")
    try:
        tape = parse(value.text)
        if tape.variables:
            hint = f"{tape.variables[0]} has no value; a value is a number or a constant formula like pi/4"
            raise value.error(f"the value '{shorten(value.text)}' is not a number", hint)
        if infer_shapes(tape, {})[-1] is not None:
            raise value.error("an entry is a number, this is a vector", "write --at x=1,2,3 for a vector")
    except PointError:
        raise
    except GradcalcError as error:
        raise _relocated(error, value) from None
    return tape


def _decimal(text: str, sign: str, digits: str) -> Tape:
    """The tape that `parse` makes of a plain decimal, in a tenth of the time: a vector has many."""
    number = Instruction(NUMBER, (), digits, Span(len(sign), len(text)))
    minus = (Instruction("neg", (0,), "", Span(0, len(text))),) if sign else ()
    return Tape(text, (number, *minus), ())


def _relocated(error: GradcalcError, piece: _Piece) -> GradcalcError:
    """The error of a piece as one about the whole text."""
    kind = LimitError if isinstance(error, LimitError) else PointError
    span = Span(piece.start + error.span.start, piece.start + error.span.stop) if error.span else None
    hint = "write --at x=1,y=2" if error.message.startswith("'='") else error.hint
    return kind(error.message, source=piece.whole, span=span, hint=hint)


def _is_one_bracket(text: str) -> bool:
    """Whether a square bracket opens the text and its partner ends it."""
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if depth == 0:
            return text.startswith("[") and position == len(text) - 1
    return False


def _split(piece: _Piece) -> list[_Piece]:
    """Split at commas outside brackets."""
    pieces, depth, start = [], 0, 0
    for position, character in enumerate(piece.text):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "," and depth == 0:
            pieces.append(piece.cut(start, position))
            start = position + 1
    return [*pieces, piece.cut(start)]


def pieces(text: str) -> list[str]:
    """The parts of a text between the commas that stand outside brackets."""
    return [piece.text for piece in _split(_Piece(text, 0, text))]


def points_texts(at: PointLike | Sequence[Mapping[str, Value]]) -> list[str]:
    """The `--at` texts of a Python point, or of several, each a mapping by name."""
    if isinstance(at, Sequence) and not isinstance(at, str) and at and all(isinstance(one, Mapping) for one in at):
        return [",".join(point_texts(one)) for one in at]
    return point_texts(at)  # type: ignore[arg-type]  # it is one point


def ranges_text(over: Mapping[str, tuple[Value, Value]]) -> list[str]:
    """The `--over` texts of Python ranges: a pair of ends by name."""
    return [f"{name}={value_text(low)}..{value_text(high)}" for name, (low, high) in over.items()]


def value_text(value: Value) -> str:
    """The text of a Python number, string, sequence or array, as it would be typed after `--at`."""
    if isinstance(value, str):
        return value
    entries = getattr(value, "tolist", lambda: value)()
    if isinstance(entries, Sequence):
        return "[" + ",".join(_number_text(entry) for entry in entries) + "]"
    return _number_text(entries)


def _number_text(value: SupportsFloat | str) -> str:
    if isinstance(value, str):
        return value
    try:
        return str(value) if isinstance(value, int) and abs(value) < _WHOLE else repr(float(value))
    except OverflowError:
        raise PointError("a number of the point is beyond float64") from None
    except (TypeError, ValueError):
        raise PointError(
            f"the point holds something of type {type(value).__name__}, which is not a real number",
            hint="give numbers, lists of numbers, or strings as after --at",
        ) from None
