"""What the commands at a prompt take for granted: `set dtype float32`.

Comes in: `NAME VALUE` as typed. Goes out: options for a command line. Raises `UsageError` and `DeviceError` in the
words of the options. Imports `errors`, `cli.listing`, `cli.options`, `language.suggestions` and names in `render`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gradcalc.cli import options
from gradcalc.cli.listing import aligned
from gradcalc.errors import UsageError
from gradcalc.language.suggestions import sentence
from gradcalc.render import FORMATS
from gradcalc.render.excerpt import shorten

_SHOWN = 60
_FORMATS = tuple(dict.fromkeys(form for forms in (*FORMATS.values(), options.LISTINGS) for form in forms))
_ASSIGNMENT = re.compile(r"(?:--)?([^\s=]+)(?:\s*=\s*|\s+)?(.*)", re.DOTALL)


class Setting(NamedTuple):
    """What may be set: how its text is checked, what holds without it, and what completion offers."""

    read: Callable[[str], Any]
    default: str
    values: Sequence[str] = ()


SETTINGS = {
    "dtype": Setting(options.dtype, "float64", options.VALUES["--dtype"]),
    "device": Setting(options.device, "cpu", options.DEVICES),
    "order": Setting(options.order, "1"),
    "format": Setting(options.words("format", _FORMATS), "table", _FORMATS),
    "digits": Setting(options.digits, "as few as read back"),
    "timeout": Setting(options.seconds, "10"),
    "color": Setting(options.color, "auto", options.VALUES["--color"]),
}


class Settings:
    """The settings that differ from the defaults of the commands."""

    def __init__(self, **given: str) -> None:
        self._given = dict(given)

    def set(self, text: str) -> list[str]:
        """Obey `dtype float32`, `dtype =` or `clear`; the lines to show for `dtype` and for an empty text."""
        assignment = _ASSIGNMENT.fullmatch(text.strip())
        if assignment is None:
            return list(self._lines(SETTINGS))
        name, value = assignment.group(1), assignment.group(2).strip()
        if (name, value) == ("clear", ""):
            self._given.clear()
            return []
        if name not in SETTINGS:
            hint = sentence(name, SETTINGS) or f"what can be set: {', '.join(SETTINGS)}"
            raise UsageError(f"there is no setting '{shorten(name, _SHOWN)}'", hint=hint)
        if value:
            SETTINGS[name].read(value)
            self._given[name] = value
        elif "=" in text:
            self._given.pop(name, None)
        else:
            return list(self._lines([name]))
        return []

    def get(self, name: str) -> str:
        """The value of a setting, as text."""
        return self._given.get(name, SETTINGS[name].default)

    def changed(self) -> Mapping[str, str]:
        """What has been set, by name."""
        return self._given

    def tokens(self, command: str, known: Mapping[str, bool], typed: Sequence[str]) -> list[str]:
        """The options that a command line of `command` takes over: those it knows and has not got."""
        given = {token.partition("=")[0] for token in typed}
        if "--only" in given:
            given.add("--format")
        found = []
        for name, value in self._given.items():
            option = f"--{name}"
            fits = name != "format" or value in options.formats(command)
            if option in known and option not in given and fits:
                found += [option, value]
        return found

    def _lines(self, names: Sequence[str] | Mapping[str, Setting]) -> Iterator[str]:
        return aligned([(name, self.get(name)) for name in names], None)
