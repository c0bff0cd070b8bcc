"""Starting, stopping and ending of the daemon; what it leaves behind; when it is not asked."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.harness import ROOT, Finished, run
from tests.processes import alive, children, wait_until
from tests.warm import Daemon, started

# Each starts daemons of its own; what one answers is tested with the command line.
pytestmark = pytest.mark.long

ANSWER = Finished("6\n", "", 0)


def ask(daemon: Daemon, *tokens: str, **extra: str) -> Finished:
    """Ask a short question as a client of `daemon`."""
    return run(
        *(tokens or ("diff", "x**2", "--at", "3", "--only", "symbolic", "--timeout", "100")),
        **daemon.environment(**extra),
    )


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A daemon's place, in which none may run at the end."""
    tmp_path.chmod(0o700)
    found = Daemon(tmp_path)
    yield found
    found.control("stop")
    assert not found.socket.exists()


def test_start_status_stop(daemon: Daemon) -> None:
    """What each says, with its exit status; a second start and a second stop are no failures."""
    assert daemon.control("status").stdout == "no daemon runs\n"
    assert daemon.control("status").returncode == 1
    first = daemon.control("start", "--idle", "100")
    report = daemon.report()
    process = report["process"]
    assert first.stdout == f"started: process {process}, socket {daemon.socket}\n"
    assert daemon.control("start").stdout == f"it runs already: process {process}, socket {daemon.socket}\n"
    assert (report["running"], report["answers_here"], report["idle_seconds"]) == (True, True, 100)
    assert ask(daemon) == ANSWER
    assert daemon.report()["answered"] == 1
    assert daemon.folder.stat().st_mode & 0o777 == 0o700
    assert daemon.control("stop").stdout == "stopped\n"
    assert not alive(process)
    assert not daemon.socket.exists()
    assert daemon.control("stop").stdout == "no daemon runs\n"
    assert ask(daemon) == ANSWER


def test_two_that_start_at_once_are_one(daemon: Daemon) -> None:
    """Both commands name the same process."""
    command = [sys.executable, "-m", "gradcalc", "daemon", "start"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=daemon.environment()) for _ in range(2)]
    said = [process.communicate(timeout=180)[0] for process in both]
    assert len({line.partition(":")[2] for line in said}) == 1
    assert sorted(line.partition(":")[0] for line in said) == ["it runs already", "started"]


def test_it_ends_when_idle_and_auto_starts_one(daemon: Daemon) -> None:
    """GRADCALC_DAEMON=auto answers at once, as a new process, and has a daemon ready for the next question."""
    daemon.control("start", "--idle", "0.5")
    wait_until(lambda: not daemon.socket.exists(), "the end of an idle daemon")
    assert ask(daemon) == ANSWER
    assert not daemon.socket.exists()
    assert ask(daemon, GRADCALC_DAEMON="auto") == ANSWER
    wait_until(daemon.socket.exists, "the start of a daemon")
    assert ask(daemon) == ANSWER
    assert daemon.report()["answered"] == 1


def test_off_and_words_that_are_no_setting_ask_no_daemon(shared_daemon: Daemon) -> None:
    """Only `on` and `auto` do."""
    before = shared_daemon.report()["answered"]
    for setting in ("off", "yes", ""):
        assert ask(shared_daemon, GRADCALC_DAEMON=setting) == ANSWER
    assert shared_daemon.report()["answered"] == before
    assert ask(shared_daemon, GRADCALC_DAEMON="auto") == ANSWER
    assert shared_daemon.report()["answered"] == before + 1


def test_a_killed_daemon_leaves_nothing_in_the_way(daemon: Daemon) -> None:
    """Its stale socket is no hindrance to a question, and is gone after the next look; its processes end too."""
    daemon.control("start")
    process = daemon.report()["process"]
    wait_until(lambda: bool(children(process)), "the understudy")
    understudies = children(process)
    os.kill(process, signal.SIGKILL)
    wait_until(lambda: not any(map(alive, understudies)), "the end of the understudy")
    assert daemon.socket.exists()
    assert ask(daemon) == ANSWER
    looked = daemon.control("status")
    note = "gradcalc: note: a daemon has ended without a word; its socket is removed\n"
    assert (looked.stdout, looked.stderr, looked.returncode) == ("no daemon runs\n", note, 1)
    assert not daemon.socket.exists()
    assert daemon.control("stop").stderr == ""


