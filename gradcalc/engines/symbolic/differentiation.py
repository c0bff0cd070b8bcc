"""SymPy expression -> its partial derivatives, term by term.

Comes in: an expression and the symbol. Goes out: an expression that is the derivative almost everywhere on the real
line. Imports SymPy: only the SymPy process imports this module.
"""

from __future__ import annotations

from collections.abc import Mapping

import mpmath
import sympy
from sympy import Add, Derivative, DiracDelta, Expr, Float, Function, Mul, Pow, Rational, Subs, Symbol
from sympy.core.cache import cacheit
from sympy.core.function import ArgumentIndexError

from gradcalc.engines.symbolic.building import Literal

# SymPy's own numerical evaluation is asked for this many digits; the last ten are not shown.
_DIGITS = 40


class Sum:
    """A sum that knows which of its terms hold which symbol, so that n partials of n terms are not n**2 work."""

    def __init__(self, expression: Expr) -> None:
        self._terms: dict[Symbol, list[Expr]] = {}
        for term in Add.make_args(expression):
            for symbol in term.free_symbols:
                self._terms.setdefault(symbol, []).append(term)

    def derivative(self, symbol: Symbol, order: int) -> Expr:
        """The `order`-th partial derivative by `symbol`, 0 where the sum does not hold it."""
        result = Add(*(_once(term, symbol) for term in self._terms.get(symbol, ())))
        for _ in range(order - 1):
            result = Sum(result).derivative(symbol, 1)
        return result


def _once(term: Expr, symbol: Symbol) -> Expr:
    derivative = _derivative(term, symbol)
    if derivative.has(DiracDelta):
        derivative = derivative.replace(DiracDelta, lambda *_: sympy.S.Zero)
    if any(power.exp.has(Literal) for power in derivative.atoms(Pow)):
        # x**0.1 keeps its literal as a symbol; without this its derivative would be 0/0 at 0: 0.1*x**0.1/x.
        derivative = sympy.powsimp(derivative, combine="exp")
    return derivative


@cacheit  # type: ignore[untyped-decorator]  # SymPy's own rules remember pieces that stand in many places too
def _derivative(expression: Expr, symbol: Symbol) -> Expr:
    """What `diff` gives, by SymPy's rules for sums, products and powers and its `fdiff` of functions.

    `diff` asks of the derivative of every piece whether it is 0, which takes longer than to find it.
    """
    if expression == symbol:
        return sympy.S.One
    if not expression.args:
        return sympy.S.Zero
    own = type(expression)._eval_derivative is not Function._eval_derivative  # noqa: SLF001 - SymPy's hook for a rule
    if not isinstance(expression, (Add, Mul, Pow)) and (own or not isinstance(expression, Function)):
        return expression.diff(symbol)
    slopes = [_derivative(part, symbol) for part in expression.args]
    changing = [place for place, slope in enumerate(slopes) if slope != 0]
    if isinstance(expression, Add):
        return Add(*slopes)
    if isinstance(expression, Mul):
        return Add(*(_with(expression, place, slopes[place]) for place in changing))
    if isinstance(expression, Pow):
        (base, exponent), (inner, outer) = expression.args, slopes
        return expression * (outer * sympy.log(base) + inner * exponent / base) if changing else sympy.S.Zero
    return Add(*(_partial(expression, place) * slopes[place] for place in changing))


def _with(product: Mul, place: int, slope: Expr) -> Expr:
    """The product with a slope in place of a factor."""
    return Mul(*product.args[:place], slope, *product.args[place + 1 :])


def _partial(function: Function, place: int) -> Expr:
    """The derivative of a function by its argument at a place, unevaluated where SymPy has no rule."""
    try:
        return function.fdiff(place + 1)
    except ArgumentIndexError:
        return Function.fdiff(function, place + 1)


def numeric_value(expression: Expr, point: Mapping[Symbol, Rational]) -> str | None:
    """The value at a point by SymPy's evalf and mpmath's numerical derivatives, 30 digits; None if there is none.

    This serves what our language has no word for, such as the derivative of besselj by its order.
    """
    unevaluated = expression.doit(deep=False) if isinstance(expression, Subs) else expression
    values = {derivative: _numeric_derivative(derivative, point) for derivative in unevaluated.atoms(Derivative)}
    value = unevaluated.xreplace(values).xreplace(dict(point)).evalf(_DIGITS)
    if not value.is_Float and not value.is_Rational:
        return None
    return str(value.evalf(_DIGITS - 10))


def _numeric_derivative(derivative: Derivative, point: Mapping[Symbol, Rational]) -> Expr:
    (symbol, order), *rest = derivative.variable_count
    if rest or symbol not in point:
        return derivative
    others = {s: v for s, v in point.items() if s != symbol}
    function = derivative.expr.xreplace(others)

    def value(t: mpmath.mpf) -> mpmath.mpf:
        # mpmath.diff raises its precision while it steps; SymPy must follow or the step is lost.
        digits = mpmath.mp.dps + 5
        return function.xreplace({symbol: Float(t, digits)}).evalf(digits)._to_mpmath(mpmath.mp.prec)  # noqa: SLF001

    with mpmath.workdps(_DIGITS):
        at = mpmath.mpf(int(point[symbol].p)) / int(point[symbol].q)
        return Float(mpmath.diff(value, at, int(order)), _DIGITS)


def is_real(expression: Expr) -> bool:
    """Whether no imaginary unit, nan or complex infinity stands in the expression."""
    return not expression.has(sympy.I, sympy.nan, sympy.zoo)
