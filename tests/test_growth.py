"""Work grows with the entries of a vector and the terms of a formula no faster than they do: ratios, no durations."""

from __future__ import annotations

import pytest

from tests.benchmarks import growth


@pytest.mark.parametrize("name", growth.ROWS)
def test_work_grows_linearly(name: str) -> None:
    """From 100 to 1,000, or the two largest nestings, each engine and the whole question but for SymPy."""
    row = growth.ROWS[name]
    sizes = (100, 1_000) if row.sizes is growth.SIZES else row.sizes[-2:]
    assert growth.exceeding({size: growth.measured(row, size) for size in sizes}) == []
