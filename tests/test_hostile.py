"""Hostile input: no code runs, nothing hangs, no traceback, and an honest status.

The table is tests/cases/hostile.txt. What is refused is refused by the parser, so it is tried in this process and
through the whole command line without a new one; what is read goes through every engine in one process of its own,
and a choice of the worst through real command lines.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gradcalc.__main__ import answer
from gradcalc.console import Console
from gradcalc.errors import GradcalcError
from gradcalc.language.parser import parse
from gradcalc.language.point import read_point
from tests import cases
from tests.effort import at_most

_REPEATED = re.compile("«(.+?)×([0-9]+)»")

CASES = cases.read("hostile.txt")
READ = [case for case in CASES if case.lines == ("read",)]

#: Each read case that a real command line tries: those that hang or crash SymPy, by the beginning of their input.
WORST = ("9**9**9**9*x", "factorial(10**8)*x", "x + «exp(", "x*sqrt(10**300000", "(x+1)**10**9", "«sin(×90")


def written_out(case: cases.Case, mark: Path) -> str:
    """The input with its repetitions written out and the path of the file that must not appear."""
    text = _REPEATED.sub(lambda match: match.group(1) * int(match.group(2)), case.inputs[0])
    return text.replace("MARK", str(mark))


def _reading(source: str) -> float:
    """Ten times the processor time that it takes to read a text: a second or two for 100,000 characters."""
    return 1 + len(source) / 5_000


@pytest.fixture
def mark(tmp_path: Path) -> Any:
    """A path at which no file may be when the test is over."""
    path = tmp_path / "MARK"
    yield path
    assert not path.exists(), "code in the input has run"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_parser(case: cases.Case, mark: Path) -> None:
    """The parser reads the input or refuses it with the status of the table, in time that the length accounts for."""
    source = written_out(case, mark)
    with at_most(_reading(source)):
        try:
            parse(source)
            outcome = "read"
        except GradcalcError as error:
            outcome = f"refused {int(error.status)}"
    assert outcome == case.lines[0]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_point(case: cases.Case, mark: Path) -> None:
    """The same input after --at is read or refused."""
    source = written_out(case, mark)
    with at_most(_reading(source)):
        try:
            read_point([source])
        except GradcalcError as error:
            assert error.status in {2, 5}


@pytest.mark.parametrize("case", [case for case in CASES if case not in READ], ids=str)
def test_command_line_refuses(case: cases.Case, mark: Path) -> None:
    """The command line says why, on stderr alone and in few lines, with the status of the table."""
    out, err = io.StringIO(), io.StringIO()
    status = answer(["diff", written_out(case, mark), "--at", "1"], Console(out, err, {}))
    assert f"refused {status}" == case.lines[0], err.getvalue()
    assert out.getvalue() == ""
    assert err.getvalue().startswith("gradcalc: ")
    assert len(err.getvalue().splitlines()) <= 4
    assert all(line.isprintable() for line in err.getvalue().splitlines()), "a terminal would obey this"


#: Runs each formula of a JSON list at 1.5 in every variable; a line of JSON for each: its number, status, seconds of
#: processor time.
_DRIVER = """
import json, sys, time
import gradcalc
from gradcalc.__main__ import answer
from gradcalc.console import Console
from gradcalc.errors import GradcalcError
from gradcalc.language.parser import parse

for number, source in enumerate(json.load(sys.stdin)):
    start, fault = time.process_time(), ""
    try:
        gradcalc.diff(source, at={name: 1.5 for name in parse(source).variables} or None, timeout=0.7)
        status = 0
    except GradcalcError as error:
        status = int(error.status)
    except BaseException as error:
        status, fault = 70, repr(error)[:300]
    print(json.dumps([number, status, time.process_time() - start, fault]), flush=True)
"""


def answers_of(driver: str, inputs: Sequence[Any], timeout: float) -> list[list[Any]]:
    """What a process that runs `driver` says of each of the inputs, one after the other; it must reach the last."""
    run = subprocess.run(
        [sys.executable, "-c", driver],
        input=json.dumps(inputs),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(answers) == len(inputs), f"stopped at {str(inputs[len(answers)])[:80]}: {run.stderr[-500:]}"
    assert "Traceback" not in run.stderr
    return answers


def test_every_engine_survives(mark: Path) -> None:
    """What is read is differentiated by all sides, or given up, without any other exception."""
    sources = [written_out(case, mark) for case in READ]
    for number, status, seconds, fault in answers_of(_DRIVER, sources, 600):
        assert status in {0, 2, 3, 5}, f"{READ[number]}: {fault}"
        # Ten times what is needed: the first loads torch, the longest has 100,000 operations for each engine.
        allowed = 20 + len(sources[number]) / 2_000
        assert seconds < allowed, f"{READ[number]} took {seconds:.1f} s of processor time"


@pytest.mark.parametrize("beginning", WORST)
def test_command_line_answers(beginning: str, mark: Path) -> None:
    """The worst of them as a person runs them: an answer or a refusal within --timeout and the start of the program."""
    (case,) = (case for case in READ if case.inputs[0].startswith(beginning))
    with at_most(60):  # ten times what starting, and SymPy until it is stopped, take
        run = subprocess.run(
            [sys.executable, "-m", "gradcalc", "diff", written_out(case, mark), "--at", "1.5", "--timeout", "2"],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert run.returncode in {0, 2, 3, 5}, run.stderr[-500:]
    assert "Traceback" not in run.stderr
