"""What client and daemon say to each other, and how much of it.

A message to the daemon is `MAGIC`, four bytes of length, and fields separated by NUL, which no argument, path or
variable can hold; file descriptors come with its first byte. The first field is the verb, the second the `identity` of
the client. After that each byte from the client is the number of a signal. The daemon answers in single letters, some
with a payload. Imports `_socket` and the standard library's smallest: the client does.
"""

from __future__ import annotations

import _socket  # `socket` takes five times as long to import, for what the client does not need
import sys
from collections.abc import Sequence

MAGIC = b"gradcalc-daemon-1 "
HEADER = len(MAGIC) + 4
#: Bytes of a message; Linux takes 2 MiB of arguments and environment together by default.
LONGEST = 4 << 20

QUESTION, STATUS, STOP = b"question", b"status", b"stop"

#: The daemon's letters, and the bytes that follow each.
ACCEPTED, REFUSED = b"a", b"r"
STARTED = b"p"  # four bytes: the process that answers
EXITED, KILLED = b"x", b"s"  # one byte: the status; the signal, or 0 where the process ended without a word
REPORT = b"i"  # four bytes: a length, then fields as in a message
PAYLOAD = {ACCEPTED: 0, REFUSED: 0, STARTED: 4, EXITED: 1, KILLED: 1, REPORT: 4}

_INT = 4


class ProtocolError(Exception):
    """A message that no client of ours sends."""


def pack(fields: Sequence[bytes]) -> bytes:
    """A message, header included. Raises ProtocolError where it is too long."""
    body = b"\0".join(fields)
    if len(body) > LONGEST:
        raise ProtocolError("too long")
    return MAGIC + len(body).to_bytes(4, "big") + body


def length(header: bytes) -> int:
    """The length that a header announces. Raises ProtocolError for what is no header of ours."""
    size = int.from_bytes(header[len(MAGIC) :], "big")
    if not header.startswith(MAGIC) or size > LONGEST:
        raise ProtocolError("no header of ours")
    return size


def read(connection: _socket.socket, size: int) -> bytes:
    """Exactly `size` bytes. Raises EOFError where the other side ends before."""
    received = bytearray()
    while len(received) < size:
        chunk = connection.recv(min(size - len(received), 1 << 16))
        if not chunk:
            raise EOFError
        received += chunk
    return bytes(received)


def reply(connection: _socket.socket) -> tuple[bytes, bytes]:
    """The daemon's next letter and its payload. Raises EOFError at the end, ProtocolError for no letter of ours."""
    letter = read(connection, 1)
    if letter not in PAYLOAD:
        raise ProtocolError("no letter of ours")
    payload = read(connection, PAYLOAD[letter])
    if letter == REPORT:
        payload = read(connection, min(int.from_bytes(payload, "big"), LONGEST))
    return letter, payload


def send(connection: _socket.socket, message: bytes, descriptors: Sequence[int] = ()) -> None:
    """Send a message whole, with file descriptors; what `socket.send_fds` does, without its module."""
    rights = b"".join(descriptor.to_bytes(_INT, sys.byteorder) for descriptor in descriptors)
    ancillary = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, rights)] if rights else []
    sent = connection.sendmsg([message], ancillary)
    if sent < len(message):  # the other side may have heard all, answered and left: nothing is to be sent then
        connection.sendall(message[sent:])


def received(ancillary: Sequence[tuple[int, int, bytes]]) -> list[int]:
    """The file descriptors that came with a message."""
    rights = b"".join(data for level, kind, data in ancillary if (level, kind) == _RIGHTS)
    whole = len(rights) - len(rights) % _INT
    return [int.from_bytes(rights[start : start + _INT], sys.byteorder) for start in range(0, whole, _INT)]


def handed(line: _socket.socket) -> tuple[list[bytes], list[int]]:
    """A whole message, and what came with it. Raises EOFError where none comes, ProtocolError for what is none."""
    start, ancillary, _, _ = line.recvmsg(HEADER, space(3))
    start += read(line, HEADER - len(start)) if start else b""
    if not start:
        raise EOFError
    return read(line, length(start)).split(b"\0"), received(ancillary)


def space(descriptors: int) -> int:
    """The room that the ancillary data of so many descriptors needs."""
    return _socket.CMSG_SPACE(descriptors * _INT)


def peer(connection: _socket.socket) -> int | None:
    """The user at the other end; None where this system does not tell."""
    if sys.platform == "linux":
        return int.from_bytes(connection.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12)[4:8], sys.byteorder)
    if sys.platform == "darwin":
        # LOCAL_PEERCRED of SOL_LOCAL (sys/un.h): struct xucred, a version and then the user.
        return int.from_bytes(connection.getsockopt(0, 1, 76)[4:8], sys.byteorder)
    return None


_RIGHTS = (getattr(_socket, "SOL_SOCKET", None), getattr(_socket, "SCM_RIGHTS", None))
