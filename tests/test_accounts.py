"""The whole account: each node's value and adjoint, the condition numbers and the losses, against mpmath."""

from __future__ import annotations

import json
from typing import Any

import pytest

import gradcalc
from gradcalc.__main__ import run
from gradcalc.errors import UsageError
from gradcalc.language.parser import parse
from gradcalc.language.tape import Tape
from gradcalc.results import Account, Outcome
from tests.language.evaluation import _step, mp


def account(formula: str, at: Any, **options: Any) -> Account:
    """The account of a formula."""
    found = gradcalc.diff(formula, at=at, explain=True, **options).account
    assert found is not None
    return found


def forward(tape: Tape, at: dict[str, Any], moved: int | None = None, by: Any = 0) -> list[Any]:
    """The value of each instruction, with one of them moved; a variable is moved everywhere."""
    values: list[Any] = []
    for node, step in enumerate(tape.instructions):
        value = _step(step, [values[i] for i in step.args], at)
        if moved is not None and (
            node == moved or (step.op == "variable" and step.text == tape.instructions[moved].text != "")
        ):
            value = value + by
        values.append(value)
    return values


FORMULAS = [
    ("(1-cos(x))/x**2", {"x": 1e-4}),
    ("x*sin(x) - exp(x)/y", {"x": 1.25, "y": 0.5}),
    ("sigmoid(x)*sigmoid(x) + tanh(sin(x)) - sin(x)", {"x": 0.75}),
    ("where(x > 1, log(x), x**2)*hypot(x, y)", {"x": 2.0, "y": 3.0}),
    ("max(x, y, x*y) + cot(x)", {"x": 0.5, "y": 1.5}),
]


@pytest.mark.parametrize(("formula", "at"), FORMULAS, ids=[formula for formula, _ in FORMULAS])
def test_values_and_adjoints(formula: str, at: dict[str, float]) -> None:
    """Each node moved by itself: the exact adjoint is how f follows, at 50 digits, and torch's is near it."""
    tape = parse(formula)
    point = {name: mp.mpf(value) for name, value in at.items()}
    values = forward(tape, point)
    checked = 0
    for step in account(formula, at).steps:
        node = next(
            i for i, one in enumerate(tape.instructions) if tuple(one.span) == step.span and one.op == step.operation
        )
        (value,) = step.values
        if isinstance(values[node], bool):
            assert (value.certified, value.autograd) == (str(values[node]).lower(), values[node])
            continue
        assert abs(mp.mpf(value.certified) - values[node]) <= abs(values[node]) * mp.mpf(10) ** -38
        if step.adjoints:
            slope = mp.diff(lambda t, node=node: forward(tape, point, node, t)[-1], 0)
            assert abs(mp.mpf(step.adjoints[0].certified) - slope) <= max(1, abs(slope)) * mp.mpf(10) ** -20
            checked += 1
    assert checked >= 4


def test_vectors_have_an_entry_each() -> None:
    """mean(x**2): by x[i] it is 2*x[i]/3, by x[i]**2 a third, also exactly."""
    steps = account("mean(x**2)", [1.0, 2.0, 4.0]).steps
    squares = next(step for step in steps if step.source == "x**2")
    assert [one.certified for one in squares.values] == ["1", "4", "16"]
    assert all(one.certified.startswith("0.3333333333333333333") for one in squares.adjoints if one.certified)
    assert [float(one.certified or "nan") for one in steps[0].adjoints] == [2 / 3, 4 / 3, 8 / 3]


VECTORS = [
    ("x[0]*x[0]", {"x": [3.0, 1.0]}),
    ("norm([x,x])", {"x": 3.0}),
    ("[1,x][0]*x", {"x": 3.0}),
    ("v[0] + sum(v)*v[1]", {"v": [2.0, 5.0, 7.0]}),
    ("softmax([x, 2*x, 1])[1]*x", {"x": 0.5}),
    ("sum(v*v) + prod(v) - max(v)*dot(v, [1, v[0], 3])", {"v": [1.5, -2.0, 0.25]}),
    ("logsumexp(sin(v))*mean([v[0], v[1], 4])", {"v": [0.75, 2.0]}),
    ("sum([x])*std([x, 2, y*x])", {"x": 1.5, "y": 3.0}),
]


