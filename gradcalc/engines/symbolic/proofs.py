"""A formula and claims about its derivatives -> whether SymPy makes each difference 0.

Comes in: an `Identity`. Goes out: documents with the field names of `Proof`, one for each claim. Imports SymPy: only
the SymPy process imports this module, and the program ends it when a step takes too long.

A difference that becomes 0 is a proof, as far as SymPy is right, that the claim is the derivative on a dense part of
where both are analytic: symbols are real. Where the claim has a value and where something jumps, SymPy loses sight of;
that is worked out elsewhere. A difference that does not become 0 says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple

import sympy
from sympy import Add, Dummy, Expr, Mul, Pow, Rational
from sympy.core.relational import Relational

from gradcalc.engines.symbolic.building import build, variable
from gradcalc.engines.symbolic.differentiation import Sum
from gradcalc.engines.symbolic.protocol import Identity

_MOST_SIGNED = 3
#: Analytic on the whole line; and where the argument is large enough, or between two ends.
_ENTIRE = (Add, Mul, *(getattr(sympy, name) for name in "exp sin cos sinh cosh tanh atan asinh erf".split()))
_ON_HALF = (sympy.log, sympy.asin, sympy.acos, sympy.acosh, sympy.atanh)
#: At so many points a difference is tried, and what is larger than this, to thirty digits, is not 0.
_SAMPLES, _FAR = 3, 1e-15


class Case(NamedTuple):
    """What a step made of a difference; `complete` unless cases were left out, in which something is 0."""

    value: Expr
    complete: bool = True


def proofs(question: Identity) -> Iterator[dict[str, Any]]:
    """For each claim the first step, from cheap to dear, that makes the difference 0."""
    terms = Sum(build(question.tape, None))
    for name, claim in zip(question.wrt, question.claims, strict=True):
        symbol = variable(name)
        yield {"wrt": name, **_proved(terms.derivative(symbol, 1) - build(claim, None))}


def _proved(difference: Expr) -> dict[str, Any]:
    for by, step in _STEPS.items():
        try:
            found = step(difference)
        except (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError):
            continue  # SymPy fails in many ways on what a step is not made for: the next one may do
        value, complete = found if isinstance(found, Case) else Case(found)
        if value == 0:
            return {"by": by, "complete": complete}
    return {}


def _numerator(difference: Expr) -> Expr:
    return sympy.expand(sympy.fraction(sympy.together(difference))[0])


def _in_exponentials(difference: Expr) -> Expr:
    """Sines and hyperbolic functions, and those made of them, as exponentials."""
    return sympy.expand(_numerator(difference.rewrite(sympy.exp)), power_exp=True)


def _in_sines(difference: Expr) -> Expr:
    return sympy.trigsimp(_numerator(difference.rewrite([sympy.tan, sympy.cot, sympy.sec, sympy.csc], sympy.sin)))


def _real_powers(difference: Expr) -> Expr:
    """sqrt(a)*sqrt(b) as sqrt(a*b): in real numbers the one has a value only where the other has the same."""
    return _numerator(sympy.powsimp(_numerator(difference), combine="base", force=True))


def _by_signs(difference: Expr) -> Expr | Case:
    """0 if the difference is 0 for either sign of each of at most three variables."""
    symbols = sorted(difference.free_symbols, key=str)
    if len(symbols) > _MOST_SIGNED:
        return difference
    for signs in product((1, -1), repeat=len(symbols)):
        case = difference.subs({x: sign * Dummy(positive=True) for x, sign in zip(symbols, signs, strict=True)})
        if _real_powers(case) != 0 and sympy.simplify(case) != 0:
            return difference
    return Case(sympy.S.Zero, complete=False)


def _by_cases(difference: Expr) -> Expr | Case:
    """0 if it is in every case, but for equations that hold on no open set."""
    pieces = difference.rewrite(sympy.Piecewise)
    # x > y and x - y < 0 exclude each other, which SymPy sees once both are about one symbol in place of x - y.
    relations = {r: r.func(r.lhs - r.rhs, 0).canonical for r in pieces.atoms(Relational)}
    subjects = {r.lhs: Dummy(real=True) for r in relations.values()}
    folded = sympy.piecewise_fold(pieces.xreplace({r: s.xreplace(subjects) for r, s in relations.items()}))
    if not isinstance(folded, sympy.Piecewise):
        return folded
    meant = {symbol: subject for subject, symbol in subjects.items()}
    before: Expr = sympy.false
    complete = True
    for value, condition in folded.args:
        case = sympy.simplify(condition & ~before)
        if case is not sympy.false and sympy.simplify(value) != 0:
            if not _is_thin(case.xreplace(meant)):
                return difference
            complete = False
        before |= condition
    return Case(sympy.S.Zero, complete)


def _is_thin(case: Expr) -> bool:
    """Whether a case certainly holds on no open set: an equation of something analytic that is somewhere not 0."""
    if isinstance(case, (sympy.And, sympy.Or)):
        return (any if isinstance(case, sympy.And) else all)(map(_is_thin, case.args))
    if not isinstance(case, sympy.Equality):
        return False
    difference = sympy.fraction(sympy.together(case.lhs - case.rhs))[0]
    return _is_analytic(difference) and any(_is_apart(difference, shift) for shift in range(_SAMPLES))


def _is_analytic(expression: Expr) -> bool:
    """Whether an expression is analytic on a domain in one piece: then it is 0 all over, or on no open set.

    Half of the space, where log(x + 2*y) is defined, is convex, and so is what several halves share.
    """
    if not expression.args:
        return bool(expression.is_Rational or expression.is_Symbol or expression.is_NumberSymbol)
    if isinstance(expression, Pow) and expression.exp.is_Integer and expression.exp >= 0:
        return _is_analytic(expression.base)
    if isinstance(expression, _ENTIRE):
        return all(map(_is_analytic, expression.args))
    half = isinstance(expression, _ON_HALF) or (isinstance(expression, Pow) and expression.exp.is_Rational)
    symbols = expression.free_symbols
    return bool(half and expression.args[0].is_polynomial(*symbols) and _degree(expression.args[0]) <= 1)


def _degree(polynomial: Expr) -> int:
    symbols = polynomial.free_symbols
    return int(sympy.Poly(polynomial, *symbols).total_degree()) if symbols else 0


def _is_apart(expression: Expr, shift: int) -> bool:
    """Whether an expression is certainly not 0 at one point."""
    symbols = sorted(expression.free_symbols, key=str)
    at = {symbol: Rational(3 * place + 2 * shift + 1, 7) for place, symbol in enumerate(symbols)}
    value = expression.xreplace(at)
    return bool(value.is_nonzero) or bool(abs(sympy.N(value, 30, strict=True)) > _FAR)


#: In words, from cheap to dear.
_STEPS: dict[str, Callable[[Expr], Expr | Case]] = {
    "as it stands": lambda difference: difference,
    "multiplied out": sympy.expand,
    "over a common denominator": _numerator,
    "by the rules of powers": lambda difference: _numerator(sympy.powsimp(difference)),
    "by the rules of real roots": _real_powers,
    "by trigonometric identities": sympy.trigsimp,
    "in sines": _in_sines,
    "in exponentials": _in_exponentials,
    "by identities of special functions": lambda difference: _numerator(sympy.expand_func(difference)),
    "by the rules of the gamma function": sympy.gammasimp,
    "by cases": _by_cases,
    "by the signs of the variables": _by_signs,
    "by simplification": sympy.simplify,
}
