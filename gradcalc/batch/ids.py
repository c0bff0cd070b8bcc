"""The id of a line: any JSON, which the answer repeats, however deep, with its numbers as they were written.

Comes in: a value of JSON with `Number` for its numbers. Goes out: text. Raises `DataError` and `LimitError` for numbers
that a reader of the answer could not take. Imports `errors` and the standard library.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from gradcalc.errors import DataError, LimitError
from gradcalc.render.excerpt import shorten

#: Digits of a whole number; Python's own reader takes 300 more.
_LONGEST_WHOLE = 4000
_SHOWN = 40


class Number(str):
    """A number of a JSON document, as it is written there."""

    __slots__ = ()


class _Mark(str):
    """What stands between values."""

    __slots__ = ()


def as_json(identity: Any, *, ascii_only: bool = False) -> str:
    """An id as JSON on one line. Values wait in a list: nothing recurses on what a user wrote."""
    written: list[str] = []
    waiting = [identity]
    while waiting:
        value = waiting.pop()
        if isinstance(value, _Mark):
            written.append(value)
        elif isinstance(value, Number):
            written.append(_checked(value))
        elif isinstance(value, list):
            waiting += reversed(_listed("[", ([entry] for entry in value), "]"))
        elif isinstance(value, dict):
            members = (
                [_Mark(f"{json.dumps(name, ensure_ascii=ascii_only)}: "), entry] for name, entry in value.items()
            )
            waiting += reversed(_listed("{", members, "}"))
        else:
            written.append(json.dumps(value, ensure_ascii=ascii_only))
    return "".join(written)


def as_cell(identity: Any) -> str | None:
    """An id in a cell of CSV: a text as it is, anything else as JSON."""
    is_text = isinstance(identity, str) and not isinstance(identity, Number)
    return identity if identity is None or is_text else as_json(identity)


def _listed(begin: str, members: Iterable[list[Any]], end: str) -> list[Any]:
    """Values with the marks around and between them."""
    found: list[Any] = [_Mark(begin)]
    for count, member in enumerate(members):
        found += [_Mark(", "), *member] if count else member
    return [*found, _Mark(end)]


def _checked(number: Number) -> str:
    if number.removeprefix("-").isdigit():
        if len(number) > _LONGEST_WHOLE:
            raise LimitError(f"a number of the id has {len(number):,} digits")
    elif not math.isfinite(float(number)):
        raise DataError(f"the number {shorten(number, _SHOWN)} of the id is beyond float64")
    return str(number)
