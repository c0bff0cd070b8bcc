"""The loop: whatever goes wrong with one statement, the next one is answered."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace

import pytest

from gradcalc.__main__ import answer
from gradcalc.cli.prompt import loop
from gradcalc.cli.prompt.settings import Settings
from gradcalc.console import Console
from gradcalc.errors import Status
from tests.cli.harness import Finished, run


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines that were run in place of the program: `fault` has a fault, `gone` no reader, `late` Ctrl-C."""
    tokens: list[list[str]] = []

    def pretend(asked: list[str], _: Console) -> Status:
        tokens.append(list(asked))
        for word, error in {
            "fault": ZeroDivisionError("what"),
            "gone": BrokenPipeError(),
            "late": KeyboardInterrupt(),
        }.items():
            if asked[-1] == word:
                raise error
        return Status.OK

    monkeypatch.setattr(loop, "run", pretend)
    monkeypatch.delenv("GRADCALC_DEBUG", raising=False)
    return tokens


def converse(monkeypatch: pytest.MonkeyPatch, *lines: str) -> tuple[Status, str]:
    """The status and what is said on standard error for lines on standard input."""
    stream = io.BytesIO("".join(f"{line}\n" for line in lines).encode())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stream))
    stderr = io.StringIO()
    return loop.from_input(Settings(), Console(io.StringIO(), stderr, {})), stderr.getvalue()


def test_a_fault_of_ours_is_told_and_the_next_line_is_read(
    monkeypatch: pytest.MonkeyPatch, said: list[list[str]]
) -> None:
    """With a request to report it, and status 70 at the end."""
    status, told = converse(monkeypatch, "fault", "x")
    assert status == Status.INTERNAL
    assert told.startswith("gradcalc: internal error (ZeroDivisionError: what)\n  please report it")
    assert [tokens[-1] for tokens in said] == ["fault", "x"]


@pytest.mark.usefixtures("said")
def test_a_traceback_is_there_for_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """With GRADCALC_DEBUG=1 the fault ends the conversation."""
    monkeypatch.setenv("GRADCALC_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        converse(monkeypatch, "fault", "x")


@pytest.mark.parametrize(("line", "error"), [("gone", BrokenPipeError), ("late", KeyboardInterrupt)])
def test_what_ends_a_conversation_with_nobody(
    line: str, error: type[BaseException], monkeypatch: pytest.MonkeyPatch, said: list[list[str]]
) -> None:
    """A reader that left, and Ctrl-C, which is for the whole command there."""
    with pytest.raises(error):
        converse(monkeypatch, line, "x")
    assert len(said) == 1


@pytest.mark.usefixtures("said")
@pytest.mark.parametrize(
    ("lines", "status"),
    [([], 0), (["x"], 0), (["let", "let 2 = x", "x"], 2), (["set dtype quux", "at x"], 4), (["quit", "at x"], 0)],
)
def test_the_status_is_the_highest(lines: list[str], status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all statements that were read."""
    assert converse(monkeypatch, *lines)[0] == status


def test_a_closed_standard_input_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python has None in its place."""
    monkeypatch.setattr(sys, "stdin", None)
    stderr = io.StringIO()
    assert answer(["repl"], Console(io.StringIO(), stderr, {})) == 2
    assert stderr.getvalue() == "gradcalc: standard input is closed, no line can be read from it\n"


def test_bytes_that_are_no_text_are_one_line_s_trouble() -> None:
    """The lines around them are answered."""
    done = run("repl", stdin=b"at\n\xff\xfe\nlet\n")
    assert done == Finished(
        "no point is set; write at x=2\nnothing is defined; write let f = sin(x**2)\n",
        "gradcalc: the line is not text in UTF-8\n",
        2,
    )


def test_lines_of_a_file_need_no_prompt_toolkit() -> None:
    """Nor an engine, as long as nothing is asked."""
    spy = "import sys\nfrom gradcalc.__main__ import run\nrun(['repl'])\n"
    spy += "print(*sorted({'prompt_toolkit', 'torch', 'sympy', 'flint', 'numpy', 'rich'} & set(sys.modules)))"
    assert run(stdin="let f = x\nsni(x)\nat\n", prefix=("-c", spy)).stdout == "no point is set; write at x=2\n\n"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory otherwise")
def test_many_lines_take_no_more_memory_than_few() -> None:
    """What each leaves behind in circles is collected: seven times the lines, a quarter more at most."""
    spy = "from gradcalc.__main__ import live\n"
    spy += "live(['repl'], lambda _: print(open('/proc/self/status').read(), flush=True))"

    def memory(lines: int) -> int:
        """The most that was held; getrusage would count what the tests held before they started the process."""
        done = run(stdin="functions sin\n" * lines, prefix=("-c", spy))
        return next(int(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("VmHWM"))

    assert memory(700) < 1.25 * memory(100)


def test_batch_leaves_the_next_lines_alone() -> None:
    """It would read them as its questions."""
    done = run("repl", stdin="batch\nlet f = x\nlet\n")
    assert done == Finished("f = x\n", "gradcalc: standard input belongs to the prompt\n  write batch FILE\n", 2)
