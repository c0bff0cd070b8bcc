"""Numbers as text, against the decimal and struct modules."""

from __future__ import annotations

import math
import struct
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.dtypes import DTYPES, FLOAT16, FLOAT32, FLOAT64
from gradcalc.render import numbers
from gradcalc.results import Certified, Outcome
from tests.render.examples import CORNER, EXACT, PROVED, VALUE, partial

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(FINITE)
def test_the_shortest_text_reads_back(value: float) -> None:
    """Without --digits a float64 loses nothing."""
    assert float(numbers.native(value, FLOAT64, None)) == value
    assert float(numbers.correct(value, None, FLOAT64, None)) == value


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_the_shortest_text_reads_back_in_float32(value: float) -> None:
    """struct rounds to the format on its own."""
    assert struct.unpack("f", struct.pack("f", float(numbers.native(value, FLOAT32, None))))[0] == value


@given(st.floats(width=16, allow_nan=False, allow_infinity=False))
def test_the_shortest_text_reads_back_in_float16(value: float) -> None:
    """struct rounds to the format on its own."""
    assert struct.unpack("e", struct.pack("e", float(numbers.native(value, FLOAT16, None))))[0] == value


@given(FINITE.filter(bool), st.integers(1, 40))
def test_significant_digits_are_those_of_the_decimal_module(value: float, digits: int) -> None:
    """Rounded half to even, with as many digits as asked for."""
    text = numbers.significant(Decimal(value), digits)
    with localcontext() as context:
        context.prec = digits
        assert Decimal(text) == +Decimal(value)
    mantissa = text.lstrip("-").partition("e")[0].replace(".", "").lstrip("0")
    assert len(mantissa) == digits


@pytest.mark.parametrize(
    ("text", "digits", "shown"),
    [
        ("6", 3, "6.00"),
        ("6", 1, "6"),
        ("0", 5, "0"),
        ("0E-50", 5, "0"),
        ("12345", 3, "1.23e+04"),
        ("12345", 5, "12345"),
        ("0.00012345", 3, "0.000123"),
        ("0.000012345", 3, "1.23e-05"),
        ("-0.5", 4, "-0.5000"),
        ("9.996", 3, "10.0"),
        ("99.96", 3, "100"),
        ("999.6", 3, "1.00e+03"),
        ("2.5", 1, "2"),
        ("3.5", 1, "4"),
        ("1e999999", 2, "1.0e+999999"),
        ("-1.5e-999999", 2, "-1.5e-999999"),
        (EXACT, 25, "-7.661275842587077135197098"),
    ],
)
def test_how_significant_digits_are_laid_out(text: str, digits: int, shown: str) -> None:
    """Fixed notation where every digit shown is asked for, else an exponent as Python writes it."""
    assert numbers.significant(Decimal(text), digits) == shown


@pytest.mark.parametrize(
    ("value", "dtype", "shown"),
    [
        (6.0, "float64", "6"),
        (-0.0, "float64", "-0"),
        (1e300, "float64", "1e+300"),
        (0.1, "float64", "0.1"),
        (0.10000000149011612, "float32", "0.1"),
        (0.0999755859375, "float16", "0.1"),
        (math.nan, "float64", "nan"),
        (math.inf, "float32", "inf"),
        (-math.inf, "float32", "-inf"),
    ],
)
def test_how_a_number_of_a_format_is_shown(value: float, dtype: str, shown: str) -> None:
    """The shortest text, whole numbers without a point."""
    assert numbers.native(value, DTYPES[dtype], None) == shown


def test_digits_come_from_the_exact_values() -> None:
    """SymPy's side from its decimal, torch's from the float that it returned: beyond 17 digits they differ."""
    assert numbers.correct(VALUE, EXACT, FLOAT64, 30) == "-7.66127584258707713519709786121"
    assert numbers.native(VALUE, FLOAT64, 30) == f"{Decimal(VALUE):.29f}"
    assert numbers.correct(0.5, None, FLOAT64, 3) == "0.500"


def test_a_correct_value_beside_a_narrow_format_has_its_digits() -> None:
    """As many as tell the numbers of the format apart."""
    assert numbers.correct(VALUE, EXACT, FLOAT32, None) == "-7.66127584"
    assert numbers.correct(VALUE, EXACT, FLOAT16, None) == "-7.6613"


THIRD = Certified("0." + "3" * 41, "4e-42")
NUMERIC = "by difference quotients, not proved"


