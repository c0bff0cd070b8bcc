"""Completion in the real shells: what they are told to source, and what TAB then does.

The generated files in `completions/` are compared with what the program prints. bash and zsh are typed at through a
pseudo-terminal; fish answers `complete -C`. What is offered is tested in `tests/cli/test_candidates.py`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gradcalc.cli.app import COMMANDS
from gradcalc.cli.completion import SCRIPTS
from tests.cli.harness import ROOT, environment
from tests.cli.pseudo import terminal

FILES = {"bash": "gradcalc.bash", "zsh": "_gradcalc", "fish": "gradcalc.fish"}

#: What is typed before TAB, and what stands on the line after it.
TYPED = {
    "gradcalc dif": "gradcalc diff ",
    "gradcalc diff x --dt": "gradcalc diff x --dtype ",
    "gradcalc diff x --format js": "gradcalc diff x --format json ",
    "gradcalc diff x --format=js": "gradcalc diff x --format=json ",
    'gradcalc diff "sin(x)*long" --wrt l': 'gradcalc diff "sin(x)*long" --wrt long ',
    "gradcalc diff 'sin(x)*(long' --wrt l": "gradcalc diff 'sin(x)*(long' --wrt long ",
    'gradcalc diff "-x*y" --at x=1,': 'gradcalc diff "-x*y" --at x=1,y=',
    "gradcalc diff a*b --at=a=1,": "gradcalc diff a*b --at=a=1,b=",
    "gradcalc functions lgam": "gradcalc functions lgamma ",
    "gradcalc completion f": "gradcalc completion fish ",
    "gradcalc diff x --digits ": "gradcalc diff x --digits ",
    "gradcalc les": "gradcalc lesson ",
    "gradcalc lesson acc": "gradcalc lesson accumulation ",
    "gradcalc lesson --format t": "gradcalc lesson --format text ",
    'gradcalc tape "x*long" --at l': 'gradcalc tape "x*long" --at long=',
    "gradcalc tape x --format tr": "gradcalc tape x --format tree ",
    "gradcalc tape x --dtype i": "gradcalc tape x --dtype int64 ",
    "gradcalc tape x --retain-graph=of": "gradcalc tape x --retain-graph=off ",
    "gradcalc logistic --format ma": "gradcalc logistic --format markdown ",
    "gradcalc logistic --csv lab": "gradcalc logistic --csv labels.csv ",
    "gradcalc logistic --csv=lab": "gradcalc logistic --csv=labels.csv ",
    "gradcalc logistic --csv my": "gradcalc logistic --csv my\\ data/",
    "gradcalc logistic --csv 'my data/s": "gradcalc logistic --csv 'my data/samples.csv' ",
}

_SHOW = {
    "bash": "bind 'set bell-style none'; bind -x '\"\\C-]\": echo \"<<<$READLINE_LINE>>>\"'",
    "zsh": "show() { print -r -- \"<<<$BUFFER>>>\" }; zle -N show; bindkey '^]' show; bindkey '^U' kill-whole-line",
}
_START = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}
_PREPARE = {
    "bash": f"source {shlex.quote(str(ROOT / 'completions/gradcalc.bash'))}",
    "zsh": f"autoload -Uz compinit; compinit -D -u; source {shlex.quote(str(ROOT / 'completions/_gradcalc'))}",
    "zsh through fpath": f"fpath=({shlex.quote(str(ROOT / 'completions'))} $fpath); autoload -Uz compinit; compinit -D -u",
}


def require(shell: str) -> None:
    """Skip the test where the shell is missing."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")


