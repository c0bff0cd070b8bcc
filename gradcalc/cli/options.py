"""The values of options: what each accepts, checked as Typer reads it and told in our own words.

Comes in: the text behind an option. Goes out: its value. Raises `UsageError`, and `DeviceError` for a dtype or device
that does not exist. Imports `errors`, `dtypes`, `console`, the names in `render`, `language.suggestions` and
typer.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from typing import Annotated

import typer

from gradcalc.cli.commands import FORMULA
from gradcalc.console import COLORS
from gradcalc.dtypes import DTYPES
from gradcalc.errors import DeviceError, ExpressionError, UsageError
from gradcalc.language import limits
from gradcalc.language.suggestions import sentence
from gradcalc.render import FIELDS, FORMATS

LESSON_FORMATS = ("text", "json")
BATCH_FORMATS = ("jsonl", "csv")
LISTINGS = ("table", "plain", "json")
DEVICES = ("cpu", "cuda", "mps", "auto")
SWITCH = ("on", "off")
SHELLS = ("bash", "zsh", "fish")
ACTIONS = ("start", "stop", "status")

MOST_DIGITS = 1000
HIGHEST_ORDER = 10
MOST_CALLS = 1000
MOST_JOBS = 256
WHOLE_NUMBERS = "int64"
LONGEST_TIMEOUT = 86_400.0


def formats(command: str) -> Sequence[str]:
    """The formats of a command, its default first."""
    return {**FORMATS, "lesson": LESSON_FORMATS, "batch": BATCH_FORMATS}.get(command, LISTINGS)


def words(what: str, known: Sequence[str]) -> Callable[[str], str]:
    """A reader of one of the words `known`."""

    def read(text: str) -> str:
        if text in known:
            return text
        raise UsageError(f"unknown {what} '{text}'", hint=_hint(text, known))

    return read


def dtype(text: str) -> str:
    """The name of a floating-point format."""
    if text in DTYPES:
        return text
    raise DeviceError(f"unknown dtype '{text}'", hint=_hint(text, tuple(DTYPES)))


def device(text: str) -> str:
    """The name of a device; whether this machine has it is for torch to say."""
    if re.fullmatch(r"(cpu|mps|auto|cuda(:[0-9]{1,4})?)", text):
        return text
    known = ("cpu", "cuda", "cuda:N", "mps", "auto")
    raise DeviceError(f"unknown device '{text}'", hint=_hint(text, known))


def tape_dtype(text: str) -> str:
    """The name of a floating-point format, or of the whole numbers that `tape` shows torch refusing."""
    known = (*DTYPES, WHOLE_NUMBERS)
    if text in known:
        return text
    raise DeviceError(f"unknown dtype '{text}'", hint=_hint(text, known))


def formula(expression: str | None, example: str) -> str:
    """The formula that an argument is, or that stands on standard input for `-`; `example` is what to write."""
    if expression is None:
        raise UsageError("the formula is missing", hint=example)
    return _standard_input() if expression == "-" else expression


def whole_number(option: str, low: int, high: int) -> Callable[[str], int]:
    """A reader of a whole number in a range."""

    def read(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", text) and low <= int(text) <= high:
            return int(text)
        raise UsageError(f"{option} takes a whole number from {low} to {high}, not '{text}'")

    return read


def positive_seconds(option: str) -> Callable[[str], float]:
    """A reader of a time in seconds."""

    def read(text: str) -> float:
        if re.fullmatch(r"[0-9]{0,9}\.?[0-9]{0,9}", text) and re.search("[1-9]", text):
            return min(float(text), LONGEST_TIMEOUT)
        raise UsageError(f"{option} takes a positive number of seconds, not '{text}'")

    return read


def names(given: Sequence[str] | None) -> tuple[str, ...]:
    """The variables of all `--wrt`."""
    return tuple(name.strip() for text in given or () for name in text.split(","))


def exact_digits(shown: int | None) -> int:
    """The digits that exact decimals must have for so many to be shown."""
    return max(40, (shown or 0) + 10)


def _standard_input() -> str:
    """The formula on standard input, without its last newline, and no more of it than the language takes."""
    if sys.stdin is None:
        raise ExpressionError("standard input is closed, no formula can be read from it")
    stream = TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="strict")
    try:
        return stream.read(limits.CHARACTERS + 1).rstrip("\n")
    except UnicodeDecodeError:
        raise ExpressionError("the formula on standard input is not text in UTF-8") from None
    finally:
        stream.detach()


def _hint(text: str, known: Sequence[str]) -> str:
    guess = sentence(text, known)
    listed = ", ".join(known)
    return f"{guess} ({listed})" if guess else f"choose one of {listed}"


form = {command: words("format", formats(command)) for command in (*FORMATS, "lesson")}
listing_format = words("format", LISTINGS)
field = words("field", FIELDS)
calls = whole_number("--backward", 1, MOST_CALLS)
switch = words("setting", SWITCH)
color = words("colour setting", COLORS)
shell = words("shell", SHELLS)
action = words("action", ACTIONS)
seconds = positive_seconds("--timeout")
idle = positive_seconds("--idle")
order = whole_number("--order", 1, HIGHEST_ORDER)
jobs = whole_number("--jobs", 1, MOST_JOBS)
batch_format = words("format", BATCH_FORMATS)
digits = whole_number("--digits", 1, MOST_DIGITS)

#: Options and arguments that several commands have.
Formula = Annotated[str | None, typer.Argument(metavar=FORMULA, hidden=True)]
DeviceName = Annotated[
    str, typer.Option(parser=device, metavar="NAME", help="For torch: cpu, cuda, cuda:N, mps or auto.")
]
DTypeName = Annotated[
    str, typer.Option(parser=dtype, metavar="NAME", help="For torch: float64, float32, float16 or bfloat16.")
]
Order = Annotated[
    int, typer.Option(parser=order, metavar="N", help="Differentiate so many times by the same variable.")
]
Wrt = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="The variable to differentiate by. Repeatable; by default every one."),
]
Digits = Annotated[
    int | None,
    typer.Option(
        parser=digits,
        metavar="N",
        help="Significant digits to print, 1 to 1000; by default as few as read back. No effect on json.",
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with status 1 unless every side agrees.")]
Timeout = Annotated[float, typer.Option(parser=seconds, metavar="SECONDS", help="The time the answer may take.")]
Color = Annotated[str, typer.Option(parser=color, metavar="WHEN", help="auto, always or never; auto heeds NO_COLOR.")]

#: The `--format` of the commands that list something.
ListingFormat = Annotated[
    str,
    typer.Option("--format", parser=listing_format, metavar="NAME", help="table, plain (tab-separated) or json."),
]

#: What completion offers behind an option, where it is the same for every command.
VALUES: dict[str, tuple[str, ...]] = {
    "--only": FIELDS,
    "--dtype": tuple(DTYPES),
    "--device": DEVICES,
    "--retain-graph": SWITCH,
    "--color": COLORS,
}
