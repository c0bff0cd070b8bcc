"""Signs of polynomials and what follows from them, against exact fractions at many points."""

from __future__ import annotations

import operator
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.engines.certified.conditions import line
from gradcalc.engines.certified.conditions.algebra import Product
from gradcalc.engines.certified.conditions.entailment import follows
from gradcalc.engines.certified.conditions.literals import FALSE, Clause, Kind, Literal, Signs
from gradcalc.engines.certified.conditions.wording import worded
from gradcalc.language.parser import parse
from gradcalc.language.tape import NUMBER
from tests.checking.claims import holds, mp
from tests.engines.clauses import algebra_of, clause_holds, product_value

_NUMBERS = [Fraction(k, 4) for k in (-13, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 13)]
_POINTS = [{"x": x, "y": y} for x, y in product(_NUMBERS, repeat=2)]
_LEAVES = st.sampled_from(["x", "y", "1", "2", "0.5", "(x - 1)", "(y + 2)", "(x - y)", "(x**2 + y**2)", "(2*x + 3)"])
_FORMULAS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda parts: "({}{}{})".format(*parts)),
        st.tuples(inner, st.sampled_from(["2", "3", "-1", "-2"])).map(lambda parts: "({}**({}))".format(*parts)),
    ),
    max_leaves=5,
)
_KINDS = {
    Kind.POSITIVE: lambda value: value > 0,
    Kind.NOT_NEGATIVE: lambda value: value >= 0,
    Kind.NONZERO: lambda value: value != 0,
    Kind.ZERO: lambda value: value == 0,
    Kind.WHOLE: lambda value: value.denominator == 1,
    Kind.FRACTION: lambda value: value.denominator != 1,
}


_OPERATIONS = {
    "neg": operator.neg, "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv,
    "pow": operator.pow,
}  # fmt: skip


def by_fractions(formula: str, x: Fraction, y: Fraction) -> Fraction:
    """The value of a formula in Python's own exact arithmetic; raises ZeroDivisionError."""
    values: list[Fraction] = []
    for step in parse(formula).instructions:
        args = [values[place] for place in step.args]
        leaf = Fraction(step.text) if step.op == NUMBER else {"x": x, "y": y}.get(step.text, Fraction())
        values.append(_OPERATIONS[step.op](*args) if args else leaf)
    return values[-1]


@given(formula=_FORMULAS)
def test_a_product_is_the_formula(formula: str) -> None:
    """Wherever the formula has a value, its factors multiplied have the same."""
    signs, (found,) = algebra_of(formula)
    for point in _POINTS[::7]:
        try:
            expected = by_fractions(formula, **point)
        except ZeroDivisionError:
            continue
        assert product_value(signs.algebra, found, point) == expected


@given(formula=_FORMULAS, kind=st.sampled_from(sorted(_KINDS)))
def test_clauses_say_what_a_relation_says(formula: str, kind: Kind) -> None:
    """At every point at which the formula has a value."""
    signs, (found,) = algebra_of(formula)
    clauses = signs.clauses(kind, found)
    for point in _POINTS[::3]:
        try:
            expected = _KINDS[kind](by_fractions(formula, **point))
        except ZeroDivisionError:
            continue
        if any(
            literal.kind in {Kind.WHOLE, Kind.FRACTION} and _is_opaque(signs, literal) for c in clauses for literal in c
        ):
            return
        assert all(clause_holds(signs.algebra, clause, point) for clause in clauses) is expected, (formula, point)


def _is_opaque(signs: Signs, literal: Literal) -> bool:
    """Whether a quotient stands as an atom in a literal about whole numbers."""
    atoms = signs.algebra.atoms
    return any(atoms[a].op == "itself" for factor in literal.factors for monomial, _ in factor for a, _ in monomial)


_RELATIONS = st.tuples(_FORMULAS, st.sampled_from([Kind.POSITIVE, Kind.NOT_NEGATIVE, Kind.NONZERO, Kind.ZERO]))


@given(facts=st.lists(_RELATIONS, max_size=4), wanted=_RELATIONS)
def test_what_follows_holds(facts: list[tuple[str, Kind]], wanted: tuple[str, Kind]) -> None:
    """A clause that follows holds at every point at which the facts do."""
    signs, products = algebra_of(*(formula for formula, _ in (*facts, wanted)))
    *known, last = [signs.clauses(kind, found) for (_, kind), found in zip((*facts, wanted), products, strict=True)]
    flat = [clause for clauses in known for clause in clauses]
    for clause in last:
        if follows(clause, flat, signs):
            for point in _POINTS:
                if all(clause_holds(signs.algebra, fact, point) for fact in flat):
                    assert clause_holds(signs.algebra, clause, point), point


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        (["x - 1 >"], "x >"),
        (["x >"], "x + 1 >"),
        (["-x >="], "1 - x >="),
        (["x*y >", "x >"], "y >"),
        (["1 - x**2 >"], "x - 1 !="),
        (["x >", "y >"], "x + 2*y + 1 >"),
        ([], "x**2 + exp(y) >"),
        ([], "2 + sin(x)*cos(y) >"),
        ([], "x**2 - x + 1 >"),
        ([], "cosh(x) - 1/2 !="),
        (["sqrt(x) !="], "x !="),
        (["log(x) >"], "x - 1 >"),
    ],
)
def test_it_follows(facts: list[str], wanted: str) -> None:
    """By signs of factors, intervals, products and the functions' own signs."""
    assert follow(facts, wanted)


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        (["x >", "y >="], "x*y >"),
        (["x*y >"], "x >"),
        (["x*y >=", "x >"], "y >"),
        (["x >="], "x >"),
        (["x !="], "x >"),
        (["x >"], "x - 1 >"),
        ([], "x**2 + y**2 >"),
        ([], "1 + sin(x) >"),
    ],
)
def test_it_does_not_follow(facts: list[str], wanted: str) -> None:
    """There is a point at which the facts hold and the other does not."""
    assert not follow(facts, wanted)


