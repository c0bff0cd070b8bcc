"""gradcalc: symbolic derivative and torch autograd of one formula, side by side, with a verdict.

    >>> import gradcalc
    >>> gradcalc.diff("sin(x**2)", at=4).gradient[0].autograd.value
    -7.661275842587077

Importing this module loads none of torch, SymPy, numpy and flint; the first question does.
"""

from __future__ import annotations

TYPE_CHECKING = False  # for type checkers, who know the name; typing itself takes half of the time to the first line
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike
    from typing import SupportsFloat

    from gradcalc.claims import Check
    from gradcalc.language.point import PointLike, Value
    from gradcalc.results import Recording, Regression, Result

__version__ = "0.1.0"
__all__ = ["__version__", "check", "diff", "logistic", "tape"]


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
    explain: bool = False,
) -> Result:
    """Differentiate `expression`; the same as the command `gradcalc diff`.

    at: a number for the only variable, a sequence (any array with `tolist`) for a vector, or a mapping by name; None
    for the symbolic derivative only. wrt: the variables, or entries like "x[0]"; all by default. dtype: float64,
    float32, float16 or bfloat16. digits: what the exact decimals have at least. timeout: seconds for
    SymPy, and of processor time for the rest. explain: whether the result has the whole account, of the first
    derivatives at a point.

    Raises subclasses of `gradcalc.errors.GradcalcError`. Calls share one SymPy process, which ends with this one.
    """
    from gradcalc.language.point import point_texts
    from gradcalc.pipeline import Request
    from gradcalc.pipeline import diff as answer

    texts = () if at is None else tuple(point_texts(at))
    names = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    return answer(
        Request(expression, texts, names, device, dtype, order, digits, timeout, pretty=True, explain=explain)
    )


def check(
    expression: str,
    claim: str,
    *,
    wrt: str | Sequence[str] = (),
    at: PointLike | Sequence[Mapping[str, Value]] | None = None,
    over: Mapping[str, tuple[SupportsFloat | str, SupportsFloat | str]] | None = None,
    timeout: float = 10.0,
) -> Check:
    """Is `claim` the derivative of `expression`? The same as the command `gradcalc check`.

    claim: a formula, or "[a, b]" for the derivatives by several variables, in their order or that of `wrt`. at: a point
    as for `diff`, or a list of mappings, to try first. over: a pair of ends for each variable whose points are to lie
    between them. timeout: seconds for the whole.

    Raises subclasses of `gradcalc.errors.GradcalcError`.
    """
    from gradcalc.checking import CheckRequest
    from gradcalc.language.point import points_texts, ranges_text
    from gradcalc.pipeline import check as answer

    texts = () if at is None else tuple(points_texts(at))
    names = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    return answer(CheckRequest(expression, claim, texts, tuple(ranges_text(over or {})), names, timeout))


def tape(
    expression: str,
    at: PointLike | None = None,
    *,
    device: str = "cpu",
    dtype: str = "float64",
    backward: int = 0,
    zero_grad: bool = False,
    retain_graph: bool = True,
    no_grad: bool = False,
) -> Recording:
    """Run `expression` in torch and show each node, forwards and backwards; the same as the command `gradcalc tape`.

    at: as for `diff`. dtype: also int64, which torch refuses. backward: calls of `backward` on one graph, after each of
    which `.grad` is recorded, zeroed before each with `zero_grad`. no_grad: under `torch.no_grad()`.

    Raises subclasses of `gradcalc.errors.GradcalcError`; what torch refuses is in the record's `refusal`.
    """
    from gradcalc.language.point import point_texts
    from gradcalc.pipeline import Experiment, Request
    from gradcalc.pipeline import tape as answer

    texts = () if at is None else tuple(point_texts(at))
    experiment = Experiment(backward, zero_grad, retain_graph, no_grad)
    return answer(Request(expression, texts, device=device, dtype=dtype), experiment)


def logistic(
    x: Value | None = None,
    y: Value | None = None,
    *,
    w: Value | None = None,
    b: Value = 0,
    epsilon: float | str = 1e-8,
    csv: str | PathLike[str] | None = None,
    label: str | None = None,
    device: str = "cpu",
    dtype: str = "float64",
    timeout: float = 10.0,
) -> Regression:
    """One-neuron logistic regression with the chain rule by hand; the same as the command `gradcalc logistic`.

    x: the features of one sample, a number or a sequence; y: its label, from 0 to 1. w: a weight for each feature, ones
    by default; b: the bias. epsilon: of the clamp. csv: a file of samples in place of x and y, with the labels in the
    column `label`, by default y or label. timeout: seconds for SymPy, and of processor time for the rest.

    Raises subclasses of `gradcalc.errors.GradcalcError`.
    """
    from os import fspath

    from gradcalc.language.point import value_text
    from gradcalc.pipeline import logistic as answer
    from gradcalc.regression import LogisticRequest

    features, labels, weights = (None if value is None else value_text(value) for value in (x, y, w))
    file = None if csv is None else fspath(csv)
    return answer(
        LogisticRequest(features, labels, weights, value_text(b), str(epsilon), file, label, device, dtype, timeout)
    )
