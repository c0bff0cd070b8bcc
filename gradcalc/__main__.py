"""The entry point: the program inside its own error handling. `python -m gradcalc` and the script `gradcalc`.

Comes in: `sys.argv`. Goes out: an exit status, and on stderr one sentence for whatever went wrong. The program is
imported inside the handling, so that Ctrl-C and a broken installation end in a sentence too.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gradcalc.console import Console
    from gradcalc.errors import GradcalcError

_INTERRUPTED = 130
_INTERNAL = 70
_SHORT = 200


def main() -> None:
    """Run the program and leave with its status."""
    sys.exit(run(sys.argv[1:]))


def run(tokens: Sequence[str]) -> int:
    """Answer the command line `tokens`; the exit status. Raises nothing."""
    try:
        from gradcalc.console import Console

        return answer(tokens, Console.standard())
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001: the last line of defence; a user never sees a traceback unasked
        return _report(error)


def answer(tokens: Sequence[str], console: Console) -> int:
    """Answer a command line on `console`; the exit status."""
    from gradcalc.errors import GradcalcError

    try:
        from gradcalc.cli.app import run as run_app

        return int(run_app(tokens, console))
    except GradcalcError as error:
        return _fail(error, tokens, console)
    except BrokenPipeError:
        console.abandon()  # whoever read the answer has seen enough of it
        return 0


def _fail(error: GradcalcError, tokens: Sequence[str], console: Console) -> int:
    console.error(error)
    if wants_json(tokens) and error.kind != "output":
        from gradcalc.render.json import failure

        console.answer(failure(error, console.view()))
    return int(error.status)


def wants_json(tokens: Sequence[str]) -> bool:
    """Whether a command line asks for JSON, also one that is wrong elsewhere."""
    pairs = zip(tokens, [*tokens[1:], ""], strict=True)
    return any(token == "--format=json" or (token, after) == ("--format", "json") for token, after in pairs)


def _report(error: Exception) -> int:
    """Say on stderr that the program has a fault, with a traceback for those who ask for it."""
    if sys.stderr is None:
        return _INTERNAL
    text = " ".join(str(error).split())
    short = text if len(text) <= _SHORT else f"{text[:_SHORT]}..."
    what = ascii(f"{type(error).__name__}: {short}" if short else type(error).__name__)[1:-1]
    sys.stderr.write(
        f"gradcalc: internal error ({what})\n"
        "  please report it with the command line; GRADCALC_DEBUG=1 in the environment adds a traceback\n"
    )
    if os.environ.get("GRADCALC_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    return _INTERNAL


if __name__ == "__main__":
    main()
