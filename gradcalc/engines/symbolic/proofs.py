"""A formula and claims about its derivatives -> whether SymPy makes each difference 0.

Comes in: an `Identity`. Goes out: documents with the field names of `Proof`, one for each claim. Imports SymPy: only
the SymPy process imports this module, and the program ends it when a step takes too long.

A difference that becomes 0 is a proof as far as SymPy is right: symbols are real, and the derivative is the one almost
everywhere. A difference that does not become 0 says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import sympy
from sympy import Dummy, Expr
from sympy.core.relational import Relational

from gradcalc.engines.symbolic.building import build, variable
from gradcalc.engines.symbolic.differentiation import Sum
from gradcalc.engines.symbolic.protocol import Identity

_MOST_SIGNED = 3


def proofs(question: Identity) -> Iterator[dict[str, Any]]:
    """For each claim the first step, from cheap to dear, that makes the difference 0."""
    terms = Sum(build(question.tape, None))
    for name, claim in zip(question.wrt, question.claims, strict=True):
        difference = terms.derivative(variable(name), 1) - build(claim, None)
        yield {"wrt": name, "by": _proved(difference)}


def _proved(difference: Expr) -> str | None:
    for by, step in _STEPS.items():
        try:
            if step(difference) == 0:
                return by
        except (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError):
            continue  # SymPy fails in many ways on what a step is not made for: the next one may do
    return None


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


def _by_signs(difference: Expr) -> Expr:
    """0 if the difference is 0 for either sign of each of at most three variables."""
    symbols = sorted(difference.free_symbols, key=str)
    if len(symbols) > _MOST_SIGNED:
        return difference
    for signs in product((1, -1), repeat=len(symbols)):
        case = difference.subs({x: sign * Dummy(positive=True) for x, sign in zip(symbols, signs, strict=True)})
        if _real_powers(case) != 0 and sympy.simplify(case) != 0:
            return difference
    return sympy.S.Zero


def _by_cases(difference: Expr) -> Expr:
    """0 if it is in every case, but for those that are equations: almost everywhere, as derivatives here are."""
    pieces = difference.rewrite(sympy.Piecewise)
    # x > y and x - y < 0 exclude each other, which SymPy sees once both are about one symbol in place of x - y.
    relations = {r: r.func(r.lhs - r.rhs, 0).canonical for r in pieces.atoms(Relational)}
    subjects = {r.lhs: Dummy(real=True) for r in relations.values()}
    folded = sympy.piecewise_fold(pieces.xreplace({r: s.xreplace(subjects) for r, s in relations.items()}))
    if not isinstance(folded, sympy.Piecewise):
        return folded
    before: Expr = sympy.false
    for value, condition in folded.args:
        case = sympy.simplify(condition & ~before)
        if case is not sympy.false and not isinstance(case, sympy.Equality) and sympy.simplify(value) != 0:
            return difference
        before |= condition
    return sympy.S.Zero


#: In words, from cheap to dear.
_STEPS: dict[str, Callable[[Expr], Expr]] = {
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
