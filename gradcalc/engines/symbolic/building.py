"""Tape -> SymPy expression.

Comes in: a scalar tape. Goes out: an expression over real symbols. Sums and products are built n-ary, since a nested
build is quadratic. Imports SymPy: only the SymPy process imports this module.

What SymPy must not compute with is carried as a symbol named by its text and printed as such: a decimal literal that
is not a member of the dtype (so that 0.1 stays the stored 0.1 through every simplification), and numbers so large
that SymPy would hang on them. Without a dtype a literal is the rational number that was typed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction

import sympy
from sympy import Add, Expr, Integer, Mul, Pow, Rational, Symbol

from gradcalc.dtypes import DType, exact
from gradcalc.engines.symbolic import functions
from gradcalc.language import vocabulary
from gradcalc.language.limits import NUMBER_CHARACTERS
from gradcalc.language.lowering import inline, is_call
from gradcalc.language.tape import CONSTANT, NUMBER, VARIABLE, Instruction, Tape

_CONSTANTS = {"e": sympy.E, "pi": sympy.pi, "tau": 2 * sympy.pi, "infinity": sympy.oo, "undefined": sympy.nan}
_RELATIONS: dict[str, Callable[..., Expr]] = {
    "lt": sympy.Lt,
    "le": sympy.Le,
    "gt": sympy.Gt,
    "ge": sympy.Ge,
    "eq": sympy.Eq,
    "ne": sympy.Ne,
    "and": sympy.And,
    "or": sympy.Or,
    "not": sympy.Not,
}

# A power with more bits is carried as text: SymPy would print more digits than the language reads back, and from some
# millions on its integers take seconds and gigabytes.
_POWER_BITS = (NUMBER_CHARACTERS - 2) * math.log2(10)
_EXPONENT = 10**6
# Of numerator or denominator: 60 digits behind a point, and an exponent as large as float64 has.
_LITERAL_BITS = 1500
# SymPy expands special functions at whole numbers term by term (uppergamma, factorial): larger ones stay symbols.
_SPECIAL_ARGUMENT = 100


def build(tape: Tape, dtype: DType | None) -> Expr:
    """The expression of a scalar tape; literals are read as members of `dtype`, or exactly where that is None."""
    return _Builder(inline(tape, lambda row: not row.sympy), dtype).run()


def variable(name: str) -> Symbol:
    """The real symbol of a variable of the formula."""
    return Symbol(name, real=True)


def literal_values(expression: Expr, dtype: DType) -> Mapping[Symbol, Rational]:
    """The exact values of the literals that `expression` carries as symbols."""
    values = {}
    for symbol in expression.free_symbols:
        if isinstance(symbol, Literal):
            stored = exact(symbol.name) if symbol.is_integer else Fraction(dtype.nearest(exact(symbol.name)))
            values[symbol] = Rational(stored.numerator, stored.denominator)
    return values


def named(column: str) -> Callable[..., Expr]:
    """What a row's `sympy` column names: a path in SymPy, or a bare word of `functions`."""
    library, _, name = column.rpartition(".")
    found: Callable[..., Expr] = getattr(sympy if library else functions, name)
    return found


class Literal(Symbol):  # type: ignore[misc]  # SymPy's classes are untyped
    """A number that SymPy must not compute with, named by its text."""

    __slots__ = ()


class Opaque(Symbol):  # type: ignore[misc]  # SymPy's classes are untyped
    """A constant power too large for SymPy, named by its bracketed text."""

    __slots__ = ()


