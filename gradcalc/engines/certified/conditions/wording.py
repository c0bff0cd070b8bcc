"""Clauses -> conditions in the words of the language, `x >= -10000`, `x**2 + y**2 > 1`.

Comes in: clauses and the atoms of their polynomials. Goes out: text, or None where it would be long or has no words.
Imports this package.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from gradcalc.engines.certified.conditions.algebra import Atom, Factor, Monomial, Product
from gradcalc.engines.certified.conditions.line import number
from gradcalc.engines.certified.conditions.literals import Clause, Kind, Literal
from gradcalc.language.lowering import is_call
from gradcalc.language.tape import CONSTANT, VARIABLE

_LONGEST = 100
_TURNED = {Kind.POSITIVE: "<", Kind.NOT_NEGATIVE: "<="}
_WHOLENESS = {Kind.WHOLE: "is a whole number", Kind.FRACTION: "is no whole number"}


class _WordlessError(Exception):
    """The language has no words for it."""


def worded(clause: Clause, atoms: Sequence[Atom]) -> str | None:
    """A clause as text."""
    try:
        text = " or ".join(sorted(_Writer(atoms).literal(literal) for literal in clause))
    except _WordlessError:
        return None
    return text if len(text) <= _LONGEST else None


class _Writer:
    def __init__(self, atoms: Sequence[Atom]) -> None:
        self._atoms = atoms

    def literal(self, literal: Literal) -> str:
        if len(literal.factors) == 1:
            (factor,) = literal.factors
            if literal.kind in _WHOLENESS:
                return f"{self._sum(factor)} {_WHOLENESS[literal.kind]}"
            return self._relation(literal.kind, literal.sign, factor)
        relation = _TURNED[literal.kind] if literal.sign < 0 else literal.kind.value
        return f"{'*'.join(sorted(self._piece(factor) for factor in literal.factors))} {relation} 0"

    def _relation(self, kind: Kind, sign: int, factor: Factor) -> str:
        """What is added on the left, what is subtracted on the right."""
        relation = _TURNED[kind] if sign < 0 else kind.value
        left = [(monomial, c) for monomial, c in factor if monomial and c > 0]
        right = [(monomial, -c) for monomial, c in factor if c < 0 and monomial]
        constant = dict(factor).get((), Fraction())
        if not left:
            left, right = right, left
            relation = relation.translate(str.maketrans("<>", "><"))
            constant = -constant
        if not right or constant < 0:
            right = [*right, ((), -constant)] if constant or not right else right
        else:
            left = [*left, ((), constant)] if constant else left
        if len(left) == 1:
            scale = left[0][1]
            left, right = ([(monomial, c / scale) for monomial, c in terms] for terms in (left, right))
        return f"{self._sum(left)} {relation} {self._sum(right)}"

    def _sum(self, terms: Iterable[tuple[Monomial, Fraction]]) -> str:
        """The highest powers first."""
        ordered = sorted(terms, key=lambda term: (-sum(e for _, e in term[0]), self._term(term[0], abs(term[1]))))
        text = ""
        for monomial, coefficient in ordered:
            sign = (" - " if text else "-") if coefficient < 0 else (" + " if text else "")
            text += sign + self._term(monomial, abs(coefficient))
        return text

    def _term(self, monomial: Monomial, coefficient: Fraction) -> str:
        powers = [self._atom(atom) + (f"**{exponent}" if exponent > 1 else "") for atom, exponent in monomial]
        ahead = [number(coefficient)] if coefficient != 1 or not powers else []
        return "*".join([*ahead, *powers])

    def _piece(self, factor: Factor) -> str:
        text = self._sum(factor)
        return text if len(factor) == 1 else f"({text})"

    def _product(self, product: Product) -> str:
        above = sorted(self._piece(f) + (f"**{e}" if e > 1 else "") for f, e in product.factors if e > 0)
        below = sorted(self._piece(f) + (f"**{-e}" if e < -1 else "") for f, e in product.factors if e < 0)
        if product.coefficient == 1 and len(above) == 1 and not below and len(product.factors) == 1:
            return self._sum(next(iter(product.factors))[0]) if next(iter(product.factors))[1] == 1 else above[0]
        ahead = [number(product.coefficient)] if abs(product.coefficient) != 1 or not above else []
        sign = "-" if product.coefficient == -1 and above else ""
        return sign + "*".join([*ahead, *above]) + "".join(f"/{piece}" for piece in below)

    def _atom(self, place: int) -> str:
        atom = self._atoms[place]
        if atom.op in {VARIABLE, CONSTANT}:
            return atom.text
        if atom.op == "pow":
            base, exponent = (self._product(argument) for argument in atom.args)
            return f"({base})**({exponent})"
        if not atom.args or not is_call(atom.op) or atom.op == "itself":
            raise _WordlessError
        return f"{atom.op}({', '.join(map(self._product, atom.args))})"
