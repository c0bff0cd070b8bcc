"""torch loaded and used by way of trial, in a process of its own: `python -m gradcalc.engines.autograd.rehearsal`.

Comes in: the limit of memory that this process has, if any. Goes out: nothing. Raises `LimitError` where torch does not
fit in. Imports `exhaustion`, `processes` and the standard library; torch in the other process.

Libraries of torch's that find too little memory may call abort or exit, in words of their own and past every handler.
"""

from __future__ import annotations

import sys

from gradcalc.exhaustion import out_of_memory
from gradcalc.processes import children

#: Entries of a vector that torch shares out among its threads, each of which needs memory of its own.
_SHARED_OUT = 1 << 17
#: Bytes that an answer may need beyond those of the rehearsal.
_RESERVE = 64 << 20


def require_memory() -> None:
    """Raise `LimitError` if this process has a limit of memory with which torch cannot be loaded and used."""
    try:
        import resource
    except ImportError:  # a system without such limits
        return
    if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
        return
    rehearsal = children.start_module(__name__, arguments=[str(children.mapped())])
    rehearsal.communicate()
    if rehearsal.returncode != 0:
        raise out_of_memory()


def main(mapped: int) -> None:
    """Load torch and compute with it, in the memory that is left to a process which has mapped so many bytes."""
    import resource

    _lower(resource.RLIMIT_CORE, 0)
    allowed = resource.getrlimit(resource.RLIMIT_AS)[0]
    _lower(resource.RLIMIT_AS, max(allowed - mapped + children.mapped() - _RESERVE, 0))
    import torch

    leaf = torch.ones(_SHARED_OUT, dtype=torch.float64, requires_grad=True)
    torch.autograd.grad(leaf.sin().sum(), leaf)


def _lower(limit: int, value: int) -> None:
    import resource

    soft, hard = resource.getrlimit(limit)
    resource.setrlimit(limit, (value if soft == resource.RLIM_INFINITY else min(value, soft), hard))


if __name__ == "__main__":
    main(int(sys.argv[1]))
