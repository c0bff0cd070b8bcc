"""gradcalc: symbolic derivative and torch autograd of one formula, side by side, with a verdict.

    >>> import gradcalc
    >>> gradcalc.diff("sin(x**2)", at=4).gradient[0].autograd.value
    -7.661275842587077

Importing this module loads none of torch, SymPy, numpy and flint; the first `diff` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcalc.language.point import PointLike
    from gradcalc.results import Result

__version__ = "0.1.0"
__all__ = ["__version__", "diff"]


def diff(
    expression: str,
    at: PointLike | None = None,
    *,
    wrt: str | Sequence[str] = (),
    device: str = "cpu",
    dtype: str = "float64",
    order: int = 1,
    digits: int = 40,
    timeout: float = 10.0,
) -> Result:
    """Differentiate `expression`; the same as the command `gradcalc diff`.

    at: a number for the only variable, a sequence (any array with `tolist`) for a vector, or a mapping by name; None
    for the symbolic derivative only. wrt: the variables, or entries like "x[0]"; all by default. dtype: float64,
    float32, float16 or bfloat16. digits: what the exact decimals have at least. timeout: seconds for SymPy.

    Raises subclasses of `gradcalc.errors.GradcalcError`. Calls share one SymPy process, which ends with this one.
    """
    from gradcalc.language.point import point_texts
    from gradcalc.pipeline import Request
    from gradcalc.pipeline import diff as answer

    texts = () if at is None else tuple(point_texts(at))
    names = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    return answer(Request(expression, texts, names, device, dtype, order, digits, timeout, pretty=True))
