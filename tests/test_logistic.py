"""`gradcalc logistic` from the command line and from Python to the answer: JSON keys, statuses, mistakes, files."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import gradcalc
from gradcalc.__main__ import answer, run
from gradcalc.console import Console
from gradcalc.errors import DataError, PointError
from gradcalc.render import FORMATS
from gradcalc.results import Regression
from tests.cli.harness import ROOT, Finished

ONE = ("--x", "6.7", "--y", "0")
BROKEN = ("--x", "20", "--y", "0", "--dtype", "float32")
CSV = "dose,age,y\n6.7,1,0\n-3,2,1\n0.5,4,1\n"


def printed(capsys: pytest.CaptureFixture[str], *tokens: str) -> Finished:
    """What a `logistic` does, in this process."""
    status = run(["logistic", *tokens])
    return Finished(*capsys.readouterr(), status)


def document(capsys: pytest.CaptureFixture[str], *tokens: str) -> Any:
    """The JSON document of a `logistic` that succeeds, read by a parser that refuses NaN and infinities."""

    def refuse(token: str) -> None:
        raise AssertionError(f"{token} is not JSON")

    done = printed(capsys, *tokens, "--format", "json")
    assert done.status == 0
    return json.loads(done.stdout, parse_constant=refuse)


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """A file of three samples of two features."""
    file = tmp_path / "samples.csv"
    file.write_text(CSV)
    return file


# -- the document


def test_the_keys_of_a_regression(capsys: pytest.CaptureFixture[str], samples: Path) -> None:
    """Schema 1, key by key and in this order: a change here is a new schema."""
    for tokens in (ONE, ("--csv", str(samples))):
        found = document(capsys, *tokens)
        assert list(found) == [
            "schema", "command", "expression", "at", "dtype", "device", "epsilon", "features", "forward", "factors",
            "value", "gradient", "exact", "formulations", "notes",
        ]  # fmt: skip
        number = ["value", "exact", "outcome", "ulps", "digits", "explanation"]
        assert {tuple(stage) for stage in found["forward"]} == {("name", "formula", "value")}
        assert {tuple(factor) for factor in found["factors"]} == {
            ("factor", "formula", "node", "hand", "autograd", "product", "adjoint")
        }
        assert list(found["value"]) == ["symbolic", "autograd", "certified"]
        for partial in found["gradient"]:
            assert list(partial) == ["wrt", "order", "symbolic", "autograd", "certified", "verdict", "hand"]
            assert list(partial["hand"]) == number
        assert {tuple(derivative) for derivative in found["exact"]} == {("wrt", "expression")}
        for way in found["formulations"]:
            assert list(way) == ["name", "expression", "loss", "gradient", "reason"]
            assert list(way["loss"]) == number
            assert [list(component) for component in way["gradient"]] == [["wrt", *number]] * len(found["gradient"])


def test_the_keys_are_those_of_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    """Each that `logistic` adds to the shared ones stands in its row."""
    (row,) = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("| `logistic` |")]
    found = document(capsys, *ONE)
    shared = {"schema", "command", "expression", "at", "dtype", "device", "notes"}
    keys = {
        *found,
        *found["forward"][0],
        *found["factors"][0],
        *found["formulations"][0],
        *found["formulations"][0]["loss"],
    }
    assert [key for key in keys - shared if f"`{key}`" not in row] == []


def test_what_stands_in_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    """The question, the names, the order of the parts."""
    found = document(capsys, *ONE, "--w", "0.5", "--b", "-1", "--epsilon", "1e-6", "--dtype", "float32")
    assert (found["schema"], found["command"], found["dtype"], found["device"]) == (1, "logistic", "float32", "cpu")
    assert found["expression"] == "log_loss(clamp(sigmoid(w*x + b), 1e-6, 1 - 1e-6), y)"
    assert found["at"] == {"x": 6.699999809265137, "y": 0.0, "w": 0.5, "b": -1.0}
    assert (found["epsilon"], found["features"]) == ("1e-6", {})
    assert [stage["name"] for stage in found["forward"]] == ["z", "ŷ", "c", "L"]
    assert [factor["factor"] for factor in found["factors"]] == ["dL/dc", "dc/dŷ", "dŷ/dz", "dz/dw", "dz/db"]
    assert [factor["node"] for factor in found["factors"]] == ["c", "ŷ", "z", "w", "b"]
    assert [partial["wrt"] for partial in found["gradient"]] == ["w", "b"]
    names = ["clamped", "binary_cross_entropy", "binary_cross_entropy_with_logits"]
    assert [way["name"] for way in found["formulations"]] == names
    assert found["notes"] == ["x = 6.7 is stored as 6.699999809265137 in float32"]


def test_numbers_that_json_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    """At z = 20 in float32: null stands for inf and nan, and the words stand beside it."""
    found = document(capsys, *BROKEN)
    loss = found["forward"][3]
    assert (loss["value"], loss["nonfinite"]) == (None, "inf")
    above, _, middle, by_weight, _ = found["factors"]
    assert above["nonfinite"] == dict.fromkeys(("hand", "autograd", "product", "adjoint"), "inf")
    assert (middle["hand"], middle["product"], middle["nonfinite"]) == (0.0, None, {"product": "nan", "adjoint": "nan"})
    assert by_weight["hand"] == 20.0
    hand = found["gradient"][0]["hand"]
    assert (hand["value"], hand["ulps"], hand["nonfinite"]) == (None, None, "nan")
    clamped = found["formulations"][0]
    assert (clamped["loss"]["value"], clamped["loss"]["nonfinite"]) == (None, "inf")
    assert {component["nonfinite"] for component in clamped["gradient"]} == {"nan"}
    assert clamped["reason"].startswith("ŷ is 1 in float32, and so is 1 - 1e-8")


def test_a_file(capsys: pytest.CaptureFixture[str], samples: Path) -> None:
    """Vectors by sample, columns by variable, weights by entry; standard input gives the same."""
    found = document(capsys, "--csv", str(samples), "--w", "1,0.5")
    assert found["features"] == {"x0": "dose", "x1": "age"}
    assert found["at"] == {
        "x0": [6.7, -3.0, 0.5], "x1": [1.0, 2.0, 4.0], "y": [0.0, 1.0, 1.0], "w": [1.0, 0.5], "b": 0.0,
    }  # fmt: skip
    assert found["forward"][0]["value"] == pytest.approx([7.2, -2, 2.5], rel=1e-15)
    assert [partial["wrt"] for partial in found["gradient"]] == ["w[0]", "w[1]", "b"]
    piped = subprocess.run(
        [sys.executable, "-m", "gradcalc", "logistic", "--csv", "-", "--w", "1,0.5", "--format", "json"],
        input=CSV, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert json.loads(piped.stdout) == found


# -- from Python


def test_python_gives_what_the_command_prints(capsys: pytest.CaptureFixture[str], samples: Path) -> None:
    """The same record, from numbers, lists, strings and paths."""
    pairs: list[tuple[Regression, tuple[str, ...]]] = [
        (gradcalc.logistic(x=6.7, y=0), ONE),
        (gradcalc.logistic(6.7, 0, dtype="float32", epsilon="1e-6"), (*ONE, "--dtype", "float32", "--epsilon", "1e-6")),
        (gradcalc.logistic(x=[6.7, 1.2], y=1, w=(1, 0.5), b=-2), ("--x", "6.7,1.2", "--y", "1", "--w", "1,0.5", "--b", "-2")),
        (gradcalc.logistic(csv=samples, label="y"), ("--csv", str(samples))),
    ]  # fmt: skip
    for found, tokens in pairs:
        told = document(capsys, *tokens)
        assert found.expression == told["expression"]
        assert [stage.name for stage in found.stages] == [stage["name"] for stage in told["forward"]]
        assert [partial.autograd.value for partial in found.gradient] == [
            g["autograd"]["value"] for g in told["gradient"]
        ]
        assert [hand.value for hand in found.hand] == [g["hand"]["value"] for g in told["gradient"]]
        assert [way.loss.exact for way in found.formulations] == [way["loss"]["exact"] for way in told["formulations"]]


def test_python_gets_errors_that_it_can_catch() -> None:
    """Never a library's own."""
    with pytest.raises(DataError, match="the label y is 2, it must be from 0 to 1"):
        gradcalc.logistic(x=6.7, y=2)
    with pytest.raises(PointError, match="nan is not a point"):
        gradcalc.logistic(x=float("nan"), y=0)
    with pytest.raises(DataError, match="cannot be read"):
        gradcalc.logistic(csv="no such file.csv")


