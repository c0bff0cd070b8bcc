"""Steps -> factored quotients of polynomials, on which signs can be decided exactly.

Comes in: a graph of steps with exact literals. Goes out: a `Product` for each step: a rational number times powers of
irreducible polynomials. What is no sum, product, quotient or whole power (a variable, `exp(x)`, a `where`) is an
`Atom`, an unknown of the polynomials. Imports flint for the factors (Wang's algorithm): only modules of this package
import this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce
from typing import NamedTuple

from flint import Ordering, fmpq, fmpq_mpoly_ctx

from gradcalc.engines.certified.graph import GIVEN, WHOLE_POWER, Graph, Step, is_row
from gradcalc.language.tape import CONSTANT, VARIABLE

#: Powers of atoms, by the number of the atom, in the order of the numbers.
Monomial = tuple[tuple[int, int], ...]
#: A polynomial that does not change any more: its terms.
Factor = frozenset[tuple[Monomial, Fraction]]
Polynomial = dict[Monomial, Fraction]

#: Larger sums stay unfactored, as an atom of their own.
_MOST_TERMS, _HIGHEST = 60, 24
#: Bits of a coefficient.
_LONGEST = 20_000


#: The operation of an atom that is a step taken as it is; its text is the position.
STEP = "step"


class Product(NamedTuple):
    """A rational number times powers of irreducible polynomials, negative ones too; 0 has no factors."""

    coefficient: Fraction
    factors: frozenset[tuple[Factor, int]] = frozenset()

    def times(self, other: Product, power: int = 1) -> Product:
        """The product with a power of another, which is not 0 if the power is negative."""
        if self.coefficient == 0 or (other.coefficient == 0 and power > 0):
            return ZERO
        powers = dict(self.factors)
        for factor, exponent in other.factors:
            powers[factor] = powers.get(factor, 0) + power * exponent
        kept = frozenset((factor, exponent) for factor, exponent in powers.items() if exponent)
        return Product(self.coefficient * other.coefficient**power, kept)


class Atom(NamedTuple):
    """An unknown: a variable or a constant by its name, a function of products, or a step that is taken as it is."""

    op: str
    args: tuple[Product, ...]
    text: str
    variables: frozenset[str]


ZERO, ONE = Product(Fraction(0)), Product(Fraction(1))


class TooLargeError(Exception):
    """A sum has too many terms to be written out."""


class Algebra:
    """The products of a graph's steps; equal atoms have one number."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._products: dict[int, Product] = {}
        self._variables: list[frozenset[str]] = []
        self._numbers: dict[Atom, int] = {}
        self.atoms: list[Atom] = []

    def product(self, node: int) -> Product:
        """What a step computes."""
        for place in self._missing(node):
            self._products[place] = self._made(place, self.graph.steps[place])
        return self._products[node]

    def variables_of(self, node: int) -> frozenset[str]:
        """The variables that a step depends on."""
        for step in self.graph.steps[len(self._variables) : node + 1]:
            own = {step.text} if step.op == VARIABLE else ()
            self._variables.append(frozenset(own).union(*(self._variables[i] for i in step.args)))
        return self._variables[node]

    def variable(self, name: str) -> int:
        """The number of the atom that a variable is."""
        return self._number(Atom(VARIABLE, (), name, frozenset({name})))

    def depending(self, factor: Factor, name: str) -> set[int]:
        """The atoms of a polynomial that depend on a variable."""
        return {atom for atom in atoms_of(factor) if name in self.atoms[atom].variables}

    def call(self, name: str, argument: Product) -> Product:
        """A function of one argument."""
        return self._of(Atom(name, (argument,), "", self._in(argument)))

    def sum(self, first: Product, second: Product, sign: int = 1) -> Product:
        """first + sign*second, factored. Raises `TooLargeError`."""
        ours, theirs = dict(first.factors), dict(second.factors)
        # The common factors stay outside.
        common = {f: min(ours.get(f, 0), theirs.get(f, 0)) for f in {*ours, *theirs}}
        outside = frozenset((f, exponent) for f, exponent in common.items() if exponent)
        shared = Product(Fraction(1), outside)
        if not first.coefficient or not second.coefficient:
            return first if not second.coefficient else second.times(Product(Fraction(sign)))
        total: Polynomial = expanded(first.times(shared, -1))
        for monomial, coefficient in expanded(second.times(shared, -1)).items():
            total[monomial] = total.get(monomial, Fraction()) + sign * coefficient
        return factored({m: c for m, c in total.items() if c}).times(shared)

    # -- how they are made

    def _missing(self, node: int) -> list[int]:
        """The steps that are needed and not there yet, in order."""
        needed, waiting = set(), [node]
        while waiting:
            place = waiting.pop()
            if place not in self._products and place not in needed:
                needed.add(place)
                waiting.extend(self._operands(self.graph.steps[place]))
        return sorted(needed)

    def _operands(self, step: Step) -> tuple[int, ...]:
        """Conditions are no numbers, so that what chooses by them is an atom."""
        known = step.op in {"neg", "add", "sub", "mul", "div", "pow", WHOLE_POWER, GIVEN} or is_row(step)
        return step.args if known else ()

    def _made(self, node: int, step: Step) -> Product:
        args = [self._products[i] for i in self._operands(step)]
        try:
            made = self._operated(step, args)
        except (TooLargeError, ZeroDivisionError):
            made = None
        if made is not None and abs(made.coefficient.numerator).bit_length() < _LONGEST:
            return made
        variables = self.variables_of(node)
        if step.op == VARIABLE or step.op == CONSTANT:
            return self._of(Atom(step.op, (), step.text, variables))
        if step.op == "pow" or is_row(step):
            return self._of(Atom(step.op, tuple(args), "", variables))
        return self._of(Atom(STEP, (), str(node), variables))

    def _operated(self, step: Step, args: list[Product]) -> Product | None:
        match step.op:
            case "number" if step.stored is not None:
                return Product(Fraction(step.stored))
            case "neg":
                return args[0].times(Product(Fraction(-1)))
            case "add" | "sub":
                return self.sum(args[0], args[1], 1 if step.op == "add" else -1)
            case "mul":
                return args[0].times(args[1])
            case "div":
                return args[0].times(args[1], -1)
            case "pow":
                return _power(args[0], args[1].coefficient) if not args[1].factors else None
        if step.op == GIVEN:
            return args[0]
        return _power(args[0], Fraction(step.text)) if step.op == WHOLE_POWER else None

    def _of(self, atom: Atom) -> Product:
        return Product(Fraction(1), frozenset({(unit(self._number(atom)), 1)}))

    def _number(self, atom: Atom) -> int:
        found = self._numbers.get(atom)
        if found is None:
            found = self._numbers[atom] = len(self.atoms)
            self.atoms.append(atom)
        return found

    def _in(self, product: Product) -> frozenset[str]:
        found = (self.atoms[atom].variables for factor, _ in product.factors for atom in atoms_of(factor))
        return frozenset[str]().union(*found)


