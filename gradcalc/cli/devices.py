"""`gradcalc devices`: where torch can compute here.

Comes in: a format. Goes out: one line a device. Imports `console` and `render`; the pipeline, and torch with it, only
in the call.
"""

from __future__ import annotations

import typer

from gradcalc.cli.listing import aligned
from gradcalc.cli.options import ListingFormat
from gradcalc.console import Console
from gradcalc.errors import Status


def devices(
    ctx: typer.Context,
    *,
    form: ListingFormat = "table",
) -> Status:
    """List the devices that torch sees, and the dtypes that work there."""
    from gradcalc import pipeline
    from gradcalc.render.documents import dump
    from gradcalc.results import SCHEMA

    console: Console = ctx.obj
    found = pipeline.devices()
    if form == "json":
        records = [{"name": d.name, "description": d.description, "dtypes": list(d.dtypes)} for d in found]
        console.answer(dump({"schema": SCHEMA, "command": "devices", "devices": records}, console.view()))
        return Status.OK
    rows = [(d.name, d.description, " ".join(d.dtypes)) for d in found]
    console.lines("\t".join(row) for row in rows) if form == "plain" else console.lines(aligned(rows, None))
    return Status.OK
