"""Client, daemon and the process that answers: what happens to two of them when the third is killed, and a flood."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.harness import environment
from tests.processes import alive, children, wait_until
from tests.warm import Daemon, started

# Each starts daemons of its own; what one answers is tested with the command line.
pytestmark = pytest.mark.long

#: A question that SymPy is busy with for a minute.
HARD = "*".join(f"(sin({k}*x) + cos(x)**{k} + {k})**{k}" for k in range(1, 60))
BUSY = ["diff", HARD, "--at", "1", "--order", "8", "--timeout", "60"]
AGAIN = "  ask again; GRADCALC_DAEMON=off answers without the daemon\n"


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A daemon that the test may kill."""
    with started(tmp_path) as found:
        yield found


def client(daemon: Daemon, *tokens: str, **options: object) -> subprocess.Popen[str]:
    """A client that runs."""
    command = [sys.executable, "-m", "gradcalc", *tokens]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(command, text=True, env=daemon.environment(), **pipes)  # type: ignore[call-overload]


def answering(daemon: Daemon) -> tuple[int, list[int]]:
    """The daemon's number, and those of the processes that answer, theirs included, once they do."""
    process = daemon.report()["process"]
    wait_until(lambda: daemon.report()["answering"] == 1, "the question's process")
    (first,) = [child for child in children(process) if alive(child)]
    wait_until(lambda: bool(children(first)), "SymPy's process")
    return process, [first, *children(first)]


def hold(processes: list[int]) -> None:
    """Stop processes, so that they end by being killed and not by being done."""
    for process in processes:
        os.kill(process, signal.SIGSTOP)


def test_a_killed_client_takes_its_processes_along(daemon: Daemon) -> None:
    """Nothing goes on computing for nobody; the daemon goes on."""
    asked = client(daemon, *BUSY)
    process, working = answering(daemon)
    hold(working)
    asked.kill()
    asked.communicate()
    wait_until(lambda: not any(map(alive, working)), "the end of the question", 20)
    assert alive(process)
    assert daemon.report()["answering"] == 0


def test_a_killed_answerer_is_an_honest_error(daemon: Daemon) -> None:
    """Status 70, a sentence with the signal, what to do; its SymPy process goes too."""
    asked = client(daemon, *BUSY)
    process, working = answering(daemon)
    hold(working)
    os.kill(working[0], signal.SIGKILL)
    stdout, stderr = asked.communicate(timeout=60)
    assert (stdout, stderr) == ("", f"gradcalc: the process that was to answer was ended by signal 9\n{AGAIN}")
    assert asked.returncode == 70
    wait_until(lambda: not any(map(alive, working)), "the end of SymPy's process", 20)
    assert alive(process)


def test_a_killed_daemon_is_an_honest_error(daemon: Daemon) -> None:
    """The client says so and ends what would go on writing."""
    asked = client(daemon, *BUSY, "--format", "json")
    process, working = answering(daemon)
    hold(working)
    os.kill(process, signal.SIGKILL)
    stdout, stderr = asked.communicate(timeout=60)
    assert stderr == f"gradcalc: the daemon ended before the answer was complete\n{AGAIN}"
    assert '"kind": "internal"' in stdout
    assert asked.returncode == 70
    wait_until(lambda: not any(map(alive, working)), "the end of the question", 20)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_question_as_it_does_without_a_daemon(shared_daemon: Daemon, number: signal.Signals) -> None:
    """The same exit status or the same signal, in silence, and nothing is left."""
    statuses = []
    for setting in ("on", "off"):
        asked = subprocess.Popen(
            [sys.executable, "-m", "gradcalc", *BUSY],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=shared_daemon.environment(GRADCALC_DAEMON=setting),
        )
        if setting == "on":
            answering(shared_daemon)
        else:
            wait_until(lambda asked=asked: bool(children(asked.pid)), "SymPy's process")  # type: ignore[misc]
        asked.send_signal(number)
        assert asked.communicate(timeout=60) == (b"", b"")
        statuses.append(asked.returncode)
    assert statuses[0] == statuses[1] != 0
    wait_until(lambda: shared_daemon.report()["answering"] == 0, "the end of the question", 20)


def test_an_ignored_interrupt_stays_ignored(shared_daemon: Daemon) -> None:
    """As under nohup, or in the background of a script."""
    script = f"trap '' INT; echo; exec '{sys.executable}' -m gradcalc diff 'x**2' --at 3 --only symbolic --timeout 100"
    asked = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, env=shared_daemon.environment())
    assert asked.stdout is not None
    assert asked.stdout.readline() == b"\n"
    for _ in range(20):
        asked.send_signal(signal.SIGINT)
        time.sleep(0.005)
    assert (asked.communicate(timeout=60)[0], asked.returncode) == (b"6\n", 0)


