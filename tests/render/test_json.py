"""The JSON document: its keys and their order are a contract with scripts."""

from __future__ import annotations

import json
import math

import pytest

from gradcalc.errors import DeviceError, ExpressionError, Span
from gradcalc.render import View, render
from gradcalc.render.documents import failure
from gradcalc.results import Certified, Outcome, Partial, Symbolic, Values
from tests.render.examples import CORNER, EXACT, PROVED, formulas, partial, result


def document(answer: object, view: View | None = None) -> dict:
    """The document, read by a parser that refuses NaN and infinities."""

    def refuse(token: str) -> None:
        raise AssertionError(f"{token} is not JSON")

    return json.loads(render(answer, "json", view or View()), parse_constant=refuse)


def test_the_keys_and_their_order_are_pinned() -> None:
    """DESIGN section 6 to the letter; a change here is a new schema."""
    answer = document(result(partial(certified=PROVED)))
    assert list(answer) == ["schema", "command", "expression", "at", "dtype", "device", "value", "gradient", "notes"]
    assert answer["schema"] == 1
    assert list(answer["value"]) == ["symbolic", "autograd", "certified"]
    (component,) = answer["gradient"]
    assert list(component) == ["wrt", "order", "symbolic", "autograd", "certified", "verdict"]
    assert list(component["symbolic"]) == ["expression", "latex", "value", "outcome", "ulps"]
    assert list(component["autograd"]) == ["value", "outcome", "ulps", "digits"]
    assert list(component["certified"]) == ["value", "radius", "left", "right"]
    assert list(component["verdict"]) == ["outcome", "cause", "span", "explanation"]


def test_the_values_are_those_of_the_result() -> None:
    """Floats by their shortest decimal, the point as numbers or lists, notes as they are."""
    made = partial("x[0]", explanation="why", cause="cancellation", span=(2, 5), order=2)
    answer = document(result(made, at={"x": (1.0, 0.1), "y": 3.0}, notes=("read as",)))
    assert answer["at"] == {"x": [1.0, 0.1], "y": 3.0}
    assert answer["notes"] == ["read as"]
    assert answer["gradient"] == [
        {
            "wrt": "x[0]",
            "order": 2,
            "symbolic": {
                "expression": "2*x*cos(x**2)",
                "latex": r"2 x \cos{\left(x^{2} \right)}",
                "value": -7.661275842587077,
                "outcome": "agrees",
                "ulps": 0.15,
            },
            "autograd": {"value": -7.661275842587077, "outcome": "agrees", "ulps": 0.15, "digits": 16},
            "certified": None,
            "verdict": {"outcome": "agrees", "cause": "cancellation", "span": [2, 5], "explanation": "why"},
        }
    ]


def test_certified_values_are_decimal_strings() -> None:
    """With slopes for a derivative, without for the value."""
    made = Partial("x", 1, partial().symbolic, partial().autograd, Certified("1.5", "1e-40", "1", "2"))
    answer = document(result(made, value=Values(1.0, "1", 1.0, Certified("2.5", "1e-41"))))
    assert answer["value"]["certified"] == {"value": "2.5", "radius": "1e-41"}
    assert answer["gradient"][0]["certified"] == {"value": "1.5", "radius": "1e-40", "left": "1", "right": "2"}
    assert answer["gradient"][0]["verdict"] is None


def test_where_there_is_no_derivative_the_slopes_stand() -> None:
    """The value and the radius are null; a slope is a decimal, "inf", "-inf" or null."""
    answer = document(result(partial(certified=CORNER), partial(certified=Certified(None, None, None, "inf"))))
    corner, edge = (component["certified"] for component in answer["gradient"])
    assert corner == {"value": None, "radius": None, "left": "-1", "right": "1"}
    assert edge == {"value": None, "radius": None, "left": None, "right": "inf"}


def test_certified_digits_are_all_there() -> None:
    """Beyond what a float holds."""
    assert document(result(partial(certified=PROVED)))["gradient"][0]["certified"]["value"] == EXACT


@pytest.mark.parametrize(("value", "word"), [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")])
def test_a_number_that_json_lacks_is_null_beside_its_word(value: float, word: str) -> None:
    """In the same object, for the value and for either side."""
    made = partial(symbolic=value, exact=None, autograd=value, ulps=value, verdict=Outcome.DIFFERS)
    answer = document(result(made, value=Values(None, None, value)))
    assert answer["value"] == {"symbolic": None, "autograd": None, "certified": None, "nonfinite": word}
    for side in ("symbolic", "autograd"):
        assert answer["gradient"][0][side]["value"] is None
        assert answer["gradient"][0][side]["ulps"] is None
        assert answer["gradient"][0][side]["nonfinite"] == word


def test_without_a_point_only_the_formulas_are_there() -> None:
    """An empty point, no device, no values, no autograd and no verdict."""
    answer = document(formulas(Partial("x", 1, Symbolic("2*x", "2 x"))))
    assert (answer["at"], answer["device"]) == ({}, None)
    assert answer["value"] == {"symbolic": None, "autograd": None, "certified": None}
    assert answer["gradient"] == [
        {
            "wrt": "x",
            "order": 1,
            "symbolic": {"expression": "2*x", "latex": "2 x", "value": None, "outcome": None, "ulps": None},
            "autograd": None,
            "certified": None,
            "verdict": None,
        }
    ]


def test_one_document_is_one_line_and_digits_change_nothing() -> None:
    """Whatever the formula; numbers stay numbers that read back."""
    answer = result(expression="x\n+\t1")
    assert render(answer, "json", View()).count("\n") == 1
    assert render(answer, "json", View(digits=3, width=40, color=True)) == render(answer, "json", View())


@pytest.mark.parametrize(("encoding", "ascii_only"), [("utf-8", False), ("ascii", True), ("latin-1", True)])
def test_foreign_characters_survive_every_stream(encoding: str, ascii_only: bool) -> None:
    """Escaped as JSON does where the stream is not UTF-8."""
    text = render(result(expression="θ²"), "json", View(encoding=encoding))
    assert text.isascii() is ascii_only
    assert json.loads(text)["expression"] == "θ²"


@pytest.mark.parametrize(
    ("error", "record"),
    [
        (
            ExpressionError("what", source="sni(x)", span=Span(0, 3), hint="why"),
            {"kind": "expression", "message": "what", "hint": "why", "span": [0, 3], "status": 2},
        ),
        (DeviceError("none"), {"kind": "device", "message": "none", "hint": None, "span": None, "status": 4}),
    ],
)
def test_a_failure_is_a_document_too(error: ExpressionError | DeviceError, record: dict) -> None:
    """Its keys and their order are pinned as well."""
    answer = json.loads(failure(error, View()))
    assert answer == {"schema": 1, "error": record}
    assert list(answer["error"]) == ["kind", "message", "hint", "span", "status"]
