"""What the tests see of processes from outside, by Linux's /proc: ps(1) may cut a long command line."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def children(process: int, module: str = "") -> list[int]:
    """The living processes whose parent is `process` and whose command line contains `module`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int(_fields(entry)[1])
                command = (entry / "cmdline").read_bytes().decode()
            except OSError:  # it has just ended
                continue
            if parent == process and module in command and alive(int(entry.name)):
                found.append(int(entry.name))
    return found


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return _fields(Path(f"/proc/{process}"))[0] != "Z"
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait for something that another process does; far longer than it takes."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.02)


def _fields(process: Path) -> list[str]:
    """The fields of its stat, from the state on: the name before them may hold anything."""
    return (process / "stat").read_text().rpartition(")")[2].split()
