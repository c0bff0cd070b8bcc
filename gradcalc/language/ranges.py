"""Ranges of variables: `--over` texts -> names with two constant formulas.

Comes in: what a person typed after `--over`, `x=0..10` or `x=0..10,y=1..2`. Goes out: `Range` records whose ends are
tapes without variables; nothing is evaluated here. Raises `PointError` and `LimitError`.
Imports `errors` and, of `language`, `mistakes`, `point` and `tape`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gradcalc.errors import GradcalcError, PointError
from gradcalc.language.diagnostics import shorten
from gradcalc.language.point import pieces, read_point
from gradcalc.language.tape import Tape

_EXAMPLE = "write --over x=0..10 or --over x=0..10,y=1..2"
_ENTRY = re.compile(r"(.*)\[([0-9]{1,6})\]")


@dataclass(frozen=True, slots=True)
class Range:
    """From where to where a variable runs, both ends included. `name` is empty where none was given."""

    name: str
    low: Tape
    high: Tape
    text: str


def read_ranges(texts: Iterable[str]) -> tuple[Range, ...]:
    """Read `--over` texts; each end may be a constant formula. An entry of a vector is named as `x[0]`."""
    ranges: dict[str, Range] = {}
    for text in texts:
        for found in _read(text):
            if found.name in ranges:
                named = f"'{found.name}' is given a range twice" if found.name else "two ranges have no name"
                raise PointError(named, hint=_EXAMPLE)
            ranges[found.name] = found
    return tuple(ranges.values())


def _read(text: str) -> Iterator[Range]:
    for piece in pieces(text):
        left, dots, high = piece.partition("..")
        name, sign, low = left.rpartition("=")
        if not dots:
            raise PointError(f"'{shorten(piece.strip())}' is not a range", hint=_EXAMPLE)
        if sign and not name.strip():
            raise PointError("a name is missing before '='", hint=_EXAMPLE)
        name, low, high = name.strip(), low.strip(), high.strip()
        yield Range(name, *_ends(name, low, high), text=f"{low}..{high}")


def _ends(name: str, low: str, high: str) -> tuple[Tape, Tape]:
    """Both ends, read as the values of a point are, in the words of this option."""
    entry = _ENTRY.fullmatch(name)
    plain = entry.group(1) if entry else name
    ends = []
    for end in (low, high):
        if not end:
            raise PointError(f"a range has two ends, '{shorten(f'{low}..{high}')}' has one", hint=_EXAMPLE)
        try:
            (found,) = read_point([f"{plain}={end}" if plain else end])
        except GradcalcError as error:
            hint = _EXAMPLE if "--at" in error.hint else error.hint
            message = error.message.replace("--at", "--over")
            raise type(error)(message, source=error.source, span=error.span, hint=hint) from None
        if found.is_vector:
            raise PointError(f"an end of a range is a number, '{shorten(end)}' is a vector", hint=_EXAMPLE)
        ends.append(found.values[0])
    return ends[0], ends[1]
