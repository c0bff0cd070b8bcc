"""torch itself, imported in this one place, wherever this process stands and whatever it may use.

Comes in: nothing. Goes out: the module `torch`. Raises `LimitError` where there is too little memory to load it.
Imports `rehearsal`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gradcalc.engines.autograd.rehearsal import require_memory

__all__ = ["torch"]


@contextmanager
def _somewhere() -> Iterator[None]:
    """A working directory that exists, and afterwards the one of before, though it was deleted.

    oneMKL asks for it when it is loaded, and ends the process in words of its own where there is none.
    """
    try:
        Path.cwd()
    except FileNotFoundError:
        before = os.open(".", os.O_RDONLY)
        try:
            os.chdir("/")
            yield
        finally:
            os.fchdir(before)
            os.close(before)
    else:
        yield


with _somewhere():
    if "torch" not in sys.modules:
        require_memory()
    import torch
