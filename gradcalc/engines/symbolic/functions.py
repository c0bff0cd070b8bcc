"""Functions that SymPy lacks, or differentiates as distributions or complex functions: real, almost everywhere.

Imports SymPy: only the SymPy process imports this module. The vocabulary's `sympy` column names these functions where
it is a bare word. Rules: the derivative of a step is 0 (away from its jumps), of cbrt 1/(3*cbrt(x)**2).
"""

from __future__ import annotations

import sympy
from sympy import Expr, Function, Integer, Rational, integer_nthroot


class Step(Function):  # type: ignore[misc]  # SymPy's classes are untyped
    """A function that is constant between its jumps."""

    nargs = 1
    is_extended_real = True

    def fdiff(self, argindex: int = 1) -> Expr:
        """The derivative away from the jumps."""
        del argindex
        return sympy.S.Zero


class Floor(Step):
    """The largest whole number not above the argument."""

    @classmethod
    def eval(cls, value: Expr) -> Expr | None:
        """Whole numbers for rational arguments."""
        return Integer(value.p // value.q) if value.is_Rational else None


class Ceil(Step):
    """The smallest whole number not below the argument."""

    @classmethod
    def eval(cls, value: Expr) -> Expr | None:
        """Whole numbers for rational arguments."""
        return Integer(-(-value.p // value.q)) if value.is_Rational else None


class Round(Step):
    """The nearest whole number, halves to even."""

    @classmethod
    def eval(cls, value: Expr) -> Expr | None:
        """Whole numbers for rational arguments."""
        return Integer(round(Rational(value.p, value.q))) if value.is_Rational else None


class Trunc(Step):
    """The argument without its fraction."""

    @classmethod
    def eval(cls, value: Expr) -> Expr | None:
        """Whole numbers for rational arguments."""
        if not value.is_Rational:
            return None
        whole = Integer(abs(value.p) // value.q)
        return whole if value.p >= 0 else -whole


class Cbrt(Function):  # type: ignore[misc]  # SymPy's classes are untyped
    """The real cube root, odd."""

    nargs = 1
    is_extended_real = True

    @classmethod
    def eval(cls, value: Expr) -> Expr | None:
        """Exact for cubes of rational numbers."""
        if not value.is_Rational:
            return None
        (p, p_exact), (q, q_exact) = integer_nthroot(abs(int(value.p)), 3), integer_nthroot(int(value.q), 3)
        if not (p_exact and q_exact):
            return None
        return Rational(p if value.p >= 0 else -p, q)

    def fdiff(self, argindex: int = 1) -> Expr:
        """1/(3*cbrt(x)**2)."""
        del argindex
        return 1 / (3 * self**2)


class Sinc(Function):  # type: ignore[misc]  # SymPy's classes are untyped
    """sin(x)/x, 1 at 0. SymPy's own sinc loses the point 0 when it is differentiated."""

    nargs = 1
    is_extended_real = True

    @classmethod
    def eval(cls, value: Expr) -> Expr | None:
        """1 at 0."""
        return sympy.S.One if value.is_zero else None

    def fdiff(self, argindex: int = 1) -> Expr:
        """cos(x)/x - sin(x)/x**2, 0 at 0."""
        del argindex
        x = self.args[0]
        slope = sympy.cos(x) / x - sympy.sin(x) / x**2
        return sympy.Piecewise((slope, sympy.Ne(x, 0)), (0, True))


class RealAbs(Function):  # type: ignore[misc]  # SymPy's classes are untyped
    """The absolute value of what is real wherever it is defined, though SymPy cannot know: log(x), sqrt(x)."""

    nargs = 1
    is_extended_real = True

    def fdiff(self, argindex: int = 1) -> Expr:
        """The sign of the argument."""
        del argindex
        return sign(self.args[0])


class RealSign(Step):
    """The sign of what is real wherever it is defined."""


class RealHeaviside(Step):
    """SymPy's Heaviside, 1/2 at 0, of what is real wherever it is defined."""


def absolute(value: Expr) -> Expr:
    """SymPy's Abs where it knows the argument to be real, ours elsewhere."""
    return sympy.Abs(value) if value.is_extended_real else RealAbs(value)


def sign(value: Expr) -> Expr:
    """SymPy's sign where it knows the argument to be real, ours elsewhere."""
    return sympy.sign(value) if value.is_extended_real else RealSign(value)


def heaviside(value: Expr) -> Expr:
    """SymPy's Heaviside where it knows the argument to be real, ours elsewhere."""
    return sympy.Heaviside(value) if value.is_extended_real else RealHeaviside(value)


class RealExtremum(Function):  # type: ignore[misc]  # SymPy's classes are untyped
    """The larger or smaller of two arguments that SymPy does not know to be real."""

    nargs = 2
    is_extended_real = True
    direction = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        """1 where the argument is the one taken, 1/2 at a tie (SymPy's convention for Max)."""
        mine, other = self.args if argindex == 1 else self.args[::-1]
        return heaviside(self.direction * (mine - other))


class RealMax(RealExtremum):
    """The larger of two arguments."""


class RealMin(RealExtremum):
    """The smaller of two arguments."""

    direction = -1


def maximum(*values: Expr) -> Expr:
    """SymPy's Max where it knows the arguments to be real, ours elsewhere."""
    return _extremum(sympy.Max, RealMax, values)


def minimum(*values: Expr) -> Expr:
    """SymPy's Min where it knows the arguments to be real, ours elsewhere."""
    return _extremum(sympy.Min, RealMin, values)


def _extremum(known: type[Expr], ours: type[Expr], values: tuple[Expr, ...]) -> Expr:
    if all(value.is_extended_real for value in values):
        return known(*values)
    result = values[0]
    for value in values[1:]:
        result = ours(result, value)
    return result


def xlogy(x: Expr, y: Expr) -> Expr:
    """x*log(y): its value at x = 0 is a matter of the tape, its derivative by x is log(y) there too."""
    return x * sympy.log(y)


def xlog1py(x: Expr, y: Expr) -> Expr:
    """x*log(1 + y), as `xlogy`."""
    return x * sympy.log(1 + y)


floor, ceiling, nearest, truncate, cbrt, sinc = Floor, Ceil, Round, Trunc, Cbrt, Sinc
loggamma = sympy.loggamma

#: How the classes are spelled that no row names: those the functions above return, and those SymPy puts in their place.
SPELLINGS = {
    RealAbs: "abs",
    RealSign: "sign",
    RealHeaviside: "heaviside",
    RealMax: "max",
    RealMin: "min",
    sympy.Abs: "abs",
    sympy.sign: "sign",
    sympy.Heaviside: "heaviside",
    sympy.Max: "max",
    sympy.Min: "min",
    sympy.floor: "floor",
    sympy.ceiling: "ceil",
}