# -- statuses and mistakes


@pytest.mark.parametrize(
    ("tokens", "plain", "strict"),
    [
        (ONE, 0, 0),
        ((*ONE, "--dtype", "float32"), 0, 0),
        (("--x", "-200", "--y", "0", "--dtype", "float32"), 0, 0),
        (BROKEN, 0, 1),
        (("--x", "20", "--y", "1"), 0, 1),
    ],
)
def test_the_status_of_an_answer(
    capsys: pytest.CaptureFixture[str], tokens: tuple[str, ...], plain: int, strict: int
) -> None:
    """A formulation that breaks is an answer, which --strict does not take."""
    assert printed(capsys, *tokens).status == plain
    assert printed(capsys, *tokens, "--strict").status == strict


MISTAKES = [
    ((), "usage", "the features are missing"),
    (("--x", "6.7", "--y", "2"), "data", "the label y is 2, it must be from 0 to 1"),
    ((*ONE, "--w", "1,2"), "usage", "--w has 2 values, there is 1 feature"),
    (("--x", "nan", "--y", "0"), "point", "nan is not a point: a gradient is taken at finite numbers"),
    ((*ONE, "--epsilon", "0.5"), "usage", "--epsilon takes a decimal number from 0 to below 0.5, not '0.5'"),
    (("--csv", "missing.csv"), "data", "missing.csv has no column y or label"),
    (("--csv", "empty.csv"), "data", "empty.csv is empty"),
    (("--csv", "nan.csv"), "data", "line 2 of nan.csv, column 'dose': 'nan' where a number is needed"),
    (("--csv", "none.csv"), "data", "none.csv cannot be read: no such file or directory"),
]


