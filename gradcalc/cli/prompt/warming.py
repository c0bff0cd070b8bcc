"""The engines, loaded while the first line is being typed.

A thread asks both engines a trifle, so that torch is imported and the SymPy process has started. Ctrl-C cannot strike
torch's import there: Python hands signals to the main thread, which only waits. Imports the pipeline.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence

from gradcalc import pipeline

#: Commands that need neither engine, and the one that needs SymPy alone where no point is given.
_LISTINGS = frozenset({"functions", "completion", "help"})


class WarmUp:
    """The start of the engines."""

    def __init__(self) -> None:
        self._done = threading.Event()

    def start(self) -> None:
        """Begin, and go on at once."""
        threading.Thread(target=self._load, daemon=True).start()

    def wait_for(self, tokens: Sequence[str]) -> None:
        """Wait until a command line can be answered by the main thread, which is to import nothing large itself."""
        name = tokens[0]
        if name not in _LISTINGS and "--help" not in tokens and (name != "diff" or "--at" in tokens):
            self._done.wait()

    def _load(self) -> None:
        # What fails here fails again, and is told, when somebody asks for it.
        with contextlib.suppress(Exception):
            pipeline.diff(pipeline.Request("x"))
        with contextlib.suppress(Exception):
            pipeline.tape(pipeline.Request("x", at=("x=1",)), pipeline.Experiment())
        self._done.set()
