"""The whole account of a gradient as small tables, as lines of fields and as JSON.

Comes in: a `Result` with its `Account`. Goes out: what the formats arrange. Imports `errors`, `results` and modules of
`render`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gradcalc.dtypes import DType
from gradcalc.render import View, documents, numbers
from gradcalc.render.excerpt import echo
from gradcalc.render.sections import FORMULA, Section
from gradcalc.results import Account, Condition, Result, Rewriting, Step, Witnessed

_LONGEST_SOURCE = 40
#: Entries of a vector that a table shows: JSON has all.
_MOST_ENTRIES = 6
_COLUMNS = ("torch", "exact", "right")
_WORDS = {"value": "its value", "adjoint": "its adjoint"}


class Loss(NamedTuple):
    """A node at which digits are lost: its name, a sentence, and its piece of the formula."""

    name: str
    text: str
    span: tuple[int, int]


def sections(result: Result, account: Account, view: View) -> Iterator[Section]:
    """The condition numbers, the values forwards, the adjoints, the other formulas."""
    factors = tuple((f"df/d{one.wrt}", _factor(one.value), _factor(one.gradient)) for one in account.conditions)
    told = tuple(("Meaning:", one.explanation) for one in account.conditions)
    yield Section("condition numbers", ("", "of f, |x f'/f|", "of the derivative, |x f''/f'|"), factors, told)
    values, adjoints = tuple(_values(result, account, view)), tuple(_adjoints(result, account, view))
    reason = (("torch", f"has no values: {account.reason}"),) if account.reason else ()
    yield Section("values, in the order of evaluation", ("node", FORMULA, *_COLUMNS), values, reason)
    yield Section("adjoints, the derivatives of f by each node", ("adjoint", "of", *_COLUMNS), adjoints)
    if account.rewritings:
        others = tuple(_rewriting(one, numbers.format_of(result), view) for one in account.rewritings)
        yield Section("written otherwise", ("", FORMULA, "torch", "verdict"), others)


def losses(account: Account) -> Iterator[Loss]:
    """Where digits are lost."""
    for step in account.steps:
        if step.lost:
            what = " and ".join(_WORDS[word] for word in step.lost)
            why = "what it is computed from is nearer to the truth"
            if step.operation == "variable":
                why = "what its uses hold is nearer to the truth"
            yield Loss(_name(step), f"loses digits in {what}; {why}.", step.span)


def fields(result: Result, account: Account, view: View) -> Iterator[tuple[str, str]]:
    """Lines of a field and a text, as of the plain format: an entry of a vector has its place behind the node."""
    dtype = numbers.format_of(result)
    for one in account.conditions:
        yield f"account.condition.{one.wrt}.value", _factor(one.value)
        yield f"account.condition.{one.wrt}.gradient", _factor(one.gradient)
        yield f"account.condition.{one.wrt}.explanation", one.explanation
    yield "account.reason", account.reason or ""
    for step in account.steps:
        yield f"account.{_name(step)}.source", step.source
        for what, found in (("value", step.values), ("adjoint", step.adjoints)):
            for entry, number in zip(_entries(found), found, strict=True):
                field = f"account.{_name(step)}{entry}.{what}"
                yield f"{field}.autograd", _held(number, dtype, view)
                yield f"{field}.certified", number.certified or ""
                yield f"{field}.right", _right(number)
        yield f"account.{_name(step)}.lost", ", ".join(step.lost)
    for place, rewriting in enumerate(account.rewritings, 1):
        field = f"account.rewriting.{place}"
        yield f"{field}.wrt", rewriting.wrt
        yield f"{field}.expression", rewriting.expression
        yield f"{field}.autograd", _torch(rewriting, dtype, view)
        yield f"{field}.verdict", str(rewriting.outcome)


def record(account: Account) -> documents.Record:
    """The account's keys, in their order."""
    return {
        "conditions": [_condition(one) for one in account.conditions],
        "nodes": [_node(step) for step in account.steps],
        "rewritings": [_rewritten(one) for one in account.rewritings],
        "reason": account.reason,
    }


