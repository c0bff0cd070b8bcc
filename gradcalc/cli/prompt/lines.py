"""Lines from standard input where it is no terminal, or one that is too plain to edit on.

Comes in: a stream of bytes. Goes out: statements, one `read` each. Raises EOFError at the end, and `GradcalcError` for
a line that is too long or no text; the next `read` goes on behind it. Imports `errors` and `language.limits`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from gradcalc.cli.prompt.reading import Statement
from gradcalc.errors import ExpressionError, LimitError
from gradcalc.language import limits

_MORE = "... "
#: A character has at most four bytes.
_BYTES = 4 * limits.CHARACTERS


class Lines:
    """The statements in `stream`; `prompt`, where somebody types them, writes what invites the next line."""

    def __init__(self, stream: BinaryIO, prompt: Callable[[str], None] | None = None) -> None:
        self._stream = stream
        self._prompt = prompt

    def read(self, invitation: str) -> str:
        """The next statement, over as many lines as it takes."""
        statement = Statement()
        goes_on = statement.add(self._line(invitation))
        while goes_on:
            try:
                goes_on = statement.add(self._line(_MORE))
            except EOFError:
                break
        return "\n".join(statement.lines)

    def _line(self, invitation: str) -> str:
        line = self._invited(invitation)
        if not line:
            raise EOFError
        if len(line) == _BYTES and not line.endswith(b"\n"):
            while (more := self._stream.readline(_BYTES)) and not more.endswith(b"\n"):
                pass
            raise LimitError(f"the line is longer than {limits.CHARACTERS:,} characters")
        try:
            return line.decode("utf-8-sig").rstrip("\r\n")
        except UnicodeDecodeError:
            raise ExpressionError("the line is not text in UTF-8") from None

    def _invited(self, invitation: str) -> bytes:
        if self._prompt is None:
            return self._stream.readline(_BYTES)
        line = b""
        try:
            self._prompt(invitation)
            line = self._stream.readline(_BYTES)
        finally:
            if not line.endswith(b"\n"):
                self._prompt("\n")  # after Ctrl-C and Ctrl-D what is said next begins a line
        return line
