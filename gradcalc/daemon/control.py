"""Start the daemon, stop it, ask how it does.

Comes in: seconds of idleness. Goes out: `Report`s. Raises `DaemonError`. Imports `errors` and modules of this package.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gradcalc.daemon import client, holder, launch, place, protocol
from gradcalc.daemon.identity import identity
from gradcalc.errors import GradcalcError, Status
from gradcalc.exhaustion import exhausted

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
    """The daemon of this user; None where none runs."""
    try:
        fields = _request(protocol.STATUS)
        if fields is not None:
            process, started, answered, answering, memory, idle, same = fields
            facts = (int(process), float(started), int(answered), int(answering), int(memory), float(idle))
            return Report(*facts, same == b"1", _socket())
    except (OSError, EOFError, ValueError, protocol.ProtocolError) as error:
        raise DaemonError("the daemon does not answer", hint="write gradcalc daemon stop") from error
    if _out_of_reach():
        raise DaemonError("the daemon's socket was removed", hint="write gradcalc daemon stop")
    return None


def start(idle: float) -> tuple[Report, bool]:
    """A daemon that is ready, and whether it is a new one. One that would not answer for this process is replaced."""
    if _out_of_reach():
        stop()
    running = status()
    if running is not None and running.same:
        return running, False
    if running is not None:
        stop()
    new = _launch(idle)
    if not new and _locked():
        _holder()
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
    """End the daemon and wait until it is gone; False where none was there. No other process is ever signalled."""
    if not _locked():
        return False
    asked = False
    with contextlib.suppress(OSError, EOFError, protocol.ProtocolError):
        asked = _request(protocol.STOP) is not None
    if asked and _wait():
        return True
    process = _holder()
    for number in (signal.SIGKILL,) if asked else (signal.SIGTERM, signal.SIGKILL):  # it may be only just starting
        with contextlib.suppress(ProcessLookupError):  # it has ended at this moment
            os.kill(process, number)
        if _wait():
            return True
    raise DaemonError(f"the daemon, process {process}, does not end")


def clean() -> bool:
    """Remove the socket of a daemon that is no more; whether there was one."""
    if not place.safe(place.directory()) or _locked():
        return False
    try:
        Path(_socket()).unlink()
    except FileNotFoundError:
        return False
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
        raise exhausted(error) or DaemonError(f"the daemon cannot be started: {error}") from error


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


def _holder() -> int:
    """The process that holds the lock. Raises `DaemonError` where that is not certainly the daemon."""
    process = holder.signed(_lock())
    if process is None:
        told = "the daemon's lock is held by a process that is not known to be the daemon"
        raise DaemonError(told, hint=f"see who has {_lock()} open")
    return process


def _lock() -> Path:
    return Path(place.directory(), place.LOCK)


def _locked() -> bool:
    """Whether a daemon of this user holds the lock; one in a directory that others can enter says nothing."""
    return place.safe(place.directory()) and holder.is_held(_lock())


def _out_of_reach() -> bool:
    """Whether a daemon runs that nobody can ask, because its socket was removed."""
    return not Path(_socket()).exists() and _locked() and holder.signed(_lock(), serves=True) is not None


def _wait() -> bool:
    deadline = time.monotonic() + _ENDING
    while _locked():
        if time.monotonic() > deadline:
            return False
        time.sleep(_STEP)
    return True


def _last_words() -> str:
    try:
        lines = Path(place.directory(), place.LOG).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""