# -- tables


def _values(result: Result, account: Account, view: View) -> Iterator[tuple[str, ...]]:
    for step in account.steps:
        name, source = _name(step), echo(step.source, _LONGEST_SOURCE, view.encoding)
        yield from _rows(step.values, (name, source), numbers.format_of(result), view)


def _adjoints(result: Result, account: Account, view: View) -> Iterator[tuple[str, ...]]:
    for step in reversed(account.steps):
        name, source = _name(step), echo(step.source, _LONGEST_SOURCE, view.encoding)
        yield from _rows(step.adjoints, (f"df/d{name}", source), numbers.format_of(result), view)


def _rows(found: Sequence[Witnessed], labels: tuple[str, str], dtype: DType, view: View) -> Iterator[tuple[str, ...]]:
    for entry, number in list(zip(_entries(found), found, strict=True))[:_MOST_ENTRIES]:
        held, exact = _held(number, dtype, view), _exact(number, dtype, view)
        yield f"{labels[0]}{entry}", labels[1], held, exact, _right(number)
    if len(found) > _MOST_ENTRIES:
        yield f"{labels[0]}[...]", labels[1], "...", "...", ""


def _rewriting(one: Rewriting, dtype: DType, view: View) -> tuple[str, ...]:
    return (
        f"df/d{one.wrt}",
        one.expression,
        _torch(one, dtype, view),
        numbers.judgement(one.outcome, one.ulps, one.digits),
    )


def _torch(one: Rewriting, dtype: DType, view: View) -> str:
    return str(one.outcome) if one.value is None else numbers.native(one.value, dtype, view.digits)


def _name(step: Step) -> str:
    return f"v{step.number}"


def _entries(found: Sequence[Witnessed]) -> list[str]:
    return [""] if len(found) == 1 else [f"[{entry}]" for entry in range(len(found))]


def _held(number: Witnessed, dtype: DType, view: View) -> str:
    return "" if number.autograd is None else numbers.coordinate(number.autograd, dtype, digits=view.digits)


def _exact(number: Witnessed, dtype: DType, view: View) -> str:
    if number.certified is None:
        return "not known"
    if number.certified in {"true", "false"}:
        return number.certified
    return numbers.decimal(number.certified, dtype, view.digits)


def _right(number: Witnessed) -> str:
    """How much of torch's number is right: the ulps between, or the digits where many are lost."""
    if number.reason is not None:
        return number.reason
    if number.digits is None or number.autograd is None:
        return ""
    return numbers.nearness(number.ulps, number.digits)


def _factor(value: float | None) -> str:
    return "not known" if value is None else f"{value:.3g}"


# -- JSON


def _condition(one: Condition) -> documents.Record:
    found = documents.with_values({"wrt": one.wrt}, {"value": one.value, "gradient": one.gradient})
    return found | {"explanation": one.explanation}


def _node(step: Step) -> documents.Record:
    return {
        "node": step.number,
        "source": step.source,
        "span": list(step.span),
        "operation": step.operation,
        "values": [_number(number) for number in step.values],
        "adjoints": [_number(number) for number in step.adjoints],
        "lost": list(step.lost),
    }


def _number(number: Witnessed) -> documents.Record:
    record = {
        "autograd": documents.finite(number.autograd),
        "certified": number.certified,
        "ulps": documents.finite(number.ulps),
        "digits": number.digits,
        "reason": number.reason,
    }
    return record | documents.nonfinite(number.autograd)


def _rewritten(one: Rewriting) -> documents.Record:
    record = {
        "wrt": one.wrt,
        "piece": one.piece,
        "instead": one.instead,
        "expression": one.expression,
        "value": documents.finite(one.value),
        "outcome": one.outcome,
        "ulps": documents.finite(one.ulps),
        "digits": one.digits,
    }
    return record | documents.nonfinite(one.value)