@contextmanager
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with a daemon, and must live."""
    with subprocess.Popen(["sleep", "600"]) as process:
        try:
            yield process
            assert process.poll() is None
        finally:
            process.kill()


def test_a_lock_that_names_another_process_harms_nobody(daemon: Daemon) -> None:
    """The daemon is asked by its socket, and ends; the process whose number stands in the lock lives."""
    daemon.control("start")
    process = daemon.report()["process"]
    with bystander() as other:
        (daemon.folder / "daemon.lock").write_text(f"{other.pid}\n")
        assert daemon.control("stop").stdout == "stopped\n"
    assert not alive(process)


@pytest.mark.parametrize("words", ["{}", "{} 1 serves", "{} serves", "", "x y z"])
def test_a_lock_that_is_not_the_daemon_s_is_told(daemon: Daemon, words: str) -> None:
    """Somebody holds it, and a process of that number runs, which began at another time: stop and start say so."""
    daemon.folder.mkdir(mode=0o700)
    lock = daemon.folder / "daemon.lock"
    with bystander() as other, lock.open("w") as held:
        held.write(words.format(other.pid))
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        for action in ("stop", "start"):
            done = daemon.control(action)
            assert (done.stdout, done.returncode) == ("", 3)
            told = "gradcalc: the daemon's lock is held by a process that is not known to be the daemon\n"
            assert done.stderr == f"{told}  see who has {lock} open\n"


def test_a_lock_in_a_directory_of_others_says_nothing(daemon: Daemon) -> None:
    """Whoever can write there could name any process of ours."""
    with bystander() as other:
        daemon.control("start")
        process = daemon.report()["process"]
        daemon.folder.chmod(0o777)
        lock = daemon.folder / "daemon.lock"
        signed = lock.read_text()
        lock.write_text(f"{other.pid}{signed[signed.index(' ') :]}")
        assert daemon.control("stop").stdout == "no daemon runs\n"
        daemon.folder.chmod(0o700)
        assert daemon.control("stop").stdout == "stopped\n"
    assert not alive(process)


def test_a_daemon_whose_socket_was_removed_is_told_and_replaced(daemon: Daemon) -> None:
    """Nobody can ask it any more: `status` says so, `start` ends it and starts another one, `stop` ends that."""
    daemon.control("start")
    before = daemon.report()["process"]
    daemon.socket.unlink()
    assert ask(daemon) == ANSWER
    looked = daemon.control("status")
    told = "gradcalc: the daemon's socket was removed\n  write gradcalc daemon stop\n"
    assert (looked.stderr, looked.returncode) == (told, 3)
    assert daemon.control("start").stdout.startswith("started: process ")
    assert not alive(before)
    process = daemon.report()["process"]
    daemon.socket.unlink()
    assert daemon.control("stop").stdout == "stopped\n"
    assert not alive(process)


def test_too_few_files_for_a_daemon_are_told(daemon: Daemon) -> None:
    """Before it serves anybody."""
    command = f"ulimit -n 20; exec '{sys.executable}' -P -m gradcalc daemon start"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, env=daemon.environment()
    )
    told = "gradcalc: the daemon did not start\n  too few files may be open at once for this (ulimit -n allows 20; allow more)\n"
    assert (done.stdout, done.stderr, done.returncode) == ("", told, 3)


def test_a_stopped_daemon_costs_a_moment_and_no_answer(daemon: Daemon) -> None:
    """SIGSTOP: the client waits ten seconds and answers itself; `stop` ends it all the same."""
    daemon.control("start")
    process = daemon.report()["process"]
    os.kill(process, signal.SIGSTOP)
    try:
        assert ask(daemon) == ANSWER
    finally:
        os.kill(process, signal.SIGCONT)


@pytest.mark.parametrize(
    "extra", [{"OMP_NUM_THREADS": "1"}, {"PYTHONPATH": f"{ROOT}:/nowhere"}, {"PYTHONHASHSEED": "0"}]
)
def test_what_would_answer_otherwise_is_not_asked(shared_daemon: Daemon, extra: dict[str, str]) -> None:
    """Other threads, another import path, another interpreter's setting: quietly the cold way."""
    before = shared_daemon.report()["answered"]
    done = subprocess.run(
        [sys.executable, "-m", "gradcalc", "diff", "x**2", "--only", "expression"],
        capture_output=True,
        text=True,
        check=False,
        env={**shared_daemon.environment(), **extra},
    )
    assert (done.stdout, done.stderr, done.returncode) == ("2*x\n", "", 0)
    assert shared_daemon.report()["answered"] == before
    assert '"answers_here": false' in shared_daemon.control("status", "--format", "json", **extra).stdout


