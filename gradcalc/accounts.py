"""The whole account of a gradient: what every node of the program holds in torch, and what it should hold.

Comes in: a `Program` and its certificate. Goes out: an `Account`. Imports the language, `program`, `recording`,
`findings`, `cures`, the verdict and the engines.

torch's backward pass holds an adjoint for each instruction and one for each variable, so the exact ones are of single
instructions too: f'(v) with v an input of its own, though another part of the formula may be the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from gradcalc.cures import UNTRIED, tried
from gradcalc.deadline import Deadline
from gradcalc.dtypes import DType, exact
from gradcalc.engines import autograd, certified
from gradcalc.engines.certified import Certificate, Enclosure
from gradcalc.language.lowering import component_names, unrolled
from gradcalc.language.tape import VARIABLE
from gradcalc.program import Program
from gradcalc.recording import numbered
from gradcalc.results import Account, Condition, Rewriting, Step, Witnessed
from gradcalc.verdict import FEW_ULPS, distance

#: Digits are lost at a node whose error is more than this times that of every node before it.
_GROWTH = 4

_NOT_KNOWN = "the exact number could not be enclosed"

#: The part of the time that is left which the condition numbers, the nodes, or all rewritings may take.
_ONE = 0.4

#: A value of torch's: a number, one for each entry of a vector, or None.
_Held = float | tuple[float, ...] | None
#: The exact value and adjoint of each entry of a node.
_Truth = tuple[tuple[Enclosure | bool | None, Enclosure | None], ...]


def account(
    program: Program, certificate: Certificate, device: str, digits: int, deadline: Deadline
) -> tuple[Account, tuple[str, ...]]:
    """The account of the first derivatives by the program's components, and a note if there was not time for all."""
    conditions = _conditions(program, certificate, deadline.share(_ONE))
    try:
        trace, reason = autograd.trace(program.tape, program.point, program.dtype, device, edges=False), None
    except autograd.UnsupportedError as error:
        trace, reason = None, str(error)
    fault = None if trace is None else autograd.first_fault(trace)
    proved = zip(program.wrt, certificate.partials, strict=True)
    truths = {name: seen.enclosure.decimal for name, seen in proved if seen.enclosure.decimal is not None}
    steps = _steps(program, trace, digits, deadline.share(_ONE))
    rewritings, notes = list[Rewriting](), tuple[str, ...]()
    if truths and trace is not None:
        try:
            for made in tried(program, 1, truths, device, fault, deadline):
                rewritings += made.values()
        except TimeoutError:
            notes = (UNTRIED,)
    return Account(conditions, steps, tuple(rewritings), reason), notes


# -- the condition numbers


def _conditions(program: Program, certificate: Certificate, deadline: Deadline) -> tuple[Condition, ...]:
    second = certified.differentiate(program.scalar, program.flat, program.dtype, program.wrt, 2, deadline=deadline)
    return tuple(
        _condition(name, program, certificate.value.decimal, once.enclosure.decimal, twice.enclosure.decimal)
        for name, once, twice in zip(program.wrt, certificate.partials, second.partials, strict=True)
    )


def _condition(wrt: str, program: Program, value: str | None, once: str | None, twice: str | None) -> Condition:
    x = Fraction(program.flat.get(wrt, 0.0))
    of_value, of_gradient = _grown(x, value, once), _grown(x, once, twice)
    return Condition(wrt, of_value, of_gradient, _meaning(wrt, of_gradient, program.dtype))


def _grown(x: Fraction, number: str | None, slope: str | None) -> float | None:
    """|x slope/number|, infinite for a number that is 0; None where one of them is not known, or all is 0."""
    if number is None or slope is None:
        return None
    moved, size = abs(x * exact(slope)), abs(exact(number))
    if size == 0:
        return math.inf if moved else None
    ratio = moved / size
    return float(ratio) if ratio < 10**300 else math.inf


def _meaning(wrt: str, grown: float | None, dtype: DType) -> str:
    if grown is None:
        return f"how much df/d{wrt} changes with {wrt} is not known here"
    if math.isinf(grown):
        return f"df/d{wrt} is 0 here, and any change of {wrt} changes it wholly"
    lost = max(0, round(math.log10(grown))) if grown else 0
    if not lost:
        return f"df/d{wrt} changes relatively about as little as {wrt} does: a good formula loses no digit"
    return (
        f"df/d{wrt} changes relatively {grown:.2g} times as much as {wrt}: rounding {wrt} to {dtype.name} costs about "
        f"{lost} digit{'s' if lost > 1 else ''} in any formula"
    )


# -- the nodes