@pytest.fixture(scope="module")
def shell_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the command `gradcalc` is the program under test."""
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "gradcalc"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m gradcalc "$@"\n')
    program.chmod(0o755)
    path = os.pathsep.join((str(folder), os.environ["PATH"]))
    return environment(PATH=path, HOME=str(folder), TERM="xterm", COLUMNS="200", PS1="> ")


@pytest.mark.parametrize("shell", FILES)
def test_the_files_are_what_the_program_prints(shell: str) -> None:
    """Made anew with `gradcalc completion SHELL > completions/FILE`."""
    assert (ROOT / "completions" / FILES[shell]).read_text() == SCRIPTS[shell]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working directory with files to complete."""
    (tmp_path / "my data").mkdir()
    for name in ("labels.csv", "my data/samples.csv"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.skipif(os.name != "posix", reason="there are no pseudo-terminals here")
@pytest.mark.parametrize("way", _PREPARE)
def test_tab_completes_the_line(way: str, shell_environment: dict[str, str], folder: Path) -> None:
    """Each line is typed, TAB is pressed, and what stands on the line then is read back from the shell."""
    shell = way.split()[0]
    require(shell)
    with terminal(_START[shell], shell_environment, folder) as screen:
        screen.type(f"{_PREPARE[way]}; {_SHOW[shell]}; echo RE''ADY\n")
        screen.wait(r"(READY)\r?\n")
        found = {}
        for typed in TYPED:
            screen.type(f"{typed}\t\x1d")
            found[typed] = screen.wait(r"<<<([^\r\n]*)>>>")
            screen.type("\x15")
        assert found == TYPED


def test_bash_function_offers_all_that_fits(shell_environment: dict[str, str]) -> None:
    """COMPREPLY as the function leaves it, for a line that ends at the cursor and one that goes on."""
    script = """
        source completions/gradcalc.bash
        offer() { COMP_LINE=$1 COMP_POINT=$2; _gradcalc 2>/dev/null; (IFS=' '; echo "${COMPREPLY[*]}"); }
        offer 'gradcalc ' 9
        offer 'gradcalc diff "x*y" --wrt ' 26
        offer 'gradcalc diff "x*$(touch ran)" --wrt ' 37
        offer 'gradcalc di --format json' 11
    """
    require("bash")
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=False, cwd=ROOT, env=shell_environment, timeout=60
    )
    assert done.stdout.splitlines() == [
        " ".join([*COMMANDS, "--version", "--help"]),
        "x y",
        "x touch ran",
        "diff",
    ]
    assert not (ROOT / "ran").exists()


def test_fish_offers_what_fits(shell_environment: dict[str, str], folder: Path) -> None:
    """`complete -C` answers as TAB does."""
    require("fish")
    lines = {
        "gradcalc dif": ["diff"],
        'gradcalc diff "x*y" --wrt ': ["x", "y"],
        "gradcalc diff 'x*y' --at ": ["x=", "y="],
        'gradcalc diff "x*y" --at x=1,': ["x=1,y="],
        'gradcalc diff "x*y" --at "x=1,': ["x=1,y="],
        "gradcalc diff x --only v": ["value", "verdict"],
        "gradcalc diff x --format=js": ["--format=json"],
        "gradcalc functions bessel_": ["bessel_i", "bessel_j", "bessel_k", "bessel_y"],
        "gradcalc diff x --digits ": [],
        "gradcalc lesson a": ["accumulation", "all"],
        "gradcalc tape x --format t": ["table", "tree"],
        "gradcalc tape x --retain-graph ": ["off", "on"],
        'gradcalc tape "x*y" --at ': ["x=", "y="],
        "gradcalc logistic --format m": ["markdown"],
        "gradcalc logistic --csv ": ["labels.csv", "my data/"],
        "gradcalc logistic --csv=lab": ["--csv=labels.csv"],
        "gradcalc logistic --csv 'my data/s": ["my data/samples.csv"],
    }
    asked = "".join(f"complete -C {shlex.quote(line)}; echo END\n" for line in lines)
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"source {shlex.quote(str(ROOT / 'completions/gradcalc.fish'))}\n{asked}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=shell_environment,
        timeout=60,
    )
    assert done.stderr == ""
    answers = [
        [line.split("\t")[0] for line in part.splitlines()]  # behind the tab stands a description
        for part in done.stdout.split("END\n")[:-1]
    ]
    assert dict(zip(lines, answers, strict=True)) == lines
