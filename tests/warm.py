"""A daemon of the tests' own, in a directory of their own: never the user's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cli.harness import environment


class Daemon:
    """The daemon of `folder`, started or not."""

    def __init__(self, folder: Path) -> None:
        self.runtime = folder
        self.folder = folder / "gradcalc"
        self.socket = self.folder / "daemon.sock"

    def environment(self, **extra: str) -> dict[str, str]:
        """What makes a client use this daemon."""
        return environment(**{"XDG_RUNTIME_DIR": str(self.runtime), "GRADCALC_DAEMON": "on", **extra})

    def control(self, *tokens: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run `gradcalc daemon TOKENS`."""
        command = [sys.executable, "-P", "-m", "gradcalc", "daemon", *tokens]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=180, check=False, env=self.environment(**extra)
        )

    def report(self) -> dict[str, Any]:
        """What `status` says."""
        answer: dict[str, Any] = json.loads(self.control("status", "--format", "json").stdout)
        return answer


@contextmanager
def started(folder: Path, *options: str, **extra: str) -> Iterator[Daemon]:
    """A daemon that runs, and is stopped at the end."""
    folder.chmod(0o700)
    daemon = Daemon(folder)
    done = daemon.control("start", *options, **extra)
    assert done.returncode == 0, done.stderr
    try:
        yield daemon
    finally:
        assert daemon.control("stop", **extra).returncode == 0
