"""How the program ends when a signal ends it. Imports the standard library only, and little of it."""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

INTERRUPTED = 130


def die(number: int) -> NoReturn:
    """Die of the signal itself: a shell shows 128 + its number, and ends the loop that we are in.

    An interrupt that nobody has typed at our terminal came from a program, which gets the status 130 as it is promised.
    """
    if number == signal.SIGINT and not _in_foreground():
        os._exit(INTERRUPTED)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    os._exit(128 + number)  # the first process of a container does not die of a signal


def _in_foreground() -> bool:
    """Whether a Ctrl-C at the terminal would have come to us."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