def _steps(program: Program, trace: autograd.Trace | None, digits: int, deadline: Deadline) -> tuple[Step, ...]:
    tape, numbers = program.tape, numbered(program.tape)
    truths = _truths(program, digits, deadline)
    values, adjoints = dict[int, tuple[Witnessed, ...]](), dict[int, tuple[Witnessed, ...]]()
    for index in range(len(tape.instructions)):
        node = None if trace is None else trace.nodes[trace.typed[index]]
        held = None if node is None else node.value
        values[index] = _witnessed(held, [value for value, _ in truths[index]], program.dtype)
        slopes = [adjoint for _, adjoint in truths[index]]
        passed = None if node is None else node.adjoint
        if passed is not None or (trace is None and any(slope is not None for slope in slopes)):
            adjoints[index] = _witnessed(passed, slopes, program.dtype)
    users = _users(program)
    firsts = {number: index for index, number in reversed(numbers.items())}
    return tuple(
        Step(
            number=number,
            source=tape.source[tape.instructions[index].span.start : tape.instructions[index].span.stop],
            span=(tape.instructions[index].span.start, tape.instructions[index].span.stop),
            operation=tape.instructions[index].op,
            values=values[index],
            adjoints=adjoints.get(index, ()),
            lost=_lost(program, index, values, adjoints, users),
        )
        for number, index in sorted(firsts.items())
    )


def _truths(program: Program, digits: int, deadline: Deadline) -> list[_Truth]:
    """The exact numbers of each instruction, entry by entry."""
    scalar, places = unrolled(program.tape, program.shapes, apart=True)
    found = certified.nodes(scalar, program.flat, program.dtype, digits=digits, deadline=deadline)
    leaves = {step.text: found[node] for node, step in enumerate(scalar.instructions) if step.op == VARIABLE}
    truths = list[_Truth]()
    for step, shape, entries in zip(program.tape.instructions, program.shapes, places, strict=True):
        if step.op == VARIABLE:
            truths.append(tuple(leaves[name] for name in component_names(step.text, shape)))
        else:
            truths.append(tuple(found[entry] for entry in entries))
    return truths


def _users(program: Program) -> Mapping[int, Sequence[int]]:
    """The instructions that each instruction is an operand of; those of a variable together."""
    steps = program.tape.instructions
    names = {step.text: index for index, step in reversed(list(enumerate(steps))) if step.op == VARIABLE}
    users: dict[int, list[int]] = {}
    for index, step in enumerate(steps):
        for operand in step.args:
            leaf = steps[operand]
            users.setdefault(names[leaf.text] if leaf.op == VARIABLE else operand, []).append(index)
    return users


def _witnessed(held: _Held, truths: Sequence[Enclosure | bool | None], dtype: DType) -> tuple[Witnessed, ...]:
    entries = held if isinstance(held, tuple) else (held,) * len(truths)
    return tuple(_one(number, truth, dtype) for number, truth in zip(entries, truths, strict=True))


def _one(number: float | None, truth: Enclosure | bool | None, dtype: DType) -> Witnessed:
    if truth is None:
        return Witnessed(number, None, reason=_NOT_KNOWN)
    if isinstance(truth, bool):
        return Witnessed(number, str(truth).lower())
    if truth.decimal is None:
        return Witnessed(number, None, reason=truth.reason or str(truth.kind))
    if number is None or not math.isfinite(number):
        return Witnessed(number, truth.decimal, digits=None if number is None else 0)
    gap = distance(number, exact(truth.decimal), dtype)
    return Witnessed(number, truth.decimal, gap.ulps, gap.digits)


def _lost(
    program: Program,
    index: int,
    values: Mapping[int, Sequence[Witnessed]],
    adjoints: Mapping[int, Sequence[Witnessed]],
    users: Mapping[int, Sequence[int]],
) -> tuple[str, ...]:
    """Where a number is poor though all that it is computed from are good."""
    before = [_error(values[operand]) for operand in program.tape.instructions[index].args]
    behind = [_error(adjoints[user]) for user in users.get(index, ()) if user in adjoints]
    lost = []
    if _poor(_error(values[index]), before):
        lost.append("value")
    if index in adjoints and _poor(_error(adjoints[index]), behind):
        lost.append("adjoint")
    return tuple(lost)


def _poor(error: float, before: Sequence[float]) -> bool:
    return error > FEW_ULPS and error > _GROWTH * max(before, default=0.0)


def _error(numbers: Sequence[Witnessed]) -> float:
    """The largest error in ulps; infinite for a nan or an infinity that should be a number, 0 where none is known."""
    return max(map(_error_of, numbers), default=0.0)


def _error_of(number: Witnessed) -> float:
    if number.ulps is not None:
        return number.ulps
    missed = number.certified is not None and number.autograd is not None
    return math.inf if missed and number.certified not in {"true", "false"} else 0.0
