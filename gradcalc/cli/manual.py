"""The manual page gradcalc(1), made of the texts that `--help` shows.

Comes in: the program as Typer's command, its context, and the topics. Goes out: the blocks of the page. Imports
`cli.topics` and the blocks of `render.manual`.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from gradcalc.cli.topics import Topic
from gradcalc.console import PROGRAM
from gradcalc.render.manual import Block, Heading, Literal, Paragraph, Rows

_FILES = (
    (f"~/.local/state/{PROGRAM}/history", "What was typed at the prompt of `gradcalc repl`."),
    (f"share/man/man1/{PROGRAM}.1", "This page."),
    (f"share/bash-completion/completions/{PROGRAM}", "Completion for bash."),
    (f"share/zsh/site-functions/_{PROGRAM}", "Completion for zsh."),
    (f"share/fish/vendor_completions.d/{PROGRAM}.fish", "Completion for fish."),
)
_SEE_ALSO = "`qalc`(1), `maxima`(1), `gp`(1), https://docs.sympy.org, https://docs.pytorch.org, https://flintlib.org"


def page(program: Any, ctx: Any, summary: str, topics: Mapping[str, Topic]) -> Iterator[Block]:
    """The blocks of the page; `summary` is the program in half a line."""
    described = list(_texts(program.help))
    yield Heading("NAME")
    yield Paragraph(f"{PROGRAM} - {summary}")
    yield Heading("SYNOPSIS")
    yield Literal("\n".join(_usage(program.commands[name], name, ctx) for name in program.commands))
    yield Heading("DESCRIPTION")
    yield from (block for block in described if isinstance(block, Paragraph))
    yield Heading("COMMANDS")
    for name, command in program.commands.items():
        yield from _command(name, command, ctx)
    for topic in topics.values():
        yield Heading(topic.title.upper())
        yield Paragraph(topic.text)
        yield Rows(topic.rows)
    yield Heading("FILES")
    yield Paragraph("What begins with share is below the directory that the program is installed in.")
    yield Rows(_FILES)
    yield Heading("EXAMPLES")
    yield from (block for block in described if isinstance(block, Literal))
    yield Heading("SEE ALSO")
    yield Paragraph(_SEE_ALSO)


def _command(name: str, command: Any, parent: Any) -> Iterator[Block]:
    ctx = command.context_class(command, info_name=name, parent=parent)
    yield Heading(_usage(command, name, parent), within=True)
    yield from _texts(command.help)
    yield Rows([record for param in command.get_params(ctx) if (record := param.get_help_record(ctx))])
    yield from _texts(command.epilog or "")


def _usage(command: Any, name: str, parent: Any) -> str:
    ctx = command.context_class(command, info_name=name, parent=parent)
    return " ".join([PROGRAM, name, *command.collect_usage_pieces(ctx)])


def _texts(text: str) -> Iterator[Block]:
    r"""The paragraphs of a help text; what stands behind \b keeps its lines."""
    for chunk in inspect.cleandoc(text).split("\n\n"):
        literal, mark, lines = chunk.partition("\b\n")
        if mark and not literal:
            yield Literal(lines)
        elif chunk:
            yield Paragraph(" ".join(chunk.split()))
