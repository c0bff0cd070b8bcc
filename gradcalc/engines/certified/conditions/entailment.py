"""Clauses that hold -> whether another one follows from them.

Comes in: clauses of literals. Goes out: True where a clause certainly follows, by unit propagation: its literals are
denied one and all, and what then follows one by one ends in a contradiction. Imports this package.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product

from gradcalc.engines.certified.conditions.algebra import Factor, Polynomial, single
from gradcalc.engines.certified.conditions.intervals import REALS, Interval, meet, plus
from gradcalc.engines.certified.conditions.literals import Clause, Kind, Literal, Signs, negation

_ALL = frozenset({-1, 0, 1})
_ALLOWED = {Kind.POSITIVE: {1}, Kind.NOT_NEGATIVE: {0, 1}, Kind.NONZERO: {-1, 1}, Kind.ZERO: {0}}
#: What an order says, and what is weaker.
_WEAKER = {
    Kind.POSITIVE: {Kind.POSITIVE, Kind.NOT_NEGATIVE, Kind.NONZERO},
    Kind.NOT_NEGATIVE: {Kind.NOT_NEGATIVE},
}
_ROUNDS = 8


def follows(clause: Clause, facts: Sequence[Clause], signs: Signs) -> bool:
    """Whether a clause holds wherever all of the facts do."""
    units = _Units(signs, [negation(literal) for literal in clause])
    open_ = list(facts)
    for _ in range(_ROUNDS):
        waiting: list[Clause] = []
        for fact in open_:
            left = frozenset(literal for literal in fact if not units.entail(negation(literal)))
            if not left:
                return True
            if len(left) == 1:
                units.add(*left)
            else:
                waiting.append(left)
        if units.contradictory():
            return True
        if len(waiting) == len(open_):
            return False
        open_ = waiting
    return False


class _Units:
    """Literals that hold, all of them."""

    def __init__(self, signs: Signs, literals: Iterable[Literal]) -> None:
        self._signs = signs
        self._literals: set[Literal] = set()
        self._allowed: dict[Factor, frozenset[int]] = {}
        #: Between which numbers a polynomial without its constant lies.
        self._intervals: dict[Factor, Interval] = {}
        for literal in literals:
            self.add(literal)

    def add(self, literal: Literal) -> None:
        """Take a literal for true."""
        self._literals.add(literal)
        if literal.kind not in _ALLOWED or len(literal.factors) != 1:
            return
        (factor,) = literal.factors
        allowed = {literal.sign * side for side in _ALLOWED[literal.kind]}
        self._allowed[factor] = self._allowed.get(factor, _ALL) & allowed
        moving, shift = _without_constant(factor)
        low = -shift if -1 not in allowed else REALS[0]
        high = -shift if 1 not in allowed else REALS[1]
        self._intervals[moving] = meet(self._intervals.get(moving, REALS), (low, high))

    def contradictory(self) -> bool:
        """Whether they cannot all hold."""
        return any(not self._sides(factor) for factor in self._allowed) or any(
            self.entail(negation(literal)) for literal in self._literals
        )

    def entail(self, literal: Literal) -> bool:
        """Whether a literal follows from them."""
        if literal in self._literals:
            return True
        if literal.kind not in _ALLOWED:
            return False
        corners = {literal.sign}
        for factor in literal.factors:
            corners = {a * b for a, b in product(corners, self._sides(factor))}
        return corners <= _ALLOWED[literal.kind] or self._by_product(literal)

    def _by_product(self, literal: Literal) -> bool:
        """From a product whose sign is known and the signs of the factors that are in one of the two only."""
        for known in self._literals:
            if literal.kind not in _WEAKER.get(known.kind, ()):
                continue
            if literal.kind is Kind.NONZERO and literal.factors <= known.factors:
                return True
            if literal.kind is Kind.NONZERO:
                continue
            corners = {literal.sign * known.sign}
            for factor in known.factors ^ literal.factors:
                corners = {a * b for a, b in product(corners, self._sides(factor))}
            if corners == {1}:
                return True
        return False

    def _sides(self, factor: Factor) -> frozenset[int]:
        """The signs that a polynomial may have."""
        definite = self._signs.definite(factor)
        if definite:
            return frozenset({definite}) & self._allowed.get(factor, _ALL)
        moving, shift = _without_constant(factor)
        within = {atom: ends for known, ends in self._intervals.items() if (atom := single(known)) is not None}
        low, high = meet(self._signs.interval(factor, within), self._shifted(moving, shift))
        possible = {side for side, fits in ((-1, low < 0), (0, low <= 0 <= high), (1, high > 0)) if fits}
        return self._allowed.get(factor, _ALL) & possible

    def _shifted(self, moving: Factor, shift: Fraction) -> Interval:
        """Where a polynomial lies, by what is known of one that differs from it, or its negative, by a constant."""
        low, high = self._intervals.get(moving, REALS)
        opposite = frozenset((monomial, -coefficient) for monomial, coefficient in moving)
        below, above = self._intervals.get(opposite, REALS)
        return plus(max(low, -above), shift), plus(min(high, -below), shift)


def _without_constant(factor: Factor) -> tuple[Factor, Fraction]:
    terms: Polynomial = dict(factor)
    constant = terms.pop((), Fraction())
    return frozenset(terms.items()), constant
