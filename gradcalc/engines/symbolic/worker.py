"""The SymPy process: questions on standard input, answers on standard output, one JSON document a line.

Comes in: lines of `protocol.encode_question`. Goes out: for each question `{"ready": MOMENT}` once SymPy is loaded, on
the clock `time.monotonic`, which all processes share; a line for every derivative as soon as it is known, then lines
with its typeset forms, for an identity a line for every claim, and `{"done": true, "grown": BYTES}`, since SymPy was
loaded; the reader loses only what was not reached when it ends this process. Without `done` the process ends by itself.
Imports SymPy after the first question has arrived, while the other engines start.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from gradcalc.engines.symbolic.protocol import Identity, Question, decode_question
from gradcalc.processes import children

_MEMORY = 4 << 30
_RECURSION = 20_000
#: Seconds beyond a question's own, for loading SymPy too: the other end stops a late answer long before.
_GRACE = 60


def main() -> None:
    """Answer questions until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program, which ends this process
    memory = children.mapped() + _MEMORY
    for line in sys.stdin.buffer:
        question = decode_question(line)
        _limit(question.seconds, memory)
        answer: dict[str, Any] = {}
        for answer in _answers(question):
            _send(answer)
        if "done" not in answer:
            return


def _send(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


@cache
def _loaded() -> int:
    """Bytes of this process that were in memory when SymPy had been loaded, which is at the first call."""
    return _resident()


def _resident() -> int:
    """Bytes of this process that are in memory, or the most that ever were where the system does not tell."""
    import resource

    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _limit(seconds: float, memory: int) -> None:
    """Bound memory and processor time, so that a process whose parent died cannot run on."""
    import resource

    sys.setrecursionlimit(_RECURSION)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime + seconds) + _GRACE
    for limit, most in ((resource.RLIMIT_CPU, cpu), (resource.RLIMIT_AS, memory)):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _answers(question: Question | Identity) -> Iterator[dict[str, Any]]:
    """Whatever SymPy trips over becomes an answer; then `done`, if this process may live on for the next question."""
    try:
        gc.disable()  # while SymPy makes its million objects there is nothing to collect
        from gradcalc.engines.symbolic.answers import answers
        from gradcalc.engines.symbolic.proofs import proofs

        gc.enable()
        _loaded()
        yield {"ready": time.monotonic()}
        yield from proofs(question) if isinstance(question, Identity) else answers(question)
    except MemoryError:  # what SymPy keeps might fill it for the next question too
        yield {"reason": "SymPy needed more memory than it may use"}
        return
    except RecursionError:
        yield {"reason": "the formula is too deep for SymPy"}
    except Exception as error:
        if os.environ.get("GRADCALC_DEBUG"):
            raise
        yield {"reason": f"SymPy failed on this formula ({type(error).__name__})"}
    yield {"done": True, "grown": _resident() - _loaded()}


if __name__ == "__main__":
    main()
