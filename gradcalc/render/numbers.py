"""Numbers and names as text: the one place that decides how many digits are shown.

Comes in: floats, and decimal strings from the pipeline. Goes out: text. Imports `dtypes` and `results`.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Literal

from gradcalc.dtypes import DTYPES, FLOAT64, DType
from gradcalc.results import Autograd, Certified, Computed, Outcome, Partial, Symbolic, Value, Values

NonFinite = Literal["nan", "inf", "-inf"]

_WITHOUT_NUMBER = frozenset({Outcome.UNDEFINED, Outcome.UNSUPPORTED, Outcome.UNDECIDED})

#: Digits of a certified value in a table; the other formats have all.
_SHOWN = 27

_NUMERIC = "by difference quotients, not proved"

#: Beyond so many ulps an agreement is told by its right digits.
_LOOSE_ULPS = 16

#: Wide enough for every decimal that a Result holds; the default context would overflow at 1e999999.
_WIDE = Context(prec=1100, rounding=ROUND_HALF_EVEN, Emax=10**15, Emin=-(10**15))


def nonfinite(value: float) -> NonFinite | None:
    """The word for a number that no decimal denotes; None for a finite one."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return None


def native(value: float, dtype: DType, digits: int | None) -> str:
    """A number of the format `dtype`: the shortest text that reads back, or `digits` digits of its exact value."""
    if word := nonfinite(value):
        return word
    return _bare(dtype.shortest(value)) if digits is None else significant(Decimal(value), digits)


def correct(value: float, exact: str | None, dtype: DType, digits: int | None) -> str:
    """A correctly rounded float64 beside numbers of `dtype`: as many digits as tell those apart.

    With `digits`, that many of `exact`, the decimal it was rounded from.
    """
    if word := nonfinite(value):
        return word
    if digits is not None:
        return significant(Decimal(exact) if exact is not None else Decimal(value), digits)
    return _bare(repr(value) if dtype == FLOAT64 else repr(float(f"{value:.{dtype.digits}g}")))


def significant(value: Decimal, digits: int) -> str:
    """`value` rounded half to even to `digits` significant digits, with its zeros (0 has none).

    Exponents are written as Python writes them.
    """
    if value == 0:
        return "0"
    sign, mantissa, shift = _WIDE.create_decimal(value).as_tuple()
    assert isinstance(shift, int), "infinities and nan were told apart before"
    exponent = len(mantissa) + shift - 1
    if len(mantissa) > digits:
        context = Context(prec=digits, rounding=ROUND_HALF_EVEN, Emax=_WIDE.Emax, Emin=_WIDE.Emin)
        rounded = context.create_decimal(value)
        exponent = rounded.adjusted()
        mantissa = rounded.as_tuple().digits
    text = "".join(str(d) for d in mantissa).ljust(digits, "0")
    minus = "-" if sign else ""
    if not -5 < exponent < digits:
        return f"{minus}{_point(text, 1)}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if exponent < 0:
        return f"{minus}0.{'0' * (-exponent - 1)}{text}"
    return minus + _point(text, exponent + 1)


def symbolic_gradient(symbolic: Symbolic, dtype: DType, digits: int | None) -> str:
    """The number that SymPy has for one partial, or the word for why there is none."""
    if symbolic.value is not None and not math.isnan(symbolic.value):
        return correct(symbolic.value, symbolic.exact, dtype, digits)
    if symbolic.outcome in _WITHOUT_NUMBER:
        return symbolic.outcome
    return Outcome.UNDECIDED if symbolic.value is None else Outcome.UNDEFINED


def symbolic_value(values: Values, dtype: DType, digits: int | None) -> str:
    """The formula's value by exact arithmetic; the outcome word where it has none."""
    if values.symbolic is None or math.isnan(values.symbolic):
        return Outcome.UNDEFINED
    return correct(values.symbolic, values.exact, dtype, digits)


def autograd_gradient(autograd: Autograd | None, dtype: DType, digits: int | None) -> str:
    """The number that torch has for one partial, or the word for why there is none; empty where torch was not asked."""
    if autograd is None:
        return ""
    return autograd.outcome if autograd.value is None else native(autograd.value, dtype, digits)


def autograd_value(values: Values, dtype: DType, digits: int | None) -> str:
    """The formula's value by torch; the outcome word where torch lacks a function."""
    return Outcome.UNSUPPORTED if values.autograd is None else native(values.autograd, dtype, digits)


def enclosure(certified: Certified | None, digits: int | None) -> str:
    """A proved value with its radius, or the one-sided slopes where there is none; empty where nothing is known."""
    if certified is None:
        return ""
    if certified.value is not None:
        return _proved(certified.value, certified.radius or "0", digits, proved=certified.proved)
    told = [f"{side} {text}" for side, text in _sides(certified) if text is not None]
    if not certified.proved:
        told.append(_NUMERIC)
    return f"no derivative ({', '.join(told)})" if told else "no derivative"


