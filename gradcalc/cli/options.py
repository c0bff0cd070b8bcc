"""The values of options: what each accepts, checked as Typer reads it and told in our own words.

Comes in: the text behind an option. Goes out: its value. Raises `UsageError`, and `DeviceError` for a dtype or device
that does not exist. Imports `errors`, `dtypes`, `console`, the names in `render`, `language.suggestions` and
typer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from gradcalc.console import COLORS
from gradcalc.dtypes import DTYPES
from gradcalc.errors import DeviceError, UsageError
from gradcalc.language.suggestions import sentence
from gradcalc.render import FIELDS, FORMATS

LISTINGS = ("table", "plain", "json")
DEVICES = ("cpu", "cuda", "mps", "auto")
SHELLS = ("bash", "zsh", "fish")

MOST_DIGITS = 1000
HIGHEST_ORDER = 10
LONGEST_TIMEOUT = 86_400.0


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


def whole_number(option: str, low: int, high: int) -> Callable[[str], int]:
    """A reader of a whole number in a range."""

    def read(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", text) and low <= int(text) <= high:
            return int(text)
        raise UsageError(f"{option} takes a whole number from {low} to {high}, not '{text}'")

    return read


def seconds(text: str) -> float:
    """A time-out in seconds."""
    if re.fullmatch(r"[0-9]{0,9}\.?[0-9]{0,9}", text) and re.search("[1-9]", text):
        return min(float(text), LONGEST_TIMEOUT)
    raise UsageError(f"--timeout takes a positive number of seconds, not '{text}'")


def _hint(text: str, known: Sequence[str]) -> str:
    guess = sentence(text, known)
    listed = ", ".join(known)
    return f"{guess} ({listed})" if guess else f"choose one of {listed}"


diff_format = words("format", tuple(FORMATS))
listing_format = words("format", LISTINGS)
field = words("field", FIELDS)
color = words("colour setting", COLORS)
shell = words("shell", SHELLS)
order = whole_number("--order", 1, HIGHEST_ORDER)
digits = whole_number("--digits", 1, MOST_DIGITS)

#: The `--format` of the commands that list something.
ListingFormat = Annotated[
    str,
    typer.Option("--format", parser=listing_format, metavar="NAME", help="table, plain (tab-separated) or json."),
]

#: What completion offers behind an option.
VALUES: dict[str, tuple[str, ...]] = {
    "--format": tuple(FORMATS),
    "--only": FIELDS,
    "--dtype": tuple(DTYPES),
    "--device": DEVICES,
    "--color": COLORS,
}
