"""What may have gone wrong with a claim that is refuted: the usual slips, each tried at the points and never guessed.

Comes in: the functions, a claim and where it fails. Goes out: a sentence, or an empty one. A slip is told where, with
it undone, ball arithmetic finds the claim equal to the derivative at every point that was tried. Imports the certified
engine, `language` and `checking`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

from gradcalc.checking import precedence
from gradcalc.checking.comparison import Seen, Trial
from gradcalc.checking.reading import Assertion, Point
from gradcalc.dtypes import exact
from gradcalc.engines.certified import Pair, Relation
from gradcalc.errors import GradcalcError, Span
from gradcalc.language.diagnostics import shorten

#: Of longer formulas no piece is looked at.
_MOST_STEPS = 400
#: A slip is tried at so many points at most, and must be seen at so many at least.
_TRIED, _FEWEST = 10, 3
_MOST_PIECES = 16
#: What a constant factor may be a simple fraction of, and the largest denominator of that.
_CONSTANTS = ("1", "pi", "1/pi", "log(2)", "1/log(2)", "log(10)", "1/log(10)", "sqrt(pi)", "1/sqrt(pi)", "sqrt(2)", "e")
_LARGEST = 720
_DIGITS = Fraction(1, 10**30)


class _Slip(NamedTuple):
    """A sentence that is true if two functions are equal; each is a position."""

    sentence: str
    first: int
    second: int


def slip(seen: Seen, trial: Trial, assertion: Assertion) -> str:
    """The first slip that explains the claim at all points; empty where none does, or the formula is long."""
    points = [point for point, _ in trial.at(Relation.UNEQUAL)][:_TRIED]
    if len(points) < _FEWEST or len(seen.functions) > _MOST_STEPS:
        return ""
    search = _Search(seen, trial, assertion, points)
    try:
        return next((found.sentence for found in search.slips() if search.explains(found)), "")
    except TimeoutError:
        return ""


class _Search:
    def __init__(self, seen: Seen, trial: Trial, assertion: Assertion, points: Sequence[Point]) -> None:
        self._functions, self._whole = seen.functions, seen.whole
        self._trial, self._assertion, self._points = trial, assertion, points
        self._source = assertion.tape.source
        self._inner = self._functions.inner(self._whole, trial.wrt)[:_MOST_PIECES]

    def explains(self, found: _Slip) -> bool:
        """Whether the two functions are equal at the points, but for some where one of them has no value."""
        equal = 0
        for point in self._points:
            (one,) = self._functions.compare(self._whole, [Pair(found.first, found.second)], point)
            if one.relation is Relation.UNEQUAL:
                return False
            equal += one.relation is Relation.EQUAL
        return equal >= _FEWEST

    def slips(self) -> Iterator[_Slip]:
        """From the most telling to the least."""
        return chain(
            self._lost_factors(),
            self._signs(),
            self._constant_factor(),
            self._other_functions(),
            self._precedence(),
            self._needless_factors(),
            self._exponents(),
            self._terms(),
            self._factors(),
            self._offset(),
        )

    # -- each slip

    def _lost_factors(self) -> Iterator[_Slip]:
        """The inner derivative of the chain rule."""
        for span, slope in self._inner:
            told = f"a factor is missing: {self._derivative_of(span, slope)}"
            yield _Slip(told, self._times(self._trial.claim, slope), self._trial.derivative)

    def _signs(self) -> Iterator[_Slip]:
        minus = self._functions.combined("neg", self._trial.claim)
        yield _Slip("the sign is wrong: the derivative is minus the claim", minus, self._trial.derivative)

    def _other_functions(self) -> Iterator[_Slip]:
        functions, claim, name = self._functions, self._trial.claim, self._trial.wrt
        yield _Slip("the claim is the formula itself, not its derivative", claim, self._whole)
        (slope,) = functions.gradient(claim, [name])
        yield _Slip("the claim is an antiderivative: the formula is the derivative of the claim", slope, self._whole)
        second = functions.second(self._whole, name)
        yield _Slip("the claim is the second derivative", claim, second)
        others = [other for other in self._assertion.variables if other != name][:_MOST_PIECES]
        for other, slope in zip(others, functions.gradient(self._whole, others), strict=True):
            yield _Slip(f"the claim is the derivative by {other}", claim, slope)

    def _precedence(self) -> Iterator[_Slip]:
        """a/b*c in place of a/(b*c)."""
        place = self._assertion.wrt.index(self._trial.wrt)
        for span, tape in precedence.readings(self._assertion.claims[place]):
            piece = shorten(tape.source[span.start : span.stop].strip())
            told = f"{piece} is read as (a/b)*c; as a/(b*c), with brackets, it is right"
            yield _Slip(told, self._functions.read(tape), self._trial.derivative)

    def _needless_factors(self) -> Iterator[_Slip]:
        for span, slope in self._inner:
            told = f"there is a factor too many: {self._derivative_of(span, slope)}"
            yield _Slip(told, self._times(self._trial.derivative, slope), self._trial.claim)

    def _exponents(self) -> Iterator[_Slip]:
        for span, base in self._functions.bases(self._whole, self._trial.wrt)[:_MOST_PIECES]:
            told = f"the exponent of {self._piece(span)} is not lowered by 1"
            yield _Slip(told, self._times(self._trial.derivative, base), self._trial.claim)
        power = self._functions.by_power_rule(self._whole, self._trial.wrt)
        if power is not None:
            told = "the rule for a variable to a constant power is used where the exponent varies: a**u has the "
            yield _Slip(f"{told}derivative a**u*log(a)*u'", power, self._trial.claim)

    def _constant_factor(self) -> Iterator[_Slip]:
        ratio = self._functions.combined("div", self._trial.derivative, self._trial.claim)
        text = self._constant(ratio)
        if text is not None:
            factor = self._functions.read(self._assertion.formula(text))
            told = f"a constant factor is wrong: the derivative is {text} times the claim"
            yield _Slip(told, self._times(self._trial.claim, factor), self._trial.derivative)

    def _terms(self) -> Iterator[_Slip]:
        functions, lacking = self._functions, self._difference()
        rules = {"mul": "product rule", "div": "quotient rule", "pow": "power with a variable exponent"}
        for op, span, part in functions.contributions(self._whole, self._trial.wrt)[: 2 * _MOST_PIECES]:
            rule = f" ({rules[op]})" if op in rules else ""
            piece = self._piece(span)
            yield _Slip(f"a term is missing: what the derivative of {piece} contributes{rule}", lacking, part)
            twice = functions.combined("add", part, part)
            told = f"a term has the wrong sign: what the derivative of {piece} contributes{rule}"
            yield _Slip(told, lacking, twice)

    def _factors(self) -> Iterator[_Slip]:
        """A variable or its square as a factor, as from a derivative that is constant."""
        for name in self._assertion.variables[:_MOST_PIECES]:
            for text in (name, f"{name}**2"):
                factor = self._functions.read(self._assertion.formula(text))
                product = self._times(self._trial.claim, factor)
                yield _Slip(f"a factor is missing: {text}", product, self._trial.derivative)
                product = self._times(self._trial.derivative, factor)
                yield _Slip(f"there is a factor too many: {text}", product, self._trial.claim)

    def _offset(self) -> Iterator[_Slip]:
        lacking = self._difference()
        text = self._constant(lacking)
        if text is not None:
            told = f"a constant is wrong: the derivative is the claim plus {text}"
            yield _Slip(told.replace("plus -", "minus "), self._functions.read(self._assertion.formula(text)), lacking)

    # -- what they are told by

    def _times(self, *functions: int) -> int:
        return self._functions.combined("mul", *functions)

    def _difference(self) -> int:
        return self._functions.combined("sub", self._trial.derivative, self._trial.claim)

    def _piece(self, span: Span) -> str:
        return shorten(self._source[span.start : span.stop].strip())

    def _derivative_of(self, span: Span, slope: int) -> str:
        text = self._functions.written(slope)
        words = f"the derivative of {self._piece(span)}"
        return f"{text}, {words}" if text is not None and self._reads_back(text, slope) else words

    def _reads_back(self, text: str, function: int) -> bool:
        """Whether a formula that is about to be shown is the function that it stands for."""
        try:
            found = self._functions.read(self._assertion.formula(text))
        except GradcalcError:
            return False
        return self.explains(_Slip("", found, function))

    def _constant(self, function: int) -> str | None:
        """The number that a function seems to be, as a formula: a simple fraction, or one times a known constant."""
        values = [value for point in self._points if (value := self._functions.value(function, point)) is not None]
        if len(values) < _FEWEST or any(abs(exact(v) - exact(values[0])) > abs(exact(v)) * _DIGITS for v in values):
            return None
        for text in _CONSTANTS:
            unit = self._functions.value(self._functions.read(self._assertion.formula(text)), self._points[0])
            assert unit is not None, "a constant has a value"
            share = exact(values[0]) / exact(unit)
            near = share.limit_denominator(_LARGEST)
            if near and abs(share - near) < abs(share) * _DIGITS:
                return _multiple(near, text)
        return None


def _multiple(share: Fraction, text: str) -> str:
    """A fraction times a constant."""
    if text == "1":
        return str(share)
    if text.startswith("1/"):
        top = f"{share.numerator}/{text[2:]}"
        return top if share.denominator == 1 else f"{share.numerator}/({share.denominator}*{text[2:]})"
    top = {1: text, -1: f"-{text}"}.get(share.numerator, f"{share.numerator}*{text}")
    return top if share.denominator == 1 else f"{top}/{share.denominator}"
