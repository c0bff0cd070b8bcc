"""Every sentence that tells why a loss breaks, held against torch itself, for labels between 0 and 1 too."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from random import Random
from typing import NamedTuple

import pytest
import torch

import gradcalc
from tests import oracle

mp = oracle.mp


def one(value: float, dtype: str) -> torch.Tensor:
    """A number of the dtype."""
    return torch.tensor(value, dtype=getattr(torch, dtype))


class Drawn(NamedTuple):
    """A neuron with w = 1 and b = 0, at a label between 0 and 1."""

    dtype: str
    z: float
    y: float
    epsilon: str

    def number(self, value: float) -> torch.Tensor:
        """As torch keeps it."""
        return one(value, self.dtype)

    def prediction(self) -> torch.Tensor:
        """The sigmoid, a leaf."""
        return torch.sigmoid(self.number(self.z)).requires_grad_()

    def bounds(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Of the clamp."""
        low = self.number(float(self.epsilon))
        return low, self.number(1) - low


def draw(random: Random) -> Drawn:
    """Mostly where something breaks."""
    z = random.choice(
        [random.uniform(-130, 130), random.uniform(-20, 20), random.choice([-800, -20, 0, 15, 16, 20, 800])]
    )
    label = random.choice(
        [0.0, 1.0, 0.5, random.random(), 10 ** random.uniform(-12, 0), 1 - 10 ** random.uniform(-12, 0)]
    )
    near = random.random() < 0.2
    if near:  # the label beside the prediction
        label = min(1.0, max(0.0, 1 / (1 + math.exp(-max(-700.0, z))) * (1 + random.choice([0, 1e-3, 1e-7, 1e-14]))))
    return Drawn(
        random.choice(["float64", "float32", "float16", "bfloat16"]),
        z,
        label,
        random.choice(["1e-8", "1e-7", "0", "0.25", "1e-3"]),
    )


def gradient_of(loss: torch.Tensor, leaf: torch.Tensor) -> float:
    """The slope that torch's backward pass leaves in a leaf."""
    (slope,) = torch.autograd.grad(loss, leaf)
    return slope.item()


def bce(drawn: Drawn, p: torch.Tensor) -> torch.Tensor:
    """The loss by torch's function of a probability."""
    return torch.nn.functional.binary_cross_entropy(p, drawn.number(drawn.y))


def held_part(drawn: Drawn, said: re.Match[str]) -> None:
    """torch holds a logarithm at -100: the loss, or that part of it, is what is said."""
    p = drawn.prediction()
    argument = p if said["of"] == "ŷ" else 1 - p
    assert argument == 0 or torch.log(argument) < -100
    if said["part"] is None:
        assert bce(drawn, p).item() == 100
        return
    weight = drawn.number(drawn.y) if said["part"] == "y" else 1 - drawn.number(drawn.y)
    assert said["part"] == ("y" if said["of"] == "ŷ" else "(1 - y)")
    stated = drawn.number(float(said["is"]))
    assert stated == 100 * weight
    rest = -(1 - weight.double()) * torch.log1p(-argument.double())
    assert bce(drawn, p).item() == pytest.approx(stated.item() + rest.item(), rel=4 * torch.finfo(p.dtype).eps)


def divided(drawn: Drawn, said: re.Match[str]) -> None:
    """The divisor is below 1e-12, and what comes back is nan or too small."""
    p = drawn.prediction()
    assert (p * (1 - p)).item() < 1e-12
    slope = (gradient_of(bce(drawn, p), p) * p * (1 - p)).item()
    if said["nan"]:
        assert math.isnan(slope)
    else:
        assert abs(slope) < abs(p.item() - drawn.number(drawn.y).item())


def outside(drawn: Drawn, said: re.Match[str]) -> None:
    """The clamp changes the prediction, and is flat there."""
    p, (low, high) = drawn.prediction(), drawn.bounds()
    held = torch.clamp(p, low, high)
    assert drawn.number(float(said["p"])) == p
    assert drawn.number(float(said["held"])) == held
    assert p < low or p > high
    assert gradient_of(held, p) == 0


def passes(drawn: Drawn, said: re.Match[str]) -> None:
    """Prediction and bound are one number at an end, and nan comes out."""
    p, (low, high) = drawn.prediction(), drawn.bounds()
    assert p == float(said["p"]) == (high if said["bound"].startswith("1 - ") else low)
    loss = log_loss(drawn, torch.clamp(p, low, high))
    assert math.isnan(loss.item()) or math.isnan((gradient_of(loss, p) * p * (1 - p)).item())


def log_loss(drawn: Drawn, c: torch.Tensor) -> torch.Tensor:
    """As in textbooks."""
    y = drawn.number(drawn.y)
    return -(y * torch.log(c) + (1 - y) * torch.log(1 - c))


def bound_itself(drawn: Drawn, said: re.Match[str]) -> None:
    """torch's slope at the bound is the number that is told."""
    p, (low, high) = drawn.prediction(), drawn.bounds()
    assert drawn.number(float(said["p"])) == p
    assert p.item() in {low.item(), high.item()}
    assert gradient_of(torch.clamp(p, low, high), p) == float(said["slope"]) != 1


