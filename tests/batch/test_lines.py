"""Reading lines, and what an output holds already."""

from __future__ import annotations

import io
import json

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
JSONL, CSV = Setting(Request("")), Setting(Request(""), writes="csv")


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


@pytest.mark.parametrize("setting", [JSONL, CSV], ids=["jsonl", "csv"])
@pytest.mark.parametrize("other", ["order", "shorter", "id"])
def test_answers_to_other_lines_are_refused(setting: Setting, session: Session, other: str) -> None:
    """Another file was named, or it has changed."""
    changed = {
        "order": [LINES[1], LINES[0], LINES[2]],
        "shorter": LINES[:1],
        "id": [LINES[0]._replace(text=LINES[0].text.replace('"a"', '"b"')), *LINES[1:]],
    }[other]
    with pytest.raises(UsageError, match="are not those of this input"):
        held(io.BytesIO(output(setting, session)), iter(changed), setting)


@pytest.mark.parametrize("setting", [JSONL, CSV], ids=["jsonl", "csv"])
@pytest.mark.parametrize("data", [b"hello\n", b"[1]\n", b"{}\n", b"a,b\n1,2\n", b"null\n", b"\xff\n"])
def test_a_file_of_something_else_is_refused(setting: Setting, data: bytes) -> None:
    """It is not touched."""
    with pytest.raises(UsageError, match="was not written by gradcalc batch"):
        held(io.BytesIO(data), iter(LINES), setting)


def test_an_expression_that_changed_is_noticed(session: Session) -> None:
    """By the document's own expression."""
    changed = LINES[0]._replace(text=LINES[0].text.replace("x**2", "x**3"))
    with pytest.raises(UsageError, match=r"\(answer 1\)"):
        held(io.BytesIO(output(JSONL, session)), iter([changed, *LINES[1:]]), JSONL)


def test_nothing_is_held_by_an_empty_file() -> None:
    """Nor by one torn in its first line."""
    for setting in (JSONL, CSV):
        for data in (b"", heading(setting).encode()[:5], json.dumps({"schema": 1})[:4].encode()):
            assert held(io.BytesIO(data), iter(LINES), setting) == Held(0, 0, 0)
