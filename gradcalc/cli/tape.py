"""`gradcalc tape`: the computation as torch ran it, forwards and backwards, and what torch says when asked otherwise.

Comes in: a formula, a point and options. Goes out: one answer on stdout, notes on stderr, the exit status.
Imports `console`, `errors` and `render`; the pipeline only once the options are read.
"""

from __future__ import annotations

from typing import Annotated

import typer

from gradcalc.cli import options
from gradcalc.console import Console
from gradcalc.errors import Status
from gradcalc.render import render

EPILOG = """
\b
Examples:
  gradcalc tape "sin(x**2)" --at 4
  gradcalc tape "x*sin(x)" --at 2 --format tree
  gradcalc tape "mean(x**2)" --at 1,2,3 --format svg > tape.svg
  gradcalc tape "x**2" --at 2 --backward 3
  gradcalc tape "x**2" --at 2 --backward 3 --zero-grad
  gradcalc tape "x**2" --at 2 --retain-graph off
  gradcalc tape "x**2" --at 2 --no-grad

\b
Exit status: 0 answered, also where torch refuses what was asked for; 2 the
command line, the formula or the point was not understood; 3 torch cannot
compute or differentiate it, or Graphviz is missing; 4 no such device or
dtype; 5 a limit left nothing to show; 70 internal error.
"""


def tape(
    ctx: typer.Context,
    *,
    expression: options.Formula = None,
    at: Annotated[
        list[str] | None,
        typer.Option(metavar="POINT", help="Where: 4, or x=1,y=2, or a vector 1,2,3 or x=[1,2,3]. Repeatable."),
    ] = None,
    device: options.DeviceName = "cpu",
    dtype: Annotated[
        str,
        typer.Option(
            parser=options.tape_dtype,
            metavar="NAME",
            help="float64, float32, float16 or bfloat16; int64 shows what torch says to whole numbers.",
        ),
    ] = "float64",
    backward: Annotated[
        int,
        typer.Option(
            parser=options.calls, metavar="N", help="Call backward N times on one graph, and show .grad after each."
        ),
    ] = 0,
    zero_grad: Annotated[bool, typer.Option("--zero-grad", help="Zero .grad before each backward call.")] = False,
    retain_graph: Annotated[
        str,
        typer.Option(
            parser=options.switch,
            metavar="WHEN",
            help="on or off: whether a backward call keeps the graph. With off and no --backward, two are made.",
        ),
    ] = "on",
    no_grad: Annotated[bool, typer.Option("--no-grad", help="Run it under torch.no_grad().")] = False,
    digits: options.Digits = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            parser=options.form["tape"],
            metavar="NAME",
            help="table, tree, dot, mermaid, json, or svg (drawn by Graphviz).",
        ),
    ] = "table",
    color: options.Color = "auto",
) -> Status:
    """Show the computation as torch ran it: each node of the forward pass, then the backward pass node by node.

    EXPR is a formula as for `gradcalc diff`, or - to read it from standard input. The backward pass shows what each
    node multiplies by and hands on, so that the chain rule can be read off it.
    """
    console: Console = ctx.obj
    console.color = color
    source = options.formula(expression, 'write gradcalc tape "sin(x**2)" --at 4')

    from gradcalc import pipeline

    once_more = retain_graph == "off" and not backward
    recording = pipeline.tape(
        pipeline.Request(expression=source, at=tuple(at or ()), device=device, dtype=dtype),
        pipeline.Experiment(
            calls=2 if once_more and not no_grad else backward,
            zero_grad=zero_grad,
            retain_graph=retain_graph == "on",
            no_grad=no_grad,
        ),
    )
    console.answer(render(recording, form, console.view(digits)))
    for note in recording.notes:
        console.note(note)
    return Status.OK