def atoms_of(factor: Factor) -> set[int]:
    """The atoms in a polynomial."""
    return {atom for monomial, _ in factor for atom, _ in monomial}


def unit(atom: int) -> Factor:
    """The polynomial that an atom is."""
    return frozenset({(((atom, 1),), Fraction(1))})


def single(factor: Factor) -> int | None:
    """The atom that a polynomial is."""
    if len(factor) != 1:
        return None
    ((monomial, _),) = factor
    return monomial[0][0] if monomial and factor == unit(monomial[0][0]) else None


def _power(base: Product, exponent: Fraction) -> Product | None:
    """A whole power; None of others, and of a number that would be long."""
    if exponent.denominator != 1 or (base.coefficient == 0 and exponent <= 0):
        return ONE if exponent == 0 else None
    size = max(base.coefficient.numerator.bit_length(), base.coefficient.denominator.bit_length())
    if size > 1 and abs(exponent) * size > _LONGEST:
        return None
    return ONE.times(base, int(exponent))


def expanded(product: Product) -> Polynomial:
    """A product without negative powers as a sum of terms. Raises `TooLargeError`."""
    if any(exponent < 0 or exponent > _HIGHEST for _, exponent in product.factors):
        raise TooLargeError
    pieces = (dict(factor) for factor, exponent in product.factors for _ in range(exponent))
    return reduce(_multiplied, pieces, {(): product.coefficient})


def _multiplied(a: Mapping[Monomial, Fraction], b: Mapping[Monomial, Fraction]) -> Polynomial:
    if len(a) * len(b) > _MOST_TERMS**2:
        raise TooLargeError
    total: Polynomial = {}
    for (first, x), (second, y) in ((p, q) for p in a.items() for q in b.items()):
        powers = dict(first)
        for atom, exponent in second:
            powers[atom] = powers.get(atom, 0) + exponent
        monomial = tuple(sorted(powers.items()))
        total[monomial] = total.get(monomial, Fraction()) + x * y
    return {monomial: coefficient for monomial, coefficient in total.items() if coefficient}


def factored(polynomial: Mapping[Monomial, Fraction]) -> Product:
    """A polynomial as a product of irreducible ones. Raises `TooLargeError`."""
    if not polynomial:
        return ZERO
    if len(polynomial) > _MOST_TERMS or any(sum(e for _, e in monomial) > _HIGHEST for monomial in polynomial):
        raise TooLargeError
    names = sorted({atom for monomial in polynomial for atom, _ in monomial})
    if not names:
        return Product(polynomial[()])
    ring = fmpq_mpoly_ctx.get([f"x{atom}" for atom in names], Ordering.lex)
    made = ring.from_dict(
        {
            tuple(dict(monomial).get(atom, 0) for atom in names): fmpq(c.numerator, c.denominator)
            for monomial, c in polynomial.items()
        }
    )
    content, parts = made.factor()
    factors = [(_terms(part.to_dict().items(), names), int(exponent)) for part, exponent in parts]
    return Product(_fraction(content), frozenset(factors))


def _terms(items: Iterable[tuple[tuple[int, ...], fmpq]], names: list[int]) -> Factor:
    return frozenset(
        (tuple((atom, int(e)) for atom, e in zip(names, exponents, strict=True) if e), _fraction(coefficient))
        for exponents, coefficient in items
    )


def _fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))
