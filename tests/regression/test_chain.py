"""The chain rule by hand and torch's: each factor and product against difference quotients at 50 digits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import gradcalc
from gradcalc.results import Factor, Regression, Value
from tests import oracle

mp = oracle.mp


class Neuron(NamedTuple):
    """A model and its samples: a row of features and a label each. No prediction reaches the clamp."""

    rows: Sequence[Sequence[float]]
    labels: Sequence[float]
    w: Sequence[float]
    b: float

    def z(self, row: Sequence[float]) -> Any:
        """The linear part of one sample."""
        return sum((mp.mpf(w) * x for w, x in zip(self.w, row, strict=True)), mp.mpf(self.b))

    def loss(self) -> Any:
        """The mean of the samples' losses, as it stands in textbooks."""
        return sum(map(cross_entropy, map(sigmoid, map(self.z, self.rows)), self.labels)) / len(self.rows)


def sigmoid(z: Any) -> Any:
    """Of a number."""
    return 1 / (1 + mp.exp(-z))


def cross_entropy(p: Any, y: float) -> Any:
    """Of one sample."""
    return -(y * mp.log(p) + (1 - y) * mp.log(1 - p))


NEURONS = {
    "notebook": Neuron([[6.7]], [0], [1], 0),
    "other side": Neuron([[-1.3]], [1], [0.7], 0.4),
    "probability": Neuron([[0.5]], [0.25], [-2], 1),
    "features": Neuron([[6.7, 1.2, -3]], [1], [0.5, -1, 0.25], -0.5),
    "samples": Neuron([[6.7], [-3], [0.5]], [0, 1, 1], [0.75], 0.125),
    "both": Neuron([[6.7, 1], [-3, 2], [0.5, 4]], [0, 1, 0.5], [1, 0.5], -1),
}


@pytest.fixture(params=list(NEURONS))
def neuron(request: pytest.FixtureRequest) -> Neuron:
    """One of each shape."""
    return NEURONS[request.param]


def ask(neuron: Neuron, path: Path) -> Regression:
    """What gradcalc answers; several samples go through a file."""
    options = {"w": list(neuron.w), "b": neuron.b}
    if len(neuron.rows) == 1:
        return gradcalc.logistic(neuron.rows[0], neuron.labels[0], **options)
    file = path / "samples.csv"
    names = [f"f{number}" for number in range(len(neuron.w))]
    lines = [[*names, "y"], *([*row, y] for row, y in zip(neuron.rows, neuron.labels, strict=True))]
    file.write_text("".join(f"{','.join(map(str, line))}\n" for line in lines))
    return gradcalc.logistic(csv=file, **options)


def near(found: Value | None, wanted: Sequence[Any], within: float) -> bool:
    """Whether a number or each entry of a vector is as close as that, relatively."""
    entries = found if isinstance(found, tuple) else (found,)
    return all(abs(entry - truth) <= within * abs(truth) for entry, truth in zip(entries, wanted, strict=True))


def by_name(found: Regression) -> dict[str, Factor]:
    """The factors by their names."""
    return {factor.factor: factor for factor in found.factors}


def test_the_forward_pass(neuron: Neuron, tmp_path: Path) -> None:
    """z, the prediction, what the clamp makes of it, the loss."""
    stages = {stage.name: stage.value for stage in ask(neuron, tmp_path).stages}
    z = [neuron.z(row) for row in neuron.rows]
    assert list(stages) == ["z", "ŷ", "c", "L"]
    assert near(stages["z"], z, 1e-15)
    assert near(stages["ŷ"], list(map(sigmoid, z)), 1e-15)
    assert stages["c"] == stages["ŷ"]
    assert near(stages["L"], [neuron.loss()], 1e-12)  # 1 - ŷ loses digits


def test_each_factor_is_a_difference_quotient(neuron: Neuron, tmp_path: Path) -> None:
    """By hand, and what torch multiplies by at the same place."""
    z, count = [neuron.z(row) for row in neuron.rows], len(neuron.rows)
    factors = by_name(ask(neuron, tmp_path))
    several = len(neuron.w) > 1
    wanted = {
        "dL/dc": [
            mp.diff(lambda c, y=y: cross_entropy(c, y) / count, sigmoid(at))
            for at, y in zip(z, neuron.labels, strict=True)
        ],
        "dc/dŷ": [1] * count,
        "dŷ/dz": [mp.diff(sigmoid, at) for at in z],
    }
    columns = list(zip(*neuron.rows, strict=True))
    if several and count > 1:
        wanted |= {f"dz/dw[{feature}]": column for feature, column in enumerate(columns)}
    else:
        wanted["dz/dw"] = neuron.rows[0] if count == 1 else columns[0]
    wanted["dz/db"] = [1]
    assert list(factors) == list(wanted)
    for name, truth in wanted.items():
        assert near(factors[name].hand, truth, 1e-12), name
        # The bias is one number, and torch has its slope for each sample.
        assert near(factors[name].autograd, list(truth) * count if name == "dz/db" else truth, 1e-12), name


