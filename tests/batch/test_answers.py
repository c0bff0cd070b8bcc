"""One line and its answer, in this process: what a line may say, and what is told of one that says something else."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

import gradcalc
from gradcalc.batch import Line, Setting
from gradcalc.batch.answers import HEADER, answer, heading
from gradcalc.batch.questions import read_header
from gradcalc.errors import DataError, DeviceError
from gradcalc.pipeline import Request, diff
from gradcalc.render import View, render
from gradcalc.session import Session

PLAIN = Setting(Request(""))
SESSION = Session()


def line(text: str, number: int = 7) -> Line:
    """A line as `read_lines` gives it."""
    return Line(number, text, whole=True, stop=len(text) + 1)


def no_constant(word: str) -> None:
    """JSON has no NaN."""
    raise AssertionError(word)


def answered(text: str, setting: Setting = PLAIN) -> Any:
    """The document that answers a line."""
    found = answer(line(text), setting, SESSION)
    assert found.text.count("\n") == 1
    assert found.text.endswith("\n")
    document = json.loads(found.text, parse_constant=no_constant)
    assert found.failed is ("error" in document)
    return document


def asked(request: Request) -> Any:
    """The document of `diff --format json`."""
    return json.loads(render(diff(request), "json", View()))


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ('{"expression": "sin(x**2)", "at": {"x": 4}}', Request("sin(x**2)", ("4",))),
        ('{"expression": "sin(x**2)", "at": 4.25}', Request("sin(x**2)", ("4.25",))),
        ('{"expression": "x*y", "at": {"x": "pi/4", "y": 1e-3}}', Request("x*y", ("x=pi/4,y=1e-3",))),
        ('{"expression": "x*y", "at": "x=1,y=2", "wrt": "y"}', Request("x*y", ("x=1,y=2",), ("y",))),
        ('{"expression": "mean(x**2)", "at": [1, "2", 3]}', Request("mean(x**2)", ("1,2,3",))),
        ('{"expression": "dot(x, y)", "at": {"x": [1, 2], "y": [3]}}', None),
        ('{"expression": "sum(x*y)", "at": {"x": [1, 2], "y": 3}, "wrt": ["x[0]", "y"]}',
         Request("sum(x*y)", ("x=1,2", "y=3"), ("x[0]", "y"))),
        ('{"expression": "x**3", "at": 2, "order": 2, "dtype": "float32", "device": "cpu", "timeout": 5.5}',
         Request("x**3", ("2",), order=2, dtype="float32", timeout=5.5)),
        ('{"expression": "exp(x)", "at": 2, "digits": 60}', Request("exp(x)", ("2",), digits=70)),
        ('{"expression": "log(x)/x"}', Request("log(x)/x")),
        ('{"expression": "log(x)/x", "at": null, "wrt": null}', Request("log(x)/x")),
        ('{"expression": "abs(x)", "at": 0}', Request("abs(x)", ("0",))),
        ('{"expression": "x", "at": 0.1000000000000000055511151231257827}', Request("x", ("0.1000000000000000055511151231257827",))),
    ],
)  # fmt: skip
def test_a_line_is_answered_as_diff_answers(text: str, request_: Request | None) -> None:
    """The document of `diff`, key by key, with the id behind it."""
    found = answered(text)
    if request_ is None:
        assert found["error"]["kind"] == "expression"
        return
    expected = asked(request_)
    assert found.pop("id") is None
    assert list(found) == list(expected)
    assert found == expected


@pytest.mark.parametrize(
    "identity",
    [
        "7",
        '"a"',
        "null",
        "true",
        "[1, 2.5, {}]",
        '{"a": {"b": [null]}}',
        "-0.5",
        "123456789012345678901234567890",
        '"\\ud800 ü"',
        '{"": "", "\\u0000": "\\r\\n", "[": "]"}',
        "[" * 500 + "]" * 500,
        '{"a": [' * 400 + "1" + "]}" * 400,
    ],
    ids=lambda identity: identity[:40].encode("ascii", "replace").decode(),
)
def test_the_id_is_repeated(identity: str) -> None:
    """Any value of JSON, however deep, also beside a failure of whatever kind."""
    for text in (
        '"expression": "x", "at": 1',
        '"expression": "sni(x)"',
        '"at": 1',
        '"expression": "x", "foo": 1',
        '"expression": "x", "at": NaN',
        '"expression": "x", "expression": "y"',
    ):
        found = answer(line(f'{{{text}, "id": {identity}}}'), PLAIN, SESSION)
        document = json.loads(found.text.encode("utf-8", "backslashreplace"))
        assert document["id"] == json.loads(identity)
        assert list(document)[-1] == "id"


@pytest.mark.parametrize("number", ["0.1000000000000000055511151231257827", "1E2", "-0", "1.50", "9" * 4000])
def test_a_number_in_an_id_is_repeated_as_it_was_written(number: str) -> None:
    """Not as a float64 near it."""
    found = answer(line(f'{{"expression": "x", "id": [{number}, {{"a": {number}}}]}}'), PLAIN, SESSION)
    assert found.text.endswith(f', "id": [{number}, {{"a": {number}}}]}}\n')


def test_an_id_too_deep_to_be_read_is_told_and_the_next_line_answered() -> None:
    """A sentence, in both forms of an output."""
    deep = f'{{"expression": "x", "id": {"[" * 5000}{"]" * 5000}}}'
    for setting in (PLAIN, Setting(Request(""), writes="csv", resumable=True)):
        found = answer(line(deep), setting, SESSION)
        assert found.failed
        assert "the line is nested too deeply" in found.text
        assert not answer(line('{"expression": "x"}'), setting, SESSION).failed


def test_an_id_is_one_cell_of_a_table() -> None:
    """A text as it is, all else as JSON, with quotes and newlines where CSV wants them."""
    setting = Setting(Request(""), writes="csv")
    for identity, cell in (('"a,\\"b\\"\\nc"', 'a,"b"\nc'), ("[1.50, null]", "[1.50, null]"), ("1E2", "1E2")):
        (row,) = rows(f'{{"expression": "x", "id": {identity}}}', setting)
        assert row["id"] == cell


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("not json", "data", "the line is not JSON: expecting value (column 1)"),
        ('{"expression": "x"', "data", "the line is not JSON: expecting ',' delimiter (column 19)"),
        ('{"expression": "x"} {}', "data", "the line is not JSON: extra data (column 21)"),
        ("[1]", "data", "the line is a list, not an object"),
        ("12", "data", "the line is 12, not an object"),
        ("null", "data", "the line is null, not an object"),
        ("{}", "data", "there is no expression"),
        ('{"expression": 4}', "data", "the expression is 4, not a text"),
        ('{"expression": ["x"]}', "data", "the expression is a list, not a text"),
        ('{"expression": "x", "att": 4}', "data", "there is no key 'att'"),
        ('{"expression": "x", "expression": "y"}', "data", "the key 'expression' is given twice"),
        ('{"expression": "x*y", "at": {"x": 1, "x": 2}}', "data", "the key 'x' is given twice"),
        ('{"expression": "x", "at": NaN}', "data", "NaN is not JSON, and a gradient is taken at finite numbers"),
        ('{"expression": "x", "at": {"x": -Infinity}}', "data", "-Infinity is not JSON, and a gradient is taken at finite numbers"),
        ('{"expression": "x", "at": {"x": 1e400}}', "point", "x = 1e400 is beyond the largest float64"),
        ('{"expression": "x", "at": {"x": 1e99999}}', "limit", None),
        ('{"expression": "x", "at": {"x": ' + "9" * 100_000 + "}}", "limit", None),
        ('{"expression": "x", "at": {"x": true}}', "point", "the value of x is true, not a number, a list of numbers or a text"),
        ('{"expression": "x", "at": {"x": null}}', "point", "the value of x is null, not a number, a list of numbers or a text"),
        ('{"expression": "x", "at": {"x": [[1]]}}', "point", "the value of x is a list, not a number, a list of numbers or a text"),
        ('{"expression": "x", "at": {"x": []}}', "point", "the value of x is an empty list"),
        ('{"expression": "x", "at": {"x": "1,y=2"}}', "point", "the value '1,y=2' of x is not a number"),
        ('{"expression": "x", "at": {"x=1,y": 2}}', "point", "'x=1,y' is not the name of a variable"),
        ('{"expression": "x", "at": {"": 2}}', "point", "'' is not the name of a variable"),
        ('{"expression": "x", "at": {"y": 2}}', "point", "x has no value"),
        ('{"expression": "x", "at": {}}', None, None),
        ('{"expression": "x", "wrt": 4}', "usage", "wrt is 4; it must be a list of names"),
        ('{"expression": "x", "wrt": [4]}', "usage", "wrt is a list; it must be a list of names"),
        ('{"expression": "x", "wrt": ["z"]}', "usage", "the formula has no variable 'z'"),
        ('{"expression": "x", "order": 0}', "usage", "order is 0; it must be a whole number from 1 to 10"),
        ('{"expression": "x", "order": 1.5}', "usage", "order is 1.5; it must be a whole number from 1 to 10"),
        ('{"expression": "x", "digits": 5000}', "usage", "digits is 5000; it must be a whole number from 1 to 1000"),
        ('{"expression": "x", "timeout": 0}', "usage", "timeout is 0; it must be a positive number of seconds"),
        ('{"expression": "x", "timeout": "soon"}', "usage", "timeout is 'soon'; it must be a positive number of seconds"),
        ('{"expression": "x", "at": 1, "dtype": "float63"}', "device", "there is no dtype 'float63'"),
        ('{"expression": "x", "at": 1, "dtype": 32}', "usage", "dtype is 32; it must be a text"),
        ('{"expression": "x", "at": 1, "device": "cuda:77"}', "device", "there is no device cuda:77 here"),
        ('{"expression": "x", "id": [{"a": -1e400}]}', "data", "the number -1e400 of the id is beyond float64"),
        ('{"expression": "x", "id": NaN}', "data", "NaN is not JSON, and a gradient is taken at finite numbers"),
        ('{"expression": "x", "id": {"a": 1, "a": 2}}', "data", "the key 'a' is given twice"),
        ('{"expression": "x", "id": 1e400}', "data", "the number 1e400 of the id is beyond float64"),
        ('{"expression": "x", "id": ' + "9" * 5000 + "}", "limit", "a number of the id has 5,000 digits"),
        ("[" * 200_000, "limit", "the line is nested too deeply"),
        ('{"expression": "' + "(" * 150 + 'x"}', "limit", None),
        ('{"expression": "x\\u0000"}', "expression", None),
        ("\udcff\udcfe", "data", "the line is not text in UTF-8"),
        ('{"expression": "__import__(1)"}', "expression", None),
    ],
    ids=lambda value: value[:40].encode("ascii", "replace").decode() if isinstance(value, str) else None,
)  # fmt: skip
def test_what_is_wrong_with_a_line_is_told_in_its_place(text: str, kind: str | None, message: str | None) -> None:
    """An error document with the number of the line; never an exception, a traceback or a library's own words."""
    document = answered(text)
    if kind is None:
        assert "error" not in document
        return
    assert list(document) == ["schema", "error", "line", "id"]
    assert (document["schema"], document["line"]) == (1, 7)
    assert list(document["error"]) == ["kind", "message", "hint", "span", "status"]
    assert document["error"]["kind"] == kind
    if message is not None:
        assert document["error"]["message"] == message
    assert len(document["error"]["message"]) < 300