@pytest.mark.parametrize(
    ("certified", "digits", "shown"),
    [
        (None, None, ""),
        (PROVED, None, "-7.66127584258707713519709786... (proved to 40 digits)"),
        (PROVED, 5, "-7.6613 (proved to 40 digits)"),
        (PROVED, 50, "-7.6612758425870771351970978612088277742426719676297 (proved to 50 digits)"),
        (THIRD, None, "0.333333333333333333333333333... (proved to 40 digits)"),
        (Certified("0.3333", "4e-5"), None, "0.333... (proved to 3 digits)"),
        (Certified("1.25e-9", "1e-30"), None, "1.25000000000000000000e-09 (proved to 21 digits)"),
        (Certified("3", "8", proved=False), None, f"3... ({NUMERIC})"),
        (Certified("0", "1e-6020"), None, "0 (proved to within 1e-6020)"),
        (Certified("0", "0"), None, "0 (exact)"),
        (Certified("6.00", "0"), None, "6 (exact)"),
        (Certified("6", "0"), 4, "6.000 (exact)"),
        (Certified("1000000", "0"), None, "1000000 (exact)"),
        (Certified("0." + "1" * 28, "0"), None, f"0.{'1' * 27}... (proved to 40 digits)"),
        (Certified("1", "0", "1", "1"), None, "1 (exact)"),
        (Certified("1", "0", "1", "1", proved=False), None, f"1.00000000000000000000000000... ({NUMERIC})"),
        (Certified("0", "1e-30", "0", "0", proved=False), None, f"0 ({NUMERIC})"),
        (CORNER, None, "no derivative (left -1, right 1)"),
        (Certified(None, None, None, "inf"), None, "no derivative (right inf)"),
        (Certified(None, None, "-inf", "0.3333333333333"), None, "no derivative (left -inf, right 0.333333)"),
        (Certified(None, None), None, "no derivative"),
        (Certified(None, None, "0", "1", proved=False), None, f"no derivative (left 0, right 1, {NUMERIC})"),
    ],
)
def test_how_a_certified_value_is_shown(certified: Certified | None, digits: int | None, shown: str) -> None:
    """No more digits than are proved, |value|/radius by hand; exact ones whole; never a guess as a proof."""
    assert numbers.enclosure(certified, digits) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0.0, "0 ulp"), (0.04, "< 0.1 ulp"), (0.15, "0.1 ulp"), (1.0, "1 ulp"), (12.4, "12 ulp"), (4.5e15, "4.5e+15 ulp")],
)
def test_how_a_distance_is_shown(count: float, shown: str) -> None:
    """As precisely as a reader needs it."""
    assert numbers.ulps(count) == shown


@pytest.mark.parametrize(
    ("outcome", "distance", "right", "shown"),
    [
        (Outcome.AGREES, 16.0, 15, "agrees (16 ulp)"),
        (Outcome.AGREES, 16.1, 15, "agrees (15 digits)"),
        (Outcome.DIFFERS, 1e10, 6, "differs (1.0e+10 ulp)"),
        (Outcome.DIFFERS, math.inf, 0, "differs (inf ulp)"),
        (Outcome.DIFFERS, None, 0, "differs"),
        (Outcome.UNDEFINED, None, None, "undefined"),
    ],
)
def test_how_a_judgement_is_shown(outcome: Outcome, distance: float | None, right: int | None, shown: str) -> None:
    """Beyond 16 ulp an agreement is told by its digits."""
    assert numbers.judgement(outcome, distance, right) == shown


@pytest.mark.parametrize(
    ("wrt", "order", "label"), [("x", 1, "df/dx"), ("x[0]", 1, "df/dx[0]"), ("x1", 2, "d^2f/dx1^2")]
)
def test_the_label_of_a_partial(wrt: str, order: int, label: str) -> None:
    """In ASCII."""
    assert numbers.label(partial(wrt, order=order)) == label


def test_a_long_vector_is_cut_in_the_middle() -> None:
    """The first entries and the last; all of them where asked for."""
    vector = tuple(float(k) for k in range(1000))
    assert numbers.coordinate(vector, FLOAT64) == "[0, 1, 2, 3, ..., 999]"
    assert numbers.coordinate(vector[:6], FLOAT64) == "[0, 1, 2, 3, 4, 5]"
    assert numbers.coordinate(vector, FLOAT64, most=1000).count(",") == 999
