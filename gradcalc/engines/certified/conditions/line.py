"""Clauses about one variable -> where on the real line they hold, exactly.

Comes in: clauses whose literals are relations of polynomials of one variable with rational coefficients. Goes out: the
line cut at the roots of all of them, and for each piece what holds there. Imports flint, by way of `literals`.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from flint import arb, ctx, fmpq

from gradcalc.engines.certified.balls.rounding import exact_of
from gradcalc.engines.certified.conditions.algebra import Factor, TooLargeError, atoms_of
from gradcalc.engines.certified.conditions.literals import Clause, Kind, Literal, real_roots

_BITS = 512
#: Numbers with more zeros are written with an exponent.
_MOST_PLACES = 12
_HOLDS = {
    Kind.POSITIVE: (1,),
    Kind.NOT_NEGATIVE: (0, 1),
    Kind.NONZERO: (-1, 1),
    Kind.ZERO: (0,),
}


class Piece(NamedTuple):
    """A root of one of the polynomials, `at` if it is rational, or an open interval between two; one `inside` it."""

    is_root: bool
    at: Fraction | None
    inside: Fraction
    signs: dict[Factor, int]


class _Root(NamedTuple):
    """A root of a polynomial between two numbers, which are equal where it is rational."""

    factor: Factor
    low: Fraction
    high: Fraction


def pure(clause: Clause, atom: int) -> bool:
    """Whether a clause is about the signs of polynomials of one atom alone."""
    return all(
        literal.kind in _HOLDS and all(atoms_of(factor) <= {atom} for factor in literal.factors) for literal in clause
    )


def pieces(clauses: Sequence[Clause]) -> list[Piece]:
    """The line cut at all roots, from the left: intervals and roots in turns.

    Raises `TooLargeError` where roots are too near to each other.
    """
    factors = sorted({factor for clause in clauses for literal in clause for factor in literal.factors}, key=sorted)
    roots = sorted((root for factor in factors for root in _roots(factor)), key=lambda root: (root.low + root.high) / 2)
    if any(left.high >= right.low for left, right in pairwise(roots)):
        raise TooLargeError  # roots that are nearer to each other than they are known
    made: list[Piece] = []
    for place in range(len(roots) + 1):
        inside = _between(roots[place - 1].high if place else None, roots[place].low if place < len(roots) else None)
        made.append(
            Piece(is_root=False, at=None, inside=inside, signs={factor: _sign_at(factor, inside) for factor in factors})
        )
        if place < len(roots):
            made.append(_piece(roots[place], factors))
    return made


def holds(clauses: Sequence[Clause], piece: Piece) -> bool:
    """Whether all clauses hold on a piece."""
    return all(any(_true(literal, piece.signs) for literal in clause) for clause in clauses)


def text(name: str, line: Sequence[Piece], kept: Sequence[bool]) -> str | None:
    """The pieces that are kept, as conditions on a variable; None where an end is no rational number."""
    spans = _spans(kept)
    if all(kept[place] for place, piece in enumerate(line) if not piece.is_root):
        roots = [piece for place, piece in enumerate(line) if not kept[place]]
        values = [_shown(piece.at) for piece in roots]
        return " and ".join(f"{name} != {value}" for value in values) if None not in values else None
    written = [_span(name, line, start, stop) for start, stop in spans]
    return " or ".join(part for part in written if part) if written and None not in written else None


def _spans(kept: Sequence[bool]) -> list[tuple[int, int]]:
    """The first and the last place of each run of pieces that are kept."""
    starts = [place for place, here in enumerate(kept) if here and (place == 0 or not kept[place - 1])]
    stops = [place for place, here in enumerate(kept) if here and (place + 1 == len(kept) or not kept[place + 1])]
    return list(zip(starts, stops, strict=True))


def _span(name: str, line: Sequence[Piece], start: int, stop: int) -> str | None:
    if start == stop and line[start].is_root:
        value = _shown(line[start].at)
        return value and f"{name} == {value}"
    low, high = (None if place < 0 or place >= len(line) else line[place] for place in _outer(line, start, stop))
    left, right = (value.at if value else None for value in (low, high))
    if (low and left is None) or (high and right is None):
        return None
    below = "" if low is None else "<=" if line[start].is_root else "<"
    above = "" if high is None else "<=" if line[stop].is_root else "<"
    if below and above:
        return f"{_shown(left)} {below} {name} {above} {_shown(right)}"
    return f"{name} {below.replace('<', '>')} {_shown(left)}" if below else f"{name} {above} {_shown(right)}"


def _outer(line: Sequence[Piece], start: int, stop: int) -> tuple[int, int]:
    """The places of the roots at the ends of a run."""
    return (start if line[start].is_root else start - 1), (stop if line[stop].is_root else stop + 1)


def number(value: Fraction) -> str:
    """A rational number as it would be typed."""
    places, rest = 0, value.denominator
    while rest % 10 == 0 or rest % 2 == 0 or rest % 5 == 0:
        rest //= 10 if rest % 10 == 0 else 2 if rest % 2 == 0 else 5
        places += 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = str(abs(int(value * 10**places)))
    sign = "-" if value < 0 else ""
    if places > _MOST_PLACES:
        return f"{sign}{digits}e-{places}"
    if places:
        return sign + _point(digits, places)
    zeros = len(digits) - len(digits.rstrip("0")) if value else 0
    return f"{sign}{digits[:-zeros]}e{zeros}" if zeros > _MOST_PLACES else sign + digits


def _point(digits: str, places: int) -> str:
    text = digits.rjust(places + 1, "0")
    return f"{text[:-places]}.{text[-places:]}"


def _shown(value: Fraction | None) -> str | None:
    return None if value is None else number(value)


def rational_root(factor: Factor) -> Fraction | None:
    """The root of a polynomial of one atom and of the first degree; of others that are irreducible none is rational."""
    terms = dict(factor)
    constant = terms.pop((), Fraction())
    if len(terms) != 1:
        return None
    ((monomial, slope),) = terms.items()
    return -constant / slope if len(monomial) == 1 and monomial[0][1] == 1 else None


def _roots(factor: Factor) -> list[_Root]:
    found = rational_root(factor)
    if found is not None:
        return [_Root(factor, found, found)]
    return [_Root(factor, exact_of(ball.lower()), exact_of(ball.upper())) for ball in real_roots(factor)]


def _piece(root: _Root, factors: Sequence[Factor]) -> Piece:
    at = root.low if root.low == root.high else None
    signs = {f: 0 if f == root.factor else _sign_at(f, at) if at is not None else _sign_on(f, root) for f in factors}
    return Piece(is_root=True, at=at, inside=root.low, signs=signs)


def _between(low: Fraction | None, high: Fraction | None) -> Fraction:
    """A number of few digits between two, None being infinity."""
    if low is None or high is None:
        end = low if low is not None else high
        return Fraction() if end is None else Fraction(int(end) + (2 if high is None else -2))
    step = Fraction(1)
    while True:
        middle = round((low + high) / 2 / step) * step
        if low < middle < high:
            return middle
        step /= 10


def _sign_at(factor: Factor, x: Fraction) -> int:
    value = sum((c * x ** (monomial[0][1] if monomial else 0) for monomial, c in factor), Fraction())
    return (value > 0) - (value < 0)


def _sign_on(factor: Factor, root: _Root) -> int:
    """The sign at the root of another irreducible polynomial, with which it shares none."""
    with ctx.workprec(_BITS):
        ball = arb(fmpq(root.low.numerator, root.low.denominator)).union(
            arb(fmpq(root.high.numerator, root.high.denominator))
        )
        value = arb(0)
        for monomial, c in factor:
            value += arb(fmpq(c.numerator, c.denominator)) * ball ** (monomial[0][1] if monomial else 0)
    if value.contains(0):
        raise TooLargeError
    return 1 if value > 0 else -1


def _true(literal: Literal, signs: dict[Factor, int]) -> bool:
    sign = literal.sign
    for factor in literal.factors:
        sign *= signs[factor]
    return sign in _HOLDS[literal.kind]
