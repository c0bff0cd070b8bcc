"""README is executed: each `$ command` of its console blocks runs in a shell and prints what stands below it.

The ```make block is the Makefile of the directory where they run; a command that needs a program which is missing here
is skipped and names it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.harness import environment
from tests.warm import Daemon

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


#: What the recipes call that a machine may lack.
PROGRAMS = ("jq", "make", "xargs")


class Example(NamedTuple):
    """A command of the README and what it shows, standard error included."""

    command: str
    shown: str


def examples() -> list[Example]:
    """The commands of all ```console blocks; a block's lines after a command are its output."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = piece.partition("\n")
            while command.endswith("\\") or command.count("'") % 2:
                more, _, shown = shown.partition("\n")
                command += "\n" + more
            found.append(Example(command, shown))
    return found


def python_blocks() -> list[str]:
    """The ```python blocks."""
    return re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def makefile() -> str:
    """The ```make block."""
    (block,) = re.findall(r"```make\n(.*?)```", README, re.DOTALL)
    return str(block)


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a reader of the README would, standard error joined to standard output."""
    return subprocess.run(
        ["bash", "-c", command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
        cwd=folder,
        env=environment(PATH=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])), COLUMNS="100"),
    )


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.command)
@pytest.mark.parametrize("way", [pytest.param("cold", marks=pytest.mark.long), "warm"], indirect=True)
@pytest.mark.usefixtures("way")
def test_a_command_prints_what_the_readme_shows(example: Example, tmp_path: Path) -> None:
    """Exactly, standard output and standard error together; `...` stands for any text."""
    for program in PROGRAMS:
        if re.search(rf"(^|[|&] ){program} ", example.command) and shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    (tmp_path / "Makefile").write_text(makefile())
    done = shell(example.command, tmp_path)
    pattern = ".*?".join(re.escape(part) for part in example.shown.split("..."))
    assert re.fullmatch(pattern, done.stdout, re.DOTALL), f"README shows\n{example.shown}\nbut it prints\n{done.stdout}"


@pytest.mark.parametrize("way", ["warm"], indirect=True)
@pytest.mark.usefixtures("way")
def test_the_daemon_answers_them(shared_daemon: Daemon, tmp_path: Path) -> None:
    """Who asks in another environment than the daemon's is answered cold, without a word."""
    before = shared_daemon.report()["answered"]
    assert shell('gradcalc diff "x**2" --at 3 --only autograd', tmp_path).stdout == "6\n"
    assert shared_daemon.report()["answered"] == before + 1


def test_there_are_commands() -> None:
    """The reader of this file would not notice if the pattern found none."""
    assert len(examples()) >= 15
    assert python_blocks()


@pytest.mark.parametrize("block", python_blocks())
def test_a_python_block_says_what_it_prints(block: str) -> None:
    """The block runs, and each comment `# ...` after a print is what it prints."""
    done = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines() == re.findall(r"print\(.*\)  # (.*)", block)


def test_the_two_commands_of_the_set_up_are_those_that_ci_runs() -> None:
    """The second command of the README, but for its environment's name, stands in .ci/run line by line."""
    (setup, tests) = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)[:2]
    script = (ROOT / ".ci" / "run").read_text()
    steps = [step.strip() for step in tests.replace("\\\n", " ").split("&&")]
    assert any("pytest" in step for step in steps)
    for step in steps:
        assert step.replace(".venv", ".ci-venv") in script, f"README's {step!r} is not what .ci/run does"
    assert "-c constraints.txt" in setup
    assert 'gradcalc diff "sin(x**2)" --at 4' in setup
