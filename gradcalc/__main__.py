"""The entry point: the program inside its own error handling. `python -m gradcalc` and the script `gradcalc`.

Comes in: `sys.argv`. Goes out: an exit status, and on stderr one sentence for whatever went wrong. A daemon is asked
first, before anything is imported that takes time. The program is imported inside the handling, so that Ctrl-C and a
broken installation end in a sentence too.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found] # `signal` without its enumerations, which take longer than the rest
import os
import sys

# Where this process is the program, it is not to speak Python's words: until `main` has its handlers Ctrl-C just ends.
_is_program = __name__ == "__main__" or os.path.basename(sys.argv[0]).partition(".")[0] == "gradcalc"
if _is_program and _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

import gc
import signal

from gradcalc.processes.signals import INTERRUPTED, die

TYPE_CHECKING = False  # for type checkers, who know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

    from gradcalc.console import Console

_INTERNAL = 70
_LIMIT = 5
_TOLD: list[Callable[[int], None]] = []


def main() -> None:
    """Let a daemon answer, or run the program; leave with the status."""
    _die_with_our_processes()
    tokens = sys.argv[1:]
    try:
        _hold_standard_descriptors()
        status = _ask(tokens)
    except Exception as error:  # noqa: BLE001 - too little memory or too few files even for this
        status = _tell_plainly(error)
    if status is not None:
        os._exit(status)
    live(tokens)


def _ask(tokens: Sequence[str]) -> int | None:
    """The status of a daemon's answer, or of the sentence that it was lost; None where it must be answered here."""
    from gradcalc.daemon.client import LostError, ask

    try:
        return ask(tokens)
    except LostError as lost:
        from gradcalc.cli.failures import tell
        from gradcalc.console import Console
        from gradcalc.errors import GradcalcError

        hint = "ask again; GRADCALC_DAEMON=off answers without the daemon"
        return int(tell(GradcalcError(str(lost), hint=hint), tokens, Console.standard()))


def live(tokens: Sequence[str], tell: Callable[[int], None] | None = None) -> NoReturn:
    """Answer `tokens` as the one thing that this process is there for, and leave; `tell` is told the status before."""
    if tell is not None:
        _TOLD.append(tell)
    _die_with_our_processes()
    _hold_standard_descriptors()
    gc.disable()  # a process that answers one question and ends has no use for it; long sums pay 20 % for it
    _leave(run(tokens))


def run(tokens: Sequence[str]) -> int:
    """Answer the command line `tokens`; the exit status. Raises nothing."""
    try:
        from gradcalc.console import Console

        return answer(tokens, Console.standard())
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a broken installation: not even the console can be had
        return _tell_plainly(error)


def answer(tokens: Sequence[str], console: Console) -> int:
    """Answer a command line on `console`; the exit status. Raises nothing but KeyboardInterrupt."""
    from gradcalc.cli.failures import tell
    from gradcalc.errors import GradcalcError
    from gradcalc.exhaustion import fault

    try:
        from gradcalc.cli.app import run as run_app

        return int(run_app(tokens, console))
    except GradcalcError as error:
        return int(tell(error, tokens, console))
    except BrokenPipeError:
        console.abandon()  # whoever read the answer has seen enough of it
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence: a user sees no traceback unasked
        status = int(tell(fault(error), tokens, console))
        _debug(error)
        return status


def _die_with_our_processes() -> None:
    """Let Ctrl-C, a closed terminal and SIGTERM end the processes that we have started too; what is ignored stays so.

    Not by a KeyboardInterrupt: while torch's C++ is being loaded it would be lost, or abort with a message.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # not every system has them all
        if number is not None and signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:
            signal.signal(number, _die)


def _die(number: int, _: object) -> NoReturn:
    _kill_our_processes()
    if number == signal.SIGINT:  # the one signal that may end in a status
        for tell in _TOLD:
            tell(INTERRUPTED)
    die(number)


def _hold_standard_descriptors() -> None:
    """Let a closed stdin, stdout or stderr lead nowhere, lest a pipe of ours takes its number and torch writes there.

    Python has made None of these streams by now, so that the console still knows them to be closed.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one


def _leave(status: int) -> NoReturn:
    """Leave without torch's own tidying up, which takes a third of a second."""
    import contextlib

    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):  # what could not be written has been reported where it could be
                stream.flush()
    _kill_our_processes()
    for tell in _TOLD:
        tell(status)
    os._exit(status)


def _kill_our_processes() -> None:
    processes = sys.modules.get("gradcalc.processes.children")
    kill_all = getattr(processes, "kill_all", None)  # the module may be half imported
    if kill_all is not None:
        kill_all()


def _tell_plainly(error: Exception) -> int:
    """Tell of an error with as little as can be, and if need be with nothing at all; the status."""
    lines, status = ["internal error"], _INTERNAL
    if isinstance(error, MemoryError):
        lines, status = ["there is too little memory for this"], _LIMIT
    try:
        from gradcalc.exhaustion import fault

        found = fault(error)
        lines, status = [found.message, f"  {found.hint}"], int(found.status)
    except Exception:  # noqa: BLE001, S110 - not even that can be had
        pass
    if sys.stderr is not None:
        try:
            sys.stderr.write("gradcalc: " + "\n".join(lines) + "\n")
            sys.stderr.flush()
        except OSError:
            pass  # nobody can be told
        _debug(error)
    return status


def _debug(error: Exception) -> None:
    if os.environ.get("GRADCALC_DEBUG") == "1" and sys.stderr is not None:
        import traceback

        traceback.print_exception(error)


if __name__ == "__main__":
    main()
