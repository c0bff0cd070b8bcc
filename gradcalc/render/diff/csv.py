"""Comma-separated values (RFC 4180, so lines end with CR LF): a header, then one row a component.

A number that a side does not have is an empty field beside that side's outcome; nan and inf are written out. Without
a point only wrt, order and expression are filled. Imports `results` and modules of `render`.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from io import StringIO

from gradcalc.dtypes import DType
from gradcalc.render import View, numbers
from gradcalc.results import Partial, Result

HEADER = (
    "wrt",
    "order",
    "expression",
    "symbolic",
    "symbolic_outcome",
    "autograd",
    "verdict",
    "ulps",
    "digits",
    "certified",
    "cause",
    "explanation",
)


def render(result: Result, view: View) -> str:
    """The answer as a table of comma-separated values."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows(rows(result, view))
    return text.getvalue()


def rows(result: Result, view: View) -> Iterator[Sequence[str | float | None]]:
    """A row for each component, with the fields of `HEADER`."""
    dtype = numbers.format_of(result)
    for partial in result.gradient:
        yield _row(partial, dtype, view)


def _row(partial: Partial, dtype: DType, view: View) -> list[str | float | None]:
    symbolic, autograd, verdict = partial.symbolic, partial.autograd, partial.verdict
    has_number = symbolic.value is not None and not math.isnan(symbolic.value)
    has_gradient = autograd is not None and autograd.value is not None
    return [
        partial.wrt,
        partial.order,
        symbolic.expression,
        numbers.symbolic_gradient(symbolic, dtype, view.digits) if has_number else None,
        symbolic.outcome,
        numbers.autograd_gradient(autograd, dtype, view.digits) if has_gradient else None,
        verdict.outcome if verdict else None,
        autograd.ulps if autograd else None,
        autograd.digits if autograd else None,
        partial.certified.value if partial.certified else None,
        verdict.cause if verdict else None,
        verdict.explanation if verdict else None,
    ]
