"""When to stop: a moment of this thread's processor time, of which each engine takes a share.

Processor time, so that a busy machine changes no answer. Imports the standard library only.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

#: Seconds of a part of a question whose time nobody has said.
SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of `seconds` of processor time: the `moment` on the clock of this thread, `time.thread_time`."""

    moment: float
    seconds: float

    @classmethod
    def after(cls, seconds: float = SECONDS) -> Deadline:
        """So many seconds from now."""
        return cls(time.thread_time() + seconds, seconds)

    @property
    def left(self) -> float:
        """Seconds until then, 0 once it has passed."""
        return max(0.0, self.moment - time.thread_time())

    @property
    def passed(self) -> bool:
        """Whether the time is up."""
        return time.thread_time() > self.moment

    def check(self) -> None:
        """Raise `TimeoutError` once the time is up."""
        if self.passed:
            raise TimeoutError

    def share(self, part: float) -> Deadline:
        """Take this part of the time that is left."""
        return Deadline.after(self.left * part)

    def waited(self, seconds: float, *, least: float) -> Deadline:
        """What is left after `seconds` of waiting for another process; `least` of what this thread has left stay."""
        return Deadline.after(max(self.left - seconds, min(self.left, least)))
