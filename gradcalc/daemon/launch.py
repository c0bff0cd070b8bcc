"""The daemon's own process: its command line, and how to start it without waiting for it.

Comes in: seconds of idleness. Goes out: a process. Imports the standard library only, and little of it, for the client.
"""

from __future__ import annotations

import os
import sys

from gradcalc.daemon.identity import package_root

#: Seconds without a question after which the daemon ends.
IDLE = 900.0

#: What `launch` writes on the descriptor that it was given: ready to be asked, or not the first.
READY, LOCKED = b"ready", b"locked"


def command(idle: float, *, foreground: bool = False) -> list[str]:
    """The command line of the daemon."""
    # -P and the path in `environment`: a gradcalc or a torch in the working directory must not be imported.
    return [sys.executable, "-P", "-m", "gradcalc.warm", str(idle), *(["--foreground"] if foreground else [])]


def environment() -> dict[str, str]:
    """The environment of the daemon: this one, in which it finds the package."""
    path = os.pathsep.join(filter(None, (package_root(), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path}


def launch(idle: float = IDLE, told: int | None = None) -> int:
    """Start the daemon, which writes on the descriptor `told` when it is ready; its process number."""
    nowhere = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDWR, 0)
    answer = (os.POSIX_SPAWN_DUP2, 0 if told is None else told, 1)
    actions = [nowhere, answer, (os.POSIX_SPAWN_DUP2, 0, 2)]
    arguments = command(idle)
    return os.posix_spawn(arguments[0], arguments, environment(), file_actions=actions)
