"""The table of rewritings on a formula: what each row makes of it where it fits.

Comes in: a tape. Goes out: `Alternative` records in the order of the table. Imports this package, the tape and the
parser.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from gradcalc.language.parser import parse
from gradcalc.language.tape import NUMBER, VARIABLE, Tape
from gradcalc.rewriting.formula import Alternative, Formula
from gradcalc.rewriting.matching import Match, Matcher
from gradcalc.rewriting.rows import ROWS
from gradcalc.rewriting.terms import INVERSE, Terms

#: What the rules of arithmetic make and unmake; other operations stand in a formula or do not.
_ARITHMETIC = frozenset({VARIABLE, NUMBER, INVERSE, "add", "mul", "neg", "pow"})


class _Pattern(NamedTuple):
    """A row of the table, read; `root` is the pattern's term, `functions` what a formula must have for it to fit."""

    root: int
    functions: frozenset[str]
    pattern: Tape
    replacement: Tape
    near: str


class _Table(NamedTuple):
    """The rows, the terms of their patterns, and the rows' numbers by the operation that they begin with."""

    terms: Terms
    patterns: tuple[_Pattern, ...]
    by_operation: dict[str, tuple[int, ...]]


def alternatives(tape: Tape) -> Iterator[Alternative]:
    """What the rows make of the formula, each wherever it fits; the best first, as the table has them."""
    table, formula = _table(), Formula(tape)
    matcher = Matcher(table.terms, formula.terms)
    nodes: dict[int, list[int]] = {}
    for node, term in enumerate(formula.place):
        nodes.setdefault(term, []).append(node)
    functions = _functions(formula.terms, formula.place)
    candidates = [
        (number, term)
        for term in nodes
        for number in _candidates(table, formula.terms, term)
        if table.patterns[number].functions <= functions
    ]
    for number, term in sorted(candidates):
        pattern = table.patterns[number]
        match = next(matcher.matches(pattern.root, term), None)
        if match is not None:
            for made in formula.with_piece(nodes[term], _replaced(table, formula.terms, pattern, match)):
                yield made._replace(series=bool(pattern.near))


def _candidates(table: _Table, terms: Terms, term: int) -> set[int]:
    """The rows that begin as the term or its negative does."""
    operations = {terms[term].op, terms[terms.negative(term)].op}
    return {number for operation in operations for number in table.by_operation.get(operation, ())}


def _replaced(table: _Table, terms: Terms, pattern: _Pattern, match: Match) -> int:
    """The term that the row puts in place of the one that it matches."""
    made = terms.read(pattern.replacement, match.bound)[-1]
    if pattern.near:
        size, limit = terms.make("abs", (match.bound["a"],)), terms.number(Fraction(pattern.near))
        original = terms.read(pattern.pattern, match.bound)[-1]
        made = terms.make("where", (terms.make("lt", (size, limit)), made, original))
    if match.rest:
        made = terms.make(table.terms[pattern.root].op, (made, *match.rest))
    return made if match.sign > 0 else terms.negative(made)


def _functions(terms: Terms, place: Sequence[int]) -> frozenset[str]:
    return frozenset(terms[term].op for term in place) - _ARITHMETIC


@cache
def _table() -> _Table:
    terms, by_operation, patterns = Terms(), dict[str, list[int]](), list[_Pattern]()
    for number, row in enumerate(ROWS):
        pattern = parse(row.pattern)
        place = terms.read(pattern)
        root, functions = place[-1], _functions(terms, place)
        patterns.append(_Pattern(root, functions, pattern, parse(row.replacement), row.near))
        by_operation.setdefault(terms[root].op, []).append(number)
    return _Table(terms, tuple(patterns), {operation: tuple(found) for operation, found in by_operation.items()})
