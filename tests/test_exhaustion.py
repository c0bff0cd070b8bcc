"""Too little memory, too few files, no more processes: how exceptions tell of it, and what a user is told."""

from __future__ import annotations

import errno
import os
import resource

import pytest

from gradcalc.errors import LimitError
from gradcalc.exhaustion import exhausted, fault, out_of_memory

MEMORY, FILES, PROCESSES = (
    "there is too little memory for this",
    "too few files may be open at once for this",
    "no more processes and threads can be started",
)


def number(code: int) -> OSError:
    """An error of the system."""
    return OSError(code, os.strerror(code))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (MemoryError(), MEMORY),
        (number(errno.ENOMEM), MEMORY),
        (ImportError("libtorch_cpu.so: failed to map segment from shared object"), MEMORY),
        (OSError("libx.so.1: cannot allocate memory in static TLS block"), MEMORY),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"),
            MEMORY,
        ),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB."), MEMORY),
        (SystemError("error return without exception set"), MEMORY),
        (number(errno.EMFILE), FILES),
        (number(errno.ENFILE), FILES),
        (ImportError("libx.so: cannot open shared object file: Too many open files"), FILES),
        (number(errno.EAGAIN), PROCESSES),
        (RuntimeError("can't start new thread"), PROCESSES),
    ],
    ids=lambda value: f"{type(value).__name__}: {value}"[:40] if isinstance(value, Exception) else None,
)
def test_a_lack_is_told_in_a_sentence(error: Exception, message: str) -> None:
    """Status 5, with what can be done; also where the exception that arrives only came of it."""
    told = fault(error)
    assert (type(told), told.message, told.status) == (LimitError, message, 5)
    assert told.hint
    try:
        try:
            raise error
        except Exception:  # noqa: BLE001 - each of the cases
            raise KeyError("half a module") from None
    except KeyError as outer:
        assert fault(outer).message == message


@pytest.mark.parametrize(
    "error",
    [ZeroDivisionError("x"), number(errno.ENOENT), ValueError("out of memory"), KeyError("too many open files")],
)
def test_all_else_is_a_fault_of_ours(error: Exception) -> None:
    """What a user typed may stand in a message."""
    assert exhausted(error) is None
    assert fault(error).status == 70


def test_the_hint_names_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """As ulimit counts it; without a limit the machine itself has no more."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (300 << 20, 300 << 20))
    assert out_of_memory().hint == "ulimit -v allows 300 MiB; allow more"
    monkeypatch.setattr(resource, "getrlimit", lambda _: (8, 8))
    assert fault(number(errno.EMFILE)).hint == "ulimit -n allows 8; allow more"
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert out_of_memory().hint == "end other programs, or ask for less"