class _Builder:
    def __init__(self, tape: Tape, dtype: DType | None) -> None:
        self._tape = tape
        self._dtype = dtype
        self._uses = Counter(node for step in tape.instructions for node in step.args)
        # A chain of sums or products waits here as a list until something else needs it whole.
        self._built: list[Expr | None] = []
        self._chains: dict[int, tuple[str, list[Expr]]] = {}

    def run(self) -> Expr:
        for node, step in enumerate(self._tape.instructions):
            if step.op in {"add", "sub", "mul", "div"}:
                self._extend(node, step)
                self._built.append(None)
            else:
                self._built.append(self._expression(step))
        return self._whole(len(self._built) - 1)

    def _extend(self, node: int, step: Instruction) -> None:
        left, right = step.args
        kind = "sum" if step.op in {"add", "sub"} else "product"
        terms = self._terms(left, kind)
        if step.op == "add":
            terms.extend(self._terms(right, kind))
        elif step.op == "sub":
            terms.append(-self._whole(right))
        elif step.op == "mul":
            terms.extend(self._terms(right, kind))
        else:
            terms.append(Pow(self._whole(right), -1))
        self._chains[node] = (kind, terms)

    def _terms(self, node: int, kind: str) -> list[Expr]:
        """The terms of a chain of that kind, taken over if nobody else uses it; else the node as one term."""
        chain = self._chains.get(node)
        if chain is None or chain[0] != kind:
            return [self._whole(node)]
        return chain[1] if self._uses[node] == 1 else list(chain[1])

    def _whole(self, node: int) -> Expr:
        built = self._built[node] if node < len(self._built) else None
        if built is None:
            kind, terms = self._chains[node]
            built = Add(*terms) if kind == "sum" else Mul(*terms)
            self._built[node] = built
        return built

    def _expression(self, step: Instruction) -> Expr:
        if step.op == NUMBER:
            return self._number(step.text)
        if step.op == VARIABLE:
            return variable(step.text)
        if step.op == CONSTANT:
            return _CONSTANTS[step.text]
        args = [self._whole(i) for i in step.args]
        if step.op == "neg":
            return -args[0]
        if step.op == "pow":
            whole = self._tape.whole_literal(step.args[1])
            return self._power(args[0], args[1] if whole is None else Integer(whole))
        if step.op == "where":
            condition, value, otherwise = args
            pieces = [(value, condition), (otherwise, True)]
            return sympy.Piecewise(*(pieces[:1] if otherwise is sympy.nan else pieces))
        if is_call(step.op):
            return self._call(vocabulary.find(step.op, len(args)), args)
        return _RELATIONS[step.op](*args)

    def _number(self, text: str) -> Expr:
        value = exact(text)
        if self._is_exact(value):
            return Rational(value.numerator, value.denominator)
        return Literal(f"{text}.0" if text.isdigit() else text, positive=True)

    def _is_exact(self, value: Fraction) -> bool:
        """Whether SymPy may compute with a literal of this value."""
        if self._dtype is None:
            return max(value.numerator, value.denominator).bit_length() <= _LITERAL_BITS
        return Fraction(self._dtype.nearest(value)) == value

    def _power(self, base: Expr, exponent: Expr) -> Expr:
        if not exponent.is_Integer:
            return Pow(base, exponent)
        scale = max((_bits(factor) for factor in Mul.make_args(base) if factor.is_Rational), default=0.0)
        bits = abs(int(exponent)) * scale
        if bits > _POWER_BITS and base.is_Rational:
            # Not the piece of source: where a definition was inlined or a vector unrolled that is the whole call.
            mantissa = base if base.is_Integer and base >= 0 else f"({base})"
            return Opaque(f"({mantissa}**{exponent})", real=True)
        if bits > _POWER_BITS or abs(exponent) > _EXPONENT:
            return Pow(base, _whole_number(exponent))
        return Pow(base, exponent)

    def _call(self, row: vocabulary.Function, args: list[Expr]) -> Expr:
        if not row.bare and row.sympy.startswith("sympy."):
            args = [_whole_number(a) if a.is_Integer and abs(a) > _SPECIAL_ARGUMENT else a for a in args]
        return named(row.sympy)(*args)


def _bits(value: Rational) -> float:
    """The bits that each power of a rational adds; none for 0, 1 and -1."""
    return math.log2(max(abs(int(value.p)), int(value.q)))


def _whole_number(value: Integer) -> Expr:
    """A large whole number as a symbol with its sign and parity, which are all that SymPy needs."""
    size = Literal(str(abs(int(value))), integer=True, positive=True, even=bool(value % 2 == 0))
    return size if value > 0 else -size
