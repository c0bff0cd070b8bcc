"""Where the daemon's socket lies: a directory that nobody else can enter.

Comes in: the environment. Goes out: paths. Imports the standard library only, and little of it: the client does.
"""

from __future__ import annotations

import os
import stat

SOCKET, LOCK, LOG = "daemon.sock", "daemon.lock", "daemon.log"

#: Bytes of a socket's path, of which Linux takes 107 and macOS 103.
LONGEST = 103


def directory() -> str:
    """The directory of this user: in XDG_RUNTIME_DIR if that is his, else in TMPDIR or /tmp. It need not exist."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(runtime) and _owned(runtime):
        return f"{runtime}/gradcalc"
    temporary = os.environ.get("TMPDIR", "")
    return f"{temporary if os.path.isabs(temporary) else '/tmp'}/gradcalc-{os.getuid()}"  # noqa: S108 - checked by `safe`


def safe(folder: str) -> bool:
    """Whether `folder` is a directory, no link to one, that only this user can enter."""
    return _owned(folder, private=True)


def prepare(folder: str) -> None:
    """Make the directory. Raises OSError where that fails, PermissionError where what is there is not `safe`."""
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        if not safe(folder):
            raise PermissionError(f"{folder} is not a directory of this user's alone (mode 0700)") from None
    if len(os.fsencode(f"{folder}/{SOCKET}")) > LONGEST:
        raise OSError(f"the path of the socket is too long: {folder}/{SOCKET}")


def _owned(folder: str, *, private: bool = False) -> bool:
    try:
        found = os.lstat(folder) if private else os.stat(folder)
    except OSError:
        return False
    closed = not private or not stat.S_IMODE(found.st_mode) & 0o077
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and closed
