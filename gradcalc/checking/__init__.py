"""Is a claim the derivative of a formula? Points where ball arithmetic tells them apart, slips, and a verdict on it.

Comes in: a `CheckRequest`. Goes out: a `Check`. Imports `errors`, `dtypes`, `claims`, `language`, the engines,
`verdict` (for decimals) and `program`.
"""

from __future__ import annotations

from gradcalc.checking.account import account, identity
from gradcalc.checking.comparison import compared
from gradcalc.checking.reading import CheckRequest, read

__all__ = ["CheckRequest", "account", "compared", "identity", "read"]
