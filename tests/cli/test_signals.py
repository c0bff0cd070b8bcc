"""Signals at the program as a process: silence, the right end, and no process of ours left behind.

Without a terminal an interrupt ends with the status 130; at a terminal, and any other signal, by the signal itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.harness import environment
from tests.cli.pseudo import terminal

if os.name != "posix":
    pytest.skip("signals are sent the POSIX way", allow_module_level=True)

#: Minutes of work for SymPy.
HARD = "*".join(f"(sin({k}*x) + cos(x)**{k} + {k})**{k}" for k in range(1, 60))
SLOW = ["diff", HARD, "--at", "1", "--order", "8", "--timeout", "60"]
PROGRAM = [sys.executable, "-m", "gradcalc"]


def started(*tokens: str, **extra: str) -> subprocess.Popen[bytes]:
    """The program under way, the leader of a process group of its own."""
    return subprocess.Popen(
        [*PROGRAM, *tokens],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(**extra),
        start_new_session=True,
    )


def living(group: int) -> list[str]:
    """The ids of the processes of a group that still run, as ps(1) knows them."""
    table = subprocess.run(["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in table.splitlines()]
    return [pid for pid, of, state in rows if of == str(group) and not state.startswith("Z")]


def left_behind(group: int) -> list[str]:
    """The processes of a group that do not end after its leader; a busy machine takes a while over it."""
    deadline = time.monotonic() + 30
    while (left := living(group)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def until(count: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the program and its children are `count` processes."""
    deadline = time.monotonic() + 60
    while len(living(process.pid)) < count:
        assert process.poll() is None, "it ended before"
        assert time.monotonic() < deadline, "it starts no further process"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("delay", [0.0, 0.3, 1.5])
def test_a_signal_ends_the_program_in_silence(number: signal.Signals, delay: float) -> None:
    """While torch is being loaded, while SymPy works: it ends, and SymPy's process with it."""
    process = started(*SLOW)
    until(2, process)
    time.sleep(delay)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=120)
    status = 130 if number == signal.SIGINT else -number
    assert (process.returncode, stdout, stderr) == (status, b"", b"")
    assert left_behind(process.pid) == []


def test_an_interrupt_of_the_whole_group() -> None:
    """SymPy's process gets it too, as at a terminal, and says nothing."""
    process = started(*SLOW)
    until(2, process)
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=120) == (b"", b"")
    assert process.returncode == 130
    assert left_behind(process.pid) == []


def test_graphviz_ends_with_the_program(tmp_path: Path) -> None:
    """A `dot` that is still drawing does not outlive a SIGTERM at the program alone."""
    drawing, dot = tmp_path / "drawing", tmp_path / "dot"
    dot.write_text(f"#!/bin/sh\n: > '{drawing}'\nexec sleep 60\n")
    dot.chmod(0o755)
    path = os.pathsep.join((str(tmp_path), os.environ["PATH"]))
    process = started("tape", "x**2", "--at", "3", "--format", "svg", PATH=path)
    deadline = time.monotonic() + 60
    while not drawing.exists():
        assert time.monotonic() < deadline, "dot is not asked"
        time.sleep(0.02)
    process.terminate()
    assert process.communicate(timeout=120) == (b"", b"")
    assert process.returncode == -signal.SIGTERM
    assert left_behind(process.pid) == []


def test_ctrl_c_ends_a_loop_of_the_shell(tmp_path: Path) -> None:
    """A shell goes on with its loop after a program that exits with 130; it stops after one that died of the signal."""
    loop = f'for i in 1 2 3; do "{sys.executable}" -m gradcalc "$@"; echo "went on with $?"; done'
    with terminal(["bash", "-c", loop, "bash", *SLOW], environment(), tmp_path) as seen:
        until(3, seen.process)
        time.sleep(0.3)
        seen.type("\x03")
        assert seen.end() == -signal.SIGINT
    assert b"went on" not in seen.raw


#: Presses Ctrl-C when a module is about to be imported; a new interpreter runs this by itself.
_PRESSES = """
import os, signal, sys
class Finder:
    def find_spec(name, path=None, target=None):
        if name == os.environ["PRESS_AT"]:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder)
"""


@pytest.mark.parametrize(
    "module",
    [
        *(
            "gradcalc.processes.signals",
            "gradcalc.daemon",
            "gradcalc.daemon.client",
            "gradcalc.console",
            "gradcalc.errors",
        ),
        *("gradcalc.cli.failures", "gradcalc.exhaustion", "gradcalc.cli.app", "typer", "gradcalc.cli.diff"),
        *("gradcalc.pipeline", "gradcalc.engines.symbolic.client", "gradcalc.engines.autograd.library"),
    ],
)
@pytest.mark.parametrize("script", [False, True], ids=["module", "script"])
def test_an_interrupt_while_the_program_is_loaded_is_silent(module: str, script: bool, tmp_path: Path) -> None:
    """At whatever of our imports it comes, however the program was started: no word of Python's, the status of Ctrl-C."""
    (tmp_path / "sitecustomize.py").write_text(_PRESSES)
    (tmp_path / "gradcalc").write_text("from gradcalc.__main__ import main\nmain()\n")
    path = os.pathsep.join((str(tmp_path), environment()["PYTHONPATH"]))
    program = ["-P", str(tmp_path / "gradcalc")] if script else ["-m", "gradcalc"]
    done = subprocess.run(
        [sys.executable, *program, "diff", "x**2", "--at", "3"],
        capture_output=True,
        timeout=60,
        check=False,
        env=environment(PYTHONPATH=path, PRESS_AT=module),
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    assert done.returncode in {130, -signal.SIGINT}


def test_a_program_that_imports_ours_keeps_its_own_interrupts() -> None:
    """Only where the process is the program are they taken over."""
    program = "import signal, gradcalc.__main__ as entry; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=environment())
    assert done.stdout == b"True\n"


@pytest.mark.parametrize(("name", "status"), [("INT", 130), ("TERM", 143), ("HUP", 129)])
def test_a_shell_sees_128_and_the_number(name: str, status: int) -> None:
    """`$?` after the program: 130 for Ctrl-C, 143 for SIGTERM."""
    script = f'set -m; "{sys.executable}" -m gradcalc "$@" & sleep 1; kill -{name} $!; wait $!; echo $?'
    done = subprocess.run(
        ["bash", "-c", script, "bash", *SLOW],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # bash tells of the job's end there
        timeout=240,
        check=True,
        env=environment(),
    )
    assert int(done.stdout) == status


def test_what_the_caller_ignores_stays_ignored() -> None:
    """nohup: a closed terminal does not end the program."""
    script = 'trap "" HUP; "$@" & sleep 0.5; kill -HUP $!; wait $!'
    question = ["diff", "x**2", "--at", "3", "--only", "symbolic", "--timeout", "100"]
    done = subprocess.run(
        ["sh", "-c", script, "sh", *PROGRAM, *question],
        capture_output=True,
        timeout=200,
        check=False,
        env=environment(),
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"6\n", b"")
