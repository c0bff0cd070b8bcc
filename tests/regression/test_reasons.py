"""Three formulations of the loss where they break: torch's numbers step by step, the verdicts, the reasons."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch

import gradcalc
from gradcalc.results import Compared, Formulation
from tests import oracle

mp = oracle.mp


class Row(NamedTuple):
    """A neuron with w = 1 and b = 0 at x = z: what agrees (A) and differs (D).

    For each formulation the letter of its loss, then that of its gradient.
    """

    dtype: str
    z: float
    y: float
    clamped: str
    bce: str
    with_logits: str


# By hand. With s = e^-|z|: on the wrong side of its label a sample has loss |z| + s and slope 1 - s, up to its sign; on
# the right side both are about s: 2.1e-9 at 20, 1.9e-22 at 50, 1.4e-87 at -200. Below 1e-45 float32 has 0, below 1e-40
# bfloat16, below 3e-8 float16: then 0 is right.
#   clamped       float32, bfloat16: ŷ is 1 at 20 and 50, so is 1 - 1e-8, and log(1 - 1) is -inf: nan, also times 0.
#                 At -200 ŷ is 0 and held at 1e-8: loss 18.4 with slope 0, or, beside the label 0, log(1 - 1e-8) = 0.
#                 float16: 1e-8 is 0, so that both ends are as the upper one. float64: the clamp holds, slope 0.
#   bce           log is held at -100 and the divisor at 1e-12: loss 100 with slope 0, or both 0 where ŷ is the label.
#                 float16: 1e-12 is 0, the slope is nan. float64 at 20: 1 - ŷ is 2.1e-9 to 7 digits, of which its
#                 logarithm -20 makes 8, half of 16; at -200 the divisor is held, which spoils the slope.
#   with_logits   the slope is ŷ - y, 0 or of 7 digits beside the label 1. The loss is z - log_sigmoid(z) beside the
#                 label 0: -200 + 200, where only float64 can tell 1.4e-87 from 0.
ROWS = [
    Row("float32", 20, 0, clamped="DD", bce="DD", with_logits="AA"),
    Row("float32", 20, 1, clamped="DD", bce="DD", with_logits="AD"),
    Row("float32", 50, 0, clamped="DD", bce="DD", with_logits="AA"),
    Row("float32", 50, 1, clamped="DD", bce="DD", with_logits="AD"),
    Row("float32", -200, 0, clamped="AA", bce="AA", with_logits="AA"),
    Row("float32", -200, 1, clamped="DD", bce="DD", with_logits="AA"),
    Row("float64", 20, 0, clamped="DD", bce="AA", with_logits="AA"),
    Row("float64", 20, 1, clamped="DD", bce="DD", with_logits="AD"),
    Row("float64", 50, 0, clamped="DD", bce="DD", with_logits="AA"),
    Row("float64", 50, 1, clamped="DD", bce="DD", with_logits="AD"),
    Row("float64", -200, 0, clamped="DD", bce="AD", with_logits="DA"),
    Row("float64", -200, 1, clamped="DD", bce="DD", with_logits="AA"),
    Row("bfloat16", 20, 0, clamped="DD", bce="DD", with_logits="AA"),
    Row("bfloat16", 50, 1, clamped="DD", bce="DD", with_logits="AD"),
    Row("bfloat16", -200, 0, clamped="AA", bce="AA", with_logits="AA"),
    Row("bfloat16", -200, 1, clamped="DD", bce="DD", with_logits="AA"),
    Row("float16", 20, 0, clamped="DD", bce="DD", with_logits="AA"),
    Row("float16", 20, 1, clamped="DD", bce="AD", with_logits="AA"),
    Row("float16", -200, 0, clamped="DD", bce="AD", with_logits="AA"),
    Row("float16", -200, 1, clamped="DD", bce="DD", with_logits="AA"),
]


@pytest.fixture(params=ROWS, ids=lambda row: f"{row.dtype} z={row.z} y={row.y}")
def row(request: pytest.FixtureRequest) -> Row:
    """One of the table."""
    return request.param


@cache
def ask(row: Row) -> dict[str, Formulation]:
    """The formulations by their short names."""
    found = gradcalc.logistic(x=row.z, y=row.y, dtype=row.dtype)
    return {way.short: way for way in found.formulations}


def numbers(way: Formulation) -> list[Compared]:
    """The loss, and the gradient by the weight and the bias."""
    return [way.loss, *way.gradient]


def one(value: float, dtype: str) -> torch.Tensor:
    """A number of the dtype."""
    return torch.tensor(value, dtype=getattr(torch, dtype))


def steps(way: str, row: Row) -> tuple[float, float]:
    """The loss and its slope by z, operation by operation in the dtype, without a backward pass."""
    z, y = one(row.z, row.dtype), one(row.y, row.dtype)
    p = torch.sigmoid(z)
    if way == "clamped":
        low, high = one(1e-8, row.dtype), one(1, row.dtype) - one(1e-8, row.dtype)
        c = torch.minimum(torch.maximum(p, low), high)
        loss = -(y * torch.log(c) + (1 - y) * torch.log(1 - c))
        slope = -(y / c - (1 - y) / (1 - c)) * float(low <= p <= high) * (p * (1 - p))
    elif way == "bce":
        least = one(-100, row.dtype)
        loss = -(y * torch.maximum(torch.log(p), least) + (1 - y) * torch.maximum(torch.log1p(-p), least))
        slope = (p - y) / torch.maximum(p * (1 - p), one(1e-12, row.dtype)) * (p * (1 - p))
    else:
        loss, slope = (1 - y) * z - (torch.minimum(z, 0 * z) - torch.log1p(torch.exp(-abs(z)))), p - y
    return loss.item(), slope.item()


def exact(row: Row) -> tuple[Any, Any]:
    """The loss and its slope by z at 50 digits."""
    wrong_by = row.z if row.y == 0 else -row.z
    return mp.log1p(mp.exp(wrong_by)), (1 - 2 * row.y) / (1 + mp.exp(-wrong_by))


@pytest.mark.parametrize("way", ["clamped", "bce", "bce_with_logits"])
def test_torch_does_what_the_steps_do(row: Row, way: str) -> None:
    """The loss, and the slope by z that reaches the bias; nan where a step by hand is nan."""
    found = ask(row)[way]
    loss, slope = steps(way, row)
    roundoff = torch.finfo(getattr(torch, row.dtype)).eps
    assert found.loss.value == pytest.approx(loss, rel=4 * roundoff, nan_ok=True)
    assert [number.of for number in found.gradient] == ["w", "b"]
    by_weight, by_bias = (number.value for number in found.gradient)
    assert by_bias == pytest.approx(slope, rel=4 * roundoff, nan_ok=True)
    assert by_weight == pytest.approx(slope * row.z, rel=4 * roundoff, nan_ok=True)


def test_the_exact_one_has_no_clamp(row: Row) -> None:
    """To 40 digits, and the same for all three."""
    loss, slope = exact(row)
    for way in ask(row).values():
        for number, truth in zip(numbers(way), (loss, slope * row.z, slope), strict=True):
            assert abs(mp.mpf(number.exact) - truth) <= abs(truth) * mp.mpf(10) ** -39


def test_the_verdicts(row: Row) -> None:
    """As in the table; the gradient by the weight and by the bias share a fate."""
    letters = {"agrees": "A", "differs": "D"}
    found = {name: [letters[number.outcome] for number in numbers(way)] for name, way in ask(row).items()}
    assert found == {
        name: [loss, slope, slope]
        for name, (loss, slope) in zip(found, (row.clamped, row.bce, row.with_logits), strict=True)
    }


def test_each_number_is_called_what_it_is() -> None:
    """The loss a loss, the gradient a derivative."""
    way = ask(Row("float32", 20, 0, "", "", ""))["clamped"]
    assert way.loss.explanation == "torch returned inf, though the loss exists: it is 20.000000002061154"
    assert way.gradient[1].explanation == "torch returned nan, though the derivative exists: it is 0.99999999793884638"


def test_what_breaks_has_a_reason_and_nothing_else(row: Row) -> None:
    """One clause, without a final stop."""
    for name, way in ask(row).items():
        broken = any(number.outcome != "agrees" for number in numbers(way))
        assert (way.reason is not None) == broken, name
        assert not (way.reason or "").endswith("."), name


PASSES = (
    "ŷ is {0} in {1}, and so is {2}, so that the clamp lets it pass: {3} is -inf, and infinity times 0, in the loss or in "
    "the backward pass, is nan"
)
HELD = "ŷ = {} is outside the clamp, which holds it at {}: the loss no longer changes there, and the slope of the clamp is 0"
SMALL = "ŷ is {0} in {1}; torch holds {2} at -100, and so the loss at 100; the gradient is divided by ŷ*(1 - ŷ), in place of which torch puts at least {3}"
SIZE = "1e-12, and so loses its size"
HALF = "1e-12, which is 0 in float16: the quotient is not finite, and times 0 it is nan"
LABEL = "ŷ rounds to {0} in {1}, the label itself, so that the loss, and with it the gradient, comes out as 0"


@pytest.mark.parametrize(
    ("dtype", "z", "y", "way", "told"),
    [
        ("float32", 20, 0, "clamped", PASSES.format(1, "float32", "1 - 1e-8", "log(1 - c)")),
        ("float32", 50, 1, "clamped", PASSES.format(1, "float32", "1 - 1e-8", "log(1 - c)")),
        ("float16", -200, 1, "clamped", PASSES.format(0, "float16", "1e-8", "log(c)")),
        ("float32", -200, 1, "clamped", HELD.format("0", "1e-08")),
        ("float64", 20, 0, "clamped", HELD.format("0.9999999979388463", "0.99999999")),
        ("float64", 50, 1, "clamped", HELD.format("1", "0.99999999")),
        ("float32", 20, 0, "bce", SMALL.format(1, "float32", "log(1 - ŷ)", SIZE)),
        ("float32", -200, 1, "bce", SMALL.format(0, "float32", "log(ŷ)", SIZE)),
        ("float16", 50, 0, "bce", SMALL.format(1, "float16", "log(1 - ŷ)", HALF)),
        ("float64", -30, 1, "bce", f"ŷ is 9.357622968839299e-14 in float64; the gradient is divided by ŷ*(1 - ŷ), in place of which torch puts at least {SIZE}"),
        ("float32", 20, 1, "bce", LABEL.format(1, "float32")),
        ("float16", 20, 1, "bce", f"ŷ is 1 in float16; the gradient is divided by ŷ*(1 - ŷ), in place of which torch puts at least {HALF}"),
        ("float64", 20, 1, "bce", "1 - ŷ cancels: 7 digits of the rounded prediction remain in it"),
        ("float32", 20, 1, "bce_with_logits", "sigmoid(z) rounds to 1 in float32, the label itself, so that the gradient sigmoid(z) - y comes out as 0"),
        ("float64", 20, 1, "bce_with_logits", "sigmoid(z) - y cancels: 7 digits of the rounded prediction remain in it"),
        ("float32", -50, 0, "bce_with_logits", "the loss, for torch z - log_sigmoid(z), cancels: 0 digits of the rounded logarithm remain in it"),
        ("float64", -20, 0, "bce_with_logits", "the loss, for torch z - log_sigmoid(z), cancels: 6 digits of the rounded logarithm remain in it"),
        ("float64", 800, 0.5, "bce", "ŷ is 1 in float64; torch holds log(1 - ŷ) at -100, and so that part of the loss at 100*(1 - y) = 50; the gradient is divided by ŷ*(1 - ŷ), in place of which torch puts at least 1e-12, and so loses its size"),
        ("float64", -20, 1e-9, "bce_with_logits", "the loss, for torch (1 - y)*z - log_sigmoid(z), cancels: 7 digits of the rounded logarithm remain in it"),
        ("float32", 0.001, 0.50025, "clamped", "c - y cancels: 0 digits of the rounded prediction remain in it"),
        ("float32", 0.001, 0.50025, "bce", "ŷ rounds to 0.50025 in float32, the label itself, so that ŷ - y comes out as 0"),
    ],
)  # fmt: skip
def test_a_reason_to_the_letter(dtype: str, z: float, y: float, way: str, told: str) -> None:
    """Each kind of it, in each place of the formula where it can stand."""
    assert ask(Row(dtype, z, y, "", "", ""))[way].reason == told


def test_what_the_reasons_claim() -> None:
    """Facts of the formats and of torch, apart from this program."""
    assert one(1, "float32") - one(1e-8, "float32") == 1 == one(1 - 1e-8, "float32")
    assert one(1e-8, "float16") == one(1e-12, "float16") == 0
    assert torch.sigmoid(one(20, "float32")) == 1
    log_of_nothing = torch.nn.functional.binary_cross_entropy(one(1, "float32"), one(0, "float32"))
    assert log_of_nothing == 100
    p = torch.tensor(1e-20, dtype=torch.float64, requires_grad=True)
    torch.nn.functional.binary_cross_entropy(p, one(1, "float64")).backward()
    assert p.grad is not None
    assert p.grad.item() == pytest.approx(-1 / 1e-12)


def test_seven_digits_remain() -> None:
    """Of 1 - sigmoid(20) in float64, and six of 20 - log_sigmoid(20): counted, and said in the verdict."""
    found = ask(Row("float64", 20, 1, "", "", ""))["bce"]
    error = abs(mp.mpf(1 - 1 / (1 + math.exp(-20))) - mp.mpf(found.loss.exact)) / mp.mpf(found.loss.exact)
    assert 7 <= -mp.log10(error) < 8
    assert found.loss.digits == 7
    assert ask(Row("float64", -20, 0, "", "", ""))["bce_with_logits"].loss.digits == 6


# -- several samples


def of_samples(path: Path, dtype: str, *samples: str, **options: str) -> dict[str, str | None]:
    """The reasons for a file of these lines, by formulation."""
    file = path / "samples.csv"
    file.write_text("x,y\n" + "".join(f"{sample}\n" for sample in samples))
    return {way.short: way.reason for way in gradcalc.logistic(csv=file, dtype=dtype, **options).formulations}


def test_the_first_of_the_broken_samples_is_named(tmp_path: Path) -> None:
    """And how many there are."""
    told = of_samples(tmp_path, "float32", "3,0", "20,0", "-2,1", "50,0")
    prefix = "in 2 of 4 samples, first in sample 2 (z = 20): "
    assert told["clamped"] == prefix + PASSES.format(1, "float32", "1 - 1e-8", "log(1 - c)")
    assert told["bce"] == prefix + SMALL.format(1, "float32", "log(1 - ŷ)", SIZE)
    assert told["bce_with_logits"] is None


@pytest.mark.parametrize("harmless", ["-200,0", "-104,0", "110,1"])
def test_a_sample_whose_loss_is_0_is_not_to_blame(tmp_path: Path, harmless: str) -> None:
    """Its exact loss and slope round to 0 in float32 as torch's do; what comes after it broke the mean."""
    told = of_samples(tmp_path, "float32", harmless, "-90,1")
    assert told["bce"] is not None
    assert told["bce"].startswith("in 1 of 2 samples, first in sample 2 (z = -90): ŷ is ")
    told = of_samples(tmp_path, "float32", "-200,0", "20,0")
    assert told["clamped"] == "in 1 of 2 samples, first in sample 2 (z = 20): " + PASSES.format(
        1, "float32", "1 - 1e-8", "log(1 - c)"
    )


