"""The streams of the program and what may be written on them: stdout, stderr, colour, width, encoding.

Comes in: the answer as text, notes, errors. stdout holds the answer only; everything else goes to stderr. A test
replaces the whole object. Raises `OutputError` where the answer cannot be written, and BrokenPipeError where its
reader has gone. Imports `errors` and modules of `render` that are standard library only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from io import TextIOWrapper
from typing import TextIO, TypeGuard

from gradcalc.errors import GradcalcError, Status
from gradcalc.render import View
from gradcalc.render.excerpt import excerpt, visible

PROGRAM = "gradcalc"

COLORS = ("auto", "always", "never")

_NARROWEST, _UNKNOWN_WIDTH = 20, 80


class OutputError(GradcalcError):
    """The answer is there but cannot be written: a full disk, a closed stdout."""

    status = Status.LIMIT
    kind = "output"


class Console:
    """Where the program writes. `color`, one of `COLORS`, may be set once the command line is read."""

    def __init__(self, stdout: TextIO | None, stderr: TextIO | None, environ: Mapping[str, str] | None = None) -> None:
        self.color = "auto"
        self._stdout = _safe(stdout)
        self._stderr = _safe(stderr)
        self._environ = os.environ if environ is None else environ

    @classmethod
    def standard(cls) -> Console:
        """The console of the process."""
        return cls(sys.stdout, sys.stderr)

    def view(self, digits: int | None = None) -> View:
        """How the reader of stdout sees an answer."""
        width = self._width(self._stdout) if _is_terminal(self._stdout) else None
        return View(width, self._paints(self._stdout), _encoding(self._stdout), digits)

    def answer(self, text: str) -> None:
        """Write text that ends with a newline to stdout, all of it."""
        if self._stdout is None:
            raise OutputError("the answer cannot be written: standard output is closed")
        try:
            self._stdout.write(text)
            self._stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            self.abandon()
            reason = (error.strerror or "an input/output error").lower()
            raise OutputError(f"the answer could not be written: {reason}") from error

    def lines(self, lines: Iterable[str]) -> None:
        """Write lines to stdout."""
        self.answer("".join(f"{line}\n" for line in lines))

    def abandon(self) -> None:
        """Let stdout lead nowhere, so that the interpreter's last flush cannot fail (Python docs, signal, SIGPIPE)."""
        if isinstance(self._stdout, TextIOWrapper):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stdout.fileno())
            os.close(nowhere)

    def note(self, text: str) -> None:
        """Write a remark to stderr."""
        self._tell([f"{PROGRAM}: note: {visible(text, _encoding(self._stderr))}"])

    def watched(self, *, aside: bool) -> TextIO | None:
        """stderr if it is a terminal that shows no answers meanwhile; `aside` says that those do not go to stdout."""
        moves = self._environ.get("TERM") != "dumb" and (aside or not _is_terminal(self._stdout))
        return self._stderr if moves and _is_terminal(self._stderr) else None

    def paints_stderr(self) -> bool:
        """Whether escape codes for colour go to stderr."""
        return self._paints(self._stderr)

    def error(self, error: GradcalcError) -> None:
        """Write a failure to stderr: the sentence, the place in the source, the hint."""
        encoding = _encoding(self._stderr)
        lines = [f"{self._bold(PROGRAM)}: {visible(error.message, encoding)}"]
        if error.span is not None and error.source:
            width = max(self._width(self._stderr) - 2, _NARROWEST)
            source, carets = excerpt(error.source, error.span, width, encoding)
            lines += [f"  {source}", f"  {self._bold(carets)}"]
        if error.hint:
            lines.append(f"  {visible(error.hint, encoding)}")
        self._tell(lines)

    def _bold(self, text: str) -> str:
        if not self._paints(self._stderr):
            return text
        blank = text[: len(text) - len(text.lstrip())]
        return f"{blank}\x1b[1;31m{text.lstrip()}\x1b[0m"

    def prompt(self, text: str) -> None:
        """Write to stderr what invites somebody to type; the line does not end."""
        if self._stderr is None:
            return
        try:
            self._stderr.write(text)
            self._stderr.flush()
        except OSError:
            self._stderr = None  # nobody can be told any more

    def _tell(self, lines: Iterable[str]) -> None:
        self.prompt("".join(f"{line}\n" for line in lines))

    def _width(self, stream: TextIO | None) -> int:
        columns = self._environ.get("COLUMNS", "")
        if not _is_terminal(stream):
            return _UNKNOWN_WIDTH
        if columns.isdecimal() and int(columns):
            return max(int(columns), _NARROWEST)
        try:
            return max(os.get_terminal_size(stream.fileno()).columns or _UNKNOWN_WIDTH, _NARROWEST)
        except OSError:  # a terminal of the test's making has no descriptor
            return _UNKNOWN_WIDTH

    def _paints(self, stream: TextIO | None) -> bool:
        """Whether escape codes go to `stream`: --color first, then NO_COLOR (no-color.org) and TERM."""
        if self.color != "auto":
            return self.color == "always"
        return not self._environ.get("NO_COLOR") and self._environ.get("TERM") != "dumb" and _is_terminal(stream)


def _safe(stream: TextIO | None) -> TextIO | None:
    """The stream, told to escape characters that its encoding lacks."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream


def _is_terminal(stream: TextIO | None) -> TypeGuard[TextIO]:
    return stream is not None and stream.isatty()


def _encoding(stream: TextIO | None) -> str:
    return getattr(stream, "encoding", None) or "ascii"
