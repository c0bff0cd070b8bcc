"""The program: its commands, `--help` and `--version`.

Comes in: the tokens after the program's name, and a `Console`. Goes out: an exit status. Raises `GradcalcError`.
Imports the command modules, `console`, `errors` and typer.

To add a command: write `cli/NAME.py` with a function, and register it below.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

import gradcalc
from gradcalc.cli import completion, devices, diff, functions
from gradcalc.cli.commands import HELP_OPTIONS, Command, Group
from gradcalc.console import PROGRAM, Console
from gradcalc.errors import Status, UsageError

app = typer.Typer(
    cls=Group,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": list(HELP_OPTIONS)},
)


@app.callback(invoke_without_command=True)
def program(
    ctx: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> Status:
    """A gradient calculator: the symbolic derivative (SymPy) and the autograd gradient (torch) of one formula, side
    by side, with a verdict.

    \b
      gradcalc diff "sin(x**2)" --at 4              one variable
      gradcalc diff "x**2*y + sin(y)" --at x=1,y=2  a gradient
      gradcalc diff "mean(x**2)" --at 1,2,3         a vector
      gradcalc diff "log(x)/x"                      the derivative only
    """
    console: Console = ctx.obj
    if version:
        console.lines([f"{PROGRAM} {gradcalc.__version__}"])
    elif ctx.invoked_subcommand is None:
        console.lines([ctx.get_help()])
    return Status.OK


app.command(cls=Command, short_help="Differentiate a formula and compare.", epilog=diff.EPILOG)(diff.diff)
app.command(cls=Command, short_help="What a formula may call.", epilog=functions.EPILOG)(functions.functions)
app.command(cls=Command, short_help="Where torch can compute here.")(devices.devices)
app.command(cls=Command, short_help="Teach bash, zsh or fish to complete.", epilog=completion.EPILOG)(
    completion.completion
)


def run(tokens: Sequence[str], console: Console) -> Status:
    """Answer one command line. Raises `GradcalcError` for whatever stands in the way."""
    command = typer.main.get_command(app)
    try:
        with command.make_context(PROGRAM, list(tokens), obj=console) as ctx:
            return Status(command.invoke(ctx))
    except typer.Exit as done:
        return Status(done.exit_code)
    except typer.TyperException as error:
        # Typer's own complaints that `cli.arguments` does not foresee.
        raise UsageError(error.format_message().rstrip("."), hint=f"see {PROGRAM} --help") from None
