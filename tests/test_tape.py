"""`gradcalc tape` from the command line to the answer: numbers, refusals, JSON keys, statuses."""

from __future__ import annotations

import io
import json
import math
import re
import shutil
import subprocess
import sys
from typing import Any

import pytest
import torch

from gradcalc import pipeline
from gradcalc.__main__ import answer, run
from gradcalc.console import Console
from gradcalc.engines.autograd import forward
from gradcalc.engines.autograd.functions import operation
from gradcalc.render import FORMATS
from tests import oracle

mp = oracle.mp


def printed(capsys: pytest.CaptureFixture[str], *tokens: str) -> str:
    """What a `tape` prints on standard output; it must succeed and say nothing else."""
    assert run(["tape", *tokens]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def document(capsys: pytest.CaptureFixture[str], *tokens: str) -> Any:
    """The JSON document of a `tape`, read by a parser that refuses NaN and infinities."""

    def refuse(token: str) -> None:
        raise AssertionError(f"{token} is not JSON")

    return json.loads(printed(capsys, *tokens, "--format", "json"), parse_constant=refuse)


def by_source(found: Any) -> dict[str, Any]:
    """The nodes of a document by their piece of the formula."""
    return {node["source"]: node for node in found["nodes"]}


# -- the numbers of the course's notebooks


def test_sine_of_a_square(capsys: pytest.CaptureFixture[str]) -> None:
    """At 4: the names of torch's backward functions, sin(16), 8*cos(16), and each step between."""
    found = document(capsys, "sin(x**2)", "--at", "4")
    x, square, sine = found["nodes"]
    assert [node["grad_fn"] for node in found["nodes"]] == [None, "PowBackward0", "SinBackward0"]
    assert [node["operation"] for node in found["nodes"]] == ["variable", "pow", "sin"]
    assert sine["value"] == math.sin(16) == pytest.approx(-0.2879033166650653, rel=1e-15)
    assert x["adjoint"] == 8 * math.cos(16) == -7.661275842587077
    assert square["passes"] == [{"node": 1, "derivative": 8.0, "adds": 8 * math.cos(16)}]
    assert sine["passes"] == [{"node": 2, "derivative": math.cos(16), "adds": math.cos(16)}]
    assert found["backward"] == [3, 2, 1]
    assert found["at"] == {"x": 4.0}


def test_mean_of_squares(capsys: pytest.CaptureFixture[str]) -> None:
    """At 1, 2, 3: 14/3, and 2*x/3 for each entry."""
    nodes = by_source(document(capsys, "mean(x**2)", "--at", "1,2,3"))
    assert nodes["mean(x**2)"]["value"] == pytest.approx(14 / 3, rel=1e-15)
    assert nodes["x"]["adjoint"] == pytest.approx([2 / 3, 4 / 3, 2], rel=1e-15)
    assert nodes["x**2"]["adjoint"] == pytest.approx([1 / 3] * 3, rel=1e-15)


@pytest.mark.parametrize(("zeroed", "grads"), [((), [4, 8, 12]), (("--zero-grad",), [4, 4, 4])])
def test_three_backward_calls(capsys: pytest.CaptureFixture[str], zeroed: tuple[str, ...], grads: list[int]) -> None:
    """x**2 at 2: .grad grows by 4 a call, unless it is zeroed."""
    found = document(capsys, "x**2", "--at", "2", "--backward", "3", *zeroed)
    assert found["calls"] == [
        {"call": number, "grad": [{"wrt": "x", "value": grad}]} for number, grad in enumerate(grads, 1)
    ]
    assert ("zeroed" if zeroed else "adds to .grad") in found["explanation"]
    assert found["refusal"] is None
    table = printed(capsys, "x**2", "--at", "2", "--backward", "3", *zeroed).splitlines()
    start = table.index(".grad after each backward call")
    assert [line.split() for line in table[start + 2 : start + 5]] == [
        [str(n), str(grad)] for n, grad in enumerate(grads, 1)
    ]


def test_float32_is_float32(capsys: pytest.CaptureFixture[str]) -> None:
    """Every number is torch's own in float32, printed as it is stored."""
    x = torch.tensor(0.1, requires_grad=True)
    made = torch.exp(x) * x
    made.backward()
    found = document(capsys, "exp(x)*x", "--at", "0.5", "--dtype", "float32")
    assert found["dtype"] == "float32"
    assert run(["tape", "exp(x)*x", "--at", "0.1", "--dtype", "float32", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    nodes = by_source(json.loads(out))
    assert err == "gradcalc: note: x = 0.1 is stored as 0.10000000149011612 in float32\n"
    assert (nodes["exp(x)*x"]["value"], nodes["x"]["adjoint"]) == (made.item(), x.grad.item())


# -- the document


def test_the_keys_of_a_recording(capsys: pytest.CaptureFixture[str]) -> None:
    """Schema 1, key by key and in this order: a change here is a new schema."""
    found = document(capsys, "sum(x**2)", "--at", "1,2", "--backward", "2", "--retain-graph", "off")
    assert list(found) == [
        "schema", "command", "expression", "at", "dtype", "device", "nodes", "backward", "calls", "explanation",
        "refusal", "notes",
    ]  # fmt: skip
    assert (found["schema"], found["command"], found["expression"]) == (1, "tape", "sum(x**2)")
    assert (found["at"], found["dtype"], found["device"]) == ({"x": [1.0, 2.0]}, "float64", "cpu")
    for node in found["nodes"]:
        assert list(node) == [
            "node", "source", "span", "operation", "operands", "grad_fn", "value", "adjoint", "passes",
        ]  # fmt: skip
    _, square, _ = found["nodes"]
    assert square["operands"] == [{"node": 1}, {"literal": "2", "value": 2.0}]
    assert [list(operand) for operand in square["operands"]] == [["node"], ["literal", "value"]]
    assert [list(step) for step in square["passes"]] == [["node", "derivative", "adds"]]
    assert [list(call) for call in found["calls"]] == [["call", "grad"]]
    assert found["calls"] == [{"call": 1, "grad": [{"wrt": "x", "value": [2.0, 4.0]}]}]
    assert list(found["refusal"]) == ["call", "error", "message", "explanation", "remedy"]
    assert found["explanation"] is None


def test_numbers_that_json_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    """Null stands for nan and inf; the words stand under the keys that they are of, before `passes`."""
    nodes = by_source(document(capsys, "where(x > 0, sqrt(x), 0)", "--at", "-1"))
    root, leaf, condition = nodes["sqrt(x)"], nodes["x"], nodes["x > 0"]
    assert (root["value"], root["adjoint"], root["nonfinite"]) == (None, 0.0, {"value": "nan"})
    assert list(root)[-2:] == ["nonfinite", "passes"]
    assert root["passes"] == [
        {"node": 1, "derivative": None, "adds": None, "nonfinite": {"derivative": "nan", "adds": "nan"}}
    ]
    assert (leaf["adjoint"], leaf["nonfinite"]) == (None, {"adjoint": "nan"})
    assert (condition["value"], condition["adjoint"]) == (False, None)
    assert "nonfinite" not in condition
    entry = by_source(document(capsys, "sum(1/x)", "--at", "0,2"))["1/x"]
    assert (entry["value"], entry["nonfinite"]) == ([None, 0.5], {"value": ["inf", None]})
    found = document(capsys, "sqrt(x) + y*∞", "--at", "x=0,y=1", "--backward", "2")
    assert by_source(found)["y*∞"]["operands"][1] == {"literal": "infinity", "value": None, "nonfinite": "inf"}
    grads = [{"wrt": name, "value": None, "nonfinite": "inf"} for name in "xy"]
    assert [call["grad"] for call in found["calls"]] == [grads, grads]


def test_a_matrix_is_a_list_of_rows(capsys: pytest.CaptureFixture[str]) -> None:
    """That of softmax: s[i]*((i == j) - s[j])."""
    nodes = by_source(document(capsys, "softmax(v)[0]", "--at", "1,2"))
    s = [float(mp.exp(k) / (mp.e + mp.exp(2))) for k in (1, 2)]
    (step,) = nodes["softmax(v)"]["passes"]
    for row, line in enumerate(step["derivative"]):
        assert line == pytest.approx([s[row] * ((row == column) - s[column]) for column in range(2)], rel=1e-14)
    assert step["adds"] == pytest.approx([s[0] * (1 - s[0]), -s[0] * s[1]], rel=1e-14)


# -- the nodes


def test_a_variable_is_one_node(capsys: pytest.CaptureFixture[str]) -> None:
    """However often it stands there; each use hands its part to it."""
    found = document(capsys, "x*x + x", "--at", "3")
    assert [node["source"] for node in found["nodes"]] == ["x", "x*x", "x*x + x"]
    x, product, result = found["nodes"]
    assert [operand["node"] for operand in product["operands"]] == [1, 1]
    assert product["passes"] == [{"node": 1, "derivative": 3.0, "adds": 3.0}] * 2
    assert result["passes"] == [
        {"node": 2, "derivative": 1.0, "adds": 1.0},
        {"node": 1, "derivative": 1.0, "adds": 1.0},
    ]
    assert x["adjoint"] == 7.0


@pytest.mark.parametrize(
    ("formula", "sources", "literals"),
    [
        ("2*x", ["x", "2*x"], [("2", 2.0)]),
        ("x**-1", ["x", "x**-1"], [("-1", -1.0)]),
        ("x**--0.5", ["x", "x**--0.5"], [("--0.5", 0.5)]),
        ("pi*x", ["x", "pi*x"], [("pi", math.pi)]),
        ("x*-pi", ["x", "x*-pi"], [("-pi", -math.pi)]),
        ("-x", ["x", "-x"], []),
        ("x + 2*3", ["x", "2*3", "x + 2*3"], [("2", 2.0), ("3", 3.0)]),
        ("sum([1, x])", ["x", "[1, x]", "sum([1, x])"], [("1", 1.0)]),
        ("where(x > 1, x, 0)", ["x", "x > 1", "where(x > 1, x, 0)"], [("1", 1.0), ("0", 0.0)]),
    ],
)
def test_literals_are_parts_of_operations(
    capsys: pytest.CaptureFixture[str], formula: str, sources: list[str], literals: list[tuple[str, float]]
) -> None:
    """Numbers, constants and their signs are operands with a text and a value; only a computation is a node."""
    nodes = document(capsys, formula, "--at", "x=2")["nodes"]
    assert [node["source"] for node in nodes] == sources
    operands = [operand for node in nodes for operand in node["operands"] if "literal" in operand]
    assert [(operand["literal"], operand["value"]) for operand in operands] == literals


@pytest.mark.parametrize(
    ("formula", "value", "count"),
    [("2+3", 5.0, 1), ("7", 7.0, 1), ("-pi", -math.pi, 1), ("sin(1)", math.sin(1), 1), ("2*3 + 1", 7.0, 2)],
)
def test_a_formula_without_a_variable(
    capsys: pytest.CaptureFixture[str], formula: str, value: float, count: int
) -> None:
    """It is computed, its result is a node, and torch's refusal is explained by what is missing."""
    found = document(capsys, formula)
    assert (found["nodes"][-1]["value"], len(found["nodes"])) == (value, count)
    assert found["backward"] == []
    assert found["refusal"]["message"] == "element 0 of tensors does not require grad and does not have a grad_fn"
    assert "no variable" in found["refusal"]["explanation"]


def test_definitions_keep_the_place_of_the_call(capsys: pytest.CaptureFixture[str]) -> None:
    """cot(x) runs as 1/tan(x); both steps point at the call."""
    found = document(capsys, "2 + cot(x)", "--at", "1")
    assert [(node["operation"], node["source"], node["span"]) for node in found["nodes"]] == [
        ("variable", "x", [8, 9]),
        ("tan", "cot(x)", [4, 10]),
        ("div", "cot(x)", [4, 10]),
        ("add", "2 + cot(x)", [0, 10]),
    ]
    assert found["nodes"][0]["adjoint"] == pytest.approx(float(-1 / mp.sin(1) ** 2), rel=1e-14)


def test_the_result_is_a_variable(capsys: pytest.CaptureFixture[str]) -> None:
    """The shortest tape: one leaf, adjoint 1."""
    found = document(capsys, "x", "--at", "2")
    (leaf,) = found["nodes"]
    assert (leaf["operation"], leaf["grad_fn"], leaf["adjoint"], leaf["passes"]) == ("variable", None, 1.0, [])
    assert found["backward"] == [1]


@pytest.mark.parametrize("name", ["lambda", "θ", "θ₁", "x_1", "df", "漢字", "bold"])
def test_names_of_variables(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Keywords of Python, Greek and wide letters are names like others."""
    nodes = document(capsys, f"sum([{name}]*y)", "--at", f"{name}=3,y=2")["nodes"]
    assert (nodes[0]["source"], nodes[0]["value"], nodes[0]["adjoint"]) == (name, 3.0, 2.0)


def test_the_adjoint_is_the_sum_of_what_is_passed(capsys: pytest.CaptureFixture[str]) -> None:
    """In the document, where each pass names the node that it goes to; one pass for each tracked operand."""
    found = document(
        capsys, "dot(softmax(v*x), [x, 2, y]) + sum(where(v > y, v, x))*x", "--at", "x=0.5,y=0.75,v=[1,0.5,2]"
    )
    sums: dict[int, list[float]] = {found["nodes"][-1]["node"]: [1.0]}
    for node in found["nodes"]:
        for step in node["passes"]:
            adds = step["adds"] if isinstance(step["adds"], list) else [step["adds"]]
            before = sums.setdefault(step["node"], [0.0] * len(adds))
            sums[step["node"]] = [a + b for a, b in zip(before, adds, strict=True)]
    for node in found["nodes"]:
        if node["adjoint"] is not None:
            adjoint = node["adjoint"] if isinstance(node["adjoint"], list) else [node["adjoint"]]
            assert adjoint == pytest.approx(sums[node["node"]], rel=1e-13, abs=1e-15), node["source"]
    places = {number: place for place, number in enumerate(found["backward"])}
    for node in found["nodes"]:
        assert all(places[node["node"]] < places[step["node"]] for step in node["passes"]), "users come first"
    assert set(places) == {node["node"] for node in found["nodes"] if node["adjoint"] is not None}


def test_two_thousand_terms(capsys: pytest.CaptureFixture[str]) -> None:
    """x, and for each term a product, a sine and, but for one, a sum."""
    found = document(capsys, "+".join(f"sin({k}*x)" for k in range(1, 2001)), "--at", "0.5")
    assert len(found["nodes"]) == len(found["backward"]) == 3 * 2000
    assert found["nodes"][0]["adjoint"] == pytest.approx(
        math.fsum(k * math.cos(k / 2) for k in range(1, 2001)), rel=1e-11
    )


# -- what torch refuses


def test_no_grad(capsys: pytest.CaptureFixture[str]) -> None:
    """Values without a graph: status 0, torch's words, and no backward function at any node."""
    found = document(capsys, "sin(x**2)", "--at", "4", "--no-grad")
    assert found["nodes"][-1]["value"] == math.sin(16)
    assert {(node["grad_fn"], node["adjoint"], len(node["passes"])) for node in found["nodes"]} == {(None, None, 0)}
    assert (found["backward"], found["calls"]) == ([], [])
    refusal = found["refusal"]
    assert (refusal["call"], refusal["error"]) == ("f.backward()", "RuntimeError")
    assert refusal["message"] == "element 0 of tensors does not require grad and does not have a grad_fn"
    assert "no_grad" in refusal["explanation"]


@pytest.mark.parametrize("calls", [(), ("--backward", "2"), ("--backward", "5")])
def test_a_freed_graph(capsys: pytest.CaptureFixture[str], calls: tuple[str, ...]) -> None:
    """The first pass works and is shown, the second is refused in torch's words; status 0, it was asked for."""
    found = document(capsys, "x**2", "--at", "2", "--retain-graph", "off", *calls)
    assert [call["grad"] for call in found["calls"]] == [[{"wrt": "x", "value": 4.0}]]
    assert found["refusal"]["message"].startswith("Trying to backward through the graph a second time")
    assert "retain_graph=True" in found["refusal"]["remedy"]
    assert found["nodes"][0]["adjoint"] == 4.0, "the trace itself stays whole"


def test_one_call_frees_nothing_that_is_wanted_again(capsys: pytest.CaptureFixture[str]) -> None:
    """With --backward 1 nothing is refused, and there is nothing to explain."""
    found = document(capsys, "x**2", "--at", "2", "--retain-graph", "off", "--backward", "1")
    assert (found["refusal"], found["explanation"]) == (None, None)
    assert len(found["calls"]) == 1


def test_a_graph_that_saves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """x + y can be gone back twice although retain_graph is off, and the answer says why."""
    found = document(capsys, "x + y", "--at", "x=2,y=1", "--retain-graph", "off")
    assert [[grad["value"] for grad in call["grad"]] for call in found["calls"]] == [[1.0, 1.0], [2.0, 2.0]]
    assert found["refusal"] is None
    assert "save no values" in found["explanation"]


@pytest.mark.parametrize(
    ("formula", "at", "leaf"), [("x**2", "4", "4"), ("mean(x**2)", "1,-2,3", "[1, -2, 3]"), ("x + y", "x=2,y=3", "2")]
)
def test_whole_numbers(capsys: pytest.CaptureFixture[str], formula: str, at: str, leaf: str) -> None:
    """The call as one types it, torch's words about floating point, and no node: status 0."""
    found = document(capsys, formula, "--at", at, "--dtype", "int64")
    assert (found["dtype"], found["nodes"], found["backward"]) == ("int64", [], [])
    assert found["refusal"]["call"] == f"torch.tensor({leaf}, dtype=torch.int64, requires_grad=True)"
    assert "floating point" in found["refusal"]["message"]
    with pytest.raises(RuntimeError) as told:
        torch.tensor([1], dtype=torch.int64, requires_grad=True)
    assert found["refusal"]["message"] == str(told.value)


def test_what_does_not_reach_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    """A step has no graph: torch refuses, and the answer says that the gradient is 0; `y` beside it is untouched."""
    found = document(capsys, "heaviside(x)", "--at", "2")
    assert "gradient is 0" in found["refusal"]["explanation"]
    found = document(capsys, "heaviside(x) + y**2", "--at", "x=2,y=3", "--backward", "2")
    assert {node["source"]: node["adjoint"] for node in found["nodes"] if node["operation"] == "variable"} == {
        "x": None,
        "y": 6.0,
    }
    assert [[grad["value"] for grad in call["grad"]] for call in found["calls"]] == [[None, 6.0], [None, 12.0]]


@pytest.mark.parametrize(
    ("formula", "lacking"),
    [
        ("polygamma(n, 2)", "polygamma by n"),
        ("besseli(n, 2)", "besseli by n"),
        ("2 - sin(zeta(n + 1, 2))", "zeta by s"),
        ("lowergamma(n, 2)*3", "lowergamma by a"),
        ("where(n > 0, besseli(n, 2), 0)", "besseli by n"),
    ],
)
def test_a_missing_rule_is_no_gradient_of_zero(capsys: pytest.CaptureFixture[str], formula: str, lacking: str) -> None:
    """These change with n, but torch has no derivative by it: status 3, and nothing is said of a gradient of 0."""
    assert run(["tape", formula, "--at", "n=1"]) == 3
    assert capsys.readouterr() == (
        "",
        f"gradcalc: torch cannot differentiate {lacking}\n  gradcalc diff asks SymPy, which may know it\n",
    )


@pytest.mark.parametrize("formula", ["where(polygamma(n, 2) > 0, 1, 2)", "besseli(1, 2) + heaviside(n)", "floor(n)*0"])
def test_a_rule_that_nothing_needs(capsys: pytest.CaptureFixture[str], formula: str) -> None:
    """What only decides a condition, or has no variable in it, lacks none: the answer is that f stays what it is."""
    found = document(capsys, formula, "--at", "n=1")
    assert found["refusal"] is None or "gradient is 0" in found["refusal"]["explanation"]
    assert by_source(found).get("n", {"adjoint": None})["adjoint"] in {None, 0.0}


class _NoBackward(torch.autograd.Function):
    """A function whose derivative torch lacks."""

    @staticmethod
    def forward(ctx: object, x: torch.Tensor) -> torch.Tensor:
        """Return the argument."""
        del ctx
        return x.clone()

    @staticmethod
    def backward(ctx: object, *slopes: torch.Tensor) -> torch.Tensor:
        """Refuse in torch's words."""
        del ctx, slopes
        raise NotImplementedError("derivative not implemented")


def test_a_missing_derivative(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What torch computes but cannot differentiate is no answer: status 3."""
    refusing = {"torch.sin": _NoBackward.apply}
    monkeypatch.setattr(forward, "operation", lambda column: refusing.get(column) or operation(column))
    assert run(["tape", "x*sin(x)", "--at", "1"]) == 3
    assert capsys.readouterr() == (
        "",
        "gradcalc: torch has computed this formula but cannot differentiate it\n"
        "  gradcalc diff asks SymPy, which may know it\n",
    )


@pytest.mark.parametrize(
    ("tokens", "status", "said"),
    [
        (["Si(x)", "--at", "1"], 3, "torch has no rule for Si: torch has no such function"),
        (["besseli(2, x)", "--at", "1"], 3, "torch has besseli(n, x) for n = 0 and 1 only"),
        (["x**2"], 2, "x has no value"),
        (["x*y", "--at", "x=1"], 2, "y has no value"),
        (["x**2", "--at", "nan"], 2, "nan is not a point"),
        (["x**2", "--at", "1,2"], 2, "the formula is a vector of 2 numbers"),
        (["x**2", "--at", "2.5", "--dtype", "int64"], 2, "x = 2.5 is not a whole number"),
        (["x**2", "--at", "1e300", "--dtype", "int64"], 2, "x has a size of 2**53 or more"),
        (["x + y", "--at", "x=1,y=0.5", "--dtype", "int64"], 2, "y = 0.5 is not a whole number"),
        (["sum(x)", "--at", "1,2.5", "--dtype", "int64"], 2, "x[1] = 2.5 is not a whole number"),
        (["2+3", "--dtype", "int64"], 2, "the formula has no variable"),
        (["x**2", "--at", "2", "--no-grad", "--backward", "2"], 2, "under no_grad nothing is recorded"),
        (["x**2", "--at", "2", "--no-grad", "--zero-grad"], 2, "under no_grad nothing is recorded"),
        (["x**2", "--at", "2", "--no-grad", "--retain-graph", "off"], 2, "under no_grad nothing is recorded"),
        (["x**2", "--at", "2", "--zero-grad"], 2, ".grad is zeroed before backward calls, and none is asked for"),
        (["x**2", "--at", "2", "--backward", "0"], 2, "--backward takes a whole number from 1 to 1000, not '0'"),
        (["x**2", "--at", "2", "--backward", "1001"], 2, "--backward takes a whole number from 1 to 1000"),
        (["x**2", "--at", "2", "--retain-graph", "maybe"], 2, "unknown setting 'maybe'"),
        (["x**2", "--at", "2", "--format", "csv"], 2, "unknown format 'csv'"),
        (["x**2", "--at", "2", "--dtype", "int32"], 4, "unknown dtype 'int32'"),
        (["x**2", "--at", "2", "--device", "cuda:99"], 4, "there is no device cuda:99 here"),
        (["+".join(["x"] * 250), "--at", "2", "--format", "tree"], 5, "the tree is more than 200 levels deep"),
        (["+".join(["x"] * 600), "--at", "2", "--format", "svg"], 5, "a picture of 600 nodes cannot be read"),
    ],
)  # fmt: skip
def test_a_refusal(capsys: pytest.CaptureFixture[str], tokens: list[str], status: int, said: str) -> None:
    """One sentence on standard error, nothing on standard output, the status of its kind."""
    assert run(["tape", *tokens]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"gradcalc: {said}")
    assert "Traceback" not in err


@pytest.mark.parametrize("contradiction", [["--zero-grad"], ["--no-grad", "--backward", "2"]])
def test_whole_numbers_excuse_no_contradiction(capsys: pytest.CaptureFixture[str], contradiction: list[str]) -> None:
    """What is refused in float64 for what it asks is refused in int64 in the same words."""
    refusals = []
    for dtype in ("float64", "int64"):
        assert run(["tape", "x**2", "--at", "2", "--dtype", dtype, *contradiction]) == 2
        refusals.append(capsys.readouterr())
    assert refusals[0] == refusals[1]


@pytest.mark.parametrize("whole", ["9007199254740993", "-9007199254740993"])
def test_whole_numbers_are_those_typed(capsys: pytest.CaptureFixture[str], whole: str) -> None:
    """2**53 + 1 is beyond what a point can hold: it is refused, and not moved to 2**53 without a word."""
    assert run(["tape", "x**2", "--at", whole, "--dtype", "int64"]) == 2
    assert capsys.readouterr() == (
        "",
        "gradcalc: x has a size of 2**53 or more, where a point does not hold every whole number\n"
        "  give a smaller one: torch says the same to each\n",
    )


@pytest.mark.parametrize("whole", ["9007199254740991", "-9007199254740991"])
def test_the_largest_whole_numbers(capsys: pytest.CaptureFixture[str], whole: str) -> None:
    """2**53 - 1 arrives digit by digit."""
    call = document(capsys, "x**2", "--at", whole, "--dtype", "int64")["refusal"]["call"]
    assert call == f"torch.tensor({whole}, dtype=torch.int64, requires_grad=True)"


def test_a_failure_is_a_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    """With --format json the sentence is on both streams."""
    assert run(["tape", "Si(x)", "--at", "1", "--format", "json"]) == 3
    out, err = capsys.readouterr()
    assert json.loads(out)["error"] == {
        "kind": "computation",
        "message": "torch has no rule for Si: torch has no such function",
        "hint": "gradcalc diff asks SymPy, which may know it",
        "span": None,
        "status": 3,
    }
    assert err.startswith("gradcalc: torch has no rule for Si")


# -- every format, whatever is asked


@pytest.mark.parametrize("name", [name for name in FORMATS["tape"] if name != "json"])
@pytest.mark.parametrize(
    ("tokens", "told"),
    [
        (
            ["x**2", "--at", "2", "--backward", "3"],
            ["x.grad", "12", "Why: backward adds to .grad and never replaces it"],
        ),
        (
            ["x**2", "--at", "2", "--retain-graph", "off"],
            ["x.grad", "Trying to backward", "It means: the first backward"],
        ),
        (
            ["x**2", "--at", "2", "--no-grad"],
            ["f.backward()", "element 0 of tensors", "It means: under torch.no_grad()"],
        ),
        (["x**2", "--at", "2", "--dtype", "int64"], ["floating point", "To mend it: make it floating point"]),
    ],
    ids=["backward", "freed", "no_grad", "int64"],
)
def test_an_experiment_is_answered_in_every_format(
    capsys: pytest.CaptureFixture[str], name: str, tokens: list[str], told: list[str]
) -> None:
    """What torch says is the answer, in pictures too; the words of the table are those of the tree."""
    if name == "svg" and shutil.which("dot") is None:
        pytest.skip("graphviz is not installed: there is no program dot")
    shown = printed(capsys, *tokens, "--format", name).replace("&#160;", " ").replace("<br>", " ").replace("\\l", " ")
    shown = (
        re.sub(r"<[^>]*>", " ", shown) if name == "svg" else re.sub(r"#(\d+);", lambda code: chr(int(code[1])), shown)
    )
    words = " ".join(shown.split())
    for sentence in told:
        assert sentence in words, words


@pytest.mark.parametrize("name", [name for name in FORMATS["tape"] if name != "svg"])
def test_an_ascii_stream(name: str) -> None:
    """Whatever the formula holds, a stream that takes ASCII only gets the whole answer."""
    raw, err = io.BytesIO(), io.StringIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    assert answer(["tape", "θ²*x", "--at", "θ=2,x=3", "--format", name], Console(out, err, {})) == 0
    out.flush()
    text = raw.getvalue().decode("ascii")
    assert err.getvalue() == ""
    assert "\\u03b8" in text.replace("#92;", "\\")
    assert "12" in text


def test_the_formula_on_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`-` reads it."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x**2\n")))
    assert by_source(document(capsys, "-", "--at", "3"))["x"]["adjoint"] == 6.0


def test_notes_are_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """A variable that the formula lacks is noted, and stands in the document."""
    assert run(["tape", "x**2", "--at", "x=3,z=1", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert err == "gradcalc: note: z does not appear in the formula\n"
    assert json.loads(out)["notes"] == ["z does not appear in the formula"]


def test_the_pipeline_answers_in_python() -> None:
    """A `Recording` of plain numbers; the operands of an index are the vector and the place."""
    found = pipeline.tape(pipeline.Request("v[1]**2", ("1,3",)), pipeline.Experiment(calls=2))
    v, entry, square = found.nodes
    assert [(operand.node, operand.literal, operand.value) for operand in entry.operands] == [
        (1, None, None),
        (None, "1", 1.0),
    ]
    assert (v.adjoint, entry.adjoint, square.value) == ((0.0, 6.0), 6.0, 9.0)
    assert found.grads == ({"v": (0.0, 6.0)}, {"v": (0.0, 12.0)})
    assert {type(number) for number in (*v.value, *v.adjoint, entry.adjoint, square.value)} == {float}


def test_errors_load_nothing_heavy() -> None:
    """Help, and what is wrong with the formula, the point or the options, cost no torch; nothing loads SymPy."""
    lines = [
        ["tape", "--help"],
        ["tape", "sni(x)", "--at", "1"],
        ["tape", "x"],
        ["tape", "x", "--at", "nan"],
        ["tape", "x", "--at", "1", "--backward", "0"],
        ["tape", "x", "--at", "1", "--format", "jsno"],
        ["tape", "x", "--at", "0.5", "--dtype", "int64"],
    ]
    program = (
        "import sys\nfrom gradcalc.__main__ import run\n"
        f"statuses = [run(tokens) for tokens in {lines!r}]\n"
        "heavy = {'torch', 'sympy', 'numpy', 'flint', 'graphviz'} & set(sys.modules)\n"
        "print(statuses, sorted(heavy), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.splitlines()[-1] == "[0, 2, 2, 2, 2, 2, 2] []"
