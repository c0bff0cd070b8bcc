"""Start the daemon, stop it, ask how it does.

Comes in: seconds of idleness. Goes out: `Report`s. Raises `DaemonError`. Imports `errors` and modules of this package.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gradcalc.daemon import client, launch, place, protocol
from gradcalc.daemon.identity import identity
from gradcalc.errors import GradcalcError, Status

#: Seconds for the daemon to be ready, and to end; it gives questions under way ten.
_STARTING, _ENDING = 120.0, 20.0
_STEP = 0.02


class DaemonError(GradcalcError):
    """The daemon cannot be started or stopped."""

    status = Status.NOT_COMPUTED
    kind = "daemon"


@dataclass(frozen=True, slots=True)
class Report:
    """How a daemon does.

    process: its number. started: seconds since the epoch. answered: questions so far; answering: at the moment. memory:
    bytes it has held at most, most of which its processes share. idle: seconds without a question after which it ends.
    same: whether it answers for this process, or is of another installation, interpreter or environment. socket: its
    path.
    """

    process: int
    started: float
    answered: int
    answering: int
    memory: int
    idle: float
    same: bool
    socket: str


def status() -> Report | None:
    """The daemon of this user; None where none runs. What a dead one has left behind is cleaned up."""
    try:
        fields = _request(protocol.STATUS)
        if fields is not None:
            process, started, answered, answering, memory, idle, same = fields
            facts = (int(process), float(started), int(answered), int(answering), int(memory), float(idle))
            return Report(*facts, same == b"1", _socket())
    except (OSError, EOFError, ValueError, protocol.ProtocolError) as error:
        raise DaemonError("the daemon does not answer", hint="write gradcalc daemon stop") from error
    _clean()
    return None


def start(idle: float) -> tuple[Report, bool]:
    """A daemon that is ready, and whether it is a new one. One that would not answer for this process is replaced."""
    running = status()
    if running is not None and not running.same:
        stop()
        running = None
    if running is not None:
        return running, False
    new = _launch(idle)
    deadline = time.monotonic() + _STARTING
    while (found := status()) is None and _locked() and time.monotonic() < deadline:
        time.sleep(_STEP)  # another one is being started at this moment
    if found is None:
        raise DaemonError("the daemon did not start", hint=_last_words())
    return found, new


def run(idle: float) -> None:
    """Become the daemon, in this terminal. Does not return."""
    with _complaints():
        place.prepare(place.directory())
    arguments = launch.command(idle, foreground=True)
    os.execve(arguments[0], arguments, launch.environment())  # noqa: S606 - this program again, without a shell


def stop() -> bool:
    """End the daemon and wait until it is gone; False where none was there."""
    process = _holder()
    if process is None:
        _clean()
        return False
    with contextlib.suppress(OSError, EOFError, protocol.ProtocolError):
        if _request(protocol.STOP) is None:
            os.kill(process, signal.SIGTERM)  # it is only just starting
    if not _wait():
        os.kill(process, signal.SIGKILL)
        if not _wait():
            raise DaemonError(f"the daemon, process {process}, does not end")
    _clean()
    return True


def _launch(idle: float) -> bool:
    """Start a daemon and wait for its word; whether it is the one that serves."""
    with _complaints():
        place.prepare(place.directory())
        ours, told = os.pipe()
        launch.launch(idle, told)
        os.close(told)
    with os.fdopen(ours, "rb") as answer:
        return answer.readline().strip() == launch.READY


@contextlib.contextmanager
def _complaints() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DaemonError(f"the daemon cannot be started: {error}") from error


def _request(verb: bytes) -> list[bytes] | None:
    """The daemon's answer in fields, none if it has nothing to say; None where no daemon is to be reached."""
    connection = client.connect()
    if connection is None:
        return None
    try:
        connection.settimeout(_ENDING)
        protocol.send(connection, protocol.pack([verb, identity().encode()]))
        return protocol.reply(connection)[1].split(b"\0") if verb == protocol.STATUS else []
    finally:
        connection.close()


def _socket() -> str:
    return f"{place.directory()}/{place.SOCKET}"


def _holder() -> int | None:
    """The process that holds the lock; None where nobody does."""
    if not _locked():
        return None
    number = Path(place.directory(), place.LOCK).read_text(encoding="ascii").strip()
    return int(number) if number.isdecimal() else None


def _locked() -> bool:
    try:
        lock = os.open(f"{place.directory()}/{place.LOCK}", os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _wait() -> bool:
    deadline = time.monotonic() + _ENDING
    while _locked():
        if time.monotonic() > deadline:
            return False
        time.sleep(_STEP)
    return True


def _clean() -> None:
    """Remove the socket of a daemon that is no more."""
    if place.safe(place.directory()) and not _locked():
        with contextlib.suppress(FileNotFoundError):
            Path(_socket()).unlink()


def _last_words() -> str:
    try:
        lines = Path(place.directory(), place.LOG).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""