@pytest.mark.parametrize(("formula", "at"), VECTORS, ids=[formula for formula, _ in VECTORS])
def test_entries_of_vectors_have_adjoints_of_their_own(formula: str, at: dict[str, Any]) -> None:
    """`x[0]` typed twice is two nodes, beside the entry of x: each entry moved by itself, at 50 digits."""
    tape = parse(formula)
    point = {
        name: [mp.mpf(v) for v in value] if isinstance(value, list) else mp.mpf(value) for name, value in at.items()
    }
    steps = account(formula, at).steps
    for step in steps:
        nodes = [
            i for i, one in enumerate(tape.instructions) if (tuple(one.span), one.op) == (step.span, step.operation)
        ]
        for entry, found in enumerate(step.adjoints):
            slope = mp.diff(lambda t, node=nodes[0], e=entry: moved_entry(tape, point, node, e, t), 0)
            assert found.certified is not None, f"{step.source}[{entry}]: {found.reason}"
            assert abs(mp.mpf(found.certified) - slope) <= max(1, abs(slope)) * mp.mpf(10) ** -20, step.source
            assert found.autograd == pytest.approx(float(slope), rel=1e-12, abs=1e-12)
        assert all(value.certified is not None for value in step.values), f"{step.source} has a value"
        assert not step.lost
    assert sum(bool(step.adjoints) for step in steps) >= 3


def moved_entry(tape: Tape, at: dict[str, Any], moved: int, entry: int, by: Any) -> Any:
    """The result, with one entry of an instruction moved; a variable is moved everywhere."""
    values: list[Any] = []
    for node, step in enumerate(tape.instructions):
        value = _step(step, [values[i] for i in step.args], at)
        if node == moved or (step.op == "variable" and step.text == tape.instructions[moved].text != ""):
            value = [v + by * (i == entry) for i, v in enumerate(value)] if isinstance(value, list) else value + by
        values.append(value)
    return values[-1]


def test_where_the_formula_has_no_value_it_has_no_adjoints() -> None:
    """Of sqrt(x) + 7*y at x = -1 nothing is certified about a derivative; the values that are there are told."""
    steps = account("sqrt(x) + 7*y", {"x": -1.0, "y": 2.0}).steps
    assert {one.certified for step in steps for one in step.adjoints} == {None}
    assert {step.source: step.values[0].certified for step in steps}["7*y"] == "14"


def test_a_kink_has_no_adjoint_in_the_piece_that_turns() -> None:
    """abs is not smooth in x - 1 at 1, and 2*abs(x - 1) is smooth in abs(x - 1) itself."""
    found = {step.source: step.adjoints[0] for step in account("2*abs(x - 1)", 1.0).steps if step.adjoints}
    assert (found["abs(x - 1)"].certified, found["x - 1"].certified, found["x"].certified) == ("2", None, None)
    assert "not smooth" in (found["x"].reason or "")


def test_condition_numbers() -> None:
    """|x f'/f| and |x f''/f'| of exp(x**2) are 2*x**2 and |1 + 2*x**2|."""
    (one,) = account("exp(x**2)", 5.0).conditions
    assert one.value == pytest.approx(50, rel=1e-15)
    assert one.gradient == pytest.approx(51, rel=1e-15)
    assert "51 times" in one.explanation
    (near,) = account("1/(x - 1)", 1.0000001).conditions
    x = mp.mpf(1.0000001)
    assert near.gradient == pytest.approx(float(2 * x / (x - 1)), rel=1e-14)
    assert "about 7 digits" in near.explanation
    (flat,) = account("cos(x)", 0.0).conditions
    assert (flat.value, flat.gradient) == (0, None)


