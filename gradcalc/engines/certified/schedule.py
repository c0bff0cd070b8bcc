"""The schedule: one pass over the steps at each precision, until every result is known well enough.

Comes in: a scalar tape and the stored point. Goes out: an `Enclosure`, or a `Certificate` of the derivatives. Imports
flint: only the package's functions import this module, on their first call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flint import arb, ctx

from gradcalc.dtypes import DType
from gradcalc.engines.certified import derivatives
from gradcalc.engines.certified.balls.rounding import enclosure
from gradcalc.engines.certified.errors import OutOfReachError, UndecidedError, UndefinedError
from gradcalc.engines.certified.evaluator import Gap, Missing, Value, run
from gradcalc.engines.certified.graph import Graph, Step, share
from gradcalc.engines.certified.precision import Terms, precisions
from gradcalc.engines.certified.records import Certificate, Enclosure, Kind, Slope
from gradcalc.engines.certified.smoothness import unproved
from gradcalc.language.tape import VARIABLE, Tape

#: The part of the time that there is for writing the derivatives as steps.
_WRITING = 0.6

_KINDS = {Gap.UNDEFINED: Kind.UNDEFINED, Gap.UNSUPPORTED: Kind.UNSUPPORTED}
ZERO = Enclosure(Kind.VALUE, 0.0, "0", "0")


def enclose(tape: Tape, point: Mapping[str, float], dtype: DType, terms: Terms, *, exact_integers: bool) -> Enclosure:
    """Raise the precision until the value rounds to one float64 and has the digits."""
    graph, result = share(tape, point, dtype, exact_integers=exact_integers)
    return _Schedule(graph, dtype, terms).settle([result])[0]


def differentiate(
    tape: Tape, point: Mapping[str, float], dtype: DType, wrt: Sequence[str], order: int, terms: Terms
) -> Certificate:
    """Enclose the value and each derivative; where f is not shown to be smooth, look at both sides."""
    graph, result = share(tape, point, dtype)
    schedule = _Schedule(graph, dtype, terms)
    value = schedule.settle([result])[0]
    steps = graph.steps[: result + 1]
    slopes, unproved = [value] * len(wrt), set[str]()
    if value.kind is Kind.VALUE:
        slopes, unproved = _slopes(schedule, graph, result, wrt, order)
    partials = []
    for name, slope in zip(wrt, slopes, strict=True):
        if slope.kind is Kind.UNDEFINED or (name in unproved and slope.kind is not Kind.UNSUPPORTED):
            seen = _looked_at(steps, name, order, terms, slope.reason or "")
            # What has no value has no derivative, whatever its sides do.
            partials.append(Slope(value) if value.kind is Kind.UNDEFINED and _is_undecided(seen) else seen)
        else:
            partials.append(Slope(slope))
    return Certificate(value, tuple(partials))


def _slopes(
    schedule: _Schedule, graph: Graph, result: int, wrt: Sequence[str], order: int
) -> tuple[list[Enclosure], set[str]]:
    """Each derivative, written as steps and evaluated, and the variables by which that proves nothing."""
    try:
        unproved = schedule.unproved([result], wrt)
    except TimeoutError:
        return [_late("it was seen whether the formula is smooth")] * len(wrt), set()
    writing = schedule.deadline.share(_WRITING)
    graph.deadline = writing.moment
    try:
        chains = derivatives.successive(graph, result, wrt, order, derivatives.Rules())
        for name, chain in zip(wrt, chains, strict=True):
            # A derivative is differentiated in its turn, with the rules' own choices at mended points.
            lower = [position for position in chain[:-1] if position is not None]
            unproved |= schedule.unproved([result, *lower], [name]) if lower else set()
    except OutOfReachError as error:
        return [Enclosure(Kind.UNDECIDED, reason=str(error))] * len(wrt), set()
    except TimeoutError:
        return [_late("the derivative was written as steps")] * len(wrt), set()
    positions = [chain[-1] for chain in chains]
    settled = iter(schedule.settle([position for position in positions if position is not None]))
    return [ZERO if position is None else next(settled) for position in positions], unproved


class _Schedule:
    """Precision after precision, until the time is up; what was computed for one result serves the next."""

    def __init__(self, graph: Graph, dtype: DType, terms: Terms) -> None:
        self.deadline = terms.deadline
        self._steps = graph.steps
        self._dtype = dtype
        self._digits = terms.digits
        self._values: dict[int, list[Value]] = {}

    def unproved(self, results: Sequence[int], wrt: Sequence[str]) -> set[str]:
        """The variables along which one of the results is not shown to be smooth. Raises `TimeoutError`."""
        self.settle(results)
        leaves = {node: s.text for node, s in enumerate(self._steps) if s.op == VARIABLE and s.text in wrt}
        bits = max(self._values)
        with ctx.workprec(bits):
            values = run(self._steps, results, self.deadline.moment, begun=self._values[bits])
            found = unproved(self._steps, results, leaves, values, self.deadline.moment)
            if len(leaves) > 1:  # what is not smooth in all of them may be so in one alone
                found = {leaf for leaf in found if unproved(self._steps, results, [leaf], values, self.deadline.moment)}
        return {leaves[node] for node in found}

    def settle(self, results: Sequence[int]) -> list[Enclosure]:
        """Enclose each result; what is known at one precision is not computed at the next."""
        settled: dict[int, Enclosure] = {}
        reasons = dict.fromkeys(results, "")
        *earlier, last = precisions(self._digits)
        for bits in (*earlier, last):
            pending = [result for result in reasons if result not in settled]
            if not pending:
                break
            with ctx.workprec(bits):
                try:
                    values = run(self._steps, pending, self.deadline.moment, begun=self._values.get(bits, ()))
                except TimeoutError:
                    settled.update(dict.fromkeys(pending, _late(f"{bits} bits had been tried")))
                    break
                self._values[bits] = values
                for result in pending:
                    try:
                        settled[result] = settled_value(values[result], self._dtype, self._digits, last=bits == last)
                    except UndecidedError as error:
                        reasons[result] = str(error)
        return [settled.get(result) or Enclosure(Kind.UNDECIDED, reason=reasons[result]) for result in results]


def settled_value(value: Value, dtype: DType, digits: int, *, last: bool) -> Enclosure:
    """What is told of a value. Raises `UndecidedError` where more precision may tell more."""
    if type(value) is Missing:
        if value.gap in _KINDS:
            return Enclosure(_KINDS[value.gap], reason=value.reason)
        raise UndecidedError(value.reason)
    if type(value) is not arb:  # absent: it comes through branches that are not taken
        return ZERO
    try:
        return enclosure(value, dtype, digits, last=last)
    except UndefinedError as error:
        return Enclosure(Kind.UNDEFINED, reason=str(error))
    except UndecidedError as error:
        raise UndecidedError(f"{error} could not be decided at {ctx.prec} bits") from None


def _is_undecided(slope: Slope) -> bool:
    return slope.enclosure.kind is Kind.UNDECIDED


def _late(what: str) -> Enclosure:
    return Enclosure(Kind.UNDECIDED, reason=f"the time was up before {what}")


def _looked_at(steps: Sequence[Step], name: str, order: int, terms: Terms, reason: str) -> Slope:
    """The slope from both sides, where the program as it is written has none, for a reason, or none that is proved."""
    from gradcalc.engines.certified.records import BehaviourKind
    from gradcalc.engines.certified.singular import sides

    try:
        seen = sides.behaviour(steps, name, order, terms.digits, terms.deadline.moment)
    except TimeoutError:
        return Slope(_late("both sides were looked at"))
    if seen.kind is BehaviourKind.DIFFERENTIABLE:
        assert seen.slope is not None, "a slope that both sides share"
        return Slope(seen.slope, seen)
    if seen.kind is BehaviourKind.UNDECIDED:
        return Slope(Enclosure(Kind.UNDECIDED, reason=seen.reason), seen)
    return Slope(Enclosure(Kind.UNDEFINED, reason=reason or "the formula is not smooth here"), seen)
