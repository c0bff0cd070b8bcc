"""Starting, stopping and ending of the daemon; what it leaves behind; when it is not asked."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
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
    assert daemon.control("status").returncode == 1
    assert not daemon.socket.exists()


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