def test_a_clamp_far_from_the_label_is_to_blame_where_the_loss_should_be_0(tmp_path: Path) -> None:
    """Held at 0.1, a prediction of 0 has the loss -log(0.9) beside the label 0; the exact one rounds to 0."""
    told = of_samples(tmp_path, "float32", "1,0", "-200,0", "20,0", epsilon="0.1")
    assert told["clamped"] == "in 2 of 3 samples, first in sample 2 (z = -200): " + HELD.format("0", "0.1")


def test_a_prediction_that_is_its_label_is_not_to_blame(tmp_path: Path) -> None:
    """sigmoid(0) is 1/2 without rounding: the gradient beside the label 1/2 is 0, as it should be."""
    told = of_samples(tmp_path, "float32", "0,0.5", "20,1")
    assert told["bce"] == "in 1 of 2 samples, first in sample 2 (z = 20): " + LABEL.format(1, "float32")


@pytest.mark.parametrize("samples", [("-200,1", "20,0"), ("20,0", "-200,1")])
def test_the_worst_reason_is_told(tmp_path: Path, samples: tuple[str, str]) -> None:
    """A nan before a slope of 0, and a slope of 0 before lost digits, whatever the order in the file."""
    told = of_samples(tmp_path, "float32", *samples)
    assert told["clamped"] is not None
    assert "1 of 2 samples" in told["clamped"]
    assert told["clamped"].endswith("is nan")
    mixed = [sample.replace("-200,1", "15,0") for sample in samples]
    told = of_samples(tmp_path, "float32", *mixed)
    assert told["bce"] is not None
    assert "1 of 2 samples" in told["bce"]
    assert "(z = 20): ŷ is 1" in told["bce"]


