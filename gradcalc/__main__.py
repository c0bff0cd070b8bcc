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
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gradcalc.console import Console

_INTERRUPTED = 130
_INTERNAL = 70


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
            from gradcalc.errors import internal

            fault = internal(error)
            sys.stderr.write(f"gradcalc: {fault.message}\n  {fault.hint}\n")
            _debug(error)
        return _INTERNAL


def answer(tokens: Sequence[str], console: Console) -> int:
    """Answer a command line on `console`; the exit status. Raises nothing but KeyboardInterrupt."""
    from gradcalc.cli.failures import tell
    from gradcalc.errors import GradcalcError, internal

    try:
        from gradcalc.cli.app import run as run_app

        return int(run_app(tokens, console))
    except GradcalcError as error:
        return tell(error, tokens, console)
    except BrokenPipeError:
        console.abandon()  # whoever read the answer has seen enough of it
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence: a user sees no traceback unasked
        status = tell(internal(error), tokens, console)
        _debug(error)
        return status


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


def _debug(error: Exception) -> None:
    if os.environ.get("GRADCALC_DEBUG") == "1" and sys.stderr is not None:
        import traceback

        traceback.print_exception(error)


if __name__ == "__main__":
    main()
