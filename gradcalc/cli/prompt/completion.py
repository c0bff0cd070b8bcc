"""What may stand at the cursor of the prompt: the candidates behind TAB, with what each means.

Comes in: the text before the cursor and the conversation. Goes out: `Candidate` records. Never raises for what is half
typed. Imports `language.vocabulary` and modules of `cli`; options are those that the shells are offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from gradcalc.cli import candidates as shell
from gradcalc.cli.app import COMMANDS
from gradcalc.cli.prompt import reading
from gradcalc.cli.prompt.conversation import Conversation
from gradcalc.cli.prompt.settings import SETTINGS
from gradcalc.cli.topics import TOPICS
from gradcalc.language import vocabulary

_NAME_AT_END = re.compile(r"(?:[^\W\d]\w*)?$")
_FIRST_WORD = re.compile(r"\s*(\w*)$")
#: Stands for what comes next, so that a word of the prompt with nothing behind it yet is read as one.
_NEXT = "x"


class Candidate(NamedTuple):
    """A word that may replace the last `length` characters before the cursor, and what it means."""

    text: str
    length: int
    meaning: str = ""


def complete(text: str, conversation: Conversation) -> list[Candidate]:
    """The candidates behind `text`, each once, in the order of the program's own lists."""
    statement = reading.statements(text + _NEXT)[-1].removesuffix(_NEXT)
    found: dict[str, Candidate] = {}
    for candidate in _complete(statement, conversation):
        found.setdefault(candidate.text, candidate)
    return list(found.values())


def _complete(statement: str, conversation: Conversation) -> Iterable[Candidate]:
    if first := _FIRST_WORD.match(statement):
        known = _starting(first.group(1), {**reading.WORDS, **COMMANDS})
        return [*known, *_in_formula(first.group(1), conversation)]
    line = reading.read(statement + _NEXT)
    if line is None:
        return []
    verb, rest = line.verb, line.rest[: -len(_NEXT)]
    if verb in COMMANDS.keys() - reading.WORDS.keys():
        return _in_command(verb, *shell.split(rest), conversation)
    if verb == "at":
        return _in_point(rest, conversation)
    if verb == "set":
        name, space, value = rest.partition(" ")
        settings = {name: f"now {conversation.settings.get(name)}" for name in SETTINGS}
        values = SETTINGS[name].values if name in SETTINGS else ()
        return _starting(value.lstrip(), dict.fromkeys(values, "")) if space else _starting(name, settings)
    if verb == "let" and "=" not in rest:
        return _starting(rest, _defined(conversation))
    if verb == "help":
        return _starting(rest, {**reading.WORDS, **COMMANDS, **dict.fromkeys(TOPICS, ""), **_functions()})
    if verb == reading.FORMULA and (option := reading.OPTION.search(rest)):
        words, quoted = shell.split(rest[option.end() :])
        return _in_command("diff", [rest[: option.start()], *words], quoted, conversation)
    return _in_formula(rest, conversation)


def _in_command(name: str, words: list[str], quoted: bool, conversation: Conversation) -> Iterable[Candidate]:
    *before, unfinished = words
    offered = shell.candidates([name, *words])
    if offered == [shell.FILES]:
        return _files(unfinished.rpartition("=")[2])
    if offered and not quoted:
        return [Candidate(word, len(unfinished)) for word in offered]
    if unfinished.startswith("-") or (before and before[-1].startswith("--")):
        return []
    of_formula = unfinished if any(word.startswith("--") for word in before) else " ".join(words)
    return _in_formula(of_formula, conversation)


def _in_point(text: str, conversation: Conversation) -> Iterable[Candidate]:
    """`x=` for the variables of the last formula and of the definitions; behind `=` what a value may use."""
    done, _, last = text.rpartition(",")
    if "=" in last:
        return _in_formula(last, conversation)
    of_definitions = [name for formula in conversation.definitions.values() for name in shell.variables(formula)]
    taken = {piece.partition("=")[0].strip() for piece in done.split(",")} | conversation.definitions.keys()
    names = [
        name
        for name in (*conversation.variables, *of_definitions, *filter(None, conversation.point))
        if name not in taken
    ]
    return _starting(last.lstrip(), {f"{name}=": "" for name in names})


def _in_formula(text: str, conversation: Conversation) -> Iterator[Candidate]:
    """Names that the formula may go on with; functions only once a letter is there."""
    found = _NAME_AT_END.search(text)
    begun = found.group() if found else ""
    values = {name: f"= {value}" for name, value in conversation.point.items() if name}
    used = dict.fromkeys((*conversation.variables, *shell.variables(text[: len(text) - len(begun)])), "")
    yield from _starting(begun, {**used, **values, **_defined(conversation)})
    if begun:
        yield from _starting(begun, _functions())


def _defined(conversation: Conversation) -> dict[str, str]:
    return {name: f"= {formula}" for name, formula in conversation.definitions.items()}


def _functions() -> dict[str, str]:
    return {name: vocabulary.forms(name)[0].meaning for name in vocabulary.NAMES}


def _files(begun: str) -> Iterator[Candidate]:
    """The files whose path begins so, folders with a slash."""
    folder, slash, name = begun.rpartition("/")
    try:
        paths = sorted(Path(f"{folder}{slash}" or ".").expanduser().iterdir())
    except OSError:
        return
    for path in paths:
        if path.name.startswith(name) and (name or not path.name.startswith(".")):
            yield Candidate(path.name + ("/" if path.is_dir() else ""), len(name))


def _starting(begun: str, known: Mapping[str, str]) -> list[Candidate]:
    return [Candidate(word, len(begun), meaning) for word, meaning in known.items() if word.startswith(begun)]
