"""`gradcalc logistic`: one-neuron logistic regression, the chain rule by hand beside autograd's.

Comes in: features, labels and weights. Goes out: one answer on stdout, notes on stderr, the exit status.
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
  gradcalc logistic --x 6.7 --y 0
  gradcalc logistic --x 6.7 --y 0 --dtype float32
  gradcalc logistic --x 20 --y 0 --dtype float32
  gradcalc logistic --x 6.7,1.2 --w 1,0.5 --y 1
  gradcalc logistic --csv samples.csv --label survived

\b
Exit status: 0 answered, also where formulations break; 1 not all agree, with
--strict; 2 the command line, a value or the file was not understood; 3 not
computed; 4 no such device or dtype; 5 a limit or time-out left nothing to
show; 70 internal error.
"""


def logistic(
    ctx: typer.Context,
    *,
    x: Annotated[
        str | None, typer.Option("--x", metavar="VALUES", help="The features of one sample: 6.7, or 6.7,1.2.")
    ] = None,
    y: Annotated[str | None, typer.Option("--y", metavar="VALUE", help="Its label, from 0 to 1.")] = None,
    w: Annotated[
        str | None, typer.Option("--w", metavar="VALUES", help="A weight for each feature.  [default: 1 for each]")
    ] = None,
    b: Annotated[str, typer.Option("--b", metavar="VALUE", help="The bias.")] = "0",
    epsilon: Annotated[
        str,
        typer.Option(
            "--epsilon", metavar="NUMBER", help="The clamp holds the prediction between this and 1 minus this."
        ),
    ] = "1e-8",
    csv: Annotated[
        str | None,
        typer.Option(
            "--csv",
            metavar="FILE",
            help="Several samples in place of --x and --y: a header, then a line each; - is standard input.",
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option("--label", metavar="COLUMN", help="The file's column of labels.  [default: y or label]"),
    ] = None,
    device: options.DeviceName = "cpu",
    dtype: options.DTypeName = "float64",
    digits: options.Digits = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            parser=options.form["logistic"],
            metavar="NAME",
            help="table, plain (tab-separated), json or markdown.",
        ),
    ] = "table",
    strict: options.Strict = False,
    timeout: options.Timeout = 10.0,
    color: options.Color = "auto",
) -> Status:
    """Show one neuron's logistic regression: the forward pass, the chain rule factor by factor, and the gradient.

    The prediction is sigmoid(w*x + b), the loss is its binary cross-entropy, held by a clamp as in many tutorials.
    Each factor by hand stands beside torch's, and three formulations of the loss beside the exact one.
    """
    console: Console = ctx.obj
    console.color = color

    from gradcalc import pipeline
    from gradcalc.cli.status import status
    from gradcalc.regression import LogisticRequest

    regression = pipeline.logistic(LogisticRequest(x, y, w, b, epsilon, csv, label, device, dtype, timeout))
    console.answer(render(regression, form, console.view(digits)))
    for note in regression.notes:
        console.note(note)
    return status(regression, strict=strict)
