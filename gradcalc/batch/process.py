"""The parent's end of the line to one process that answers lines.

Comes in: a `Line`. Goes out: its `Answered`; on the way SymPy is asked what the process wants to know. Raises
`ComputationError` and `LimitError`. Imports the symbolic engine and this package; see `worker` for what is said.
"""

from __future__ import annotations

import json
import select
import subprocess
from dataclasses import asdict
from typing import Any

from gradcalc.batch.answers import Answered
from gradcalc.batch.lines import Line
from gradcalc.batch.questions import Setting
from gradcalc.engines import symbolic
from gradcalc.errors import ComputationError, LimitError
from gradcalc.exhaustion import exhausted
from gradcalc.processes import children

#: The certified engine bounds itself, and few programs keep torch busy for longer: those of a high order.
_SECONDS = 120.0


class Process:
    """A worker, started with its first line, and again after it has ended. It serves one thread."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._popen: subprocess.Popen[bytes] | None = None
        self._ended = False

    def answer(self, line: Line) -> Answered:
        """Have a line answered. Raises `ComputationError` if the process ends over it, `LimitError` if it has to be."""
        try:
            if self._popen is None:
                self._start()
            self._send(line._asdict())
            while "question" in (message := self._receive()):
                self._send({"derivatives": _derivatives(message["question"])})
            return Answered(**message)
        except TimeoutError:
            self.close()
            raise LimitError(f"the line was given up after {_SECONDS:g} seconds, those of SymPy not counted") from None
        except (OSError, EOFError) as error:
            ended = ComputationError(f"the process that computed this line ended unexpectedly ({self.close()})")
            raise exhausted(error) or ended from None

    def kill(self) -> None:
        """End the process for good, whatever it is doing; any thread may call this."""
        self._ended = True
        if self._popen is not None:
            self._popen.kill()

    def _start(self) -> None:
        self._popen = children.start_module("gradcalc.batch.worker")
        if self._ended:  # while it was being started
            self._popen.kill()
        self._send(self._setting.document())

    def close(self) -> str:
        """End the process and let go of it, so that another line starts another one; how it ended."""
        popen, self._popen = self._popen, None
        if popen is None:
            return "it could not be started"
        status = children.end(popen)
        return f"status {status}" if status >= 0 else f"signal {-status}"

    def _send(self, document: dict[str, Any]) -> None:
        assert self._popen is not None, "started"
        assert self._popen.stdin is not None, "a pipe was asked for"
        self._popen.stdin.write(json.dumps(document).encode() + b"\n")
        self._popen.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._popen is not None, "started"
        assert self._popen.stdout is not None, "a pipe was asked for"
        # The process says one thing at a time, so that nothing of it waits in a buffer of ours.
        if not select.select([self._popen.stdout], [], [], _SECONDS)[0]:
            raise TimeoutError
        line = self._popen.stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        document: dict[str, Any] = json.loads(line)
        return document


def _derivatives(line: str) -> list[dict[str, Any]]:
    with symbolic.ask(symbolic.decode_question(line.encode())) as pending:
        return [asdict(derivative) for derivative in pending.collect()]
