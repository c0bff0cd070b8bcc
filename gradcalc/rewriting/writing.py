"""Terms -> text in the language: pieces of the source as they were typed, the rest written anew.

Comes in: the terms of a formula and the formula. Goes out: text that reads back as the same term. Imports this
package's `terms`, the tape and the parser.
"""

from __future__ import annotations

from fractions import Fraction

from gradcalc.errors import GradcalcError
from gradcalc.language.parser import parse
from gradcalc.language.tape import COMPARISONS, INDEX, LEAVES, VARIABLE, VECTOR, Tape
from gradcalc.rewriting.terms import HALF, INVERSE, Term, Terms

#: How tightly a text holds together, loosest first.
_LOOSE, _COMPARED, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(7)
_LEVELS = {"add": _SUM, "sub": _SUM, "mul": _PRODUCT, "div": _PRODUCT, "mod": _PRODUCT, "neg": _SIGN, "pow": _POWER}
_LEVELS |= dict.fromkeys(COMPARISONS, _COMPARED)
_SIGNS = {**COMPARISONS, "and": "&", "or": "|"}
#: A number as x/2 and not as 0.5*x, up to this divisor.
_LARGEST_DIVISOR = 64
#: A term that is deeper is not written, unless it stands in the source.
_DEEPEST = 40


class UnwritableError(Exception):
    """A term that has no text here; no user sees it."""


class Writer:
    """Writes terms; those that stand in the source of `tape` as they stand there."""

    def __init__(self, terms: Terms, tape: Tape, place: list[int]) -> None:
        self._terms = terms
        self._tape = tape
        self._typed: dict[int, int] = {}
        for node, term in enumerate(place):
            self._typed.setdefault(term, node)
        self._names = frozenset(tape.variables)
        self._pieces: dict[int, tuple[str, int] | None] = {}

    def write(self, term: int, level: int = _LOOSE) -> str:
        """The text of a term, in brackets unless it holds together as tightly as `level`. Raises `UnwritableError`."""
        text, own = self._text(term)
        return text if own >= level else f"({text})"

    def alone_and_among(self, term: int) -> tuple[str, str]:
        """The text of a term that stands alone, and of one that may stand among any operators."""
        text, own = self._text(term)
        return text, text if own >= _ATOM else f"({text})"

    def _text(self, term: int) -> tuple[str, int]:
        found = self._terms[term]
        if term not in self._pieces:
            self._pieces[term] = self._as_typed(term)
        typed = self._pieces[term]
        if typed is not None:
            return typed
        if found.depth > _DEEPEST:
            raise UnwritableError
        if not found.args:
            return _leaf(found)
        match found.op:
            case "neg":
                text, level = self._text(found.args[0])
                # -2*x is the same as -(2*x)
                return (f"-{text}", min(level, _SIGN)) if level >= _PRODUCT else (f"-({text})", _SIGN)
            case "add":
                return self._sum(found), _SUM
            case "mul" | "inverse":
                return self._quotient(found if found.op == "mul" else Term("mul", (term,)))
            case "pow":
                return self._power(found)
        return self._other(found)

    def _as_typed(self, term: int) -> tuple[str, int] | None:
        """The piece of the source that is this term where it is a formula of its own, and how tightly it holds."""
        node = self._typed.get(term)
        if node is None:
            return None
        span, op = self._tape.instructions[node].span, self._tape.instructions[node].op
        text = self._tape.source[span.start : span.stop]
        if op == VARIABLE and text in self._names:
            return text, _ATOM
        try:
            piece = parse(text, self._names)
        except GradcalcError:
            return None
        if self._terms.read(piece)[-1] != term:  # sin^2 x has no piece that is sin(x)
            return None
        op = piece.instructions[-1].op
        tight = op in LEAVES or text.endswith((")", "]", "|"))
        return text, _LEVELS.get(op, _ATOM if tight else _LOOSE)

    def _sum(self, found: Term) -> str:
        signed = [self._signed(part) for part in found.args]
        first, *others = sorted(signed, key=lambda part: part[0] == "-") if signed[0][0] == "-" else signed
        text = ("-" if first[0] == "-" else "") + first[1]
        return text + "".join(f" {sign} {part}" for sign, part in others)

    def _signed(self, part: int) -> tuple[str, str]:
        found = self._terms[part]
        return ("-", self.write(found.args[0], _PRODUCT)) if found.op == "neg" else ("+", self.write(part, _PRODUCT))

    def _quotient(self, found: Term) -> tuple[str, int]:
        above, below = list[str](), list[str]()
        for factor in found.args:
            term = self._terms[factor]
            if term.op == INVERSE:
                below.append(self.write(term.args[0], _POWER))
            elif term.number is not None and 1 < term.number.denominator <= _LARGEST_DIVISOR:
                above += [str(term.number.numerator)] if term.number.numerator > 1 else []
                below.append(str(term.number.denominator))
            else:
                above.append(self.write(factor, _POWER))
        text = "*".join(above) or "1"
        if below:
            text += f"/{below[0]}" if len(below) == 1 else f"/({'*'.join(below)})"
        return text, _PRODUCT

    def _power(self, found: Term) -> tuple[str, int]:
        base, exponent = found.args
        if self._terms[exponent].number == HALF:
            return f"sqrt({self.write(base)})", _ATOM
        return f"{self.write(base, _ATOM)}**{self.write(exponent, _ATOM)}", _POWER

    def _other(self, found: Term) -> tuple[str, int]:
        if found.op in _SIGNS:
            left, right = (self.write(arg, _SUM if found.op in COMPARISONS else _ATOM) for arg in found.args)
            return f"{left} {_SIGNS[found.op]} {right}", _COMPARED if found.op in COMPARISONS else _LOOSE
        if found.op == INDEX:
            return f"{self.write(found.args[0], _ATOM)}[{found.text}]", _ATOM
        if found.op == "not":
            return f"~{self.write(found.args[0], _ATOM)}", _LOOSE
        arguments = ", ".join(self.write(arg) for arg in found.args)
        return (f"[{arguments}]" if found.op == VECTOR else f"{found.op}({arguments})"), _ATOM


def _leaf(found: Term) -> tuple[str, int]:
    if found.number is not None:
        return _number(found.number), _ATOM
    if found.text == "undefined":  # the value of a Piecewise without a last piece has no name
        raise UnwritableError
    return "∞" if found.text == "infinity" else found.text, _ATOM


def _number(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    below, twos, fives = value.denominator, 0, 0
    while below % 2 == 0:
        below, twos = below // 2, twos + 1
    while below % 5 == 0:
        below, fives = below // 5, fives + 1
    if below != 1 or max(twos, fives) > 40:
        raise UnwritableError
    digits = max(twos, fives)
    whole = str(value.numerator * 10**digits // value.denominator).rjust(digits + 1, "0")
    return f"{whole[:-digits]}.{whole[-digits:]}"
