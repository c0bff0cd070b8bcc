"""`gradcalc diff`: one formula, its gradients and a verdict.

Comes in: what a person typed. Goes out: the answer on the console and a status.
Imports `console`, `errors`, `render` and `language.limits`; the pipeline only once the options are read.
"""

from __future__ import annotations

from typing import Annotated

import typer

from gradcalc.cli import options
from gradcalc.console import Console
from gradcalc.errors import Status, UsageError
from gradcalc.render import AT_A_POINT, FORMATS, WITHOUT_ACCOUNT, render

EPILOG = """
\b
Examples:
  gradcalc diff "sin(x**2)" --at 4
  gradcalc diff "x**2*y + sin(y)" --at x=1,y=2 --wrt y
  gradcalc diff "mean(x**2)" --at 1,2,3
  gradcalc diff "(1-cos(x))/x**2" --at 1e-4 --explain
  gradcalc diff "1/(1 + exp(-x))" --at 0.5 --dtype float32 --format json
  slope=$(gradcalc diff "log(x)/x" --at pi/4 --only symbolic)

\b
Exit status: 0 answered, also where there is no derivative or the sides
differ; 1 not all agree, with --strict; 2 the command line, the formula
or the point was not understood; 3 not computed; 4 no such device or dtype;
5 a limit or time-out left nothing to show; 70 internal error.
"""


def diff(
    ctx: typer.Context,
    *,
    expression: options.Formula = None,
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="POINT",
            help="Where: 4, or x=1,y=2, or a vector 1,2,3 or x=[1,2,3]; values may be formulas like pi/4. Repeatable. "
            "Without it the symbolic derivative is shown.",
        ),
    ] = None,
    wrt: options.Wrt = None,
    device: options.DeviceName = "cpu",
    dtype: options.DTypeName = "float64",
    order: options.Order = 1,
    digits: options.Digits = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            parser=options.form["diff"],
            metavar="NAME",
            help="table, plain (field, tab, text), json, csv, latex or markdown.  [default: table]",
        ),
    ] = None,
    field: Annotated[
        str | None,
        typer.Option(
            "--only",
            parser=options.field,
            metavar="FIELD",
            help="Print just this, one line a variable: expression, symbolic, autograd, certified, value or verdict.",
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="The whole account: values and adjoints of every node beside the exact ones, where digits are lost, "
            "condition numbers, and what other ways to write the formula give.",
        ),
    ] = False,
    strict: options.Strict = False,
    timeout: options.Timeout = 10.0,
    color: options.Color = "auto",
) -> Status:
    """Differentiate a formula, and compare both gradients at a point.

    EXPR is a formula in quotes, such as "sin(x**2)", "2x^2 + e^-x" or "|x|", or - to read it from standard input. It
    may begin with a minus sign. `gradcalc functions` lists what it may call.
    """
    console: Console = ctx.obj
    console.color = color
    source = options.formula(expression, 'write gradcalc diff "sin(x**2)" --at 4')
    _check(form, field, at)
    if explain:
        _check_account(form, field)

    from gradcalc import pipeline

    result = pipeline.diff(
        pipeline.Request(
            expression=source,
            at=tuple(at or ()),
            wrt=options.names(wrt),
            device=device,
            dtype=dtype,
            order=order,
            digits=options.exact_digits(digits),
            timeout=timeout,
            explain=explain,
        )
    )
    # Not before there is an answer: errors are fast.
    from gradcalc.cli.status import status
    from gradcalc.render.only import answered, only

    found = status(result, strict=strict)
    if field is None:
        console.answer(render(result, form or "table", console.view(digits)))
    else:
        lines = only(result, field, digits)
        console.lines(lines)
        found = found if answered(field, lines) else Status.NOT_COMPUTED
    for note in result.notes:
        console.note(note)
    return found


def _check(form: str | None, field: str | None, at: list[str] | None) -> None:
    if field is not None and form not in {None, "plain"}:
        raise UsageError(f"--only prints bare lines, not {form}", hint="leave out --only or --format")
    if field in AT_A_POINT and not at:
        raise UsageError(f"--only {field} needs a point", hint="add --at, or take --only expression")


def _check_account(form: str | None, field: str | None) -> None:
    if field is not None:
        raise UsageError("--only prints one field, and the whole account is many", hint="leave out --only or --explain")
    if form in WITHOUT_ACCOUNT:
        known = ", ".join(name for name in FORMATS["diff"] if name not in WITHOUT_ACCOUNT)
        raise UsageError(f"--explain has no place in {form}", hint=f"choose one of {known}")
