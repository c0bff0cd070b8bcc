"""A formula -> formulas of the same value that may keep more digits, each as text to paste.

Comes in: a tape. Goes out: `Alternative` records; whether one helps at a point is for others to find out.
Imports `language` and this package: `rows` has the table, `terms` says what is equal, `matching` what fits, `formula`
puts a piece into the source.
"""

from __future__ import annotations

from gradcalc.rewriting.alternatives import alternatives
from gradcalc.rewriting.branches import guarded
from gradcalc.rewriting.formula import Alternative

__all__ = ["Alternative", "alternatives", "guarded"]
