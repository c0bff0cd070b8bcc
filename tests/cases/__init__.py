r"""The case files: inputs with what must come of them, readable and editable by hand. This is their only reader.

    # a comment, or the sentence of the contract that the cases below hold
    > 1/2x                        an input; two of them in one case stand on two lines
    given e x                     a line `WORD ...` of the test's own: an option, or a line of what must come out
    mul(div(1, 2), x)

A case begins with `>` and ends before the next one; blank lines and comments are skipped. \uXXXX in an input is that
character, so that invisible ones can be seen. A table has a line a case instead, in cells two or more spaces apart:

    sqrt(x)   x=0   undefined   edge of the domain     # a remark

Imports the standard library and `gradcalc.errors`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from gradcalc.errors import GradcalcError

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its inputs and the lines below them; `place` is file and line, for a failing test to show."""

    inputs: tuple[str, ...]
    lines: tuple[str, ...]
    place: str

    def __str__(self) -> str:
        """The name of the case in pytest's output."""
        return f"{self.place} {' '.join(self.inputs)[:40]!r}"


def read(name: str) -> list[Case]:
    """The cases of the file `name` in this folder."""
    cases: list[Case] = []
    inputs: list[str] = []
    lines: list[str] = []
    place = ""

    def close() -> None:
        if inputs:
            cases.append(Case(tuple(inputs), tuple(lines), place))

    for number, line in enumerate((_FOLDER / name).read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith(">"):
            if lines or not inputs:
                close()
                inputs, lines, place = [], [], f"{name}:{number}"
            inputs.append(
                _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), line.removeprefix("> ").removeprefix(">"))
            )
        elif line.strip() and not line.startswith("#"):
            lines.append(line)
    close()
    return cases


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its cells; `place` is file and line."""

    cells: tuple[str, ...]
    place: str


def rows(name: str) -> list[Row]:
    """The lines of the table `name` in this folder, without their remarks."""
    lines = enumerate((_FOLDER / name).read_text(encoding="utf-8").splitlines(), 1)
    texts = [(number, line.partition("  # ")[0].strip()) for number, line in lines if not line.startswith("#")]
    return [Row(tuple(re.split(" {2,}", text)), f"{name}:{number}") for number, text in texts if text]


def diagnostic(error: GradcalcError) -> tuple[str, ...]:
    """What a user reads of an error, drawn here a second time: sentence, source, carets, hint; and the status."""
    lines = [f"gradcalc: {error.message}"]
    if error.span is not None:
        shown = [_visible(character) for character in error.source]
        before = sum(map(len, shown[: error.span.start]))
        under = sum(map(len, shown[error.span.start : error.span.stop]))
        lines.append(f"  {''.join(shown)}".rstrip())
        lines.append(f"  {' ' * before}{'^' * max(1, under)}")
    if error.hint:
        lines.append(f"  {error.hint}")
    return (*lines, f"status {int(error.status)}")


def _visible(character: str) -> str:
    return character if character.isprintable() else f"\\u{ord(character):04x}"
