"""One partial derivative's evidence -> the outcome of each side, with its cause and a sentence.

Comes in: `Evidence`. Goes out: `Judgement`. Imports `dtypes`, `results`, the engines' records and `verdict`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

from gradcalc.dtypes import DType, exact
from gradcalc.engines.autograd import Fault
from gradcalc.engines.certified import Account, Behaviour, BehaviourKind
from gradcalc.results import Outcome, Rewriting, Verdict
from gradcalc.verdict import causes, singular
from gradcalc.verdict.decimals import shown
from gradcalc.verdict.distance import AGREED_ULPS, FEW_ULPS, Distance, distance, in_ulps

#: Characters of a rewriting in a sentence.
_LONGEST_PIECE = 160


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

    truth: the certified decimal; None where it has none: `truth_outcome` says why (`undefined`, `unsupported` or
    `undecided`), `truth_reason` in a clause. symbolic: the decimal of SymPy's derivative, with the outcome and the
    reason where that is missing. autograd: torch's number, None where torch has none, with `autograd_reason`. dtype:
    the format torch ran in. subject: what the number is, in words. source: the formula. seen: both sides of a singular
    point. account: what rounding may do; fault: where torch's nan came from; cured: whether float64 agrees where a
    narrower format does not, None where that was not tried; rewriting: one that agrees, None where none is known;
    untried: why not every other way to write it was tried, one clause, empty where each was.
    """

    truth: str | None
    truth_outcome: Outcome
    truth_reason: str
    autograd: float | None
    autograd_reason: str
    dtype: DType
    symbolic: str | None = None
    symbolic_outcome: Outcome = Outcome.UNDECIDED
    symbolic_reason: str = ""
    subject: Subject = GRADIENT
    source: str = ""
    seen: Behaviour | None = None
    account: Account | None = None
    fault: Fault | None = None
    cured: bool | None = None
    rewriting: Rewriting | None = None
    untried: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcomes of the two sides and the verdict, whose outcome is autograd's."""

    symbolic: Outcome
    symbolic_ulps: float | None
    autograd: Outcome
    autograd_ulps: float | None
    digits: int | None
    verdict: Verdict


def close(autograd: float | None, truth: str | None, dtype: DType) -> bool:
    """Whether a number is so near to a truth other than 0 that nothing is left to explain."""
    if autograd is None or truth is None or not math.isfinite(autograd):
        return False
    true = exact(truth)
    return true != 0 and distance(autograd, true, dtype).ulps <= AGREED_ULPS


def open_without_bound(autograd: float, truth: str, dtype: DType) -> bool:
    """Whether the rounding bound decides if a number agrees: it is not close, and half of its digits are right."""
    if not math.isfinite(autograd):
        return False
    gap = distance(autograd, exact(truth), dtype)
    return gap.agrees(dtype) and not gap.agrees(dtype, 0)


def poor(autograd: float, truth: str, dtype: DType) -> bool:
    """Whether a number is so far from its truth that another way to compute it is worth naming."""
    return not math.isfinite(autograd) or distance(autograd, exact(truth), dtype).ulps > FEW_ULPS


def by_convention(autograd: float, seen: Behaviour | None) -> bool:
    """Whether a wrong number is what torch's conventions for the pieces add up to, which rounding has no part in."""
    return seen is not None and math.isfinite(autograd)


def judge(evidence: Evidence) -> Judgement:
    """Judge both sides against the truth."""
    symbolic, symbolic_ulps = _symbolic(evidence)
    outcome, gap, verdict = _autograd(evidence)
    if symbolic is Outcome.DIFFERS:
        verdict = replace(verdict, explanation=f"{verdict.explanation}; {_symbolic_fault(evidence)}")
    digits = None if gap is None else gap.digits
    if evidence.truth is not None and evidence.autograd is not None and gap is None:
        digits = 0
    return Judgement(symbolic, symbolic_ulps, outcome, None if gap is None else gap.ulps, digits, verdict)


# -- SymPy's side


def _symbolic(evidence: Evidence) -> tuple[Outcome, float | None]:
    if evidence.symbolic is None:
        missing = evidence.symbolic_outcome
        wrong = missing is Outcome.UNDEFINED and evidence.truth is not None
        return (Outcome.DIFFERS if wrong else missing), None
    if evidence.truth is None:
        return evidence.truth_outcome, None
    found, truth, dtype = exact(evidence.symbolic), exact(evidence.truth), evidence.dtype
    # SymPy's side is known to many digits; its distance is that of its rounding, as for any number of the dtype.
    rounded = Fraction(dtype.nearest(found)) if _fits(found, dtype) else found
    ulps = in_ulps(abs(rounded - truth), truth, dtype)
    return (Outcome.AGREES if ulps <= 1 else Outcome.DIFFERS), ulps


def _symbolic_fault(evidence: Evidence) -> str:
    if evidence.symbolic is None:
        return f"SymPy has no number though the derivative exists: {evidence.symbolic_reason}"
    return f"SymPy's derivative gives {_shown(evidence.symbolic)}, the exact one is {_shown(evidence.truth)}"


# -- torch's side


