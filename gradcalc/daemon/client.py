"""The program's side: hand the command line to the daemon, if one runs that would answer the same.

Comes in: a command line. Goes out: its exit status, or None for the cold way. Raises `LostError` where the daemon or
its process went away with the answer. Imports the standard library only, and little of it: all that a warm answer costs
stands here.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import _socket
    from collections.abc import Sequence
    from types import FrameType
    from typing import Any

#: Whether to look for a daemon, and whether to start one where none runs.
VARIABLE = "GRADCALC_DAEMON"
OFF, ON, AUTO = "off", "on", "auto"

#: Commands that are the daemon's master, or a session of their own that would keep one of its places for hours.
_COLD = {"daemon", "repl", "batch"}
#: Devices that cannot be used after a fork.
_COLD_DEVICE = "mps"
#: Seconds for the daemon to accept, which it does at once unless the machine is flooded; a stopped one costs as much.
_PATIENCE = 10.0


class LostError(Exception):
    """The answer was under way and will not come."""


def ask(tokens: Sequence[str]) -> int | None:
    """The status of the answered command line; None where it must be answered here. Raises LostError."""
    setting = os.environ.get(VARIABLE, ON)
    if setting not in {ON, AUTO} or not _fits(tokens):
        return None
    from gradcalc.daemon import protocol

    try:
        connection = connect()
        if connection is None:
            if setting == AUTO:
                from gradcalc.daemon.launch import launch

                launch()
            return None
        if _send(connection, tokens):
            letter, payload = protocol.reply(connection)
            if letter == protocol.STARTED:
                return _await(connection, int.from_bytes(payload, "big"))
    except (OSError, EOFError, protocol.ProtocolError):
        pass  # nothing was begun, and the cold way knows better how to complain
    return None


def connect() -> _socket.socket | None:
    """A connection that the daemon of this user has accepted; None where none runs or it may not be trusted."""
    import _socket

    from gradcalc.daemon import place, protocol

    folder = place.directory()
    if not place.safe(folder):
        return None
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    connection.settimeout(_PATIENCE)
    try:
        connection.connect(f"{folder}/{place.SOCKET}")
        accepted = protocol.peer(connection) == os.getuid() and protocol.reply(connection)[0] == protocol.ACCEPTED
    except (OSError, EOFError, protocol.ProtocolError):
        accepted = False
    if not accepted:
        connection.close()
        return None
    connection.settimeout(None)
    return connection


def _fits(tokens: Sequence[str]) -> bool:
    """Whether a forked process can answer as this one would."""
    if not hasattr(os, "fork") or set(tokens[:1]) & _COLD or "GRADCALC_DEBUG" in os.environ:
        return False
    if sys.platform == "darwin" and any(token.endswith((_COLD_DEVICE, AUTO)) for token in tokens):
        return False
    # Who reads from a terminal is stopped and continued by it (job control), if it is a child of the shell.
    from_terminal = sys.stdin is not None and sys.stdin.isatty()
    return not (from_terminal and any(word == "-" or word.endswith("=-") for word in tokens))


def _send(connection: _socket.socket, tokens: Sequence[str]) -> bool:
    """Send the question; False where this process has something that cannot be handed over."""
    from gradcalc.daemon import protocol
    from gradcalc.daemon.identity import identity

    streams = (sys.stdin, sys.stdout, sys.stderr)
    mask = os.umask(0o077)
    os.umask(mask)
    fields = [
        protocol.QUESTION,
        identity().encode(),
        os.getcwdb(),
        b"%o" % mask,
        b"%d" % os.getpriority(os.PRIO_PROCESS, 0),
        *(_described(stream).encode() for stream in streams),
        b"%d" % len(tokens),
        *map(os.fsencode, tokens),
        *(b"%s=%s" % item for item in os.environb.items()),
    ]
    try:
        descriptors = [stream.fileno() for stream in streams if stream is not None]
    except (OSError, ValueError):  # a stream of the embedding program's own making
        return False
    protocol.send(connection, protocol.pack(fields), descriptors)
    return True


def _described(stream: object) -> str:
    """How the interpreter opened a standard stream, or nothing where it is closed."""
    if stream is None:
        return ""
    names = ("encoding", "errors", "line_buffering", "write_through")
    return " ".join(str(getattr(stream, name)) for name in names)


def _await(connection: _socket.socket, process: int) -> int | None:
    """Wait for the status, passing signals on. A process that a signal ended ends this one in the same way."""
    import signal

    from gradcalc.daemon import protocol
    from gradcalc.processes.signals import INTERRUPTED, die

    before = _pass_signals(connection)
    try:
        letter, payload = protocol.reply(connection)
    except (OSError, EOFError):
        _kill(process)
        raise LostError("the daemon ended before the answer was complete") from None
    if letter == protocol.KILLED and payload[0] in before:
        die(payload[0])
    if letter == protocol.KILLED:
        by = f"was ended by signal {payload[0]}" if payload[0] else "ended without a word"
        raise LostError(f"the process that was to answer {by}")
    if letter == protocol.EXITED and payload[0] == INTERRUPTED:
        die(signal.SIGINT)  # the process that answered has no terminal, which this one may have
    if letter == protocol.EXITED:
        return payload[0]
    for number, handler in before.items():
        signal.signal(number, handler)
    return None


def _pass_signals(connection: _socket.socket) -> dict[int, Any]:
    """From now on send on each signal that this process does not ignore; what was done with them before."""
    import signal

    def pass_on(number: int, _: FrameType | None) -> None:
        try:
            connection.sendall(bytes([number]))
        except OSError:
            pass  # it is over: the answer or the end of the connection is on its way
        if number == signal.SIGTSTP:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)  # stops here until SIGCONT
            signal.signal(number, pass_on)
            pass_on(signal.SIGCONT, None)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP)
    before = {int(number): signal.getsignal(number) for number in numbers}
    before = {number: handler for number, handler in before.items() if handler != signal.SIG_IGN}
    for number in before:
        signal.signal(number, pass_on)
    return before


def _kill(process: int) -> None:
    """End the process that nobody watches any more, and what it has started."""
    import signal

    try:
        os.killpg(process, signal.SIGKILL)
    except OSError:
        pass  # it has ended with its daemon
