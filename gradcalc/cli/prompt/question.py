"""A command as typed at the prompt, made a command line that needs no prompt.

Comes in: a command with its words, and what the conversation knows. Goes out: a `Question`: tokens that carry the point
and the settings, with formulas written out, and the way back for an error. Raises `GradcalcError`.
Imports `errors`, of `language` definitions and the parser, and modules of `cli`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from typer.core import TyperArgument

from gradcalc.cli.app import build
from gradcalc.cli.commands import FILE, FORMULA, HELP_OPTIONS, options_of
from gradcalc.cli.prompt.settings import Settings
from gradcalc.errors import GradcalcError, UsageError
from gradcalc.language.definitions import Expansion, write_out
from gradcalc.language.parser import parse

_NAMED = re.compile(r"([^\W\d]\w*)\s*=(?!=)")


@dataclass(frozen=True, slots=True)
class Question:
    """A command line, the formulas in it, and the variables of the first of them."""

    tokens: list[str]
    formulas: tuple[Expansion, ...] = ()
    variables: tuple[str, ...] = ()


def ask(
    name: str, typed: Sequence[str], point: Mapping[str, str], definitions: Mapping[str, str], settings: Settings
) -> Question:
    """The command `name` with the words `typed`, in the light of what the conversation knows.

    What is typed wins: an option over a setting, `--at` over the point, a name that it gives over a definition.
    """
    if name == "repl":
        raise UsageError("this is the prompt already")
    command = build([name]).commands[name]
    known = options_of(command)
    taken_over = settings.tokens(name, known, typed)
    options, formulas = _sorted(typed, known)
    arguments = [param for param in command.params if isinstance(param, TyperArgument)]
    takes_formula = bool(arguments) and arguments[0].metavar == FORMULA
    if takes_formula and len(arguments) == 1 and formulas:
        formulas = [" ".join(formulas)]  # there is no shell here that it must be quoted against
    shows_help = bool(set(HELP_OPTIONS) & set(options))
    # A command reads standard input where it is told to, and one that takes a file also where none is named.
    reads = bool(arguments) and arguments[0].metavar == FILE and not formulas and not shows_help
    if reads or any(word == "-" or word.endswith("=-") for word in (*formulas, *options)):
        instead = f"write the {'formula' if takes_formula else 'file'} in place of -"
        raise UsageError("standard input belongs to the prompt", hint=f"write {name} {FILE}" if reads else instead)
    if not takes_formula or shows_help:
        return Question([name, *taken_over, *typed])
    given = list(_values("--at", options))
    names = frozenset([*filter(None, point), *(found for text in given for found in _NAMED.findall(text))])
    written = tuple(write_out(formula, definitions, names) for formula in formulas)
    variables: tuple[str, ...] = ()
    if written:
        try:
            variables = parse(written[0].text, names).variables
        except GradcalcError as error:
            raise as_typed(error, written) from None
    at = [] if given or "--at" not in known else _at(point, variables)
    tokens = [name, *taken_over, *options, *at, "--", *(formula.text for formula in written)]
    return Question(tokens, written, variables)


def as_typed(error: GradcalcError, formulas: Sequence[Expansion]) -> GradcalcError:
    """An error about a formula written out as one about what was typed."""
    for formula in formulas:
        if error.span is not None and error.source == formula.text:
            span = formula.typed(error.span)
            return type(error)(error.message, source=formula.source, span=span, hint=error.hint)
    return error


def assignment(name: str, value: str) -> str:
    """A value of the point as it is typed after `at`; a name may be missing."""
    return f"{name}={value}" if name else value


def _at(point: Mapping[str, str], variables: Sequence[str]) -> Iterator[str]:
    """The options for what the formula has a variable for; for a formula without variables, whatever has a name."""
    for name, value in point.items():
        if name in variables or (variables and not name) or (name and not variables):
            yield from ("--at", assignment(name, value))


def _sorted(typed: Sequence[str], known: Mapping[str, bool]) -> tuple[list[str], list[str]]:
    """The options with their values, and the other words."""
    options, others = list[str](), list[str]()
    waiting = list(reversed(typed))
    while waiting:
        word = waiting.pop()
        if word == "--":
            return options, [*others, *reversed(waiting)]
        if word in HELP_OPTIONS or word.partition("=")[0] in known or re.match("--[A-Za-z]", word):
            options.append(word)
            if known.get(word) and waiting:
                options.append(waiting.pop())
        else:
            others.append(word)
    return options, others


def _values(option: str, options: Sequence[str]) -> Iterator[str]:
    """The values that a command line gives an option."""
    for word, following in zip_longest(options, options[1:], fillvalue=""):
        name, given, value = word.partition("=")
        if name == option:
            yield value if given else following
