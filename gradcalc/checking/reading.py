"""CheckRequest -> Assertion: a formula and the claims about its partial derivatives, as programs on numbers.

Comes in: a `CheckRequest`, everything in it as typed. Goes out: an `Assertion`. Raises the errors of the language,
`PointError` and `UsageError`. Imports `errors`, `dtypes`, `language`, `program`, and the certified engine only to
evaluate a point like pi/4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from gradcalc.dtypes import exact
from gradcalc.errors import ExpressionError, PointError, Span, UsageError
from gradcalc.language.lowering import component_names, entries
from gradcalc.language.parser import parse
from gradcalc.language.point import Entry, assign, read_point
from gradcalc.language.ranges import Range, read_ranges
from gradcalc.language.shapes import Shape, infer_shapes, require_scalar
from gradcalc.language.suggestions import sentence
from gradcalc.language.tape import INDEX, NUMBER, VARIABLE, VECTOR, Tape
from gradcalc.program import choose, require_time

#: A value for each variable, entries of vectors by their names `x[0]`.
Point = dict[str, Fraction]

_LISTED = 5
_EQUALS = re.compile(r"(?<![=<>!])=(?!=)")
#: Seconds for the value of a constant formula in a point.
_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """One `check` question as it was typed.

    claim: the derivative, or a vector of partial derivatives in the order of `wrt`. at: points to try first; one that
    names a variable again begins another point. over: ranges that the other points are drawn from. wrt: variables or
    entries `x[0]`; none means every variable. timeout: seconds for the whole.
    """

    expression: str
    claim: str
    at: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    wrt: tuple[str, ...] = ()
    timeout: float = 10.0


@dataclass(frozen=True, slots=True)
class Assertion:
    """That each of `claims` is the derivative of `tape` by the component of `wrt` in its place.

    All on numbers alone. texts: the claims as typed. variables: all components. points: those given; ranges: the ends
    by component, and as typed, `over`, by the name that was given. lengths: the shape of each variable.
    """

    tape: Tape
    claims: tuple[Tape, ...]
    texts: tuple[str, ...]
    wrt: tuple[str, ...]
    variables: tuple[str, ...]
    points: tuple[Point, ...]
    ranges: dict[str, tuple[Fraction, Fraction]]
    over: dict[str, str]
    lengths: dict[str, Shape]
    notes: tuple[str, ...]

    def formula(self, text: str) -> Tape:
        """Another formula of the same variables, on numbers alone. Raises the errors of the language."""
        tape = parse(text, frozenset(self.lengths))
        return entries(tape, infer_shapes(tape, self.lengths), self.lengths)[0]


def read(request: CheckRequest) -> Assertion:
    """Read the formula, the claim and the points, and check that they fit each other."""
    require_time(request.timeout)
    given, ranges = _points(request.at), read_ranges(request.over)
    names = frozenset(name for name in (*_names(given), *(_base(one.name) for one in ranges)) if name)
    formula = parse(request.expression, names)
    claim = _parse_claim(request.claim, names | frozenset(formula.variables))
    _require_known(claim, formula)
    points = [assign(point, formula.variables) for point in given]
    lengths = _lengths((formula, claim), points, ranges)
    shapes = infer_shapes(formula, lengths)
    require_scalar(formula, shapes)
    wrt = choose(request.wrt, formula.variables, lengths)
    claims = entries(claim, infer_shapes(claim, lengths), lengths)
    if len(claims) != len(wrt):
        raise _mismatch(len(claims), wrt)
    variables = tuple(name for variable in lengths for name in component_names(variable, lengths[variable]))
    notes = [note.message for tape in (formula, claim) for note in tape.notes]
    notes += [f"{name} does not appear in the formula" for point in points for name in point if name not in lengths]
    return Assertion(
        tape=entries(formula, shapes, lengths)[0],
        claims=claims,
        texts=_texts(claim, len(claims)),
        wrt=wrt,
        variables=tuple(dict.fromkeys((*variables, *wrt))),
        points=tuple(_values(point, lengths, notes) for point in points),
        ranges=_ends(ranges, variables, lengths, notes),
        over={one.name or formula.variables[0]: one.text for one in ranges},
        lengths=lengths,
        notes=tuple(dict.fromkeys(notes)),
    )


def decimal(value: Fraction) -> str:
    """A coordinate as it would be typed; all of them are decimals."""
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    whole = Decimal(int(value * 10**digits))
    return f"{whole.scaleb(-digits, Context(prec=max(len(whole.as_tuple().digits), 1))):f}"


# -- the claim


def _parse_claim(source: str, names: frozenset[str]) -> Tape:
    equals = _EQUALS.search(source)
    if equals:
        right = source[equals.end() :].strip()
        raise ExpressionError(
            "a claim is a formula alone, without '='",
            source=source,
            span=Span(0, equals.end()),
            hint=f"write {right}" if right and not _EQUALS.search(right) else "write what the derivative is",
        )
    return parse(source, names, indicator=True)


def _require_known(claim: Tape, formula: Tape) -> None:
    """Raise `ExpressionError` for a variable of the claim that the formula lacks: no derivative depends on it."""
    for step in claim.instructions:
        if step.op == VARIABLE and step.text not in formula.variables:
            known = ", ".join(formula.variables[:_LISTED])
            raise ExpressionError(
                f"the claim has a variable '{step.text}' that the formula lacks",
                source=claim.source,
                span=step.span,
                hint=sentence(step.text, formula.variables)
                or (f"the formula's variables are {known}" if known else "the formula has no variables"),
            )


def _mismatch(count: int, wrt: Sequence[str]) -> UsageError:
    listed = ", ".join(wrt[:_LISTED]) + (", ..." if len(wrt) > _LISTED else "")
    number = "one derivative" if count == 1 else f"{count} derivatives"
    wanted = f"the one by {wrt[0]} is asked for" if len(wrt) == 1 else f"those by {listed} are asked for"
    if len(wrt) == 1:
        hint = "write one formula"
    else:
        template = ", ".join("..." for _ in wrt[:_LISTED])
        hint = f"write [{template}] in the order {listed}"
        hint += f", or --wrt {wrt[0]} to claim one" if count == 1 else ""
    return UsageError(f"the claim is {number}, but {wanted}", hint=hint)


def _texts(claim: Tape, count: int) -> tuple[str, ...]:
    """The piece of the claim that each entry is."""
    last = claim.instructions[-1]
    if last.op == VECTOR:
        spans = [claim.instructions[node].span for node in last.args]
        return tuple(claim.source[span.start : span.stop] for span in spans)
    whole = claim.source.strip()
    return (whole,) if count == 1 else tuple(f"({whole})[{place}]" for place in range(count))


# -- points and ranges


def _points(texts: Iterable[str]) -> list[list[Entry]]:
    """The points of `--at` texts: what names a variable again begins the next point."""
    points: list[list[Entry]] = []
    for text in texts:
        found = read_point([text])
        if points and not {entry.name for entry in found} & {entry.name for entry in points[-1]}:
            points[-1].extend(found)
        else:
            points.append([*found])
    return points


def _names(points: Iterable[Iterable[Entry]]) -> Iterable[str]:
    return (entry.name for point in points for entry in point)


def _base(name: str) -> str:
    """The variable that `x[0]` is an entry of."""
    return name.partition("[")[0]


def _lengths(tapes: Iterable[Tape], points: Sequence[Mapping[str, Entry]], ranges: Iterable[Range]) -> dict[str, Shape]:
    """The shape of each variable: that of the points; else a vector as long as the entries that are named ask for."""
    lengths: dict[str, Shape] = {}
    for tape in tapes:
        lengths.update(dict.fromkeys(tape.variables))
        for step in tape.instructions:
            source = tape.instructions[step.args[0]] if step.op == INDEX else None
            if source is not None and source.op == VARIABLE:
                lengths[source.text] = max(lengths[source.text] or 0, int(step.text) + 1)
    for one in ranges:
        name, bracket, index = one.name.partition("[")
        if bracket and name in lengths:
            lengths[name] = max(lengths[name] or 0, int(index[:-1]) + 1)
    for point in points:
        for name, entry in point.items():
            length = len(entry.values) if entry.is_vector else None
            if name in lengths and point is not points[0] and lengths[name] != length:
                raise PointError(f"the points give {name} different lengths")
            if name in lengths:
                lengths[name] = length
    return lengths


def _values(point: Mapping[str, Entry], lengths: Mapping[str, Shape], notes: list[str]) -> Point:
    values: Point = {}
    for name, entry in point.items():
        if name not in lengths:
            continue
        names = component_names(name, len(entry.values) if entry.is_vector else None)
        values |= {label: _exact(label, tape, notes) for label, tape in zip(names, entry.values, strict=True)}
    return values


def _ends(
    ranges: Iterable[Range], variables: Sequence[str], lengths: Mapping[str, Shape], notes: list[str]
) -> dict[str, tuple[Fraction, Fraction]]:
    ends = {}
    for one in ranges:
        name = one.name or (variables[0] if len(variables) == 1 else "")
        if not name:
            raise PointError("the formula has several variables, so a range must name one", hint="write --over x=0..10")
        components = component_names(name, lengths[name]) if name in lengths else (name,)
        if not set(components) <= set(variables):
            raise PointError(
                f"the formula has no variable '{name}'",
                hint=sentence(name, variables) or f"its variables are {', '.join(variables[:_LISTED])}",
            )
        low, high = _exact(name, one.low, notes), _exact(name, one.high, notes)
        if low > high:
            turned = f"{one.high.source.strip()}..{one.low.source.strip()}"
            raise PointError(f"the range {one.text} of {name} is empty", hint=f"write --over {name}={turned}")
        ends.update(dict.fromkeys(components, (low, high)))
    return ends


def _exact(name: str, tape: Tape, notes: list[str]) -> Fraction:
    """The value of a constant formula: of a decimal the decimal, else the nearest of 40 digits, which is told."""
    *signs, _ = steps = tape.instructions
    if steps[0].op == NUMBER and all(step.op == "neg" for step in steps[1:]):
        magnitude = exact(steps[0].text)
        return -magnitude if len(signs) % 2 else magnitude
    from gradcalc.engines import certified

    functions = certified.family(_SECONDS)
    decimal = functions.value(functions.read(tape), {})
    if decimal is None:
        raise PointError(f"{name} = {tape.source.strip()} is not a number")
    notes.append(f"{name} = {tape.source.strip()} is taken as {decimal}")
    return exact(decimal)
