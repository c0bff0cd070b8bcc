"""The devices: what is listed, what a word resolves to, and the sentence where it is not here."""

from __future__ import annotations

import warnings

import pytest
import torch

from gradcalc.dtypes import BFLOAT16, DTYPES, FLOAT16, FLOAT32, FLOAT64, DType
from gradcalc.engines.autograd import available, devices, resolve
from gradcalc.errors import DeviceError, Status

_MODULE = "gradcalc.engines.autograd.devices."


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with a processor only."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.fixture
def two_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with two CUDA cards, the second current, where every dtype works."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 1)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(_MODULE + "_works", lambda _name, _dtype: True)


@pytest.fixture
def apple(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with Apple's MPS, which has no float64."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(_MODULE + "_works", lambda name, dtype: name == "cpu" or dtype != "float64")


def refusal(name: str, dtype: DType = FLOAT64) -> tuple[str, str]:
    """The sentence and the hint of a refusal, which must have the status of a missing device."""
    with pytest.raises(DeviceError) as caught:
        resolve(name, dtype)
    assert (caught.value.status, caught.value.kind) == (Status.DEVICE, "device")
    return caught.value.message, caught.value.hint


@pytest.mark.usefixtures("bare")
def test_processor_is_always_there() -> None:
    """The processor is listed first, with every dtype of the language, and words for people."""
    (device,) = available()
    assert (device.name, device.dtypes) == ("cpu", tuple(DTYPES))
    assert "processor" in device.description
    assert "thread" in device.description


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("dtype", DTYPES.values(), ids=lambda dtype: dtype.name)
@pytest.mark.parametrize("name", ["cpu", "auto"])
def test_processor_takes_every_dtype(name: str, dtype: DType) -> None:
    """`cpu`, and `auto` where there is nothing faster, are the processor."""
    assert resolve(name, dtype) == "cpu"


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cuda", "there is no cuda device here"),
        ("cuda:3", "there is no device cuda:3 here"),
        ("mps", "there is no mps device here"),
    ],
)
def test_missing_device_is_never_replaced(name: str, message: str) -> None:
    """A device that is not here is an error that lists what is."""
    assert refusal(name) == (message, "this machine has: cpu")


@pytest.mark.parametrize("name", ["gpu", "", "CPU", "cuda:", "cuda:x", "cuda:-1", "cpu:0", "cuda:0,1", "meta", "xla"])
def test_unknown_word_names_what_is_accepted(name: str) -> None:
    """A word that names no device of ours is refused before torch sees it."""
    message, hint = refusal(name)
    assert message == f"'{name}' is not a device"
    assert hint == "the devices are cpu, cuda, cuda:0, cuda:1, ..., mps and auto"


def test_driver_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """What torch says of a broken driver stays unsaid, and is not even asked for on the processor."""

    def complaining() -> bool:
        warnings.warn("CUDA initialization: the driver is too old", stacklevel=1)
        return False

    monkeypatch.setattr(torch.cuda, "is_available", complaining)
    assert refusal("cuda") == ("there is no cuda device here", "this machine has: cpu")
    monkeypatch.delattr(torch.cuda, "is_available")
    assert resolve("cpu", FLOAT64) == "cpu"


@pytest.mark.usefixtures("two_cards")
def test_cuda_by_number_and_current() -> None:
    """`cuda` is the current card, `cuda:0` the first, and a third is not there."""
    assert [resolve(name, FLOAT32) for name in ("cuda", "cuda:0", "cuda:1", "auto")] == [
        "cuda:1",
        "cuda:0",
        "cuda:1",
        "cuda:1",
    ]
    assert refusal("cuda:2") == ("there is no device cuda:2 here", "this machine has: cpu, cuda:0, cuda:1")


@pytest.mark.usefixtures("two_cards")
def test_auto_prefers_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """`auto` takes CUDA before MPS."""
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert resolve("auto", FLOAT32) == "cuda:1"


@pytest.mark.usefixtures("apple")
def test_dtype_that_does_not_work_there() -> None:
    """Where a device lacks the dtype the hint says what works, and only `auto` goes on to the next device."""
    message, hint = refusal("mps", FLOAT64)
    assert message == "float64 does not work on mps"
    assert hint == "on mps these work: float32, float16, bfloat16"
    assert resolve("mps", FLOAT16) == "mps"
    assert (resolve("auto", FLOAT64), resolve("auto", BFLOAT16)) == ("cpu", "mps")
    processor, graphics = available()
    assert (processor.name, graphics.name) == ("cpu", "mps")
    assert graphics.dtypes == ("float32", "float16", "bfloat16")
    assert graphics.description == "Apple graphics processor"


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("error", [RuntimeError, TypeError, NotImplementedError])
def test_dtypes_are_tried_and_not_assumed(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    """A dtype in which torch raises, or computes a wrong derivative, is not listed."""
    real = torch.sin

    def failing(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.dtype == torch.bfloat16:
            raise error("not implemented")
        return real(tensor) * 2 if tensor.dtype == torch.float16 else real(tensor)

    monkeypatch.setattr(torch, "sin", failing)
    monkeypatch.setattr(_MODULE + "_works", devices._works.__wrapped__)  # noqa: SLF001 - what it found before is kept
    (device,) = available()
    assert device.dtypes == ("float64", "float32")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no CUDA device here")
def test_cuda_on_this_machine() -> None:
    """A real card is listed with its name and memory, and takes every dtype."""
    card = available()[1]
    assert (card.name, card.dtypes) == ("cuda:0", tuple(DTYPES))
    assert "GiB" in card.description
    assert resolve("auto", FLOAT64).startswith("cuda:")
