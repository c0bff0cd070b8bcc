"""The program as a process: what it loads, and how it behaves on pipes, full disks and odd encodings."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.harness import Finished, environment, run

pytestmark = pytest.mark.usefixtures("way")

HEAVY = ("torch", "sympy", "numpy", "flint", "rich", "pydantic")

#: Runs the program in this process and then says on stderr which heavy modules it loaded.
_SPY = f"""
import sys
from gradcalc.__main__ import run
run(sys.argv[1:])
print(*sorted(set(sys.modules) & set({HEAVY!r})), file=sys.stderr)
"""


def loaded(*tokens: str) -> set[str]:
    """The heavy modules that a command line loads."""
    return set(run(*tokens, prefix=("-c", _SPY)).stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "tokens",
    [
        (),
        ("--help",),
        ("--version",),
        ("diff", "--help"),
        ("repl", "--help"),
        ("functions", "sinc"),
        ("completion", "bash"),
        ("completion", "bash", "--", 'gradcalc diff "sin(x)*y" --wrt '),
        ("diff", "x", "--att", "4"),
        ("diff", "2*sni(x)"),
        ("diff", "2*sni(x)", "--at", "4", "--format", "json"),
        ("diff", "x*y", "--at", "4"),
    ],
    ids=" ".join,
)
def test_nothing_heavy_is_loaded_for_help_completion_and_mistakes(tokens: tuple[str, ...]) -> None:
    """In a fresh process: no engine, and neither rich nor Typer's pydantic."""
    assert loaded(*tokens) == set()


def test_torch_is_not_loaded_without_a_point() -> None:
    """The symbolic side works in a process of its own, so this one stays light."""
    assert loaded("diff", "sin(x)") <= {"rich", "flint"}


def shell(command: str, **extra: str) -> Finished:
    """Run a shell command in which `gradcalc` is the program under test."""
    script = f'gradcalc() {{ "{sys.executable}" -m gradcalc "$@"; }}\n{command}'
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False, env=environment(**extra)
    )
    return Finished(done.stdout, done.stderr, done.returncode)


def test_a_reader_that_leaves_is_no_failure() -> None:
    """`| head -1` closes the pipe early: silence, and status 0."""
    many = "for i in $(seq 30); do gradcalc functions; done"
    done = shell(f"{many} | head -1; echo ${{PIPESTATUS[0]}}")
    assert done.stdout.splitlines()[1:] == ["0"]
    assert done.stderr == ""


def test_a_pipe_without_a_reader_is_no_failure() -> None:
    """Also where not one byte can be written."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "gradcalc", "functions"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            check=False,
            env=environment(),
        )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("arguments", ["functions", "--help", "diff --help", "functions --format json"])
def test_a_full_disk_is_told_in_a_sentence(arguments: str) -> None:
    """Status 5, one sentence, no second complaint when the interpreter ends."""
    done = shell(f"gradcalc {arguments} > /dev/full")
    assert done == Finished("", "gradcalc: the answer could not be written: no space left on device\n", 5)


def test_a_closed_output_is_told_in_a_sentence() -> None:
    """`>&-` leaves the program without a standard output."""
    done = shell("gradcalc --version >&-")
    assert done == Finished("", "gradcalc: the answer cannot be written: standard output is closed\n", 5)


@pytest.mark.parametrize(
    ("closed", "stdout", "stderr", "status"),
    [
        ("<&-", "6\n", "", 0),
        ("2>&-", "6\n", "", 0),
        ("2>/dev/full", "6\n", "", 0),
        ("<&- 2>&-", "6\n", "", 0),
        (">&-", "", "gradcalc: the answer cannot be written: standard output is closed\n", 5),
        ("<&- >&-", "", "gradcalc: the answer cannot be written: standard output is closed\n", 5),
        ("<&- >&- 2>&-", "", "", 5),
        (">/dev/full 2>/dev/full", "", "", 5),
    ],
)
def test_an_answer_needs_standard_output_only(closed: str, stdout: str, stderr: str, status: int) -> None:
    """Closed or full, each and all: the pipes to SymPy's process keep clear of the missing numbers."""
    assert shell(f"gradcalc diff 'x**2' --at 3 --only symbolic {closed}") == Finished(stdout, stderr, status)


def test_what_torch_writes_goes_nowhere_where_standard_error_is_closed() -> None:
    """Not into the pipe to SymPy's process, which would take the lowest free number."""
    program = (
        "import os; from gradcalc import __main__ as entry; "
        "entry._hold_standard_descriptors(); "
        "from gradcalc.processes.children import start; first = start(['cat']).stdin.fileno(); "
        "os.write(2, b'a warning'); print(first > 2)"
    )
    assert shell(f'"{sys.executable}" -c "{program}" <&- 2>&-') == Finished("True\n", "", 0)


