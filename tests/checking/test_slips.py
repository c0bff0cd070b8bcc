"""The usual slips, each by a claim that a student might make, and claims that none explains."""

from __future__ import annotations

from functools import partial

import pytest

import gradcalc

#: With time enough on a machine that is busy.
check = partial(gradcalc.check, timeout=200)

PRODUCT = "(product rule)"


@pytest.mark.parametrize(
    ("formula", "claim", "hint"),
    [
        ("sin(x**2)", "cos(x**2)", "a factor is missing: 2*x, the derivative of x**2"),
        ("exp(-x)", "exp(-x)", "a factor is missing: -1, the derivative of -x"),
        ("sqrt(1 - x^2)", "1/(2*sqrt(1 - x^2))", "a factor is missing: -2*x, the derivative of 1 - x^2"),
        ("atan(x/a)", "1/(1 + (x/a)^2)", "a factor is missing: 1/a, the derivative of x/a"),
        ("sin(cos(x))", "cos(cos(x))", "a factor is missing: -sin(x), the derivative of cos(x)"),
        ("(a*x + b)**2*a", "2*(a*x + b)", "a factor is missing: a**2"),
        ("cos(x)", "sin(x)", "the sign is wrong: the derivative is minus the claim"),
        ("log10(x)", "1/x", "a constant factor is wrong: the derivative is 1/log(10) times the claim"),
        ("sin(pi*x/180)", "cos(pi*x/180)", "a factor is missing: pi/180, the derivative of pi*x/180"),
        ("x^4", "x^3", "a constant factor is wrong: the derivative is 4 times the claim"),
        ("x^2", "x^2", "the claim is the formula itself, not its derivative"),
        ("x^2", "x^3/3", "the claim is an antiderivative: the formula is the derivative of the claim"),
        ("sin(x)*x^2", "2*sin(x) + 4*x*cos(x) - x^2*sin(x)", "the claim is the second derivative"),
        ("x*y^2", "2*x*y", "the claim is the derivative by y"),
        ("abs(2*x)", "2*abs(2*x)/2*x", "2*abs(2*x)/2*x is read as (a/b)*c; as a/(b*c), with brackets, it is right"),
        ("sin(x**2)", "4*x**2*cos(x**2)", "there is a factor too many: 2*x, the derivative of x**2"),
        ("x^3", "3*x^3", "the exponent of x^3 is not lowered by 1"),
        ("x^2*sin(x)", "2*x*sin(x)", f"a term is missing: what the derivative of sin(x) contributes {PRODUCT}"),
        ("sin(x)/x", "cos(x)/x + sin(x)/x^2", "a term has the wrong sign: what the derivative of x contributes (quotient rule)"),
        ("x^3 + 3*x", "3*x^2", "a term is missing: what the derivative of 3*x contributes"),
        ("x^2", "2*x + 3", "a constant is wrong: the derivative is the claim minus 3"),
        ("x^2", "2*x - pi/2", "a constant is wrong: the derivative is the claim plus pi/2"),
        ("2^x", "x*2^(x - 1)", "the rule for a variable to a constant power is used where the exponent varies: "
         "a**u has the derivative a**u*log(a)*u'"),
        ("x[0]*sin(x[1]**2)", "x[0]*cos(x[1]**2)", "a factor is missing: 2*x[1], the derivative of x[1]**2"),
        ("log(x)/2 + x", "1/2*x + 1", "1/2*x is read as (a/b)*c; as a/(b*c), with brackets, it is right"),
        ("tan(x)", "1/cos(x)", None),
        ("where(x > 2, -x, 3*x)", "where(x > 2, 1, 7)", None),
        ("where(x > 0, -x, 3*x)", "where(x > 0, 1, 7)", None),
        ("abs(x)", "1", None),
        ("x", "where(x == 2, 5, 1)", None),
        ("x^2", "2*x + 1e-20*sin(x)", None),
    ],
)  # fmt: skip
def test_a_slip(formula: str, claim: str, hint: str | None) -> None:
    """The hint names the slip, where one explains the claim at every point."""
    wrt = "x[1]" if "[" in formula else "x"
    (found,) = check(formula, claim, wrt=wrt).partials
    assert found.outcome == "refuted"
    assert found.hint == hint


def test_a_long_formula_is_not_searched() -> None:
    """Its claim is refuted all the same."""
    terms = " + ".join(f"sin({k}*x)" for k in range(1, 150))
    (found,) = check(terms, "1").partials
    assert (found.outcome, found.hint) == ("refuted", None)


def test_what_has_no_value_explains_nothing() -> None:
    """The inner derivative of sqrt(-x) has no value between 1 and 2, so that it is no factor that is missing."""
    (found,) = check("where(x > 0, x, sqrt(-x))", "2 + sin(x)", over={"x": (1, 2)}).partials
    assert (found.outcome, found.hint) == ("refuted", None)
