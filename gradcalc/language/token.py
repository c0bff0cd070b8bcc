"""A token of a formula: its kind, its text and its place. Imports `errors`, for spans."""

from __future__ import annotations

from typing import NamedTuple

from gradcalc.errors import Span


class Token(NamedTuple):
    """A word of the language: `kind` is number, name, superscript, end, or the operator itself."""

    kind: str
    text: str
    span: Span
