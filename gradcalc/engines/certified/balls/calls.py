"""A function of the vocabulary on balls: its domain and its reach first, then Arb.

Comes in: a row's name and the arguments' balls. Goes out: a finite ball. Imports flint: only `evaluator` imports this
module.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from flint import arb

from gradcalc.engines.certified.balls import functions
from gradcalc.engines.certified.balls.domains import Bounds, bounds
from gradcalc.engines.certified.errors import OutOfReachError, UndecidedError, UndefinedError, UnsupportedError
from gradcalc.language import vocabulary

# The functions that have a limit at an infinite argument which Arb returns.
_AT_INFINITY = frozenset(
    {"arb.exp", "arb.log", "arb.sqrt", "arb.atan", "arb.tanh", "arb.erf", "arb.erfc", "absolute", "sign"}
    | {"maximum", "minimum"}
)

# A number beyond this, or below its reciprocal, has an exponent too long to quote.
_LONG = arb(2) ** 20_000


def call(name: str, args: list[arb]) -> arb:
    """The value of a row. Raises the signals of this package; see `signals`."""
    column, function, limits = _find(name, len(args))
    if column not in _AT_INFINITY and not all(arg.is_finite() for arg in args):
        raise UndefinedError(f"{name} has no value at infinity")
    inside = limits.domain(*args)
    if inside is None:
        raise UndecidedError(f"whether {name} is defined")
    if not inside:
        raise UndefinedError(f"{_shown(name, args)} has no finite real value")
    if not limits.reach(*args):
        raise OutOfReachError(f"{_shown(name, args)} is out of reach of ball arithmetic")
    result = function(*args)
    if result.is_finite() or (result.is_exact() and not result.is_nan()):
        return result
    if not limits.stated and result.is_nan() and all(arg.is_exact() for arg in args):
        raise UndefinedError(f"{_shown(name, args)} has no finite real value")
    raise OutOfReachError(f"{_shown(name, args)} is out of reach of ball arithmetic")


def within(name: str, args: list[arb]) -> bool:
    """Whether a row is certainly defined on all of these balls."""
    _, _, limits = _find(name, len(args))
    return limits.domain(*args) is True


def is_analytic(name: str, args: list[arb]) -> bool:
    """Whether a row is certainly analytic on all of these balls."""
    _, _, limits = _find(name, len(args))
    return limits.domain(*args) is True and limits.analytic(*args)


@cache
def _find(name: str, count: int) -> tuple[str, Callable[..., arb], Bounds]:
    """What the row's `arb` column means: a method of `flint.arb`, or a word of `functions`."""
    column = vocabulary.find(name, count).arb
    if not column:
        raise UnsupportedError(f"ball arithmetic has no {name}")
    library, _, method = column.rpartition(".")
    return column, getattr(arb, method) if library else functions.FUNCTIONS[column], bounds(column)


def _shown(name: str, args: list[arb]) -> str:
    """The call as a reason quotes it, `log(-1)`."""
    return f"{name}({', '.join(_number(arg) for arg in args)})"


def _number(arg: arb) -> str:
    stored = float(arg.mid())
    if arg == stored:
        return repr(stored).removesuffix(".0")
    return "..." if abs(arg) > _LONG or abs(arg) < 1 / _LONG else str(arg.str(6, radius=False))
