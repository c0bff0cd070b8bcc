"""Rows: error functions, the gamma family, Bessel and Airy functions, zeta, integrals, elliptic integrals.

The names and conventions are SymPy's (elliptic functions take the parameter m = k**2) unless a row says otherwise.
"""

from __future__ import annotations

from gradcalc.language.vocabulary.row import ANALYTIC
from gradcalc.language.vocabulary.row import Function as F

DLMF = "https://dlmf.nist.gov/"
SPECIAL = "https://docs.pytorch.org/docs/stable/special.html"

_NONE = "torch has no such function"
_DROPS = "torch computes it but drops the graph without a word, so the gradient would be a wrong 0"
_NO_RULE = "torch computes it but has no derivative for it"
_PAIR = ((0.4, 0.6), (2.5, 3.0))
_ORDER = ((1.0, 0.6), (2.0, 4.0))
_BESSEL = "x > 0, or a whole order"

# The slopes of the elliptic integrals, https://functions.wolfram.com/EllipticIntegrals, with D for _DELTA below. Where
# such a formula is 0/0, the slope is the integral of the integrand's derivative, which is elementary or as simple there.
_DELTA = "sqrt(1 - m*sin(phi)**2)"
_S = "sin(phi)*cos(phi)"
_PHI = f"(phi - {_S})"
_SLOPE_F = f"1/{_DELTA}"
_F_BY_M = (
    f"where(m == 0, {_PHI}/4, where(m == 1, (tan(phi)*sec(phi) - asinh(tan(phi)))/4, "
    f"elliptic_e(phi, m)/(2*m*(1 - m)) - elliptic_f(phi, m)/(2*m) - {_S}/(2*(1 - m)*{_DELTA})))"
)
_E_BY_M = f"where(m == 0, -{_PHI}/4, (elliptic_e(phi, m) - elliptic_f(phi, m))/(2*m))"
# The integral of sin(t)**2/D**5, to which both slopes of elliptic_pi come down at n = m: complete, and up to phi.
_FIFTH_COMPLETE = "(2/3)*((elliptic_e(m) - elliptic_k(m))/(2*m*(1 - m)) + elliptic_e(m)/(1 - m)**2)"
_FIFTH = (
    "where(m == 1, (2*tan(phi)*sec(phi)**3 - tan(phi)*sec(phi) - asinh(tan(phi)))/8, "
    f"(2/3)*(((elliptic_e(phi, m) - elliptic_f(phi, m))/(2*m) - {_S}/{_DELTA} - m*{_S}*sin(phi)**2/(2*{_DELTA}**3))/(1 - m)"
    f" + (elliptic_e(phi, m) - m*{_S}/{_DELTA})/(1 - m)**2))"
)
_KPI_BY_N = (
    "where(n == 0, where(m == 0, pi/4, (elliptic_k(m) - elliptic_e(m))/m), "
    f"where(n == m, {_FIFTH_COMPLETE}, (elliptic_e(m) + (m - n)*elliptic_k(m)/n + (n**2 - m)*elliptic_pi(n, m)/n)"
    "/(2*(m - n)*(n - 1))))"
)
_KPI_BY_M = (
    f"where(n == m, where(m == 0, pi/8, {_FIFTH_COMPLETE}/2), (elliptic_e(m)/(m - 1) + elliptic_pi(n, m))/(2*(n - m)))"
)
_SLOPE_PI = f"1/((1 - n*sin(phi)**2)*{_DELTA})"
_PI_BY_N = (
    f"where(n == 0, where(m == 0, {_PHI}/2, (elliptic_f(phi, m) - elliptic_e(phi, m))/m), where(n == m, {_FIFTH}, "
    f"where(n == 1, (tan(phi)*sec(phi)**2*{_DELTA} - (m + 1)*elliptic_pi(1, phi, m) + m*elliptic_f(phi, m))/(3*(1 - m)), "
    "(elliptic_e(phi, m) + (m - n)*elliptic_f(phi, m)/n + (n**2 - m)*elliptic_pi(n, phi, m)/n"
    f" - n*{_S}*{_DELTA}/(1 - n*sin(phi)**2))/(2*(m - n)*(n - 1)))))"
)
_PI_BY_M = (
    f"where(n == m, where(m == 0, {_PHI}/4, {_FIFTH}/2), "
    "where(m == 1, ((tan(phi)*sec(phi) + asinh(tan(phi)))/2 - elliptic_pi(n, phi, 1))/(2*(1 - n)), "
    f"(elliptic_e(phi, m)/(m - 1) + elliptic_pi(n, phi, m) - m*{_S}/((m - 1)*{_DELTA}))/(2*(n - m))))"
)

