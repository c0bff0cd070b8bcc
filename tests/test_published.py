"""Formulas as their authors published them, with gradients to 30 digits that no code of ours computed.

`cases/published.jsonl` is a sample of four collections, named line by line in `source`: the optimisation test functions
of SciPy's benchmarks and the models of the NIST regression data sets (BSD-3), the laws of the Feynman set (MIT), and
the differentiation rules of DiffRules.jl (MIT). Each gradient entry was computed twice, by mpmath difference quotients
and by 120-digit dual numbers; literals and coordinates are float64, all else is exact. `f64_relerr` is the error of a
plain double-precision evaluation.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import gradcalc
from gradcalc.results import Outcome

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases" / "published.jsonl").read_text().splitlines()]


def relative_error(value: float | str, truth: str) -> float:
    """The relative error of a decimal or a float, against 30 digits."""
    exact = Fraction(truth)
    return float(abs(Fraction(value) - exact) / (abs(exact) or 1))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_published_formula(case: dict[str, Any]) -> None:
    """The symbolic side is right to 1e-12; torch is right within double precision or not called an agreement."""
    result = gradcalc.diff(case["expression"], at=case["at"])
    assert result.value.exact is not None
    assert relative_error(result.value.exact, case["value"]) < 1e-25
    tolerance = max(1e-9, 1000 * (case["f64_relerr"] or 0))
    partials = {partial.wrt: partial for partial in result.gradient}
    for name, truth in case["gradient"].items():
        partial = partials[name]
        assert partial.symbolic.value is not None, partial.symbolic.reason
        assert relative_error(partial.symbolic.value, truth) < 1e-12
        assert partial.autograd is not None
        if partial.autograd.outcome is Outcome.AGREES:
            assert partial.autograd.value is not None
            assert relative_error(partial.autograd.value, truth) < tolerance
        elif partial.autograd.value is not None:
            assert relative_error(partial.autograd.value, truth) > 1e-14
