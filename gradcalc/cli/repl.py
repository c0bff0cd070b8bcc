"""`gradcalc repl`: a prompt for many questions.

Comes in: lines, typed at a terminal or on standard input. Goes out: answers on the console, and a status.
Imports `console` and `errors`; the conversation only once the options are read.
"""

from __future__ import annotations

import gc
import sys

import typer

from gradcalc.cli import options
from gradcalc.console import Console
from gradcalc.errors import Status

EPILOG = """
\b
At the prompt:
  sin(x**2)               differentiate, at the point if one is set
  at x=2,y=1              set the point; at shows it, at clear forgets it
  let f = sin(x**2)       name a formula, f can then be used in others
  set dtype float32       what every command takes for granted
  x*f --order 2           options of gradcalc diff may follow a formula
  tape x*f                any command, with or without gradcalc before it
  help                    what else there is
  quit                    leave, as Ctrl-D does

\b
A word that is also your variable is read as one where an operator follows
(tape*x, at - 1) and in brackets. A line with an open bracket goes on in the
next one, until an empty one. TAB completes, Ctrl-C ends a line or an answer.
What was typed is kept in $XDG_STATE_HOME/gradcalc/history, by default in
~/.local/state.

\b
Where standard input is no terminal, its lines are answered in order, those
that begin with # are skipped, and errors go on to the next line. Exit status:
then the highest of all lines (as without repl), at a terminal 0.
"""


def repl(ctx: typer.Context, *, color: options.Color = "auto") -> Status:
    """Ask many questions at a prompt, where the engines stay loaded; or answer the lines on standard input."""
    console: Console = ctx.obj
    console.color = color
    gc.enable()  # a conversation lives longer than the one question for which the program does without

    from gradcalc.cli.prompt import loop
    from gradcalc.cli.prompt.settings import Settings

    settings = Settings(color=color)
    typing = sys.stdin is not None and sys.stdin.isatty()
    return loop.with_somebody(settings, console) if typing else loop.from_input(settings, console)
