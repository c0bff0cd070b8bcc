"""The entry point: the program inside its own error handling. `python -m gradcalc` and the script `gradcalc`.

Comes in: `sys.argv`. Goes out: an exit status, and on stderr one sentence for whatever went wrong. The program is
imported inside the handling, so that Ctrl-C and a broken installation end in a sentence too.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gradcalc.console import Console
    from gradcalc.errors import GradcalcError

_INTERRUPTED = 130
_INTERNAL = 70
_SHORT = 200
_REQUEST = "please report it with the command line; GRADCALC_DEBUG=1 in the environment adds a traceback"


def main() -> None:
    """Run the program and leave with its status."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)
    gc.disable()  # a process that answers one question and ends has no use for it; long sums pay 20 % for it
    _leave(run(sys.argv[1:]))


def run(tokens: Sequence[str]) -> int:
    """Answer the command line `tokens`; the exit status. Raises nothing."""
    try:
        from gradcalc.console import Console

        return answer(tokens, Console.standard())
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a broken installation: not even the console can be had
        if sys.stderr is not None:
            sys.stderr.write(f"gradcalc: {_fault(error)}\n  {_REQUEST}\n")
            _debug(error)
        return _INTERNAL


def answer(tokens: Sequence[str], console: Console) -> int:
    """Answer a command line on `console`; the exit status. Raises nothing but KeyboardInterrupt."""
    from gradcalc.errors import GradcalcError

    try:
        from gradcalc.cli.app import run as run_app

        return int(run_app(tokens, console))
    except GradcalcError as error:
        return _fail(error, tokens, console)
    except BrokenPipeError:
        console.abandon()  # whoever read the answer has seen enough of it
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence: a user sees no traceback unasked
        status = _fail(GradcalcError(_fault(error), hint=_REQUEST), tokens, console)
        _debug(error)
        return status


def wants_json(tokens: Sequence[str]) -> bool:
    """Whether a command line asks for JSON, also one that is wrong elsewhere."""
    return "--format=json" in tokens or ("--format", "json") in pairwise(tokens)


def _interrupted(*_: object) -> NoReturn:
    """Leave at once: while torch's C++ is being loaded a KeyboardInterrupt would be lost, or abort with a message."""
    _end(_INTERRUPTED)


def _leave(status: int) -> NoReturn:
    """Leave without torch's own tidying up, which takes a third of a second."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):  # what could not be written has been reported where it could be
                stream.flush()
    _end(status)


def _end(status: int) -> NoReturn:
    client = sys.modules.get("gradcalc.engines.symbolic.client")
    kill = getattr(client, "kill", None)  # the module may be half imported
    if kill is not None:
        kill()
    os._exit(status)


def _fail(error: GradcalcError, tokens: Sequence[str], console: Console) -> int:
    console.error(error)
    if wants_json(tokens):
        from gradcalc.console import OutputError
        from gradcalc.render.documents import failure

        try:
            console.answer(failure(error, console.view()))
        except (OutputError, BrokenPipeError):
            console.abandon()  # stderr has been told
    return int(error.status)


def _fault(error: Exception) -> str:
    text = " ".join(str(error).split())
    short = text if len(text) <= _SHORT else f"{text[:_SHORT]}..."
    return f"internal error ({type(error).__name__}{': ' if short else ''}{short})"


def _debug(error: Exception) -> None:
    if os.environ.get("GRADCALC_DEBUG") == "1" and sys.stderr is not None:
        import traceback

        traceback.print_exception(error)


if __name__ == "__main__":
    main()
