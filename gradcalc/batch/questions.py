"""A line -> a question: JSON or comma-separated values, with the keys of `KEYS`.

Comes in: a line and the `Setting` of the run. Goes out: a `Reading`, then a `Request`. Raises `DataError`, `PointError`
and `UsageError` for what is no question. Imports `errors`, `language.suggestions`, `pipeline.Request`, this package.

Numbers are kept as they are written, so that a decimal of a point is read as it is after `--at`.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from gradcalc.batch.ids import Number, as_json
from gradcalc.batch.lines import MOST_BYTES, Line
from gradcalc.errors import DataError, GradcalcError, LimitError, PointError, UsageError
from gradcalc.language.suggestions import sentence
from gradcalc.pipeline import Request

#: What a line may say; `expression` it must.
KEYS = ("expression", "at", "wrt", "id", "device", "dtype", "order", "digits", "timeout")

_WHOLE = re.compile(r"[0-9]{1,9}")
_SECONDS = re.compile(r"[0-9]{0,9}\.?[0-9]{0,9}")
_LONGEST_TIMEOUT = 86_400.0
_NO_NAME = re.compile(r"[\s,=<>!()\[\]]|^$")
_MOST_DIGITS = 1000
_SHOWN = 40
_EXAMPLE = 'write {"expression": "sin(x**2)", "at": {"x": 4}}'


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for all lines of a run.

    request: what a line does not say, but for its expression. reads, writes: "jsonl" or "csv". header: the columns of a
    CSV input. encoding: of the output. digits: of the numbers in a CSV output, None for the shortest that read back.
    resumable: whether each answer says what was asked, so that a later run can go on.
    """

    request: Request
    reads: str = "jsonl"
    writes: str = "jsonl"
    header: tuple[str, ...] = ()
    encoding: str = "utf-8"
    digits: int | None = None
    resumable: bool = False

    def document(self) -> dict[str, Any]:
        """As JSON carries it."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Setting:
        """The inverse of `document`."""
        listed: Mapping[str, Any] = document["request"]
        request: dict[str, Any] = {key: tuple(value) if type(value) is list else value for key, value in listed.items()}
        return cls(**{**document, "request": Request(**request), "header": tuple(document["header"])})


def read_header(line: Line | None) -> tuple[str, ...]:
    """The columns of a CSV input, which its first line names. Raises `DataError` for what cannot be its columns."""
    if line is None:
        raise DataError("the input is empty", hint="the first line names the columns: expression,at")
    header = tuple(name.strip() for name in _split(line.text))
    for name in header:
        if name not in KEYS:
            raise _unknown("column", name)
        if header.count(name) > 1:
            raise DataError(f"the first line has two columns '{name}'", hint="give each column once")
    if "expression" not in header:
        raise DataError("the first line has no column 'expression'", hint="write expression,at in the first line")
    return header


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line says by key; what is null or an empty cell is not said. wrong: what is wrong with it as a whole.

    A line that is wrong may still have an id.
    """

    fields: Mapping[str, Any]
    wrong: GradcalcError | None = None


def read_line(line: Line, setting: Setting) -> Reading:
    """What a line says. Raises nothing."""
    try:
        reading = _read(line, setting)
    except GradcalcError as error:
        return Reading({}, error)
    fields = {key: value for key, value in reading.fields.items() if value is not None}
    try:
        as_json(fields.get("id"))
    except GradcalcError as error:
        return Reading({key: value for key, value in fields.items() if key != "id"}, error)
    return Reading(fields, reading.wrong)


def read_request(reading: Reading, setting: Setting) -> Request:
    """The question that a line asks."""
    fields = _said(reading)
    expression = fields.get("expression")
    if type(expression) is not str:
        told = "there is no expression" if expression is None else f"the expression is {_shown(expression)}, not a text"
        raise DataError(told, hint=_EXAMPLE)
    given: dict[str, Any] = {"expression": expression}
    for key, read in (("at", _at), ("wrt", _wrt), ("timeout", _timeout)):
        if key in fields:
            given[key] = read(fields[key])
    for key in ("device", "dtype"):
        if key in fields:
            given[key] = _text(key, fields[key])
    if "order" in fields:
        given["order"] = _whole("order", fields["order"], 10)
    if "digits" in fields:
        given["digits"] = max(40, _whole("digits", fields["digits"], _MOST_DIGITS) + 10)
    return replace(setting.request, **given)


