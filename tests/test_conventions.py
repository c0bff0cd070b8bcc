"""Kinks, where what torch returns is a convention that moves between its versions: what is told there is true of each.

The `backward` column of the vocabulary has a number at a kink as well. Here it is replaced by another convention, as
another version of torch has it or might have it, and every answer stays the same.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

import gradcalc
from gradcalc.language import vocabulary

#: By name and number of arguments: torch's formulas with other numbers at the kinks.
OTHERS = {
    ("abs", 1): ("where(x >= 0, 1, -1)",),
    ("relu", 1): ("where(x >= 0, 1, 0)",),
    ("relu6", 1): ("where((x >= 0) & (x <= 6), 1, 0)",),
    ("hardtanh", 1): ("where((x >= -1) & (x <= 1), 1, 0)",),
    ("leaky_relu", 1): ("where(x >= 0, 1, 1/100)",),
    ("max", 2): ("where(x >= y, 1, 0)", "where(x >= y, 0, 1)"),
    ("min", 2): ("where(x <= y, 1, 0)", "where(x <= y, 0, 1)"),
    # torch 2.14
    ("clamp", 3): (
        "where((x == low) | (x == high), 1/2, where((x > low) & (x < high), 1, 0))",
        "where(x == low, 1/2, where((low < high) & (x < low), 1, 0))",
        "where(x == high, 1/2, where((x > high) | (high < low), 1, 0))",
    ),
}

#: Each with a kink at 0.
AT_0 = (
    "abs(x)", "abs(x)**2", "x*abs(x)", "abs(x)*sin(x) + exp(x)/3", "abs(exp(x) - 1 - x)", "abs(x) - abs(-x)", "norm([x, abs(x)])**2",
    "relu(x)", "relu(x)**2", "x*relu(x) + log(1 + exp(x))", "relu(x) - relu(-x)", "relu(-relu(x))", "relu6(x)**2", "relu6(6 - x)",
    "hardtanh(x + 1)", "hardtanh(x - 1) + x/3", "(hardtanh(1 + x) - 1)**2", "leaky_relu(x)", "leaky_relu(x)**2 + x/3",
    "max(x, 0)", "max(x, 0)**2", "max(x, 0) + min(x, 0)", "max(x, -x)**3 + cos(x)", "max([x, 2*x, 0])", "min(x, 0)*x",
    "clamp(x, 0, 1)", "clamp(x, 0, 1)**2", "clamp(x, 0, 9) + clamp(x, -9, 0)", "x*clamp(x, 0, 1) + exp(x)", "clamp(1 + x, 0, 1)",
    "0*relu(x)", "where(x > 0, relu(x), 0)", "sqrt(relu(x)**2)", "relu(x)*1e300*1e300*x", "log(1 + relu(x)**2)/3",
)  # fmt: skip


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("formula", AT_0)
def test_nothing_that_is_told_rests_on_a_convention(formula: str, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers, the outcomes, the causes and the sentences."""
    told = answer(formula, dtype)
    real = vocabulary.find

    def find(name: str, count: int) -> vocabulary.Function:
        row = real(name, count)
        other = OTHERS.get((row.name, len(row.names)))
        return replace(row, backward=other) if other and not row.reduces else row

    monkeypatch.setattr(vocabulary, "find", find)
    assert answer(formula, dtype) == told


def answer(formula: str, dtype: str) -> str:
    """What is told of the derivative at 0, as text: nan is no equal of itself."""
    (partial,) = gradcalc.diff(formula, at=0.0, dtype=dtype).gradient
    return repr(partial)


def test_the_other_conventions_are_others() -> None:
    """Each is that of the row but at a kink."""
    for (name, count), other in OTHERS.items():
        assert len(other) == len(vocabulary.find(name, count).backward)
        assert other != vocabulary.find(name, count).backward
