"""The running rounding-error bound of the typed program and of its backward pass.

Comes in: a scalar tape, the stored point, the dtype. Goes out: an `Account` for each derivative. Imports flint: only
the package's `records` imports this module, on its first call.

The program that torch runs, forwards and backwards with torch's own formulas, is written as steps and evaluated in
ball arithmetic with a radius for the rounding of each operation: the radius that arrives at the end is the bound
(Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.3, with balls for the first-order terms).
One pass serves all derivatives; what spoilt each of them is for `losses` to say.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from flint import arb, ctx

from gradcalc.deadline import Deadline
from gradcalc.dtypes import DType
from gradcalc.engines.certified.derivatives import Rules, derivatives
from gradcalc.engines.certified.errors import OutOfReachError
from gradcalc.engines.certified.evaluator import Missing, Value, defined, run
from gradcalc.engines.certified.graph import CHAIN, TOTAL, WHOLE_POWER, Step, is_row, share
from gradcalc.engines.certified.losses import Losses, Rounded, as_float
from gradcalc.engines.certified.records import Account, Suspect
from gradcalc.language import vocabulary
from gradcalc.language.tape import Tape

_BITS = 160
_TORCH = Rules(torch=True)

#: Operations that give a member of the dtype where the exact result is one.
_CORRECTLY_ROUNDED = frozenset({"add", "sub", "mul", "div", CHAIN})

_NO_BOUND = "the rounding bound was not finished"
_NO_CAUSE = "the search for its cause was not finished"


def account(
    tape: Tape,
    point: Mapping[str, float],
    dtype: DType,
    found: Mapping[str, float],
    truths: Mapping[str, str],
    order: int,
    deadline: Deadline,
) -> dict[str, Account]:
    """The bound of each derivative that torch `found`, and what spoilt it first, by the certified decimals."""
    wrt = list(found)
    with ctx.workprec(_BITS):
        try:
            program, positions = _rounded(tape, point, dtype, wrt, order, deadline)
        except OutOfReachError as error:
            return dict.fromkeys(wrt, Account(math.inf, unfinished=f"the rounding bound was not computed: {error}"))
        except TimeoutError:
            return dict.fromkeys(wrt, Account(math.inf, unfinished=_NO_BOUND))
        judged = _Accounts(program, deadline)
        errors = {name: _error(found[name], arb(truths[name])) for name in wrt}
        # The worst first: should the time not suffice, it is the others whose cause remains unknown.
        worst = sorted(wrt, key=lambda name: -_relative(errors[name], arb(truths[name])))
        return {name: judged.of(positions[name], errors[name], arb(truths[name])) for name in worst}


def _rounded(
    tape: Tape, point: Mapping[str, float], dtype: DType, wrt: Sequence[str], order: int, deadline: Deadline
) -> tuple[Rounded, dict[str, int | None]]:
    """The typed program with torch's backward pass, and where each derivative is in it."""
    graph, result = share(tape, point, dtype, lacks=_TORCH.lacks)
    graph.deadline = deadline.moment
    positions = dict(zip(wrt, derivatives(graph, result, wrt, order, _TORCH), strict=True))
    wanted = [position for position in positions.values() if position is not None]
    true = run(graph.steps, wanted, deadline.moment)
    wide = run(graph.steps, wanted, deadline.moment, widen=_Widening(dtype).ball, decided=true)
    return Rounded(graph.steps, result, dtype, true, wide), positions


class _Accounts:
    """The accounts of one program's derivatives; what they share is computed for the first that needs it."""

    def __init__(self, program: Rounded, deadline: Deadline) -> None:
        self._program = program
        self._losses = Losses(program, deadline)
        self._call = program.only_call()

    def of(self, position: int | None, error: arb, truth: arb) -> Account:
        """The account of the derivative at a position, which torch has with this error; None for one that is 0."""
        if position is None:
            return Account(0.0)
        true, wide = self._program.true[position], self._program.wide[position]
        if type(true) is Missing:
            return Account(math.inf)
        known = type(wide) is arb and wide.is_finite()
        bound = as_float(abs(wide - truth).upper()) if known else math.inf
        suspect: Suspect | None = None
        try:
            flat = self._losses.flat(position) if truth == 0 else None
            if type(true) is not arb:  # absent: every contribution is behind a branch that is not taken
                return Account(0.0, flat=flat)
            suspect = self._losses.suspect(position, error)
        except TimeoutError:
            return Account(bound, call=self._call, unfinished=_NO_CAUSE)
        return Account(bound, suspect, flat, self._call)


def _error(found: float, truth: arb) -> arb:
    return abs(arb(found) - truth) if math.isfinite(found) else arb.pos_inf()


def _relative(error: arb, truth: arb) -> float:
    return as_float(error / abs(truth)) if truth != 0 else math.inf


class _Widening:
    """The radius that one rounding adds."""

    def __init__(self, dtype: DType) -> None:
        self._unit = dtype.unit_roundoff
        self._precision = dtype.precision
        self._lowest = dtype.min_exponent - dtype.precision + 1
        self._normal = arb(2) ** dtype.min_exponent
        self._underflow = arb(2) ** (dtype.min_exponent - dtype.precision)

    def ball(self, step: Step, made: arb, values: Sequence[Value]) -> arb:
        """The ball that holds what the dtype makes of an operation on its operands' balls."""
        if step.op in _CORRECTLY_ROUNDED and self._holds(made):
            return made
        magnitude = abs(made)
        size = magnitude.upper() * (self._unit * _roundings(step))
        if step.op == TOTAL:
            operands = [values[i] for i in step.args]
            size = sum((abs(o).upper() for o in operands if type(o) is arb), arb(0))
            size *= self._unit * len(operands)
        if magnitude.lower() < self._normal:
            size += self._underflow
        if is_row(step):
            size = max(size, self._kernel(step, values)).upper()
        return made + arb(0, size) if size > 0 else made

    def _holds(self, made: arb) -> bool:
        """Whether a number is known exactly and is a member of the dtype."""
        if not made.is_exact() or not made.is_finite():
            return False
        mantissa, exponent = made.man_exp()
        return int(mantissa).bit_length() <= self._precision and (mantissa == 0 or int(exponent) >= self._lowest)

    def _kernel(self, step: Step, values: Sequence[Value]) -> arb:
        """How far from the function torch's kernel may be, where that is composed of others: each of these rounds."""
        row = vocabulary.find(step.op, len(step.args))
        if not row.forward:
            return arb(0)
        operands = [values[i].mid() for i in step.args]
        computed = defined(row.forward, row.names, operands, self.ball)
        true = defined(row.definition, row.names, operands)
        return abs(computed - true).upper() if type(computed) is arb and type(true) is arb else arb.pos_inf()


def _roundings(step: Step) -> float:
    """How many units of roundoff an operation is off at most, relatively."""
    if step.op == WHOLE_POWER:
        return 1 if step.text == "2" else 2
    if is_row(step):
        return 2 * vocabulary.find(step.op, len(step.args)).ulps
    return 2 if step.op == "pow" else 1
