"""Decimals in a sentence, against the repr of floats."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradcalc.verdict.decimals import shown


@example(-0.0)
@given(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_a_float_is_laid_out_as_python_does(value: float) -> None:
    """Its shortest decimal has at most 17 digits; a whole number has no `.0`, and zero no sign."""
    assert shown(repr(value), 17) == repr(value or 0.0).removesuffix(".0")


@pytest.mark.parametrize(
    ("decimal", "digits", "text"),
    [
        ("-8.3333333277777781786137e-6", 17, "-8.3333333277777782e-06"),
        ("10", 8, "10"),
        ("2.50000", 8, "2.5"),
        ("0E-50", 8, "0"),
        ("0.99999999999", 8, "1"),
        ("9999999999999999.5", 17, "9999999999999999.5"),
        ("99999999999999999.5", 17, "1e+17"),
        ("1.5e-999999999", 3, "1.5e-999999999"),
        ("6.59e4342944", 17, "6.59e+4342944"),
    ],
)
def test_what_no_float_holds(decimal: str, digits: int, text: str) -> None:
    """Rounded to the digits, without needless zeros, however large."""
    assert shown(decimal, digits) == text
