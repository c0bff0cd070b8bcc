"""The records that a renderer, a script or a Python caller sees: frozen, of plain str, int and float.

Comes in: nothing. Goes out: `Result`, `Recording` and `Regression` with their parts, the answers to `diff`, `tape` and
`logistic`; their field names are the JSON keys. Imports `claims`, for `Answer`, and the standard library.
Numbers that torch or a formula made non-finite stay floats here; JSON turns them
into null beside "nonfinite".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gradcalc.claims import Check

SCHEMA = 1

#: The value of a variable or a node: a number, or a tuple for a vector; that of a condition is made of bools.
Value = float | tuple[float, ...]


class Outcome(StrEnum):
    """What the verdict says of one side at one point."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNDEFINED = "undefined"
    UNSUPPORTED = "unsupported"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Certified:
    """A proved enclosure: a decimal and how far the true value is from it at most.

    left, right: one-sided slopes at a kink or a singular point, decimals, "inf" or "-inf"; where there is no
    derivative, value and radius are None. proved: whether these come from a series, and not from difference quotients.
    """

    value: str | None
    radius: str | None
    left: str | None = None
    right: str | None = None
    proved: bool = True


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
class Rewriting:
    """The same value written otherwise, and what torch makes of that.

    wrt: the component. piece, instead: what stood in the formula, and what stands there now; expression: all of it.
    value: torch's gradient of it; outcome, ulps, digits: as in `Autograd`, against the derivative of the formula as it
    was typed.
    """

    wrt: str
    piece: str
    instead: str
    expression: str
    value: float | None
    outcome: Outcome
    ulps: float | None
    digits: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement on torch's gradient: outcome, the cause and its place in the formula, a sentence.

    rewriting: the same value written so that torch's gradient agrees, where one is needed and known.
    """

    outcome: Outcome
    explanation: str
    cause: str | None = None
    span: tuple[int, int] | None = None
    rewriting: Rewriting | None = None


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
class Witnessed:
    """A number of torch's beside the exact one; of a condition both are whether it holds.

    autograd: None where torch has none. certified: a decimal, or "true" or "false"; None where it is not known, or
    there is none, with the `reason`. ulps, digits: as in `Autograd`.
    """

    autograd: float | None
    certified: str | None
    ulps: float | None = None
    digits: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One node of the computation as typed: its value and its adjoint, each by torch and exactly.

    number, source, span, operation: as in `Node`, without the nodes of definitions that torch is given. values: of the
    node, one for each entry of a vector; adjoints: the derivatives of the result by the node, empty where the backward
    pass does not come. lost: `value`, `adjoint` or both, where digits are lost at this node and not before.
    """

    number: int
    source: str
    span: tuple[int, int]
    operation: str
    values: tuple[Witnessed, ...]
    adjoints: tuple[Witnessed, ...]
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """How much a relative error of one input grows: in f, |x f'/f|, and in its derivative, |x f''/f'|.

    None where that is not known or has no meaning, infinite where f or the derivative is 0.
    """

    wrt: str
    value: float | None
    gradient: float | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Account:
    """The whole account of a gradient: what each node holds and should hold, and what other formulas give.

    reason: why torch has no values, where it has none.
    """

    conditions: tuple[Condition, ...]
    steps: tuple[Step, ...]
    rewritings: tuple[Rewriting, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one `diff` question; `gradcalc.diff` returns it and every format renders it.

    at: the stored point, each value rounded to the dtype, a tuple for a vector. device: None without a point.
    account: where it was asked for.
    """

    command: str
    expression: str
    at: dict[str, Value]
    dtype: str
    device: str | None
    value: Values
    gradient: tuple[Partial, ...]
    notes: tuple[str, ...] = ()
    account: Account | None = None

    def __repr__(self) -> str:
        """One line a partial derivative, for people at a Python prompt."""
        lines = [f"gradcalc.{self.command}({self.expression!r}) at {self.at}" if self.at else self.expression]
        for partial in self.gradient:
            line = f"  d/d{partial.wrt} = {partial.symbolic.expression or partial.symbolic.reason}"
            if partial.autograd is not None and partial.verdict is not None:
                line += f" = {partial.symbolic.value}; torch {partial.autograd.value}: {partial.verdict.outcome}"
            lines.append(line)
        return "\n".join(lines)


# -- tape


@dataclass(frozen=True, slots=True)
class Operand:
    """What a node was computed from: another node by its number, or a literal as typed with its value in the dtype."""

    node: int | None
    literal: str | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """What a node hands back to one operand in the backward pass.

    node: the operand's number. derivative: of the node by that operand: a number; entry by entry where a vector takes
    part; rows of a matrix for softmax; None where that would be long. adds: to the operand's adjoint.
    """

    node: int
    derivative: Value | tuple[tuple[float, ...], ...] | None
    adds: Value


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the computation as torch ran it.

    number: from 1, in the order of the forward pass. source, span: its piece of the formula. operation: `variable`, or
    a name of the language (`pow`, `sin`). grad_fn: torch's name of the backward function, None for what has none.
    adjoint: the derivative of the result by this node, None where the backward pass did not come.
    """

    number: int
    source: str
    span: tuple[int, int]
    operation: str
    operands: tuple[Operand, ...]
    value: Value
    grad_fn: str | None
    adjoint: Value | None
    passes: tuple[Pass, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that torch refused: its own words, what they mean, and how to mend it."""

    call: str
    error: str
    message: str
    explanation: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Recording:
    """The answer to one `tape` question.

    backward: the numbers of the nodes in the order of the backward pass. grads: each variable's `.grad` after each
    backward call that was asked for; None where it has none. explanation: what the calls show, a sentence.
    """

    command: str
    expression: str
    at: dict[str, Value]
    dtype: str
    device: str
    nodes: tuple[Node, ...]
    backward: tuple[int, ...]
    grads: tuple[dict[str, Value | None], ...] = ()
    explanation: str | None = None
    refusal: Refusal | None = None
    notes: tuple[str, ...] = ()


# -- logistic


@dataclass(frozen=True, slots=True)
class Stage:
    """One quantity of the forward pass by its formula; a vector where there are several samples."""

    name: str
    formula: str
    value: Value


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of the chain rule.

    factor: `dŷ/dz`; formula: of it, by hand. hand: its value; autograd: what torch multiplies by there. product: of the
    factors so far, by hand; adjoint: what torch's backward pass holds at `node`, which should be the same.
    """

    factor: str
    formula: str
    hand: Value
    autograd: Value | None
    product: Value
    node: str
    adjoint: Value | None


@dataclass(frozen=True, slots=True)
class Compared:
    """A number of the dtype against its truth.

    of: `L`, or a component's `w`. exact: the truth to at least 40 digits, None where there is none. ulps, digits: as in
    `Autograd`. explanation: the judgement in a sentence.
    """

    of: str
    value: float | None
    exact: str | None
    outcome: Outcome
    ulps: float | None
    digits: int | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Formulation:
    """One way to compute the loss, and what torch made of it, against the exact loss without a clamp.

    short: the name in a few letters. reason: why it breaks, where it does and the reason is known.
    """

    name: str
    short: str
    expression: str
    loss: Compared
    gradient: tuple[Compared, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Regression:
    """The answer to one `logistic` question.

    The first fields are those of `Result`, of the loss with the clamp, by the weights and the bias. hand: the products
    of the factors. features: the names of a file's columns, by variable. exact: SymPy's derivatives of the exact loss,
    in our language, by component; None for one that it did not find.
    """

    command: str
    expression: str
    at: dict[str, Value]
    dtype: str
    device: str
    value: Values
    gradient: tuple[Partial, ...]
    epsilon: str
    features: dict[str, str]
    stages: tuple[Stage, ...]
    factors: tuple[Factor, ...]
    hand: tuple[Compared, ...]
    formulations: tuple[Formulation, ...]
    exact: dict[str, str | None]
    notes: tuple[str, ...] = ()


#: The answers that hold what torch computed.
Computed = Result | Recording | Regression

#: What a question is answered with.
Answer = Computed | Check
