"""Clauses evaluated at a point by exact fractions, and by mpmath where a function stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gradcalc.engines.certified.conditions.algebra import Algebra, Factor, Product
from gradcalc.engines.certified.conditions.literals import Clause, Kind, Literal, Signs
from gradcalc.engines.certified.graph import Graph, share_exactly
from gradcalc.language.parser import parse
from gradcalc.language.tape import CONSTANT, VARIABLE
from tests import oracle

Number = Fraction | oracle.Number
Point = Mapping[str, Fraction]


def algebra_of(*formulas: str) -> tuple[Signs, list[Product]]:
    """The products of some formulas, in one algebra."""
    graph = Graph()
    algebra = Algebra(graph)
    return Signs(algebra), [algebra.product(share_exactly(graph, parse(formula))) for formula in formulas]


def product_value(algebra: Algebra, product: Product, point: Point) -> Number:
    """A product at a point; raises ZeroDivisionError where a factor below is 0."""
    value: Number = product.coefficient
    for factor, exponent in product.factors:
        value = value * factor_value(algebra, factor, point) ** exponent
    return value


def factor_value(algebra: Algebra, factor: Factor, point: Point) -> Number:
    """A polynomial at a point."""
    total: Number = Fraction()
    for monomial, coefficient in factor:
        term: Number = coefficient
        for atom, exponent in monomial:
            term = term * _atom_value(algebra, atom, point) ** exponent
        total = total + term
    return total


def _atom_value(algebra: Algebra, place: int, point: Point) -> Number:
    atom = algebra.atoms[place]
    if atom.op == VARIABLE:
        return point[atom.text]
    if atom.op == CONSTANT:
        return {"pi": +oracle.mp.pi, "e": +oracle.mp.e}[atom.text]
    args = [_as_float(product_value(algebra, argument, point)) for argument in atom.args]
    return oracle.mp.power(*args) if atom.op == "pow" else oracle.value(atom.op, args)


def _as_float(value: Number) -> oracle.Number:
    return oracle.mp.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else value


def clause_holds(algebra: Algebra, clause: Clause, point: Point) -> bool:
    """Whether one of the literals holds."""
    return any(_literal_holds(algebra, literal, point) for literal in clause)


def _literal_holds(algebra: Algebra, literal: Literal, point: Point) -> bool:
    value: Number = Fraction(literal.sign)
    for factor in literal.factors:
        found = factor_value(algebra, factor, point)
        value = (
            value * found
            if isinstance(value, Fraction) == isinstance(found, Fraction)
            else _as_float(value) * _as_float(found)
        )
    match literal.kind:
        case Kind.POSITIVE:
            return bool(value > 0)
        case Kind.NOT_NEGATIVE:
            return bool(value >= 0)
        case Kind.NONZERO:
            return bool(value != 0)
        case Kind.ZERO:
            return bool(value == 0)
    return (value == int(value)) is (literal.kind is Kind.WHOLE)
