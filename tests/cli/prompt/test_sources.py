"""Where statements come from: lines of a stream, and the history of earlier conversations."""

from __future__ import annotations

import io
import stat
import time
from pathlib import Path

import pytest

from gradcalc.cli.candidates import split
from gradcalc.cli.prompt import history
from gradcalc.cli.prompt.history import KEPT, History, place
from gradcalc.cli.prompt.lines import Lines
from gradcalc.cli.prompt.reading import read, statements
from gradcalc.errors import ExpressionError, LimitError


def everything(stream: io.BytesIO) -> list[str]:
    """All statements of a stream."""
    lines, found = Lines(stream), []
    while True:
        try:
            found.append(lines.read("> "))
        except EOFError:
            return found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", []),
        (b"x\ny", ["x", "y"]),
        (b"\xef\xbb\xbfx\r\ny\r\n", ["x", "y"]),
        (b"sin(x\n+ 1)\ny\n", ["sin(x\n+ 1)", "y"]),
        (b"sin(x\n\ny\n", ["sin(x\n", "y"]),
        (b"sin(x\n", ["sin(x"]),
        ("θ²\n".encode(), ["θ²"]),
    ],
)
def test_the_statements_of_a_stream(content: bytes, found: list[str]) -> None:
    """Each over as many lines as it takes; what is left open ends with the stream."""
    assert everything(io.BytesIO(content)) == found


@pytest.mark.parametrize("beginning", [b"sum([\n", b"functions (\n", b'tape "\n(', b"1 + \\\n"])
def test_a_statement_over_many_lines_takes_time_by_its_length(beginning: bytes) -> None:
    """Sixteen times the lines take less than eighty times the processor time; the square would be 256 times."""

    def seconds(count: int) -> float:
        stream = io.BytesIO(beginning + b"1, \\\n" * count)
        start = time.process_time()
        for text in everything(stream):
            for statement in statements(text):
                line = read(statement)
                assert line is not None
                if line.verb:
                    split(line.rest)
        return time.process_time() - start

    short = min(seconds(1000) for _ in range(5))
    assert min(seconds(16_000) for _ in range(2)) < 80 * short


def test_a_line_that_is_no_text_is_told_and_the_next_is_read() -> None:
    """In a sentence of ours."""
    lines = Lines(io.BytesIO(b"\xff\nx\n"))
    with pytest.raises(ExpressionError, match="not text in UTF-8"):
        lines.read("")
    assert lines.read("") == "x"


def test_an_endless_line_is_not_kept() -> None:
    """It is refused, its rest is skipped, and the next is read."""
    lines = Lines(io.BytesIO(b"x" * 3_000_000 + b"\ny\n"))
    with pytest.raises(LimitError, match="longer than 200,000"):
        lines.read("")
    assert lines.read("") == "y"


def test_somebody_who_types_is_invited() -> None:
    """Once a line, otherwise where the statement goes on; the end of input ends the line on the screen."""
    said: list[str] = []
    lines = Lines(io.BytesIO(b"sin(x\n)\n"), said.append)
    assert lines.read("at x=1> ") == "sin(x\n)"
    with pytest.raises(EOFError):
        lines.read("> ")
    assert said == ["at x=1> ", "... ", "> ", "\n"]


def test_where_the_history_is() -> None:
    """In the state directory, by default ~/.local/state; a relative one does not count."""
    assert place({"XDG_STATE_HOME": "/state"}) == Path("/state/gradcalc/history")
    home = Path.home() / ".local/state/gradcalc/history"
    assert place({}) == place({"XDG_STATE_HOME": "state"}) == home


def test_a_history_is_kept_between_conversations(tmp_path: Path) -> None:
    """On one line each, readable by the user alone."""
    path = tmp_path / "state" / "gradcalc" / "history"
    for statement in ("x**2", "sin(x\n  + 1)", "", "θ"):
        History(path).add(statement)
    assert History(path).load() == ["x**2", "sin(x + 1)", "θ"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_history_is_bounded(tmp_path: Path) -> None:
    """The newest are kept, in the file too once it has twice as many; a monstrous statement is not."""
    path = tmp_path / "history"
    kept = History(path)
    path.write_text("".join(f"x + {i}\n" for i in range(2 * KEPT + 1)))
    assert kept.load() == [f"x + {i}" for i in range(KEPT + 1, 2 * KEPT + 1)]
    assert len(path.read_text().splitlines()) == KEPT
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept.add("x" * 10_001)
    assert len(kept.load()) == KEPT
    assert list(tmp_path.iterdir()) == [path]


def test_without_a_history_the_conversation_goes_on(tmp_path: Path) -> None:
    """Where the file cannot be: its directory is a file, or it is a directory, or it holds no text."""
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "history", tmp_path):
        History(path).add("x")
        assert History(path).load() == []
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\nx\n")
    assert History(tmp_path / "bytes").load()[-1] == "x"


def test_a_home_that_is_unknown_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container without a user has none."""

    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(history.Path, "home", nowhere)
    assert not History(place({})).load()
