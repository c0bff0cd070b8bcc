"""The program's end of the line to the SymPy process.

Comes in: a `Question`. Goes out: `Pending`, whose `collect` waits for the answers until the deadline and ends the
process if it is late. Imports the standard library and `protocol`.
"""

from __future__ import annotations

import atexit
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import gradcalc
from gradcalc.engines.symbolic.protocol import Derivative, Question, encode_question

_CHUNK = 1 << 16


def ask(question: Question) -> Pending:
    """Send a question and return at once; the SymPy process starts with the first one."""
    return Pending(question)


class Pending:
    """A question under way; a context manager, since one question at a time is asked of the shared process."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._deadline = time.monotonic() + question.seconds
        _LOCK.acquire()
        self._process = _shared()
        self._process.send(encode_question(question))
        self._answered = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._answered:
            self._process.end()
        _LOCK.release()

    def collect(self) -> tuple[Derivative, ...]:
        """The derivatives in the order of the question; what was not ready in time says so in `reason`."""
        found = {name: Derivative(name) for name in self._question.wrt}
        late = f"SymPy was stopped after {self._question.seconds:g} s"
        reason = ""
        while True:
            try:
                answer = self._process.receive(self._deadline)
            except EOFError:
                reason = "the SymPy process ended unexpectedly"
                self._process.end()
                break
            except TimeoutError:
                reason = late
                self._process.end()
                break
            if answer.get("done"):
                break
            name = answer.pop("wrt", None)
            if name is None:
                reason = answer["reason"]
            else:
                found[name] = replace(found[name], **answer)
        self._answered = True
        return tuple(d if d.expression or d.reason else replace(d, reason=reason) for d in found.values())


class _Process:
    """The SymPy process and the pipe to it."""

    def __init__(self) -> None:
        # -P and an explicit path: a sympy.py in the working directory must not be imported.
        root = str(Path(gradcalc.__file__).parents[1])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        self._popen = subprocess.Popen(
            [sys.executable, "-P", "-m", "gradcalc.engines.symbolic.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("GRADCALC_DEBUG") else subprocess.DEVNULL,
            # With SymPy's default of 1,000 entries a long sum pushes its own terms out of the cache.
            env={"SYMPY_CACHE_SIZE": "100000", **os.environ, "PYTHONPATH": path},
        )
        self.owner = os.getpid()
        self._buffer = bytearray()
        assert self._popen.stdout is not None, "a pipe was asked for"
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._popen.stdout, selectors.EVENT_READ)

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    def send(self, line: bytes) -> None:
        assert self._popen.stdin is not None, "a pipe was asked for"
        try:
            self._popen.stdin.write(line)
            self._popen.stdin.flush()
        except BrokenPipeError:
            self.end()  # receive() then finds the pipe closed, and the reason is given there

    def receive(self, deadline: float) -> dict[str, Any]:
        """The next document. Raises TimeoutError when the deadline passes, EOFError when the process has ended."""
        assert self._popen.stdout is not None, "a pipe was asked for"
        scanned = 0
        while (stop := self._buffer.find(b"\n", scanned)) < 0:
            scanned = len(self._buffer)
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not self._selector.select(remaining):
                raise TimeoutError
            chunk = os.read(self._popen.stdout.fileno(), _CHUNK)
            if not chunk:
                raise EOFError
            self._buffer += chunk
        document: dict[str, Any] = json.loads(self._buffer[:stop])
        del self._buffer[: stop + 1]
        return document

    def kill(self) -> None:
        self._popen.kill()

    def end(self) -> None:
        self._popen.kill()
        self._popen.wait()
        for pipe in (self._popen.stdin, self._popen.stdout):
            if pipe is not None:
                _close(pipe)
        self._selector.close()


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        return  # what was still unsent has no reader any more


_LOCK = threading.Lock()
_PROCESS: list[_Process] = []


def _shared() -> _Process:
    """The living process of this program; a forked child starts one of its own."""
    if _PROCESS and (_PROCESS[0].owner != os.getpid() or not _PROCESS[0].alive):
        _PROCESS.clear()
    if not _PROCESS:
        _PROCESS.append(_Process())
    return _PROCESS[0]


def kill() -> None:
    """Kill the process of this program without waiting for its end: for a signal handler."""
    for process in _PROCESS:
        if process.owner == os.getpid():
            process.kill()


def _end_shared() -> None:
    """End the process and wait for it, so that no trace of it is left behind."""
    for process in _PROCESS:
        if process.owner == os.getpid() and process.alive:
            process.end()


atexit.register(_end_shared)
