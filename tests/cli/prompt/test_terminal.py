"""The prompt as somebody sees it, at a pseudo-terminal."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.cli.harness import environment
from tests.cli.pseudo import Terminal, terminal

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there are no pseudo-terminals here")

#: SymPy cannot be done with this while a test waits.
HARD = "*".join(f"(sin({k}*x) + cos(x)**{k} + {k})**{k}" for k in range(1, 40)) + " --order 8 --timeout 600"
CTRL_C, CTRL_D, UP, TAB = "\x03", "\x04", "\x1b[A", "\t"

Open = Callable[..., AbstractContextManager[Terminal]]


@pytest.fixture
def prompt(tmp_path: Path) -> Open:
    """Opens `gradcalc repl` in a terminal, with a state directory of its own."""

    def start(**extra: str) -> AbstractContextManager[Terminal]:
        environ = environment(**{"TERM": "xterm", "XDG_STATE_HOME": str(tmp_path), **extra})
        return terminal([sys.executable, "-m", "gradcalc", "repl"], environ, tmp_path)

    return start


def test_a_conversation(prompt: Open, tmp_path: Path) -> None:
    """Answers, the point in the prompt, errors with carets, completion, several lines at once, Ctrl-D; its history."""
    with prompt(NO_COLOR="1") as screen:
        screen.wait("(>)")
        screen.type("x**2\r")
        screen.wait(r"(df/dx = 2\*x)\r\n")
        screen.type("at x=3\r")
        screen.wait("(at x=3>)")
        screen.type("2*sni(x)\r")
        screen.wait(r"(unknown function 'sni'\r\n  2\*sni\(x\)\r\n    \^\^\^)")
        screen.wait("(at x=3>)")
        screen.type("erfcx" + "\x7f" * 5 + "digam" + TAB)  # the backspaces delete a word
        screen.wait("digam(ma)")
        screen.type("(x) --only certified\r")
        assert screen.wait(r"\r\n(0\.[0-9]+)").startswith("0.3949")  # pi**2/6 - 1 - 1/4
        screen.wait("(at x=3>)")
        screen.type("sum([x,\rx**2]) --only autograd\r")
        screen.wait(r"(\.\.\.)")
        screen.wait(r"\r\n(7)\r\n")
        screen.wait("(at x=3>)")
        screen.type("\x1b[200~x**3 --only autograd\nx**4 --only autograd\x1b[201~\r")
        screen.wait(r"(27\r\n108)\r\n")
        screen.wait("(at x=3>)")
        screen.type(CTRL_D)
        assert screen.end() == 0
    attributes = {code for codes in re.findall(rb"\x1b\[([0-9;]*)m", screen.raw) for code in codes.split(b";")}
    assert attributes <= {b"0", b"1", b"7"}  # none, bold and reverse, in the menu; no colour
    history = tmp_path / "gradcalc" / "history"
    assert history.read_text().splitlines()[:3] == ["x**2", "at x=3", "2*sni(x)"]
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    with prompt() as screen:
        screen.wait("(>)")
        screen.type(UP + UP)
        screen.wait(r"(sum\(\[x)")
        screen.type(CTRL_C + "quit\r")
        assert screen.end() == 0


def test_ctrl_c_never_leaves(prompt: Open) -> None:
    """It drops the line that is typed, or ends the answer that is awaited; the next question is answered."""
    with prompt() as screen:
        screen.wait("(>)")
        screen.type("sni(" + CTRL_C)
        screen.wait("(\n>)")
        screen.type("tape x --at 1" + CTRL_C)
        screen.wait("(\n>)")
        screen.type("x**2 --at 3 --only autograd\r")
        screen.wait(r"\n(6)\r\n")
        screen.wait("(>)")
        screen.type(HARD + "\r")
        screen.wait(r"(--timeout 600[ \r]*\n)")
        screen.press_until(CTRL_C, "(interrupted)\r\n")
        screen.wait("(>)")
        screen.type("\x15x**3 --at 3 --only symbolic\r")
        screen.wait(r"\n(27)\r\n")
        screen.wait("(>)")
        screen.type("exit\r")
        assert screen.end() == 0


def test_ctrl_c_while_the_engines_are_loaded(prompt: Open) -> None:
    """The question is dropped at once, and torch is whole when the next one comes."""
    with prompt() as screen:
        screen.wait("(>)")
        screen.type("x**2 --at 3\r")
        screen.wait(r"(--at 3[ \r]*\n)")
        screen.press_until(CTRL_C, "(interrupted|agrees)")
        screen.wait("(>)")
        screen.type("x**3 --at 3 --only autograd\r")
        screen.wait(r"\n(27)\r\n")
        screen.wait("(>)")
        screen.type(CTRL_D)
        assert screen.end() == 0


def test_a_terminal_that_cannot_move_its_cursor(prompt: Open) -> None:
    """The prompt is on standard error and everything works but editing; there is no escape code anywhere."""
    with prompt(TERM="dumb") as screen:
        screen.wait("(>)")
        screen.type("half a line" + CTRL_C)
        screen.wait("(\n>)")
        screen.type("at x=3\n")
        screen.wait("(at x=3>)")
        screen.type("(x**2\n")
        screen.wait(r"(\.\.\.)")
        screen.type(") --only autograd\n")
        screen.wait(r"\n(6)\r\n")
        screen.wait("(at x=3>)")
        screen.type(CTRL_D)
        assert screen.end() == 0
    assert b"\x1b" not in screen.raw