def _proved(value: str, radius: str, digits: int | None, *, proved: bool) -> str:
    """The digits of a certified value, and how many of them are proved."""
    exact, distance = Decimal(value), Decimal(radius)
    if not exact and distance:
        return f"0 ({f'proved to within {radius}' if proved else _NUMERIC})"
    if proved and distance == 0 and len(exact.normalize().as_tuple().digits) <= _SHOWN:
        return f"{significant(exact, digits) if digits else _plain(exact)} (exact)"
    most = max(digits or 0, 40)
    right = min(_WIDE.divide(abs(exact), distance).adjusted(), most) if distance else most
    shown = significant(exact, max(1, min(digits or _SHOWN, right)))
    more = "..." if not digits and "e" not in shown else ""
    return f"{shown}{more} ({f'proved to {right} digits' if proved else _NUMERIC})"


def _plain(exact: Decimal) -> str:
    """An exact decimal without needless zeros."""
    return _bare(repr(float(exact))) if Decimal(repr(float(exact))) == exact else f"{exact.normalize():f}"


def _sides(certified: Certified) -> tuple[tuple[str, str | None], ...]:
    sides = (("left", certified.left), ("right", certified.right))
    return tuple((side, text and _short(text)) for side, text in sides)


def _short(text: str) -> str:
    """Six digits of a one-sided slope."""
    return text if text.lstrip("-") == "inf" else f"{float(text):.6g}"


def coordinate(value: Value, dtype: DType, most: int = 6, digits: int | None = None) -> str:
    """A coordinate of the point or the value of a node; of a long vector the first entries and the last."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, tuple):
        return native(value, dtype, digits)
    shown = [coordinate(entry, dtype, digits=digits) for entry in value]
    if len(shown) > most:
        shown = [*shown[: most - 2], "...", shown[-1]]
    return f"[{', '.join(shown)}]"


def brief(value: Value, dtype: DType) -> str:
    """A number, or each entry of a vector, to six digits: for pictures and for columns of vectors."""
    if isinstance(value, tuple):
        return coordinate(tuple(_six_digits(entry) for entry in value), dtype)
    return coordinate(_six_digits(value), dtype)


def format_of(answer: Computed) -> DType:
    """The floating-point format that the answer's numbers have; whole numbers are read in float64."""
    return DTYPES.get(answer.dtype, FLOAT64)


def label(partial: Partial) -> str:
    """`df/dx`, or `d^2f/dx^2` for a higher order."""
    if partial.order == 1:
        return f"df/d{partial.wrt}"
    return f"d^{partial.order}f/d{partial.wrt}^{partial.order}"


def judgement(outcome: Outcome, distance: float | None, right: int | None) -> str:
    """The outcome with the ulps between a number and the truth, or the right digits where an agreement is loose."""
    if distance is None or outcome not in {Outcome.AGREES, Outcome.DIFFERS}:
        return outcome
    if outcome == Outcome.AGREES and distance > _LOOSE_ULPS and right is not None:
        return f"{outcome} ({right} digits)"
    return f"{outcome} ({ulps(distance)})"


def verdict(partial: Partial) -> str:
    """The judgement on torch's gradient; empty where torch was not asked."""
    if partial.verdict is None or partial.autograd is None:
        return ""
    return judgement(partial.verdict.outcome, partial.autograd.ulps, partial.autograd.digits)


def decimal(text: str, dtype: DType, digits: int | None) -> str:
    """An exact decimal beside numbers of `dtype`, also one beyond float64."""
    nearest = float(text)
    if digits is None and math.isfinite(nearest) and (nearest or not Decimal(text)):
        return correct(nearest, text, dtype, None)
    return significant(Decimal(text), digits or dtype.digits)


def nearness(distance: float | None, right: int) -> str:
    """The ulps of a number that is nearly right, else its right digits."""
    if distance is not None and distance <= _LOOSE_ULPS:
        return ulps(distance)
    return f"{right or 'no'} digit{'' if right == 1 else 's'}"


def ulps(count: float) -> str:
    """A distance in units in the last place, as a reader needs it."""
    if not math.isfinite(count):
        return f"{count} ulp"
    if 0 < count < 0.05:
        return "< 0.1 ulp"
    if count < 10:
        return f"{_bare(f'{count:.1f}')} ulp"
    return f"{count:.0f} ulp" if count < 10_000 else f"{count:.1e} ulp"


def _six_digits(number: float) -> float:
    return number if isinstance(number, bool) else float(f"{number:.6g}")


def _bare(text: str) -> str:
    return text.removesuffix(".0")


def _point(digits: str, position: int) -> str:
    return digits if position >= len(digits) else f"{digits[:position]}.{digits[position:]}"
