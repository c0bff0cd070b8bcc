"""A formula, a claim that is its derivative wherever both are analytic -> where the claim holds.

Comes in: both as steps of a graph, and whether the identity was shown in every case. Goes out: conditions in words.
Imports this package.

Let f be the formula and c the claim, and c = f' on an open dense part of where both are defined. Off the points where
a step of f or c jumps, f and c are continuous, so that c = f' wherever f' exists and c is defined. At a jump along the
line on which f is differentiated, there is still nothing to fear
 - if only f jumps there, and jumps do not accumulate: by the mean value theorem f', if it exists, is the limit of f',
   which is c;
 - if c is continuous from one side: f', if it exists, is the limit from that side;
 - if what jumps does not change along the line and the identity holds in every case: on the line it is a constant.
What remains is excluded from the scope, as is what c has no value at, unless f has no derivative there either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from gradcalc.engines.certified.conditions import line
from gradcalc.engines.certified.conditions.algebra import STEP, Factor, Product, TooLargeError, atoms_of, expanded
from gradcalc.engines.certified.conditions.entailment import follows
from gradcalc.engines.certified.conditions.literals import Clause, Kind, Literal, Signs
from gradcalc.engines.certified.conditions.requirements import Break, TooManyError, conditions
from gradcalc.engines.certified.conditions.wording import worded
from gradcalc.engines.certified.records import Scope
from gradcalc.language.tape import CONSTANT, VARIABLE

#: What is said where the language has no words for a condition.
_WORDLESS = "every part of it has a value and none jumps"

_INCREASING = frozenset("exp log sinh tanh atan asinh asin atanh cbrt sqrt erf erfi expm1 log1p acosh".split())
_DECREASING = frozenset("acos erfc".split())
#: Analytic on the whole line, and no constant.
_ENTIRE = frozenset("exp sin cos sinh cosh tanh atan asinh erf erfi expm1".split())
#: Constant between their jumps.
_CONSTANT = frozenset("floor ceil round trunc sign".split())


#: Whether the formula certainly has no derivative at a point of all variables.
NoDerivative = Callable[[Mapping[str, Fraction]], bool]


class Claim(NamedTuple):
    """That the function at `claim` is the derivative of the one at `formula` by a variable.

    complete: the identity holds in every case, those that are equations included.
    """

    formula: int
    claim: int
    wrt: str
    complete: bool


def scope(claim: Claim, signs: Signs, has_no_derivative: NoDerivative) -> Scope | None:
    """Where the claim holds; None where that is too much to work out."""
    try:
        return _Finder(claim, signs, has_no_derivative).find()
    except (TooLargeError, TooManyError):
        return None


def _in_limit(literal: Literal) -> Literal:
    """What is left of a literal at a point around which it holds, if anything is."""
    return literal._replace(kind=Kind.NOT_NEGATIVE) if literal.kind is Kind.POSITIVE else literal


class _Finder:
    def __init__(self, claim: Claim, signs: Signs, has_no_derivative: NoDerivative) -> None:
        self._claim, self._has_no_derivative = claim, has_no_derivative
        self._signs, self._algebra = signs, signs.algebra
        self._formula, self._claimed = conditions(claim.formula, signs), conditions(claim.claim, signs)
        self._names = self._algebra.variables_of(claim.formula) | self._algebra.variables_of(claim.claim)

    def find(self) -> Scope:
        facts = list(dict.fromkeys(self._sharpened(clause) for clause in self._formula.required))
        feared = dict.fromkeys(self._plain(one.clause) for one in self._feared())
        clauses = dict.fromkeys([*map(self._plain, self._claimed.required), *feared])
        wanted = [clause for clause in clauses if not follows(clause, facts, self._signs)]
        parts: dict[str, None] = {}
        left: list[Clause] = []
        for name in sorted(self._names):
            atom = self._algebra.variable(name)
            own = [clause for clause in wanted if line.pure(clause, atom)]
            wanted = [clause for clause in wanted if clause not in own]
            found = self._on_line(name, own, [clause for clause in facts if line.pure(clause, atom)]) if own else []
            parts |= dict.fromkeys(found)
            left += own if found else []
        wanted = [clause for clause in wanted if not self._fails_idly(clause)]
        parts |= dict.fromkeys(self._texts(wanted, [*facts, *left]))
        text = " and ".join(f"({part})" if " or " in part and len(parts) > 1 else part for part in parts)
        return Scope(text, jumps=any(clause in feared for clause in (*left, *wanted)))

    def _plain(self, clause: Clause) -> Clause:
        """A clause without what cannot be said in words, if something is left: to ask for more is on the safe side."""
        left = frozenset(
            literal
            for literal in clause
            if not any(self._algebra.atoms[a].op == STEP for factor in literal.factors for a in atoms_of(factor))
        )
        return left or clause

    def _texts(self, clauses: Sequence[Clause], facts: Sequence[Clause]) -> list[str]:
        """The clauses in words, without those that follow from the others."""
        words = {clause: worded(clause, self._algebra.atoms) or _WORDLESS for clause in clauses}
        # The same words for the same claim, whatever the order of sets: the long ones go first.
        kept = sorted(words, key=lambda clause: (len(words[clause]), words[clause]))
        for clause in reversed(kept):
            others = [other for other in kept if other != clause]
            if follows(clause, [*facts, *others], self._signs):
                kept = others
        return list(dict.fromkeys(words[clause] for clause in kept))

    def _fails_idly(self, clause: Clause) -> bool:
        """Whether a clause fails at a single point only, and the formula has no derivative there."""
        point: dict[str, Fraction] = {}
        for literal in clause:
            (factor, *others), kind = literal.factors, literal.kind
            found = line.rational_root(factor)
            atoms = [self._algebra.atoms[atom] for atom in atoms_of(factor)]
            if others or kind is not Kind.NONZERO or found is None or atoms[0].op != VARIABLE:
                return False
            point[atoms[0].text] = found
        return point.keys() == self._names and self._has_no_derivative(point)

    # -- clauses about one variable

    def _on_line(self, name: str, wanted: Sequence[Clause], facts: Sequence[Clause]) -> list[str]:
        """In words, where clauses about one variable hold; nothing where the formula has no derivative elsewhere."""
        own = [clause for clause in self._claimed.required if line.pure(clause, self._algebra.variable(name))]
        pieces = line.pieces([*wanted, *own, *facts])
        inside = [line.holds(facts, piece) for piece in pieces]
        needed = [here and self._is_inner(name, place, inside) for place, here in enumerate(inside)]
        kept = [
            line.holds(wanted, piece) or not here or self._is_idle(piece)
            for piece, here in zip(pieces, needed, strict=True)
        ]
        if all(kept):
            return []
        # The claim's own domain, or what of it is more than the formula's where that is said in fewer words.
        defined = [line.holds([*own, *wanted], piece) for piece in pieces]
        texts = [text for chosen in (defined, kept) if (text := line.text(name, pieces, chosen)) is not None]
        return [min(texts, key=len)] if texts else self._texts(wanted, facts)

    def _is_inner(self, name: str, place: int, inside: Sequence[bool]) -> bool:
        """Whether the formula may have a derivative at a piece of its domain: not at an end of it, along the line."""
        if name != self._claim.wrt or place % 2 == 0:
            return True
        return inside[place - 1] and inside[place + 1]

    def _is_idle(self, piece: line.Piece) -> bool:
        """Whether a piece is a single number at which the formula certainly has no derivative."""
        names, at = self._names, piece.at
        return at is not None and names == {self._claim.wrt} and self._has_no_derivative(dict.fromkeys(names, at))

    def _sharpened(self, clause: Clause) -> Clause:
        """What must hold for a derivative, if a clause must for a value: around the point too, along the line.

        There what varies is neither whole nor 0, and what must not be negative is positive unless it only touches 0.
        At the point itself such a literal may hold alone: of the others only what is kept in a limit is known.
        """
        kept = frozenset(literal for literal in clause if not self._is_fleeting(literal))
        if kept != clause:
            kept = frozenset(map(_in_limit, kept))
            if not all(literal.kind is Kind.NOT_NEGATIVE for literal in kept):
                return clause
        moving = [literal for literal in kept if any(self._moves(factor) for factor in literal.factors)]
        if len(moving) != 1 or moving[0].kind is not Kind.NOT_NEGATIVE or len(moving[0].factors) != 1:
            return kept
        (factor,) = moving[0].factors
        if not self._direction(factor) and not self._is_concave(factor, moving[0].sign):
            return kept
        return kept - {moving[0]} | {Literal(Kind.POSITIVE, moving[0].sign, moving[0].factors)}

    def _is_fleeting(self, literal: Literal) -> bool:
        """Whether a literal holds at single numbers of the line only."""
        return literal.kind in {Kind.WHOLE, Kind.ZERO} and all(self._varies(factor) for factor in literal.factors)

    def _is_concave(self, factor: Factor, sign: int) -> bool:
        """Whether sign times a polynomial is a parabola along the line that opens downwards."""
        moving = self._algebra.depending(factor, self._claim.wrt)
        if moving != {self._algebra.variable(self._claim.wrt)}:
            return False
        (atom,) = moving
        powers = {
            dict(monomial).get(atom, 0): (c, len(monomial)) for monomial, c in factor if dict(monomial).get(atom, 0) > 1
        }
        return set(powers) == {2} and powers[2][1] == 1 and sign * powers[2][0] < 0 and self._varies(factor)

    # -- where something may jump

    def _feared(self) -> list[Break]:
        """The jumps after which nothing is known of the derivative there."""
        claimed, formula = map(self._real, (self._claimed.breaks, self._formula.breaks))
        moving = [one for one in claimed if not self._stands_still(one)]
        sides = {one.side * self._direction_of(one.subject) for one in moving}
        feared = moving if sides - {1} and sides - {-1} else []
        feared += [one for one in formula if not self._stands_still(one) and not self._is_passed(one.subject)]
        if not self._claim.complete:
            feared += [one for one in (*claimed, *formula) if self._stands_still(one) and not one.moving]
        return feared

    def _real(self, breaks: Sequence[Break]) -> list[Break]:
        """Without those that nothing but steps decides on: between the jumps of these, they are constant."""
        return [one for one in breaks if not all(map(self._is_settled, self._atoms(one)))]

    def _stands_still(self, one: Break) -> bool:
        """Whether what decides on a jump does not change along the line, but by jumps of its own."""
        return all(map(self._is_constant, self._atoms(one)))

    def _atoms(self, one: Break) -> set[int]:
        return {atom for factor, _ in self._product(one.subject).factors for atom in atoms_of(factor)}

    def _is_constant(self, atom: int) -> bool:
        return self._claim.wrt not in self._algebra.atoms[atom].variables or self._is_settled(atom)

    def _is_settled(self, atom: int) -> bool:
        """Whether an atom is constant between its jumps: a step, or a choice of numbers."""
        made = self._algebra.atoms[atom]
        waiting = [int(made.text)] if made.op == STEP else []
        while waiting:
            node = waiting.pop()
            step = self._algebra.graph.steps[node]
            if step.op == "where":
                waiting += step.args[1:]
            elif step.op not in _CONSTANT and self._algebra.variables_of(node):
                return False
        return made.op in {*_CONSTANT, STEP, CONSTANT}

    def _is_passed(self, subject: int) -> bool:
        """Whether what decides on a jump of the formula passes 0, or a whole number, without staying there."""
        return all(self._varies(factor) for factor, exponent in self._product(subject).factors if exponent > 0)

    def _product(self, node: int) -> Product:
        return self._algebra.product(node)

    # -- how a polynomial changes along the line

    def _moves(self, factor: Factor) -> bool:
        return bool(self._algebra.depending(factor, self._claim.wrt))

    def _varies(self, factor: Factor) -> bool:
        """Whether a polynomial is analytic along the line and nowhere constant on it."""
        if self._direction(factor):
            return True
        moving = self._algebra.depending(factor, self._claim.wrt)
        if len(moving) != 1:
            return False
        (atom,) = moving
        made = self._algebra.atoms[atom]
        if made.op != VARIABLE and not (made.op in _ENTIRE and self._is_varying(made.args[0])):
            return False
        powers = [(dict(monomial).get(atom, 0), len(monomial)) for monomial, _ in factor]
        return any(k and length == 1 and [p for p, _ in powers].count(k) == 1 for k, length in powers)

    def _is_varying(self, product: Product) -> bool:
        """Whether a product is one polynomial that varies."""
        return (
            all(exponent > 0 for _, exponent in product.factors)
            and any(self._varies(factor) for factor, _ in product.factors)
            and sum(self._moves(factor) for factor, _ in product.factors) == 1
        )

    def _direction_of(self, node: int) -> int:
        """1 for a step that rises along the line, -1 for one that falls, 0 where that is not known."""
        try:
            return self._direction(frozenset(expanded(self._product(node)).items()))
        except TooLargeError:
            return 0

    def _direction(self, factor: Factor) -> int:
        moving = [(monomial, c) for monomial, c in factor if any(self._depends(atom) for atom, _ in monomial)]
        if len(moving) != 1 or len(moving[0][0]) != 1 or moving[0][0][0][1] != 1:
            return 0
        ((atom, _),), coefficient = moving[0]
        made = self._algebra.atoms[atom]
        side = 1 if coefficient > 0 else -1
        if made.op == VARIABLE:
            return side
        if made.op in _INCREASING or made.op in _DECREASING:
            inner = self._direction(frozenset(expanded(made.args[0]).items()))
            return side * inner * (1 if made.op in _INCREASING else -1)
        return 0

    def _depends(self, atom: int) -> bool:
        return self._claim.wrt in self._algebra.atoms[atom].variables
