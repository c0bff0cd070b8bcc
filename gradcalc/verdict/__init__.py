"""The verdict: what the engines found -> who is right, by how many ulps, and why not.

Comes in: plain numbers and decimals. Goes out: `results.Verdict` and the two sides with their outcomes.
Imports `dtypes`, `results` and the engines' records: it judges numbers and never computes a derivative.
"""

from __future__ import annotations

from gradcalc.verdict.distance import FEW_ULPS, distance
from gradcalc.verdict.judge import (
    BY_HAND,
    GRADIENT,
    LOSS,
    Evidence,
    Judgement,
    Subject,
    by_convention,
    close,
    judge,
    open_without_bound,
    poor,
)

__all__ = [
    "BY_HAND",
    "FEW_ULPS",
    "GRADIENT",
    "LOSS",
    "Evidence",
    "Judgement",
    "Subject",
    "by_convention",
    "close",
    "distance",
    "judge",
    "open_without_bound",
    "poor",
]
