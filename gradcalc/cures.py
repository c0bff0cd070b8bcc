"""A formula on which torch loses digits -> the same value written otherwise, run in torch at the same point and judged.

Comes in: a `Program`, the certified derivatives of it, the place of a branch trap. Goes out: `Rewriting` records.
Imports the language, the verdict and the engines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from gradcalc import rewriting
from gradcalc.deadline import Deadline
from gradcalc.engines import autograd, certified
from gradcalc.errors import GradcalcError
from gradcalc.language.lowering import unroll
from gradcalc.language.shapes import infer_shapes
from gradcalc.program import Program
from gradcalc.results import Outcome, Rewriting
from gradcalc.rewriting import Alternative
from gradcalc.verdict import FEW_ULPS, Evidence, judge, open_without_bound

if TYPE_CHECKING:
    from gradcalc.engines.autograd import Fault

#: Formulas that are run, with one piece rewritten, and with one after another.
_MOST_SINGLE, _MOST_TOGETHER = 16, 4
#: Operations of a formula above which nothing is tried.
_LONGEST = 1_000
#: The part of the time that is left which one way may take.
_ONE = 0.25
#: What is said where the time was up.
UNTRIED = "the time was up before every other way to write it was tried"


def cures(
    program: Program, order: int, truths: Mapping[str, str], device: str, fault: Fault | None, deadline: Deadline
) -> tuple[dict[str, Rewriting], bool]:
    """For each component of `truths`, its certified decimals, a rewriting that agrees; none where none is known.

    The first that is near to the truth is taken, else the first that agrees. Also whether there was time for all.
    """
    found: dict[str, Rewriting] = {}
    try:
        for rewritings in tried(program, order, truths, device, fault, deadline):
            for name, rewriting in rewritings.items():
                if rewriting.outcome is Outcome.AGREES and (name not in found or _near(rewriting)):
                    found[name] = found[name] if name in found and _near(found[name]) else rewriting
            if len(found) == len(truths) and all(map(_near, found.values())):
                break
    except TimeoutError:
        return found, False
    return found, True


def tried(
    program: Program, order: int, truths: Mapping[str, str], device: str, fault: Fault | None, deadline: Deadline
) -> Iterator[dict[str, Rewriting]]:
    """What torch makes of each way to write the formula, by component. Raises `TimeoutError` once the time is up."""
    if len(program.tape.instructions) > _LONGEST:
        return
    for alternative in _ways(program, fault):
        deadline.check()
        try:
            yield _run(program, alternative, order, truths, device, deadline.share(_ONE))
        except GradcalcError:  # too long once it is written out for every entry of a vector
            continue


def _near(rewriting: Rewriting) -> bool:
    return rewriting.ulps is not None and rewriting.ulps <= FEW_ULPS


def _ways(program: Program, fault: Fault | None) -> Iterator[Alternative]:
    """One piece rewritten, each that fits; then all, one after another."""
    if fault is not None and fault.untaken:
        yield from islice(rewriting.guarded(program.tape, fault.span), _MOST_SINGLE)
    together, seen = program.tape, {program.tape.source}
    for single in islice(rewriting.alternatives(program.tape), _MOST_SINGLE):
        yield single
        if together is program.tape and not single.series:
            together = single.tape
        seen.add(single.tape.source)
    for _ in range(_MOST_TOGETHER):
        others = (other.tape for other in rewriting.alternatives(together) if not other.series)
        unseen = next((other for other in others if other.source not in seen), None)
        if unseen is None:
            return
        together = unseen
        seen.add(together.source)
        yield Alternative(program.tape.source, together.source, together)


def _run(
    program: Program, alternative: Alternative, order: int, truths: Mapping[str, str], device: str, deadline: Deadline
) -> dict[str, Rewriting]:
    tape = alternative.tape
    shapes = infer_shapes(tape, program.lengths)
    names, dtype = tuple(truths), program.dtype
    backward = autograd.differentiate(tape, shapes, program.point, names, dtype, device, order, deadline=deadline)
    slopes = dict(zip(names, backward.partials, strict=True))
    doubtful = {
        name: slope.value
        for name, slope in slopes.items()
        if slope.value is not None and open_without_bound(slope.value, truths[name], dtype)
    }
    accounts = {}
    if doubtful:
        wanted = {name: truths[name] for name in doubtful}
        scalar = unroll(tape, shapes)
        accounts = certified.account(scalar, program.flat, dtype, doubtful, wanted, order, deadline=deadline)
    made = {}
    for name, slope in slopes.items():
        judged = judge(
            Evidence(
                truth=truths[name],
                truth_outcome=Outcome.AGREES,
                truth_reason="",
                autograd=slope.value,
                autograd_reason=slope.reason or "",
                dtype=dtype,
                account=accounts.get(name),
            )
        )
        made[name] = Rewriting(
            wrt=name,
            piece=alternative.piece,
            instead=alternative.instead,
            expression=tape.source,
            value=slope.value,
            outcome=judged.autograd,
            ulps=judged.autograd_ulps,
            digits=judged.digits,
        )
    return made
