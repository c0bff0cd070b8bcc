"""The exit status of an answered question, from the outcomes in it. Imports `errors`, `claims` and `results`."""

from __future__ import annotations

from gradcalc.claims import Check, Ruling
from gradcalc.errors import Status
from gradcalc.results import Outcome, Partial, Regression, Result


def status(answer: Result | Regression, *, strict: bool) -> Status:
    """The status of a `diff` or a `logistic`, whose products by hand and formulations count like a component's sides.

    Without a point: NOT_COMPUTED where a derivative is missing. At a point: NOT_COMPUTED where a component is undecided
    or no side has a number for it, else with `strict` NOT_AGREED where some side does not agree, else OK.
    """
    missing = _without_number if answer.at else _without_derivative
    others = _others(answer) if isinstance(answer, Regression) else set()
    if any(missing(partial) for partial in answer.gradient) or Outcome.UNDECIDED in others:
        return Status.NOT_COMPUTED
    agreed = all(_agrees(partial) for partial in answer.gradient) and others <= {Outcome.AGREES}
    if strict and answer.at and not agreed:
        return Status.NOT_AGREED
    return Status.OK


def status_of_claim(check: Check) -> Status:
    """OK for a claim that is proved, NOT_AGREED for one that is refuted; NOT_COMPUTED where neither is known."""
    known = {Ruling.PROVED: Status.OK, Ruling.REFUTED: Status.NOT_AGREED}
    return known.get(check.outcome, Status.NOT_COMPUTED)


def _others(regression: Regression) -> set[Outcome]:
    numbers = [*regression.hand]
    for way in regression.formulations:
        numbers += [way.loss, *way.gradient]
    return {number.outcome for number in numbers}


def _without_derivative(partial: Partial) -> bool:
    return partial.symbolic.expression is None


def _without_number(partial: Partial) -> bool:
    """Whether the question stays open: `undefined` is an answer, and nan is torch's number."""
    outcome = partial.verdict.outcome if partial.verdict else Outcome.UNDECIDED
    if outcome in {Outcome.UNDECIDED, Outcome.UNDEFINED}:
        return outcome == Outcome.UNDECIDED
    backward = partial.autograd.value if partial.autograd else None
    return partial.symbolic.value is None and backward is None and partial.certified is None


def _agrees(partial: Partial) -> bool:
    outcome = partial.verdict.outcome if partial.verdict else None
    return {outcome, partial.symbolic.outcome} == {Outcome.AGREES}
