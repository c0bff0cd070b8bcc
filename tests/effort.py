"""Processor time as a guard against hanging: a busy machine makes a test slow, and this does not see it.

Bounds are ten times what is needed, so that only another order of growth exceeds them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


def spent() -> float:
    """Seconds of processor time of this process and of those of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail if what is done inside takes more processor time."""
    start = spent()
    yield
    taken = spent() - start
    assert taken < seconds, f"it took {taken:.1f} s of processor time"
