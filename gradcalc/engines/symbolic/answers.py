"""One question to SymPy -> the answers' documents, in the order in which they are most wanted.

Comes in: a `Question`. Goes out: documents with the field names of `Derivative`. Imports SymPy: only the SymPy
process imports this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from sympy import Expr, Rational, Symbol

from gradcalc.dtypes import DTYPES, DType
from gradcalc.engines.symbolic.building import build, literal_values, variable
from gradcalc.engines.symbolic.differentiation import Sum, is_real, numeric_value
from gradcalc.engines.symbolic.printing import NotExpressible, to_language, to_latex, to_pretty
from gradcalc.engines.symbolic.protocol import Question

# Typesetting costs more than differentiating; nobody reads pages of it.
_TYPESET_OPERATIONS = 2000


def answers(question: Question) -> Iterator[dict[str, Any]]:
    """First each derivative as text, then each in LaTeX and, if wanted, as two-dimensional text."""
    dtype = DTYPES[question.dtype]
    terms = Sum(build(question.tape, dtype))
    derivatives: dict[str, Expr] = {}
    for name in question.wrt:
        derivatives[name] = terms.derivative(variable(name), question.order)
        yield {"wrt": name, **_written(derivatives[name], question, dtype)}
    for name, derivative in derivatives.items():
        if derivative.count_ops() <= _TYPESET_OPERATIONS:
            yield {"wrt": name, "latex": to_latex(derivative)}
            if question.pretty:
                yield {"wrt": name, "pretty": to_pretty(derivative)}


def _written(derivative: Expr, question: Question, dtype: DType) -> dict[str, Any]:
    if not is_real(derivative):
        return {"reason": "SymPy's derivative is not real"}
    try:
        return {"expression": to_language(derivative, question.tape.variables, dtype)}
    except NotExpressible:
        answer: dict[str, Any] = {"expression": str(derivative), "readable": False}
        if question.point:
            answer["value"] = numeric_value(derivative, _exact_point(derivative, question, dtype))
        return answer


def _exact_point(derivative: Expr, question: Question, dtype: DType) -> dict[Symbol, Rational]:
    values = {name: Fraction(value) for name, value in question.point.items()}
    point = {variable(name): Rational(value.numerator, value.denominator) for name, value in values.items()}
    return {**point, **literal_values(derivative, dtype)}
