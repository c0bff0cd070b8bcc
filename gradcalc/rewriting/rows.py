"""The table of stable rewritings: formulas that lose digits, and formulas of the same value that do not.

Pure data, a row an identity. To add one, write the pattern and what to write instead in the language; the tests check
it against mpmath at many points, and that it is found and not found where it should be.

The names in a pattern are metavariables: each stands for any formula, `n` for a number alone, `v` for a vector in a
row with a reduction. Sums and products are found in any order, 1 also as 1.0, x*x as x**2, 1/exp(x) as exp(-x), and a
pattern with its sign turned round. Of several rows that fit the first that works is named, so the better stands first.

Sources: Higham, Accuracy and Stability of Numerical Algorithms (2002), chapters 1, 2 and 27; Maechler, Accurately
computing log(1 - exp(-|a|)) (2012); Blanchard, Higham and Higham, Accurately computing the log-sum-exp and softmax
functions (2021); DLMF (https://dlmf.nist.gov) chapters 4 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rewriting:
    """`pattern` may be written as `replacement`.

    low, high: each metavariable's value in the corners of a box in which both sides have a value, in order of
    appearance in the pattern; a vector has three entries there, between the two. near: where given, the replacement is
    a series that has float64's digits, of the value and of the slope, where |a| is below it; elsewhere the pattern is
    kept.
    """

    pattern: str
    replacement: str
    low: tuple[float, ...] = (0.3,)
    high: tuple[float, ...] = (1.7,)
    near: str = ""


R = Rewriting
_TWO_LOW, _TWO_HIGH = (0.3, 0.6), (1.7, 2.4)

LOGARITHMS = (
    R("log(1 + exp(a))", "logaddexp(a, 0)", (-3,), (4,)),
    R("log(1 + exp(a))", "softplus(a)", (-3,), (4,)),
    R("softplus(a) - a*b", "(1 - b)*a - logsigmoid(a)", (-3, 0), (4, 1)),
    R("softplus(a)", "logaddexp(a, 0)", (-3,), (4,)),
    R("log(exp(a)/(1 + exp(a)))", "logsigmoid(a)", (-3,), (4,)),
    R("log(1/(1 + exp(a)))", "logsigmoid(-a)", (-3,), (4,)),
    R("-log(1 + exp(a))", "logsigmoid(-a)", (-3,), (4,)),
    R("log(sigmoid(a))", "logsigmoid(a)", (-3,), (4,)),
    R("log(1 - sigmoid(a))", "logsigmoid(-a)", (-3,), (4,)),
    R("log(exp(a)/(exp(a) + exp(b)))", "logsigmoid(a - b)", (-3, -2), (4, 1)),
    R("log(exp(a) + exp(b))", "logaddexp(a, b)", (-3, -2), (4, 1)),
    R("log(exp(v)/sum(exp(v)))", "v - logsumexp(v)", (-3,), (4,)),
    R("log(softmax(v))", "v - logsumexp(v)", (-3,), (4,)),
    R("log(sum(exp(v)))", "logsumexp(v)", (-3,), (4,)),
    R("log_loss(sigmoid(a), b)", "binary_cross_entropy_with_logits(a, b)", (-3, 0), (4, 1)),
    R("binary_cross_entropy(sigmoid(a), b)", "binary_cross_entropy_with_logits(a, b)", (-3, 0), (4, 1)),
    R("b*log(sigmoid(a)) + (1 - b)*log(1 - sigmoid(a))", "-binary_cross_entropy_with_logits(a, b)", (0, -3), (1, 4)),
    R("log(cosh(a))", "logaddexp(a, -a) - log(2)", (-3,), (4,)),
    R("log(exp(a))", "a", (-3,), (4,)),
    R("exp(log(a))", "a"),
    R("log1p(exp(a))", "logaddexp(a, 0)", (-3,), (4,)),
    R("log(erfc(a))", "log(erfcx(a)) - a**2", (-2,), (3,)),
    R("log(1 + a) - log(1 - a)", "2*atanh(a)", (-0.8,), (0.9,)),
    R("log((1 + a)/(1 - a))", "2*atanh(a)", (-0.8,), (0.9,)),
    R("log(a + sqrt(1 + a**2))", "asinh(a)", (-3,), (4,)),
    R("log(a + sqrt(a**2 - 1))", "acosh(a)", (1.1,), (4,)),
    R("log(1 + a)", "log1p(a)", (-0.8,), (4,)),
    R("log(a + b) - log(a)", "log1p(b/a)", _TWO_LOW, _TWO_HIGH),
    R("log(a) - log(b)", "log1p((a - b)/b)", _TWO_LOW, _TWO_HIGH),
    R("log(a) - log(b)", "log(a/b)", _TWO_LOW, _TWO_HIGH),
    R("log(a**n)", "n*log(a)", (0.3, 3), (1.7, 3)),
    R("log(a**n)", "n*log(abs(a))", (-4, 4), (-0.3, 4)),
    R("log(a*b)", "log(a) + log(b)", _TWO_LOW, _TWO_HIGH),
    R("log(1/a)", "-log(a)"),
)

EXPONENTIALS = (
    R("(exp(a) - exp(-a))/(exp(a) + exp(-a))", "tanh(a)", (-3,), (4,)),
    R("(exp(a) - 1)/(exp(a) + 1)", "tanh(a/2)", (-3,), (4,)),
    R("(exp(a) - exp(-a))/2", "sinh(a)", (-3,), (4,)),
    R("(exp(a) + exp(-a))/2", "cosh(a)", (-3,), (4,)),
    R("exp(a) - exp(-a)", "2*sinh(a)", (-3,), (4,)),
    R("exp(a)/(1 + exp(a))", "sigmoid(a)", (-3,), (4,)),
    R("1/(1 + exp(a))", "sigmoid(-a)", (-3,), (4,)),
    R("exp(a)/(exp(a) + exp(b))", "sigmoid(a - b)", (-3, -2), (4, 1)),
    R("exp(v)/sum(exp(v))", "softmax(v)", (-3,), (4,)),
    R("1 - sigmoid(a)", "sigmoid(-a)", (-3,), (4,)),
    R("exp(a) - 1", "expm1(a)", (-3,), (4,)),
    R("exp(a + b) - exp(a)", "exp(a)*expm1(b)", (-3, -2), (4, 1)),
    R("exp(a)*exp(b)", "exp(a + b)", (-3, -2), (4, 1)),
    R("cosh(a) - sinh(a)", "exp(-a)", (-3,), (4,)),
    R("cosh(a) + sinh(a)", "exp(a)", (-3,), (4,)),
    R("cosh(a) - 1", "2*sinh(a/2)**2", (-3,), (4,)),
    R("1 - tanh(a)**2", "1/cosh(a)**2", (-3,), (4,)),
    R("1 - tanh(a)", "2*sigmoid(-2*a)", (-3,), (4,)),
    # torch takes the slope of tanh and sigmoid from their rounded values; these have slopes with digits on one side.
    R("tanh(a)", "(1 - exp(-2*a))/(1 + exp(-2*a))", (-3,), (4,)),
    R("tanh(a)", "(exp(2*a) - 1)/(exp(2*a) + 1)", (-3,), (4,)),
    R("sigmoid(a)", "1/(1 + exp(-a))", (-3,), (4,)),
    R("sigmoid(a)", "exp(a)/(1 + exp(a))", (-3,), (4,)),
    R("(1 + a)**b - 1", "expm1(b*log1p(a))", (-0.8, -2), (4, 3)),
    R("(1 + a)**(b/a)", "exp(b*log1p(a)/a)", _TWO_LOW, _TWO_HIGH),
    R("(1 + a/b)**b", "exp(b*log1p(a/b))", _TWO_LOW, _TWO_HIGH),
    R("1 - erf(a)", "erfc(a)", (-2,), (3,)),
    R("1 + erf(a)", "erfc(-a)", (-2,), (3,)),
    R("1 - erfc(a)", "erf(a)", (-2,), (3,)),
    R("exp(a**2)*erfc(a)", "erfcx(a)", (-2,), (3,)),
)

ROOTS_AND_POWERS = (
    R("sqrt(a**2 + b**2)", "hypot(a, b)", (-3, -2), (4, 1)),
    R("sqrt(1 + a**2)", "hypot(a, 1)", (-3,), (4,)),
    R("sqrt(sum(v**2))", "norm(v)", (-3,), (4,)),
    R("sqrt(a**2)", "abs(a)", (-3,), (-0.5,)),
    R("sqrt(a**4)", "a**2", (-3,), (4,)),
    R("sqrt(a + b) - sqrt(a)", "b/(sqrt(a + b) + sqrt(a))", _TWO_LOW, _TWO_HIGH),
    R("sqrt(a) - sqrt(b)", "(a - b)/(sqrt(a) + sqrt(b))", _TWO_LOW, _TWO_HIGH),
    R("sqrt(1 + a) - 1", "a/(sqrt(1 + a) + 1)", (-0.8,), (4,)),
    R("a - sqrt(a**2 + b)", "-b/(a + sqrt(a**2 + b))", _TWO_LOW, _TWO_HIGH),
    R("(-b + sqrt(b**2 - 4*a*c))/(2*a)", "-2*c/(b + sqrt(b**2 - 4*a*c))", (3, 0.3, 0.4), (5, 1.2, 1.7)),
    R("(-b - sqrt(b**2 - 4*a*c))/(2*a)", "2*c/(-b + sqrt(b**2 - 4*a*c))", (-5, 0.3, 0.4), (-3, 1.2, 1.7)),
    R("(a**2 - b**2)/(a - b)", "a + b", (0.3, 2), (1.7, 3)),
    R("(a**2 - 1)/(a - 1)", "a + 1", (1.3,), (3,)),
    R("a**2 - 2*a*b + b**2", "(a - b)**2", _TWO_LOW, _TWO_HIGH),
    R("a**2 - 2*a + 1", "(a - 1)**2"),
    R("a**2 - b**2", "(a - b)*(a + b)", _TWO_LOW, _TWO_HIGH),
    R("a**2 - 1", "(a - 1)*(a + 1)"),
    R("1/a - 1/(a + b)", "b/(a*(a + b))", _TWO_LOW, _TWO_HIGH),
    R("1/a - 1/b", "(b - a)/(a*b)", _TWO_LOW, _TWO_HIGH),
    R("mean(v**2) - mean(v)**2", "mean((v - mean(v))**2)", (-3,), (4,)),
)

ANGLES = (
    R("(1 - cos(a))/sin(a)", "tan(a/2)"),
    R("sin(a)/(1 + cos(a))", "tan(a/2)"),
    R("1/sin(a) - 1/tan(a)", "tan(a/2)", (0.3,), (1.4,)),
    R("1 - cos(a)", "2*sin(a/2)**2", (-3,), (3,)),
    R("1 - cos(a)**2", "sin(a)**2", (-3,), (3,)),
    R("1 - sin(a)**2", "cos(a)**2", (-3,), (3,)),
    R("cos(a)**2 - sin(a)**2", "cos(2*a)", (-3,), (3,)),
    R("tan(a) - sin(a)", "2*tan(a)*sin(a/2)**2", (-1.4,), (1.4,)),
    R("sin(a + b) - sin(a)", "2*cos(a + b/2)*sin(b/2)", (-3, -2), (3, 1)),
    R("cos(a + b) - cos(a)", "-2*sin(a + b/2)*sin(b/2)", (-3, -2), (3, 1)),
    R("tan(a + b) - tan(a)", "sin(b)/(cos(a)*cos(a + b))", (-0.5, -0.4), (0.6, 0.7)),
    R("atan(a + b) - atan(a)", "atan2(b, 1 + a*(a + b))", _TWO_LOW, _TWO_HIGH),
    R("acos(1 - a)", "2*asin(sqrt(a/2))", (0.3,), (1.7,)),
    R("sin(a)/a", "sinc(a)", (0.3,), (3,)),
    R("sin(a)/a", "1 - a**2/6 + a**4/120 - a**6/5040 + a**8/362880 - a**10/39916800", near="0.15"),
)

_COS_BY_SQUARE = "1/2 - a**2/24 + a**4/720 - a**6/40320 + a**8/3628800 - a**10/479001600"
_EXP_BY_X = "1 + a/2 + a**2/6 + a**3/24 + a**4/120 + a**5/720 + a**6/5040 + a**7/40320"
_LOG_BY_X = "1 - a/2 + a**2/3 - a**3/4 + a**4/5 - a**5/6 + a**6/7 - a**7/8 + a**8/9 - a**9/10"
_X_MINUS_LOG = "a**2/2 - a**3/3 + a**4/4 - a**5/5 + a**6/6 - a**7/7 + a**8/8 - a**9/9 + a**10/10"

#: Quotients and differences whose slope cancels near 0 in any closed form: a series has the digits, and comes first.
NEAR_ZERO = (
    R("(1 - cos(a))/a**2", _COS_BY_SQUARE, near="0.15"),
    R("2*sin(a/2)**2/a**2", _COS_BY_SQUARE, near="0.15"),
    R("(exp(a) - 1)/a", _EXP_BY_X, near="0.015"),
    R("expm1(a)/a", _EXP_BY_X, near="0.015"),
    R("log(1 + a)/a", _LOG_BY_X, near="0.012"),
    R("log1p(a)/a", _LOG_BY_X, near="0.012"),
    R("sinh(a)/a", "1 + a**2/6 + a**4/120 + a**6/5040 + a**8/362880 + a**10/39916800", near="0.15"),
    R("tan(a)/a", "1 + a**2/3 + 2*a**4/15 + 17*a**6/315 + 62*a**8/2835", near="0.01"),
    R("a - sin(a)", "a**3/6 - a**5/120 + a**7/5040 - a**9/362880 + a**11/39916800", near="0.15"),
    R("tan(a) - a", "a**3/3 + 2*a**5/15 + 17*a**7/315 + 62*a**9/2835", near="0.01"),
    R("exp(a) - 1 - a", "a**2/2 + a**3/6 + a**4/24 + a**5/120 + a**6/720 + a**7/5040 + a**8/40320", near="0.015"),
    R("a - log(1 + a)", _X_MINUS_LOG, near="0.01"),
    R("a - log1p(a)", _X_MINUS_LOG, near="0.01"),
)

ROWS = (*NEAR_ZERO, *LOGARITHMS, *EXPONENTIALS, *ROOTS_AND_POWERS, *ANGLES)
