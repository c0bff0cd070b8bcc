"""`gradcalc lesson`: what is shown is what the commands print, the notebook's numbers are in it, and it fits its reader."""

from __future__ import annotations

import errno
import io
import json
import re
import shlex
from typing import Any, NamedTuple

import pytest

from gradcalc.__main__ import answer, run
from gradcalc.cli.lessons import LESSONS, Lesson, Step
from gradcalc.console import Console
from tests import oracle
from tests.cli.harness import ROOT, Finished
from tests.cli.test_main import Screen, console
from tests.cli.test_process import loaded, shell

mp = oracle.mp

NAMES = ("derivative", "chain-rule", "logistic", "vector", "accumulation", "no-grad")


class Shown(NamedTuple):
    """A command of a lesson and what stands below it."""

    command: str
    output: str


def printed(capsys: pytest.CaptureFixture[str], *tokens: str) -> Finished:
    """What a command line does, run in this process."""
    status = run(tokens)
    return Finished(*capsys.readouterr(), status)


def steps(text: str) -> list[Shown]:
    """The commands of a lesson in plain text, each with the lines between it and the next sentence."""
    pieces = [piece.partition("\n") for piece in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]]
    return [Shown(command, re.split(r"\n(?=# |\Z)", shown)[0]) for command, _, shown in pieces]


def document(capsys: pytest.CaptureFixture[str], name: str) -> Any:
    """A lesson as JSON."""
    return json.loads(printed(capsys, "lesson", name, "--format", "json").stdout)


def on_screen(*tokens: str, **environ: str) -> str:
    """What a terminal gets."""
    target, stdout, _ = console(Screen, **environ)
    assert answer(tokens, target) == 0
    return stdout.getvalue()


