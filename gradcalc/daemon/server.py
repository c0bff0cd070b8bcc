"""The daemon's loop: accept, hand over, pass signals on, reap, leave when idle or told to.

Comes in: a listening socket, the program, a rehearsal. Goes out: nothing; `serve` returns when it is over. One thread,
which never waits for a client. Imports the standard library and modules of this package.

A question is answered by a fork of this process. One such process, the understudy, is made while there is nothing to do
and has rehearsed: it has answered a question into the void, so that its own is answered at once.
"""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from gradcalc.daemon import protocol
from gradcalc.daemon.question import Circumstances, Program, answer, circumstances, guarded, separate

#: Seconds that a client may take to send its question, and that questions under way get when the daemon is to stop.
_SENDING = 20.0
_GRACE = 10.0
#: What is passed from a client to its process: to the process, and to its whole group.
_PASSED = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT}
_TO_GROUP = {signal.SIGTSTP: signal.SIGSTOP, signal.SIGCONT: signal.SIGCONT}
#: Descriptors: of a connection with its three streams, and what else the daemon has open.
_PER_CLIENT, _OWN = 4, 32
#: At most so many clients are listened to, and so many processes answer, at once; the others wait.
_CLIENTS, _PROCESSES = 1000, 16
#: Bytes of a message that goes into a socket's buffer, also while the understudy is still rehearsing.
_SHORT = 1 << 16


@dataclass(eq=False, slots=True)
class Client:
    """One connection: its message as far as it has come, and the process that answers it with the line to that.

    The process has no descriptor of the connection, so that the client hears of the daemon's end.
    """

    connection: socket.socket
    deadline: float
    received: bytearray = field(default_factory=bytearray)
    descriptors: list[int] = field(default_factory=list)
    question: Circumstances | None = None
    process: int | None = None
    line: socket.socket | None = None


class Understudy(NamedTuple):
    """A process that waits for its question on the other end of `line`."""

    process: int
    line: socket.socket