def test_a_closed_standard_error_changes_nothing_else() -> None:
    """`2>&-` leaves nobody to complain to; the status still tells."""
    assert shell("gradcalc diff 'sni(x)' 2>&-") == Finished("", "", 2)


def test_a_closed_standard_input_is_told_in_a_sentence() -> None:
    """`gradcalc diff -` without a standard input."""
    done = shell("gradcalc diff - <&-")
    assert done == Finished("", "gradcalc: standard input is closed, no formula can be read from it\n", 2)


def test_bytes_that_are_no_text_are_told_in_a_sentence() -> None:
    """Standard input that is not UTF-8."""
    done = run("diff", "-", stdin=b"\xff\xfe")
    assert done == Finished("", "gradcalc: the formula on standard input is not text in UTF-8\n", 2)


def test_an_endless_input_is_read_to_the_limit_only() -> None:
    """A stream without end: the limit's sentence, at once."""
    done = shell("yes | tr -d '\\n' | gradcalc diff -")
    assert done.status == 5
    assert done.stderr.startswith("gradcalc: the formula has 200,001 characters")


def test_an_argument_that_is_no_text_is_told_in_a_sentence() -> None:
    """A byte that is not UTF-8 on the command line is shown escaped, with its caret."""
    done = shell("gradcalc diff $'\\xff+x'")
    assert done.status == 2
    assert done.stderr.splitlines()[1:] == ["  \\udcff+x", "  ^^^^^^"]


def test_an_escape_code_in_a_formula_does_not_reach_the_terminal() -> None:
    """Control characters are shown escaped."""
    done = run("diff", "x +\x1b[31m sni(x)")
    assert "\x1b" not in done.stderr
    assert done.stderr.splitlines()[1:] == ["  x +\\x1b[31m sni(x)", "     ^^^^"]


def test_ascii_streams_are_never_a_traceback() -> None:
    """Where the streams hold ASCII only, other characters are escaped, and the carets still fit."""
    done = run("diff", "θ**2 + sni(θ)", PYTHONIOENCODING="ascii")
    assert done.stderr.splitlines()[1:3] == ["  \\u03b8**2 + sni(\\u03b8)", "              ^^^"]


def test_ascii_streams_get_the_answer_too() -> None:
    """The derivative by a variable with a Greek name: escaped, and in json as json escapes it."""
    for form in ("table", "json", "markdown"):
        done = run("diff", "θ**2", "--format", form, PYTHONIOENCODING="ascii")
        assert (done.status, done.stderr) == (0, "")
        assert done.stdout.isascii()
        if form == "json":
            assert json.loads(done.stdout)["gradient"][0]["wrt"] == "θ"


def test_color_goes_to_a_pipe_only_where_asked_for() -> None:
    """`--color always` beats NO_COLOR; by default a pipe gets none; the words are the same."""
    plain = run("diff", "sin(x)").stdout
    painted = run("diff", "sin(x)", "--color", "always", NO_COLOR="1").stdout
    assert plain == "df/dx = cos(x)\n"
    assert painted == "\x1b[1mdf/dx = \x1b[0mcos(x)\n"


def test_a_missing_device_says_what_there_is() -> None:
    """Status 4 and the devices of this machine."""
    done = run("diff", "x**2", "--at", "3", "--device", "cuda:77")
    assert (done.stdout, done.status) == ("", 4)
    assert done.stderr.startswith("gradcalc: there is no device cuda:77 here\n  this machine has: cpu")


def test_devices_lists_the_processor_first() -> None:
    """Name, description and dtypes, tab-separated; float64 works on a processor."""
    first = run("devices", "--format", "plain").stdout.splitlines()[0].split("\t")
    assert first[0] == "cpu"
    assert "float64" in first[2].split()


@pytest.mark.parametrize("columns", [80, 200])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    """In a terminal of that width a long derivative is wrapped, and both numbers stay on one line."""
    if shutil.which("script") is None:
        pytest.skip("script(1) is not installed, which makes the terminal")
    formula = " + ".join(f"{k}*x**{k}*cos(x)" for k in range(1, 20))
    done = subprocess.run(
        [
            "script",
            "-qec",
            f"stty cols {columns}; '{sys.executable}' -m gradcalc diff '{formula}' --at 0.5",
            "/dev/null",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(NO_COLOR="1"),
    )
    lines = done.stdout.replace("\r", "").splitlines()
    assert max(map(len, lines)) <= columns
    assert any("agrees" in line and line.count(".") >= 2 for line in lines)