def _autograd(evidence: Evidence) -> tuple[Outcome, Distance | None, Verdict]:
    if evidence.autograd is None:
        told = evidence.autograd_reason
        if evidence.truth is None and evidence.truth_reason:
            told = f"{told}; {evidence.truth_reason}"
        return Outcome.UNSUPPORTED, None, Verdict(Outcome.UNSUPPORTED, told)
    if evidence.truth is None:
        verdict = _without_truth(evidence, evidence.autograd)
        return verdict.outcome, None, verdict
    truth = exact(evidence.truth)
    if not math.isfinite(evidence.autograd):
        return Outcome.DIFFERS, None, _not_finite(evidence, evidence.autograd, truth)
    gap = distance(evidence.autograd, truth, evidence.dtype)
    bound = math.inf if evidence.account is None else evidence.account.bound
    outcome = Outcome.AGREES if gap.agrees(evidence.dtype, bound) else Outcome.DIFFERS
    if outcome is Outcome.AGREES and gap.ulps > AGREED_ULPS and math.isinf(bound) and _unfinished(evidence):
        outcome = Outcome.UNDECIDED
    return outcome, gap, _compared(evidence, evidence.autograd, truth, gap, outcome)


def _compared(evidence: Evidence, autograd: float, truth: Fraction, gap: Distance, outcome: Outcome) -> Verdict:
    subject, flat = evidence.subject, evidence.account.flat if evidence.account else None
    if outcome is not Outcome.DIFFERS and gap.ulps <= FEW_ULPS:
        told = f"{subject.owner} is within {gap.ulps:.1f} ulp of the exact one"
        if truth == 0 and flat is not None and evidence.seen is None:  # at a kink no piece is flat all around
            cause = causes.dead_zone(evidence.source, flat)
            return Verdict(outcome, cause.clause, cause.word, cause.span)
        return Verdict(outcome, f"{told}; {_unfinished(evidence)}" if outcome is Outcome.UNDECIDED else told)
    digits = "no digit is" if gap.digits == 0 else f"{gap.digits} digit{'s are' if gap.digits > 1 else ' is'}"
    told = f"{subject.returned} {autograd!r}, the exact {subject.exact} is {_shown(evidence.truth)}: {digits} right"
    return _explained(evidence, outcome, told, autograd, gap.absolute)


def _unfinished(evidence: Evidence) -> str:
    return evidence.account.unfinished if evidence.account else ""


def _not_finite(evidence: Evidence, autograd: float, truth: Fraction) -> Verdict:
    subject, name, told = evidence.subject, evidence.dtype.name, _shown(evidence.truth)
    if not _fits(truth, evidence.dtype):
        told = f"the exact {subject.exact} {told} is beyond the largest {name}; {subject.returned} {autograd}"
        suspect = evidence.account.suspect if evidence.account else None
        return Verdict(Outcome.DIFFERS, told, "overflow", suspect.span if suspect else None)
    told = f"{subject.returned} {autograd}, though the {subject.exact} exists: it is {told}"
    return _explained(evidence, Outcome.DIFFERS, told, autograd, math.inf)


def _explained(evidence: Evidence, outcome: Outcome, told: str, autograd: float, error: float) -> Verdict:
    """The sentence with its cause, and whether float64 cures it, or another way to write the formula."""
    if by_convention(autograd, evidence.seen):
        assert evidence.seen is not None, "there are pieces"
        same = singular.shared(evidence.seen.order)
        return Verdict(
            outcome, f"{told}; {same}, and what torch takes at the kinks of the pieces does not add up to them"
        )
    cause = causes.find_cause(evidence.source, evidence.dtype.name, evidence.account, evidence.fault, autograd, error)
    if cause is not None:
        told = f"{told}; {cause.clause}"
    elif _unfinished(evidence):
        told = f"{told}; {_unfinished(evidence)}"
    if evidence.cured is not None and outcome is Outcome.DIFFERS:
        told = f"{told}; float64 {'cures it' if evidence.cured else 'does not cure it'}"
    if evidence.rewriting is not None:
        told = f"{told}; {_rewritten(evidence.rewriting)}"
    elif evidence.untried and outcome is not Outcome.AGREES:
        told = f"{told}; {evidence.untried}"
    word, span = (cause.word, cause.span) if cause else (None, None)
    return Verdict(outcome, told, word, span, evidence.rewriting)


def _rewritten(cure: Rewriting) -> str:
    piece, instead = (_cut(text) for text in (cure.piece, cure.instead))
    loose = cure.ulps is None or cure.ulps > FEW_ULPS
    agreement = f"which agrees to {cure.digits} digits" if loose else "which agrees"
    return f"{instead} instead of {piece} gives {cure.value!r}, {agreement}"


def _cut(text: str) -> str:
    half = (_LONGEST_PIECE - 3) // 2
    return text if len(text) <= _LONGEST_PIECE else f"{text[:half]}...{text[-half:]}"


def _without_truth(evidence: Evidence, autograd: float) -> Verdict:
    subject, seen = evidence.subject, evidence.seen
    if evidence.truth_outcome is not Outcome.UNDEFINED:
        told = f"{subject.returned} {autograd!r}, which could not be checked: {evidence.truth_reason}"
        return Verdict(Outcome.UNDECIDED, told)
    if seen is None or seen.kind in {BehaviourKind.UNDECIDED, BehaviourKind.DIFFERENTIABLE}:
        told = f"the {subject.exact} has no finite value at this point ({evidence.truth_reason})"
        return Verdict(Outcome.UNDEFINED, f"{told}; {subject.returned} {autograd!r}")
    told = singular.sentence(seen, subject.returned, autograd, evidence.truth_reason, evidence.dtype)
    return Verdict(Outcome.UNDEFINED, told, singular.cause(seen))


def _fits(truth: Fraction, dtype: DType) -> bool:
    return math.isfinite(dtype.nearest(truth))


def _shown(truth: str | None) -> str:
    """Seventeen digits of a decimal, for a sentence."""
    return "" if truth is None else shown(truth, 17)
