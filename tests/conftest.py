"""What holds for every test: Hypothesis without deadlines, the same examples in every run of CI, no user's daemon.

The fixture `way` runs a test twice, as new processes and through a daemon of the tests' own.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from gradcalc.language import limits
from gradcalc.language.parser import parse
from tests.warm import Daemon, started

os.environ["GRADCALC_DAEMON"] = "off"  # the tests' processes inherit it

# The first deep formula raises Python's recursion limit for good; within a test Hypothesis takes that for a fault.
parse("(" * limits.NESTING + "x" + ")" * limits.NESTING)

settings.register_profile("local", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="session", autouse=True)
def usual_signals() -> None:
    """What a shell ignores for us, as in a background job or under nohup, is not ignored by the processes of the tests.

    A signal with a handler has its usual effect in a program that is started; in this process it still has none.
    """
    for number in filter(None, (getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP"))):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


@pytest.fixture(scope="session")
def shared_daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """One daemon for all tests of this process that only ask it."""
    with started(tmp_path_factory.mktemp("run")) as daemon:
        yield daemon


@pytest.fixture(params=["cold", "warm"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways in which a command line may be answered; what the test expects is the same."""
    if request.param == "warm":
        daemon: Daemon = request.getfixturevalue("shared_daemon")
        for name in ("XDG_RUNTIME_DIR", "GRADCALC_DAEMON"):
            monkeypatch.setenv(name, daemon.environment()[name])
    return str(request.param)
