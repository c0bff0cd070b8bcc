"""What is told of a failure: its sentence on stderr, and where JSON was asked for, a document on stdout too.

Comes in: a `GradcalcError` and the command line. Goes out: the status. Imports `console`, `errors` and `render`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from gradcalc.console import Console, OutputError
from gradcalc.errors import GradcalcError, Status


def wants_json(tokens: Sequence[str]) -> bool:
    """Whether a command line asks for JSON, also one that is wrong elsewhere."""
    return "--format=json" in tokens or ("--format", "json") in pairwise(tokens)


def tell(error: GradcalcError, tokens: Sequence[str], console: Console) -> Status:
    """Tell what is wrong with the command line `tokens`; its status."""
    console.error(error)
    if wants_json(tokens):
        from gradcalc.render.documents import failure

        try:
            console.answer(failure(error, console.view()))
        except (OutputError, BrokenPipeError):
            console.abandon()  # stderr has been told
    return error.status
