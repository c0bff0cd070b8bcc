"""Lines of `field<TAB>text`, for cut, grep and awk: the fields and their order do not change.

    expression, at.NAME, dtype, device, value.symbolic, value.autograd,
    and for each component: gradient.NAME.expression, .symbolic, .autograd, .certified, .verdict, .cause, .explanation

With the whole account: account.condition.NAME.value, .gradient, .explanation; account.reason; account.vN.source,
account.vN.value and .adjoint with .autograd, .certified and .right, account.vN.lost; account.rewriting.N.wrt,
.expression, .autograd and .verdict.
A field without a text is left out. A number that a side does not have is its outcome word. Without a point only the
expressions are there. Imports `results` and modules of `render`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradcalc.render import View, numbers
from gradcalc.render.diff import account
from gradcalc.render.excerpt import visible
from gradcalc.results import Partial, Result


def render(result: Result, view: View) -> str:
    """The answer as lines of a field, a tab and a text."""
    fields = [
        *_question(result, view),
        *(f for partial in result.gradient for f in _component(result, partial, view)),
        *(account.fields(result, result.account, view) if result.account else ()),
    ]
    return "".join(f"{field}\t{visible(text, view.encoding)}\n" for field, text in fields if text)


def _question(result: Result, view: View) -> Iterator[tuple[str, str]]:
    dtype = numbers.format_of(result)
    yield "expression", result.expression
    if not result.at:
        return
    for name, value in result.at.items():
        yield (
            f"at.{name}",
            numbers.coordinate(value, dtype, most=len(value) if isinstance(value, tuple) else 1),
        )
    yield "dtype", result.dtype
    yield "device", result.device or ""
    yield "value.symbolic", numbers.symbolic_value(result.value, dtype, view.digits)
    yield "value.autograd", numbers.autograd_value(result.value, dtype, view.digits)


def _component(result: Result, partial: Partial, view: View) -> Iterator[tuple[str, str]]:
    dtype, field = numbers.format_of(result), f"gradient.{partial.wrt}"
    yield f"{field}.expression", partial.symbolic.expression or ""
    if not result.at:
        return
    yield f"{field}.symbolic", numbers.symbolic_gradient(partial.symbolic, dtype, view.digits)
    yield f"{field}.autograd", numbers.autograd_gradient(partial.autograd, dtype, view.digits)
    yield f"{field}.certified", (partial.certified and partial.certified.value) or ""
    if partial.verdict is not None:
        yield f"{field}.verdict", partial.verdict.outcome
        yield f"{field}.cause", partial.verdict.cause or ""
        yield f"{field}.explanation", partial.verdict.explanation
