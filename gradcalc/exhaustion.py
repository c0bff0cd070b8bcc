"""Which limit of the system an exception tells of: memory, open files, processes.

Comes in: an exception that nobody foresaw. Goes out: the error that a user sees. Imports `errors`.

Libraries tell of the same lack in their own ways: Python by MemoryError and errno, the loader and torch by a text.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from typing import NamedTuple

from gradcalc.errors import GradcalcError, LimitError, internal


class _Lack(NamedTuple):
    """One thing of which there was too little.

    message: what a user is told. numbers, words: how exceptions tell of it. limit: the system's, by its name in
    `resource`; letter: the same for ulimit; unit: so many of what `resource` counts are one that is shown as `shown`.
    """

    message: str
    numbers: frozenset[int]
    words: tuple[str, ...]
    limit: str
    letter: str
    unit: int = 1
    shown: str = ""


_MEMORY = _Lack(
    "there is too little memory for this",
    frozenset({errno.ENOMEM}),
    (
        *("failed to map segment", "cannot allocate memory", "can't allocate memory", "out of memory", "bad_alloc"),
        "error return without exception set",  # what Python itself comes to where it has next to none
    ),
    limit="RLIMIT_AS",
    letter="v",
    unit=1 << 20,
    shown=" MiB",
)
_FILES = _Lack(
    "too few files may be open at once for this",
    frozenset({errno.EMFILE, errno.ENFILE}),
    ("too many open files",),
    limit="RLIMIT_NOFILE",
    letter="n",
)
_PROCESSES = _Lack(
    "no more processes and threads can be started",
    frozenset({errno.EAGAIN}),
    ("can't start new thread", "resource temporarily unavailable"),
    limit="RLIMIT_NPROC",
    letter="u",
)


def fault(error: BaseException) -> GradcalcError:
    """An exception that nobody foresaw as a user sees it: a limit of the system that was met, or a fault of ours."""
    return exhausted(error) or internal(error)


def exhausted(error: BaseException) -> LimitError | None:
    """The limit of the system that an exception, or one behind it, tells of; None where none does."""
    for cause in _causes(error):
        for lack in (_MEMORY, _FILES, _PROCESSES):
            if _tells_of(cause, lack):
                return _told(lack)
    return None


def out_of_memory() -> LimitError:
    """The error where a library would not tell of too little memory but end the process."""
    return _told(_MEMORY)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and those that it came of, the last first."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _tells_of(error: BaseException, lack: _Lack) -> bool:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in lack.numbers
    if isinstance(error, MemoryError):
        return lack is _MEMORY
    # The words of a ValueError or a KeyError may quote what a user typed.
    told = str(error).lower() if isinstance(error, ImportError | OSError | RuntimeError | SystemError) else ""
    return any(word in told for word in lack.words)


def _told(lack: _Lack) -> LimitError:
    """The error, with what the shell allows and how that is changed, or else with what can be done."""
    hint = f"see ulimit -{lack.letter}"
    # A system has not all of these limits, and where one is met the module may be out of reach.
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import resource

        allowed = resource.getrlimit(getattr(resource, lack.limit))[0]
        hint = f"ulimit -{lack.letter} allows {allowed // lack.unit:,}{lack.shown}; allow more"
        if allowed == resource.RLIM_INFINITY:
            hint = "end other programs, or ask for less"
    return LimitError(lack.message, hint=hint)
