"""The entry point's last lines of defence, and the console, in this process."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest

from gradcalc import __main__ as entry
from gradcalc.cli import app
from gradcalc.cli.failures import wants_json
from gradcalc.console import Console
from gradcalc.errors import ExpressionError, Span


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """It is one for whoever asks."""
        return True


def console(make: Callable[[], io.StringIO] = io.StringIO, **environ: str) -> tuple[Console, io.StringIO, io.StringIO]:
    """A console on two streams in memory."""
    stdout, stderr = make(), make()
    return Console(stdout, stderr, environ), stdout, stderr


def broken(*_: object) -> int:
    """A program with a fault."""
    raise ZeroDivisionError("a very\n long story " + "x" * 500)


def test_a_fault_is_a_sentence_with_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 70, no traceback, one line however long the message, and how to get more."""
    monkeypatch.delenv("GRADCALC_DEBUG", raising=False)
    monkeypatch.setattr(app, "run", broken)
    target, stdout, stderr = console()
    assert entry.answer(["diff", "x"], target) == 70
    assert stdout.getvalue() == ""
    first, second = stderr.getvalue().splitlines()
    assert first.startswith("gradcalc: internal error (ZeroDivisionError: a very long story xxx")
    assert len(first) < 300
    assert "report" in second


def test_a_fault_is_told_in_json_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """With --format json a program learns of it as of any failure."""
    monkeypatch.setattr(app, "run", broken)
    target, stdout, _ = console()
    assert entry.answer(["diff", "x", "--format", "json"], target) == 70
    assert json.loads(stdout.getvalue())["error"]["kind"] == "internal"


def test_a_traceback_is_there_for_who_asks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """GRADCALC_DEBUG=1 adds it."""
    monkeypatch.setenv("GRADCALC_DEBUG", "1")
    monkeypatch.setattr(app, "run", broken)
    assert entry.answer([], console()[0]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_left_is_status_0(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken pipe is silent."""

    def gone(*_: object) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(app, "run", gone)
    target, stdout, stderr = console()
    assert entry.answer([], target) == 0
    assert stdout.getvalue() + stderr.getvalue() == ""


@pytest.mark.parametrize(
    ("tokens", "json_wanted"),
    [
        (["diff", "--format", "json"], True),
        (["diff", "--format=json"], True),
        (["diff", "--format"], False),
        (["diff", "json", "--format", "csv"], False),
        ([], False),
    ],
)
def test_json_is_recognised_on_a_wrong_command_line(tokens: list[str], json_wanted: bool) -> None:
    """Whatever else is wrong with it."""
    assert wants_json(tokens) is json_wanted


@pytest.mark.parametrize(
    ("setting", "environ", "painted"),
    [
        ("auto", {}, True),
        ("auto", {"NO_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": ""}, True),
        ("auto", {"TERM": "dumb"}, False),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {}, False),
    ],
)
def test_when_a_terminal_gets_color(setting: str, environ: dict[str, str], painted: bool) -> None:
    """--color first, then NO_COLOR unless it is empty, then TERM."""
    target, _, stderr = console(Screen, **environ)
    target.color = setting
    assert target.view().color is painted
    target.error(ExpressionError("what", source="x", span=Span(0, 1)))
    assert ("\x1b" in stderr.getvalue()) is painted


def test_a_terminal_has_a_width_and_a_pipe_has_none() -> None:
    """On a pipe nothing is folded."""
    assert console(Screen, COLUMNS="123")[0].view().width == 123
    assert console(Screen, COLUMNS="1")[0].view().width == 20
    assert console(io.StringIO, COLUMNS="123")[0].view().width is None


def test_markup_in_a_message_is_text() -> None:
    """Nothing is interpreted, control characters are escaped."""
    target, _, stderr = console()
    target.note("[bold]x[/bold] \x1b[1m :smile:")
    assert stderr.getvalue() == "gradcalc: note: [bold]x[/bold] \\x1b[1m :smile:\n"
