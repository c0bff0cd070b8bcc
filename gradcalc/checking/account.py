"""What was seen and proved -> a `Check`, in sentences.

Comes in: `Seen`, SymPy's proofs. Goes out: the record. Imports `claims`, the symbolic engine's records, `verdict` for
decimals, and `checking`.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gradcalc.checking.comparison import Seen, Trial
from gradcalc.checking.reading import Assertion, CheckRequest, Point, decimal
from gradcalc.checking.regions import Regions, regions
from gradcalc.checking.slips import slip
from gradcalc.claims import Check, Claimed, Counterexample, Ruling
from gradcalc.engines.certified import Comparison, Relation, Scope
from gradcalc.engines.symbolic import Identity, Proof
from gradcalc.verdict.decimals import shown

#: Digits of the values in a sentence; more where they are needed to see a difference.
_SHOWN, _MOST = 16, 48
_LEAST_SECONDS = 0.1
_UNPROVED = "which is no proof"


def identity(assertion: Assertion, seen: Seen, seconds: float) -> Identity | None:
    """What SymPy is asked, within so many seconds: to prove the claims that are not refuted; None if all are."""
    pairs = zip(seen.trials, assertion.claims, strict=True)
    wanted = {trial.wrt: claim for trial, claim in pairs if not trial.refuting}
    if not wanted:
        return None
    return Identity(assertion.tape, tuple(wanted), tuple(wanted.values()), max(round(seconds, 1), _LEAST_SECONDS))


def account(request: CheckRequest, assertion: Assertion, seen: Seen, proofs: Sequence[Proof]) -> Check:
    """The record; there are `proofs`, or reasons for none, for the claims that are not refuted."""
    found = {proof.wrt: proof for proof in proofs}
    partials = tuple(_claimed(trial, assertion, seen, found.get(trial.wrt)) for trial in seen.trials)
    return Check(
        command="check",
        expression=request.expression,
        claim=request.claim,
        over=assertion.over,
        outcome=_worst([partial.outcome for partial in partials]),
        partials=partials,
        notes=assertion.notes,
    )


def _worst(outcomes: Sequence[Ruling]) -> Ruling:
    order = (Ruling.REFUTED, Ruling.UNDECIDED, Ruling.NOT_REFUTED, Ruling.PROVED)
    return min(outcomes, key=order.index)


def _claimed(trial: Trial, assertion: Assertion, seen: Seen, proof: Proof | None) -> Claimed:
    counts = {relation: len(trial.at(relation)) for relation in Relation}
    equal = trial.at(Relation.EQUAL)
    place: Regions | None = None
    counterexample = None
    scope = _scope(trial, seen, proof) if equal and not trial.refuting else None
    hint = ""
    if trial.refuting:
        outcome = Ruling.REFUTED
        place = regions([point for point, _ in equal], [point for point, _ in trial.refuting])
        point, values = _simplest(trial.refuting, assertion.points)
        counterexample = _counterexample(point, values)
        explanation = _refuted(trial, counterexample, place)
        hint = "" if place else slip(seen, trial, assertion)
    elif not equal:
        outcome, explanation = Ruling.UNDECIDED, _nothing(trial, proof, late=seen.late)
    elif proof is not None and proof.by is not None and scope is not None:
        outcome, explanation = Ruling.PROVED, _proved(trial, proof.by, scope)
    else:
        outcome, explanation = Ruling.NOT_REFUTED, _not_refuted(trial, proof)
    return Claimed(
        wrt=trial.wrt,
        claim=trial.text,
        outcome=outcome,
        explanation=explanation,
        counterexample=counterexample,
        equal=counts[Relation.EQUAL],
        unequal=counts[Relation.UNEQUAL],
        without_value=counts[Relation.WITHOUT_VALUE],
        outside=counts[Relation.OUTSIDE],
        undecided=counts[Relation.UNDECIDED],
        digits=min((found.digits for _, found in equal), default=None),
        holds=place.holds if place else None,
        fails=place.fails if place else None,
        proof=proof.by if proof is not None and outcome is Ruling.PROVED else None,
        hint=hint or None,
        domain=scope.text or None if scope is not None else None,
    )


def _scope(trial: Trial, seen: Seen, proof: Proof | None) -> Scope | None:
    """Where SymPy's proof holds; None without one, and where that could not be worked out."""
    if proof is None or proof.by is None:
        return None
    return seen.functions.scope(seen.whole, trial.pair, complete=proof.complete)


# -- refuted


def _simplest(refuting: Sequence[tuple[Point, Comparison]], given: Sequence[Point]) -> tuple[Point, Comparison]:
    """The point that is read most easily, of few digits but without 0 and 1; one that was given before all others."""

    def cost(pair: tuple[Point, Comparison]) -> tuple[bool, bool, int, Fraction]:
        (point, found), values = pair, list(pair[0].values())
        special = bool({-1, 0, 1} & set(values)) or "0" in {found.first, found.second}
        return point not in given, special, sum(len(decimal(x)) for x in values), sum(map(abs, values), Fraction())

    return min(refuting, key=cost)


