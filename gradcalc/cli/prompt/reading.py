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
_BRACKETS = re.compile(r"[()\[\]]")
#: Where the options behind a formula begin.
OPTION = re.compile(r"(?:^|\s)(?=--[A-Za-z])")


class Line(NamedTuple):
    """A statement: `verb` is a word of the prompt, a command, or `FORMULA`; `rest` is what stands behind it."""

    verb: str
    rest: str


class Statement:
    """A statement as its lines come: an open bracket and a last backslash let it go on, an empty line ends it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._depth = 0
        self._characters = 0
        self._may_go_on = True

    def add(self, line: str) -> bool:
        """Take the next line; whether there is to be another one. Each character is looked at once."""
        self.lines.append(line)
        self._characters += len(line) + 1
        for character in _BRACKETS.findall(line):
            self._depth += 1 if character in "([" else -1
            self._may_go_on &= self._depth >= 0
        if not self._may_go_on or self._characters > limits.CHARACTERS + 1 or not line.strip():
            return False
        return self._depth > 0 or line.endswith("\\")

    def text(self) -> str:
        """The lines as one text, without the backslashes between them."""
        return "\n".join(line.removesuffix("\\") for line in self.lines)


def statements(text: str) -> list[str]:
    """The statements of a text that may have several lines."""
    found, statement = list[str](), Statement()
    for line in text.splitlines():
        if not statement.add(line):
            found.append(statement.text())
            statement = Statement()
    return [*found, statement.text()] if statement.lines else found


def is_open(text: str) -> bool:
    """Whether the statement that a text ends with goes on in the next line."""
    statement = Statement()
    goes_on = [statement.add(line) for line in text.split("\n")]
    return goes_on[-1]


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
