"""A CSV file -> samples: columns of numbers as text, one of them the labels.

Comes in: a path, or `-` for standard input, and the name of the label column. Goes out: `Samples`. Raises `DataError`
with the line and the column, `LimitError` for a file that is too large to be a formula.
Imports `errors` and, of `language`, `limits` and `suggestions`; the standard library's csv splits the lines.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from gradcalc.errors import DataError, LimitError
from gradcalc.language import limits
from gradcalc.language.suggestions import sentence

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity|na|n/a|null|none)?", re.IGNORECASE)
_DELIMITERS = ",;\t"
_GAP = "leave out the sample, or fill the gap"
_LABELS = ("y", "label")
_MOST_BYTES = 1 << 24
#: Written out for every sample a number takes part in three operations at least: its own, a product and a sum.
MOST_NUMBERS = limits.INSTRUCTIONS // 3
_LISTED = 8
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Samples:
    """Features by name, each a column of numbers as text, and the labels: all of one length."""

    names: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    labels: tuple[str, ...]


def read_samples(path: str, label: str | None) -> Samples:
    """Read a file with a header; every column but the labels is a feature. `label` None means `y` or `label`."""
    if not path:
        raise DataError("the name of the file of samples is empty", hint="write --csv samples.csv")
    file = "standard input" if path == "-" else path
    text = _text(path, file)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count), strict=True)
    rows: list[tuple[str, ...]] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_size(len(header), file)
        place = _label_place(header, label, file)
        for row in reader:
            if row:
                _check_size((len(rows) + 1) * len(header), file)
                rows.append(_numbers(row, header, place, f"line {reader.line_num} of {file}"))
    except csv.Error:
        hint = 'write "..." around a field that holds a comma or a quotation mark'
        raise DataError(f"line {reader.line_num} of {file} cannot be split into fields", hint=hint) from None
    if not rows:
        raise DataError(f"{file} has a header and no samples", hint="add a line of numbers for each sample")
    columns = list(zip(*rows, strict=True))
    labels = columns.pop(place)
    return Samples(tuple(header[:place] + header[place + 1 :]), tuple(columns), labels)


def _check_size(numbers: int, file: str) -> None:
    if numbers > MOST_NUMBERS:
        hint = "take fewer samples, or fewer columns"
        raise LimitError(f"{file} has more than {MOST_NUMBERS:,} numbers, which is the limit", hint=hint)


def _text(path: str, file: str) -> str:
    try:
        if path == "-":
            data = b"" if sys.stdin is None else sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with Path(path).open("rb") as stream:
                data = stream.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise LimitError(f"{file} is larger than {_MOST_BYTES >> 20} MiB", hint="take fewer samples")
        text = data.decode("utf-8-sig")
    except OSError as error:
        reason = (error.strerror or "an input/output error").lower()
        raise DataError(f"{file} cannot be read: {reason}") from None
    except UnicodeDecodeError:
        raise DataError(f"{file} is not text in UTF-8", hint="save it as CSV in UTF-8") from None
    except ValueError:  # a name with a NUL, which only Python code can pass
        raise DataError(f"{file} is not the name of a file") from None
    if not text.strip():
        raise DataError(f"{file} is empty", hint="the first line names the columns, each other line is a sample")
    return text


def _label_place(header: list[str], label: str | None, file: str) -> int:
    """The position of the labels among the columns, whose names must differ and not be empty."""
    if not header:
        raise DataError(f"the first line of {file} is empty", hint="the first line names the columns")
    if "" in header:
        raise DataError(f"column {header.index('') + 1} of {file} has no name", hint="the first line names the columns")
    twice = next((name for name, count in Counter(header).items() if count > 1), None)
    if twice is not None:
        raise DataError(f"{file} has two columns '{_short(twice)}'", hint="give each column a name of its own")
    wanted = [label] if label is not None else _LABELS
    found = next((name for name in wanted if name in header), None)
    if found is None:
        what = f"no column '{label}'" if label is not None else "no column y or label"
        listed = ", ".join(_short(name) for name in header[:_LISTED]) + (", ..." if len(header) > _LISTED else "")
        hint = sentence(label or "", header) or f"name the labels with --label; its columns are {listed}"
        raise DataError(f"{file} has {what}", hint=hint)
    if len(header) == 1:
        raise DataError(f"{file} has labels and no features", hint="add a column of numbers")
    return header.index(found)


def _numbers(row: list[str], header: list[str], place: int, line: str) -> tuple[str, ...]:
    if len(row) != len(header):
        fields = f"{len(row)} field{'' if len(row) == 1 else 's'}"
        raise DataError(f"{line} has {fields}, the header {len(header)}", hint="give each column a number in each line")
    cells = tuple(cell.strip() for cell in row)
    for position, (name, cell) in enumerate(zip(header, cells, strict=True)):
        if not _NUMBER.fullmatch(cell) or len(cell) > limits.NUMBER_CHARACTERS:
            hint = _GAP if _NOT_FINITE.fullmatch(cell) else "write numbers like 6.7 or 1e-3"
            shown = f"'{_short(cell)}'" if cell else "nothing"
            raise DataError(f"{line}, column '{_short(name)}': {shown} where a number is needed", hint=hint)
        if position == place and not 0 <= float(cell) <= 1:
            hint = "labels are 0 and 1, or probabilities between them"
            raise DataError(f"{line}, column '{_short(name)}': the label is {cell}, it must be from 0 to 1", hint=hint)
    return cells


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
