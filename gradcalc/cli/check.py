"""`gradcalc check`: whether a claim is the derivative of a formula.

Comes in: what a person typed. Goes out: the answer on the console and a status.
Imports `console`, `errors` and `render`; the pipeline only once the options are read.
"""

from __future__ import annotations

from typing import Annotated

import typer

from gradcalc.cli import options
from gradcalc.console import Console
from gradcalc.errors import Status, UsageError
from gradcalc.render import render

EPILOG = """
\b
Examples:
  gradcalc check "sin(x**2)" "2*x*cos(x**2)"
  gradcalc check "x**2*y" "[2*x*y, x**2]"
  gradcalc check "x**2*y" "x**2" --wrt y
  gradcalc check "log(x/(1 - x))" "1/(x*(1 - x))" --over x=0..1
  gradcalc check "abs(x)" "1" --at -3 --format json

\b
Exit status: 0 proved; 1 refuted; 2 the command line, a formula or a point was
not understood; 3 neither: not refuted, or nothing could be computed; 5 a limit
left nothing to show; 70 internal error.
"""

_EXAMPLE = 'write gradcalc check "sin(x**2)" "2*x*cos(x**2)"'


def check(
    ctx: typer.Context,
    *,
    expression: options.Formula = None,
    claim: Annotated[str | None, typer.Argument(metavar="CLAIM", hidden=True)] = None,
    wrt: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="The variable that the claim is by. Repeatable; by default every one."),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(metavar="POINT", help="Try this point first: 4, or x=1,y=2. Repeatable; others are drawn too."),
    ] = None,
    over: Annotated[
        list[str] | None,
        typer.Option(metavar="RANGE", help="Draw points from here: x=0..10, or x=0..10,y=1..2. Repeatable."),
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            parser=options.form["check"],
            metavar="NAME",
            help="table, plain (field, tab, text), json or markdown.",
        ),
    ] = "table",
    timeout: Annotated[
        float, typer.Option(parser=options.seconds, metavar="SECONDS", help="The time the whole may take.")
    ] = 10.0,
    color: options.Color = "auto",
) -> Status:
    """Say whether CLAIM is the derivative of EXPR.

    It is proved if SymPy makes the difference 0, on the domain that is told, refuted if ball arithmetic tells the two
    apart at a point, which is then shown with both values, and else not refuted: also where CLAIM has no real value.
    CLAIM may be a vector of partial derivatives. Either may be - to read it from standard input. Decimals are exact
    here: 0.1 is a tenth.
    """
    console: Console = ctx.obj
    console.color = color
    if claim is None and expression is not None:
        raise UsageError("the claim is missing", hint=_EXAMPLE)
    if expression == claim == "-":
        raise UsageError("only one of the formula and the claim can be read from standard input", hint=_EXAMPLE)
    source = options.formula(expression, _EXAMPLE)
    claimed = options.formula(claim, _EXAMPLE)

    from gradcalc import pipeline
    from gradcalc.checking import CheckRequest
    from gradcalc.cli.status import status_of_claim

    answer = pipeline.check(
        CheckRequest(
            expression=source,
            claim=claimed,
            at=tuple(at or ()),
            over=tuple(over or ()),
            wrt=tuple(name.strip() for names in wrt or () for name in names.split(",")),
            timeout=timeout,
        )
    )
    console.answer(render(answer, form, console.view()))
    for note in answer.notes:
        console.note(note)
    return status_of_claim(answer)
