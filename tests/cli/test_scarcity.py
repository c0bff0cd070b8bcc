"""The program as a process that may use little: memory, open files, no working directory. A sentence, or the answer."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.cli.harness import ROOT, Finished, environment, run

if sys.platform != "linux":
    pytest.skip("other systems do not hold these limits", allow_module_level=True)

QUESTION = '{"expression": "x**2", "at": 3, "id": 1}\n'
#: Whatever ends in an error has one of these sentences, and one of these statuses.
LACKS = ("there is too little memory for this", "too few files may be open at once for this")


def limited(limit: int, value: int) -> Callable[[], None]:
    """What sets a limit in a process that is about to become the program."""
    return lambda: resource.setrlimit(limit, (value, value))


def ask(tokens: Sequence[str], stdin: str, before: Callable[[], None]) -> Finished:
    """A run of the program, prepared by `before`."""
    done = subprocess.run(
        [sys.executable, "-m", "gradcalc", *tokens],
        input=stdin.encode(),
        capture_output=True,
        check=False,
        timeout=120,
        env=environment(),
        preexec_fn=before,
    )
    return Finished(done.stdout.decode(), done.stderr.decode(), done.returncode)


def told(done: Finished) -> bool:
    """Whether a run ended in an answer, or in the sentences of a lack and nothing else."""
    lines = done.stderr.splitlines()
    sentences = [line.removeprefix("gradcalc: ") for line in lines if line.startswith("gradcalc: ")]
    others = [line for line in lines if not line.startswith(("gradcalc: ", "  ulimit -", "  see ulimit -"))]
    fitting = all(sentence in LACKS or sentence.startswith("note: ") for sentence in sentences)
    return (
        done.status in {0, 1, 3, 5} and fitting and not others and (done.status == 0 or bool(sentences or done.stdout))
    )


@pytest.mark.parametrize("mebibytes", [50, 120, 420, 800])
@pytest.mark.parametrize(
    ("tokens", "stdin"),
    [
        (["diff", "x**2"], ""),
        (["diff", "x**2", "--at", "3", "--only", "symbolic"], ""),
        pytest.param(["check", "x**2", "2*x"], "", marks=pytest.mark.long),
        pytest.param(["tape", "x**2", "--at", "3"], "", marks=pytest.mark.long),
        pytest.param(["logistic", "--x", "1", "--y", "0"], "", marks=pytest.mark.long),
        pytest.param(["devices"], "", marks=pytest.mark.long),
        pytest.param(["batch"], QUESTION, marks=pytest.mark.long),
        pytest.param(["repl"], "x**2 --at 3\n", marks=pytest.mark.long),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_too_little_memory_is_told_in_a_sentence(tokens: list[str], stdin: str, mebibytes: int) -> None:
    """Where torch's own libraries would call abort too; what can be computed is."""
    done = ask(tokens, stdin, limited(resource.RLIMIT_AS, mebibytes << 20))
    assert told(done), done
    assert "internal" not in done.stdout


def test_a_limit_above_what_is_needed_changes_nothing() -> None:
    """SymPy's process does not ask for more than it may have."""
    done = ask(["diff", "x**2"], "", limited(resource.RLIMIT_AS, 1 << 30))
    assert done == Finished("df/dx = 2*x\n", "", 0)


@pytest.mark.parametrize("files", [5, 7, 9, 12])
@pytest.mark.parametrize(
    ("tokens", "stdin"),
    [
        (["diff", "x**2"], ""),
        (["check", "x**2", "2*x", "--format", "json"], ""),
        (["batch"], QUESTION),
        pytest.param(["functions", "sin"], "", marks=pytest.mark.long),
        pytest.param(["diff", "x**2", "--at", "3", "--only", "symbolic"], "", marks=pytest.mark.long),
        pytest.param(["tape", "x**2", "--at", "3"], "", marks=pytest.mark.long),
        pytest.param(["repl"], "x**2 --at 3\n", marks=pytest.mark.long),
        pytest.param(["lesson", "chain-rule"], "", marks=pytest.mark.long),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_too_few_files_are_told_in_a_sentence(tokens: list[str], stdin: str, files: int) -> None:
    """The pipes to SymPy's process, the modules, the descriptors of a batch: whichever is the first that is missing."""
    done = ask(tokens, stdin, limited(resource.RLIMIT_NOFILE, files))
    assert told(done), done


# -- a working directory that was deleted


def nowhere(folder: Path) -> Callable[[], None]:
    """What leaves a process in a directory that is no more."""

    def leave() -> None:
        folder.mkdir()
        os.chdir(folder)
        folder.rmdir()

    return leave


@pytest.mark.parametrize(
    ("tokens", "stdin"),
    [
        (["diff", "x**2", "--at", "3", "--only", "autograd"], ""),
        (["batch"], QUESTION),
        pytest.param(["check", "x**2", "2*x", "--format", "plain"], "", marks=pytest.mark.long),
        pytest.param(["tape", "x**2", "--at", "3"], "", marks=pytest.mark.long),
        pytest.param(["logistic", "--x", "1", "--y", "0"], "", marks=pytest.mark.long),
        pytest.param(["devices"], "", marks=pytest.mark.long),
        pytest.param(["repl"], "x**2 --at 3\n", marks=pytest.mark.long),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_an_answer_does_not_depend_on_the_working_directory(tokens: list[str], stdin: str, tmp_path: Path) -> None:
    """Where it was deleted, a library of torch's would end the process in its own words."""
    assert ask(tokens, stdin, nowhere(tmp_path / "gone")) == run(*tokens, stdin=stdin)


@pytest.mark.parametrize(
    ("tokens", "message", "status"),
    [
        (["batch", "in.jsonl"], "in.jsonl cannot be read: no such file or directory", 2),
        (["batch", "--output", "out"], "the answers could not be written to out: no such file or directory", 5),
        (["logistic", "--csv", "in.csv"], "in.csv cannot be read: no such file or directory", 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_file_in_a_deleted_directory_is_told(tokens: list[str], message: str, status: int, tmp_path: Path) -> None:
    """By its name, and not as trouble with another file."""
    done = ask(tokens, QUESTION, nowhere(tmp_path / "gone"))
    assert (done.stdout, done.stderr.splitlines()[0], done.status) == ("", f"gradcalc: {message}", status)


def test_the_working_directory_is_where_it_was() -> None:
    """After torch was loaded, deleted or not."""
    program = (
        "import os, tempfile; folder = tempfile.mkdtemp(); os.chdir(folder); os.rmdir(folder); before = os.stat('.').st_ino\n"
        "from gradcalc.engines.autograd.library import torch\n"
        "print(os.stat('.').st_ino == before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environment(),
        cwd=ROOT,
    )
    assert (done.stdout, done.stderr) == ("True\n", "")