@pytest.mark.parametrize("form", FORMATS["logistic"])
@pytest.mark.parametrize(
    ("tokens", "kind", "said"), MISTAKES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_mistake_is_one_sentence_in_every_format(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    tokens: tuple[str, ...],
    kind: str,
    said: str,
) -> None:
    """On standard error, with status 2; with --format json also a document, and else no output."""
    monkeypatch.chdir(tmp_path)
    Path("missing.csv").write_text("dose,age\n1,2\n")
    Path("empty.csv").touch()
    Path("nan.csv").write_text("dose,y\nnan,0\n")
    done = printed(capsys, *tokens, "--format", form)
    first, *more = done.stderr.splitlines()
    assert (first, done.status) == (f"gradcalc: {said}", 2)
    assert all(line.startswith("  ") for line in more)
    if form != "json":
        assert done.stdout == ""
        return
    found = json.loads(done.stdout)
    assert list(found) == ["schema", "error"]
    assert list(found["error"]) == ["kind", "message", "hint", "span", "status"]
    assert (found["error"]["kind"], found["error"]["message"], found["error"]["status"]) == (kind, said, 2)


@pytest.mark.parametrize(
    ("tokens", "status", "said"),
    [
        ((*ONE, "--dtype", "float8"), 4, "unknown dtype 'float8'"),
        ((*ONE, "--device", "cuda:99"), 4, "there is no device cuda:99 here"),
        ((*ONE, "--format", "csv"), 2, "unknown format 'csv'"),
        ((*ONE, "--timeout", "0"), 2, "--timeout takes a positive number of seconds, not '0'"),
        (("6.7", "0"), 2, "unexpected argument '6.7'"),
    ],
)
def test_other_refusals(capsys: pytest.CaptureFixture[str], tokens: tuple[str, ...], status: int, said: str) -> None:
    """The status of their kind, and nothing on standard output."""
    done = printed(capsys, *tokens)
    assert (done.stdout, done.stderr.splitlines()[0], done.status) == ("", f"gradcalc: {said}", status)


def test_a_file_beyond_the_limits(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Status 5: it is the program that stops."""
    file = tmp_path / "large.csv"
    file.write_text("x,y\n" + "1,0\n" * 20_001)
    done = printed(capsys, "--csv", str(file))
    assert (done.stdout, done.status) == ("", 5)
    assert done.stderr.startswith(f"gradcalc: {file} has more than 40,000 numbers, which is the limit\n")


def test_errors_load_nothing_heavy(samples: Path) -> None:
    """Help, and what is wrong with the options, the values or the file, cost neither torch nor SymPy."""
    samples.write_text("a,b\n1,2\n")
    lines = [
        ["logistic", "--help"],
        ["logistic"],
        ["logistic", "--x", "6.7", "--y", "2"],
        ["logistic", "--x", "nan", "--y", "0"],
        ["logistic", *ONE, "--w", "1,2"],
        ["logistic", *ONE, "--epsilon", "1"],
        ["logistic", *ONE, "--format", "jsno"],
        ["logistic", "--csv", str(samples)],
        ["logistic", "--csv", str(samples.parent)],
    ]
    program = (
        "import sys\nfrom gradcalc.__main__ import run\n"
        f"statuses = [run(tokens) for tokens in {lines!r}]\n"
        "heavy = {'torch', 'sympy', 'numpy', 'flint', 'pandas'} & set(sys.modules)\n"
        "print(statuses, sorted(heavy), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.splitlines()[-1] == "[0, 2, 2, 2, 2, 2, 2, 2, 2] []"


# -- streams


@pytest.mark.parametrize("form", FORMATS["logistic"])
def test_an_ascii_stream(form: str) -> None:
    """The hat of ŷ is spelled out for people and escaped in JSON; nothing is lost."""
    raw, err = io.BytesIO(), io.StringIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    assert answer(["logistic", *ONE, "--format", form], Console(out, err, {})) == 0
    out.flush()
    text = raw.getvalue().decode("ascii")
    assert err.getvalue() == ""
    assert ("\\u0177" if form == "json" else "y\\_hat" if form == "markdown" else "y_hat") in text
    assert "0.9987706013787226" in text


def test_notes_are_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """The answer alone is on standard output."""
    done = printed(capsys, *ONE, "--dtype", "float32")
    assert done.stderr == "gradcalc: note: x = 6.7 is stored as 6.699999809265137 in float32\n"
    assert "is stored as" not in done.stdout
