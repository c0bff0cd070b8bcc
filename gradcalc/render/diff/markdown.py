"""A GitHub table. Formulas stand in code spans, with `|` escaped as GitHub wants it inside a table.

Imports `results` and modules of `render`.
"""

from __future__ import annotations

from gradcalc.render import View, numbers
from gradcalc.render.diff import account
from gradcalc.render.excerpt import visible
from gradcalc.render.explanations import explanations
from gradcalc.render.sections import markdown, prose
from gradcalc.results import Result


def render(result: Result, view: View) -> str:
    """The answer as a head line, a table and the explanations; without a point as a table of derivatives."""
    lines = _table(result, view) if result.at else _derivatives(result)
    text = "".join(f"{visible(line, view.encoding)}\n" for line in lines)
    if result.account is None:
        return text
    told = [f"\n**{loss.name}** {prose(loss.text)}" for loss in account.losses(result.account)]
    return text + "".join(
        f"{line}\n" for line in (*markdown(account.sections(result, result.account, view), view), *told)
    )


def _table(result: Result, view: View) -> list[str]:
    dtype, digits = numbers.format_of(result), view.digits
    point = ", ".join(f"{name} = {numbers.coordinate(value, dtype)}" for name, value in result.at.items())
    rows = [
        _row("", "derivative", "symbolic (SymPy)", "autograd (torch)", "verdict"),
        "| --- | --- | --- | --- | --- |",
        _row(
            "f",
            "",
            numbers.symbolic_value(result.value, dtype, digits),
            numbers.autograd_value(result.value, dtype, digits),
            "",
        ),
    ]
    rows += [
        _row(
            _code(numbers.label(partial)),
            _code(partial.symbolic.expression or ""),
            numbers.symbolic_gradient(partial.symbolic, dtype, digits),
            numbers.autograd_gradient(partial.autograd, dtype, digits),
            partial.verdict.outcome if partial.verdict else "",
        )
        for partial in result.gradient
    ]
    told = [line for names, text, _ in explanations(result) for line in ("", f"{_code(names)} {prose(text)}")]
    return [
        f"f = {_code(result.expression)} at {_code(point)}, {result.dtype} on {result.device}",
        "",
        *rows,
        *told,
    ]


def _derivatives(result: Result) -> list[str]:
    rows = [
        _row(
            _code(numbers.label(partial)),
            _code(partial.symbolic.expression or "") or partial.symbolic.reason or "",
        )
        for partial in result.gradient
    ]
    return [_row("", "derivative"), "| --- | --- |", *rows]


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _code(formula: str) -> str:
    return f"`{formula}`" if formula else ""
