"""What a line at the prompt means: a word of the prompt, a command of the program, or a formula.

Comes in: text as typed or pasted. Goes out: statements, and each as a `Line`. Raises `UsageError` for a quote that is
never closed. Imports `errors`, `language.limits`, and of `cli` the commands' names and how a shell splits words.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gradcalc.cli.app import COMMANDS
from gradcalc.cli.candidates import split
from gradcalc.console import PROGRAM
from gradcalc.errors import Span, UsageError
from gradcalc.language import limits

#: The words of the prompt, and what its help says of each.
WORDS = {
    "at": "The point: at x=2,y=1, or at 4, or at x=1,2,3; at x= forgets x, at clear all, at alone shows it.",
    "let": "Name a formula: let f = sin(x**2); let f = forgets f, let clear all, let alone lists them.",
    "set": "What commands take for granted: set dtype float32; set dtype = undoes it, set clear all, set alone lists.",
    "help": "This; help diff or help sin for a command or a function.",
    "quit": "Leave, as exit and Ctrl-D do.",
}

FORMULA = ""
_LEAVE = frozenset({"quit", "exit"})
_PASTED = re.compile(rf"\s*(?:\$\s+)?(?:{PROGRAM}(?=\s|$))?\s*")
_WORD = re.compile(r"([A-Za-z_]\w*)(?:\s+|(?=\(\)$)|$)")
#: What goes on with a formula that begins with a variable: `tape * 2`, `at - 1`; `tape -x` is the command.
_GOES_ON = re.compile(r"[*/%^<>=!&,·×÷≤≥≠]|[-+](?!\S)(?!\s*(?:--|$))")
#: Where the options behind a formula begin.
OPTION = re.compile(r"(?:^|\s)(?=--[A-Za-z])")


class Line(NamedTuple):
    """A statement: `verb` is a word of the prompt, a command, or `FORMULA`; `rest` is what stands behind it."""

    verb: str
    rest: str


def statements(text: str) -> list[str]:
    """The statements of a text that may have several lines: one goes on where it `is_open`."""
    found, lines = list[str](), list[str]()
    for line in text.splitlines():
        lines.append(line)
        if not is_open("\n".join(lines)):
            found, lines = [*found, _joined(lines)], []
    return [*found, _joined(lines)] if lines else found


def is_open(text: str) -> bool:
    """Whether a statement goes on in the next line: a bracket is open, or a backslash is last; an empty line ends."""
    lines = text.split("\n")
    if len(text) > limits.CHARACTERS or not lines[-1].strip():
        return False
    depth = 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if depth < 0:
            return False
    return depth > 0 or lines[-1].endswith("\\")


def read(statement: str) -> Line | None:
    """What a statement means; None for an empty one and for a remark, # ...

    A word that could also be a variable is one where an operator goes on: `tape*x`, `at - 1`. In brackets it always is.
    """
    pasted = _PASTED.match(statement)
    rest = statement[pasted.end() if pasted else 0 :].strip()
    if not rest:
        return Line("help", "") if pasted and PROGRAM in pasted.group() else None
    if rest.startswith("#"):
        return None
    word = _WORD.match(rest)
    if word is None:
        return Line("help", rest[1:].strip()) if rest.startswith("?") else Line(FORMULA, rest)
    verb, behind = word.group(1), rest[word.end() :]
    if verb in _LEAVE:
        return Line("quit", "") if behind in {"", "()"} else Line(FORMULA, rest)
    if (verb not in WORDS and verb not in COMMANDS) or _GOES_ON.match(behind):
        return Line(FORMULA, rest)
    return Line(verb, behind)


def words(text: str) -> list[str]:
    """The words behind a command, as a shell splits them. Raises `UsageError` for a quote that is never closed."""
    found, quoted = split(text)
    if quoted:
        place = max(text.rfind('"'), text.rfind("'"))
        raise UsageError("this quote is never closed", source=text, span=Span(place, place + 1))
    return found if found[-1] or text.endswith(('""', "''")) else found[:-1]


def formula(text: str) -> tuple[str, list[str]]:
    """A formula with the options behind it: `x + 1 --at 4`. The formula may stand in quotes."""
    option = OPTION.search(text)
    head, tail = (text[: option.start()], text[option.end() :]) if option else (text, "")
    head = head.strip()
    if len(head) > 1 and head[0] == head[-1] and head[0] in "\"'":
        head = head[1:-1]
    return head, words(tail)


def _joined(lines: list[str]) -> str:
    return "\n".join(line.removesuffix("\\") for line in lines)
