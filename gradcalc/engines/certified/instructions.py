"""Every instruction of a program: its value, and the derivative of the result by it alone.

Comes in: a scalar tape and the stored point. Goes out: a pair an instruction. Imports `language` and this package, and
flint: only the package's `nodes` imports this module, on its first call.

Elsewhere equal subexpressions are one step; here each instruction that computes is a step of its own, because torch's
backward pass holds one adjoint for each. An adjoint is told where the result is shown to be smooth in that instruction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flint import ctx

from gradcalc.deadline import Deadline
from gradcalc.dtypes import DType
from gradcalc.engines.certified.derivatives import Rules, adjoints
from gradcalc.engines.certified.errors import OutOfReachError, UndecidedError
from gradcalc.engines.certified.evaluator import Missing, Value, run
from gradcalc.engines.certified.graph import TOTAL, Graph, storing
from gradcalc.engines.certified.precision import precisions
from gradcalc.engines.certified.records import Enclosure, Kind
from gradcalc.engines.certified.schedule import ZERO, settled_value
from gradcalc.engines.certified.smoothness import unproved
from gradcalc.language.tape import CONDITIONS, COPY, LEAVES, VARIABLE, Tape

Known = Enclosure | bool

_NO_VALUE = Enclosure(Kind.UNDEFINED, reason="the formula has no value here")
_LATE = Enclosure(Kind.UNDECIDED, reason="it was not known before the time was up")
_NOT_SMOOTH = Enclosure(Kind.UNDECIDED, reason="the formula is not smooth in this piece here")


def nodes(
    tape: Tape, point: Mapping[str, float], dtype: DType, digits: int, deadline: Deadline
) -> list[tuple[Known | None, Enclosure | None]]:
    """The value and the adjoint of each instruction, as far as the time reaches."""
    graph, place = _read(tape, point, dtype)
    graph.deadline = deadline.moment
    settling = _Settling(graph, dtype, digits)
    values = settling.settle(place)
    value, sources = values.get(place[-1]), _sources(tape, place)
    if isinstance(value, Enclosure) and value.kind is Kind.VALUE:
        slopes = _adjoints(graph, place[-1], sources, settling)
    else:
        slopes = dict.fromkeys(sources, _LATE if value is None else _NO_VALUE)
    return [(values.get(position, _LATE), slopes.get(position)) for position in place]


def _read(tape: Tape, point: Mapping[str, float], dtype: DType) -> tuple[Graph, list[int]]:
    """The steps, and where each instruction's are; a sum of one keeps equal instructions apart."""
    stored, graph, place = storing(point, dtype), Graph(), list[int]()
    for node, step in enumerate(tape.instructions):
        made = place[step.args[0]] if step.op == COPY else graph.instruction(tape, step, place, stored)
        if step.op not in LEAVES | CONDITIONS:
            made = graph.add(TOTAL, (made,), f"instruction {node}", None, step.span)
        place.append(made)
    return graph, place


def _sources(tape: Tape, place: Sequence[int]) -> set[int]:
    """The steps that have an adjoint: what a variable reaches, and each entry of a vector."""
    steps = zip(place, tape.instructions, tape.constant_nodes(), strict=True)
    return {position for position, step, still in steps if step.op not in CONDITIONS and (step.op == COPY or not still)}


def _adjoints(graph: Graph, result: int, sources: set[int], settling: _Settling) -> dict[int, Enclosure | None]:
    """The derivative of the result by each source alone; None where the time did not reach."""
    leaves = {node for node in sources if graph.steps[node].op == VARIABLE}
    try:
        derivatives = adjoints(graph, result, sources, Rules())
        # Pieces that are let go of each other's values may turn where the variables alone would not.
        singular = settling.unproved(result, leaves) | (settling.unproved(result, sources) - leaves)
    except OutOfReachError as error:
        return dict.fromkeys(sources, Enclosure(Kind.UNDECIDED, reason=str(error)))
    except TimeoutError:
        return dict.fromkeys(sources, _LATE)
    known = settling.settle([position for node, position in derivatives.items() if node in sources - singular])
    slopes = dict[int, Enclosure | None]()
    for node in sources:
        slope = known.get(derivatives[node]) if node in derivatives else ZERO
        assert not isinstance(slope, bool), "an adjoint is a number"
        slopes[node] = _NOT_SMOOTH if node in singular else slope
    return slopes


class _Settling:
    """What steps are, each at the first precision that tells, until the time is up."""

    def __init__(self, graph: Graph, dtype: DType, digits: int) -> None:
        self._graph = graph
        self._dtype = dtype
        self._digits = digits
        self._deadline = graph.deadline

    def settle(self, wanted: Sequence[int]) -> dict[int, Known]:
        """What each step is, as far as the time reaches."""
        known: dict[int, Known] = {}
        *earlier, last = precisions(self._digits)
        for bits in (*earlier, last):
            pending = [position for position in dict.fromkeys(wanted) if position not in known]
            with ctx.workprec(bits):
                try:
                    values = run(self._graph.steps, pending, self._deadline)
                except TimeoutError:
                    break
                for position in pending:
                    found = self._known(values[position], last=bits == last)
                    if found is not None:
                        known[position] = found
        return known

    def _known(self, value: Value, *, last: bool) -> Known | None:
        """What is told of a value; None where more precision may tell more, and where none did."""
        if isinstance(value, bool):
            return value
        try:
            return settled_value(value, self._dtype, self._digits, last=last)
        except UndecidedError:
            return None

    def unproved(self, result: int, sources: set[int]) -> set[int]:
        """The sources along which a result that has a value is not shown to be smooth. Raises `TimeoutError`."""
        for bits in precisions(self._digits):
            with ctx.workprec(bits):
                values = run(self._graph.steps, [result], self._deadline)
                if type(values[result]) is not Missing:
                    return unproved(self._graph.steps, [result], sources, values, self._deadline)
        return sources