def test_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    """The notebook's lessons in its order, with their titles, and the word for the whole story."""
    assert tuple(LESSONS) == NAMES
    listed, done = printed(capsys, "lesson").stdout.split("\n\n")
    rows = [tuple(re.split(r"  +", line)) for line in listed.splitlines()]
    assert rows == [*((name, LESSONS[name].title) for name in NAMES), ("all", "all of them, one after another")]
    assert done == "Write gradcalc lesson NAME.\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_command_copied_from_a_lesson_prints_what_the_lesson_shows(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Output and notes, letter for letter: nothing in a lesson is stored, and nothing needs more than the command."""
    lesson = printed(capsys, "lesson", name, "--plain")
    notes = ""
    for command, output in steps(lesson.stdout):
        program, *tokens = shlex.split(command)
        assert program == "gradcalc"
        alone = printed(capsys, *tokens)
        assert (alone.stdout, alone.status) == (output, 0)
        notes += alone.stderr
    assert (lesson.stderr, lesson.status) == (notes, 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_says_and_runs_all_that_it_has(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The title, then each step's sentences as one comment and its command, in order; JSON has the same."""
    taught = LESSONS[name]
    plain = printed(capsys, "lesson", name, "--plain").stdout
    wanted = [f"# {taught.title}", *(line for step in taught.steps for line in (f"# {step.text}", f"$ {step.command}"))]
    assert [line for line in plain.splitlines() if line.startswith(("# ", "$ "))] == wanted
    (record,) = document(capsys, name)["lessons"]
    assert (record["name"], record["title"]) == (name, taught.title)
    assert [(step["text"], step["command"]) for step in record["steps"]] == list(taught.steps)
    assert [Shown(step["command"], step["output"]) for step in record["steps"]] == steps(plain)


def test_all_is_one_lesson_after_another(capsys: pytest.CaptureFixture[str]) -> None:
    """As text and as JSON."""
    plain = [printed(capsys, "lesson", name, "--plain") for name in NAMES]
    whole = printed(capsys, "lesson", "all", "--plain")
    assert whole.stdout == "".join(lesson.stdout for lesson in plain)
    assert whole.stderr == "".join(lesson.stderr for lesson in plain)
    assert document(capsys, "all")["lessons"] == [document(capsys, name)["lessons"][0] for name in NAMES]


# -- the numbers of the notebook, from mpmath at 50 digits

SLOPE = float(8 * mp.cos(16))
THIRDS = [float(mp.mpf(2 * x) / 3) for x in (1, 2, 3)]
X = mp.mpf(6.699999809265137)  # what float32 makes of 6.7
WEIGHT = mp.nstr(X / (1 + mp.exp(-X)), 9)
BIAS = mp.nstr(1 / (1 + mp.exp(-X)), 9)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("derivative", "6 6 agrees (0 ulp)"),
        ("chain-rule", f"{SLOPE} {SLOPE} agrees (0.2 ulp)"),
        ("chain-rule", "v2 x**2 v1 ** 2 16 PowBackward0"),
        ("chain-rule", f"v3 sin(x**2) sin(v2) {float(mp.sin(16))} SinBackward0"),
        ("chain-rule", f"v1 df/dv1 = {SLOPE} x.grad, as a leaf"),
        ("logistic", "z w*x + b 6.7"),
        ("logistic", "ŷ sigmoid(z) 0.99877053"),
        ("logistic", "L -(y*log(c) + (1 - y)*log(1 - c)) 6.701176"),
        ("logistic", f"dL/dw 6.6917624 {WEIGHT} 6.691762"),
        ("logistic", f"dL/db 0.99877053 {BIAS} 0.9987705"),
        ("logistic", "L inf 20 differs"),
        ("logistic", "dL/dw nan 20 differs"),
        ("vector", f"f {14 / 3} {14 / 3}"),
        ("vector", f"{THIRDS[0]} {THIRDS[0]} agrees (0.3 ulp)"),
        ("vector", f"{THIRDS[1]} {THIRDS[1]} agrees (0.3 ulp)"),
        ("vector", "2 2 agrees (0 ulp)"),
        ("accumulation", "call x.grad 1 4 2 8 3 12"),
        ("accumulation", "call x.grad 1 4 2 4 3 4"),
        ("no-grad", "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn"),
        ("no-grad", "RuntimeError: Only Tensors of floating point and complex dtype can require gradients"),
    ],
)
def test_the_notebook_is_in_the_lessons(name: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Its numbers, backward functions and messages, in the rows where they belong; 8*cos(16) is the notebook's too."""
    assert SLOPE == -7.661275842587077
    words = " ".join(printed(capsys, "lesson", name, "--plain").stdout.split())
    assert f" {line} " in f"{words} "


# -- what a script sees


def test_the_keys_are_those_of_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    """In the order of its table, between the schema and the steps."""
    (row,) = re.findall(r"^\| `lesson` \| (.*?);", (ROOT / "README.md").read_text(), re.MULTILINE)
    found = document(capsys, "no-grad")
    (taught,) = found["lessons"]
    assert list(found)[:2] == ["schema", "command"]
    assert [*list(found)[2:], *taught, *taught["steps"][0]] == re.findall(r"`(\w+)`", row)
    listed = json.loads(printed(capsys, "lesson", "--format", "json").stdout)
    assert listed == {
        "schema": 1,
        "command": "lesson",
        "lessons": [{"name": name, "title": LESSONS[name].title} for name in NAMES],
    }


def test_a_lesson_goes_on_behind_a_refusal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told as outside of a lesson, and the step's status is its command's own."""
    commands = ("sni(x)", "(1-cos(x))/x**2 --at 1e-4 --only autograd --strict", "x**3")
    taught = Lesson("Mistakes", tuple(Step("See.", f"gradcalc diff {command}") for command in commands))
    monkeypatch.setitem(LESSONS, "mistakes", taught)
    (record,) = document(capsys, "mistakes")["lessons"]
    assert [step["status"] for step in record["steps"]] == [2, 1, 0]
    assert [step["notes"] for step in record["steps"]] == [printed(capsys, "diff", "sni(x)").stderr, "", ""]
    plain = printed(capsys, "lesson", "mistakes", "--plain")
    assert plain.status == 0
    assert plain.stderr == record["steps"][0]["notes"]
    assert steps(plain.stdout)[2].output == "df/dx = 3*x**2\n"


@pytest.mark.parametrize(
    "tokens",
    ["lesson", "lesson --help", "lesson --format json", "lesson quux", "lesson no-grad --format jsno"],
)
def test_the_list_and_mistakes_load_nothing_heavy(tokens: str) -> None:
    """In a fresh process: no engine, and neither rich nor pydantic."""
    assert loaded(*tokens.split()) == set()


@pytest.mark.parametrize("line", ["lesson ", "tape x*y --at ", "tape x --format ", "logistic --csv "])
def test_completion_loads_nothing_heavy(line: str) -> None:
    """At every TAB."""
    assert loaded("completion", "bash", "--", f"gradcalc {line}") == set()


# -- on a terminal, on a pipe, on a full disk


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_fits_the_usual_terminal(name: str) -> None:
    """All but its commands, which are copied and must stay in one line."""
    lines = on_screen("lesson", name, NO_COLOR="1", COLUMNS="80").splitlines()
    assert [line for line in lines if len(line) > 80 and not line.startswith("$ ")] == []
    assert [line[2:] for line in lines if line.startswith("$ ")] == [step.command for step in LESSONS[name].steps]


@pytest.mark.parametrize("name", NAMES)
def test_title_and_sentences_are_folded_in_a_narrow_terminal(name: str) -> None:
    """Between words."""
    taught = LESSONS[name]
    title_and_text = on_screen("lesson", name, NO_COLOR="1", COLUMNS="24").partition("\n$ ")[0]
    assert max(map(len, title_and_text.splitlines())) <= 24
    assert title_and_text.split() == f"{taught.title} {taught.steps[0].text}".split()


def test_a_terminal_gets_colours_unless_told_otherwise() -> None:
    """Title and commands stand out; NO_COLOR and --color never leave the words alone; --plain is plain in any case."""
    colored = on_screen("lesson", "no-grad")
    bare = on_screen("lesson", "no-grad", NO_COLOR="1")
    assert f"\x1b[1;4m{LESSONS['no-grad'].title}\x1b[0m\n" in colored
    assert '\x1b[1;36m$ gradcalc tape "x**2" --at 2 --no-grad\x1b[0m\n' in colored
    assert "\x1b" not in bare
    assert on_screen("lesson", "no-grad", "--color", "never") == bare
    assert re.sub(r" *\n", "\n", re.sub("\x1b.*?m", "", colored)) == bare
    assert "\x1b" not in on_screen("lesson", "no-grad", "--plain", "--color", "always")


def test_a_pipe_may_be_closed_at_any_time() -> None:
    """`| head -1` has the title; silence, and status 0."""
    done = shell("gradcalc lesson all --plain | head -1; echo ${PIPESTATUS[0]}")
    assert done == Finished(f"# {LESSONS['derivative'].title}\n0\n", "", 0)


class Full(io.StringIO):
    """A disk that fills up when the first answer is to be written."""

    def write(self, text: str) -> int:
        """Only sentences and commands fit."""
        if text.startswith("f  = "):
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


def test_a_disk_that_fills_up_ends_the_lesson() -> None:
    """Told once, with status 5, and no step is run for nobody."""
    stdout, stderr = Full(), io.StringIO()
    assert answer(["lesson", "accumulation", "--plain"], Console(stdout, stderr, {})) == 5
    assert stdout.getvalue().count("$ ") == 1
    assert stderr.getvalue() == "gradcalc: the answer could not be written: no space left on device\n"
