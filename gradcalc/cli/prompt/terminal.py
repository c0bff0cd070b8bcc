"""A terminal on which lines can be edited: history, completion, statements of several lines, by prompt_toolkit.

Comes in: what is typed. Goes out: statements, one `read` each. Raises EOFError for Ctrl-D and KeyboardInterrupt for
Ctrl-C. The only module that imports prompt_toolkit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import History as ToolkitHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import ColorDepth, create_output
from prompt_toolkit.output.vt100 import Vt100_Output

from gradcalc.cli.prompt.completion import complete
from gradcalc.cli.prompt.conversation import Conversation
from gradcalc.cli.prompt.history import History
from gradcalc.cli.prompt.reading import is_open

_MORE = "... "


class Terminal:
    """The prompt of a conversation; without `color` no more than bold and reverse is used."""

    def __init__(self, conversation: Conversation, history: History, *, color: bool) -> None:
        output = create_output()
        if isinstance(output, Vt100_Output):
            output.enable_cpr = False  # nothing here needs the cursor's place, and not every terminal answers
        self._prompt: PromptSession[str] = PromptSession(
            output=output,
            history=_Remembered(history),
            completer=_Completer(conversation),
            complete_while_typing=False,
            multiline=True,
            prompt_continuation=_MORE,
            key_bindings=_keys(),
            color_depth=None if color else ColorDepth.DEPTH_1_BIT,
        )

    def read(self, invitation: str) -> str:
        """The next statement, or several that were pasted."""
        return self._prompt.prompt(invitation)


class _Remembered(ToolkitHistory):
    """Our history in prompt_toolkit's terms: newest first."""

    def __init__(self, history: History) -> None:
        super().__init__()
        self._history = history

    def load_history_strings(self) -> Iterable[str]:
        return reversed(self._history.load())

    def store_string(self, string: str) -> None:
        self._history.add(string)


class _Completer(Completer):
    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002 - prompt_toolkit's signature
        for text, length, meaning in complete(document.text_before_cursor, self._conversation):
            yield Completion(text, -length, display_meta=meaning)


def _keys() -> KeyBindings:
    """Enter ends a statement, and begins the next line of one that is open."""
    keys = KeyBindings()

    @keys.add("enter")
    def enter(event: KeyPressEvent) -> Any:
        buffer = event.current_buffer
        if is_open(buffer.text):
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    return keys
