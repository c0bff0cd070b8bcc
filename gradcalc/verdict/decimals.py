"""Exact decimals as text for a sentence. Imports the standard library only."""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

#: As of a float's repr: beyond these a number has an exponent.
_SMALLEST, _LARGEST = -4, 15


def shown(decimal: str, digits: int) -> str:
    """A decimal to so many digits without needless zeros, laid out as Python lays out a float beside it."""
    context = Context(prec=digits, Emax=MAX_EMAX, Emin=MIN_EMIN)
    number = context.normalize(context.plus(Decimal(decimal)))
    if _SMALLEST <= number.adjusted() <= _LARGEST:
        return f"{number:f}"
    mantissa, _, exponent = f"{number:e}".partition("e")
    return f"{mantissa}e{int(exponent):+03d}"
