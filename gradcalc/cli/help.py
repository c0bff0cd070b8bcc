"""`gradcalc help`: the help on a command, a topic, and the whole manual page.

Comes in: the name of a command or a topic, or none. Goes out: the text that `--help` prints, the topic, or the page.
Raises `UsageError` for an unknown name. Imports `console`, `errors`, `language.suggestions`, `cli.topics` and
`cli.app`, which has the commands.
"""

from __future__ import annotations

from typing import Annotated

import typer

from gradcalc.cli.listing import aligned
from gradcalc.cli.topics import TOPICS, Topic
from gradcalc.console import PROGRAM, Console
from gradcalc.errors import Status, UsageError
from gradcalc.language.suggestions import sentence
from gradcalc.render.excerpt import shorten

_SHOWN = 60
_SUMMARY = "a gradient calculator: symbolic derivative and autograd side by side, with a verdict"

EPILOG = f"""
\b
Topics: {", ".join(TOPICS)}

\b
Examples:
  gradcalc help diff
  gradcalc help language
  gradcalc help --man | man -l -
"""


def help(  # noqa: A001 - the command's name
    ctx: typer.Context,
    *,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", hidden=True)] = None,
    man: Annotated[
        bool, typer.Option("--man", help="Print the manual page of the whole program, for man -l -.")
    ] = False,
) -> Status:
    """Show the help: with NAME that of a command, as `--help` behind it does, or what there is to know of a topic."""
    from gradcalc.cli.app import COMMANDS, run

    console: Console = ctx.obj
    if man:
        console.answer(_page(ctx))
    elif name in TOPICS:
        console.lines(_topic(TOPICS[name], console.view().width))
    elif name is None or name in COMMANDS:
        return run(["--help"] if name is None else [name, "--help"], console)
    else:
        raise UsageError(f"there is no help on '{shorten(name, _SHOWN)}'", hint=_hint(name, [*COMMANDS, *TOPICS]))
    return Status.OK


def _topic(topic: Topic, width: int | None) -> list[str]:
    return [topic.text.replace("`", ""), "", *aligned(topic.rows, width)]


def _hint(name: str, known: list[str]) -> str:
    from gradcalc.language import vocabulary

    if vocabulary.forms(name):
        return f"it is a function: {PROGRAM} functions {name} says what it means"
    return sentence(name, known) or f"there is help on {', '.join(known)}"


def _page(ctx: typer.Context) -> str:
    from gradcalc import __version__
    from gradcalc.cli.app import build
    from gradcalc.cli.manual import page
    from gradcalc.render.manual import render

    program = build([])
    return render(PROGRAM, __version__, page(program, ctx.parent, _SUMMARY, TOPICS))