def rounded(drawn: Drawn, said: re.Match[str]) -> None:
    """The prediction is the label, and with it the gradient is 0; of a label 0 or 1 the loss as well."""
    p, y = drawn.prediction(), drawn.number(drawn.y)
    assert p == y == drawn.number(float(said["label"]))
    if said["p"] == "ŷ":
        assert gradient_of(bce(drawn, p), p) == 0
    else:
        z = drawn.number(drawn.z).requires_grad_()
        assert gradient_of(torch.nn.functional.binary_cross_entropy_with_logits(z, y), z) == 0
    if "the loss" in said["what"]:
        assert bce(drawn, p) == 0


def digits(drawn: Drawn, said: re.Match[str]) -> None:
    """So many digits are left of a number that was rounded, in its difference from another that is nearly equal."""
    z = mp.mpf(drawn.number(drawn.z).item())
    y, p = mp.mpf(drawn.number(drawn.y).item()), mp.mpf(drawn.prediction().item())
    size, difference = {
        "1 - c": (1, 1 - p), "1 - ŷ": (1, 1 - p), "c - y": (p, p - y), "ŷ - y": (p, p - y), "sigmoid(z) - y": (p, p - y),
        "z - log_sigmoid(z)": (z, mp.log1p(mp.exp(z))), "(1 - y)*z - log_sigmoid(z)": (z, mp.log1p(mp.exp(z)) - y * z),
    }[said["what"].removeprefix("the loss, for torch ").removesuffix(",")]  # fmt: skip
    # Half a unit in the last place is from eps/4 to eps/2 of a number that is not subnormal.
    info = torch.finfo(getattr(torch, drawn.dtype))
    most, least = (abs(difference) / (max(abs(size), info.tiny) * info.eps / part) for part in (4, 2))
    count = int(said["count"])
    assert count == 0 or mp.mpf(10) ** count <= most
    assert least < mp.mpf(10) ** (count + 1)


def same_number(drawn: Drawn, said: re.Match[str]) -> None:
    """The prediction is the one that is told."""
    assert drawn.number(float(said["p"])) == drawn.prediction()


#: What may be said, and what has to hold then.
CLAIMS: dict[str, Callable[[Drawn, re.Match[str]], None]] = {
    r"ŷ is (?P<p>\S+) in \w+": same_number,
    r"torch holds log\((?P<of>(1 - )?ŷ)\) at -100, and so (the loss at 100|that part of the loss at 100\*(?P<part>y|\(1 - y\)) = (?P<is>\S+))": held_part,
    r"the gradient is divided by ŷ\*\(1 - ŷ\), in place of which torch puts at least 1e-12(, and so loses its size|(?P<nan>, which is 0 in \w+: the quotient is not finite, and times 0 it is nan))": divided,
    r"ŷ = (?P<p>\S+) is outside the clamp, which holds it at (?P<held>\S+): the loss no longer changes there, and the slope of the clamp is 0": outside,
    r"ŷ is (?P<p>[01]) in \w+, and so is (?P<bound>.+), so that the clamp lets it pass: log\((1 - )?c\) is -inf, and infinity times 0, in the loss or in the backward pass, is nan": passes,
    r"ŷ = (?P<p>\S+) is the very bound of the clamp, where that has a kink: torch takes (?P<slope>\S+) for its slope there": bound_itself,
    r"(?P<p>ŷ|sigmoid\(z\)) rounds to (?P<label>\S+) in \w+, the label itself, so that (?P<what>.+) comes out as 0": rounded,
    r"(?P<what>.+) cancels: (?P<count>[0-9]+) digits? of the rounded (prediction|logarithm) remain in it": digits,
}  # fmt: skip


def hold(drawn: Drawn) -> int:
    """Hold each clause of each reason against torch; how many there were."""
    found = gradcalc.logistic(x=drawn.z, y=drawn.y, epsilon=drawn.epsilon, dtype=drawn.dtype)
    clauses = [clause for way in found.formulations for clause in (way.reason or "").split("; ") if clause]
    for clause in clauses:
        ((said, holds),) = (
            (match, holds) for pattern, holds in CLAIMS.items() if (match := re.fullmatch(pattern, clause))
        )
        holds(drawn, said)
    return len(clauses)


@pytest.mark.parametrize("seed", range(40))
def test_a_reason_is_true(seed: int) -> None:
    """Of neurons drawn where something breaks: each clause is one of the known ones, and torch does what it says."""
    random = Random(seed)  # noqa: S311 - points to test at, not secrets
    for _ in range(3):
        hold(draw(random))


@pytest.mark.parametrize(
    ("z", "y", "dtype", "told"),
    [
        (800, 0.5, "float64", "that part of the loss at 100*(1 - y) = 50"),
        (-800, 0.25, "float64", "that part of the loss at 100*y = 25"),
        (800, 0.9, "float32", "that part of the loss at 100*(1 - y) = 10.000002"),  # 0.9 is stored as 0.89999998
        (800, 0, "float64", "the loss at 100"),
        (-800, 1, "bfloat16", "the loss at 100"),
    ],
)
def test_a_logarithm_that_is_held(z: float, y: float, dtype: str, told: str) -> None:
    """At -100: the loss is 100, or 100 times the part that the label gives to this logarithm."""
    reason = gradcalc.logistic(x=z, y=y, dtype=dtype).formulations[1].reason
    assert reason is not None
    assert f"at -100, and so {told}; " in reason
    assert hold(Drawn(dtype, z, y, "1e-8"))
