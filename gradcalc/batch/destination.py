"""The file that answers go to: FILE.part until they are complete, then FILE.

Comes in: a path and texts. Goes out: the file, so that what bears its name is complete. Raises `OutputError` for a disk
that takes no more and `UsageError` for a path that cannot be written so. Imports `console`, `errors` and this package.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO

from gradcalc.batch.answers import heading
from gradcalc.batch.held import Held, held
from gradcalc.batch.lines import Line
from gradcalc.batch.questions import Setting
from gradcalc.console import OutputError
from gradcalc.errors import UsageError

_SUFFIX = ".part"


class Destination:
    """Writes answers beside the file `path`. A device or a pipe of that name is written to at once.

    With `resume` what FILE.part holds is kept, or what FILE holds if there is no other; without, a FILE.part is in the
    way. After an error a FILE.part that is empty, or holds no more than FILE, goes.
    """

    def __init__(self, path: str, setting: Setting, *, resume: bool) -> None:
        self._setting = setting
        try:
            self._final = Path(os.path.realpath(path))
            self._direct = self._final.exists() and not self._final.is_file()
        except OSError as error:  # the name is too long, or relative to a directory that is no more
            raise _not_written(error, path) from None
        if self._final.is_dir() or not path:
            raise UsageError(f"'{path}' is not the name of a file" if not path else f"{path} is a directory")
        if resume and self._direct:
            raise UsageError(f"{path} is no file, so there is nothing to go on with", hint="leave out --resume")
        self.part = self._final if self._direct else self._final.with_name(self._final.name + _SUFFIX)
        self._answers = 0
        self._is_copy = False
        try:
            self._file = self._opened(resume=resume)
        except OSError as error:
            raise _not_written(error) from None

    def __enter__(self) -> Destination:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with contextlib.suppress(OSError):  # what could not be written has been told
            self._file.close()
            if kind is not None and not self._direct and (self._is_copy or not self.part.stat().st_size):
                self.part.unlink()

    def go_on(self, lines: Iterator[Line]) -> Held:
        """Keep the answers that are there, and take from `lines` those that they answer."""
        found = held(self._file, lines, self._setting)
        self._answers = found.lines
        self._file.seek(found.stop)
        self._file.truncate()
        return found

    def write(self, text: str) -> None:
        """Write an answer, and leave it to the system."""
        self._write(text if self._answers else heading(self._setting) + text)
        self._answers += 1

    def finish(self) -> None:
        """Give the file its name."""
        if not self._answers:
            self._write(heading(self._setting))
        if self._direct:
            return
        try:
            os.fsync(self._file.fileno())
            self.part.replace(self._final)
        except OSError as error:
            raise _not_written(error) from None

    def _write(self, text: str) -> None:
        self._is_copy = False
        try:
            self._file.write(text.encode("utf-8", "backslashreplace"))
            self._file.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _not_written(error) from None

    def _opened(self, *, resume: bool) -> IO[bytes]:
        if self._direct:
            return self._final.open("wb", buffering=0)
        if resume and self._final.exists() and not self.part.exists():
            shutil.copyfile(self._final, self.part)
            self._is_copy = True
        file = self.part.open("r+b" if self.part.exists() else "x+b")
        told = hint = ""
        if not self._took(file):
            told = f"{self.part.name} is being written by another run"
        elif not resume and self.part.stat().st_size:  # an empty one has nothing to lose
            told = f"{self.part.name} is there, from a run that was interrupted"
            hint = "add --resume to go on with it, or remove it"
        if told:
            file.close()
            raise UsageError(told, hint=hint)
        return file

    def _took(self, file: IO[bytes]) -> bool:
        """Whether this run alone writes FILE.part: it has the lock, and nobody has renamed the file meanwhile."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return os.path.samestat(os.fstat(file.fileno()), self.part.stat())
        except (BlockingIOError, FileNotFoundError):
            return False


def _not_written(error: OSError, path: str = "") -> OutputError:
    reason = (error.strerror or "an input/output error").lower()
    where = f" to {error.filename or path}" if error.filename or path else ""
    return OutputError(f"the answers could not be written{where}: {reason}")
