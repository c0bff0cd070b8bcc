"""What a script may rely on: exit statuses, clean streams, JSON keys, and what is not loaded."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from typing import Any

import pytest

from gradcalc.__main__ import run
from tests import oracle

HEAVY = {"torch", "sympy", "numpy", "flint"}


@pytest.mark.parametrize(
    ("tokens", "status", "stdout"),
    [
        (["diff", "x**2", "--at", "3", "--only", "autograd"], 0, "6\n"),
        (["diff", "-x**2", "--at", "-3", "--only", "symbolic"], 0, "6\n"),
        (["diff", "--at=-3", "-x", "--only", "symbolic"], 0, "-1\n"),
        (["diff", "mean(x**2)", "--at", "1,2,3", "--only", "expression"], 0, "2*x[0]/3\n2*x[1]/3\n2*x[2]/3\n"),
        (["diff", "mean(x**2)", "--at", "1,2,3", "--wrt", "x[1]", "--only", "autograd"], 0, "1.3333333333333333\n"),
        (["diff", "x**2*y + sin(y)", "--at", "x=1", "--at", "y=2", "--wrt", "y", "--only", "expression"], 0, "x**2 + cos(y)\n"),
        (["diff", "x*log(x)", "--only", "expression"], 0, "log(x) + 1\n"),
        (["diff", "log(x)", "--at", "-1", "--only", "verdict"], 0, "undefined\n"),
        (["diff", "log(x)", "--at", "-1", "--only", "verdict", "--strict"], 1, "undefined\n"),
        (["diff", "x**2", "--at", "3", "--only", "verdict", "--strict"], 0, "agrees\n"),
        (["diff", "where(x > 0, sqrt(x), 0)", "--at", "-1", "--only", "autograd"], 0, "nan\n"),
        (["diff", "Si(x)", "--at", "1", "--only", "verdict"], 0, "unsupported\n"),
        (["diff", "x**2", "--at", "3", "--only", "certified"], 0, "6\n"),
        (["diff", "abs(x)", "--at", "0", "--only", "verdict"], 0, "undefined\n"),
        (["diff", "1/(1+exp(-x))", "--at", "-400", "--only", "verdict", "--strict"], 1, "differs\n"),
    ],
)  # fmt: skip
def test_an_answer(capsys: pytest.CaptureFixture[str], tokens: list[str], status: int, stdout: str) -> None:
    """The answer alone is on standard output, nothing is on standard error, and the status says what it is."""
    assert run(tokens) == status
    assert capsys.readouterr() == (stdout, "")


@pytest.mark.parametrize(
    ("tokens", "status", "stderr"),
    [
        (["diff", "sni(x)"], 2, "gradcalc: unknown function 'sni'\n  sni(x)\n  ^^^\n  did you mean sin, sinc or sinh?\n"),
        (["diff", "x", "--at", "y=1"], 2, None),
        (["diff", "x + y", "--at", "1"], 2, None),
        (["diff", "x", "--at", "nan"], 2, None),
        (["diff", "x**2", "--at", "1,2"], 2, None),
        (["diff", "[1, 2] + [1, 2, 3]*x", "--at", "1"], 2, None),
        (["diff", "x", "--att", "4"], 2, "gradcalc: no such option --att\n  did you mean --at?\n"),
        (["diff", "x", "--format", "jsno"], 2, None),
        (["diff", "x", "--at", "1", "--wrt", "z"], 2, None),
        (["dif", "x"], 2, None),
        (["diff", "x", "--at", "1", "--dtype", "float63"], 4, None),
        (["diff", "x", "--at", "1", "--device", "cuda:99"], 4, None),
        (["diff", "(" * 150 + "x" + ")" * 150], 5, None),
        (["diff", "1e999999*x"], 5, None),
        (["functions", "sni"], 2, None),
        (["check", "x*y", "y"], 2, None),
        (["check", "x", "(" * 150 + "x" + ")" * 150], 5, None),
    ],
)  # fmt: skip
def test_a_refusal(capsys: pytest.CaptureFixture[str], tokens: list[str], status: int, stderr: str | None) -> None:
    """One sentence on standard error, nothing on standard output, the status of its kind."""
    assert run(tokens) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("gradcalc: ")
    assert "Traceback" not in err
    if stderr is not None:
        assert err == stderr


def answer(capsys: pytest.CaptureFixture[str], *tokens: str) -> Any:
    """The JSON document of a `diff`."""
    run(["diff", *tokens, "--format", "json"])

    def no_constant(token: str) -> None:
        raise AssertionError(f"{token} is not JSON")

    return json.loads(capsys.readouterr().out, parse_constant=no_constant)


def test_the_keys_of_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """Schema 1, key by key and in this order: a change here is a new schema."""
    document = answer(capsys, "sin(x**2)", "--at", "4")
    assert list(document) == [
        "schema", "command", "expression", "at", "dtype", "device", "value", "gradient", "notes",
    ]  # fmt: skip
    assert document["schema"] == 1
    assert document["at"] == {"x": 4.0}
    assert list(document["value"]) == ["symbolic", "autograd", "certified"]
    (partial,) = document["gradient"]
    assert list(partial) == ["wrt", "order", "symbolic", "autograd", "certified", "verdict"]
    assert list(partial["symbolic"]) == ["expression", "latex", "value", "outcome", "ulps"]
    assert list(partial["autograd"]) == ["value", "outcome", "ulps", "digits"]
    assert list(partial["certified"]) == ["value", "radius", "left", "right"]
    assert list(partial["verdict"]) == ["outcome", "cause", "span", "explanation"]
    assert partial["symbolic"]["expression"] == "2*x*cos(x**2)"
    assert partial["symbolic"]["value"] == partial["autograd"]["value"] == 8 * math.cos(16)
    certified = partial["certified"]
    assert abs(oracle.mp.mpf(certified["value"]) - 8 * oracle.mp.cos(16)) <= oracle.mp.mpf(certified["radius"]) < 1e-38


def test_what_is_said_of_a_point_without_a_derivative(capsys: pytest.CaptureFixture[str]) -> None:
    """abs(x) at 0: no value, both slopes, the kind of point as the cause."""
    (partial,) = answer(capsys, "abs(x)", "--at", "0")["gradient"]
    assert partial["certified"] == {"value": None, "radius": None, "left": "-1", "right": "1"}
    assert (partial["symbolic"]["outcome"], partial["autograd"]["outcome"]) == ("undefined", "undefined")
    assert (partial["verdict"]["cause"], partial["verdict"]["span"]) == ("corner", None)


def test_what_is_said_of_a_difference(capsys: pytest.CaptureFixture[str]) -> None:
    """The cause is a word, and the span a piece of the expression."""
    (partial,) = answer(capsys, "(1-cos(x))/x**2", "--at", "1e-4")["gradient"]
    assert (partial["symbolic"]["outcome"], partial["autograd"]["outcome"]) == ("agrees", "differs")
    assert (partial["verdict"]["cause"], partial["verdict"]["span"]) == ("cancellation", [1, 9])
    x = oracle.mp.mpf(1e-4)
    slope = oracle.mp.sin(x) / x**2 - 2 * (1 - oracle.mp.cos(x)) / x**3
    assert partial["symbolic"]["value"] == float(slope)
    assert abs(oracle.mp.mpf(partial["certified"]["value"]) - slope) < 1e-40


def test_a_number_that_is_not_finite_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has no nan: null stands beside the word."""
    document = answer(capsys, "where(x > 0, sqrt(x), 0)", "--at", "-1")
    autograd = document["gradient"][0]["autograd"]
    assert autograd["value"] is None
    assert autograd["nonfinite"] == "nan"


