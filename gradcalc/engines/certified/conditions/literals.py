"""Relations of products to 0 -> clauses of literals about irreducible polynomials.

Comes in: products of an `Algebra`. Goes out: conjunctions of clauses; a clause is a set of literals of which one must
hold. No clause at all is true, the empty clause is false. Imports this package; flint for the roots of a polynomial.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from flint import arb, ctx, fmpq, fmpz_poly

from gradcalc.engines.certified.conditions.algebra import (
    ONE,
    Algebra,
    Factor,
    Monomial,
    Product,
    TooLargeError,
    atoms_of,
    expanded,
    single,
    unit,
)
from gradcalc.engines.certified.conditions.intervals import REALS, End, Interval, meet, plus, raised, times
from gradcalc.language.tape import CONSTANT


class Kind(StrEnum):
    """How a product relates to 0, or whether it is a whole number."""

    POSITIVE = ">"
    NOT_NEGATIVE = ">="
    NONZERO = "!="
    ZERO = "=="
    WHOLE = "whole"
    FRACTION = "fraction"


class Literal(NamedTuple):
    """sign times the product of the factors is of this kind; of one factor where that is no order."""

    kind: Kind
    sign: int
    factors: frozenset[Factor]


Clause = frozenset[Literal]
FALSE: Clause = frozenset()
_BITS = 256

_NEGATIONS = {
    Kind.NONZERO: Kind.ZERO,
    Kind.ZERO: Kind.NONZERO,
    Kind.WHOLE: Kind.FRACTION,
    Kind.FRACTION: Kind.WHOLE,
}

#: Between which numbers the values of a function lie.
_RANGES: dict[str, Interval] = {
    "sin": (-1, 1), "cos": (-1, 1), "tanh": (-1, 1), "erf": (-1, 1), "sinc": (-1, 1), "sign": (-1, 1), "sech": (0, 1),
    "exp": (0, math.inf), "cosh": (1, math.inf), "sqrt": (0, math.inf), "rsqrt": (0, math.inf), "abs": (0, math.inf),
    "acosh": (0, math.inf), "acos": (0, 4), "asin": (-2, 2), "atan": (-2, 2), "atan2": (-4, 4), "erfc": (0, 2),
    "e": (2, 3), "pi": (3, 4), "tau": (6, 7),
}  # fmt: skip
#: Never 0.
_NEVER_ZERO = frozenset({"exp", "cosh", "sech", "rsqrt", "erfc", "sec", "csc", "gamma", "e", "pi", "tau"})
#: Functions that are positive, 0 and negative where their argument is.
_ODD = frozenset("cbrt sinh tanh asinh atan asin atanh erf erfi erfinv expm1 log1p sign sqrt Si Shi csch coth".split())


def negation(literal: Literal) -> Literal:
    """What holds where a literal does not."""
    if literal.kind is Kind.POSITIVE:
        return Literal(Kind.NOT_NEGATIVE, -literal.sign, literal.factors)
    if literal.kind is Kind.NOT_NEGATIVE:
        return Literal(Kind.POSITIVE, -literal.sign, literal.factors)
    return Literal(_NEGATIONS[literal.kind], literal.sign, literal.factors)


def either(first: Iterable[Clause], second: Iterable[Clause]) -> list[Clause]:
    """The clauses that say that all of one side or all of the other hold."""
    rest = list(second)
    return [a | b for a in first for b in rest]


class Signs:
    """What is known of the sign of a polynomial wherever it is defined, and what follows for relations to 0."""

    def __init__(self, algebra: Algebra) -> None:
        self.algebra = algebra
        self._definite: dict[Factor, int] = {}

    def clauses(self, kind: Kind, product: Product) -> list[Clause]:
        """A relation as clauses."""
        if kind in {Kind.WHOLE, Kind.FRACTION}:
            return _wholeness(self.algebra, kind, product)
        sign, powers = self._reduced(product)
        if sign == 0:
            return [] if kind in {Kind.ZERO, Kind.NOT_NEGATIVE} else [FALSE]
        upper = [factor for factor, power in powers.items() if power > 0 and not self.definite(factor)]
        match kind:
            case Kind.NONZERO:
                return [clause for factor in upper for clause in self._nonzero(factor)]
            case Kind.ZERO:
                return [frozenset(one(Kind.ZERO, factor) for factor in upper)]
        odd = [factor for factor, power in powers.items() if power % 2]
        for factor in odd:
            sign *= self.definite(factor) or self._semidefinite(factor) or 1
        open_ = frozenset(f for f in odd if not self.definite(f) and not self._semidefinite(f))
        if kind is Kind.POSITIVE:
            others = [c for f in upper if f not in open_ for c in self._nonzero(f)]
            return [*others, *_ordered(Kind.POSITIVE, sign, open_)]
        if sign > 0 and not open_:
            return []
        zeros = frozenset(one(Kind.ZERO, factor) for factor in upper if factor not in open_)
        return either(_ordered(Kind.NOT_NEGATIVE, sign, open_), [zeros])

    def definite(self, factor: Factor) -> int:
        """1 or -1 for a polynomial that has this sign everywhere; 0 if that is not known."""
        if factor not in self._definite:
            self._definite[factor] = self._found(factor)
        return self._definite[factor]

    def interval(self, factor: Factor, within: dict[int, Interval] | None = None) -> Interval:
        """Between which numbers a polynomial lies, its atoms being `within` intervals or their own."""
        low: End = Fraction()
        high: End = Fraction()
        for monomial, coefficient in factor:
            ends: Interval = (coefficient, coefficient)
            for atom, exponent in monomial:
                own = meet(self.range(atom), (within or {}).get(atom, REALS))
                ends = times(ends, raised(own, exponent))
            low, high = plus(low, ends[0]), plus(high, ends[1])
        return low, high

    def range(self, atom: int) -> Interval:
        """Between which numbers an atom lies."""
        made = self.algebra.atoms[atom]
        if made.op == "pow" and self._is_positive(made.args[0]):
            return 0, math.inf
        return _RANGES.get(made.text if made.op == CONSTANT else made.op, REALS)

    # -- signs of factors

    def _found(self, factor: Factor) -> int:
        low, high = self.interval(factor)
        if low > 0 or high < 0:
            return 1 if low > 0 else -1
        if (side := self._semidefinite(factor)) and any(self._never_zero(monomial) for monomial, _ in factor):
            return side
        atoms = atoms_of(factor)
        return self._without_root(factor, self.range(next(iter(atoms)))) if len(atoms) == 1 else 0

    def _semidefinite(self, factor: Factor) -> int:
        """1 or -1 where all terms have one sign or are 0."""
        signs = {self._side(monomial) * (1 if coefficient > 0 else -1) for monomial, coefficient in factor}
        return signs.pop() if len(signs) == 1 else 0

    def _side(self, monomial: tuple[tuple[int, int], ...]) -> int:
        """1 for a monomial that is nowhere negative."""
        return int(all(exponent % 2 == 0 or self._nowhere_negative(atom) for atom, exponent in monomial))

    def _nowhere_negative(self, atom: int) -> bool:
        return self.range(atom)[0] >= 0

    def _never_zero(self, monomial: tuple[tuple[int, int], ...]) -> bool:
        return all(self._atom_is_never_zero(atom) for atom, _ in monomial)

    def _atom_is_never_zero(self, atom: int) -> bool:
        made = self.algebra.atoms[atom]
        name = made.text if made.op == CONSTANT else made.op
        return name in _NEVER_ZERO or (made.op == "pow" and self._is_positive(made.args[0]))

    def _is_positive(self, product: Product) -> bool:
        return product.coefficient > 0 and all(self.definite(factor) for factor, _ in product.factors)

    def _without_root(self, factor: Factor, within: Interval) -> int:
        """The sign of a polynomial of one atom that has no root where the atom may lie."""
        low, high = within
        if any(not (_ball(low) > root or root > _ball(high)) for root in real_roots(factor)):
            return 0
        inside = Fraction(low) if low > -math.inf else Fraction(high) if high < math.inf else Fraction()
        value = sum((c * inside ** (monomial[0][1] if monomial else 0) for monomial, c in factor), Fraction())
        return (value > 0) - (value < 0)

    # -- factors of known functions

    def _reduced(self, product: Product) -> tuple[int, dict[Factor, int]]:
        """The sign of the coefficient, and the factors with powers of which only parity and side are kept.

        In place of a function that has the sign of something simpler this stands.
        """
        sign = (product.coefficient > 0) - (product.coefficient < 0)
        powers: dict[Factor, int] = {}
        waiting = list(product.factors)
        while waiting:
            factor, power = waiting.pop()
            simpler = self._simpler(factor)
            if simpler is None:
                powers[factor] = powers.get(factor, 0) + power
                if not powers[factor]:
                    del powers[factor]
                continue
            if simpler.coefficient == 0:
                return 0, {}
            sign *= -1 if simpler.coefficient < 0 and power % 2 else 1
            waiting.extend((inner, power * exponent) for inner, exponent in simpler.factors)
        return sign, powers

    def _simpler(self, factor: Factor) -> Product | None:
        """A product of the same sign as a function, 0 and undefined where that is."""
        atom = single(factor)
        if atom is None:
            return None
        op, args, _, _ = self.algebra.atoms[atom]
        algebra = self.algebra
        match op:
            case _ if op in _ODD:
                return args[0]
            case "abs":
                return args[0].times(args[0])
            case "log" | "acosh":
                return algebra.sum(args[0], ONE, -1)
            case "acos":
                return algebra.sum(ONE, args[0], -1)
            case "tan":
                return algebra.call("sin", args[0]).times(algebra.call("cos", args[0]), -1)
            case "cot":
                return algebra.call("cos", args[0]).times(algebra.call("sin", args[0]), -1)
            case "pow" if not args[1].factors and args[1].coefficient.denominator != 1:
                return args[0] if args[1].coefficient > 0 else ONE.times(args[0], -1)
        return None

    def _nonzero(self, factor: Factor) -> list[Clause]:
        """A sum of terms that are nowhere negative is 0 where all of them are."""
        if not self._semidefinite(factor) or len(factor) == 1:
            return [frozenset({one(Kind.NONZERO, factor)})]
        options: list[Clause] = [FALSE]
        for monomial, _ in factor:
            atoms = Product(Fraction(1), frozenset((unit(atom), 1) for atom, _ in monomial))
            options = either(options, self.clauses(Kind.NONZERO, atoms))
        return options


def real_roots(factor: Factor) -> list[arb]:
    """The real roots of an irreducible polynomial of one atom, each enclosed apart from the others (Arb's finder)."""
    top = max((monomial[0][1] for monomial, _ in factor if monomial), default=0)
    coefficients = [Fraction()] * (top + 1)
    for monomial, coefficient in factor:
        coefficients[monomial[0][1] if monomial else 0] = coefficient
    scale = math.lcm(*(coefficient.denominator for coefficient in coefficients))
    with ctx.workprec(_BITS):
        roots = fmpz_poly([int(c * scale) for c in coefficients]).complex_roots()
    return [root.real for root, _ in roots if root.imag == 0]  # type: ignore[misc, has-type]  # its stub lacks the multiplicity


def _ball(end: Fraction | float) -> arb:
    return arb(end) if isinstance(end, (int, float)) else arb(fmpq(end.numerator, end.denominator))


def one(kind: Kind, factor: Factor) -> Literal:
    """That one polynomial is of this kind."""
    return Literal(kind, 1, frozenset({factor}))


def _ordered(kind: Kind, sign: int, factors: frozenset[Factor]) -> list[Clause]:
    if not factors:
        return [] if sign > 0 else [FALSE]
    return [frozenset({Literal(kind, sign, factors)})]


def _wholeness(algebra: Algebra, kind: Kind, product: Product) -> list[Clause]:
    """Of a polynomial up to its sign and a whole number added."""
    try:
        terms = expanded(product)
    except TooLargeError:
        ((whole, _),) = algebra.call("itself", product).factors
        return [frozenset({one(kind, whole)})]
    if not product.factors:
        is_whole = product.coefficient.denominator == 1
        return [] if is_whole == (kind is Kind.WHOLE) else [FALSE]
    lead: Monomial = max(monomial for monomial in terms if monomial)
    side = 1 if terms[lead] > 0 else -1
    terms = {monomial: side * coefficient for monomial, coefficient in terms.items()}
    terms[()] = terms.get((), Fraction()) % 1
    return [frozenset({one(kind, frozenset((m, c) for m, c in terms.items() if c))})]
