"""Where torch can compute here: the devices it sees, the dtypes that work there, and the one asked for.

Comes in: the word after `--device`. Goes out: `Device` records, or a device's name for torch.
Raises `DeviceError`.
Imports `dtypes` and `errors`; torch only inside functions, and not for a word that names no device.
"""

from __future__ import annotations

import platform
import re
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from gradcalc.dtypes import DTYPES
from gradcalc.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gradcalc.dtypes import DType

_WORDS = re.compile(r"auto|cpu|mps|cuda(:[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Device:
    """A device that torch sees: its name for torch, what it is, the names of the dtypes that work there."""

    name: str
    description: str
    dtypes: tuple[str, ...]


def available() -> tuple[Device, ...]:
    """List the devices of this machine, the processor first; each dtype is tried with a backward pass."""
    return tuple(
        Device(name, _description(name), tuple(dtype for dtype in DTYPES if _works(name, dtype))) for name in _names()
    )


def resolve(name: str, dtype: DType) -> str:
    """Find the device that `name` asks for: `cpu`, `cuda`, `cuda:1`, `mps` or `auto`.

    `cuda` is the current CUDA device; `auto` takes CUDA, else MPS, else the processor, the first where the
    dtype works. Raises `DeviceError` for a word that is no device, a device that is not here, or a dtype that
    it lacks.
    """
    if not _WORDS.fullmatch(name):
        raise DeviceError(
            f"'{name}' is not a device", hint="the devices are cpu, cuda, cuda:0, cuda:1, ..., mps and auto"
        )
    # Looking for graphics cards starts their driver, which the processor can do without.
    present = ("cpu",) if name == "cpu" else _names()
    if name == "auto":
        return _fastest(present, dtype)
    found = _current_cuda(present) if name == "cuda" else name
    if found not in present:
        missing = f"there is no {name} device here" if ":" not in name else f"there is no device {name} here"
        raise DeviceError(missing, hint=f"this machine has: {', '.join(present)}")
    if not _works(found, dtype.name):
        working = ", ".join(other for other in DTYPES if _works(found, other))
        raise DeviceError(f"{dtype.name} does not work on {found}", hint=f"on {found} these work: {working}")
    return found


def _fastest(present: Sequence[str], dtype: DType) -> str:
    first = [device for device in (_current_cuda(present), "mps") if device in present]
    return next((device for device in first if _works(device, dtype.name)), "cpu")


def _current_cuda(present: Sequence[str]) -> str:
    """Name the CUDA device that torch would take; without any, a name that is not in `present`."""
    from gradcalc.engines.autograd.library import torch

    return f"cuda:{torch.cuda.current_device()}" if "cuda:0" in present else "cuda"


def _names() -> tuple[str, ...]:
    from gradcalc.engines.autograd.library import torch

    with warnings.catch_warnings():
        # torch warns of a driver that is too old; here that means no device, which the answer says.
        warnings.simplefilter("ignore")
        cards = torch.cuda.device_count() if torch.cuda.is_available() else 0
    mps = ("mps",) if torch.backends.mps.is_available() else ()
    return ("cpu", *(f"cuda:{index}" for index in range(cards)), *mps)


def _description(name: str) -> str:
    from gradcalc.engines.autograd.library import torch

    if name == "cpu":
        threads = torch.get_num_threads()
        return f"{platform.machine()} processor, {threads} thread{'' if threads == 1 else 's'}"
    if name == "mps":
        return "Apple graphics processor"
    properties = torch.cuda.get_device_properties(name)
    return f"{properties.name}, {properties.total_memory / 2**30:.0f} GiB"


@cache
def _works(name: str, dtype: str) -> bool:
    """Whether a sine and its derivative can be computed there."""
    from gradcalc.engines.autograd.library import torch

    try:
        leaf = torch.tensor(0.5, dtype=getattr(torch, dtype), device=name, requires_grad=True)
        with torch.inference_mode(mode=False), torch.enable_grad():
            (slope,) = torch.autograd.grad(torch.sin(leaf), leaf)
        return bool(abs(slope.item() - 0.8776) < 0.01)
    except (RuntimeError, TypeError):
        # RuntimeError: torch has no kernel for the dtype. TypeError: mps has no float64.
        return False
