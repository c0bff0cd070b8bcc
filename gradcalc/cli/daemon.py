"""`gradcalc daemon start|stop|status`: a warm process that answers at once.

Comes in: an action. Goes out: what came of it. Imports `console`, `render`; `daemon.control` only in the call.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gradcalc.cli import options
from gradcalc.cli.listing import aligned
from gradcalc.console import Console
from gradcalc.errors import Status, UsageError

if TYPE_CHECKING:
    from gradcalc.daemon.control import Report

EPILOG = """
\b
Examples:
  gradcalc daemon start --idle 3600
  gradcalc daemon status --format json
  export GRADCALC_DAEMON=auto    # start one whenever there is none

\b
GRADCALC_DAEMON: on (or unset) uses a daemon that runs, auto starts one too,
off does without. Its socket lies in a directory of your own, in
XDG_RUNTIME_DIR or the temporary directory. A question that it would not
answer as a new process does is answered by a new process.

\b
Exit status: 0 done, or it runs; 1 status: none runs; 3 it cannot be started.
"""


def daemon(
    ctx: typer.Context,
    *,
    action: Annotated[str | None, typer.Argument(metavar="ACTION", hidden=True, parser=options.action)] = None,
    idle: Annotated[
        float,
        typer.Option(parser=options.idle, metavar="SECONDS", help="start: end after this time without a question."),
    ] = 900.0,
    foreground: Annotated[bool, typer.Option("--foreground", help="start: stay in this terminal.")] = False,
    form: options.ListingFormat = "table",
) -> Status:
    """Keep a process that has everything imported, and forks for each question: start, stop or status.

    While it runs, every gradcalc command of yours is answered by it, with the same output, in a fraction of the time.
    """
    console: Console = ctx.obj
    if action is None:
        raise UsageError("the action is missing", hint="write gradcalc daemon start, stop or status")
    if sys.platform not in {"linux", "darwin"}:
        raise UsageError("there is no daemon on this system", hint="every command works without it")
    from gradcalc.daemon import control

    if action != "start" and control.clean():
        console.note("a daemon has ended without a word; its socket is removed")
    if action == "status":
        return _status(console, form)
    if action == "stop":
        console.lines(["stopped" if control.stop() else "no daemon runs"])
    elif foreground:
        control.run(idle)
    else:
        report, new = control.start(idle)
        console.lines([f"{'started' if new else 'it runs already'}: process {report.process}, socket {report.socket}"])
    return Status.OK


def _status(console: Console, form: str) -> Status:
    from gradcalc.daemon import control
    from gradcalc.render.documents import dump
    from gradcalc.results import SCHEMA

    report = control.status()
    if form == "json":
        facts = _facts(report) if report else {}
        document = {"schema": SCHEMA, "command": "daemon", "running": report is not None, **facts}
        console.answer(dump(document, console.view()))
    elif report is None:
        console.lines(["running\tno" if form == "plain" else "no daemon runs"])
    else:
        rows = [("running", "yes"), *((name, _said(value)) for name, value in _facts(report).items())]
        console.lines("\t".join(row) for row in rows) if form == "plain" else console.lines(aligned(rows, None))
    return Status.NOT_AGREED if report is None else Status.OK


def _facts(report: Report) -> dict[str, str | int | float | bool]:
    """What a report says, under the names that json and the table share."""
    return {
        "process": report.process,
        "since": datetime.fromtimestamp(report.started).astimezone().isoformat(timespec="seconds"),
        "answered": report.answered,
        "answering": report.answering,
        "memory_mib": report.memory >> 20,
        "idle_seconds": report.idle,
        "answers_here": report.same,
        "socket": report.socket,
    }


def _said(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
