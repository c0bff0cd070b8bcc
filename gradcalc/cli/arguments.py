"""The command line before Typer sees it: which tokens are options, which are formulas, and what is wrong.

Comes in: the tokens after a command and that command's options. Goes out: the same tokens with the positional ones
behind `--`, so that a formula may begin with a minus sign. Raises `UsageError` in our own words.
Imports `errors` and `language.suggestions`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gradcalc.errors import UsageError
from gradcalc.language.suggestions import closest

_OPTION = re.compile(r"--[A-Za-z][A-Za-z0-9_-]*(=.*)?", re.DOTALL)
_QUOTABLE = re.compile(r'[^"$`\\!]*')
_PLAIN = re.compile(r"[\w@%+=:,./-]+")


def arrange(tokens: Sequence[str], takes_value: Mapping[str, bool], otherwise: str = "") -> list[str]:
    """The options of `tokens` first, then `--` and the rest; `takes_value` has every known option.

    `otherwise` is the hint for an option like no known one; without it, it may have been meant as a formula.
    A token with one leading dash that is not a known option, and one with two that cannot be an option's name
    (`--x**2`), is positional. Raises `UsageError` for an unknown option and a missing or superfluous value.
    """
    options: list[str] = []
    positional: list[str] = []
    waiting = list(reversed(tokens))
    while waiting:
        word = waiting.pop()
        if word == "--":
            positional += reversed(waiting)
            break
        name, given, _ = word.partition("=")
        if name not in takes_value:
            if _OPTION.fullmatch(word):
                raise _unknown(name, takes_value, otherwise)
            positional.append(word)
        elif not takes_value[name]:
            if given:
                raise UsageError(f"{name} takes no value")
            options.append(word)
        elif given:
            options.append(word)
        else:
            options += [name, _value(name, waiting, takes_value)]
    return [*options, "--", *positional]


def quoted(tokens: Sequence[str]) -> str:
    """The tokens as a person types them in a shell."""
    return " ".join(_quote(token) for token in tokens)


def _value(name: str, waiting: list[str], takes_value: Mapping[str, bool]) -> str:
    if not waiting or (waiting[-1].startswith("--") and waiting[-1].partition("=")[0] in takes_value):
        raise UsageError(f"{name} needs a value")
    return waiting.pop()


def _unknown(name: str, known: Mapping[str, bool], otherwise: str) -> UsageError:
    word, words = name.lstrip("-"), [option.lstrip("-") for option in known if option.startswith("--")]
    near = closest(word, words) or [longer for longer in words if len(word) > 1 and longer.startswith(word)]
    hint = f"did you mean --{near[0]}?" if near else otherwise
    return UsageError(f"no such option {name}", hint=hint or f"if it is a formula, put -- before it: -- {_quote(name)}")


def _quote(token: str) -> str:
    if _PLAIN.fullmatch(token):
        return token
    if _QUOTABLE.fullmatch(token):
        return f'"{token}"'
    return "'" + token.replace("'", "'\"'\"'") + "'"