ROWS = (
    F("erf", "x", "error function, 2/sqrt(pi) times the integral of exp(-t**2) from 0 to x", DLMF + "7.2", "sympy.erf",
      "torch.erf", "arb.erf", samples=((-2.0,), (2.0,)), example="erf(x)",
      slopes=("2*exp(-x**2)/sqrt(pi)",),
      backward=("2/sqrt(pi)*exp(-x**2)",)),
    F("erfc", "x", "1 - erf(x) without cancellation", DLMF + "7.2", "sympy.erfc", "torch.erfc", "arb.erfc",
      samples=((-2.0,), (2.0,)), example="erfc(x)",
      slopes=("-2*exp(-x**2)/sqrt(pi)",),
      backward=("-2/sqrt(pi)*exp(-x**2)",)),
    F("erfi", "x", "imaginary error function, -i*erf(i*x)", DLMF + "7.2", "sympy.erfi", "", "arb.erfi",
      no_torch=_NONE, samples=((-2.0,), (2.0,)), example="erfi(x)*exp(-x**2)",
      slopes=("2*exp(x**2)/sqrt(pi)",)),
    F("erfcx", "x", "exp(x**2)*erfc(x) without overflow", DLMF + "7.2", "", "torch.special.erfcx", "",
      "exp(x**2)*erfc(x)", samples=((-2.0,), (4.0,)), example="erfcx(x)",
      backward=("2*x*erfcx(x) - 2/sqrt(pi)",),
      ulps=5),
    F("erfinv", "x", "inverse of erf", DLMF + "7.17", "sympy.erfinv", "torch.erfinv", "arb.erfinv",
      domain="-1 < x < 1", kinks="poles at -1 and 1", samples=((-0.7,), (0.6,)), example="erfinv(x)",
      slopes=("sqrt(pi)*exp(erfinv(x)**2)/2",),
      backward=("sqrt(pi)/2*exp(erfinv(x)**2)",)),
    F("erfcinv", "x", "inverse of erfc", DLMF + "7.17", "sympy.erfcinv", "", "arb.erfcinv", "erfinv(1 - x)",
      domain="0 < x < 2", kinks="poles at 0 and 2", samples=((0.2,), (1.7,)), example="erfcinv(x)",
      slopes=("-sqrt(pi)*exp(erfcinv(x)**2)/2",)),
    F("ndtr", "x", "the normal distribution function, (1 + erf(x/sqrt(2)))/2", SPECIAL, "", "torch.special.ndtr", "",
      "erfc(-x/sqrt(2))/2", samples=((-2.0,), (2.0,)), example="ndtr(x)",
      backward=("1/2*(2/sqrt(pi)*exp(-(x*sqrt(1/2))**2))*sqrt(1/2)",),
      forward="1/2*(1 + erf(x*sqrt(1/2)))"),
    F("gamma", "x", "the gamma function, (x - 1)!", DLMF + "5.2", "sympy.gamma", "gamma", "arb.gamma",
      aliases=("Gamma", "tgamma"), domain="not 0, -1, -2, ...", kinks="poles at 0, -1, -2, ...",
      samples=((0.4,), (4.5,)), example="gamma(x)",
      slopes=("gamma(x)*digamma(x)",),
      ulps=32),
    F("lgamma", "x", "log of the absolute value of the gamma function (libm's meaning)", DLMF + "5.2", "loggamma",
      "torch.lgamma", "loggamma", aliases=("loggamma", "gammaln", "log_gamma"), domain="not 0, -1, -2, ...",
      kinks="poles at 0, -1, -2, ...", samples=((0.4,), (9.0,)), example="lgamma(x)",
      slopes=("digamma(x)",)),
    F("digamma", "x", "derivative of log(gamma(x))", DLMF + "5.2", "sympy.digamma", "torch.digamma", "arb.digamma",
      aliases=("psi",), domain="not 0, -1, -2, ...", kinks="poles at 0, -1, -2, ...", samples=((2.0,), (9.0,)),
      example="digamma(x)",
      slopes=("polygamma(1, x)",),
      ulps=8),
    F("trigamma", "x", "derivative of digamma", DLMF + "5.15", "sympy.trigamma", "", "", "polygamma(1, x)",
      domain="not 0, -1, -2, ...", kinks="poles at 0, -1, -2, ...", samples=((0.4,), (9.0,)), example="trigamma(x)"),
    F("polygamma", "n x", "the n-th derivative of digamma", DLMF + "5.15", "sympy.polygamma", "polygamma", "polygamma",
      constant=(0,), domain="n = 0, 1, 2, ...; x not 0, -1, -2, ...", kinks="poles at 0, -1, -2, ...",
      samples=((2.0, 0.4), (2.0, 5.0)), example="polygamma(1, x)",
      slopes=("", "polygamma(n + 1, x)"),
      ulps=8),
    F("beta", "x y", "gamma(x)*gamma(y)/gamma(x + y)", DLMF + "5.12", "sympy.beta", "beta", "",
      "gamma(x)*gamma(y)/gamma(x + y)", aliases=("Beta",), domain="neither 0, -1, -2, ...", samples=_PAIR,
      example="beta(x, 2)",
      backward=("beta(x, y)*digamma(x) - beta(x, y)*digamma(x + y)",
                "beta(x, y)*digamma(y) - beta(x, y)*digamma(x + y)"),
      forward="sign(gamma(x)*gamma(y)*gamma(x + y))*exp(lgamma(x) + lgamma(y) - lgamma(x + y))"),
    F("factorial", "x", "gamma(x + 1), also written x!", DLMF + "5.4", "sympy.factorial", "", "", "gamma(x + 1)",
      aliases=("fac",), domain="not -1, -2, ...", kinks="poles at -1, -2, ...", samples=((0.4,), (4.5,)),
      example="factorial(x)"),
    F("binomial", "n k", "n!/(k!*(n - k)!), by gamma functions", DLMF + "1.2", "sympy.binomial", "binomial", "",
      "gamma(n + 1)/(gamma(k + 1)*gamma(n - k + 1))", aliases=("choose", "comb", "binom"), domain="n > -1",
      samples=((4.2, 1.1), (6.5, 2.7)), example="binomial(n, 2)",
      backward=("binomial(n, k)*digamma(n + 1) - binomial(n, k)*digamma(n - k + 1)",
                "binomial(n, k)*digamma(n - k + 1) - binomial(n, k)*digamma(k + 1)"),
      forward="sign(gamma(n + 1)*gamma(k + 1)*gamma(n - k + 1))"
              "*exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1))"),
    F("lowergamma", "a x", "lower incomplete gamma, the integral of t**(a-1)*exp(-t) from 0 to x", DLMF + "8.2",
      "sympy.lowergamma", "lowergamma", "lowergamma", aliases=("gamma_incomplete_lower",), constant=(0,),
      domain="x > 0, or x = 0 and a > 0, or a = 1, 2, 3, ...; a not 0, -1, -2, ..., where it is continued from a > 0",
      samples=((2.5, 0.6), (2.5, 4.0)), example="lowergamma(2, x)",
      slopes=(ANALYTIC, "x**(a - 1)*exp(-x)"),
      backward=("", "gamma(a)*exp((a - 1)*log(x) - x - lgamma(a))"),
      ulps=16),
    F("uppergamma", "a x", "upper incomplete gamma, the integral of t**(a-1)*exp(-t) from x to infinity",
      DLMF + "8.2", "sympy.uppergamma", "uppergamma", "uppergamma", aliases=("gamma_incomplete",), constant=(0,),
      domain="x > 0", samples=((2.5, 0.6), (2.5, 4.0)), example="uppergamma(2, x)",
      slopes=(ANALYTIC, "-x**(a - 1)*exp(-x)"),
      backward=("", "-gamma(a)*exp((a - 1)*log(x) - x - lgamma(a))"),
      ulps=16),
    F("besselj", "n x", "Bessel function of the first kind", DLMF + "10.2", "sympy.besselj", "", "besselj",
      no_torch=_DROPS, aliases=("bessel_j", "jv"), constant=(0,), domain=_BESSEL, samples=_ORDER,
      example="besselj(0, x)",
      slopes=(ANALYTIC, "(besselj(n - 1, x) - besselj(n + 1, x))/2")),
    F("bessely", "n x", "Bessel function of the second kind", DLMF + "10.2", "sympy.bessely", "", "bessely",
      no_torch=_DROPS, aliases=("bessel_y", "yv"), constant=(0,), domain="x > 0", samples=_ORDER,
      example="bessely(0, x)",
      slopes=(ANALYTIC, "(bessely(n - 1, x) - bessely(n + 1, x))/2")),
    F("besseli", "n x", "modified Bessel function of the first kind", DLMF + "10.25", "sympy.besseli", "besseli",
      "besseli", aliases=("bessel_i", "iv"), constant=(0,), domain=_BESSEL, samples=((1.0, 0.6), (1.0, 4.0)),
      example="besseli(0, x)",
      slopes=(ANALYTIC, "(besseli(n - 1, x) + besseli(n + 1, x))/2"),
      backward=("", "where(n == 0, i1(x), where(x == 0, 1/2, i0(x) - i1(x)*(1/x)))"),
      ulps=4),
    F("besselk", "n x", "modified Bessel function of the second kind", DLMF + "10.25", "sympy.besselk", "", "besselk",
      no_torch=_DROPS, aliases=("bessel_k", "kv"), constant=(0,), domain="x > 0", samples=_ORDER,
      example="besselk(0, x)",
      slopes=(ANALYTIC, "-(besselk(n - 1, x) + besselk(n + 1, x))/2")),
    F("j0", "x", "besselj(0, x) (C's name)", DLMF + "10.2", definition="besselj(0, x)", samples=((0.6,), (4.0,)),
      example="j0(x)"),
    F("j1", "x", "besselj(1, x) (C's name)", DLMF + "10.2", definition="besselj(1, x)", samples=((0.6,), (4.0,)),
      example="j1(x)"),
    F("y0", "x", "bessely(0, x) (C's name)", DLMF + "10.2", definition="bessely(0, x)", domain="x > 0",
      samples=((0.6,), (4.0,)), example="y0(x)"),
    F("y1", "x", "bessely(1, x) (C's name)", DLMF + "10.2", definition="bessely(1, x)", domain="x > 0",
      samples=((0.6,), (4.0,)), example="y1(x)"),
    F("i0", "x", "besseli(0, x) (torch's name)", SPECIAL, "", "torch.special.i0", "", "besseli(0, x)",
      samples=((0.6,), (4.0,)), example="i0(x)",
      backward=("i1(x)",),
      ulps=3),
    F("i1", "x", "besseli(1, x) (torch's name)", SPECIAL, "", "torch.special.i1", "", "besseli(1, x)",
      samples=((0.6,), (4.0,)), example="i1(x)",
      backward=("where(x == 0, 1/2, i0(x) - i1(x)*(1/x))",),
      ulps=4),
    F("airyai", "x", "Airy function Ai", DLMF + "9.2", "sympy.airyai", "", "arb.airy_ai", no_torch=_DROPS,
      aliases=("airy_ai", "Ai"), samples=((-2.0,), (2.0,)), example="airyai(x)",
      slopes=("airyaiprime(x)",)),
    F("airybi", "x", "Airy function Bi", DLMF + "9.2", "sympy.airybi", "", "arb.airy_bi", no_torch=_NONE,
      aliases=("airy_bi", "Bi"), samples=((-2.0,), (2.0,)), example="airybi(x)",
      slopes=("airybiprime(x)",)),
    F("airyaiprime", "x", "derivative of Ai", DLMF + "9.2", "sympy.airyaiprime", "", "airyaiprime", no_torch=_NONE,
      aliases=("airy_dai",), samples=((-2.0,), (2.0,)), example="airyaiprime(x)",
      slopes=("x*airyai(x)",)),
    F("airybiprime", "x", "derivative of Bi", DLMF + "9.2", "sympy.airybiprime", "", "airybiprime", no_torch=_NONE,
      aliases=("airy_dbi",), samples=((-2.0,), (2.0,)), example="airybiprime(x)",
      slopes=("x*airybi(x)",)),
    F("zeta", "s", "Riemann zeta function", DLMF + "25.2", "sympy.zeta", "", "zeta", no_torch=_NO_RULE,
      domain="s != 1", kinks="a pole at 1", samples=((1.5,), (5.0,)), example="zeta(x)",
      slopes=(ANALYTIC,)),
    F("zeta", "s a", "Hurwitz zeta function, the sum of (k + a)**-s", DLMF + "25.11", "sympy.zeta", "hurwitz",
      "hurwitz", constant=(0,), domain="s != 1, a > 0", samples=((2.5, 0.6), (2.5, 3.0)), example="zeta(2, x)",
      slopes=(ANALYTIC, "where(s == 0, -1, -s*zeta(s + 1, a))"),
      ulps=4),
    F("polylog", "s x", "polylogarithm, the sum of x**k/k**s", DLMF + "25.12", "sympy.polylog", "", "polylog",
      no_torch=_NONE, constant=(0,), aliases=("Li",), domain="x < 1, or x = 1 with s > 1",
      samples=((2.0, -0.8), (3.0, 0.7)), example="polylog(2, x)",
      slopes=(ANALYTIC, "where(x == 0, 1, polylog(s - 1, x)/x)")),
    F("lambertw", "x", "the solution w >= -1 of w*exp(w) = x", DLMF + "4.13", "sympy.LambertW", "", "arb.lambertw",
      no_torch=_NONE, aliases=("LambertW", "lambert_w", "productlog"), domain="x >= -1/e",
      kinks="a vertical tangent at -1/e",
      samples=((-0.2,), (3.0,)), example="lambertw(x)",
      slopes=("1/(x + exp(lambertw(x)))",)),
    F("lambertw", "x k", "the solution w of w*exp(w) = x on branch k = 0 or -1", DLMF + "4.13", "sympy.LambertW", "",
      "lambertw", no_torch=_NONE, aliases=("LambertW", "lambert_w", "productlog"), constant=(1,),
      domain="-1/e <= x < 0 for k = -1",
      samples=((-0.3, -1.0), (-0.1, -1.0)), example="lambertw(x, -1)",
      slopes=("1/(x + exp(lambertw(x, k)))", "")),
    F("Si", "x", "sine integral, the integral of sin(t)/t from 0 to x", DLMF + "6.2", "sympy.Si", "", "arb.si",
      no_torch=_NONE, aliases=("sinint", "expintegral_si"), samples=((-3.0,), (-0.4,)), example="Si(x)",
      slopes=("sinc(x)",)),
    F("Ci", "x", "cosine integral", DLMF + "6.2", "sympy.Ci", "", "arb.ci", no_torch=_NONE,
      aliases=("cosint", "expintegral_ci"), domain="x > 0", kinks="a pole at 0", samples=((0.4,), (5.0,)),
      example="Ci(x)",
      slopes=("cos(x)/x",)),
    F("Shi", "x", "hyperbolic sine integral", DLMF + "6.2", "sympy.Shi", "", "arb.shi", no_torch=_NONE,
      aliases=("expintegral_shi",), samples=((0.4,), (3.0,)), example="Shi(x)",
      slopes=("where(x == 0, 1, sinh(x)/x)",)),
    F("Chi", "x", "hyperbolic cosine integral", DLMF + "6.2", "sympy.Chi", "", "arb.chi", no_torch=_NONE,
      aliases=("expintegral_chi",), domain="x > 0", kinks="a pole at 0", samples=((0.4,), (3.0,)), example="Chi(x)",
      slopes=("cosh(x)/x",)),
    F("Ei", "x", "exponential integral", DLMF + "6.2", "sympy.Ei", "", "arb.ei", no_torch=_NONE,
      aliases=("expintegral_ei", "expi"), domain="x != 0", kinks="a pole at 0", samples=((0.4,), (3.0,)),
      example="Ei(x)",
      slopes=("exp(x)/x",)),
    F("li", "x", "logarithmic integral, Ei(log(x))", DLMF + "6.2", "sympy.li", "", "arb.li", no_torch=_NONE,
      aliases=("expintegral_li",),
      domain="x >= 0, x != 1", kinks="a pole at 1", samples=((1.5,), (9.0,)), example="li(x)",
      slopes=("1/log(x)",)),
    F("expint", "n x", "generalised exponential integral, the integral of exp(-x*t)/t**n from 1 to infinity",
      DLMF + "8.19", "sympy.expint", "", "expint", no_torch=_NONE, aliases=("expintegral_e", "expn"), constant=(0,),
      domain="x > 0, or x = 0 and n > 1; for n = 0, -1, -2, ... any x but 0, where it is continued from x > 0",
      samples=((1.0, 0.4), (2.0, 3.0)), example="expint(1, x)",
      slopes=(ANALYTIC, "-expint(n - 1, x)")),
    F("E1", "x", "expint(1, x)", DLMF + "6.2", definition="expint(1, x)", aliases=("expintegral_e1", "exp1"),
      domain="x > 0",
      samples=((0.4,), (3.0,)), example="E1(x)"),
    F("fresnels", "x", "Fresnel integral S, of sin(pi*t**2/2) from 0 to x", DLMF + "7.2", "sympy.fresnels", "",
      "fresnels", no_torch=_NONE, aliases=("fresnel_s",), samples=((-1.5,), (1.5,)), example="fresnels(x)",
      slopes=("sin(pi*x**2/2)",)),
    F("fresnelc", "x", "Fresnel integral C, of cos(pi*t**2/2) from 0 to x", DLMF + "7.2", "sympy.fresnelc", "",
      "fresnelc", no_torch=_NONE, aliases=("fresnel_c",), samples=((-1.5,), (1.5,)), example="fresnelc(x)",
      slopes=("cos(pi*x**2/2)",)),
    F("elliptic_k", "m", "complete elliptic integral of the first kind, parameter m = k**2", DLMF + "19.2",
      "sympy.elliptic_k", "", "elliptic_k", no_torch=_NONE, aliases=("elliptic_kc", "EllipticK", "ellipk"),
      domain="m < 1", kinks="a pole at 1", samples=((-1.0,), (0.8,)), example="elliptic_k(m)",
      slopes=("where(m == 0, pi/8, (elliptic_e(m)/(1 - m) - elliptic_k(m))/(2*m))",)),
    F("elliptic_f", "phi m", "incomplete elliptic integral of the first kind, parameter m = k**2", DLMF + "19.2",
      "sympy.elliptic_f", "", "elliptic_f", no_torch=_NONE, aliases=("EllipticF", "ellipkinc"),
      domain="m*sin(phi)**2 < 1", samples=((0.2, -0.5), (1.2, 0.8)), example="elliptic_f(x, 1/2)",
      slopes=(_SLOPE_F, _F_BY_M)),
    F("elliptic_e", "m", "complete elliptic integral of the second kind, parameter m = k**2", DLMF + "19.2",
      "sympy.elliptic_e", "", "elliptic_e", no_torch=_NONE, aliases=("elliptic_ec", "EllipticE", "ellipe"),
      domain="m <= 1", kinks="a vertical tangent at 1", samples=((-1.0,), (0.8,)), example="elliptic_e(m)",
      slopes=("where(m == 0, -pi/8, (elliptic_e(m) - elliptic_k(m))/(2*m))",)),
    F("elliptic_e", "phi m", "incomplete elliptic integral of the second kind, parameter m = k**2", DLMF + "19.2",
      "sympy.elliptic_e", "", "elliptic_e_incomplete", no_torch=_NONE, aliases=("EllipticE", "ellipeinc"),
      domain="m*sin(phi)**2 <= 1", samples=((0.2, -0.5), (1.2, 0.8)), example="elliptic_e(x, 1/2)",
      slopes=(_DELTA, _E_BY_M)),
    F("elliptic_pi", "n m", "complete elliptic integral of the third kind, parameter m = k**2", DLMF + "19.2",
      "sympy.elliptic_pi", "", "elliptic_pi", no_torch=_NONE, aliases=("EllipticPi",), domain="n < 1, m < 1",
      samples=((-0.5, 0.2), (0.4, 0.7)), example="elliptic_pi(1/4, m)",
      slopes=(_KPI_BY_N, _KPI_BY_M)),
    F("elliptic_pi", "n phi m", "incomplete elliptic integral of the third kind, parameter m = k**2", DLMF + "19.2",
      "sympy.elliptic_pi", "", "elliptic_pi_incomplete", no_torch=_NONE, aliases=("EllipticPi",),
      domain="n*sin(phi)**2 < 1, m*sin(phi)**2 < 1", samples=((-0.5, 0.2, 0.2), (0.4, 1.2, 0.7)),
      example="elliptic_pi(1/4, x, 1/2)",
      slopes=(_PI_BY_N, _SLOPE_PI, _PI_BY_M)),
)
