"""The processes that this program starts: none outlives it, whatever signal ends it.

Comes in: a command, or a function for a fork of this process to run. Goes out: the process, remembered until nobody
holds it any more. Imports the standard library only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn
from weakref import WeakKeyDictionary


class Forked:
    """A fork that runs `work` with pipes of its own as standard input and output; it has what is used of Popen."""

    def __init__(self, work: Callable[[], None]) -> None:
        asked, ask = os.pipe()
        answer, answered = os.pipe()
        self._status: int | None = None
        self._process = os.fork()
        if not self._process:
            _run(work, asked, answered)
        os.close(asked)
        os.close(answered)
        self.stdin = os.fdopen(ask, "wb")
        self.stdout = os.fdopen(answer, "rb", buffering=0)

    def poll(self) -> int | None:
        """The wait status once the process has ended."""
        if self._status is None:
            ended, status = os.waitpid(self._process, os.WNOHANG)
            self._status = status if ended else None
        return self._status

    def wait(self) -> int:
        """Wait for the end; the wait status."""
        if self._status is None:
            self._status = os.waitpid(self._process, 0)[1]
        return self._status

    def kill(self) -> None:
        """End the process without waiting for that."""
        if self._status is None:
            os.kill(self._process, signal.SIGKILL)


Process = subprocess.Popen[bytes] | Forked

_LAST_DESCRIPTOR = 1 << 16
_FAULT = 70

#: Each process with the id of the one that started it: a forked child must not end what belongs to its parent.
_STARTED: WeakKeyDictionary[Process, int] = WeakKeyDictionary()


def start(
    command: Sequence[str], *, stderr: int | None = subprocess.DEVNULL, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a command, without a shell, with pipes to its standard input and output. Raises OSError."""
    process = subprocess.Popen(  # noqa: S603 - an interpreter or a program found by name, with fixed arguments
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, env=env
    )
    _STARTED[process] = os.getpid()
    return process


def start_module(
    module: str, arguments: Sequence[str] = (), defaults: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a module of this package in a new interpreter; `defaults` are variables unless the environment has them.

    What it writes to stderr is for developers. Raises OSError.
    """
    # -P and an explicit path: a torch.py or a sympy.py in the working directory must not be imported.
    path = os.pathsep.join(filter(None, (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH"))))
    return start(
        [sys.executable, "-P", "-m", module, *arguments],
        stderr=None if os.environ.get("GRADCALC_DEBUG") else subprocess.DEVNULL,
        env={**(defaults or {}), **os.environ, "PYTHONPATH": path},
    )


def fork(work: Callable[[], None]) -> Forked:
    """Run `work` in a fork of this process, where everything is imported already. Raises OSError."""
    process = Forked(work)
    _STARTED[process] = os.getpid()
    return process


def end(process: Process) -> int:
    """Kill a process, wait for its end and close the pipes to it; the wait status as its `wait` gives it."""
    process.kill()
    status = process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):  # what was still unsent has no reader any more
                pipe.close()
    return status


def kill_all() -> None:
    """Kill what this process has started, without waiting for its end: for a signal handler."""
    for process, owner in list(_STARTED.items()):
        if owner == os.getpid():
            process.kill()


def threads() -> int | None:
    """The threads of this process, those of libraries included; None where the system does not tell."""
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - names are enough
    except OSError:
        return None


def mapped() -> int:
    """Bytes of memory that this process has mapped; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _run(work: Callable[[], None], asked: int, answered: int) -> NoReturn:
    """The life of the process; it does not return into what its parent was about."""
    status = _FAULT
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for number, descriptor in enumerate((asked, answered, nowhere)):
            os.dup2(descriptor, number)
        os.closerange(3, _LAST_DESCRIPTOR)
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - a descriptor
            for number, mode in enumerate("rww")
        )
        work()
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it is, it ends this process only
        traceback.print_exc()
    os._exit(status)
