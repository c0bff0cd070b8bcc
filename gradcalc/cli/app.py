"""The program: its commands, `--help` and `--version`.

Comes in: the tokens after the program's name, and a `Console`. Goes out: an exit status. Raises `GradcalcError`.
Imports `console`, `errors` and typer; a command's module only when that command may be meant.

To add a command: write `cli/NAME.py` with a function NAME (and an EPILOG for its help), and add NAME to `COMMANDS`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

import gradcalc
from gradcalc.cli.commands import HELP_OPTIONS, Command, Group
from gradcalc.console import PROGRAM, Console
from gradcalc.errors import Status, UsageError

#: The commands, and what the program's help says of each.
COMMANDS = {
    "diff": "Differentiate a formula and compare.",
    "check": "Is this the derivative? A proof or a counterexample.",
    "batch": "Many questions, one a line, answered in order.",
    "tape": "The computation as torch ran it, node by node.",
    "logistic": "Logistic regression, the chain rule by hand.",
    "repl": "Ask many questions at a prompt.",
    "lesson": "Learn autograd by commands to copy.",
    "functions": "What a formula may call.",
    "devices": "Where torch can compute here.",
    "daemon": "A warm process that answers at once.",
    "completion": "Teach bash, zsh or fish to complete.",
    "help": "Help on a command or a topic.",
}

# \b keeps Typer from filling the lines of the paragraph behind it.
_HELP = """Differentiate one formula twice: by symbols (SymPy) and by autograd (torch). Both gradients are shown side by
side with a verdict, at a point of your choice.

\b
  gradcalc diff "sin(x**2)" --at 4              one variable
  gradcalc diff "x**2*y + sin(y)" --at x=1,y=2  a gradient
  gradcalc diff "mean(x**2)" --at 1,2,3         a vector
  gradcalc diff "log(x)/x"                      the derivative only
  gradcalc check "sin(x**2)" "cos(x**2)"        is that the derivative?
  gradcalc tape "sin(x**2)" --at 4              how torch computes it
  gradcalc lesson                               learn it step by step
"""


def run(tokens: Sequence[str], console: Console) -> Status:
    """Answer one command line. Raises `GradcalcError` for whatever stands in the way."""
    try:
        program = build(tokens[:1])
        with program.make_context(PROGRAM, list(tokens), obj=console) as ctx:
            return Status(program.invoke(ctx))
    except typer.Exit as done:
        return Status(done.exit_code)
    except typer.TyperException as error:
        # Typer's own complaints that `cli.arguments` does not foresee.
        raise UsageError(error.format_message().rstrip("."), hint=f"see {PROGRAM} --help") from None


def build(tokens: Sequence[str]) -> Any:
    """The program as Typer's command: with the command that `tokens` begin with, or all of them if with none."""
    app = typer.Typer(
        cls=Group,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": list(HELP_OPTIONS)},
    )
    app.callback(invoke_without_command=True, help=_HELP)(_program)
    asked: Iterable[str] = tokens[:1] if tokens and tokens[0] in COMMANDS else COMMANDS
    for name in asked:
        module = importlib.import_module(f"gradcalc.cli.{name}")
        epilog = getattr(module, "EPILOG", None)
        app.command(name, cls=Command, short_help=COMMANDS[name], epilog=epilog)(getattr(module, name))
    return typer.main.get_command(app)


def _program(
    ctx: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> Status:
    """Show what belongs to no command: the version, or without a command the help."""
    console: Console = ctx.obj
    if version:
        console.lines([f"{PROGRAM} {gradcalc.__version__}"])
    elif ctx.invoked_subcommand is None:
        console.lines([ctx.get_help()])
    return Status.OK
