"""The certified engine: ball arithmetic (Arb, through python-flint) encloses the value of a tape.

Comes in: a scalar tape and the stored point. Goes out: an `Enclosure`. Imports `deadline`, `dtypes`, `language` and
this package; flint is loaded on the first call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gradcalc.deadline import Deadline
from gradcalc.dtypes import DType
from gradcalc.engines.certified.errors import OutOfReachError
from gradcalc.engines.certified.records import (
    Account,
    Behaviour,
    BehaviourKind,
    Certificate,
    Comparison,
    Enclosure,
    Kind,
    Loss,
    Pair,
    Relation,
    Scope,
    Side,
    Slope,
    Suspect,
)
from gradcalc.language.tape import Tape

if TYPE_CHECKING:
    from gradcalc.engines.certified.functions_of_claims import Family

__all__ = [
    "Account",
    "Behaviour",
    "BehaviourKind",
    "Certificate",
    "Comparison",
    "Enclosure",
    "Kind",
    "Loss",
    "OutOfReachError",
    "Pair",
    "Relation",
    "Scope",
    "Side",
    "Slope",
    "Suspect",
    "account",
    "differentiate",
    "evaluate",
    "family",
    "nodes",
]


def evaluate(
    tape: Tape,
    point: Mapping[str, float],
    dtype: DType,
    *,
    digits: int = 40,
    exact_integers: bool = False,
    deadline: Deadline | None = None,
) -> Enclosure:
    """The value of a scalar tape at stored inputs, enclosed until it rounds to one float64 and has `digits` digits.

    deadline: here and below, when what is not known yet stays undecided; by default some seconds from now.

    Literals are rounded to `dtype` and then exact, save whole-number exponents, which torch takes as they are;
    with `exact_integers` no whole-number literal is rounded (those of a printed derivative are SymPy's own).
    """
    from gradcalc.engines.certified.precision import Terms
    from gradcalc.engines.certified.schedule import enclose

    terms = Terms(digits, deadline or Deadline.after())
    return enclose(tape, point, dtype, terms, exact_integers=exact_integers)


def differentiate(
    tape: Tape,
    point: Mapping[str, float],
    dtype: DType,
    wrt: Sequence[str],
    order: int = 1,
    *,
    digits: int = 40,
    deadline: Deadline | None = None,
) -> Certificate:
    """The value and the pure derivatives of an order by each variable, enclosed at stored inputs as `evaluate` does.

    Where the program as it is written has no slope (a kink, 0/0, the edge of a domain) both sides are looked at.
    """
    from gradcalc.engines.certified import schedule
    from gradcalc.engines.certified.precision import Terms

    terms = Terms(digits, deadline or Deadline.after())
    return schedule.differentiate(tape, point, dtype, wrt, order, terms)


def account(
    tape: Tape,
    point: Mapping[str, float],
    dtype: DType,
    found: Mapping[str, float],
    truths: Mapping[str, str],
    order: int = 1,
    *,
    deadline: Deadline | None = None,
) -> dict[str, Account]:
    """What rounding may do to each derivative that torch `found` in the typed program, and what spoilt it.

    `truths` are the certified decimals, by variable as `found`.
    """
    from gradcalc.engines.certified import rounding_error

    return rounding_error.account(tape, point, dtype, found, truths, order, deadline or Deadline.after())


def nodes(
    tape: Tape, point: Mapping[str, float], dtype: DType, *, digits: int = 40, deadline: Deadline | None = None
) -> list[tuple[Enclosure | bool | None, Enclosure | None]]:
    """For each instruction of a scalar tape its value, and the derivative of the result by this instruction alone.

    A condition's value is a bool, None where it could not be decided; it has no derivative, nor has what no variable
    reaches.
    """
    from gradcalc.engines.certified import instructions

    return instructions.nodes(tape, point, dtype, digits, deadline or Deadline.after())


def family(seconds: float) -> Family:
    """A family of functions, empty yet, that are compared at exact points, for so many seconds of computing."""
    from gradcalc.engines.certified.functions_of_claims import Family

    return Family(seconds)
