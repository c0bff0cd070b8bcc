"""What every function of the vocabulary is, written a second time: mpmath at 50 digits.

Goes out: `FUNCTIONS`, the table that the engines' tests compare with, keyed by (name, number of named
parameters), one entry for each row that has samples; `value` and `slope`, which evaluate it.
Imports mpmath only: it shares no code with gradcalc.

    from tests import oracle
    oracle.value("beta", (0.4, 0.6))        # an mpf of 50 digits
    oracle.slope("beta", (0.4, 0.6), 1)     # its derivative by the second argument

The arguments are floats taken exactly, ints or mpfs; the results are mpfs. Everything happens in `mp`, a
context of this module's own, so that no test can disturb its precision. A variadic row (`max`, `min`) has the
key of its two named parameters and takes more. The formulas are those of the rows' `meaning`, from DLMF
(https://dlmf.nist.gov) or from torch's and SymPy's documentation for their own names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: The context of all results; 50 digits, and `diff` works at more.
mp = mpmath.mp.clone()
mp.dps = 50

Number = Any  # float, int or mpf: mpmath has no types of its own


def value(name: str, arguments: Sequence[Number]) -> Number:
    """Evaluate the function at `arguments`."""
    return _entry(name, len(arguments))(*arguments)


def slope(name: str, arguments: Sequence[Number], position: int, order: int = 1) -> Number:
    """Differentiate by the argument at `position`, with difference quotients at raised precision.

    The function must be smooth at `arguments`; `order` counts derivatives, from 1.
    """
    function = _entry(name, len(arguments))

    def along(x: Number) -> Number:
        return function(*arguments[:position], x, *arguments[position + 1 :])

    return mp.diff(along, mp.mpf(arguments[position]), order)


def _entry(name: str, count: int) -> Callable[..., Number]:
    return FUNCTIONS[(name, 2)] if name in {"max", "min"} else FUNCTIONS[(name, count)]


def _real(function: Callable[..., Number]) -> Callable[..., Number]:
    """Take exact arguments and insist on a real result, but for rounding."""

    def evaluate(*arguments: Number) -> Number:
        result = mp.mpmathify(function(*(mp.mpf(argument) for argument in arguments)))
        if abs(mp.im(result)) > abs(result) * mp.mpf(10) ** (10 - mp.dps):
            raise ValueError(f"no real value at {arguments}")
        return mp.re(result)

    return evaluate


def _log_gamma(x: Number) -> Number:
    return mp.log(abs(mp.gamma(x)))


def _cube_root(x: Number) -> Number:
    return mp.sign(x) * mp.cbrt(abs(x))


def _truncated(x: Number) -> Number:
    return mp.floor(x) if x >= 0 else mp.ceil(x)


def _cross_entropy(p: Number, y: Number) -> Number:
    return -(y * mp.log(p) + (1 - y) * mp.log1p(-p))


def _step(x: Number, at_zero: Number) -> Number:
    return at_zero if x == 0 else mp.mpf(1 if x > 0 else 0)


def _exp_minus_1(x: Number, alpha: Number = 1, scale: Number = 1) -> Number:
    return x if x > 0 else alpha * mp.expm1(x / scale)


def _normal(x: Number) -> Number:
    return mp.erfc(-x / mp.sqrt(2)) / 2


def _selu(x: Number) -> Number:
    """Klambauer et al. 2017, appendix A: the fixed point of mean 0 and variance 1, in closed form."""
    root_e, root_2 = mp.sqrt(mp.e), mp.sqrt(2)
    half, one = mp.erfc(1 / root_2), mp.erfc(root_2)
    alpha = -mp.sqrt(2 / mp.pi) / (half * root_e - 1)
    variance = 2 * one * mp.e**2 + mp.pi * half**2 * mp.e - 2 * (2 + mp.pi) * half * root_e + mp.pi + 2
    scale = (1 - half * root_e) * mp.sqrt(2 * mp.pi) / mp.sqrt(variance)
    return scale * (x if x > 0 else alpha * mp.expm1(x))


def _binomial(n: Number, k: Number) -> Number:
    return mp.gamma(n + 1) / (mp.gamma(k + 1) * mp.gamma(n - k + 1))


_TABLE: dict[tuple[str, int], Callable[..., Number]] = {
    # trigonometric and hyperbolic functions, and their inverses
    ("sin", 1): lambda x: mp.sin(x),
    ("cos", 1): lambda x: mp.cos(x),
    ("tan", 1): lambda x: mp.tan(x),
    ("cot", 1): lambda x: mp.cos(x) / mp.sin(x),
    ("sec", 1): lambda x: 1 / mp.cos(x),
    ("csc", 1): lambda x: 1 / mp.sin(x),
    ("sinc", 1): lambda x: mp.sin(x) / x if x else mp.mpf(1),
    ("asin", 1): lambda x: mp.asin(x),
    ("acos", 1): lambda x: mp.acos(x),
    ("atan", 1): lambda x: mp.atan(x),
    ("acot", 1): lambda x: mp.atan(1 / x),
    ("asec", 1): lambda x: mp.acos(1 / x),
    ("acsc", 1): lambda x: mp.asin(1 / x),
    ("atan2", 2): lambda y, x: mp.atan2(y, x),
    ("sinh", 1): lambda x: mp.sinh(x),
    ("cosh", 1): lambda x: mp.cosh(x),
    ("tanh", 1): lambda x: mp.tanh(x),
    ("coth", 1): lambda x: mp.cosh(x) / mp.sinh(x),
    ("sech", 1): lambda x: 1 / mp.cosh(x),
    ("csch", 1): lambda x: 1 / mp.sinh(x),
    ("asinh", 1): lambda x: mp.asinh(x),
    ("acosh", 1): lambda x: mp.acosh(x),
    ("atanh", 1): lambda x: mp.atanh(x),
    ("acoth", 1): lambda x: mp.log((x + 1) / (x - 1)) / 2,
    ("asech", 1): lambda x: mp.log(1 / x + mp.sqrt(1 / x**2 - 1)),
    ("acsch", 1): lambda x: mp.asinh(1 / x),
    # powers, exponentials, logarithms
    ("exp", 1): lambda x: mp.exp(x),
    ("exp2", 1): lambda x: mp.power(2, x),
    ("exp10", 1): lambda x: mp.power(10, x),
    ("expm1", 1): lambda x: mp.expm1(x),
    ("log", 1): lambda x: mp.log(x),
    ("log", 2): lambda x, base: mp.log(x) / mp.log(base),
    ("log2", 1): lambda x: mp.log(x, 2),
    ("log10", 1): lambda x: mp.log(x, 10),
    ("log1p", 1): lambda x: mp.log1p(x),
    ("sqrt", 1): lambda x: mp.sqrt(x),
    ("rsqrt", 1): lambda x: 1 / mp.sqrt(x),
    ("cbrt", 1): _cube_root,
    ("root", 2): lambda x, n: mp.exp(mp.log(x) / n),
    ("pow", 2): lambda x, y: mp.power(x, y),
    ("square", 1): lambda x: x * x,
    ("hypot", 2): lambda x, y: mp.sqrt(x * x + y * y),
    ("radians", 1): lambda x: x * mp.pi / 180,
    ("degrees", 1): lambda x: x * 180 / mp.pi,
    # pieces
    ("abs", 1): lambda x: abs(x),
    ("sign", 1): lambda x: mp.sign(x),
    ("floor", 1): lambda x: mp.floor(x),
    ("ceil", 1): lambda x: mp.ceil(x),
    ("round", 1): lambda x: mp.nint(x),
    ("trunc", 1): _truncated,
    ("frac", 1): lambda x: x - mp.floor(x),
    ("mod", 2): lambda x, y: x - y * mp.floor(x / y),
    ("fmod", 2): lambda x, y: x - y * _truncated(x / y),
    ("max", 2): lambda *arguments: max(arguments),
    ("min", 2): lambda *arguments: min(arguments),
    ("clamp", 3): lambda x, low, high: min(max(x, low), high),
    ("heaviside", 1): lambda x: _step(x, mp.mpf(0.5)),
    ("heaviside", 2): _step,
    # neural networks
    ("sigmoid", 1): lambda x: 1 / (1 + mp.exp(-x)),
    ("logit", 1): lambda x: mp.log(x / (1 - x)),
    ("logsigmoid", 1): lambda x: -mp.log1p(mp.exp(-x)),
    ("softplus", 1): lambda x: mp.log1p(mp.exp(x)),
    ("relu", 1): lambda x: max(x, mp.mpf(0)),
    ("relu6", 1): lambda x: min(max(x, mp.mpf(0)), mp.mpf(6)),
    ("leaky_relu", 1): lambda x: x if x > 0 else x / 100,
    ("leaky_relu", 2): lambda x, slope_below: x if x > 0 else slope_below * x,
    ("elu", 1): _exp_minus_1,
    ("elu", 2): _exp_minus_1,
    ("selu", 1): _selu,
    ("celu", 1): _exp_minus_1,
    ("celu", 2): lambda x, alpha: _exp_minus_1(x, alpha, alpha),
    ("gelu", 1): lambda x: x * _normal(x),
    ("silu", 1): lambda x: x / (1 + mp.exp(-x)),
    ("mish", 1): lambda x: x * mp.tanh(mp.log1p(mp.exp(x))),
    ("hardtanh", 1): lambda x: min(max(x, mp.mpf(-1)), mp.mpf(1)),
    ("softsign", 1): lambda x: x / (1 + abs(x)),
    ("logaddexp", 2): lambda x, y: mp.log(mp.exp(x) + mp.exp(y)),
    ("log_loss", 2): _cross_entropy,
    ("binary_cross_entropy", 2): _cross_entropy,
    ("binary_cross_entropy_with_logits", 2): lambda z, y: _cross_entropy(1 / (1 + mp.exp(-z)), y),
    ("xlogy", 2): lambda x, y: x * mp.log(y) if x else mp.mpf(0),
    ("xlog1py", 2): lambda x, y: x * mp.log1p(y) if x else mp.mpf(0),
    # error functions and the gamma family
    ("erf", 1): lambda x: mp.erf(x),
    ("erfc", 1): lambda x: mp.erfc(x),
    ("erfi", 1): lambda x: mp.erfi(x),
    ("erfcx", 1): lambda x: mp.exp(x * x) * mp.erfc(x),
    ("erfinv", 1): lambda x: mp.erfinv(x),
    ("erfcinv", 1): lambda x: mp.erfinv(1 - x),
    ("ndtr", 1): _normal,
    ("gamma", 1): lambda x: mp.gamma(x),
    ("lgamma", 1): _log_gamma,
    ("digamma", 1): lambda x: mp.digamma(x),
    ("trigamma", 1): lambda x: mp.psi(1, x),
    ("polygamma", 2): lambda n, x: mp.psi(int(n), x),
    ("beta", 2): lambda x, y: mp.gamma(x) * mp.gamma(y) / mp.gamma(x + y),
    ("factorial", 1): lambda x: mp.gamma(x + 1),
    ("binomial", 2): _binomial,
    ("lowergamma", 2): lambda a, x: mp.gammainc(a, 0, x),
    ("uppergamma", 2): lambda a, x: mp.gammainc(a, x),
    # Bessel and Airy functions
    ("besselj", 2): lambda n, x: mp.besselj(n, x),
    ("bessely", 2): lambda n, x: mp.bessely(n, x),
    ("besseli", 2): lambda n, x: mp.besseli(n, x),
    ("besselk", 2): lambda n, x: mp.besselk(n, x),
    ("j0", 1): lambda x: mp.besselj(0, x),
    ("j1", 1): lambda x: mp.besselj(1, x),
    ("y0", 1): lambda x: mp.bessely(0, x),
    ("y1", 1): lambda x: mp.bessely(1, x),
    ("i0", 1): lambda x: mp.besseli(0, x),
    ("i1", 1): lambda x: mp.besseli(1, x),
    ("airyai", 1): lambda x: mp.airyai(x),
    ("airybi", 1): lambda x: mp.airybi(x),
    ("airyaiprime", 1): lambda x: mp.airyai(x, derivative=1),
    ("airybiprime", 1): lambda x: mp.airybi(x, derivative=1),
    # zeta, polylogarithm, Lambert W
    ("zeta", 1): lambda s: mp.zeta(s),
    ("zeta", 2): lambda s, a: mp.zeta(s, a),
    ("polylog", 2): lambda s, x: mp.polylog(s, x),
    ("lambertw", 1): lambda x: mp.lambertw(x),
    ("lambertw", 2): lambda x, k: mp.lambertw(x, int(k)),
    # integrals
    ("Si", 1): lambda x: mp.si(x),
    ("Ci", 1): lambda x: mp.ci(x),
    ("Shi", 1): lambda x: mp.shi(x),
    ("Chi", 1): lambda x: mp.chi(x),
    ("Ei", 1): lambda x: mp.ei(x),
    ("li", 1): lambda x: mp.ei(mp.log(x)),
    ("expint", 2): lambda n, x: mp.expint(n, x),
    ("E1", 1): lambda x: mp.e1(x),
    ("fresnels", 1): lambda x: mp.fresnels(x),
    ("fresnelc", 1): lambda x: mp.fresnelc(x),
    # elliptic integrals of the parameter m = k**2
    ("elliptic_k", 1): lambda m: mp.ellipk(m),
    ("elliptic_f", 2): lambda phi, m: mp.ellipf(phi, m),
    ("elliptic_e", 1): lambda m: mp.ellipe(m),
    ("elliptic_e", 2): lambda phi, m: mp.ellipe(phi, m),
    ("elliptic_pi", 2): lambda n, m: mp.ellippi(n, m),
    ("elliptic_pi", 3): lambda n, phi, m: mp.ellippi(n, phi, m),
}

#: (name, number of named parameters) -> the function, of exact arguments, at 50 digits.
FUNCTIONS: dict[tuple[str, int], Callable[..., Number]] = {key: _real(function) for key, function in _TABLE.items()}