def test_the_keys_of_a_check(capsys: pytest.CaptureFixture[str]) -> None:
    """Schema 1, key by key and in this order."""
    assert run(["check", "abs(x)", "1", "--over", "x=-3..3", "--timeout", "200", "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["schema", "command", "expression", "claim", "over", "outcome", "partials", "notes"]
    assert (document["schema"], document["over"], document["outcome"]) == (1, {"x": "-3..3"}, "refuted")
    (partial,) = document["partials"]
    assert list(partial) == [
        "wrt", "claim", "outcome", "explanation", "counterexample", "points", "digits", "holds", "fails", "proof", "hint",
        "domain",
    ]  # fmt: skip
    assert list(partial["counterexample"]) == ["at", "derivative", "claim"]
    assert list(partial["points"]) == ["equal", "unequal", "without_value", "outside", "undecided"]
    assert (partial["holds"], partial["fails"], partial["domain"]) == ("x > 0", "x < 0", None)
    assert run(["check", "x**2/2", "sqrt(x + 10000)**2 - 10000", "--timeout", "200", "--format", "json"]) == 0
    (partial,) = json.loads(capsys.readouterr().out)["partials"]
    assert (partial["outcome"], partial["domain"]) == ("proved", "x >= -10000")


def test_vectors_and_no_point(capsys: pytest.CaptureFixture[str]) -> None:
    """Entries are named x[0], x[1]; without a point the numbers are null."""
    document = answer(capsys, "mean(x**2)", "--at", "1,2,3")
    assert document["at"] == {"x": [1.0, 2.0, 3.0]}
    assert [partial["wrt"] for partial in document["gradient"]] == ["x[0]", "x[1]", "x[2]"]
    document = answer(capsys, "x**2")
    assert document["at"] == {}
    assert document["device"] is None
    assert document["gradient"][0]["autograd"] is None
    assert document["gradient"][0]["symbolic"]["expression"] == "2*x"


def test_a_failure_is_a_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    """With --format json the sentence is on both streams."""
    status = run(["diff", "sni(x)", "--format", "json"])
    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "schema": 1,
        "error": {
            "kind": "expression",
            "message": "unknown function 'sni'",
            "hint": "did you mean sin, sinc or sinh?",
            "span": [0, 3],
            "status": status,
        },
    }
    assert err.startswith("gradcalc: unknown function 'sni'")


@pytest.mark.parametrize(
    ("tokens", "forbidden"),
    [
        (["--help"], HEAVY),
        (["--version"], HEAVY),
        (["diff", "--help"], HEAVY),
        (["diff", "sni(x)"], HEAVY),
        (["diff", "x", "--att", "1"], HEAVY),
        (["check", "--help"], HEAVY),
        (["check", "x", "2*y"], HEAVY),
        (["check", "x**2", "2*x"], {"torch", "sympy", "numpy"}),
        (["functions"], HEAVY),
        (["completion", "bash"], HEAVY),
        (["diff", "x**2"], {"torch", "sympy", "numpy"}),
    ],
)
def test_nothing_heavy_is_loaded(tokens: list[str], forbidden: set[str]) -> None:
    """In a fresh process, so that no other test has loaded it before."""
    program = (
        "import sys\nfrom gradcalc.__main__ import run\n"
        f"run({tokens!r})\n"
        "print('loaded', *"
        f"[m for m in {sorted(forbidden)!r} if m in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.splitlines()[-1] == "loaded"


def test_a_closed_pipe_is_silent() -> None:
    """`| head -1` and `>&-` cost no traceback."""
    command = f"{sys.executable} -m gradcalc functions | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_python_face() -> None:
    """`gradcalc.diff` returns the record; its repr is for people; importing the package loads nothing heavy."""
    import gradcalc

    result = gradcalc.diff("x**2*y", at={"x": 3, "y": 2.0})
    assert [partial.autograd.value for partial in result.gradient if partial.autograd] == [12.0, 9.0]
    assert repr(result).splitlines()[1] == "  d/dx = 2*x*y = 12.0; torch 12.0: agrees"
    assert gradcalc.diff("sum(x**2)", at=[1.0, 2.0], wrt="x[1]").gradient[0].symbolic.value == 4.0
