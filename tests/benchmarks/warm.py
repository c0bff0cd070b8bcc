"""What a daemon saves: `python -m tests.benchmarks.warm [REPEATS]`.

Comes in: the program, for which a daemon is started in a directory of its own. Goes out: a table on stdout, and status 1
if a budget is exceeded. All commands of a row take turns, and their best times are compared.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from gradcalc.daemon import protocol
from tests.warm import Daemon, started

PYTHON = sys.executable
GRADCALC = (PYTHON, "-m", "gradcalc")
QUESTION = ("diff", "sin(x**2)", "--at", "4")
#: Between two commands: a person does not ask faster, and the daemon makes ready for the next question.
_PAUSE = 0.5


def seconds(command: Sequence[str], environ: Mapping[str, str]) -> float:
    """The wall-clock seconds of one run, output discarded."""
    time.sleep(_PAUSE)
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True, env=environ)
    return time.perf_counter() - start


def best(commands: Mapping[str, Sequence[str]], daemon: Daemon, repeats: int) -> dict[str, float]:
    """The best seconds of each command; those whose name begins with `cold` do without the daemon."""
    warm, cold = daemon.environment(), daemon.environment(GRADCALC_DAEMON="off")
    turns = [
        {name: seconds(command, cold if name.startswith("cold") else warm) for name, command in commands.items()}
        for _ in range(repeats)
    ]
    return {name: min(turn[name] for turn in turns) for name in commands}


@contextmanager
def stub(folder: Path) -> Iterator[Daemon]:
    """A daemon that answers every question with status 0 and nothing else: what is left is the client's own time."""
    daemon = Daemon(folder)
    daemon.folder.mkdir(mode=0o700)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(daemon.socket))
    listener.listen()

    def serve() -> None:
        with contextlib.suppress(OSError):  # the end: the listener is shut down
            while True:
                connection, _ = listener.accept()
                connection.sendall(protocol.ACCEPTED)
                connection.recv(1 << 20)
                connection.sendall(protocol.STARTED + bytes(4) + protocol.EXITED + bytes(1))
                connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield daemon
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def main(repeats: int = 7) -> int:
    """Measure, print, and return 1 if something takes longer than it may."""
    script = Path(PYTHON).with_name("gradcalc")
    commands = {
        "python -c pass": (PYTHON, "-c", "pass"),
        "cold diff": (*GRADCALC, *QUESTION),
        "warm diff": (str(script), *QUESTION) if script.exists() else (*GRADCALC, *QUESTION),
        "warm diff, python -m": (*GRADCALC, *QUESTION),
        "cold --help": (*GRADCALC, "--help"),
        "warm --help": (*GRADCALC, "--help"),
        "cold TAB": (*GRADCALC, "completion", "bash", "--", "gradcalc di"),
        "warm TAB": (*GRADCALC, "completion", "bash", "--", "gradcalc di"),
    }
    if shutil.which("qalc"):
        commands["qalc"] = ("qalc", "-t", "diff(sin(x^2), x, 4)")
    with tempfile.TemporaryDirectory() as folder, started(Path(folder)) as daemon:
        found = best(commands, daemon, repeats)
    with tempfile.TemporaryDirectory() as folder, stub(Path(folder)) as daemon:
        alone = {"python -c pass again": commands["python -c pass"], "the client alone": commands["warm diff"]}
        found |= best(alone, daemon, 3 * repeats)
    table = Table("command", "seconds")
    for name, took in found.items():
        table.add_row(name, f"{took:.3f}")
    console = Console(width=100)
    console.print(table, f"load average {os.getloadavg()[0]:.1f}")
    budgets = [("warm diff", "cold diff", 1 / 20), ("the client alone", "python -c pass again", 2.0)]
    if "qalc" in found:
        budgets.append(("warm diff", "qalc", 1.0))
    status = 0
    for what, against, most in budgets:
        ratio = found[what] / found[against]
        status |= ratio > most
        console.print(f"{what} / {against}: {ratio:.3f}, at most {most:g}: {'EXCEEDED' if ratio > most else 'kept'}")
    return status


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
