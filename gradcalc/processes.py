"""The processes that this program starts: none outlives it, whatever signal ends it.

Comes in: a command. Goes out: its process, remembered until nobody holds it any more. Imports the standard library
only.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

#: Each process with the id of the one that started it: a forked child must not end what belongs to its parent.
_STARTED: WeakKeyDictionary[subprocess.Popen[bytes], int] = WeakKeyDictionary()


def start(
    command: Sequence[str], *, stderr: int | None = subprocess.DEVNULL, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a command, without a shell, with pipes to its standard input and output. Raises OSError."""
    process = subprocess.Popen(  # noqa: S603 - an interpreter or a program found by name, with fixed arguments
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, env=env
    )
    _STARTED[process] = os.getpid()
    return process


def kill_all() -> None:
    """Kill what this process has started, without waiting for its end: for a signal handler."""
    for process, owner in list(_STARTED.items()):
        if owner == os.getpid():
            process.kill()
