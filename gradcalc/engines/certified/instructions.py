"""Every instruction of a program: its value, and the derivative of the result by it alone.

Comes in: a scalar tape and the stored point. Goes out: a pair an instruction. Imports `language` and this package, and
flint: only the package's `nodes` imports this module, on its first call.

Elsewhere equal subexpressions are one step; here each instruction that computes is a step of its own, because torch's
backward pass holds one adjoint for each.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from flint import ctx

from gradcalc.dtypes import DType
from gradcalc.engines.certified.differentiation import Rules, adjoints
from gradcalc.engines.certified.enclosure import Enclosure
from gradcalc.engines.certified.evaluation import SECONDS, precisions, settled_value
from gradcalc.engines.certified.machine import Value, run
from gradcalc.engines.certified.signals import OutOfReachError, UndecidedError
from gradcalc.engines.certified.steps import TOTAL, Graph, Step, storing
from gradcalc.language.rewriting import inlined
from gradcalc.language.tape import CONDITIONS, LEAVES, VARIABLE, Tape

Known = Enclosure | bool


def nodes(
    tape: Tape, point: Mapping[str, float], dtype: DType, digits: int
) -> list[tuple[Known | None, Enclosure | None]]:
    """The value and the adjoint of each instruction, as far as the time reaches."""
    deadline = time.thread_time() + SECONDS
    graph, place = _read(tape, point, dtype)
    leaves = {place[node] for node, step in enumerate(tape.instructions) if step.op == VARIABLE}
    try:
        derivatives = adjoints(graph, place[-1], leaves, Rules()) if leaves else {}
    except OutOfReachError:
        derivatives = {}
    wanted = [*place, *(derivatives[position] for position in place if position in derivatives)]
    known = _settle(graph.steps, wanted, dtype, digits, deadline)
    found: list[tuple[Known | None, Enclosure | None]] = []
    for position in place:
        adjoint = known.get(derivatives[position]) if position in derivatives else None
        found.append((known.get(position), None if isinstance(adjoint, bool) else adjoint))
    return found


def _read(tape: Tape, point: Mapping[str, float], dtype: DType) -> tuple[Graph, list[int]]:
    """The steps, and where each instruction's are; a sum of one keeps equal instructions apart."""
    program, typed = inlined(tape, lambda row: not row.arb)
    own, stored, graph, place = set(typed), storing(point, dtype), Graph(), list[int]()
    for node, step in enumerate(program.instructions):
        made = graph.instruction(program, step, place, stored(step), step.span)
        if node in own and step.op not in LEAVES | CONDITIONS:
            made = graph.add(TOTAL, (made,), f"instruction {node}", None, step.span)
        place.append(made)
    return graph, [place[node] for node in typed]


def _settle(
    steps: Sequence[Step], wanted: Sequence[int], dtype: DType, digits: int, deadline: float
) -> dict[int, Known]:
    """What each step is, at the first precision that tells."""
    known: dict[int, Known] = {}
    *earlier, last = precisions(digits)
    for bits in (*earlier, last):
        pending = [position for position in dict.fromkeys(wanted) if position not in known]
        with ctx.workprec(bits):
            try:
                values = run(steps, pending, deadline)
            except TimeoutError:
                break
            for position in pending:
                found = _known(values[position], dtype, digits, last=bits == last)
                if found is not None:
                    known[position] = found
    return known


def _known(value: Value, dtype: DType, digits: int, *, last: bool) -> Known | None:
    """What is told of a value; None where more precision may tell more, and where none did."""
    if isinstance(value, bool):
        return value
    try:
        return settled_value(value, dtype, digits, last=last)
    except UndecidedError:
        return None
