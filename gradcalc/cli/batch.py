"""`gradcalc batch`: many questions, one a line, answered in order.

Comes in: a file of JSON Lines or CSV, or standard input. Goes out: an answer a line on stdout or in a file, on stderr a
count of failures and, for a person, a progress bar. Imports `console` and `errors`; `gradcalc.batch` only once the
options are read.
"""

from __future__ import annotations

import gc
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from gradcalc.cli import options
from gradcalc.cli.commands import FILE
from gradcalc.cli.progress import watched
from gradcalc.console import Console
from gradcalc.errors import DataError, Status, UsageError
from gradcalc.exhaustion import exhausted

if TYPE_CHECKING:
    from gradcalc.batch import Line, Setting

EPILOG = """
\b
A line is {"expression": "sin(x**2)", "at": {"x": 4}}; it may have wrt, id (any
JSON, which the answer repeats), device, dtype, order, digits and timeout too.
In a CSV file the same words are the columns: expression,at and any other.
An answer in an --output says in "asked" by which version, and a digest of
what was asked: a line or an option that has changed since is an error.

\b
Examples:
  gradcalc batch questions.jsonl > answers.jsonl
  gradcalc batch questions.csv --output answers.csv
  gradcalc batch questions.jsonl --output answers.jsonl --resume

\b
Exit status: 0 all answered; 1 some line failed, its answer tells the error;
2 the command line or the file was not understood; 4 no such device or dtype;
5 the answers could not be written; 70 internal error; 130 interrupted, or
143 terminated: what was answered is in FILE.part, and --resume goes on.
"""

#: More processes than these are had by asking.
_MOST_UNASKED = 8


def batch(
    ctx: typer.Context,
    *,
    file: Annotated[str | None, typer.Argument(metavar=FILE, hidden=True)] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", metavar="FILE", help="Write to FILE, which appears once it is complete; until then FILE.part."
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with the --output of an interrupted run that asked the same."),
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", parser=options.jobs, metavar="N", help="Processes.  [default: one a core, at most 8]"),
    ] = None,
    wrt: options.Wrt = None,
    device: options.DeviceName = "cpu",
    dtype: options.DTypeName = "float64",
    order: options.Order = 1,
    digits: options.Digits = None,
    reads: Annotated[
        str | None,
        typer.Option(
            "--input-format", parser=options.batch_format, metavar="NAME", help="jsonl or csv; by default as FILE says."
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format", parser=options.batch_format, metavar="NAME", help="jsonl or csv; by default as --output says."
        ),
    ] = None,
    timeout: options.Timeout = 10.0,
    color: options.Color = "auto",
) -> Status:
    """Answer many questions, one a line of FILE or of standard input, as `gradcalc diff` would.

    Each line is answered in its place; what is wrong with a line is told there, and the next one is answered. The
    options hold for lines that do not say otherwise. Blank lines are skipped.
    """
    console: Console = ctx.obj
    console.color = color
    gc.enable()  # which the program has no use for where it answers one question and ends
    if file is None and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("the questions are missing", hint="write gradcalc batch FILE, or batch - to type them here")
    file = file or "-"
    if resume and output is None:
        raise UsageError("--resume needs --output", hint="name the file that the interrupted run was to write")
    reads = reads or _by_name(file) or "jsonl"
    writes = form or _by_name(output or "") or reads

    from gradcalc.batch import Setting, read_header, read_lines
    from gradcalc.pipeline import Request

    request = Request("", (), options.names(wrt), device, dtype, order, options.exact_digits(digits), timeout)
    with _opened(file) as stream:
        _require_other(stream, output)
        lines = read_lines(stream)
        header = read_header(next(lines, None)) if reads == "csv" else ()
        encoding = console.view().encoding if output is None else "utf-8"
        setting = Setting(request, reads, writes, header, encoding, digits, resumable=output is not None)
        run = _Run(console, setting, jobs or _cores(), _size(stream), aside=output is not None)
        if output is None:
            run.to_stdout(lines)
        else:
            run.to_file(lines, output, resume=resume)
    return run.told()


class _Run:
    """The lines of one run, and how many of them failed."""

    def __init__(self, console: Console, setting: Setting, jobs: int, size: int | None, *, aside: bool) -> None:
        self._console = console
        self._setting = setting
        self._jobs = jobs
        self._progress = watched(console, size, aside=aside)
        self._lines = self._failed = 0

    def to_stdout(self, lines: Iterator[Line]) -> None:
        """Print the answers."""
        from gradcalc.batch import heading

        self._console.answer(heading(self._setting))
        self._answer(lines, self._console.answer)

    def to_file(self, lines: Iterator[Line], path: str, *, resume: bool) -> None:
        """Write the answers to a file, which has its name when they are complete."""
        from gradcalc.batch import Destination

        with Destination(path, self._setting, resume=resume) as destination:
            if resume:
                held = destination.go_on(lines)
                self._lines, self._failed = held.lines, held.failed
                self._console.note(f"{_count(held.lines)} had an answer before")
            self._answer(lines, destination.write)
            destination.finish()

    def told(self) -> Status:
        """The status of a run that came to its end, with a word on what failed."""
        if not self._failed:
            return Status.OK
        self._console.note(f"{self._failed:,} of {_count(self._lines)} failed")
        return Status.NOT_AGREED

    def _answer(self, lines: Iterator[Line], write: Callable[[str], None]) -> None:
        from gradcalc.batch import answers

        with self._progress as progress, closing(answers(lines, self._setting, self._jobs)) as found:
            for answered in found:
                write(answered.text)
                self._lines += 1
                self._failed += answered.failed
                progress.advance(self._lines, answered.stop)


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    """The bytes of a file, or of standard input for `-`."""
    try:
        if file != "-":
            with Path(file).open("rb") as stream:
                yield stream
        elif sys.stdin is None:
            raise DataError("standard input is closed, no questions can be read from it")
        else:
            yield sys.stdin.buffer
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        reason = (error.strerror or "an input/output error").lower()
        raise exhausted(error) or DataError(
            f"{'standard input' if file == '-' else file} cannot be read: {reason}"
        ) from None


def _require_other(stream: BinaryIO, output: str | None) -> None:
    """Raise `UsageError` where the answers would take the place of the questions, or be read as such."""
    questions = os.fstat(stream.fileno())
    with suppress(OSError, ValueError):  # there is no file of that name yet, or no descriptor of standard output
        answers = os.fstat(1) if output is None else Path(output).stat()
        if stat.S_ISREG(questions.st_mode) and os.path.samestat(questions, answers):
            where = "standard output" if output is None else output
            raise UsageError(f"{where} is the file of the questions", hint="write the answers to another file")


def _size(stream: BinaryIO) -> int | None:
    """The bytes of a file that is one."""
    about = os.fstat(stream.fileno())
    return about.st_size if stat.S_ISREG(about.st_mode) else None


def _cores() -> int:
    """The processes of a run that was told no number."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, _MOST_UNASKED)


def _by_name(file: str) -> str | None:
    return "csv" if file.lower().endswith(".csv") else None


def _count(lines: int) -> str:
    return f"{lines:,} line{'' if lines == 1 else 's'}"