def test_a_line_that_was_cut_is_a_limit() -> None:
    """It is not read at all."""
    found = answer(Line(3, '{"expression": "x"', whole=False, stop=9), PLAIN, SESSION)
    assert json.loads(found.text)["error"]["message"] == "the line is longer than 4 MiB"


def test_a_fault_of_ours_is_told_and_the_next_line_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kind internal, with the request to report it."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a\nstory")

    with monkeypatch.context() as patch:
        patch.setattr("gradcalc.pipeline.diff", broken)
        error = answered('{"expression": "x", "at": 1}')["error"]
    assert (error["kind"], error["status"]) == ("internal", 70)
    assert error["message"] == "internal error (ZeroDivisionError: a story)"
    assert "error" not in answered('{"expression": "x", "at": 1}')


def test_options_hold_for_lines_that_do_not_say_otherwise() -> None:
    """Dtype, order and the variables of the run, and those of a line."""
    setting = Setting(Request("", (), ("y",), order=2, dtype="float32"))
    found = answered('{"expression": "x**2*y**2", "at": {"x": 1, "y": 2}}', setting)
    assert (found["dtype"], [(p["wrt"], p["order"]) for p in found["gradient"]]) == ("float32", [("y", 2)])
    found = answered('{"expression": "x**2", "at": 1, "wrt": "x", "order": 1, "dtype": "float16"}', setting)
    assert (found["dtype"], [(p["wrt"], p["order"]) for p in found["gradient"]]) == ("float16", [("x", 1)])