def follow(facts: list[str], wanted: str) -> bool:
    """Whether a relation to 0 follows from others."""
    texts = [*facts, wanted]
    signs, products = algebra_of(*(text.rpartition(" ")[0] for text in texts))
    *known, last = [signs.clauses(Kind(t.rpartition(" ")[2]), p) for t, p in zip(texts, products, strict=True)]
    return all(follows(clause, [c for clauses in known for c in clauses], signs) for clause in last)


def test_constants() -> None:
    """What has no variable is true or false at once."""
    signs, (two, nothing) = algebra_of("2", "x - x")
    assert signs.clauses(Kind.POSITIVE, two) == []
    assert signs.clauses(Kind.ZERO, two) == [FALSE]
    assert signs.clauses(Kind.ZERO, nothing) == []
    assert signs.clauses(Kind.POSITIVE, nothing) == [FALSE]
    assert signs.clauses(Kind.NOT_NEGATIVE, Product(Fraction(-1))) == [FALSE]


_ON_LINE = st.lists(
    st.tuples(
        st.sampled_from(["x", "x - 1", "x + 10000", "(x - 1)*(x + 2)", "x**3 - x", "1/x - 3", "(x - 1)**2*(x - 4)", "x**2"]),
        st.sampled_from([Kind.POSITIVE, Kind.NOT_NEGATIVE, Kind.NONZERO]),
    ),
    min_size=1,
    max_size=3,
)  # fmt: skip


@given(relations=_ON_LINE)
def test_the_line_in_words(relations: list[tuple[str, Kind]]) -> None:
    """The intervals that are told are those in which the clauses hold, at roots and on either side of each."""
    signs, products = algebra_of(*(formula for formula, _ in relations))
    clauses: list[Clause] = [
        clause for (_, kind), found in zip(relations, products, strict=True) for clause in signs.clauses(kind, found)
    ]
    pieces = line.pieces(clauses)
    kept = [line.holds(clauses, piece) for piece in pieces]
    if all(kept) or not any(kept):
        return
    text = line.text("x", pieces, kept)
    assert text is not None
    for piece in pieces:
        for x in (piece.inside, piece.inside + Fraction(1, 10**6), piece.inside - Fraction(1, 10**6)):
            expected = all(clause_holds(signs.algebra, clause, {"x": x}) for clause in clauses)
            assert holds(text, {"x": mp.mpf(x.numerator) / x.denominator}) is expected or x == Fraction(1, 3), (text, x)


@pytest.mark.parametrize(
    ("formula", "kind", "text"),
    [
        ("x + 10000", Kind.NOT_NEGATIVE, "x >= -10000"),
        ("1 - x", Kind.POSITIVE, "x < 1"),
        ("x - y", Kind.NONZERO, "x != y"),
        ("1 - x**2 - y**2", Kind.POSITIVE, "x**2 + y**2 < 1"),
        ("2*x + 1", Kind.POSITIVE, "x > -0.5"),
        ("x + 1e40", Kind.POSITIVE, "x > -1e40"),
        ("3*x - 1e-20", Kind.NONZERO, "x != 1/300000000000000000000"),
        ("log(x) - 1", Kind.POSITIVE, "log(x) > 1"),
        ("x*1e40 - 1", Kind.POSITIVE, "x > 1e-40"),
        ("8*x + 1000 - 1", Kind.POSITIVE, "x > -124.875"),
        ("x/1e40", Kind.FRACTION, "1e-40*x is no whole number"),
        ("x*y", Kind.POSITIVE, "x*y > 0"),
        ("(x + y)/2", Kind.FRACTION, "0.5*x + 0.5*y is no whole number"),
        ("where(x > 0, x, y)", Kind.POSITIVE, None),
    ],
)
def test_words(formula: str, kind: Kind, text: str | None) -> None:
    """A condition as somebody would write it."""
    signs, (found,) = algebra_of(formula)
    (clause,) = signs.clauses(kind, found)
    assert worded(clause, signs.algebra.atoms) == text
