"""The daemon's own process, `python -m gradcalc.warm`: everything is imported, then the loop begins that forks it.

Comes in: seconds of idleness, and `--foreground`. Goes out: on stdout a word for whoever started it, `launch.READY` or
`launch.LOCKED`. Imports everything, before the first fork; runs nothing that starts a thread or a CUDA context.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import io
import os
import pkgutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import gradcalc
from gradcalc.daemon import holder, launch, place
from gradcalc.daemon.identity import identity
from gradcalc.exhaustion import exhausted

#: What the formulas of a first question make SymPy load and remember.
_EXERCISES = ("sin(x**2)", "x**2*log(x) + exp(-x)/x", "sqrt(x) + tan(x)**3 + atan(x)", "1/(1 + exp(-x)) + x**y")
_REHEARSAL = (["diff", "cos(x**3)", "--at", "2"], ["diff", "x*exp(-x)", "--at", "1", "--format", "json"])
_LAST = 1 << 16
_ATTEMPTS, _PAUSE = 10, 0.02


def main(idle: float, *, foreground: bool) -> int:
    """Be the daemon, unless there is one; the exit status."""
    os.closerange(3, _LAST)
    if not foreground:
        os.setsid()
    os.umask(0o077)
    folder = place.directory()
    place.prepare(folder)
    os.chdir(folder)
    lock = os.open(place.LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if not _lock(lock):
        _tell(launch.LOCKED)
        return 0
    holder.sign(lock, serves=False)
    if not foreground:
        log = os.open(place.LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        os.dup2(log, 2)
        os.close(log)
    _serve(idle, lock, foreground=foreground)
    return 0


def _serve(idle: float, lock: int, *, foreground: bool) -> None:
    own = identity()
    unchanged = load()
    from gradcalc.daemon.server import Server

    socket_path = Path(place.SOCKET)
    socket_path.unlink(missing_ok=True)  # the lock is ours: whoever left it there has ended
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(place.SOCKET)
    listener.listen(512)
    nowhere = os.open(os.devnull, os.O_RDWR)
    holder.sign(lock, serves=True)
    try:
        _tell(launch.READY)
        if not foreground:
            os.dup2(nowhere, 1)
        Server(listener, own, idle, _program, rehearse, unchanged).serve()
    finally:
        holder.sign(lock, serves=False)
        socket_path.unlink(missing_ok=True)


def _lock(lock: int) -> bool:
    """Take the lock; who only looks whether it is free holds it for a moment."""
    for _ in range(_ATTEMPTS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
        else:
            return True
    return False


def load() -> Callable[[], bool]:
    """Import the program with all its libraries and let SymPy do what a first question costs; no thread may come of it.

    Returns whether the files behind the modules are still the same.
    """
    from gradcalc.engines.symbolic import client
    from gradcalc.processes import children

    # Before SymPy and numpy read them. gradcalc does not compute with numpy, whose threads would be in the way.
    for name, value in {**client.SYMPY_DEFAULTS, "OPENBLAS_NUM_THREADS": "1"}.items():
        os.environ.setdefault(name, value)
    for module in pkgutil.walk_packages(gradcalc.__path__, "gradcalc."):
        importlib.import_module(module.name)
    for name in ("flint", "graphviz", "rich.table", "sympy", "torch"):
        importlib.import_module(name)
    from gradcalc.engines.symbolic.answers import answers
    from gradcalc.engines.symbolic.protocol import Question
    from gradcalc.language.parser import parse

    for formula in _EXERCISES:
        tape = parse(formula)
        tuple(answers(Question(tape, tape.variables, 1, "float64", {}, 10.0)))
    client.fork_processes()
    if children.threads() not in {1, None}:
        raise RuntimeError("a library has started a thread: nothing can be forked")
    gc.collect()
    gc.freeze()
    return _watch()


def rehearse() -> None:
    """Answer questions into the void, in a process that is to answer one."""
    from gradcalc.__main__ import answer
    from gradcalc.console import Console

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for tokens in _REHEARSAL:
        answer(tokens, Console(io.StringIO(), io.StringIO(), {}))
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _program(tokens: Sequence[str], tell: Callable[[int], None]) -> NoReturn:
    from gradcalc.__main__ import live

    sys.argv = ["gradcalc", *tokens]
    live(tokens, tell)


def _watch() -> Callable[[], bool]:
    """The program's files and the first of each library, as they are now."""
    watched = [
        file
        for name, module in sys.modules.items()
        if (name.startswith("gradcalc") or "." not in name) and (file := getattr(module, "__file__", None))
    ]

    def states() -> list[tuple[int, int, int] | None]:
        return [_state(file) for file in watched]

    before = states()
    return lambda: states() == before


def _state(file: str) -> tuple[int, int, int] | None:
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _tell(word: bytes) -> None:
    os.write(1, word + b"\n")


if __name__ == "__main__":
    try:
        status = main(float(sys.argv[1]), foreground="--foreground" in sys.argv)
    except Exception as error:
        if (lack := exhausted(error)) is None:
            raise
        os.write(2, f"{lack.message} ({lack.hint})\n".encode())  # the log's last words, which the starter passes on
        status = int(lack.status)
    sys.exit(status)
