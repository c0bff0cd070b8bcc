"""What was typed at the prompt before, kept in a file: $XDG_STATE_HOME/gradcalc/history (XDG Base Directory, 0.8).

Comes in: statements. Goes out: those of earlier conversations. The file is the user's own (mode 0600) and bounded;
where it cannot be read or written, the conversation goes on without it. Imports the standard library only.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

#: Statements that are kept; the file is cut to these when a conversation begins and it holds twice as many.
KEPT = 5000
_LONGEST = 10_000


def place(environ: Mapping[str, str]) -> Path:
    """Where the history is kept."""
    state = environ.get("XDG_STATE_HOME", "")
    # A relative path is to be ignored, says the specification.
    folder = Path(state) if state.startswith("/") else _home() / ".local" / "state"
    return folder / "gradcalc" / "history"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # nobody's; below a file nothing can be kept
        return Path(os.devnull)


class History:
    """The statements in the file at `path`, oldest first."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> list[str]:
        """What is kept; nothing where the file cannot be read."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []
        if len(lines) > 2 * KEPT:
            self._rewrite(lines[-KEPT:])
        return lines[-KEPT:]

    def add(self, statement: str) -> None:
        """Keep one more statement, on one line: between words of the language a line's end is a space."""
        line = " ".join(statement.split())
        if line and len(line) <= _LONGEST:
            self._write(self._path, os.O_APPEND, [line])

    def _rewrite(self, lines: list[str]) -> None:
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        if self._write(beside, os.O_TRUNC, lines):
            beside.replace(self._path)

    def _write(self, path: Path, flag: int, lines: list[str]) -> bool:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flag, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8", errors="replace") as file:
                file.write("".join(f"{line}\n" for line in lines))
        except OSError:
            return False  # a history is a convenience
        return True
