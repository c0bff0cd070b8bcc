"""SymPy expression -> text of our language.

Comes in: a derivative. Goes out: text that the parser reads back to the same function; raises `NotExpressible` for
what the vocabulary lacks. Imports SymPy: only the SymPy process imports this module.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import sympy
from sympy import Expr, Mul
from sympy.printing.precedence import precedence
from sympy.printing.str import StrPrinter

from gradcalc.dtypes import DType, exact
from gradcalc.engines.symbolic.building import Literal, named
from gradcalc.engines.symbolic.functions import SPELLINGS
from gradcalc.language import vocabulary


class NotExpressible(Exception):  # noqa: N818 - not an error: SymPy's evalf takes over
    """The expression holds something that our language has no word for."""


def to_language(expression: Expr, variables: Iterable[str], dtype: DType) -> str:
    """The text of `expression`; `variables` are the names that must not be used for constants or functions."""
    text = _Printer(frozenset(name.partition("[")[0] for name in variables), dtype).doprint(expression)
    return str(text)


_ROW_OF_CLASS: dict[type, str] = dict(SPELLINGS)
for _row in vocabulary.ROWS:
    if _row.sympy and isinstance(_class := named(_row.sympy), type):
        _ROW_OF_CLASS[_class] = _row.name

_RELATIONS = {
    sympy.StrictLessThan: "<",
    sympy.LessThan: "<=",
    sympy.StrictGreaterThan: ">",
    sympy.GreaterThan: ">=",
    sympy.Equality: "==",
    sympy.Unequality: "!=",
}


_SORTED_TERMS = 100


class _Printer(StrPrinter):  # type: ignore[misc]  # SymPy's classes are untyped
    """SymPy's own printer, with our words, and an error where we have none."""

    def __init__(self, names: frozenset[str], dtype: DType) -> None:
        super().__init__({"full_prec": False})
        self._names = names
        self._dtype = dtype

    def _print_Add(self, expr: Expr, order: str | None = None) -> str:  # noqa: N802 - SymPy's name
        # SymPy sorts terms by evaluating their coefficients; for a long sum that takes longer than all the rest.
        return str(super()._print_Add(expr, order="none" if len(expr.args) > _SORTED_TERMS else order))

    def emptyPrinter(self, expr: Any) -> str:  # noqa: N802 - SymPy's name
        raise NotExpressible(type(expr).__name__)

    def _print_Function(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        args = list(expr.args)
        name = _ROW_OF_CLASS.get(expr.func)
        if isinstance(expr, sympy.polygamma) and args[0] in {sympy.S.Zero, sympy.S.One}:
            name, args = ("digamma", "trigamma")[int(args[0])], args[1:]
        if isinstance(expr, sympy.Heaviside) and args[1] == sympy.S.Half:
            args = args[:1]
        if name is None:
            raise NotExpressible(expr.func.__name__)
        return f"{self._spelling(name, len(args))}({', '.join(self._print(a) for a in args)})"

    # These have printing methods of their own in SymPy's printer or a class that is no Function.
    _print_LambertW = _print_Heaviside = _print_Function  # noqa: N815 - SymPy's names
    _print_Max = _print_Min = _print_Function  # noqa: N815 - SymPy's names
    _print_LatticeOp = _print_Function  # noqa: N815 - SymPy's name
    _print_ExpBase = _print_Function  # noqa: N815 - SymPy's name
    _print_Abs = _print_sign = _print_Function  # noqa: N815 - SymPy's names

    def _spelling(self, name: str, count: int) -> str:
        """The row's name, or an alias where the formula has a variable of that name."""
        row = vocabulary.find(name, count)
        for spelling in (row.name, *row.aliases):
            if spelling not in self._names:
                return spelling
        raise NotExpressible(name)

    def _print_NumberSymbol(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        if expr is sympy.EulerGamma:
            return "(-digamma(1))"
        if expr is sympy.GoldenRatio:
            return "((1 + sqrt(5))/2)"
        raise NotExpressible(str(expr))

    _print_EulerGamma = _print_GoldenRatio = _print_NumberSymbol  # noqa: N815 - SymPy's names
    _print_Catalan = _print_TribonacciConstant = _print_NumberSymbol  # noqa: N815 - SymPy's names

    def _print_Exp1(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        del expr
        return next((name for name in ("e", "E") if name not in self._names), "exp(1)")

    def _print_Pi(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        del expr
        return next((name for name in ("pi", "π") if name not in self._names), "acos(-1)")

    def _print_Infinity(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        del expr
        return "∞"

    def _print_NegativeInfinity(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        del expr
        return "-∞"

    def _no_real_value(self, expr: Expr) -> str:
        raise NotExpressible(str(expr))

    _print_ImaginaryUnit = _print_NaN = _print_ComplexInfinity = _no_real_value  # noqa: N815 - SymPy's names
    _print_Derivative = _print_Subs = _print_Integral = _no_real_value  # noqa: N815 - SymPy's names
    _print_Sum = _print_Product = _print_Limit = _no_real_value  # noqa: N815 - SymPy's names
    _print_AccumulationBounds = _print_Float = _no_real_value  # noqa: N815 - SymPy's names

    def _print_Pow(self, expr: Expr, rational: bool = False) -> str:  # noqa: N802 - SymPy's signature
        if expr.exp.is_Rational and expr.exp.is_negative and expr.exp != -1:
            return f"1/{self._print(sympy.Pow(expr.base, -expr.exp, evaluate=False))}"
        return str(super()._print_Pow(expr, rational=rational))

    def _print_Mul(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        folded = self._folded(expr)
        return str(super()._print_Mul(folded) if folded.is_Mul else self._print(folded))

    def _folded(self, expr: Expr) -> Expr:
        """2*0.1 as 0.2, where the stored 0.2 is exactly twice the stored 0.1; else the product as it is."""
        coefficient, rest = expr.as_coeff_Mul()
        literals = [f for f in Mul.make_args(rest) if isinstance(f, Literal) and not f.is_integer]
        if len(literals) != 1 or not coefficient.is_Integer or abs(coefficient) == 1:
            return expr
        literal, factor = literals[0], abs(int(coefficient))
        product = factor * exact(literal.name)
        text = f"{float(product):.15g}"
        stored = Fraction(self._dtype.nearest(exact(literal.name)))
        if exact(text) != product or Fraction(self._dtype.nearest(product)) != factor * stored:
            return expr
        folded = Mul(*(Literal(text, positive=True) if f is literal else f for f in Mul.make_args(rest)))
        return folded if coefficient > 0 else -folded

    def _print_Relational(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        sign = _RELATIONS[type(expr)]
        level = precedence(expr)
        return f"{self.parenthesize(expr.lhs, level)} {sign} {self.parenthesize(expr.rhs, level)}"

    def _joined(self, expr: Expr, sign: str) -> str:
        return sign.join(f"({self._print(a)})" for a in expr.args)

    def _print_And(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        return self._joined(expr, " & ")

    def _print_Or(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        return self._joined(expr, " | ")

    def _print_Not(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        return f"~({self._print(expr.args[0])})"

    def _print_ITE(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        # SymPy makes one of a comparison with a Piecewise, as a `where` inside a `where` is.
        condition, holds, otherwise = (self._print(a) for a in expr.args)
        return f"(({condition}) & ({holds})) | (~({condition}) & ({otherwise}))"

    def _print_BooleanFunction(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        raise NotExpressible(type(expr).__name__)

    def _print_BooleanTrue(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        del expr
        return "0 == 0"

    def _print_BooleanFalse(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        del expr
        return "0 != 0"

    def _print_Piecewise(self, expr: Expr) -> str:  # noqa: N802 - SymPy's name
        pieces = list(expr.args)
        if pieces[-1][0] is sympy.nan:
            del pieces[-1]
        if not pieces or any(value is sympy.nan for value, _ in pieces):
            raise NotExpressible("nan")
        if pieces[-1][1] is not sympy.true:
            pairs = ", ".join(f"({self._print(value)}, {self._print(condition)})" for value, condition in pieces)
            return f"Piecewise({pairs})"
        text = str(self._print(pieces[-1][0]))
        for value, condition in reversed(pieces[:-1]):
            text = f"where({self._print(condition)}, {self._print(value)}, {text})"
        return text


def to_latex(expression: Expr) -> str:
    """LaTeX, entries of vectors as subscripts."""
    return str(sympy.latex(expression, symbol_names=_symbol_names(expression)))


def to_pretty(expression: Expr) -> str:
    """SymPy's two-dimensional text with Unicode signs."""
    return str(sympy.pretty(expression, use_unicode=True, wrap_line=False))


def _symbol_names(expression: Expr) -> dict[sympy.Symbol, str]:
    names = {}
    for symbol in expression.free_symbols:
        base, bracket, index = symbol.name.partition("[")
        if bracket:
            names[symbol] = f"{base}_{{{index[:-1]}}}"
    return names
