"""The whole flow, one way: read this first.

    Request -> language -> Tape -+-> symbolic  -+
                                 +-> autograd  -+-> verdict -> Result
                                 +-> certified -+

Comes in: a `Request`, everything in it as typed. Goes out: a `Result`. Raises subclasses of `GradcalcError`.
Imports every layer below; torch, SymPy and flint only inside the calls that need them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gradcalc.deadline import Deadline
from gradcalc.program import Experiment, Program, Request, at_same_point, read
from gradcalc.session import Session

if TYPE_CHECKING:
    from gradcalc.checking import CheckRequest
    from gradcalc.claims import Check
    from gradcalc.engines.autograd import Backward, Device
    from gradcalc.engines.certified import Certificate
    from gradcalc.engines.symbolic import Derivative, Question
    from gradcalc.language.sums import PerEntry
    from gradcalc.memory import Memory
    from gradcalc.regression import LogisticRequest
    from gradcalc.results import Recording, Regression, Result

#: The parts of the time that is left which one engine, or one explanation, may take.
_TORCH, _CERTIFIED, _ACCOUNT = 0.5, 0.6, 0.5
#: Seconds that remain where SymPy has taken all the time.
_LEAST = 2.5

__all__ = ["Experiment", "Request", "check", "devices", "diff", "logistic", "read", "tape"]


def diff(request: Request, session: Session | None = None) -> Result:
    """Differentiate a formula; with a point, evaluate both sides there and judge them.

    The questions of a session are answered faster where their formulas are the same.
    """
    session = session or Session()
    return _answer(read(request, session.memory), request, session)


def _answer(program: Program, request: Request, session: Session) -> Result:
    # SymPy works in its own process while this one imports torch.
    with session.derivatives(_question(program, request)) as collect:
        if not program.point:
            return _formulas_only(request, program, _derivatives(program, collect()))
        found = _computed(program, request)
        begun = time.monotonic()
        derivatives = _derivatives(program, collect())
    deadline = found.deadline.waited(time.monotonic() - begun, least=_LEAST)
    return _judged(program, request, replace(found, deadline=deadline), derivatives, session.memory)


def tape(request: Request, experiment: Experiment) -> Recording:
    """Run a formula in torch, forwards and backwards, and show every node; or try what `experiment` says."""
    from gradcalc import recording
    from gradcalc.engines import autograd

    if request.dtype == recording.WHOLE:
        return recording.record_whole(read(replace(request, dtype="float64"), to_run=True), experiment, request.device)
    program = read(request, to_run=True)
    device = autograd.resolve(request.device, program.dtype)
    return recording.record(program, experiment, device)


def logistic(request: LogisticRequest) -> Regression:
    """The loss of one neuron and its gradient: formulas like any other, with the chain rule laid beside them."""
    from gradcalc import regression

    session = Session()
    model, program = regression.build(request, session.memory)
    others = (formulation.formula for formulation in model.formulations[1:])
    programs = [program, *(at_same_point(program, formula, session.memory) for formula in others)]
    question = regression.question(model, request)
    clamped = _answer(program, question, session)
    # Without the clamp all are the same in exact arithmetic; the last is so in the fewest steps.
    exact = _answer(programs[-1], replace(question, expression=programs[-1].tape.source), session)
    return regression.account(model, programs, clamped, exact)


def check(request: CheckRequest) -> Check:
    """Is a claim the derivative? Ball arithmetic at points first: what that refutes, SymPy need not be asked."""
    from gradcalc import checking
    from gradcalc.engines import symbolic

    begun = time.monotonic()
    assertion = checking.read(request)
    seen = checking.compared(assertion, request.timeout / 2)
    identity = checking.identity(assertion, seen, request.timeout - (time.monotonic() - begun))
    if identity is None:
        return checking.account(request, assertion, seen, ())
    with symbolic.ask(identity) as pending:
        return checking.account(request, assertion, seen, pending.proofs())


def devices() -> tuple[Device, ...]:
    """What torch sees here, and the dtypes that work there."""
    from gradcalc.engines import autograd

    return autograd.available()


@dataclass(frozen=True, slots=True)
class _Computed:
    """What torch and the certified engine found on a device, and when the rest has to be done."""

    device: str
    backward: Backward
    certificate: Certificate
    deadline: Deadline


def _computed(program: Program, request: Request) -> _Computed:
    from gradcalc.engines import autograd, certified

    device = autograd.resolve(request.device, program.dtype)
    deadline = Deadline.after(request.timeout)  # from now on: torch is imported
    tape, wrt, order = program.tape, program.wrt, request.order
    backward = autograd.differentiate(
        tape, program.shapes, program.point, wrt, program.dtype, device, order, deadline=deadline.share(_TORCH)
    )
    certificate = certified.differentiate(
        program.scalar,
        program.flat,
        program.dtype,
        wrt,
        order,
        digits=request.digits,
        deadline=deadline.share(_CERTIFIED),
    )
    return _Computed(device, backward, certificate, deadline)


def _judged(
    program: Program, request: Request, found: _Computed, derivatives: Sequence[Derivative], memory: Memory
) -> Result:
    from gradcalc import findings
    from gradcalc.results import Result

    account, notes = None, program.notes
    if request.explain:
        from gradcalc import accounts

        share = found.deadline.share(_ACCOUNT)
        account, more = accounts.account(program, found.certificate, found.device, request.digits, share)
        notes += more
    return Result(
        command="diff",
        expression=request.expression,
        at=program.point,
        dtype=program.dtype.name,
        device=found.device,
        value=findings.value_of(found.certificate, found.backward),
        gradient=findings.partials(
            program,
            request.order,
            derivatives,
            found.backward,
            found.certificate,
            found.device,
            request.digits,
            found.deadline,
            memory,
        ),
        notes=notes,
        account=account,
    )


def _question(program: Program, request: Request) -> Question:
    from gradcalc.engines.symbolic import Question

    scalar = program.entry.tape if program.entry else program.scalar
    return Question(
        scalar, program.wrt, request.order, program.dtype.name, program.flat, request.timeout, request.pretty
    )


def _derivatives(program: Program, derivatives: tuple[Derivative, ...]) -> tuple[Derivative, ...]:
    """SymPy's answers, each of the whole formula."""
    entry = program.entry
    if entry is None:
        return derivatives
    return tuple(_of_whole(entry, derivative) for derivative in derivatives)


def _of_whole(entry: PerEntry, derivative: Derivative) -> Derivative:
    if not (derivative.expression and derivative.readable):
        return derivative
    expression, latex = entry.whole(derivative.expression, derivative.latex or "")
    return replace(derivative, expression=expression, latex=derivative.latex and latex, pretty=None)


def _formulas_only(request: Request, program: Program, derivatives: tuple[Derivative, ...]) -> Result:
    from gradcalc.results import Partial, Result, Symbolic, Values

    return Result(
        command="diff",
        expression=request.expression,
        at={},
        dtype=program.dtype.name,
        device=None,
        value=Values(),
        gradient=tuple(
            Partial(
                derivative.wrt,
                request.order,
                Symbolic(derivative.expression, derivative.latex, derivative.pretty, reason=derivative.reason),
            )
            for derivative in derivatives
        ),
        notes=program.notes,
    )