def test_where_digits_are_lost() -> None:
    """The difference loses its value, the quotient only hands that on; of a good formula nothing is lost."""
    lost = {step.source: step.lost for step in account("(1-cos(x))/x**2", 1e-4).steps}
    assert lost == {
        "x": ("adjoint",),
        "cos(x)": (),
        "1-cos(x)": ("value",),
        "x**2": ("adjoint",),
        "(1-cos(x))/x**2": (),
    }
    assert not any(step.lost for step in account("exp(x)*sin(x)", 1.5).steps)
    assert {step.source for step in account("log(1+exp(x))", 1000).steps if "value" in step.lost} == {"exp(x)"}


def test_rewritings() -> None:
    """What each other formula gives is told, whether it helps or not."""
    found = {one.expression: one.outcome for one in account("log(1+exp(x))", 1000).rewritings}
    assert found["logaddexp(x, 0)"] is Outcome.AGREES
    assert found["log1p(exp(x))"] is Outcome.DIFFERS


@pytest.mark.parametrize(
    ("formula", "at"),
    [("abs(x)", 0), ("besselj(0, x)", 1), ("log(x)", -1), ("x**0", 0), ("sin(x)/x", 0), ("floor(x)", 1), ("where(x == 0, 1, x)", 0),
     ("3 + 0*x", 2), ("x", 2), ("1/x", 0), ("erf(x)*softmax([x, 1])[0]", 1), ("var([x, 1, 2])", 3), ("exp(x)", 800)],
)  # fmt: skip
@pytest.mark.parametrize("form", ["table", "plain", "json", "markdown"])
def test_points_that_are_not_ordinary(capsys: pytest.CaptureFixture[str], formula: str, at: float, form: str) -> None:
    """What is undefined, or unsupported by torch, is told as such, in every format that has the account."""
    assert run(["diff", formula, "--at", str(at), "--explain", "--format", form]) == 0
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    if form == "json":
        assert json.loads(out)["account"]["nodes"]


def test_the_keys_of_an_account(capsys: pytest.CaptureFixture[str]) -> None:
    """They are a contract, and without --explain there is no account."""
    assert run(["diff", "log(1+exp(x))", "--at", "1000", "--explain", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found)[-2:] == ["notes", "account"]
    assert list(found["account"]) == ["conditions", "nodes", "rewritings", "reason"]
    assert list(found["account"]["conditions"][0]) == ["wrt", "value", "gradient", "explanation"]
    node = found["account"]["nodes"][1]
    assert list(node) == ["node", "source", "span", "operation", "values", "adjoints", "lost"]
    assert list(node["values"][0]) == ["autograd", "certified", "ulps", "digits", "reason", "nonfinite"]
    assert node["values"][0]["autograd"] is None
    assert node["values"][0]["nonfinite"] == "inf"
    assert list(found["account"]["rewritings"][0]) == [
        "wrt", "piece", "instead", "expression", "value", "outcome", "ulps", "digits",
    ]  # fmt: skip
    assert run(["diff", "x**2", "--at", "3", "--format", "json"]) == 0
    assert "account" not in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ([], "--explain needs a point"),
        (["--at", "1", "--order", "2"], "--explain is of the first derivative, not of order 2"),
        (["--at", "1", "--format", "csv"], "--explain has no place in csv"),
        (["--at", "1", "--format", "latex"], "--explain has no place in latex"),
        (["--at", "1", "--only", "value"], "--only prints one field, and the whole account is many"),
    ],
)
def test_what_has_no_account(capsys: pytest.CaptureFixture[str], tokens: list[str], message: str) -> None:
    """A sentence, a hint, and status 2."""
    assert run(["diff", "x**2", "--explain", *tokens]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"gradcalc: {message}\n  ")


def test_python_refuses_the_same() -> None:
    """By the same sentence."""
    with pytest.raises(UsageError, match="needs a point"):
        gradcalc.diff("x**2", explain=True)
