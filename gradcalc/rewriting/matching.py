"""A pattern in a formula: what its metavariables stand for.

Comes in: terms of a pattern and of a formula. Goes out: the ways to match, few. Imports this package's `terms` and the
tape.

A pattern's variables are its metavariables: each stands for any term, the same one everywhere; `n` for a number alone.
Sums and products match in any order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gradcalc.language.tape import NUMBER, VARIABLE
from gradcalc.rewriting.terms import INVERSE, Terms

#: The metavariable that stands for a number.
_NUMERIC = "n"
_UNORDERED = frozenset({"add", "mul", "hypot", "logaddexp"})
#: Operations of which a pattern may be a part of the operands.
_PARTIAL = frozenset({"add", "mul"})

Bound = Mapping[str, int]


class Match(NamedTuple):
    """What the metavariables stand for, and the operands of a sum or a product that the pattern leaves alone.

    sign: -1 where the formula is minus the pattern.
    """

    bound: Bound
    rest: tuple[int, ...]
    sign: int


class Matcher:
    """Looks for patterns, which are terms of their own `Terms`, in the terms of a formula."""

    def __init__(self, patterns: Terms, terms: Terms) -> None:
        self._patterns = patterns
        self._terms = terms

    def matches(self, pattern: int, term: int) -> Iterator[Match]:
        """The ways in which the term, its negative, or a part of its operands is the pattern."""
        for sign, signed in ((1, term), (-1, self._terms.negative(term))):
            form, found = self._patterns[pattern], self._terms[signed]
            if form.op != found.op:
                continue
            if form.op in _PARTIAL:
                for bound, rest in self._unordered(form.op, self._sorted(form.args), found.args, {}):
                    yield Match(bound, rest, sign)
            else:
                yield from (Match(bound, (), sign) for bound in self._match(pattern, signed, {}))

    def _match(self, pattern: int, term: int, bound: Bound) -> Iterator[Bound]:
        form, found = self._patterns[pattern], self._terms[term]
        if form.op == VARIABLE:
            yield from self._bind(form.text, term, bound)
        elif form.op == "neg":
            yield from self._match(form.args[0], self._terms.negative(term), bound)
        elif form.op == INVERSE and self._is_inverse(term):
            yield from self._match(form.args[0], self._terms.inverse(term), bound)
        elif form.op != found.op or form.text != found.text or form.number != found.number:
            return
        elif form.op in _UNORDERED:
            for made, rest in self._unordered(form.op, self._sorted(form.args), found.args, bound):
                if not rest:
                    yield made
        elif len(form.args) == len(found.args):
            yield from self._ordered(form.args, found.args, bound)

    def _bind(self, name: str, term: int, bound: Bound) -> Iterator[Bound]:
        if name in bound:
            if bound[name] == term:
                yield bound
        elif name != _NUMERIC or self._terms[term].op == NUMBER:
            yield {**bound, name: term}

    def _ordered(self, patterns: Sequence[int], terms: Sequence[int], bound: Bound) -> Iterator[Bound]:
        if not patterns:
            yield bound
            return
        for made in self._match(patterns[0], terms[0], bound):
            yield from self._ordered(patterns[1:], terms[1:], made)

    def _unordered(
        self, op: str, patterns: Sequence[int], terms: Sequence[int], bound: Bound
    ) -> Iterator[tuple[Bound, tuple[int, ...]]]:
        """Each pattern, the least free first, against a term of its own; a last free one takes all that are left."""
        if not patterns:
            yield bound, tuple(terms)
            return
        first, *others = patterns
        form = self._patterns[first]
        if not others and len(terms) > 1 and form.op == VARIABLE and form.text not in {*bound, _NUMERIC}:
            yield {**bound, form.text: self._terms.make(op, terms)}, ()
            return
        whole = self._whole(first, bound)
        if whole is not None and self._terms[whole].op == op:  # a product among factors, or a sum among summands
            left = list(terms)
            for part in self._terms[whole].args:
                if part not in left:
                    return
                left.remove(part)
            yield from self._unordered(op, others, left, bound)
            return
        for place, term in enumerate(terms):
            for made in self._match(first, term, bound):
                yield from self._unordered(op, others, (*terms[:place], *terms[place + 1 :]), made)

    def _whole(self, pattern: int, bound: Bound) -> int | None:
        """The term that a metavariable or its inverse stands for; None for other patterns, and before it is known."""
        form = self._patterns[pattern]
        if form.op == VARIABLE:
            return bound.get(form.text)
        if form.op == INVERSE and (inner := self._whole(form.args[0], bound)) is not None:
            return self._terms.inverse(inner)
        return None

    def _is_inverse(self, term: int) -> bool:
        found = self._terms[term]
        factors = found.args if found.op == "mul" else (term,)
        return all(self._terms[factor].op == INVERSE for factor in factors)

    def _sorted(self, patterns: Sequence[int]) -> Sequence[int]:
        return sorted(patterns, key=self._freedom)

    def _freedom(self, pattern: int) -> int:
        """Numbers first, metavariables last: what can match least is tried first."""
        form = self._patterns[pattern]
        inner = self._patterns[form.args[0]] if form.op == "neg" else form
        return {NUMBER: 0, VARIABLE: 2}.get(inner.op, 1)
