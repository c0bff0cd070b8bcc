"""The formats' arithmetic against the machine's own: rounding, neighbours, shortest decimals."""

from __future__ import annotations

import math
import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.dtypes import BFLOAT16, DTYPES, FLOAT16, FLOAT32, FLOAT64, DType, exact

PACKED = {"float64": "d", "float32": "f", "float16": "e"}


def _by_struct(dtype: DType, value: float) -> float:
    """Round by the C library of the interpreter, overflow to infinity."""
    try:
        return float(struct.unpack(PACKED[dtype.name], struct.pack(PACKED[dtype.name], value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def _bfloat16_members() -> list[float]:
    """All non-negative finite members: the float32 whose lower half is zero."""
    return [struct.unpack(">f", bits.to_bytes(2, "big") + b"\0\0")[0] for bits in range(0x7F80)]


def _float16_members() -> list[float]:
    return [struct.unpack(">e", bits.to_bytes(2, "big"))[0] for bits in range(0x7C00)]


@pytest.mark.parametrize("dtype", [FLOAT32, FLOAT16], ids=lambda dtype: dtype.name)
@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_nearest_agrees_with_struct(dtype: DType, value: float) -> None:
    """A float64 is rounded as the interpreter packs it, through subnormals and overflow."""
    assert dtype.nearest(Fraction(value)) == _by_struct(dtype, value)


@given(value=st.floats(allow_nan=False, allow_infinity=False, width=16), nudge=st.integers(-3, 3))
def test_ties_go_to_even(value: float, nudge: int) -> None:
    """Half-way between neighbours of float16 and just beside it, rounding agrees with struct."""
    middle = Fraction(value) + FLOAT16.ulp(Fraction(value)) / 2
    beside = float(middle) + nudge * math.ulp(float(middle))
    assert FLOAT16.nearest(Fraction(beside)) == _by_struct(FLOAT16, beside)


@given(value=st.fractions() | st.floats(allow_nan=False, allow_infinity=False).map(Fraction))
def test_float64_of_a_fraction(value: Fraction) -> None:
    """Python's own division of integers rounds a fraction to float64 in the same way."""
    assert FLOAT64.nearest(value) == value.numerator / value.denominator


@given(index=st.integers(0, 0x7F7E), part=st.sampled_from([0, 1, 2, 3, 4]), sign=st.sampled_from([1, -1]))
def test_bfloat16_between_neighbours(index: int, part: int, sign: int) -> None:
    """A quarter of the way to the next bfloat16 rounds back, three quarters on, the middle to the even one."""
    members = _MEMBERS["bfloat16"]
    low, high = Fraction(members[index]), Fraction(members[index + 1])
    expected = index if part < 2 or (part == 2 and index % 2 == 0) else index + 1
    assert BFLOAT16.nearest(sign * (low + (high - low) * part / 4)) == sign * members[expected]


_MEMBERS = {"bfloat16": _bfloat16_members(), "float16": _float16_members()}


def test_no_double_rounding() -> None:
    """Through float32 this number would become another float16: 1 + 2**-11 and a little must round up, not to even."""
    value = Fraction(1) + Fraction(2) ** -11 + Fraction(2) ** -40
    assert FLOAT16.nearest(value) == 1 + 2**-10
    assert FLOAT16.nearest(Fraction(FLOAT32.nearest(value))) == 1


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=DTYPES)
def test_edges(dtype: DType) -> None:
    """The largest number, the smallest, and what lies half-way beyond them."""
    largest = Fraction(2) ** (dtype.max_exponent + 1) * (1 - Fraction(2) ** -dtype.precision)
    smallest = Fraction(2) ** (dtype.min_exponent - dtype.precision + 1)
    assert Fraction(dtype.nearest(largest)) == largest
    assert dtype.nearest(largest + dtype.ulp(largest) / 2) == math.inf
    assert Fraction(dtype.nearest(largest + dtype.ulp(largest) * Fraction(499, 1000))) == largest
    assert dtype.nearest(-2 * largest) == -math.inf
    assert Fraction(dtype.nearest(smallest)) == smallest
    assert dtype.nearest(smallest / 2) == 0
    assert Fraction(dtype.nearest(smallest * Fraction(501, 1000))) == smallest
    assert dtype.nearest(Fraction(0)) == 0
    assert dtype.nearest(exact("1e5000")) == math.inf
    assert dtype.nearest(exact("1e-5000")) == 0


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=DTYPES)
def test_constants_are_torchs(dtype: DType) -> None:
    """The formats' constants are those that torch states."""
    torch = pytest.importorskip("torch")
    info = torch.finfo(getattr(torch, dtype.name))
    assert info.eps == 2 * dtype.unit_roundoff
    assert info.tiny == 2.0**dtype.min_exponent
    assert Fraction(info.max) == Fraction(2) ** (dtype.max_exponent + 1) * (1 - Fraction(2) ** -dtype.precision)


def test_bfloat16_against_torch() -> None:
    """float32 numbers, which torch rounds once, become the same bfloat16."""
    torch = pytest.importorskip("torch")
    generator = torch.Generator().manual_seed(1)
    bits = torch.randint(0, 2**31 - 2**23, (5000,), generator=generator, dtype=torch.int32)
    values = bits.view(torch.float32)
    values = values[torch.isfinite(values)]
    rounded = values.to(torch.bfloat16).to(torch.float64)
    for value, expected in zip(values.tolist(), rounded.tolist(), strict=True):
        assert BFLOAT16.nearest(Fraction(value)) == expected


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_ulp_is_the_distance_to_the_next(name: str) -> None:
    """For every member the ulp is the distance to the next larger one."""
    dtype, members = DTYPES[name], _MEMBERS[name]
    for low, high in zip(members[:-1:7], members[1::7], strict=True):
        assert dtype.ulp(Fraction(low)) == Fraction(high) - Fraction(low)
        assert dtype.ulp(-Fraction(low)) == dtype.ulp(Fraction(low))


@given(value=st.floats(min_value=5e-324, max_value=1e308))
def test_ulp_of_float64(value: float) -> None:
    """In float64 it is what the interpreter says."""
    assert float(FLOAT64.ulp(Fraction(value))) == math.ulp(value)


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_shortest_reads_back(name: str) -> None:
    """The decimal of a member reads back as it, and no decimal with a digit less does."""
    dtype = DTYPES[name]
    for value in _MEMBERS[name][1::13]:
        text = dtype.shortest(value)
        assert dtype.nearest(exact(text)) == value
        digits = len(text.split("e")[0].replace(".", "").strip("0"))
        if digits > 1:
            assert dtype.nearest(exact(f"{value:.{digits - 2}e}")) != value


@given(value=st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_shortest_of_float32(value: float) -> None:
    """The decimal of a float32 reads back as it and is no longer than nine digits."""
    text = FLOAT32.shortest(value)
    assert FLOAT32.nearest(exact(text)) == value
    assert len(text.split("e")[0].replace(".", "").replace("-", "").strip("0")) <= 9


@pytest.mark.parametrize(
    ("dtype", "value", "text"),
    [
        (FLOAT64, 0.1, "0.1"),
        (FLOAT32, 0.10000000149011612, "0.1"),
        (FLOAT16, 65504.0, "65500.0"),
        (FLOAT16, 0.0, "0.0"),
        (BFLOAT16, 3.140625, "3.14"),
    ],
)
def test_shortest_examples(dtype: DType, value: float, text: str) -> None:
    """Decimals that a person would write."""
    assert dtype.shortest(value) == text
