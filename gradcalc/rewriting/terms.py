"""Tape -> terms: formulas up to the order of sums and products, the way a quotient is written, and 1 or 1.0.

Comes in: tapes, or operations on terms. Goes out: positions in a `Terms`, equal for what is the same by the rules of
arithmetic: `1 - cos(x)` and `-cos(x) + 1.0`, `x*x` and `x**2`, `x/2` and `0.5*x`, `1/exp(x)` and `exp(-x)`. That is
equal in exact arithmetic, not in rounded one. Imports `language.tape` and the standard library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from gradcalc.language.tape import CONSTANT, NUMBER, VARIABLE, Tape

INVERSE = "inverse"
HALF = Fraction(1, 2)

#: Sums and products of more than this many operands are not flattened: what they share must not be copied.
_LONGEST = 16
#: Bits of the whole numbers of a dyadic fraction that is computed and not left as it is written.
_SHORT = 64
_COMMUTATIVE = frozenset({"add", "mul", "max", "min", "hypot", "logaddexp"})
_AS_POWERS = {"square": Fraction(2), "sqrt": HALF}


class Term(NamedTuple):
    """An operation on earlier terms.

    op: of a tape, without `sub`, `div`, `sqrt`, `square`, `rsqrt`, and with `inverse`. A sum or a product has two or
    more operands; a sign stands outside products and inside sums. number: the value of a number, which is not negative.
    depth: of the tree of terms, 0 for a leaf.
    """

    op: str
    args: tuple[int, ...] = ()
    text: str = ""
    number: Fraction | None = None
    depth: int = 0


class Terms:
    """Terms that grow at the end; what is equal has one position."""

    def __init__(self) -> None:
        self._terms: list[Term] = []
        self._known: dict[tuple[object, ...], int] = {}

    def __getitem__(self, position: int) -> Term:
        """The term at a position."""
        return self._terms[position]

    def read(
        self, tape: Tape, bound: Mapping[str, int] | None = None, instead: Mapping[int, int] | None = None
    ) -> list[int]:
        """The position of each instruction's term.

        bound: the terms that variables stand for. instead: the terms to take in place of instructions.
        """
        bound, instead = bound or {}, instead or {}
        place: list[int] = []
        for node, step in enumerate(tape.instructions):
            if node in instead:
                place.append(instead[node])
            elif step.op == VARIABLE and step.text in bound:
                place.append(bound[step.text])
            elif step.op == NUMBER:
                place.append(self.number(_value(step.text)))
            else:
                place.append(self.make(step.op, tuple(place[i] for i in step.args), step.text))
        return place

    def number(self, value: Fraction) -> int:
        """The term of a number."""
        return self.negative(self._add(NUMBER, (), "", -value)) if value < 0 else self._add(NUMBER, (), "", value)

    def make(self, op: str, args: Sequence[int], text: str = "") -> int:
        """The term of an operation of a tape that is no number."""
        match op:
            case "sub":
                return self.sum((args[0], self.negative(args[1])))
            case "neg":
                return self.negative(args[0])
            case "add":
                return self.sum(args)
            case "mul":
                return self.product(args)
            case "div":
                return self.product((args[0], self.inverse(args[1])))
            case "square" | "sqrt":
                return self._power(args[0], self.number(_AS_POWERS[op]))
            case "rsqrt":
                return self.inverse(self._power(args[0], self.number(HALF)))
            case "pow":
                return self._power(*args)
        return self._add(op, tuple(args), text)

    def negative(self, term: int) -> int:
        """Minus a term."""
        found = self[term]
        if found.op == "neg":
            return found.args[0]
        # A sum too long to be flat stays whole: going down into it would cost its length each time.
        if found.op == "add" and all(self[part].op != "add" for part in found.args):
            return self.sum([self.negative(part) for part in found.args])
        return self._add("neg", (term,))

    def sum(self, parts: Sequence[int]) -> int:
        """The sum of terms; of a single one the term."""
        return self._flat("add", parts)

    def product(self, factors: Sequence[int]) -> int:
        """The product of terms; of a single one the term."""
        sign, number, others = 1, Fraction(1), list[int]()
        for factor in self._spread("mul", factors):
            if self[factor].op == "neg":
                sign, factor = -sign, self[factor].args[0]
            value = self[factor].number
            if value is not None and _is_dyadic(value) and _is_dyadic(number * value):
                number *= value
            else:
                others.append(factor)
        others = self._squared(others)
        if number != 1 or not others:
            others = [self.number(number), *others]
        made = self._flat("mul", others)
        return made if sign > 0 else self.negative(made)

    def inverse(self, term: int) -> int:
        """1 by a term."""
        found = self[term]
        match found.op:
            case "inverse":
                return found.args[0]
            case "neg":
                return self.negative(self.inverse(found.args[0]))
            case "exp":
                return self._add("exp", (self.negative(found.args[0]),))
            case "mul":
                return self.product([self.inverse(factor) for factor in found.args])
            case "number" if found.number and _is_dyadic(1 / found.number):
                return self.number(1 / found.number)
        return self._add(INVERSE, (term,))

    def _power(self, base: int, exponent: int) -> int:
        if self[base].op == CONSTANT and self[base].text == "e":
            return self._add("exp", (exponent,))
        if self[exponent].op == "neg" and self[self[exponent].args[0]].op == NUMBER:
            return self.inverse(self._power(base, self[exponent].args[0]))
        return self._add("pow", (base, exponent))

    def _squared(self, factors: list[int]) -> list[int]:
        """The factors, two that are equal as a square."""
        made = list[int]()
        for factor in dict.fromkeys(factors):
            count, inverse = factors.count(factor), self[factor].op == INVERSE
            if count == 2 and self[factor].op != NUMBER:
                square = self._power(self[factor].args[0] if inverse else factor, self.number(Fraction(2)))
                made.append(self.inverse(square) if inverse else square)
            else:
                made += [factor] * count
        return made

    def _spread(self, op: str, parts: Sequence[int]) -> list[int]:
        """The operands, and in place of one that is the same operation its own, as long as they are few."""
        spread = [inner for part in parts for inner in (self[part].args if self[part].op == op else (part,))]
        return spread if len(spread) <= _LONGEST else list(parts)

    def _flat(self, op: str, parts: Sequence[int]) -> int:
        spread = self._spread(op, parts)
        return spread[0] if len(spread) == 1 else self._add(op, tuple(spread))

    def _add(self, op: str, args: tuple[int, ...], text: str = "", number: Fraction | None = None) -> int:
        key = (op, tuple(sorted(args)) if op in _COMMUTATIVE else args, text, number)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self._terms)
            depth = 1 + max((self[arg].depth for arg in args), default=-1)
            self._terms.append(Term(op, args, text, number, depth))
        return found


@lru_cache(maxsize=1024)
def _value(text: str) -> Fraction:
    return Fraction(text)


def _is_dyadic(value: Fraction) -> bool:
    """Whether a number is a short whole number by a power of two, exact in every format but for its size."""
    return (
        value.denominator & (value.denominator - 1) == 0
        and max(value.numerator.bit_length(), value.denominator.bit_length()) <= _SHORT
    )
