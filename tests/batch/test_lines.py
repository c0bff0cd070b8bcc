"""Reading lines, and what an output holds already."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from gradcalc.batch import Line, Setting, read_lines
from gradcalc.batch.answers import answer, heading
from gradcalc.batch.held import Held, held
from gradcalc.batch.lines import MOST_BYTES
from gradcalc.errors import UsageError
from gradcalc.pipeline import Request
from gradcalc.session import Session


def read(data: bytes) -> list[tuple[int, str]]:
    """Number and text of the lines of some bytes."""
    return [(line.number, line.text) for line in read_lines(io.BytesIO(data))]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"\n \n\t\r\n", []),
        (b"a\nb", [(1, "a"), (2, "b")]),
        (b"a\r\n\r\nb\r\n", [(1, "a"), (3, "b")]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", [(1, "a"), (2, "\ufeffb")]),
        ("θ\n".encode(), [(1, "θ")]),
        (b"\xff\n", [(1, "\udcff")]),
        (b"a\x00b\n", [(1, "a\x00b")]),
    ],
)
def test_lines(data: bytes, lines: list[tuple[int, str]]) -> None:
    """Blank ones are counted and skipped; CR LF, a byte order mark and a missing last newline make no difference."""
    assert read(data) == lines


def test_places_are_those_of_the_input() -> None:
    """The last byte read is where the next line begins."""
    assert [line.stop for line in read_lines(io.BytesIO(b"\xef\xbb\xbfa\n\nbc\r\nd"))] == [5, 10, 11]


def test_a_line_without_end_is_not_kept() -> None:
    """Of a line of 40 MB a part is kept, and the next one is read."""

    class Endless(io.RawIOBase):
        """Bytes that are made as they are asked for."""

        def __init__(self) -> None:
            self.left = 40 << 20

        def readable(self) -> bool:
            """They can be read."""
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            """Fill the buffer, the last line at the end."""
            data = b"x" * min(len(buffer), self.left) or b"\nnext\n"[: max(0, 6 + self.left)]
            self.left -= len(data)
            buffer[: len(data)] = data
            return len(data)

    long, following = read_lines(io.BufferedReader(Endless()))
    assert (long.number, long.whole, len(long.text)) == (1, False, MOST_BYTES)
    assert (following.number, following.text, following.stop) == (2, "next", (40 << 20) + 6)


# -- what is held


LINES = [
    Line(1, '{"expression": "x**2", "at": 1, "id": "a"}', whole=True, stop=0),
    Line(2, '{"expression": "sni(x)"}', whole=True, stop=0),
    Line(4, '{"expression": "x*y", "at": "x=1,y=2", "id": {"b": 2}}', whole=True, stop=0),
]
JSONL, CSV = (Setting(Request(""), writes=form, resumable=True) for form in ("jsonl", "csv"))


@pytest.fixture(scope="module")
def session() -> Session:
    """One for the module."""
    return Session()


def output(setting: Setting, session: Session) -> bytes:
    """What a complete run writes."""
    return (heading(setting) + "".join(answer(line, setting, session).text for line in LINES)).encode()


@pytest.mark.parametrize("setting", [JSONL, CSV], ids=["jsonl", "csv"])
def test_wherever_an_output_is_torn_it_is_kept_up_to_the_last_whole_answer(setting: Setting, session: Session) -> None:
    """At every byte: what is kept and the answers to the lines that are left make the complete output."""
    complete = output(setting, session)
    texts = [answer(line, setting, session).text.encode() for line in LINES]
    counts = set()
    for torn in range(len(complete) + 1):
        rest = iter(LINES)
        found = held(io.BytesIO(complete[:torn]), rest, setting)
        counts.add((found.lines, found.failed))
        left = list(rest)
        assert found.lines + len(left) == len(LINES)
        head = b"" if found.lines else heading(setting).encode()
        assert complete[: found.stop] * bool(found.lines) + head + b"".join(texts[found.lines :]) == complete
    assert counts == ({(0, 0), (1, 0), (2, 1), (3, 1)} if setting is JSONL else {(0, 0), (1, 0), (2, 1)})


def changed(number: int, before: str, after: str) -> list[Line]:
    """The lines, in one of which something has another text."""
    assert before in LINES[number].text
    return [
        line._replace(text=line.text.replace(before, after)) if k == number else line for k, line in enumerate(LINES)
    ]


both = pytest.mark.parametrize("setting", [JSONL, CSV], ids=["jsonl", "csv"])


@both
@pytest.mark.parametrize(
    ("lines", "number", "answer_number"),
    [
        (changed(0, '"at": 1', '"at": 2'), 1, 1),
        (changed(0, '"at": 1', '"at": 1, "timeout": 1'), 1, 1),
        (changed(0, "x**2", "x**3"), 1, 1),
        (changed(0, '"a"', '"b"'), 1, 1),
        (changed(0, '"a"', "null"), 1, 1),
        (changed(1, "sni", "sin"), 2, 2),
        (changed(1, '"}', '", "id": 1}'), 2, 2),
        (changed(2, "y=2", "y=3"), 4, 3),
        (changed(2, '{"b": 2}', '{"b": 2.0}'), 4, 3),
        ([LINES[1], LINES[0], LINES[2]], 2, 1),
        ([LINES[0], LINES[0]._replace(number=2), *LINES[1:]], 2, 2),
        ([LINES[0], LINES[1]._replace(number=3), LINES[2]], 3, 2),
    ],
)
def test_a_line_that_has_changed_is_refused(
    setting: Setting, session: Session, lines: list[Line], number: int, answer_number: int
) -> None:
    """Whatever of it is another one, with its number in the input: the answers are to what was asked, and no guess."""
    message = f"line {number} or an option is not what it was when answer {answer_number} was written"
    last = LINES[-1]._replace(number=5, text='{"expression": "x"}')  # in CSV only what has a row behind it is held
    complete = output(setting, session) + answer(last, setting, session).text.encode()
    with pytest.raises(UsageError, match=message):
        held(io.BytesIO(complete), iter([*lines, last]), setting)


@both
@pytest.mark.parametrize(
    "option",
    [
        {"dtype": "float32"},
        {"order": 2},
        {"wrt": ("x",)},
        {"digits": 50},
        {"timeout": 5.0},
        {"device": "cuda"},
    ],
    ids=lambda option: next(iter(option)),
)
def test_an_option_that_has_changed_is_refused(setting: Setting, session: Session, option: dict[str, Any]) -> None:
    """Each that an answer may depend on, for the first line that does not say it itself."""
    other = replace(setting, request=replace(setting.request, **option))
    with pytest.raises(UsageError, match="line 1 or an option is not what it was"):
        held(io.BytesIO(output(setting, session)), iter(LINES), other)


def test_the_digits_of_a_table_are_an_option_too(session: Session) -> None:
    """They are those of its cells."""
    with pytest.raises(UsageError, match="line 1 or an option"):
        held(io.BytesIO(output(CSV, session)), iter(LINES), replace(CSV, digits=5))


@both
def test_it_does_not_matter_where_an_option_stands(setting: Setting, session: Session) -> None:
    """Given for all lines or in each of them, it asks the same; so do other spaces, and another order of the keys."""
    everywhere = replace(setting, request=replace(setting.request, dtype="float32"))
    lines = [line._replace(text=line.text.replace("{", '{ "dtype":"float32" , ', 1)) for line in LINES]
    known = held(io.BytesIO(output(everywhere, session)), iter(lines), setting)
    assert known.lines == (3 if setting is JSONL else 2)  # the rows of the last line count as torn


@both
def test_fewer_lines_than_answers_are_refused(setting: Setting, session: Session) -> None:
    """The input has lost some since."""
    with pytest.raises(UsageError, match="the input ends before the line to which there is answer 2"):
        held(io.BytesIO(output(setting, session)), iter(LINES[:1]), setting)


@both
def test_answers_that_do_not_tell_what_was_asked_are_refused(setting: Setting, session: Session) -> None:
    """Those on standard output, and those of versions that did not tell it."""
    untold = output(replace(setting, resumable=False), session)
    with pytest.raises(UsageError, match="do not tell what was asked"):
        held(io.BytesIO(untold), iter(LINES), setting)


@both
def test_answers_of_another_version_are_refused(
    setting: Setting, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two versions need not say the same."""
    complete = output(setting, session)
    monkeypatch.setattr("gradcalc.__version__", "99.0.0")
    with pytest.raises(UsageError, match=r"answer 1 is by gradcalc [0-9.]+, and this is 99\.0\.0"):
        held(io.BytesIO(complete), iter(LINES), setting)


def test_a_cell_with_newlines_is_one_cell(session: Session) -> None:
    """An id of several lines, with quotation marks in it."""
    lines = [Line(k, json.dumps({"expression": "x", "id": f'a\r\n"{k}"\n,b'}), whole=True, stop=0) for k in (1, 2, 3)]
    complete = heading(CSV) + "".join(answer(line, CSV, session).text for line in lines)
    assert held(io.BytesIO(complete.encode()), iter(lines), CSV).lines == 2


@both
@pytest.mark.parametrize("data", [b"hello\n", b"[1]\n", b"{}\n", b"a,b\n1,2\n", b"null\n", b"\xff\n"])
def test_a_file_of_something_else_is_refused(setting: Setting, data: bytes) -> None:
    """It is not touched."""
    with pytest.raises(UsageError, match="was not written by gradcalc batch"):
        held(io.BytesIO(data), iter(LINES), setting)


def test_nothing_is_held_by_an_empty_file() -> None:
    """Nor by one torn in its first line."""
    for setting in (JSONL, CSV):
        for data in (b"", heading(setting).encode()[:5], json.dumps({"schema": 1})[:4].encode()):
            assert held(io.BytesIO(data), iter(LINES), setting) == Held(0, 0, 0)
