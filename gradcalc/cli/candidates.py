"""What may stand at the cursor: the candidates behind TAB.

Comes in: a shell's name and the words typed so far, the unfinished one last. Goes out: whole words that begin with the
unfinished one, or `FILES`. Never raises for what is half typed. Imports modules of `cli` and typer, and `language` only
where it is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from typer.core import TyperArgument

from gradcalc.cli import options
from gradcalc.cli.app import COMMANDS, build
from gradcalc.cli.commands import HELP_OPTIONS, options_of
from gradcalc.errors import GradcalcError

#: The answer where a file's name goes: the shell completes it, with its own quotes and its own ~.
FILES = ":files"

_NAME = re.compile(r"[^\W\d]\w*")
_NAMED = re.compile(r"\s*([^\W\d]\w*)\s*=")
_CONSTANTS = frozenset({"e", "E", "pi", "π", "tau"})


def answers(shell: str, typed: Sequence[str]) -> list[str]:
    """The candidates as `shell` wants them."""
    if shell != "bash":
        return candidates([*typed[:-1], typed[-1].lstrip("'\"")])
    words, quoted = split(typed[0])
    found = candidates(words[1:])
    if found == [FILES]:
        return found
    # bash's own last word begins behind the last = or : of ours, unless a quote holds the word together.
    known = 0 if quoted else max(words[-1].rfind("="), words[-1].rfind(":")) + 1
    return [word[known:] for word in found]


def candidates(words: Sequence[str]) -> list[str]:
    """Every word that may stand in the last place of `words`, the tokens after the program's name."""
    *before, unfinished = words or [""]
    if not before:
        offered: Iterable[str] = [*COMMANDS, *options_of(build([])), "--help"]
    elif before[0] in COMMANDS:
        offered = _in_command(build(before).commands[before[0]], before[1:], unfinished)
    else:
        offered = []
    return [word for word in offered if word == FILES or word.startswith(unfinished)]


def split(line: str) -> tuple[list[str], bool]:
    """A half-typed line as a shell's words, the last one unfinished, and whether that one stands in quotes."""
    words, word, quote, escaped = list[str](), "", "", False
    for character in line:
        if escaped:
            word, escaped = word + character, False
        elif character == "\\" and quote != "'":
            escaped = True
        elif quote:
            word, quote = (word, "") if character == quote else (word + character, quote)
        elif character in "'\"":
            quote = character
        elif character.isspace():
            words += [word] if word else []
            word = ""
        else:
            word += character
    return [*words, word], bool(quote)


def _in_command(command: Any, before: Sequence[str], unfinished: str) -> Iterable[str]:
    known = options_of(command)
    if before and known.get(before[-1]):
        return _values(before[-1], command, before[:-1], unfinished)
    name, given, value = unfinished.partition("=")
    if given and known.get(name):
        found = _values(name, command, before, value)
        return [word if word == FILES else f"{name}={word}" for word in found]
    positional = _positional(before, known)
    if unfinished.startswith("-"):
        return [*known, "--help"]
    if command.name == "functions" and not positional:
        from gradcalc.language import vocabulary

        return vocabulary.NAMES
    if command.name == "lesson" and not positional:
        from gradcalc.cli.lesson import ALL
        from gradcalc.cli.lessons import LESSONS

        return [*LESSONS, ALL]
    if command.name == "help" and not positional:
        from gradcalc.cli.topics import TOPICS

        return [*COMMANDS, *TOPICS]
    if command.name == "batch" and not positional:
        return [FILES]
    if command.name == "completion" and not positional:
        return options.SHELLS
    if command.name == "daemon" and not positional:
        return options.ACTIONS
    wanted = [param for param in command.params if isinstance(param, TyperArgument) and param.metavar]
    return [*known, "--help"] if len(positional) >= len(wanted) and not unfinished else []


def _values(option: str, command: Any, before: Sequence[str], unfinished: str) -> Iterable[str]:
    if option in {"--wrt", "--at", "--over"}:
        positional = _positional(before, options_of(command))
        names = variables(positional[0]) if positional else []
        return names if option == "--wrt" else _coordinates(names, before, unfinished)
    if option in {"--format", "--input-format"}:
        return options.formats(command.name)
    if option in {"--csv", "--output"}:
        return [FILES]
    if (command.name, option) == ("tape", "--dtype"):
        return [*options.VALUES[option], options.WHOLE_NUMBERS]
    return options.VALUES.get(option, ())


def _coordinates(names: Iterable[str], before: Sequence[str], unfinished: str) -> Iterable[str]:
    """`x=` for every variable without a value yet; behind `x=1,` the next ones."""
    if unfinished.count("[") > unfinished.count("]"):
        return []
    done, comma, _ = unfinished.rpartition(",")
    texts = [text for text in (*before, done) if "=" in text]
    taken = {match.group(1) for text in texts for piece in text.split(",") if (match := _NAMED.match(piece))}
    return [f"{done}{comma}{name}=" for name in names if name not in taken]


def _positional(before: Sequence[str], known: Any) -> list[str]:
    found, skip = list[str](), False
    for word in before:
        if skip:
            skip = False
        elif known.get(word):
            skip = True
        elif word != "--" and word.partition("=")[0] not in {*known, *HELP_OPTIONS}:
            found.append(word)
    return found


def variables(formula: str) -> list[str]:
    """The variables of a formula that may be half typed, in order of appearance."""
    from gradcalc.language import vocabulary
    from gradcalc.language.parser import parse

    try:
        return list(parse(formula).variables)
    except GradcalcError:
        words = _NAME.findall(formula)
        return list(dict.fromkeys(w for w in words if w not in _CONSTANTS and not vocabulary.forms(w)))
