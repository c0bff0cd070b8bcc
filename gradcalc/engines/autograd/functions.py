"""The torch operation of each row of the vocabulary: torch's own, or one of the compositions below.

Comes in: a row's `torch` column. Goes out: a function of tensors of one dtype on one device. Imports torch.

A composition keeps the dtype and the graph. An argument at one of the row's `constant` positions is cut off
from the graph here, since torch has no derivative by it; a value of it for which torch has no rule raises
`UnsupportedError`. Arguments are numbers without dimensions or vectors, and broadcast as torch does.
"""

from __future__ import annotations

import math
from functools import cache, reduce
from typing import TYPE_CHECKING, Any, cast

from gradcalc.engines.autograd.library import torch
from gradcalc.engines.autograd.records import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor


@cache
def operation(column: str) -> Callable[..., Tensor]:
    """Find a dotted path in torch, or the composition of a bare name."""
    if "." not in column:
        return _COMPOSITIONS[column]
    found: Any = torch
    for name in column.split(".")[1:]:
        found = getattr(found, name)
    return cast("Callable[..., Tensor]", found)


def sinc(x: Tensor) -> Tensor:
    """Take torch's sinc, which is of pi*x; its relative error grows near whole multiples of pi."""
    return torch.sinc(x / math.pi)


def cbrt(x: Tensor) -> Tensor:
    """Take the real cube root."""
    return torch.sign(x) * torch.abs(x) ** (1 / 3)


def maximum(*arguments: Tensor) -> Tensor:
    """Take the largest, entry by entry."""
    return reduce(torch.maximum, arguments)


def minimum(*arguments: Tensor) -> Tensor:
    """Take the smallest, entry by entry."""
    return reduce(torch.minimum, arguments)


def clamp(x: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """Take min(max(x, low), high)."""
    return torch.clamp(x, low, high)


def heaviside(x: Tensor) -> Tensor:
    """Take 0, 1/2 or 1 without a graph: torch.heaviside has no backward, and the slope is 0."""
    return torch.heaviside(x.detach(), torch.full_like(x.detach(), 0.5))


def gamma(x: Tensor) -> Tensor:
    """Take exp(lgamma(x)), which is the absolute value, and give it the sign."""
    return _gamma_sign(x) * torch.exp(torch.lgamma(x))


def beta(x: Tensor, y: Tensor) -> Tensor:
    """Take gamma(x)*gamma(y)/gamma(x + y) by logarithms (DLMF 5.12.1)."""
    sign = _gamma_sign(x) * _gamma_sign(y) * _gamma_sign(x + y)
    return sign * torch.exp(torch.lgamma(x) + torch.lgamma(y) - torch.lgamma(x + y))


def binomial(n: Tensor, k: Tensor) -> Tensor:
    """Take gamma(n + 1)/(gamma(k + 1)*gamma(n - k + 1)) by logarithms (DLMF 1.2.6)."""
    sign = _gamma_sign(n + 1) * _gamma_sign(k + 1) * _gamma_sign(n - k + 1)
    return sign * torch.exp(torch.lgamma(n + 1) - torch.lgamma(k + 1) - torch.lgamma(n - k + 1))


def polygamma(n: Tensor, x: Tensor) -> Tensor:
    """Take the n-th derivative of digamma; n becomes a Python int."""
    order = _order(n, "polygamma")
    if order < 0:
        raise UnsupportedError("torch has polygamma(n, x) for n = 0, 1, 2, ... only")
    return torch.polygamma(order, x)


def lowergamma(a: Tensor, x: Tensor) -> Tensor:
    """Multiply torch's regularised function by gamma(a) (DLMF 8.2.4)."""
    fixed = _positive(a, "lowergamma")
    return operation("torch.special.gammainc")(fixed, x) * gamma(fixed)


def uppergamma(a: Tensor, x: Tensor) -> Tensor:
    """Multiply torch's regularised function by gamma(a) (DLMF 8.2.4)."""
    fixed = _positive(a, "uppergamma")
    return operation("torch.special.gammaincc")(fixed, x) * gamma(fixed)


def besseli(n: Tensor, x: Tensor) -> Tensor:
    """Take the modified Bessel function of order 0 or 1."""
    order = _order(n, "besseli")
    if order not in {0, 1}:
        raise UnsupportedError("torch has besseli(n, x) for n = 0 and 1 only")
    return operation("torch.special.i1" if order else "torch.special.i0")(x)


def hurwitz(s: Tensor, a: Tensor) -> Tensor:
    """Take the Hurwitz zeta function where its series converges, s > 1."""
    fixed = s.detach()
    if bool((fixed <= 1).any()):
        raise UnsupportedError("torch has zeta(s, a) for s > 1 only")
    return operation("torch.special.zeta")(fixed, a)


def binary_cross_entropy(p: Tensor, y: Tensor) -> Tensor:
    """Take torch's cross-entropy entry by entry, of one shape as it wants them."""
    return torch.nn.functional.binary_cross_entropy(_as_long(p, y), _as_long(y, p), reduction="none")


def binary_cross_entropy_with_logits(z: Tensor, y: Tensor) -> Tensor:
    """Take torch's cross-entropy of logits entry by entry, of one shape as it wants them."""
    return torch.nn.functional.binary_cross_entropy_with_logits(_as_long(z, y), _as_long(y, z), reduction="none")


def logsumexp(v: Tensor) -> Tensor:
    """Take log(sum(exp(v))) over the vector's entries."""
    return torch.logsumexp(v, dim=0)


def softmax(v: Tensor) -> Tensor:
    """Take exp(v)/sum(exp(v)) over the vector's entries."""
    return torch.softmax(v, dim=0)


def _as_long(x: Tensor, other: Tensor) -> Tensor:
    """Take x for each entry of the other where that is a vector."""
    return x.expand_as(other) if other.dim() else x


def _gamma_sign(x: Tensor) -> Tensor:
    """Take -1 on (-1, 0), (-3, -2), ... and 1 elsewhere (DLMF 5.5.3)."""
    odd = (x < 0) & (torch.remainder(torch.floor(x.detach()), 2) == 1)
    return torch.where(odd, -torch.ones_like(x), torch.ones_like(x))


def _order(n: Tensor, name: str) -> int:
    """Read a whole number from a constant argument."""
    if n.dim():
        raise UnsupportedError(f"torch takes one order for all entries in {name}(n, x)")
    order = float(n.detach())
    if not order.is_integer():
        raise UnsupportedError(f"torch has {name}(n, x) for whole n only")
    return int(order)


def _positive(a: Tensor, name: str) -> Tensor:
    """Cut a constant argument off from the graph; torch's incomplete gamma functions take positive ones."""
    if not bool((a > 0).all()):
        raise UnsupportedError(f"torch has {name}(a, x) for a > 0 only")
    return a.detach()


_COMPOSITIONS: dict[str, Callable[..., Tensor]] = {
    made.__name__: made
    for made in (
        sinc,
        cbrt,
        maximum,
        minimum,
        clamp,
        heaviside,
        gamma,
        beta,
        binomial,
        polygamma,
        lowergamma,
        uppergamma,
        besseli,
        hurwitz,
        binary_cross_entropy,
        binary_cross_entropy_with_logits,
        logsumexp,
        softmax,
    )
}