def test_a_nan_is_to_blame_even_where_0_is_right(tmp_path: Path) -> None:
    """In float16 every sample at the ends makes one."""
    told = of_samples(tmp_path, "float16", "-200,0", "1,0")
    prefix = "in 1 of 2 samples, first in sample 1 (z = -200): "
    assert told["clamped"] == prefix + PASSES.format(0, "float16", "1e-8", "log(c)")
    told = of_samples(tmp_path, "float16", "-200,0", "20,0")
    assert told["bce"] is not None
    assert told["bce"].startswith("in 2 of 2 samples, first in sample 1 (z = -200): ŷ is 0 in float16; ")


def test_a_sample_that_keeps_half_of_its_digits_does_not_count(tmp_path: Path) -> None:
    """1 - sigmoid(3) has lost a digit or two, 1 - sigmoid(15) all."""
    told = of_samples(tmp_path, "float32", "3,0", "15,0")
    assert told["bce"] == (
        "in 1 of 2 samples, first in sample 2 (z = 15): 1 - ŷ cancels: 0 digits of the rounded prediction remain in it"
    )


# -- beyond the largest number


def test_z_overflows() -> None:
    """1e30*1e30 has no float32; the loss has none either."""
    found = gradcalc.logistic(x=1e30, w=1e30, y=0, dtype="float32")
    way = found.formulations[2]
    assert way.loss.value == math.inf
    assert way.reason == "z overflows to inf in float32"


def test_z_is_no_number() -> None:
    """Infinity minus infinity: the reason for what torch computes of it; binary_cross_entropy refuses."""
    found = gradcalc.logistic(x=[1e30, 1e30], w=[1e30, -1e30], y=0, dtype="float32")
    clamped, refused, with_logits = found.formulations
    assert clamped.reason == with_logits.reason == "z is nan in float32, a difference of infinities"
    assert (refused.loss.value, refused.loss.outcome, refused.reason) == (None, "unsupported", None)


def test_z_overflows_in_one_of_several_samples(tmp_path: Path) -> None:
    """Its z is shown as it is."""
    told = of_samples(tmp_path, "float32", "1,0", "1e30,0", w="1e30")
    assert told["bce_with_logits"] == "in 1 of 2 samples, first in sample 2 (z = inf): z overflows to inf in float32"