def _counterexample(point: Point, found: Comparison) -> Counterexample:
    assert found.first is not None, "the formula has a derivative where a claim is refuted"
    assert found.second is not None, "so has the claim a value"
    return Counterexample({name: decimal(value) for name, value in point.items()}, found.first, found.second)


def _refuted(trial: Trial, example: Counterexample, place: Regions | None) -> str:
    where = ", ".join(f"{name} = {value}" for name, value in example.at.items())
    derivative, claim = _told_apart(example.derivative, example.claim)
    told = f"the derivative is {derivative}, the claim is {claim}"
    return f"at {where} {told}; {_extent(trial, place)}" if example.at else told


def _extent(trial: Trial, place: Regions | None) -> str:
    """At how many of the points the claim fails."""
    holds, fails = len(trial.at(Relation.EQUAL)), len(trial.refuting)
    if place is not None:
        return f"it holds for {place.holds} ({_points(place.kept)}) and fails for {place.fails} ({_points(fails)})"
    if not holds:
        return "it fails at each point that was tried" if fails > 1 else "no other point could be tried"
    return f"it fails at {fails} of {_points(holds + fails)}"


def _told_apart(first: str, second: str) -> tuple[str, str]:
    """Both to as many digits as show that they differ."""
    for digits in range(_SHOWN, _MOST):
        if shown(first, digits - 2) != shown(second, digits - 2):
            return shown(first, digits), shown(second, digits)
    return shown(first, _MOST), shown(second, _MOST)


# -- not refuted


def _proved(trial: Trial, by: str, scope: Scope) -> str:
    told = f"SymPy makes the difference 0 ({by}), and ball arithmetic finds none at "
    told += f"{_points(len(trial.at(Relation.EQUAL)))}; "
    if not scope.text:
        return f"{told}it holds wherever the formula has a derivative"
    told += "proved where the formula has a derivative and " if scope.jumps else "proved where the claim is defined: "
    told += scope.text
    return told + _without_value(trial, placed=False)


def _not_refuted(trial: Trial, proof: Proof | None) -> str:
    equal = trial.at(Relation.EQUAL)
    digits = min(found.digits for _, found in equal)
    told = f"equal to {digits} digits at {_points(len(equal))}{_range([point for point, _ in equal])}, {_UNPROVED}"
    told += _without_value(trial)
    reason = (proof and proof.reason) or "SymPy does not make the difference 0"
    if proof is not None and proof.by is not None:
        reason = f"SymPy makes the difference 0 ({proof.by}), but where the claim is defined was not worked out"
    return f"{told}; {reason}"


def _without_value(trial: Trial, *, placed: bool = True) -> str:
    """Where the formula has a derivative and the claim has no value, and what complex numbers show there.

    placed: whether the points are to tell where that is; beside a domain that is known they would contradict it.
    """
    lacking = trial.at(Relation.WITHOUT_VALUE)
    if not lacking:
        return ""
    point, found = lacking[0]
    told = "; elsewhere the claim has no value"
    if placed:
        place = regions([point for point, _ in trial.at(Relation.EQUAL)], [point for point, _ in lacking])
        told = f"; the claim has no value{f' for {place.fails}' if place else ''}"
    told += f", as at {_at(point)} ({found.reason})"
    seen = {one.as_complex for _, one in lacking}
    if seen - {None} == {Relation.EQUAL}:
        return f"{told}; as a complex number, by principal branches, it is equal there"
    differs = next((point for point, one in lacking if one.as_complex is Relation.UNEQUAL), None)
    return f"{told}; as a complex number it differs, as at {_at(differs)}" if differs else told


def _at(point: Point) -> str:
    return ", ".join(f"{name} = {decimal(value)}" for name, value in point.items())


def _range(points: Sequence[Point]) -> str:
    """From where to where the points lie, for few variables."""
    names = list(points[0])
    if not names or len(names) > 3 or len(points) == 1:
        return ""
    ends = ((name, min(p[name] for p in points), max(p[name] for p in points)) for name in names)
    return f" ({', '.join(f'{name} from {decimal(low)} to {decimal(high)}' for name, low, high in ends)})"


def _nothing(trial: Trial, proof: Proof | None, *, late: bool) -> str:
    """Why nothing is known."""
    tried = len(trial.seen)
    if trial.reason:
        told = trial.reason
    elif late and not tried:
        told = "the time was over before a point was tried"
    elif lacking := _without_value(trial):
        told = lacking.removeprefix("; ")
    elif outside := trial.at(Relation.OUTSIDE):
        told = f"the formula has no derivative at {_points(len(outside))} that were tried ({outside[0][1].reason})"
        told += "; name its domain with --over or --at"
    else:
        reasons = [found.reason for _, found in trial.at(Relation.UNDECIDED) if found.reason]
        told = f"nothing could be computed at {_points(tried)}" + (f": {reasons[0]}" if reasons else "")
    if proof is not None and proof.by is not None:
        told += f"; SymPy makes the difference 0 ({proof.by}), which no point confirms"
    return told


def _points(count: int) -> str:
    return "1 point" if count == 1 else f"{count} points"