def test_a_lower_limit_or_another_interpreter_s_flag_goes_the_cold_way(shared_daemon: Daemon) -> None:
    """`ulimit` and `-O` change what a process can do."""
    before = shared_daemon.report()["answered"]
    program = f"'{sys.executable}' %s -m gradcalc functions sin"
    for command in (f"ulimit -t 1000; {program % ''}", program % "-O"):
        assert subprocess.run(["bash", "-c", command], capture_output=True, check=True, env=shared_daemon.environment())
    assert shared_daemon.report()["answered"] == before


def test_a_changed_program_is_not_answered_by_an_old_daemon(tmp_path: Path) -> None:
    """It ends at the first question after a file of the package was touched; the question is answered anew."""
    tree, runtime = tmp_path / "tree", tmp_path / "run"
    shutil.copytree(ROOT / "gradcalc", tree / "gradcalc", ignore=shutil.ignore_patterns("__pycache__"))
    runtime.mkdir()
    command = [sys.executable, "-P", "-m", "gradcalc", "--version"]
    with started(runtime, PYTHONPATH=str(tree)) as daemon:
        environ = daemon.environment(PYTHONPATH=str(tree))
        assert subprocess.run(command, capture_output=True, check=True, env=environ).stdout.startswith(b"gradcalc 0.")
        face = tree / "gradcalc" / "__init__.py"
        face.write_text(face.read_text().replace('__version__ = "0.', '__version__ = "9.'))
        assert subprocess.run(command, capture_output=True, check=True, env=environ).stdout.startswith(b"gradcalc 9.")
        face.write_text(face.read_text().replace('__version__ = "9.', '__version__ = "0.'))
        assert subprocess.run(command, capture_output=True, check=True, env=environ).stdout.startswith(b"gradcalc 0.")
        wait_until(lambda: not daemon.socket.exists(), "the end of an old daemon")


def test_a_place_that_others_could_enter_is_not_used(daemon: Daemon) -> None:
    """A directory with another mode, or a link to one: no start, with a sentence; no question is handed over."""
    daemon.folder.mkdir(mode=0o755)
    done = daemon.control("start")
    assert done.returncode == 3
    assert done.stderr == (
        f"gradcalc: the daemon cannot be started: {daemon.folder} is not a directory of this user's alone (mode 0700)\n"
    )
    daemon.folder.rmdir()
    elsewhere = daemon.runtime / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    daemon.folder.symlink_to(elsewhere)
    assert daemon.control("start").returncode == 3
    assert ask(daemon) == ANSWER
    daemon.folder.unlink()


def test_a_path_too_long_for_a_socket_is_told(tmp_path: Path) -> None:
    """By `start`; other commands go the cold way."""
    runtime = tmp_path / ("x" * 100)
    runtime.mkdir(mode=0o700)
    daemon = Daemon(runtime)
    done = daemon.control("start")
    assert done.returncode == 3
    assert "the path of the socket is too long" in done.stderr
    assert ask(daemon) == ANSWER


def test_nothing_runs_beside_the_daemon_before_a_fork(shared_daemon: Daemon) -> None:
    """One thread, whatever the libraries would like, and no device of CUDA's is open."""
    process = shared_daemon.report()["process"]
    assert len(list(Path(f"/proc/{process}/task").iterdir())) == 1
    opened = [str(entry.readlink()) for entry in Path(f"/proc/{process}/fd").iterdir()]
    assert not [file for file in opened if "nvidia" in file]


def test_it_has_left_the_terminal(shared_daemon: Daemon) -> None:
    """A session of its own, nothing of its starter's open, its log empty."""
    process = shared_daemon.report()["process"]
    assert os.getsid(process) == process
    standard = [str(Path(f"/proc/{process}/fd/{number}").readlink()) for number in range(3)]
    assert standard == ["/dev/null", "/dev/null", str(shared_daemon.folder / "daemon.log")]
    assert (shared_daemon.folder / "daemon.log").read_text() == ""


def test_in_the_foreground_it_ends_with_the_terminal_s_interrupt(daemon: Daemon) -> None:
    """It says when it is ready; Ctrl-C ends it in order."""
    command = [sys.executable, "-P", "-m", "gradcalc", "daemon", "start", "--foreground"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=daemon.environment())
    assert running.stdout is not None
    assert running.stdout.readline() == "ready\n"
    assert ask(daemon) == ANSWER
    assert daemon.report()["process"] == running.pid
    running.send_signal(signal.SIGINT)
    assert running.communicate(timeout=100) == ("", None)
    assert running.returncode == 0
    assert not daemon.socket.exists()
