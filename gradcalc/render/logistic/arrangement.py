"""A regression as small tables, which the formats for people lay out each in its way.

Comes in: a `Regression` and a `View`. Goes out: `Section` records. Imports `dtypes`, `results` and modules of `render`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gradcalc.render import View, numbers
from gradcalc.render.explanations import sentence
from gradcalc.render.sections import FORMULA, Section
from gradcalc.results import Compared, Formulation, Outcome, Regression, Value

_FORMULAS = 3


def sections(regression: Regression, view: View) -> list[Section]:
    """The forward pass, the chain rule, the gradient by three ways, and three formulations of the loss."""
    arranged = [
        _forward(regression, view),
        _factors(regression, view),
        _products(regression, view),
        _gradient(regression, view),
        _formulas(regression),
        _formulations(regression, view),
    ]
    return arranged if _has_hat(view.encoding) else [_without_hat(section) for section in arranged]


def _has_hat(encoding: str) -> bool:
    return "ŷ".encode(encoding, errors="replace") != b"?"


def _without_hat(section: Section) -> Section:
    rows = tuple(tuple(_spelled(cell) for cell in row) for row in section.rows)
    told = tuple((_spelled(label), _spelled(sentence)) for label, sentence in section.told)
    return replace(section, rows=rows, told=told)


def _spelled(text: str) -> str:
    return text.replace("ŷ", "y_hat")


def _forward(regression: Regression, view: View) -> Section:
    rows = tuple((stage.name, stage.formula, _shown(stage.value, regression, view)) for stage in regression.stages)
    told = tuple((f"{variable}:", f"column {name}") for variable, name in regression.features.items())
    return Section("forward pass", ("", FORMULA, "value"), rows, told)


def _factors(regression: Regression, view: View) -> Section:
    rows = tuple(
        (
            factor.factor,
            factor.formula,
            _shown(factor.hand, regression, view),
            _shown(factor.autograd, regression, view),
        )
        for factor in regression.factors
    )
    return Section("chain rule: the factors", ("", FORMULA, "by hand", "autograd"), rows)


def _products(regression: Regression, view: View) -> Section:
    rows = tuple(
        (f"dL/d{factor.node}", _shown(factor.product, regression, view), _shown(factor.adjoint, regression, view))
        for factor in regression.factors
    )
    header = ("", "product by hand", "held by the backward pass")
    return Section("chain rule: multiplied up, from the loss back", header, rows)


def _gradient(regression: Regression, view: View) -> Section:
    """The numbers side by side, and below each what the verdict says of it."""
    dtype = numbers.format_of(regression)
    rows = [
        row
        for hand, partial in zip(regression.hand, regression.gradient, strict=True)
        for row in (
            (
                f"dL/d{partial.wrt}",
                _shown(hand.value, regression, view),
                numbers.symbolic_gradient(partial.symbolic, dtype, view.digits),
                numbers.autograd_gradient(partial.autograd, dtype, view.digits),
            ),
            ("", _verdict(hand), "", numbers.verdict(partial)),
        )
    ]
    header = ("", "by hand", "symbolic (SymPy)", "autograd (torch)")
    return Section("gradient", header, tuple(rows), tuple(_told(regression)))


def _told(regression: Regression) -> Iterator[tuple[str, str]]:
    """A sentence for each number that does not agree; equal sentences once for all their components."""
    told: dict[str, list[str]] = {}
    for hand, partial in zip(regression.hand, regression.gradient, strict=True):
        if partial.verdict is not None and partial.verdict.outcome != Outcome.AGREES:
            told.setdefault(f"autograd {sentence(partial.verdict)}", []).append(hand.of)
        if hand.outcome != Outcome.AGREES:
            told.setdefault(f"by hand {hand.outcome}: {hand.explanation}.", []).append(hand.of)
    for text, components in told.items():
        yield ", ".join(f"dL/d{wrt}" for wrt in components), text


def _formulas(regression: Regression) -> Section:
    rows = tuple((way.short, way.expression) for way in regression.formulations)
    return Section("three formulations of the loss", ("", FORMULA), rows)


def _formulations(regression: Regression, view: View) -> Section:
    rows = tuple(row for way in regression.formulations for row in _compared(way, regression, view))
    exact = [(f"dL/d{wrt} =", text) for wrt, text in list(regression.exact.items())[:_FORMULAS] if text]
    told = (*exact, *(line for way in regression.formulations for line in _why(way)))
    return Section("each against the exact loss, which has no clamp", ("", "torch", "exact", "verdict"), rows, told)


def _compared(way: Formulation, regression: Regression, view: View) -> Iterator[tuple[str, ...]]:
    dtype = numbers.format_of(regression)
    yield way.short, "", "", ""
    for number in (way.loss, *way.gradient):
        exact = "" if number.exact is None else numbers.correct(float(number.exact), number.exact, dtype, view.digits)
        yield f"  {_label(number, way)}", _shown(number.value, regression, view), exact, _verdict(number)


def _why(way: Formulation) -> Iterator[tuple[str, str]]:
    """The known reason, or else what each number that does not agree has to say."""
    if way.reason is not None:
        yield way.short, f"breaks: {way.reason}."
        return
    for number in (way.loss, *way.gradient):
        if number.outcome != Outcome.AGREES:
            yield way.short, f"{_label(number, way)} {number.outcome}: {number.explanation}."


def _label(number: Compared, way: Formulation) -> str:
    return "L" if number is way.loss else f"dL/d{number.of}"


def _verdict(number: Compared) -> str:
    return numbers.judgement(number.outcome, number.ulps, number.digits)


def _shown(value: Value | None, regression: Regression, view: View) -> str:
    if value is None:
        return Outcome.UNSUPPORTED
    dtype = numbers.format_of(regression)
    if isinstance(value, tuple) and view.digits is None:
        return numbers.brief(value, dtype)
    return numbers.coordinate(value, dtype, digits=view.digits)
