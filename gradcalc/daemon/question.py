"""The process of one question: it becomes what the client's own process would have been, and answers.

Comes in: the message, its file descriptors, a line to the daemon. Goes out: what the program writes; the process ends.
Imports the standard library and `protocol`; the program is handed in.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TextIO

from gradcalc.daemon import protocol

#: Answers a command line and ends the process, after it has called what it was given with the status.
Program = Callable[[Sequence[str], Callable[[int], None]], NoReturn]

_STREAMS = ("stdin", "stdout", "stderr")
_FAULT = 70
_NO_MORE = 1 << 16


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a client hands over.

    directory: its working directory. mask: its umask. niceness: what nice(1) says. streams: how each standard stream
    was opened, as encoding, errors, line_buffering and write_through, or empty where it is closed.
    """

    directory: bytes
    mask: int
    niceness: int
    streams: tuple[list[str], ...]
    tokens: list[str]
    environment: dict[bytes, bytes]


def circumstances(fields: Sequence[bytes], descriptors: int) -> Circumstances:
    """The fields of a question behind its identity. Raises ProtocolError for what no client of ours sends."""
    try:
        directory, mask, niceness, *described = fields[:6]
        streams = tuple(part.decode("ascii").split() for part in described)
        count = int(fields[6])
        tokens, variables = fields[7 : 7 + count], fields[7 + count :]
        environment = dict(variable.split(b"=", 1) for variable in variables)
        decoded = [os.fsdecode(token) for token in tokens]
        found = Circumstances(directory, int(mask, 8), int(niceness), streams, decoded, environment)
    except (ValueError, IndexError) as error:
        raise protocol.ProtocolError("no question of ours") from error
    if len(tokens) != count or count < 0 or descriptors != sum(map(bool, streams)):
        raise protocol.ProtocolError("no question of ours")
    if any(len(stream) not in {0, 4} for stream in streams):
        raise protocol.ProtocolError("no question of ours")
    return found


def answer(found: Circumstances, descriptors: Sequence[int], line: int, program: Program) -> NoReturn:
    """Answer the question, tell the daemon the status on the descriptor `line`, and end."""
    try:
        _adopt(found, descriptors)
    except (OSError, LookupError):  # its directory is out of reach here, or its streams have an encoding of their own
        os.write(line, protocol.REFUSED)
        os._exit(0)

    def tell(status: int) -> None:
        # The streams end before this process does, whose memory takes a while to go: who reads them waits for that.
        os.closerange(0, 3)
        with contextlib.suppress(OSError):  # a daemon that is gone need not be told
            os.write(line, protocol.EXITED + bytes([status & 0xFF]))

    program(found.tokens, tell)


def separate(keep: Sequence[int]) -> None:
    """Make this forked process one of its own: its group, its signals, no descriptor of the daemon's but `keep`."""
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    last = 2
    for descriptor in sorted(keep):
        os.closerange(last + 1, descriptor)
        last = descriptor
    os.closerange(last + 1, _NO_MORE)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def guarded(run: Callable[[], Any]) -> NoReturn:
    """Run the whole life of a forked process: whatever happens, it does not return into the daemon's loop."""
    try:
        run()
    except BaseException:  # noqa: BLE001 - also a KeyboardInterrupt: it ends this process and not the daemon
        import traceback

        traceback.print_exc()
    os._exit(_FAULT)


def _adopt(found: Circumstances, descriptors: Sequence[int]) -> None:
    os.chdir(found.directory)
    os.umask(found.mask)
    with contextlib.suppress(PermissionError):  # the daemon is nicer, and only root can take that back
        os.setpriority(os.PRIO_PROCESS, 0, found.niceness)
    os.environb.clear()
    os.environb.update(found.environment)
    remaining = list(descriptors)
    for number, (name, described) in enumerate(zip(_STREAMS, found.streams, strict=True)):
        stream = None
        if described:
            handed = remaining.pop(0)
            os.dup2(handed, number)
            os.close(handed)
            stream = _opened(number, *described)
        else:
            os.close(number)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _opened(number: int, encoding: str, errors: str, line_buffering: str, write_through: str) -> TextIO:
    """A standard stream as the interpreter opens it."""
    stream = open(number, "w" if number else "r", encoding=encoding, errors=errors, closefd=False)  # noqa: SIM115 - a descriptor
    stream.reconfigure(line_buffering=line_buffering == "True", write_through=write_through == "True")
    return stream
