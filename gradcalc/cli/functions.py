"""`gradcalc functions`: what a formula may call, from the vocabulary alone.

Comes in: a name or none. Goes out: one line a function, or all that its rows say. Raises `UsageError` for an unknown
name. Imports `console`, `render` and `language.vocabulary`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradcalc.cli.listing import aligned
from gradcalc.cli.options import ListingFormat
from gradcalc.console import Console
from gradcalc.errors import Status, UsageError
from gradcalc.render.excerpt import shorten

if TYPE_CHECKING:
    from gradcalc.language.vocabulary import Function

_SHOWN = 60

EPILOG = """
\b
Examples:
  gradcalc functions
  gradcalc functions sinc
  gradcalc functions --format plain | grep -i bessel
"""


def functions(
    ctx: typer.Context,
    *,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", hidden=True)] = None,
    form: ListingFormat = "table",
) -> Status:
    """List the functions of the language, or with NAME what one means, its domain and what happens at its kinks."""
    from gradcalc.language import vocabulary

    console: Console = ctx.obj
    rows = vocabulary.ROWS if name is None else _named(name)
    if form == "json":
        from gradcalc.render.documents import dump
        from gradcalc.results import SCHEMA

        records = [_record(row) for row in rows]
        console.answer(dump({"schema": SCHEMA, "command": "functions", "functions": records}, console.view()))
    elif form == "plain":
        console.lines("\t".join(_fields(row).values()) for row in rows)
    elif name is None:
        console.lines(aligned([(row.signature, row.meaning) for row in rows], console.view().width))
    else:
        details = [aligned([*_fields(row).items()], console.view().width) for row in rows]
        console.lines("\n\n".join("\n".join(lines) for lines in details).splitlines())
    return Status.OK


def _named(name: str) -> tuple[Function, ...]:
    from gradcalc.language import vocabulary
    from gradcalc.language.suggestions import sentence

    rows = vocabulary.forms(name)
    if not rows:
        hint = sentence(name, vocabulary.NAMES) or "gradcalc functions lists them all"
        raise UsageError(f"no function is called '{shorten(name, _SHOWN)}'", hint=hint)
    return rows


def _fields(row: Function) -> dict[str, str]:
    """What a reader wants to know about a row, in the order of the plain columns."""
    return {
        "function": row.signature,
        "meaning": row.meaning,
        "domain": row.domain,
        "kinks": row.kinks or "none, it is smooth",
        "torch": row.no_torch or "differentiates it",
        "example": row.example,
        "aliases": ", ".join(row.aliases) or "none",
        "reference": row.reference,
    }


def _record(row: Function) -> dict[str, Any]:
    return {
        "name": row.name,
        "signature": row.signature,
        "meaning": row.meaning,
        "domain": row.domain,
        "kinks": row.kinks or None,
        "no_torch": row.no_torch or None,
        "example": row.example,
        "aliases": list(row.aliases),
        "reference": row.reference,
    }
