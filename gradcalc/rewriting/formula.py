"""A formula in which pieces can be replaced: its tape, its terms and its text together.

Comes in: a tape, then terms to put in place of instructions. Goes out: `Alternative` records. Imports `terms`,
`writing`, the tape and the parser.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gradcalc.errors import GradcalcError, Span
from gradcalc.language.parser import parse
from gradcalc.language.tape import Tape
from gradcalc.rewriting.terms import Terms
from gradcalc.rewriting.writing import UnwritableError, Writer


class Alternative(NamedTuple):
    """A way to write a formula.

    piece: what stood there, as typed; instead: what stands there now. tape: the whole formula. series: whether it is a
    series near 0, beside which the piece is kept.
    """

    piece: str
    instead: str
    tape: Tape
    series: bool = False


class Formula:
    """A tape with the term of each instruction."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.terms = Terms()
        self.place = self.terms.read(tape)
        self._writer = Writer(self.terms, tape, self.place)
        self._names = frozenset(tape.variables)
        self._seen = {self.place[-1]}

    def read(self, instead: Mapping[int, int]) -> list[int]:
        """The terms of the instructions with some replaced by other terms."""
        return self.terms.read(self.tape, instead=instead)

    def with_piece(self, nodes: Sequence[int], term: int) -> Iterator[Alternative]:
        """The formula with a term in place of instructions that are equal; none if it was there before.

        What cannot be written, or would be read as something else where it stands, is left out.
        """
        root = self.read(dict.fromkeys(nodes, term))[-1]
        if root in self._seen:
            return
        self._seen.add(root)
        try:
            alone, among = self._writer.alone_and_among(term)
        except UnwritableError:
            return
        source = text = self.tape.source
        spans = sorted({self.tape.instructions[node].span for node in nodes})
        for span in reversed(spans):
            place = _with_brackets(source, span) if alone == among else span
            instead = alone if _stands_alone(source, span) else among
            text = f"{text[: place.start]}{instead}{text[place.stop :]}"
        try:
            tape = parse(text, self._names)
        except GradcalcError:
            return
        if self.terms.read(tape)[-1] == root:
            yield Alternative(source[spans[0].start : spans[0].stop], alone, tape)


def _with_brackets(source: str, span: Span) -> Span:
    """The place of a piece with its brackets, where these only hold it together."""
    before, after = source[: max(0, span.start - 1)].rstrip()[-1:], source[span.stop + 1 :].lstrip()[:1]
    bracketed = source[: span.start].endswith("(") and source.startswith(")", span.stop)
    among_signs = before in {*"+-*/^(,[", ""} and after in {*"+-*/^),]", ""}
    return Span(span.start - 1, span.stop + 1) if bracketed and among_signs else span


def _stands_alone(source: str, span: Span) -> bool:
    """Whether a piece of the source is all that stands between two brackets or commas, or all there is."""
    before, after = source[: span.start].rstrip()[-1:], source[span.stop :].lstrip()[:1]
    return before in {"", "(", ",", "["} and after in {"", ")", ",", "]"}
