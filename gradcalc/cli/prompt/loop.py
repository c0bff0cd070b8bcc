"""The conversation itself: read, answer, go on, until the input ends or somebody leaves.

Comes in: statements from a terminal, or from a file or a pipe. Goes out: answers on the console, and a status. Whatever
goes wrong with one statement is told, and the next one is read.
Imports `console`, `errors` and modules of `cli`; prompt_toolkit and the engines only where somebody types.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from gradcalc.cli.app import run
from gradcalc.cli.failures import tell
from gradcalc.cli.prompt.conversation import Conversation
from gradcalc.cli.prompt.lines import Lines
from gradcalc.cli.prompt.reading import statements
from gradcalc.cli.prompt.settings import Settings
from gradcalc.console import Console, OutputError
from gradcalc.errors import GradcalcError, Status, UsageError
from gradcalc.exhaustion import fault


class Reader(Protocol):
    """Where statements come from."""

    def read(self, invitation: str) -> str:
        """The next statements. Raises EOFError at the end, KeyboardInterrupt, and `GradcalcError` for what is none."""


class InterruptError(GradcalcError):
    """Somebody pressed Ctrl-C while a question was being answered."""

    status = Status.INTERRUPTED
    kind = "interrupted"


def from_input(settings: Settings, console: Console) -> Status:
    """Answer what stands on standard input, and say nothing else: the highest status of all statements."""
    if sys.stdin is None:
        raise UsageError("standard input is closed, no line can be read from it")
    return _converse(Conversation(run, settings), Lines(sys.stdin.buffer), console, somebody=False)


def with_somebody(settings: Settings, console: Console) -> Status:
    """Answer what somebody types, who has seen what went wrong when the conversation ends."""
    from gradcalc.cli.prompt.warming import WarmUp

    warm = WarmUp()

    def answer(tokens: Sequence[str], console: Console) -> Status:
        warm.wait_for(tokens)
        return run(tokens, console)

    conversation = Conversation(answer, settings)
    reader = _reader(conversation, console)
    warm.start()
    with _ctrl_c_raised():
        _converse(conversation, reader, console, somebody=True)
    return Status.OK


def _reader(conversation: Conversation, console: Console) -> Reader:
    if os.environ.get("TERM", "dumb") in {"dumb", "unknown"} or not sys.stdout.isatty():
        return Lines(sys.stdin.buffer, console.prompt)  # the cursor cannot move, or answers go elsewhere
    from gradcalc.cli.prompt.history import History, place
    from gradcalc.cli.prompt.terminal import Terminal

    console.color = conversation.settings.get("color")
    return Terminal(conversation, History(place(os.environ)), color=console.view().color)


def _converse(conversation: Conversation, reader: Reader, console: Console, *, somebody: bool) -> Status:
    """The highest status of what was asked. With `somebody` there, Ctrl-C ends a line or an answer and nothing else."""
    highest = Status.OK
    while not conversation.over:
        try:
            text = reader.read(f"{conversation.summary()}> ".lstrip())
        except EOFError:
            break
        except KeyboardInterrupt:
            if not somebody:
                raise
        except GradcalcError as error:
            highest = max(highest, tell(error, _asked("", conversation), console))
        else:
            for statement in statements(text):
                if not conversation.over:
                    highest = max(highest, _answered(statement, conversation, console, somebody=somebody))
    return highest


def _answered(statement: str, conversation: Conversation, console: Console, *, somebody: bool) -> Status:
    try:
        return conversation.answer(statement, console)
    except (OutputError, BrokenPipeError):
        raise  # nobody reads answers any more
    except GradcalcError as error:
        return tell(error, _asked(statement, conversation), console)
    except KeyboardInterrupt:
        if not somebody:
            raise
        return tell(InterruptError("interrupted"), (), console)
    except Exception as error:
        if os.environ.get("GRADCALC_DEBUG") == "1":
            raise
        return tell(fault(error), _asked(statement, conversation), console)


def _asked(statement: str, conversation: Conversation) -> list[str]:
    """The words of a statement that say how a failure is told."""
    return [*statement.split(), "--format", conversation.settings.get("format")]


@contextmanager
def _ctrl_c_raised() -> Iterator[None]:
    """Ctrl-C as KeyboardInterrupt, where the program would leave at once; where it is ignored it stays so."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
