"""What is not a question of ours is refused, and the daemon goes on; who is not the user is not listened to."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gradcalc.daemon import protocol
from gradcalc.daemon.question import circumstances
from tests.cli.harness import run
from tests.processes import wait_until
from tests.warm import Daemon

FIELDS = [b"/tmp", b"22", b"0", b"utf-8 strict False False", b"", b"", b"2", b"diff", b"", b"A=1", b"B=x=y"]


@contextmanager
def connection(daemon: Daemon) -> Iterator[socket.socket]:
    """A connection that the daemon has accepted."""
    with socket.socket(socket.AF_UNIX) as found:
        found.settimeout(30)
        found.connect(str(daemon.socket))
        assert protocol.reply(found) == (protocol.ACCEPTED, b"")
        yield found


def message(daemon: Daemon, *fields: bytes) -> bytes:
    """A question with the identity of a client."""
    program = "from gradcalc.daemon.identity import identity; print(identity(), end='')"
    command = [sys.executable, "-P", "-c", program]
    same = subprocess.run(command, capture_output=True, check=True, env=daemon.environment()).stdout
    return protocol.pack([protocol.QUESTION, same, *fields])


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\0" * 100,
        protocol.MAGIC + (protocol.LONGEST + 1).to_bytes(4, "big"),
        protocol.MAGIC + (0).to_bytes(4, "big"),
        protocol.pack([b"question"]),
        protocol.pack([b"dance", b"x"]),
        protocol.pack([b"question", b"somebody else", *FIELDS]),
        protocol.pack([b"question", b"x"]) + b"more than was announced",
    ],
    ids=range(8),
)
def test_a_malformed_message_is_refused(shared_daemon: Daemon, sent: bytes) -> None:
    """Noise, lengths without end, half a message, another's: one letter, and the connection is closed."""
    with connection(shared_daemon) as asked:
        asked.sendall(sent)
        assert protocol.reply(asked) == (protocol.REFUSED, b"")
        with pytest.raises((EOFError, ConnectionResetError)):
            protocol.read(asked, 1)
    assert (
        run("diff", "x**2", "--only", "expression", "--timeout", "100", **shared_daemon.environment()).stdout == "2*x\n"
    )


@pytest.mark.parametrize(
    "fields",
    [
        [],
        FIELDS,  # it speaks of a standard input that did not come along
        [b"/tmp", b"22", b"0", b"", b"", b"", b"99999999", b"diff"],
        [b"/tmp", b"22", b"0", b"", b"", b"", b"-1", b"diff"],
        [b"/tmp", b"no mask", b"0", b"", b"", b"", b"0"],
        [b"/tmp", b"22", b"0", b"utf-8", b"", b"", b"0"],
    ],
    ids=range(6),
)
def test_a_question_that_makes_no_sense_is_refused(shared_daemon: Daemon, fields: list[bytes]) -> None:
    """Also where it comes from a program that is the same in all else."""
    sent = message(shared_daemon, *fields)
    with connection(shared_daemon) as asked:
        asked.sendall(sent)
        assert protocol.reply(asked) == (protocol.REFUSED, b"")


@pytest.mark.long
def test_who_says_nothing_is_left_after_a_while(shared_daemon: Daemon) -> None:
    """Half a header holds no place for long, and keeps nobody waiting."""
    with connection(shared_daemon) as asked:
        asked.sendall(protocol.MAGIC[:5])
        assert (
            run("diff", "x**2", "--only", "expression", "--timeout", "100", **shared_daemon.environment()).stdout
            == "2*x\n"
        )
        assert protocol.reply(asked) == (protocol.REFUSED, b"")


def test_too_many_descriptors_are_refused(shared_daemon: Daemon) -> None:
    """And closed: the daemon has as many open as before."""
    process = shared_daemon.report()["process"]
    before = len([*Path(f"/proc/{process}/fd").iterdir()])
    sent = message(shared_daemon, *FIELDS)
    with connection(shared_daemon) as asked:
        protocol.send(asked, sent, [0] * 20)
        assert protocol.reply(asked) == (protocol.REFUSED, b"")
    wait_until(lambda: len([*Path(f"/proc/{process}/fd").iterdir()]) <= before, "the end of what came along", 20)


def test_a_directory_out_of_reach_goes_the_cold_way(shared_daemon: Daemon) -> None:
    """The process that was to answer says so before it has written anything."""
    sent = message(shared_daemon, b"/nowhere", b"22", b"0", b"", b"", b"", b"1", b"--version")
    with connection(shared_daemon) as asked:
        protocol.send(asked, sent)
        assert protocol.reply(asked)[0] == protocol.STARTED
        assert protocol.reply(asked) == (protocol.REFUSED, b"")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_another_user_is_not_listened_to(shared_daemon: Daemon) -> None:
    """Where the doors stand open the daemon asks the kernel who it is, and the user's client hands nothing over."""
    program = (
        "import os, socket, sys; os.setgid(65534); os.setuid(65534); "
        "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); print(s.recv(1))"
    )
    before = shared_daemon.report()["answered"]
    doors = [shared_daemon.socket, *[*shared_daemon.socket.parents][:-1]]
    modes = [door.stat().st_mode & 0o7777 for door in doors]
    try:
        for door, mode in zip(doors, modes, strict=True):
            door.chmod(mode | 0o777 if door == shared_daemon.socket else mode | 0o011)
        command = [sys.executable, "-c", program, str(shared_daemon.socket)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == ("b''\n", "")
        assert (
            run("diff", "x**2", "--only", "expression", "--timeout", "100", **shared_daemon.environment()).stdout
            == "2*x\n"
        )
    finally:
        for door, mode in zip(doors, modes, strict=True):
            door.chmod(mode)
    assert shared_daemon.report()["answered"] == before


def test_the_fields_of_a_question() -> None:
    """Each in its place; empty arguments and variables with several = survive."""
    found = circumstances(FIELDS, 1)
    assert (found.directory, found.mask, found.niceness, found.tokens) == (b"/tmp", 0o22, 0, ["diff", ""])
    assert found.environment == {b"A": b"1", b"B": b"x=y"}
    assert found.streams == (["utf-8", "strict", "False", "False"], [], [])


def test_a_message_that_is_too_long_is_not_sent() -> None:
    """The client answers itself then."""
    with pytest.raises(protocol.ProtocolError):
        protocol.pack([b"x" * (protocol.LONGEST + 1)])
