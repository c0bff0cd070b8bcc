"""Results made by hand, so that renderers are tested without an engine."""

from __future__ import annotations

from collections.abc import Mapping

from gradcalc.results import Autograd, Certified, Outcome, Partial, Result, Symbolic, Values, Verdict

#: 8*cos(16), by mpmath.
EXACT = "-7.6612758425870771351970978612088277742426719676297258613"
VALUE = -7.661275842587077

PROVED = Certified(EXACT, "5e-56")
#: Of abs(x) at 0.
CORNER = Certified(None, None, "-1", "1")


def partial(
    wrt: str = "x",
    *,
    expression: str | None = "2*x*cos(x**2)",
    symbolic: float | None = VALUE,
    exact: str | None = EXACT,
    symbolic_outcome: Outcome | None = Outcome.AGREES,
    autograd: float | None = VALUE,
    verdict: Outcome = Outcome.AGREES,
    ulps: float | None = 0.15,
    digits: int | None = 16,
    explanation: str = "",
    cause: str | None = None,
    span: tuple[int, int] | None = None,
    order: int = 1,
    certified: Certified | None = None,
) -> Partial:
    """One partial derivative at a point; by default that of sin(x**2) at 4."""
    latex = r"2 x \cos{\left(x^{2} \right)}" if expression else None
    return Partial(
        wrt,
        order,
        Symbolic(expression, latex, expression, symbolic, exact, symbolic_outcome, ulps),
        Autograd(autograd, verdict, ulps, digits),
        certified,
        Verdict(verdict, explanation, cause, span),
    )


def result(
    *partials: Partial,
    expression: str = "sin(x**2)",
    at: Mapping[str, float | tuple[float, ...]] | None = None,
    dtype: str = "float64",
    value: Values | None = None,
    notes: tuple[str, ...] = (),
) -> Result:
    """The answer with these components, one by default."""
    given = value or Values(-0.2879033166650653, "-0.28790331666506529478445624822", -0.2879033166650653)
    point = {"x": 4.0} if at is None else dict(at)
    return Result("diff", expression, point, dtype, "cpu", given, partials or (partial(),), notes)


def formulas(*partials: Partial, expression: str = "sin(x**2)") -> Result:
    """An answer without a point."""
    return Result("diff", expression, {}, "float64", None, Values(), partials)