# -- CSV


TABLE = Setting(Request(""), "csv", "csv", ("expression", "at", "id", "order"))


def rows(text: str, setting: Setting = TABLE) -> list[dict[str, str]]:
    """The rows that answer a line."""
    return list(csv.DictReader(io.StringIO(heading(setting) + answer(line(text), setting, SESSION).text)))


def test_a_row_is_answered_by_rows() -> None:
    """A row for each component, with the columns of `diff --format csv` between line, id and error."""
    assert HEADER[:2] + HEADER[-1:] == ("line", "id", "error")
    found = rows('x**2*y,"x=1,y=2",a-1,')
    expected = list(csv.DictReader(io.StringIO(render(diff(Request("x**2*y", ("x=1,y=2",))), "csv", View()))))
    assert [{key: value for key, value in row.items() if key in expected[0]} for row in found] == expected
    assert [(row["line"], row["id"], row["error"]) for row in found] == [("7", "a-1", "")] * 2


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("sni(x),1,a,", "unknown function 'sni'"),
        ("x*y,x=1,y=2,a,", "the line has 5 fields, the first line 4"),
        ("x", "the line has 1 field, the first line 4"),
        ('"x,1,a,', "the line cannot be split into fields"),
        ("x,1,a,two", "order is 'two'; it must be a whole number from 1 to 10"),
        (",1,a,", "there is no expression"),
    ],
)
def test_a_bad_row_has_its_error(text: str, error: str) -> None:
    """In the last column, with nothing between."""
    (row,) = rows(text)
    assert row["error"] == error
    assert not any(row[name] for name in HEADER[2:-1])


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (None, "the input is empty"),
        ("at,wrt", "the first line has no column 'expression'"),
        ("expression,at,at", "the first line has two columns 'at'"),
        ("expression,point", "there is no column 'point'"),
        ('expression,"at', "the line cannot be split into fields"),
    ],
)
def test_a_header_that_cannot_be_one(header: str | None, message: str) -> None:
    """The run does not begin."""
    with pytest.raises(DataError, match=message):
        read_header(None if header is None else line(header))


