"""The notebook that gradcalc grew out of: each of its numbers, and the command that gives it."""

from __future__ import annotations

import json
import shlex
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from gradcalc.__main__ import run
from tests import oracle

mp = oracle.mp


class Number(NamedTuple):
    """What a command has at a place of its JSON, as the notebook prints it in float32, and as mpmath knows it.

    within: the relative distance allowed in float64.
    """

    command: str
    place: str
    printed: str
    exact: Any
    within: float = 1e-15


LOGISTIC = "logistic --x 6.7 --y 0"
X = mp.mpf(6.7)  # the float64 that 6.7 is stored as
PREDICTION = 1 / (1 + mp.exp(-X))

NUMBERS = [
    # y = x**2, dy/dx = 2*x
    Number('diff "x**2" --at 3', "gradient.0.symbolic.value", "6", 6),
    Number('diff "x**2" --at 3', "gradient.0.autograd.value", "6", 6),
    # z = sin(x**2), dz/dx = 2*x*cos(x**2), forwards and backwards
    Number('diff "sin(x**2)" --at 4', "value.symbolic", "-0.2879", mp.sin(16)),
    Number('diff "sin(x**2)" --at 4', "value.autograd", "-0.2879", mp.sin(16)),
    Number('diff "sin(x**2)" --at 4', "gradient.0.symbolic.value", "-7.6613", 8 * mp.cos(16)),
    Number('diff "sin(x**2)" --at 4', "gradient.0.autograd.value", "-7.6613", 8 * mp.cos(16)),
    Number('tape "sin(x**2)" --at 4', "nodes.1.value", "16", 16),
    Number('tape "sin(x**2)" --at 4', "nodes.2.value", "-0.2879", mp.sin(16)),
    Number('tape "sin(x**2)" --at 4', "nodes.2.passes.0.derivative", "-0.9577", mp.cos(16)),
    Number('tape "sin(x**2)" --at 4', "nodes.1.passes.0.derivative", "8", 8),
    Number('tape "sin(x**2)" --at 4', "nodes.0.adjoint", "-7.6613", 8 * mp.cos(16)),
    # one neuron
    Number(LOGISTIC, "forward.0.value", "6.7", X),
    Number(LOGISTIC, "forward.1.value", "0.9988", PREDICTION),
    Number(LOGISTIC, "value.symbolic", "6.7012", -mp.log(1 - PREDICTION)),
    Number(LOGISTIC, "value.autograd", "6.7012", -mp.log(1 - PREDICTION), 1e-13),  # 1 - ŷ has lost three digits
    Number(LOGISTIC, "gradient.0.hand.value", "6.691762447357178", PREDICTION * X),
    Number(LOGISTIC, "gradient.1.hand.value", "0.998770534992218", PREDICTION),
    Number(LOGISTIC, "gradient.0.autograd.value", "6.6918", PREDICTION * X),
    Number(LOGISTIC, "gradient.1.autograd.value", "0.9988", PREDICTION),
    # y = mean(x**2), the partial derivatives 2*x/3
    Number('diff "mean(x**2)" --at 1,2,3', "value.autograd", "4.6667", mp.mpf(14) / 3),
    Number('diff "mean(x**2)" --at 1,2,3', "gradient.0.autograd.value", "0.6667", mp.mpf(2) / 3),
    Number('diff "mean(x**2)" --at 1,2,3', "gradient.1.autograd.value", "1.3333", mp.mpf(4) / 3),
    Number('diff "mean(x**2)" --at 1,2,3', "gradient.2.autograd.value", "2.0", 2),
    # backward again and again
    Number('tape "x**2" --at 2 --backward 3', "calls.0.grad.0.value", "4", 4),
    Number('tape "x**2" --at 2 --backward 3', "calls.1.grad.0.value", "8", 8),
    Number('tape "x**2" --at 2 --backward 3', "calls.2.grad.0.value", "12", 12),
    Number('tape "x**2" --at 2 --backward 3 --zero-grad', "calls.0.grad.0.value", "4", 4),
    Number('tape "x**2" --at 2 --backward 3 --zero-grad', "calls.1.grad.0.value", "4", 4),
    Number('tape "x**2" --at 2 --backward 3 --zero-grad', "calls.2.grad.0.value", "4", 4),
]

#: What the notebook has in words: the command, the place, the text.
TEXTS = [
    ('diff "x**2" --at 3', "gradient.0.symbolic.expression", "2*x"),
    ('diff "sin(x**2)" --at 4', "gradient.0.symbolic.expression", "2*x*cos(x**2)"),
    ('tape "sin(x**2)" --at 4', "nodes.0.grad_fn", None),
    ('tape "sin(x**2)" --at 4', "nodes.1.grad_fn", "PowBackward0"),
    ('tape "sin(x**2)" --at 4', "nodes.2.grad_fn", "SinBackward0"),
    ('tape "sin(x**2)" --at 4', "backward", [3, 2, 1]),
    (
        'tape "x**2" --at 2 --no-grad',
        "refusal.message",
        "element 0 of tensors does not require grad and does not have a grad_fn",
    ),
]


def found(capsys: pytest.CaptureFixture[str], command: str, place: str, dtype: str) -> Any:
    """What stands at a place of the document that the command prints."""
    assert run([*shlex.split(command), "--dtype", dtype, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    for key in place.split("."):
        document = document[int(key) if key.isdigit() else key]
    return document


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{number.command}: {number.place}")
def test_a_number_of_the_notebook(capsys: pytest.CaptureFixture[str], number: Number) -> None:
    """In float32 to the digits that the notebook prints, in float64 against mpmath at 50 digits."""
    narrow = found(capsys, number.command, number.place, "float32")
    decimals = -int(Decimal(number.printed).as_tuple().exponent)
    assert f"{narrow:.{decimals}f}" == number.printed
    wide = found(capsys, number.command, number.place, "float64")
    assert abs(wide - number.exact) <= number.within * abs(number.exact)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("command", "place", "text"), TEXTS, ids=lambda value: str(value)[:40])
def test_a_text_of_the_notebook(
    capsys: pytest.CaptureFixture[str], command: str, place: str, text: object, dtype: str
) -> None:
    """Formulas, names of backward functions, the order of the backward pass, torch's message."""
    assert found(capsys, command, place, dtype) == text


def test_the_derivative_to_the_last_digit(capsys: pytest.CaptureFixture[str]) -> None:
    """The notebook computes 2*x*cos(x**2) at 4 in float64 as well."""
    for side in ("symbolic", "autograd"):
        assert found(capsys, 'diff "sin(x**2)" --at 4', f"gradient.0.{side}.value", "float64") == -7.661275842587077
