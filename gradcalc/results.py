"""The records that a renderer, a script or a Python caller sees: frozen, of plain str, int and float.

Comes in: nothing. Goes out: `Result` and its parts, whose field names are the JSON keys.
Imports the standard library only. Numbers that torch or a formula made non-finite stay floats here; JSON turns them
into null beside "nonfinite".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SCHEMA = 1


class Outcome(StrEnum):
    """What the verdict says of one side at one point."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNDEFINED = "undefined"
    UNSUPPORTED = "unsupported"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Certified:
    """A proved enclosure: decimal midpoint and radius; `left` and `right` are one-sided slopes at a kink."""

    value: str
    radius: str
    left: str | None = None
    right: str | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """The formula's value f at the point.

    symbolic: of exact arithmetic, correctly rounded to float64; None where f has no real value.
    exact: the same to at least 40 significant digits. autograd: torch's, None where torch lacks a function.
    """

    symbolic: float | None = None
    exact: str | None = None
    autograd: float | None = None
    certified: Certified | None = None


@dataclass(frozen=True, slots=True)
class Symbolic:
    """SymPy's side of one partial derivative.

    expression: the derivative in our language; None if SymPy found none. latex, pretty: the same for print.
    value: the derivative at the point, correctly rounded to float64 (nan where it has no real value, None without a
    point or a derivative). exact: the same to at least 40 significant digits. ulps: distance of `value` from the
    truth in units in the last place of the dtype. reason: why something is missing, one clause.
    """

    expression: str | None = None
    latex: str | None = None
    pretty: str | None = None
    value: float | None = None
    exact: str | None = None
    outcome: Outcome | None = None
    ulps: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Autograd:
    """torch's side of one partial derivative: what the backward pass of the typed program returned.

    ulps: distance from the truth in units in the last place of the dtype; digits: right significant decimal digits,
    at most those of the dtype. Both None where there is no truth to compare with. reason: why `value` is missing.
    """

    value: float | None = None
    outcome: Outcome = Outcome.UNDECIDED
    ulps: float | None = None
    digits: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement on torch's gradient: outcome, the cause and its place in the formula, a sentence."""

    outcome: Outcome
    explanation: str
    cause: str | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Partial:
    """One partial derivative.

    wrt: a variable, or an entry of a vector, `x[0]`. Without a point only the symbolic side is there.
    """

    wrt: str
    order: int
    symbolic: Symbolic
    autograd: Autograd | None = None
    certified: Certified | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one `diff` question; `gradcalc.diff` returns it and every format renders it.

    at: the stored point, each value rounded to the dtype, a tuple for a vector. device: None without a point.
    """

    command: str
    expression: str
    at: dict[str, float | tuple[float, ...]]
    dtype: str
    device: str | None
    value: Values
    gradient: tuple[Partial, ...]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """One line a partial derivative, for people at a Python prompt."""
        lines = [f"gradcalc.{self.command}({self.expression!r}) at {self.at}" if self.at else self.expression]
        for partial in self.gradient:
            line = f"  d/d{partial.wrt} = {partial.symbolic.expression or partial.symbolic.reason}"
            if partial.autograd is not None and partial.verdict is not None:
                line += f" = {partial.symbolic.value}; torch {partial.autograd.value}: {partial.verdict.outcome}"
            lines.append(line)
        return "\n".join(lines)
