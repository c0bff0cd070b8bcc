"""Where functions are defined: formulas in a table, against the domains that are written for balls."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from flint import arb

from gradcalc.engines.certified.balls.domains import bounds
from gradcalc.engines.certified.conditions.requirements import Side, conditions
from gradcalc.language import vocabulary
from tests.engines.clauses import algebra_of, clause_holds

_NUMBERS = [Fraction(k, 4) for k in (-12, -10, -8, -5, -4, -2, -1, 0, 1, 2, 3, 4, 5, 6, 8, 12)]
_ROWS = [row for row in vocabulary.ROWS if row.arb and not row.reduces]


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: row.signature)
def test_the_table_says_what_the_domains_of_balls_say(row: vocabulary.Function) -> None:
    """At numbers on both sides of every end, whole ones and halves."""
    signs, _ = algebra_of(f"{row.name}({', '.join(row.names)})")
    graph = signs.algebra.graph
    required = conditions(len(graph.steps) - 1, signs).required
    domain = bounds(row.arb).domain
    for numbers in product(_NUMBERS if len(row.names) < 3 else _NUMBERS[::3], repeat=len(row.names)):
        if row.name == "polygamma" and not (numbers[0] >= 0 and numbers[0].denominator == 1):
            continue  # ball arithmetic has no other orders
        fact = domain(*(arb(float(number)) for number in numbers))
        point = dict(zip(row.names, numbers, strict=True))
        if fact is not None:
            assert all(clause_holds(signs.algebra, clause, point) for clause in required) is fact, numbers


@pytest.mark.parametrize(
    ("formula", "inside", "outside"),
    [
        ("1/(x - 1)", "0", "1"),
        ("x**-2", "1", "0"),
        ("x**0.5", "0", "-1"),
        ("0**x", "0", "-1"),
        ("where(x > 0, log(x), 1)", "-1", None),
        ("where(x > 0, log(x - 1), 1)", "0", "1"),
        ("where((x > 0) | (x < -2), 1, log(x + 2))", "-1", "-2"),
        ("where(x >= 0, 1, where(x > -1, log(-x), log(x)))", "-0.5", "-1"),
        ("where(x == 2, log(-1), x)", "1", "2"),
        ("where(x > 1, x, undefined)".replace("undefined", "log(-1)"), "2", "1"),
    ],
)
def test_what_a_formula_needs(formula: str, inside: str, outside: str | None) -> None:
    """Everything but what a choice does not take."""
    signs, _ = algebra_of(formula)
    required = conditions(len(signs.algebra.graph.steps) - 1, signs).required
    for text, expected in ((inside, True), (outside, False)):
        if text is not None:
            point = {"x": Fraction(text)}
            assert all(clause_holds(signs.algebra, clause, point) for clause in required) is expected


@pytest.mark.parametrize(
    ("formula", "sides"),
    [
        ("where(x > 0, 1, 2)", [Side.BELOW]),
        ("where(x >= 0, 1, 2)", [Side.ABOVE]),
        ("where(x == 0, 1, 2)", [Side.NONE]),
        ("floor(x)", [Side.ABOVE]),
        ("ceil(x)", [Side.BELOW]),
        ("sign(x) + round(x)", [Side.NONE, Side.NONE]),
        ("0*floor(x)", []),
        ("floor(2) + abs(x) + max(x, 1) + cbrt(x)", []),
        ("where(x < x, 1, x)", []),
    ],
)
def test_where_a_formula_may_jump(formula: str, sides: list[Side]) -> None:
    """Each jump with the side from which the step is continuous; a corner is none."""
    signs, _ = algebra_of(formula)
    result = max(place for place, step in enumerate(signs.algebra.graph.steps))
    assert [one.side for one in conditions(result, signs).breaks] == sides