def test_each_product_is_what_the_backward_pass_holds(neuron: Neuron, tmp_path: Path) -> None:
    """From the loss back: by the prediction, by z, by the weights and the bias."""
    count = len(neuron.rows)
    found = ask(neuron, tmp_path)
    upper = {factor.node: factor for factor in found.factors}
    by_z = [
        mp.diff(lambda z, y=y: cross_entropy(sigmoid(z), y) / count, neuron.z(row))
        for row, y in zip(neuron.rows, neuron.labels, strict=True)
    ]
    assert near(upper["z"].product, by_z, 1e-12)
    assert near(upper["z"].adjoint, by_z, 1e-12)
    assert upper["ŷ"].product == upper["c"].product == upper["c"].hand
    for factor in found.factors:
        adjoint = factor.adjoint if isinstance(factor.adjoint, tuple) else (factor.adjoint,)
        assert near(factor.product, adjoint, 1e-14), factor.factor


def test_the_gradient(neuron: Neuron, tmp_path: Path) -> None:
    """By hand, by SymPy and by torch; each component against the loss with that weight moved."""
    found = ask(neuron, tmp_path)
    by_weight = [
        mp.diff(lambda w, k=k: neuron._replace(w=[*neuron.w[:k], w, *neuron.w[k + 1 :]]).loss(), weight)
        for k, weight in enumerate(neuron.w)
    ]
    by_bias = mp.diff(lambda b: neuron._replace(b=b).loss(), neuron.b)
    names = [f"w[{k}]" for k in range(len(neuron.w))] if len(neuron.w) > 1 else ["w"]
    assert [partial.wrt for partial in found.gradient] == [hand.of for hand in found.hand] == [*names, "b"]
    for partial, hand, truth in zip(found.gradient, found.hand, [*by_weight, by_bias], strict=True):
        assert partial.symbolic.value == pytest.approx(float(truth), rel=3e-16)
        assert near(partial.autograd.value, [truth], 1e-13)
        assert near(hand.value, [truth], 1e-13)
        assert (hand.outcome, partial.verdict.outcome) == ("agrees", "agrees")


def test_a_prediction_outside_the_clamp() -> None:
    """At z = 20 the clamp holds it at 1 - 1e-8: a huge factor, then a 0 that ends the chain."""
    factors = by_name(gradcalc.logistic(x=20, y=0))
    held = mp.mpf(1 - 1e-8)
    assert near(factors["dL/dc"].hand, [1 / (1 - held)], 1e-15)
    assert (factors["dc/dŷ"].hand, factors["dc/dŷ"].autograd) == (0, 0)
    assert near(factors["dŷ/dz"].hand, [sigmoid(20) * sigmoid(-20)], 1e-7)
    assert [factors[name].product for name in ("dc/dŷ", "dŷ/dz", "dz/dw", "dz/db")] == [0, 0, 0, 0]
    assert [factors[name].adjoint for name in ("dc/dŷ", "dŷ/dz", "dz/dw", "dz/db")] == [0, 0, 0, 0]


def test_where_float32_divides_by_zero() -> None:
    """At z = 20 the prediction is 1, and so is the bound: 1/(1*0) = inf, its slope 1*0 = 0, and inf*0 = nan."""
    factors = by_name(gradcalc.logistic(x=20, y=0, dtype="float32"))
    assert (factors["dL/dc"].hand, factors["dL/dc"].autograd) == (math.inf, math.inf)
    slope = factors["dc/dŷ"].autograd
    assert factors["dc/dŷ"].hand == 1
    assert isinstance(slope, float)
    assert 0 <= slope <= 1, "ŷ is the bound, a kink of the clamp, and versions of torch differ there"
    assert (factors["dŷ/dz"].hand, factors["dŷ/dz"].autograd) == (0, 0)
    for name in ("dŷ/dz", "dz/dw", "dz/db"):
        assert math.isnan(factors[name].product), name
        assert math.isnan(factors[name].adjoint), name
