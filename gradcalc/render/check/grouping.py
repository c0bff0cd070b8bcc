"""The claims that the same is said of, for formats in which it is said once. Imports `claims` only."""

from __future__ import annotations

from itertools import groupby

from gradcalc.claims import Check, Claimed


def together(check: Check) -> list[list[Claimed]]:
    """The partial derivatives in their order, neighbours with the same outcome and sentences as one group."""
    return [list(group) for _, group in groupby(check.partials, lambda one: (one.outcome, one.explanation, one.hint))]
