"""Steps -> under which conditions each of them has a value, and where one of them may jump.

Comes in: a graph of steps and a position. Goes out: `Conditions`, in clauses. In our reading
everything that an operation, a call, a comparison or a connective is given must be defined; only the branch of a
`where` that is not taken does not count. Imports `language` and this package.

The table says in formulas what `domains` says of balls; a test holds them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from gradcalc.engines.certified.conditions.algebra import Product
from gradcalc.engines.certified.conditions.literals import FALSE, Clause, Kind, Signs, either
from gradcalc.engines.certified.graph import WHOLE_POWER, Step, is_row
from gradcalc.language import vocabulary
from gradcalc.language.parser import parse
from gradcalc.language.tape import COMPARISONS, CONNECTIVES, CONSTANT, NUMBER, Instruction, Tape

#: Of more conditions that stand inside each other, and of longer functions, no clauses are made.
_MOST_CLAUSES, _MOST_STEPS = 200, 20_000

#: By the vocabulary's `arb` column: conditions that must hold, each `a relation` or several with `or` between them.
_TABLE: dict[str, tuple[str, ...]] = {
    "arb.tan": ("cos(x) !=",),
    "arb.sec": ("cos(x) !=",),
    "arb.cot": ("sin(x) !=",),
    "arb.csc": ("sin(x) !=",),
    "arb.coth": ("x !=",),
    "arb.csch": ("x !=",),
    "arb.asin": ("1 - x >=", "1 + x >="),
    "arb.acos": ("1 - x >=", "1 + x >="),
    "arb.atan2": ("x**2 + y**2 >",),
    "arb.acosh": ("x - 1 >=",),
    "arb.atanh": ("1 - x >", "1 + x >"),
    "arb.log": ("x >",),
    "arb.log1p": ("1 + x >",),
    "arb.sqrt": ("x >=",),
    "arb.rsqrt": ("x >",),
    "arb.erfinv": ("1 - x >", "1 + x >"),
    "arb.erfcinv": ("x >", "2 - x >"),
    "arb.gamma": ("x > or x fraction",),
    "loggamma": ("x > or x fraction",),
    "arb.digamma": ("x > or x fraction",),
    "polygamma": ("n whole", "n >=", "x > or x fraction"),
    "lowergamma": ("a > or x >", "a > or a fraction", "x >= or a whole"),
    "uppergamma": ("a > or x >", "x >= or a whole"),
    "besselj": ("x > or n whole or n >=", "x >= or n whole"),
    "besseli": ("x > or n whole or n >=", "x >= or n whole"),
    "bessely": ("x >",),
    "besselk": ("x >",),
    "zeta": ("s - 1 !=",),
    "hurwitz": ("s - 1 !=", "a > or a fraction or s whole", "a > or a fraction or -s >="),
    "polylog": ("1 - x >= or s whole", "1 - x >= or -s >=", "1 - x > or s - 1 > or s whole",
                "1 - x > or s - 1 > or -s >=", "x - 1 != or s - 1 >"),
    "arb.lambertw": ("x + exp(-1) >=",),
    "lambertw": ("x + exp(-1) >=", "k whole", "k + 1 >=", "-k >=", "k + 1 != or -x >"),
    "arb.ci": ("x >",),
    "arb.chi": ("x >",),
    "arb.ei": ("x !=",),
    "arb.li": ("x >=", "x - 1 !="),
    "expint": ("x >= or n whole", "x >= or -n >=", "x > or n - 1 > or n whole", "x > or n - 1 > or -n >=",
               "x != or n - 1 >"),
    "elliptic_k": ("1 - m >",),
    "elliptic_f": ("1 - m*sin(phi)**2 >", "1 - m > or pi/2 - abs(phi) >="),
    "elliptic_e": ("1 - m >=",),
    "elliptic_e_incomplete": ("1 - m*sin(phi)**2 >=", "1 - m >= or pi/2 - abs(phi) >="),
    "elliptic_pi": ("1 - n >", "1 - m >"),
    "elliptic_pi_incomplete": ("1 - m*sin(phi)**2 >", "1 - m > or pi/2 - abs(phi) >=",
                               "1 - n*sin(phi)**2 >", "1 - n > or pi/2 - abs(phi) >="),
}  # fmt: skip


class Side(IntEnum):
    """From which side a step that jumps is continuous: where what must not be 0 is below, or above; or from none."""

    BELOW, NONE, ABOVE = -1, 0, 1


#: At equality the comparison says what it says below, or above.
_SIDES = {"lt": Side.ABOVE, "le": Side.BELOW, "gt": Side.BELOW, "ge": Side.ABOVE, "eq": Side.NONE, "ne": Side.NONE}
#: Steps that jump where their argument, plus a shift, is a whole number.
_STEPS = {
    "floor": ("x", Side.ABOVE),
    "ceil": ("x", Side.BELOW),
    "trunc": ("x", Side.NONE),
    "round": ("x + 1/2", Side.NONE),
}
_RELATIONS = {
    "lt": (Kind.POSITIVE, -1),
    "le": (Kind.NOT_NEGATIVE, -1),
    "gt": (Kind.POSITIVE, 1),
    "ge": (Kind.NOT_NEGATIVE, 1),
    "eq": (Kind.ZERO, 1),
    "ne": (Kind.NONZERO, 1),
}
_OPPOSITES = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}


class Break(NamedTuple):
    """Where a step may jump unless the clause holds: the step `subject` must be of a kind, not 0 or not whole.

    moving: whether it does so only where the subject changes: 0**x jumps at 0, and y**0 is 1.
    """

    clause: Clause
    subject: int
    kind: Kind
    side: Side
    moving: bool = False


@dataclass(slots=True)
class Conditions:
    """What a function needs to have a value, and where it may jump."""

    required: list[Clause] = field(default_factory=list)
    breaks: list[Break] = field(default_factory=list)


class TooManyError(Exception):
    """More clauses than are looked at."""


def conditions(result: int, signs: Signs) -> Conditions:
    """The conditions of a function. Raises `TooManyError`, and `TooLargeError` of sums."""
    return _Reader(signs).read(result)


class _Reader:
    def __init__(self, signs: Signs) -> None:
        self._signs, self._algebra, self._graph = signs, signs.algebra, signs.algebra.graph
        self._found = Conditions()

    def read(self, result: int) -> Conditions:
        """From the result down, with the clauses that hold where a step is not needed."""
        needed: dict[int, list[Clause]] = {result: [FALSE]}
        felt, looked_at = {result}, 0
        for node in range(result, -1, -1):
            if node not in needed:
                continue
            unless = needed.pop(node)
            unless = [FALSE] if FALSE in unless else list(dict.fromkeys(unless))
            looked_at += 1
            if len(unless) > _MOST_CLAUSES or looked_at > _MOST_STEPS:
                raise TooManyError
            step = self._graph.steps[node]
            self._found.required += either(self._needs(step), unless)
            if node in felt:
                self._found.breaks += self._breaks_of(step, unless)
                felt.update(step.args if self._algebra.product(node).factors else ())  # 0*floor(x) does not jump
            for operand, otherwise in self._operands(step, unless):
                needed.setdefault(operand, []).extend(otherwise)
        return self._found

    def _operands(self, step: Step, unless: list[Clause]) -> Iterator[tuple[int, list[Clause]]]:
        """Each operand, with the clauses that hold where it is not needed: there a choice takes the other one."""
        if step.op != "where":
            yield from ((operand, unless) for operand in step.args)
            return
        condition, first, second = step.args
        yield condition, unless
        yield first, either(unless, self._truth(condition, holds=False))
        yield second, either(unless, self._truth(condition, holds=True))

    def _breaks_of(self, step: Step, unless: list[Clause]) -> Iterator[Break]:
        moving = step.op == "pow"
        for subject, kind, clauses, side in self._breaks(step):
            if self._algebra.variables_of(subject) and self._algebra.product(subject).coefficient:
                yield from (Break(clause, subject, kind, side, moving) for clause in either(clauses, unless))

    # -- what a step needs

    def _needs(self, step: Step) -> list[Clause]:
        op, args = step.op, step.args
        if op == "div" or (op == WHOLE_POWER and step.text.startswith("-")):
            return self._relation(Kind.NONZERO, args[-1])
        if op == "pow":
            base, exponent = args
            whole = self._relation(Kind.WHOLE, exponent)
            return [
                *either(self._relation(Kind.NOT_NEGATIVE, base), whole),
                *either(self._relation(Kind.NONZERO, base), self._relation(Kind.NOT_NEGATIVE, exponent)),
            ]
        if op == CONSTANT:
            return [FALSE] if step.text == "undefined" else []
        if not is_row(step):
            return []
        row = vocabulary.find(op, len(args))
        bound = dict(zip(row.names, args, strict=False))
        return [clause for text in _TABLE.get(row.arb, ()) for clause in self._written(text, bound)]

    def _written(self, text: str, bound: Mapping[str, int]) -> list[Clause]:
        """The clauses of a line of the table."""
        clauses = [FALSE]
        for relation in text.split(" or "):
            formula, _, kind = relation.rpartition(" ")
            node = self._graph.read(_parsed(formula, tuple(bound)), literal, bound)
            clauses = either(clauses, self._relation(Kind(kind), node))
        return clauses

    def _relation(self, kind: Kind, node: int) -> list[Clause]:
        return self._signs.clauses(kind, self._algebra.product(node))

    # -- where a step may jump

    def _breaks(self, step: Step) -> Iterator[tuple[int, Kind, list[Clause], Side]]:
        """What is 0 or whole there, the clauses that say that it is not, and from which side the step is continuous."""
        op, args = step.op, step.args
        if op in COMPARISONS:
            difference = self._graph.add("sub", args)
            yield difference, Kind.NONZERO, self._relation(Kind.NONZERO, difference), _SIDES[op]
        elif op == "sign":
            yield args[0], Kind.NONZERO, self._relation(Kind.NONZERO, args[0]), Side.NONE
        elif op in _STEPS:
            text, side = _STEPS[op]
            node = self._graph.read(_parsed(text, ("x",)), literal, {"x": args[0]})
            yield node, Kind.FRACTION, self._relation(Kind.FRACTION, node), side
        elif op == "atan2":
            y, x = args
            clauses = either(self._relation(Kind.NONZERO, y), self._relation(Kind.POSITIVE, x))
            yield y, Kind.NONZERO, clauses, Side.ABOVE
        elif op == "pow":  # 0**0 is 1
            base, exponent = args
            clauses = either(self._relation(Kind.NONZERO, base), self._relation(Kind.NONZERO, exponent))
            yield exponent, Kind.NONZERO, clauses, Side.NONE

    # -- conditions

    def _truth(self, node: int, *, holds: bool) -> list[Clause]:
        """The clauses that say that a condition holds, or that it does not."""
        step = self._graph.steps[node]
        if step.op == "not":
            return self._truth(step.args[0], holds=not holds)
        if step.op in CONNECTIVES:
            first, second = (self._truth(operand, holds=holds) for operand in step.args)
            return [*first, *second] if (step.op == "and") is holds else either(first, second)
        if step.op not in COMPARISONS:
            raise TooManyError  # a condition that is chosen by another one
        kind, sign = _RELATIONS[step.op if holds else _OPPOSITES[step.op]]
        product = self._algebra.product(self._graph.add("sub", step.args))
        return self._signs.clauses(kind, product.times(Product(Fraction(sign))))


@cache
def _parsed(text: str, names: tuple[str, ...]) -> Tape:
    return parse(text, frozenset(names))


def literal(step: Instruction) -> int | None:
    """The literals of the table are whole numbers."""
    return int(step.text) if step.op == NUMBER else None
