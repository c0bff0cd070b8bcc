"""Who holds the daemon's lock: the file says, and what it says is true only as long as that process lives.

Comes in: the lock, as a descriptor or a path. Goes out: a process that is certainly the daemon, or none. Imports the
standard library.

The number of a process that has ended is given to another one; a number with the time at which it started is not.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

#: Where /proc/PID/stat has the ticks from the boot to the start, counted behind the name (proc(5): field 22).
_START = 22 - 3


_SERVES = "serves"


def sign(lock: int, *, serves: bool) -> None:
    """Write into the lock that this process holds it, and whether it can be asked by now."""
    os.ftruncate(lock, 0)
    words = [str(os.getpid()), str(_started(os.getpid())), *([_SERVES] if serves else [])]
    os.pwrite(lock, f"{' '.join(words)}\n".encode(), 0)


def is_held(lock: Path) -> bool:
    """Whether some process holds the lock."""
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def signed(lock: Path, *, serves: bool = False) -> int | None:
    """The process that has signed the lock, and `serves`; None where none has, or it is another one by now."""
    try:
        number, started, *more = lock.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    if not number.isdecimal() or _started(int(number)) != started or (serves and _SERVES not in more):
        return None
    return int(number)


def _started(process: int) -> str | None:
    """When a process started, in a word that no later one with its number has; None where there is none."""
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return None
        return fields[_START].decode("ascii")
    command = ["/bin/ps", "-o", "lstart=", "-p", str(process)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed program and a number
    return "-".join(told.stdout.split()) or None
