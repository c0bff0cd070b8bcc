"""The whole flow, one way: read this first.

    Request -> language -> Tape -+-> symbolic  -+
                                 +-> autograd  -+-> verdict -> Result
                                 +-> certified -+

Comes in: a `Request`, everything in it as typed. Goes out: a `Result`. Raises subclasses of `GradcalcError`.
Imports every layer below; torch, SymPy and flint only inside the calls that need them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradcalc.program import Program, Request, read

if TYPE_CHECKING:
    from gradcalc.engines.autograd import Device
    from gradcalc.engines.symbolic import Derivative
    from gradcalc.results import Result

__all__ = ["Request", "devices", "diff"]


def diff(request: Request) -> Result:
    """Differentiate a formula; with a point, evaluate both sides there and judge them."""
    program = read(request)
    # Not before the formula was understood: errors are fast.
    from gradcalc.engines import symbolic

    question = symbolic.Question(
        program.scalar, program.wrt, request.order, program.dtype.name, program.flat, request.timeout, request.pretty
    )
    # SymPy works in its own process while this one imports torch.
    with symbolic.ask(question) as pending:
        if not program.point:
            return _formulas_only(request, program, pending.collect())
        from gradcalc import findings
        from gradcalc.engines import autograd, certified
        from gradcalc.results import Result, Values

        device = autograd.resolve(request.device, program.dtype)
        backward = autograd.differentiate(
            program.tape, program.shapes, program.point, program.wrt, program.dtype, device, request.order
        )
        value = certified.evaluate(program.scalar, program.flat, program.dtype, digits=request.digits)
        derivatives = pending.collect()
    return Result(
        command="diff",
        expression=request.expression,
        at=program.point,
        dtype=program.dtype.name,
        device=device,
        value=Values(value.nearest, value.decimal, backward.value),
        gradient=tuple(
            findings.partial(program, request, derivative, slope, value)
            for derivative, slope in zip(derivatives, backward.partials, strict=True)
        ),
        notes=program.notes,
    )


def devices() -> tuple[Device, ...]:
    """What torch sees here, and the dtypes that work there."""
    from gradcalc.engines import autograd

    return autograd.available()


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
