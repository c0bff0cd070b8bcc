"""`gradcalc lesson`: short lessons whose every step is a command, run while the lesson is shown.

Comes in: a lesson's name. Goes out: sentences, commands and what the commands print. Raises `UsageError` for an unknown
name. Imports `lessons`, `console`, `errors`, `render` and `cli.app`, which runs the commands.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradcalc.cli import options
from gradcalc.cli.lessons import LESSONS, Lesson, Step
from gradcalc.cli.listing import aligned
from gradcalc.console import PROGRAM, Console, OutputError
from gradcalc.errors import GradcalcError, Status, UsageError
from gradcalc.language.suggestions import sentence
from gradcalc.render.excerpt import shorten

if TYPE_CHECKING:
    from gradcalc.render import View

#: The word for the whole story.
ALL = "all"
_SHOWN = 60

EPILOG = """
\b
Examples:
  gradcalc lesson
  gradcalc lesson chain-rule
  gradcalc lesson all --plain > lessons.txt
"""


def lesson(
    ctx: typer.Context,
    *,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", hidden=True)] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Nothing but text, no colours, sentences as # comments: for a pipe.")
    ] = False,
    form: Annotated[
        str, typer.Option("--format", parser=options.form["lesson"], metavar="NAME", help="text or json.")
    ] = "text",
    color: options.Color = "auto",
) -> Status:
    """Learn derivatives and autograd by commands that you can copy: with NAME a lesson, all of them with `all`."""
    console: Console = ctx.obj
    console.color = "never" if plain else color
    if name is None:
        _list(console, form)
        return Status.OK
    chosen = {name: LESSONS[name]} if name in LESSONS else dict(LESSONS)
    if name not in {*LESSONS, ALL}:
        hint = sentence(name, [*LESSONS, ALL]) or f"the lessons are {', '.join(LESSONS)}, and {ALL}"
        raise UsageError(f"there is no lesson '{shorten(name, _SHOWN)}'", hint=hint)
    if form == "json":
        _answer_json(console, {"lessons": [_record(key, taught) for key, taught in chosen.items()]})
    else:
        for taught in chosen.values():
            _teach(taught, console, plain=plain)
    return Status.OK


def _list(console: Console, form: str) -> None:
    if form == "json":
        listed = [{"name": name, "title": taught.title} for name, taught in LESSONS.items()]
        _answer_json(console, {"lessons": listed})
        return
    rows = [(name, taught.title) for name, taught in LESSONS.items()]
    console.lines([*aligned([*rows, (ALL, "all of them, one after another")], console.view().width)])
    console.lines(["", f"Write {PROGRAM} lesson NAME."])


def _teach(taught: Lesson, console: Console, *, plain: bool) -> None:
    color = console.color
    console.answer(_text(_title(taught, console.view(), plain=plain), console))
    for step in taught.steps:
        console.answer(_text(_step(step, console.view(), plain=plain), console))
        _run(step, console, color)
    console.lines([""])


def _run(step: Step, console: Console, color: str) -> Status:
    """The status of the step's command. A refusal is told as outside of a lesson, which goes on."""
    from gradcalc.cli.app import run

    _, *tokens = shlex.split(step.command)
    try:
        return run([*tokens, "--color", color], console)
    except OutputError:
        raise
    except GradcalcError as error:
        console.error(error)
        return error.status


def _title(taught: Lesson, view: View, *, plain: bool) -> Iterator[Any]:
    from rich.text import Text

    from gradcalc.render.text import paragraph

    if plain:
        yield Text(f"# {taught.title}")
        return
    for line in paragraph(taught.title, view):
        line.stylize("bold underline")
        yield line


def _step(step: Step, view: View, *, plain: bool) -> Iterator[Any]:
    """An empty line, the sentences, and the command as one would type it."""
    from rich.text import Text

    from gradcalc.render.text import paragraph

    yield Text()
    if plain:
        yield Text(f"# {step.text}")
    else:
        yield from paragraph(step.text, view)
        yield Text()
    yield Text(f"$ {step.command}", "bold cyan")


def _text(lines: Iterator[Any], console: Console) -> str:
    from gradcalc.render.text import painted

    return painted(lines, console.view())


def _record(name: str, taught: Lesson) -> dict[str, Any]:
    return {"name": name, "title": taught.title, "steps": [_step_record(step) for step in taught.steps]}


def _step_record(step: Step) -> dict[str, Any]:
    """A step with what its command prints, run on a console of its own."""
    output, notes = (TextIOWrapper(BytesIO(), encoding="utf-8") for _ in range(2))
    status = _run(step, Console(output, notes), "never")
    return {
        "text": step.text,
        "command": step.command,
        "output": _written(output),
        "notes": _written(notes),
        "status": int(status),
    }


def _written(stream: TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def _answer_json(console: Console, content: dict[str, Any]) -> None:
    from gradcalc.render.documents import dump
    from gradcalc.results import SCHEMA

    console.answer(dump({"schema": SCHEMA, "command": "lesson", **content}, console.view()))