def _said(reading: Reading) -> Mapping[str, Any]:
    """The fields of a line in which nothing is wrong or unknown."""
    if reading.wrong is not None:
        raise reading.wrong
    for key in reading.fields:
        if key not in KEYS:
            raise _unknown("key", key)
    return reading.fields


# -- the two forms of a line


def _read(line: Line, setting: Setting) -> Reading:
    if not line.whole:
        raise LimitError(f"the line is longer than {MOST_BYTES >> 20} MiB")
    if not line.text.isprintable() and any("\udc80" <= character <= "\udcff" for character in line.text):
        raise DataError("the line is not text in UTF-8")
    return Reading(_cells(line.text, setting.header)) if setting.reads == "csv" else _members(line.text)


def _members(text: str) -> Reading:
    complaints: list[DataError] = []

    def no_number(word: str) -> None:
        complaints.append(DataError(f"{word} is not JSON, and a gradient is taken at finite numbers"))

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
            complaints.append(DataError(f"the key '{_short(twice)}' is given twice"))
        return found

    try:
        found = json.loads(
            text, parse_int=Number, parse_float=Number, parse_constant=no_number, object_pairs_hook=members
        )
    except RecursionError:
        raise LimitError("the line is nested too deeply") from None
    except json.JSONDecodeError as error:
        message = f"the line is not JSON: {error.msg[:1].lower()}{error.msg[1:]} (column {error.colno})"
        raise DataError(message, hint=_EXAMPLE) from None
    if not isinstance(found, dict):
        raise DataError(f"the line is {_shown(found)}, not an object", hint=_EXAMPLE)
    return Reading(found, complaints[0] if complaints else None)


def _cells(text: str, header: Sequence[str]) -> dict[str, Any]:
    cells = _split(text)
    if len(cells) != len(header):
        fields = f"{len(cells)} field{'' if len(cells) == 1 else 's'}"
        hint = 'a point with several values needs quotes: "x=1,y=2"' if len(cells) > len(header) else ""
        raise DataError(f"the line has {fields}, the first line {len(header)}", hint=hint)
    return {name: cell.strip() or None for name, cell in zip(header, cells, strict=True)}


def _split(text: str) -> list[str]:
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error:
        hint = 'write "..." around a field that holds a comma or a quotation mark'
        raise DataError("the line cannot be split into fields", hint=hint) from None


# -- the values of keys


def _at(value: Any) -> tuple[str, ...]:
    """The texts of `--at`: of a mapping one for each variable, of a list that of a vector."""
    if isinstance(value, dict):
        return tuple(_coordinate(name, one) for name, one in value.items())
    return (_value("at", value),)


def _coordinate(name: str, value: Any) -> str:
    if _NO_NAME.search(name):
        raise PointError(f"'{_short(name)}' is not the name of a variable", hint='write "at": {"x": 1}')
    text = _value(name, value)
    if "=" in text:
        raise PointError(f"the value '{_short(text)}' of {name} is not a number")
    return f"{name}={text}"


def _value(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        if not value:
            raise PointError(f"the value of {name} is an empty list")
        return f"[{','.join(value)}]"
    raise PointError(f"the value of {name} is {_shown(value)}, not a number, a list of numbers or a text")


def _wrt(value: Any) -> tuple[str, ...]:
    names = value.split(",") if type(value) is str else value
    if not isinstance(names, list) or not all(type(name) is str for name in names):
        raise UsageError(f"wrt is {_shown(value)}; it must be a list of names", hint='write "wrt": ["x"]')
    return tuple(name.strip() for name in names)


def _text(key: str, value: Any) -> str:
    if type(value) is str:
        return value
    raise UsageError(f"{key} is {_shown(value)}; it must be a text")


def _whole(key: str, value: Any, most: int) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value) and 1 <= int(value) <= most:
        return int(value)
    raise UsageError(f"{key} is {_shown(value)}; it must be a whole number from 1 to {most}")


def _timeout(value: Any) -> float:
    if isinstance(value, str) and _SECONDS.fullmatch(value) and re.search("[1-9]", value):
        return min(float(value), _LONGEST_TIMEOUT)
    raise UsageError(f"timeout is {_shown(value)}; it must be a positive number of seconds")


def _unknown(what: str, name: str) -> DataError:
    hint = sentence(name, KEYS) or f"the {what}s are {', '.join(KEYS)}"
    return DataError(f"there is no {what} '{_short(name)}'", hint=hint)


def _shown(value: Any) -> str:
    """A value of JSON in a few words."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, str):
        return _short(value) if isinstance(value, Number) else f"'{_short(value)}'"
    return json.dumps(value)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
