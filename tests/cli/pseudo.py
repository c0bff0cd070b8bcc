"""A program at the other end of a pseudo-terminal, typed at by a test."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Takes the terminal on standard input as its own, so that Ctrl-C there is a signal to it; then it is the command.
_OWN = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
_ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
_PATIENCE = 120


class Terminal:
    """The terminal, and `process`, which believes that somebody sits there. `raw` is all that came from it."""

    def __init__(self, descriptor: int, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.raw = b""
        self._descriptor = descriptor
        self._seen = 0

    def type(self, text: str) -> None:
        """Send keys."""
        os.write(self._descriptor, text.encode())

    def press_until(self, keys: str, pattern: str) -> None:
        """Send keys again and again until `pattern` comes: there is no telling when a program begins to heed them."""
        for _ in range(_PATIENCE):
            self.type(keys)
            try:
                self.wait(pattern, patience=1)
            except AssertionError:
                continue
            return
        raise AssertionError(f"{pattern} did not come: {self.raw[-2000:]!r}")

    def wait(self, pattern: str, *, patience: float = _PATIENCE) -> str:
        """The first group of `pattern` in what is printed next, without escape codes; the next call begins behind it."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            new = _ESCAPES.sub(b"", self.raw)[self._seen :]
            if found := re.search(pattern.encode(), new):
                self._seen += found.end()
                return found.group(1).decode()
            if select.select([self._descriptor], [], [], 0.1)[0]:
                chunk = self._read()
                if not chunk:
                    break  # the program has ended
                self.raw += chunk
        raise AssertionError(f"{pattern} did not come: {self.raw[-2000:]!r}")

    def end(self) -> int:
        """The exit status; whatever is printed until then is read."""
        while chunk := self._read():
            self.raw += chunk
        return self.process.wait(_PATIENCE)

    def _read(self) -> bytes:
        try:
            return os.read(self._descriptor, 65536)
        except OSError:  # what Linux says when the other end is closed
            return b""


@contextmanager
def terminal(command: list[str], environ: dict[str, str], folder: Path) -> Iterator[Terminal]:
    """A command in a pseudo-terminal of its own, killed at the end."""
    master, slave = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _OWN, *command],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environ,
        cwd=folder,
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Terminal(master, process)
    finally:
        process.kill()
        process.wait()
        os.close(master)
