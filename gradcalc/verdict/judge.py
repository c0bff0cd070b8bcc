"""One partial derivative's evidence -> the outcome of each side, with a sentence.

Comes in: `Evidence`. Goes out: `Judgement`. Imports `dtypes`, `results` and `verdict.distance`.

Until the certified engine proves its values, SymPy's derivative, evaluated in ball arithmetic to correct rounding,
stands in for the truth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Context
from fractions import Fraction

from gradcalc.dtypes import DType, exact
from gradcalc.results import Outcome, Verdict
from gradcalc.verdict.distance import Distance, distance

_OVERFLOW = "overflow"

# Beyond so many ulps an agreement says how many of its digits are right.
_FEW_ULPS = 16


@dataclass(frozen=True, slots=True)
class Subject:
    """The words for a number that is judged: `owner` is its name, `returned` comes before it, `exact` is its truth."""

    owner: str
    returned: str
    exact: str


GRADIENT = Subject("torch's gradient", "torch returned", "derivative")
LOSS = Subject("torch's loss", "torch returned", "loss")
BY_HAND = Subject("the product by hand", "the product by hand is", "derivative")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the engines found for one partial derivative, or another number that has a truth.

    value_defined: whether the formula has a finite real value at the point; None if that could not be decided.
    value_reason: why not. truth: the derivative's exact decimal; None where it has none. truth_outcome: why it is
    missing (`undefined`, `unsupported` or `undecided`) with truth_reason. autograd: torch's number, None where torch
    has none, with autograd_reason. dtype: the format torch ran in. subject: what the number is, in words.
    """

    value_defined: bool | None
    value_reason: str
    truth: str | None
    truth_outcome: Outcome
    truth_reason: str
    autograd: float | None
    autograd_reason: str
    dtype: DType
    subject: Subject = GRADIENT


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcomes of the two sides and the verdict, whose outcome is autograd's."""

    symbolic: Outcome
    symbolic_ulps: float | None
    autograd: Outcome
    autograd_ulps: float | None
    digits: int | None
    verdict: Verdict


def judge(evidence: Evidence) -> Judgement:
    """Judge both sides against the truth."""
    if evidence.value_defined is False:
        return _undefined_value(evidence)
    if evidence.truth is None:
        return _without_truth(evidence)
    truth = exact(evidence.truth)
    # SymPy's side is the truth rounded correctly; that rounding is all its distance.
    rounded = Fraction(evidence.dtype.nearest(truth)) if _fits(truth, evidence.dtype) else truth
    symbolic_ulps = float(abs(rounded - truth) / evidence.dtype.ulp(truth))
    if evidence.autograd is None:
        verdict = Verdict(Outcome.UNSUPPORTED, evidence.autograd_reason)
        return Judgement(Outcome.AGREES, symbolic_ulps, Outcome.UNSUPPORTED, None, None, verdict)
    return _compared(evidence, evidence.autograd, truth, symbolic_ulps)


def _compared(evidence: Evidence, autograd: float, truth: Fraction, symbolic_ulps: float) -> Judgement:
    if not math.isfinite(autograd):
        verdict = _not_finite(evidence, autograd, truth)
        return Judgement(Outcome.AGREES, symbolic_ulps, verdict.outcome, None, 0, verdict)
    gap = distance(autograd, truth, evidence.dtype)
    outcome = Outcome.AGREES if gap.agrees(evidence.dtype) else Outcome.DIFFERS
    verdict = Verdict(outcome, _sentence(autograd, evidence, gap, outcome))
    return Judgement(Outcome.AGREES, symbolic_ulps, outcome, gap.ulps, gap.digits, verdict)


def _sentence(autograd: float, evidence: Evidence, gap: Distance, outcome: Outcome) -> str:
    subject = evidence.subject
    if outcome is Outcome.AGREES and gap.ulps <= _FEW_ULPS:
        return f"{subject.owner} is within {gap.ulps:.1f} ulp of the exact one"
    digits = "no digit is" if gap.digits == 0 else f"{gap.digits} digit{'s are' if gap.digits > 1 else ' is'}"
    exact_one = f"the exact {subject.exact} is {_shown(evidence.truth)}"
    return f"{subject.returned} {autograd!r}, {exact_one}: {digits} right"


def _not_finite(evidence: Evidence, autograd: float, truth: Fraction) -> Verdict:
    subject, shown = evidence.subject, _shown(evidence.truth)
    if not _fits(truth, evidence.dtype):
        beyond = f"the exact {subject.exact} {shown} is beyond the largest {evidence.dtype.name}"
        return Verdict(Outcome.DIFFERS, f"{beyond}; {subject.returned} {autograd}", cause=_OVERFLOW)
    sentence = f"{subject.returned} {autograd}, though the {subject.exact} exists: it is {shown}"
    return Verdict(Outcome.DIFFERS, sentence)


def _undefined_value(evidence: Evidence) -> Judgement:
    sentence = f"the formula has no finite real value at this point: {evidence.value_reason}"
    if evidence.autograd is None:
        verdict = Verdict(Outcome.UNSUPPORTED, f"{evidence.autograd_reason}; {sentence}")
        return Judgement(Outcome.UNDEFINED, None, Outcome.UNSUPPORTED, None, None, verdict)
    if math.isfinite(evidence.autograd):
        sentence += f"; {evidence.subject.returned} {evidence.autograd!r} all the same"
    verdict = Verdict(Outcome.UNDEFINED, sentence)
    return Judgement(Outcome.UNDEFINED, None, Outcome.UNDEFINED, None, None, verdict)


def _without_truth(evidence: Evidence) -> Judgement:
    missing, returned = evidence.truth_outcome, f"{evidence.subject.returned} {evidence.autograd!r}"
    if evidence.autograd is None:
        verdict = Verdict(Outcome.UNSUPPORTED, f"{evidence.autograd_reason}; {evidence.truth_reason}")
        return Judgement(missing, None, Outcome.UNSUPPORTED, None, None, verdict)
    if missing is Outcome.UNDEFINED and not math.isfinite(evidence.autograd):
        sentence = f"the {evidence.subject.exact} has no finite value at this point; {returned}"
        verdict = Verdict(Outcome.UNDEFINED, sentence)
        return Judgement(missing, None, Outcome.UNDEFINED, None, None, verdict)
    sentence = f"{returned}, which could not be checked: {evidence.truth_reason}"
    return Judgement(missing, None, Outcome.UNDECIDED, None, None, Verdict(Outcome.UNDECIDED, sentence))


def _fits(truth: Fraction, dtype: DType) -> bool:
    return math.isfinite(dtype.nearest(truth))


def _shown(truth: str | None) -> str:
    """Seventeen digits of a decimal, for a sentence."""
    return "" if truth is None else str(Context(prec=17).create_decimal(truth).normalize()).lower()