class Server:
    """The state of the daemon. unchanged: whether the files of the program are still those that were loaded."""

    def __init__(
        self,
        listener: socket.socket,
        identity: str,
        idle: float,
        program: Program,
        rehearse: Callable[[], None],
        unchanged: Callable[[], bool],
    ) -> None:
        self.idle = idle
        self.answered = 0
        self.stopping: float | None = None
        self._identity = identity.encode()
        self._listener = listener
        self._program, self._rehearse, self._unchanged = program, rehearse, unchanged
        self._started = time.time()
        self._last = time.monotonic()
        self._clients: set[Client] = set()
        self._waiting: deque[Client] = deque()
        self._processes: dict[int, Client] = {}
        self._understudy: Understudy | None = None
        self._failed = 0
        self._told = False
        self._places = min(_PROCESSES, 2 * (os.cpu_count() or 1))
        self._selector = selectors.DefaultSelector()
        self._most = min(_CLIENTS, (os.sysconf("SC_OPEN_MAX") - _OWN) // _PER_CLIENT)
        if self._most < 1:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    def serve(self) -> None:
        """Serve until idle, told to stop, or changed."""
        self._listener.settimeout(0)
        woken, waker = socket.socketpair()
        for end in (woken, waker):
            end.settimeout(0)
        signal.set_wakeup_fd(waker.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler, so that the selector is woken
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._heed)
        self._selector.register(woken, selectors.EVENT_READ, lambda: woken.recv(4096))
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        while not self._over():
            for key, _ in self._selector.select(self._timeout()):
                key.data()
            if self._told:
                self.stop()
            self._reap()
            self._expire()
            self._hand_over()
        self._dismiss()

    def stop(self) -> None:
        """Take no more questions; those under way have a while to end."""
        if self.stopping is None:
            self.stopping = time.monotonic() + _GRACE
            with contextlib.suppress(KeyError):  # it is not watched while there are too many clients
                self._selector.unregister(self._listener)
            self._listener.close()
            self._dismiss()

    def _heed(self, *_: object) -> None:
        self._told = True  # not at once: the loop may be in the middle of anything

    # -- when to go on and when to end

    def _over(self) -> bool:
        if self.stopping is not None:
            return not self._clients and not self._processes
        return not self._clients and not self._processes and self.idle <= time.monotonic() - self._last

    def _timeout(self) -> float:
        if self._clients:
            return 1.0
        return max(0.0, self._last + self.idle - time.monotonic())

    def _expire(self) -> None:
        """Leave clients that do not say what they want; end processes that outlive the daemon's stop."""
        now = time.monotonic()
        for client in [c for c in self._clients if c.question is None and c.deadline < now]:
            self._refuse(client)
        if self.stopping is not None and self.stopping < now:
            for process in self._processes:
                _signal_group(process, signal.SIGKILL)

    # -- clients

    def _accept(self) -> None:
        """Accept all who wait, as long as there is room: they wait for that word, and not for long."""
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):  # no more, or one that has left again
            while len(self._clients) < self._most:
                self._welcome(self._listener.accept()[0])
            self._selector.unregister(self._listener)

    def _welcome(self, connection: socket.socket) -> None:
        if protocol.peer(connection) != os.getuid():
            connection.close()
            return
        connection.settimeout(0)
        client = Client(connection, time.monotonic() + _SENDING)
        self._clients.add(client)
        self._selector.register(connection, selectors.EVENT_READ, lambda: self._receive(client))
        self._say(client, protocol.ACCEPTED)

    def _receive(self, client: Client) -> None:
        """Read what has come: a part of the message, a signal, or the end."""
        try:
            data, ancillary, flags, _ = client.connection.recvmsg(1 << 16, protocol.space(3))
        except BlockingIOError:
            return
        except OSError:
            data, ancillary, flags = b"", [], 0
        client.descriptors += protocol.received(ancillary)
        if not data:
            self._leave(client)
        elif client.process is not None:
            _pass_signals(client.process, data)
        elif client.question is not None or flags & socket.MSG_CTRUNC:
            self._refuse(client)  # a signal before its time: the client will find the cold way, and the signal
        else:
            client.received += data
            self._read(client)

    def _read(self, client: Client) -> None:
        try:
            if len(client.received) < protocol.HEADER:
                return
            size = protocol.length(bytes(client.received[: protocol.HEADER]))
            missing = protocol.HEADER + size - len(client.received)
            if missing < 0:
                self._refuse(client)
            elif missing == 0:
                self._obey(client, bytes(client.received[protocol.HEADER :]).split(b"\0"))
        except protocol.ProtocolError:
            self._refuse(client)

    def _obey(self, client: Client, fields: list[bytes]) -> None:
        if len(fields) < 2:
            raise protocol.ProtocolError("no verb and identity")
        verb, identity, *rest = fields
        if verb == protocol.STATUS:
            self._report(client, same=identity == self._identity)
        elif verb == protocol.STOP:
            self.stop()
            self._leave(client)
        elif not self._unchanged():
            self._refuse(client)
            self.stop()
        elif verb != protocol.QUESTION or identity != self._identity or self.stopping is not None:
            self._refuse(client)
        else:
            client.question = circumstances(rest, len(client.descriptors))
            self._waiting.append(client)

    def _report(self, client: Client, *, same: bool) -> None:
        facts = (os.getpid(), self._started, self.answered, len(self._processes), _memory(), self.idle, int(same))
        body = b"\0".join(str(fact).encode() for fact in facts)
        self._say(client, protocol.REPORT + len(body).to_bytes(4, "big") + body)
        self._leave(client)

    def _say(self, client: Client, message: bytes) -> None:
        with contextlib.suppress(OSError):  # who is gone need not be told
            client.connection.send(message)

    def _refuse(self, client: Client) -> None:
        self._say(client, protocol.REFUSED)
        self._leave(client)

    def _leave(self, client: Client) -> None:
        """Forget a client, and end its process if it has one."""
        if client not in self._clients:
            return
        self._clients.discard(client)
        self._selector.unregister(client.connection)
        client.connection.close()
        self._close_descriptors(client)
        if client in self._waiting:
            self._waiting.remove(client)
        if client.process is not None:
            _signal_group(client.process, signal.SIGKILL)
        self._hang_up(client)
        if self.stopping is None:
            with contextlib.suppress(KeyError):  # it is watched already
                self._selector.register(self._listener, selectors.EVENT_READ, self._accept)

    def _close_descriptors(self, client: Client) -> None:
        for descriptor in client.descriptors:
            os.close(descriptor)
        client.descriptors.clear()

    # -- processes

    def _hand_over(self) -> None:
        """Give waiting questions to processes while there are places; with nothing to do, prepare the next one."""
        while self._waiting and len(self._processes) < self._places:
            self._start(self._waiting.popleft())
        idle = not self._waiting and not self._processes and self.stopping is None
        if idle and self._understudy is None and self._failed < 3:
            self._understudy = self._connected(self._understand)

    def _start(self, client: Client) -> None:
        understudy = self._understudy if len(client.received) < _SHORT else None
        if understudy:
            self._understudy, self._failed = None, 0
        process, client.line = understudy or self._connected(lambda line: self._answer(client, line))
        client.process = process
        self._processes[process] = client
        self._say(client, protocol.STARTED + process.to_bytes(4, "big"))
        if understudy:
            with contextlib.suppress(OSError):  # it has ended, which is found when it is reaped
                protocol.send(client.line, bytes(client.received), client.descriptors)
        client.line.settimeout(0)
        self._selector.register(client.line, selectors.EVENT_READ, lambda: self._relay(client))
        self._close_descriptors(client)

    def _relay(self, client: Client) -> None:
        """Pass on what a process says of itself, once: its status, or that it could not take its client's place."""
        if client.line is not None:
            with contextlib.suppress(OSError):  # it has said nothing
                self._say(client, client.line.recv(16))
                self._hang_up(client)

    def _hang_up(self, client: Client) -> None:
        if client.line is not None:
            self._selector.unregister(client.line)
            client.line.close()
            client.line = None

    def _answer(self, client: Client, line: socket.socket) -> None:
        """The life of a process that was forked for a question."""
        assert client.question is not None, "only a client with a question waits"
        separate([*client.descriptors, line.fileno()])
        answer(client.question, client.descriptors, line.fileno(), self._program)

    def _understand(self, line: socket.socket) -> None:
        """The life of the understudy."""
        separate([line.fileno()])
        self._rehearse()
        with contextlib.suppress(EOFError):  # the daemon has no use for it, or has ended
            fields, descriptors = protocol.handed(line)
            answer(circumstances(fields[2:], len(descriptors)), descriptors, line.fileno(), self._program)

    def _connected(self, life: Callable[[socket.socket], None]) -> Understudy:
        """A new process and the line to it."""
        ours, theirs = socket.socketpair()
        process = self._fork(lambda: life(theirs))
        theirs.close()
        return Understudy(process, ours)

    def _fork(self, life: Callable[[], None]) -> int:
        signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED)  # until the new process has its own handlers
        process = os.fork()
        if not process:
            guarded(life)
        with contextlib.suppress(OSError):  # it was faster
            os.setpgid(process, process)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED)
        return process

    def _reap(self) -> None:
        """Take leave of processes that have ended, and tell the clients of those that could not tell themselves."""
        understudy = self._understudy
        if understudy and os.waitpid(understudy.process, os.WNOHANG)[0]:
            understudy.line.close()
            self._understudy, self._failed = None, self._failed + 1
        for process, client in [*self._processes.items()]:
            ended, status = os.waitpid(process, os.WNOHANG)
            if not ended:
                continue
            del self._processes[process]
            client.process = None
            self.answered += 1
            self._last = time.monotonic()
            _signal_group(process, signal.SIGKILL)  # what it may have left behind
            self._relay(client)  # one that ended in order has told its status, and what follows comes too late
            self._say(client, protocol.KILLED + bytes([os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0]))
            self._leave(client)

    def _dismiss(self) -> None:
        if self._understudy:
            self._understudy.line.close()
            _signal_group(self._understudy.process, signal.SIGKILL)
            os.waitpid(self._understudy.process, 0)
            self._understudy = None


def _pass_signals(process: int, numbers: bytes) -> None:
    for number in numbers:
        if number in _PASSED:
            os.kill(process, number)  # not reaped yet: the number is still its own
        elif number in _TO_GROUP:
            _signal_group(process, _TO_GROUP[signal.Signals(number)])


def _signal_group(process: int, number: int) -> None:
    """Signal a process with all that it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # it has ended, or has not got its group yet
        os.killpg(process, number)


def _memory() -> int:
    """Bytes of memory that the daemon holds, most of which its processes share."""
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
