"""Definitions: names that stand for formulas, and a formula written out without them.

Comes in: formulas as typed, and the definitions by name. Goes out: an `Expansion`, a formula of the language like
any other, which knows what was typed for each piece of it. Raises `ExpressionError`,
`LimitError` and `UsageError`. Imports `errors` and, of `language`, the parser, `tape`, `tokens` and `vocabulary`.

A name stands for the value of its formula, so the formula is put in brackets: with `f = x + 1`, `2f^2` is `2(x + 1)^2`.
Where a bracket would be read as a call, `x f` and `sin f^2`, a sign or a second pair of brackets keeps the meaning.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from gradcalc.errors import ExpressionError, LimitError, Span, UsageError
from gradcalc.language import limits, vocabulary
from gradcalc.language.builder import CONNECTIVE_CALLS, RELATIONS
from gradcalc.language.parser import parse
from gradcalc.language.tape import CONSTANTS, VARIABLE, Tape
from gradcalc.language.token import Token
from gradcalc.language.tokens import tokenize

_CALLABLE = frozenset({*RELATIONS, *CONNECTIVE_CALLS, "Piecewise"})
_CONSTANT_NAMES = (CONSTANTS - {"infinity", "undefined"}) | {"E", "π"}

_OPENING, _CLOSING = frozenset({"", "(", "[", ","}), frozenset({"end", ")", "]", ","})
_SIGNS = frozenset({"+", "-", "*", "/", "%", "**", "<", "<=", ">", ">=", "==", "!=", "&"})


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of what was typed, and what is written in its place; an empty piece where something is put in."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Expansion:
    """A formula as typed, `source`, and written out, `text`; `edits` in the order of the source lead to the one."""

    source: str
    text: str
    edits: tuple[Edit, ...] = ()

    def typed(self, span: Span) -> Span:
        """The piece of the source that a piece of the text stands for; of a definition, its name."""
        start = self._typed(span.start).start
        return Span(start, start if span.start == span.stop else max(self._typed(span.stop - 1).stop, start))

    def _typed(self, position: int) -> Span:
        """The piece of the source behind the character at `position` of the text."""
        shift = 0
        for edit in self.edits:
            start = edit.span.start + shift
            if position < start:
                break
            if position < start + len(edit.text):
                return edit.span
            shift += len(edit.text) - (edit.span.stop - edit.span.start)
        return Span(position - shift, position - shift + 1)


def require_name(name: str) -> None:
    """Raise `UsageError` unless `name` may be defined."""
    if [token.kind for token in tokenize(name)] != ["name", "end"]:
        raise UsageError(f"'{name}' is not a name that can be defined", hint="write let f = sin(x**2)")
    if name in _CONSTANT_NAMES:
        raise UsageError(f"'{name}' is a constant and cannot be defined", hint="choose another name")
    if vocabulary.forms(name) or name in _CALLABLE:
        raise UsageError(f"'{name}' is a function and cannot be defined", hint="choose another name")


def require_acyclic(name: str, formula: str, definitions: Mapping[str, str]) -> None:
    """Raise unless `name` can be defined as `formula`: it is read, and leads back to `name` by no other definition."""
    _parse(formula, definitions.keys() | {name}, frozenset())
    try:
        write_out(formula, {**definitions, name: formula})
    except CycleError as error:
        *cycle, _ = reversed(error.args[1])
        first = cycle.index(name)
        path = " -> ".join([*cycle[first:], *cycle[:first], name])
        message = f"'{name}' would be defined by itself" + (f": {path}" if len(cycle) > 1 else "")
        raise UsageError(message, hint="choose another name, or write the old formula out") from None


def write_out(source: str, definitions: Mapping[str, str], names: frozenset[str] = frozenset()) -> Expansion:
    """The formula without the names of `definitions`, save those in `names`, which the point makes variables.

    The definitions have no cycle. Raises what `parse` does, and `LimitError` where the text would be too long.
    """
    known = definitions.keys() - names
    if not any(token.kind == "name" and token.text in known for token in tokenize(source)):
        return Expansion(source, source)
    tape = _parse(source, known, names)
    bodies: dict[str, Tape] = {}
    waiting = [name for name in tape.variables if name in known]
    while waiting:
        name = waiting.pop()
        if name not in bodies:
            bodies[name] = _parse(definitions[name], known, names)
            waiting += [inner for inner in bodies[name].variables if inner in known]
    uses = {name: known & set(body.variables) for name, body in bodies.items()}
    written: dict[str, str] = {}
    for name in TopologicalSorter(uses).static_order():
        written[name] = _substituted(bodies[name], written).text
    return _substituted(tape, written)


def _parse(source: str, known: frozenset[str] | set[str], names: frozenset[str]) -> Tape:
    """The formula with the names of definitions as variables."""
    for token, following in pairwise(tokenize(source)):
        if token.kind == "name" and token.text in known and following.kind == "(":
            raise ExpressionError(
                f"'{token.text}' is defined as a formula, which takes no arguments",
                source=source,
                span=token.span,
                hint=f"for a product write {token.text}*(...)",
            )
    return parse(source, names | known)


def _substituted(tape: Tape, written: Mapping[str, str]) -> Expansion:
    source = tape.source
    tokens = tokenize(source)
    places = {token.span.start: place for place, token in enumerate(tokens)}
    edits: list[Edit] = []
    applied = _bare_arguments(tape)
    for step in tape.instructions:
        if step.op == VARIABLE and step.text in written:
            place = places[step.span.start]
            before = tokens[place - 1] if place else None
            text = _in_place(written[step.text], before, tokens[place + 1], applied=step.span.start in applied)
            edits.append(Edit(step.span, text))
    starts = [edit.span.start for edit in edits]
    for start, stop in applied.items():
        first = bisect_left(starts, start)
        if first < len(starts) and starts[first] < stop and edits[first].span != (start, stop):
            edits += [Edit(Span(start, start), "("), Edit(Span(stop, stop), ")")]
    return _apply(source, tuple(sorted(edits, key=_order)))


def _order(edit: Edit) -> tuple[int, int]:
    """At one place first what closes, then what opens, then what stands there."""
    empty = edit.span.start == edit.span.stop
    return edit.span.start, 2 if not empty else (")", "(").index(edit.text)


def _apply(source: str, edits: tuple[Edit, ...]) -> Expansion:
    length = len(source) + sum(len(edit.text) for edit in edits)
    if length > limits.CHARACTERS:
        raise LimitError(
            f"the formula has {length:,} characters once its definitions are written out; the limit is "
            f"{limits.CHARACTERS:,}"
        )
    pieces, position = list[str](), 0
    for edit in edits:
        pieces += [source[position : edit.span.start], edit.text]
        position = edit.span.stop
    return Expansion(source, "".join([*pieces, source[position:]]), edits)


def _bare_arguments(tape: Tape) -> dict[int, int]:
    """Where the arguments of functions without brackets begin and end: of `sin f^2` the piece `f^2`."""
    steps = tape.instructions
    found: dict[int, int] = {}
    for step in steps:
        if len(step.args) == 1 and vocabulary.forms(step.op) and tape.source[step.span.start] not in "√|":
            argument = steps[step.args[0]].span
            if argument.stop == step.span.stop and argument.start > step.span.start:
                found[argument.start] = argument.stop
    return found


def _in_place(formula: str, before: Token | None, after: Token, *, applied: bool) -> str:
    """The formula of a definition as it stands between two tokens; `applied`: a function without brackets is before."""
    left = before.kind if before else ""
    if left in _OPENING and after.kind in _CLOSING:
        return formula
    if (left in _SIGNS or left in _OPENING) and (after.kind in _SIGNS or after.kind in _CLOSING) and _is_atom(formula):
        return formula
    sign = "*" if left == "name" and not applied else ""
    return f"{sign}({formula})"


def _is_atom(formula: str) -> bool:
    """Whether a formula is one number or one name that no function has."""
    if len(formula) > limits.NUMBER_CHARACTERS:
        return False
    word, *others = tokenize(formula)
    return word.kind in {"number", "name"} and len(others) == 1 and word.text not in vocabulary.BARE
