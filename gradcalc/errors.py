"""What a failure looks like: exit statuses, spans, and the root of every error that a user may see.

Comes in: nothing. Goes out: `GradcalcError` and its fields, which the command line prints and JSON carries.
Imports the standard library only: every layer stands on this module and on `results`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar, NamedTuple

_REQUEST = "please report it with the command line; GRADCALC_DEBUG=1 in the environment adds a traceback"
_SHORT = 200


class Status(IntEnum):
    """Exit statuses of the program."""

    OK = 0
    NOT_AGREED = 1
    USAGE = 2
    NOT_COMPUTED = 3
    DEVICE = 4
    LIMIT = 5
    INTERNAL = 70
    INTERRUPTED = 130


class Span(NamedTuple):
    """A half-open range of character offsets in the source text."""

    start: int
    stop: int


class GradcalcError(Exception):
    """The root error: one sentence, the place it is about, and what to do.

    `message` is a sentence without a final stop; `span` refers to `source`; `hint` may be empty.
    Each stage has its subclass, which fixes `status` and `kind` (the word that JSON shows).
    """

    status: ClassVar[Status] = Status.INTERNAL
    kind: ClassVar[str] = "internal"

    def __init__(self, message: str, *, source: str = "", span: Span | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.span = span
        self.hint = hint


class UsageError(GradcalcError):
    """The command line or a Python argument does not say a question that can be asked."""

    status = Status.USAGE
    kind = "usage"


class ExpressionError(GradcalcError):
    """The formula was not understood."""

    status = Status.USAGE
    kind = "expression"


class PointError(GradcalcError):
    """The point was not understood, or does not fit the formula."""

    status = Status.USAGE
    kind = "point"


class DataError(GradcalcError):
    """Samples were not understood: a file of them, or a label that is no probability."""

    status = Status.USAGE
    kind = "data"


class LimitError(GradcalcError):
    """A limit of the language or of time left nothing to show."""

    status = Status.LIMIT
    kind = "limit"


class DeviceError(GradcalcError):
    """The device or dtype that was asked for is not available here."""

    status = Status.DEVICE
    kind = "device"


class ComputationError(GradcalcError):
    """The answer could not be computed by any side."""

    status = Status.NOT_COMPUTED
    kind = "computation"


def internal(error: BaseException) -> GradcalcError:
    """A fault of ours as a user sees it: one sentence, however long the exception's own text, and a request."""
    text = " ".join(str(error).split())
    short = text if len(text) <= _SHORT else f"{text[:_SHORT]}..."
    message = f"internal error ({type(error).__name__}{': ' if short else ''}{short})"
    return GradcalcError(message, hint=_REQUEST)
