"""The certified engine against mpmath at 50 digits, exact rational arithmetic, and points without a value."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.dtypes import BFLOAT16, FLOAT32, FLOAT64, DType
from gradcalc.engines.certified import Enclosure, Kind, evaluate
from gradcalc.language import vocabulary
from gradcalc.language.parser import parse
from tests import oracle

SMOOTH_ROWS = [row for row in vocabulary.ROWS if row.samples]


def value(formula: str, dtype: DType = FLOAT64, *, exact_integers: bool = False, **point: float) -> Enclosure:
    """The enclosure of one formula."""
    return evaluate(parse(formula, frozenset(point)), point, dtype, exact_integers=exact_integers)


@pytest.mark.parametrize("row", SMOOTH_ROWS, ids=lambda row: row.signature)
def test_each_row_has_mpmaths_value(row: vocabulary.Function) -> None:
    """Forty digits of every function, from a computation that shares no code with Arb or with us."""
    tape = parse(f"{row.name}({', '.join(row.names)})", frozenset(row.names))
    for sample in row.samples:
        found = evaluate(tape, dict(zip(row.names, sample, strict=True)), FLOAT64)
        assert found.decimal is not None, (
            f"{row.signature} at {sample}: {found.reason}; set the row's arb or definition"
        )
        truth = oracle.value(row.name, sample)
        error = abs(oracle.mp.mpf(found.decimal) - truth) / abs(truth) if truth else abs(oracle.mp.mpf(found.decimal))
        # A decimal in a definition is rounded to float64, as any literal is.
        tolerance = 1e-15 if "." in row.definition else 1e-38
        assert error < tolerance, f"{row.signature} at {sample} is {found.decimal}, mpmath says {truth}"


@pytest.mark.parametrize(
    ("formula", "x"),
    [
        ("log(x)", -1.0),
        ("1/x", 0.0),
        ("x/x", 0.0),
        ("x**-2", 0.0),
        ("sqrt(x)", -1e-300),
        ("x**0.5", -1.0),
        ("asin(x)", 1.0000000000000002),
        ("acosh(x)", 0.5),
        ("gamma(x)", -2.0),
        ("tan(x)/x", 0.0),
        ("elliptic_k(x)", 2.0),
        ("polylog(2, x)", 3.0),
        ("Piecewise((1, x < 0))", 1.0),
        ("x + 1e400", 1.0),
        ("log(x + pi)", -4.0),
    ],
)
def test_a_point_without_a_value(formula: str, x: float) -> None:
    """No finite real value: the kind says so and the reason is a clause."""
    found = value(formula, x=x)
    assert found.kind is Kind.UNDEFINED
    assert found.reason
    assert found.nearest is None


@pytest.mark.parametrize(
    ("formula", "x", "expected"),
    [
        ("where(x > 0, log(x), 0)", -1.0, "0"),
        ("where(x == 0, 1, sin(x)/x)", 0.0, "1"),
        ("0**x", 0.0, "1"),
        ("floor(x)", 2.0, "2"),
        ("ceil(x)", -1.5, "-1"),
        ("round(x)", 2.5, "2"),
        ("round(x)", 3.5, "4"),
        ("round(x)", -0.5, "0"),
        ("trunc(x)", -1.5, "-1"),
        ("mod(x, 3)", -1.0, "2"),
        ("fmod(x, 3)", -1.0, "-1"),
        ("cbrt(x)", -8.0, "-2"),
        ("x**3", -2.0, "-8"),
        ("max(x, 1, 2) + min(x, 1)", 5.0, "6"),
        ("x - x", 7.0, "0"),
    ],
)
def test_exact_values(formula: str, x: float, expected: str) -> None:
    """By hand: branches that are not taken, jumps from their value's side, signs of remainders."""
    found = value(formula, x=x)
    assert found.decimal is not None, found.reason
    assert Fraction(found.decimal) == Fraction(expected)


@given(
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.floats(0.001, 1000.0),
)
def test_rational_formulas_are_correctly_rounded(x: float, y: float, z: float) -> None:
    """Python's fractions are exact: the value and its rounding to float64 must be theirs."""
    exact = (Fraction(x) * Fraction(y) - Fraction(x)) / Fraction(z)
    found = value("(x*y - x)/z", x=x, y=y, z=z)
    assert found.decimal is not None
    assert abs(Fraction(found.decimal) - exact) <= abs(exact) * Fraction(1, 10**39)
    assert found.nearest == FLOAT64.nearest(exact)


def test_literals_are_rounded_to_the_dtype_and_whole_exponents_are_not() -> None:
    """299 is no bfloat16, 0.1 is stored differently in each format."""
    for dtype in (FLOAT64, FLOAT32, BFLOAT16):
        found = value("x*0.1", dtype, x=1.0)
        assert found.nearest == dtype.nearest(Fraction(1, 10))
    assert value("299*x", BFLOAT16, x=1.0).nearest == 300.0
    assert value("299*x", BFLOAT16, x=1.0, exact_integers=True).nearest == 299.0
    power = value("x**299", BFLOAT16, x=2.0).decimal
    assert power is not None
    assert abs(Fraction(power) / 2**299 - 1) < Fraction(1, 10**39)


def test_beyond_the_floats() -> None:
    """An exact value may have no float64: an infinity or a zero stands for it, the decimal tells it."""
    assert value("exp(x)", x=800.0).nearest == float("inf")
    assert (value("exp(x)", x=800.0).decimal or "").startswith("2.7263745721125665673")
    assert value("exp(-x**2)", x=30.0).nearest == 0.0
    assert value("exp(-x**2)", x=30.0).decimal != "0"


def test_more_digits() -> None:
    """A thousand digits of pi end as they should (OEIS A000796)."""
    found = evaluate(parse("pi"), {}, FLOAT64, digits=1001)
    assert found.decimal is not None
    assert str(found.decimal)[:1002].endswith("64201989")


def test_what_cannot_be_told_is_undecided() -> None:
    """exp(x) - exp(x) is not separated from 0 at any precision, so its logarithm cannot be judged."""
    found = value("1/(exp(x) - exp(x))", x=1.0)
    assert found.kind is Kind.UNDECIDED
    assert found.reason == "whether a divisor is zero could not be decided at 2560 bits"


@pytest.mark.parametrize(
    "formula",
    [
        "9**9**9**9*x",
        "x**(10**10)",
        "factorial(10**8*x)",
        "exp(exp(exp(exp(exp(exp(9*x))))))",
        "sin(10**10**8*x)",
        "besselj(1e9, x)",
        "zeta(1e18*x)",
        "polygamma(10**9, x)",
        "uppergamma(1e15, x)",
        "expint(1e12, x)",
        "erf(1e300*x)",
        "erfinv(1 - x*1e-16)",
        "polylog(2, -1e300*x)",
        "lambertw(1e300*x)",
        "Ci(1e300*x)",
        "Ei(1e5*x)",
    ],
)
def test_nothing_takes_long(formula: str) -> None:
    """Arb cannot be interrupted in this process, so what would hang it is refused before."""
    start = time.process_time()
    value(formula, x=0.7)
    assert time.process_time() - start < 5


def test_a_long_sum_is_linear_and_does_not_recurse() -> None:
    """Thirty thousand instructions in a chain."""
    tape = parse("+".join(f"{i}*x" for i in range(1, 10_001)))
    assert evaluate(tape, {"x": 1.0}, FLOAT64).nearest == 50_005_000.0