def test_both_forms_can_be_mixed() -> None:
    """CSV in and JSON out; an id is a text there."""
    setting = Setting(Request(""), "csv", "jsonl", ("id", "expression", "at"))
    assert answered("12,x**2,3", setting)["id"] == "12"
    (row,) = rows('{"id": [1], "expression": "x**2", "at": 3}', Setting(Request(""), "jsonl", "csv"))
    assert (row["id"], row["autograd"]) == ("[1]", "6")


def test_a_setting_survives_its_way_to_the_process() -> None:
    """As JSON."""
    setting = Setting(Request("", ("1",), ("x", "y"), order=3), "csv", "jsonl", ("expression",), "ascii", 12)
    assert Setting.of(json.loads(json.dumps(setting.document()))) == setting


def test_ascii_where_the_output_holds_no_more() -> None:
    """The letters are escaped as JSON escapes them."""
    found = answer(line('{"expression": "θ**2", "at": 1, "id": "ü"}'), Setting(Request(""), encoding="ascii"), SESSION)
    assert found.text.isascii()
    assert json.loads(found.text)["id"] == "ü"


def test_errors_of_the_python_face_are_the_same() -> None:
    """What batch tells in a document `gradcalc.diff` raises."""
    with pytest.raises(DeviceError, match="there is no dtype 'float63'"):
        gradcalc.diff("x", at=1, dtype="float63")
