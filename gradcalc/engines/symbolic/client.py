"""The program's end of the line to the SymPy process.

Comes in: a `Question`. Goes out: `Pending`, whose `collect` waits for the answers until the deadline; a process that
is late is ended, and one that has grown too much once it has answered: the next question gets a new one. Imports the
standard library, `processes` and `protocol`.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import selectors
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from gradcalc.engines.symbolic.protocol import ENDED, Derivative, Identity, Proof, Question, encode_question
from gradcalc.processes import children

#: For SymPy's environment: with its default of 1,000 entries a long sum pushes its own terms out of the cache.
SYMPY_DEFAULTS = {"SYMPY_CACHE_SIZE": "100000"}

_CHUNK = 1 << 16
#: Bytes that may wait to be read, while the program is busy with torch: the most that Linux gives without privileges.
_PIPE = 1 << 20
#: Bytes by which the process may grow: SymPy keeps some of each formula, 90 MB of a thousand.
MOST_GROWN = 200 << 20
#: Seconds in which SymPy must have been loaded; they do not count as a question's.
_START = 60.0


@contextmanager
def ask(question: Question | Identity) -> Iterator[Pending]:
    """Send a question and go on at once; the SymPy process starts with the first one.

    One question at a time is asked of the shared process: another thread waits here for its turn, and its time counts
    from then. A process whose answer was not awaited to the end is ended.
    """
    with _LOCK:
        process = _shared()
        pending = Pending(question, process)
        try:
            process.send(encode_question(question))
            yield pending
        finally:
            if not pending.answered or pending.grown > MOST_GROWN:
                process.end()


class Pending:
    """A question under way.

    answered: whether the process has nothing more to say about it. grown: the bytes by which it has then grown.
    """

    def __init__(self, question: Question | Identity, process: _Process) -> None:
        self.answered = False
        self.grown = 0
        self._question = question
        self._process = process
        self._deadline = time.monotonic() + question.seconds + (0 if process.ready else _START)

    def collect(self) -> tuple[Derivative, ...]:
        """The derivatives in the order of the question; what was not ready in time says so in `reason`."""
        found = {name: Derivative(name) for name in self._question.wrt}
        reason = self._wait(lambda name, answer: found.update({name: replace(found[name], **answer)}))
        return tuple(d if d.expression or d.reason else replace(d, reason=reason) for d in found.values())

    def proofs(self) -> tuple[Proof, ...]:
        """What became of each claim of an `Identity`, in its order; what was not ready in time says so in `reason`."""
        found: dict[str, Proof] = {}
        reason = self._wait(lambda name, answer: found.update({name: Proof(name, **answer)}))
        return tuple(found.get(name, Proof(name, reason=reason)) for name in self._question.wrt)

    def _wait(self, take: Callable[[str, dict[str, Any]], None]) -> str:
        """Hand on each answer about a variable as it comes; the reason why there are no more, empty at the end."""
        reason = ""
        try:
            while not self.answered:
                answer = self._process.receive(self._deadline)
                if answer.get("done"):
                    self.answered, self.grown = True, answer["grown"]
                elif "ready" in answer:
                    self._process.ready = True
                    self._deadline = answer["ready"] + self._question.seconds
                elif "wrt" in answer:
                    take(answer.pop("wrt"), answer)
                else:
                    reason = answer["reason"]
        except EOFError:
            reason = reason or ENDED
        except TimeoutError:
            reason = f"SymPy was stopped after {self._question.seconds:g} s"
        return reason


class _Process:
    """The SymPy process and the pipe to it."""

    def __init__(self) -> None:
        forking = _FORKING and "sympy" in sys.modules and children.threads() == 1
        self._popen = _fork() if forking else _spawn()
        self.owner = os.getpid()
        self.ready = False
        self._buffer = bytearray()
        assert self._popen.stdout is not None, "a pipe was asked for"
        _widen(self._popen.stdout.fileno())
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._popen.stdout, selectors.EVENT_READ)

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    def send(self, line: bytes) -> None:
        assert self._popen.stdin is not None, "a pipe was asked for"
        with contextlib.suppress(BrokenPipeError):  # receive() finds the end of the process and says so
            self._popen.stdin.write(line)
            self._popen.stdin.flush()

    def receive(self, deadline: float) -> dict[str, Any]:
        """The next document. Raises TimeoutError when the deadline passes, EOFError when the process has ended.

        What was said before the deadline is read after it too.
        """
        assert self._popen.stdout is not None, "a pipe was asked for"
        scanned = 0
        while (stop := self._buffer.find(b"\n", scanned)) < 0:
            scanned = len(self._buffer)
            if not self._selector.select(max(0.0, deadline - time.monotonic())):
                raise TimeoutError
            chunk = os.read(self._popen.stdout.fileno(), _CHUNK)
            if not chunk:
                raise EOFError
            self._buffer += chunk
        document: dict[str, Any] = json.loads(self._buffer[:stop])
        del self._buffer[: stop + 1]
        return document

    def end(self) -> None:
        children.end(self._popen)
        self._selector.close()


def _widen(pipe: int) -> None:
    """Let more of what is written wait in a pipe, where the system can."""
    with contextlib.suppress(AttributeError, OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _spawn() -> children.Process:
    return children.start_module("gradcalc.engines.symbolic.worker", defaults=SYMPY_DEFAULTS)


def _fork() -> children.Process:
    from gradcalc.engines.symbolic import worker

    return children.fork(worker.main)


def fork_processes() -> None:
    """From now on fork the process where that is safe: SymPy is imported, and this process has one thread."""
    _FORKING.append(True)


_FORKING: list[bool] = []
_LOCK = threading.Lock()
_PROCESS: list[_Process] = []


def _shared() -> _Process:
    """The living process of this program; a forked child starts one of its own."""
    if _PROCESS and (_PROCESS[0].owner != os.getpid() or not _PROCESS[0].alive):
        _PROCESS.clear()
    if not _PROCESS:
        _PROCESS.append(_Process())
    return _PROCESS[0]


def _end_shared() -> None:
    """End the process and wait for it, so that no trace of it is left behind."""
    for process in _PROCESS:
        if process.owner == os.getpid() and process.alive:
            process.end()


atexit.register(_end_shared)