def test_a_stopped_client_stops_its_question(shared_daemon: Daemon) -> None:
    """Ctrl-Z stops what computes, and `fg` lets it go on."""
    asked = client(shared_daemon, *BUSY, start_new_session=False, process_group=0)
    _, working = answering(shared_daemon)
    asked.send_signal(signal.SIGTSTP)
    wait_until(lambda: {state(number) for number in [asked.pid, *working]} == {"T"}, "the stop")
    asked.send_signal(signal.SIGCONT)
    wait_until(lambda: "T" not in {state(number) for number in [asked.pid, *working]}, "going on")
    asked.kill()
    asked.communicate()


def state(process: int) -> str:
    """The letter of Linux's /proc: T is stopped."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]


def test_two_hundred_at_once_are_answered(shared_daemon: Daemon) -> None:
    """By a bounded number of processes, each with its own answer."""
    before = shared_daemon.report()["answered"]
    process = shared_daemon.report()["process"]
    script = f"for i in $(seq 200); do '{sys.executable}' -m gradcalc diff \"$i*x\" --only expression --timeout 100 > {{}}/$i & done; wait"
    folder = shared_daemon.runtime / "flood"
    folder.mkdir()
    flood = subprocess.Popen(["bash", "-c", script.format(folder)], env=shared_daemon.environment())
    most = 0
    while flood.poll() is None:
        most = max(most, len(children(process)))
        time.sleep(0.05)
    assert [(folder / str(i)).read_text() for i in range(1, 201)] == [f"{i}\n" for i in range(1, 201)]
    assert shared_daemon.report()["answered"] == before + 200
    assert most <= 17


def in_terminal(
    tokens: list[str], environ: dict[str, str], keys: bytes = b"", ready: Callable[[], object] = lambda: None
) -> tuple[bytes, int]:
    """Run a command as the foreground of a terminal; press `keys` after its first output, once it is `ready`.

    Returns its output and its exit status.
    """
    pid, terminal = os.forkpty()
    if pid == 0:
        os.execve(sys.executable, [sys.executable, *tokens], environ)  # noqa: S606 - the program under test
    seen = b""
    while True:
        readable, _, _ = select.select([terminal], [], [], 100)
        assert readable, f"nothing more came after {seen!r}"
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # the end, on Linux
            break
        if not chunk:
            break
        seen += chunk
        if keys:
            ready()
            os.write(terminal, keys)
            keys = b""
    os.close(terminal)
    return seen, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_terminal_gets_the_same_bytes(shared_daemon: Daemon) -> None:
    """Colours, width and all, on standard output and standard error."""
    before = shared_daemon.report()["answered"]
    for tokens in (
        ["diff", "sin(x**2)", "--at", "4", "--timeout", "100"],
        ["diff", "2*sni(x)"],
        ["lesson"],
        ["--help"],
    ):
        answers = []
        for setting in ("on", "off"):
            environ = environment(**shared_daemon.environment(GRADCALC_DAEMON=setting, TERM="xterm"))
            answers.append(in_terminal(["-m", "gradcalc", *tokens], environ))
        assert answers[0] == answers[1]
        assert answers[0][0]
    assert shared_daemon.report()["answered"] == before + 4


def test_a_formula_typed_at_the_terminal(shared_daemon: Daemon) -> None:
    """`gradcalc diff -` reads it there, whoever answers."""
    shown, status = in_terminal(
        [
            "-c",
            "import sys; from gradcalc.__main__ import main; print('ask', flush=True); sys.argv[1:] = ['diff', '-']; main()",
        ],
        shared_daemon.environment(NO_COLOR="1"),
        keys=b"x**2\n\x04",
    )
    assert status == 0
    assert shown.replace(b"\r", b"").endswith(b"df/dx = 2*x\n")


def test_ctrl_c_in_a_terminal(shared_daemon: Daemon) -> None:
    """Dead of it, with nothing but the terminal's own ^C."""
    program = "from gradcalc.__main__ import main; print('ask', flush=True); main()"
    environ = shared_daemon.environment()
    shown, status = in_terminal(["-c", program, *BUSY], environ, keys=b"\x03", ready=lambda: answering(shared_daemon))
    assert status == -signal.SIGINT
    assert shown.replace(b"\r", b"").replace(b"^C", b"") == b"ask\n"
    wait_until(lambda: shared_daemon.report()["answering"] == 0, "the end of the question", 20)
