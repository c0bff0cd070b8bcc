"""Source text -> tokens.

Comes in: a formula as typed. Goes out: tokens with spans, ending with one of kind `end`. No Unicode normalisation:
NFKC would turn x² into x2. Raises `ExpressionError` and `LimitError`.
Imports `errors`, `language.limits` and `language.diagnostics`.

    number      2  2.5  .5  5.  1e-3
    name        a letter or _, then letters, digits, _ and subscript digits (x₁)
    superscript ² ³ ⁻¹ ...: a whole-number power
    operator    + - * / % ^ ** ! ( ) [ ] , | & ~ √ < <= > >= == !=  and the signs · × ∗ ÷ ∕ − ≤ ≥ ≠ for these
"""

from __future__ import annotations

import re

from gradcalc.errors import ExpressionError, LimitError, Span
from gradcalc.language import diagnostics, limits
from gradcalc.language.token import Token

_SIGNS = {
    **dict.fromkeys("·×⋅∙∗", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    "−": "-",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "^": "**",
}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SUBSCRIPTS = frozenset("₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPT = re.compile(r"[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_RAISED = re.compile(r"[⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_OPERATOR = re.compile(r"\*\*|<=|>=|==|!=|[-+*/%^!()\[\],|&~√<>∞·×⋅∙∗÷∕⁄−≤≥≠]")
#: Spaces of any width (Unicode category Zs), which a browser or a word processor puts in place of the plain one.
_SPACE = re.compile(r"[ \t\r\n\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_FOREIGN = re.compile(r"0[xXbBoO][0-9a-fA-F]|[0-9][0-9.]*_[0-9]")
_SECOND_POINT = re.compile(r"[0-9]*\.[0-9]*\.[0-9]|[0-9.]*[eE][+-]?[0-9]+\.")


def tokenize(source: str) -> list[Token]:
    """Split `source` into tokens.

    Raises `LimitError` for a source, number or name beyond `language.limits`, and `ExpressionError` for characters
    that have no meaning in a formula.
    """
    if len(source) > limits.CHARACTERS:
        raise LimitError(
            f"the formula has {len(source):,} characters; the limit is {limits.CHARACTERS:,}",
            hint="split it, or evaluate parts of it separately",
        )
    tokens: list[Token] = []
    position = 0
    while position < len(source):
        if space := _SPACE.match(source, position):
            position = space.end()
            continue
        token = _next(source, position)
        tokens.append(token)
        position = token.span.stop
    tokens.append(Token("end", "", Span(len(source), len(source))))
    return tokens


def _next(source: str, position: int) -> Token:
    if number := _NUMBER.match(source, position):
        return _number(source, number)
    if _begins_name(source[position]):
        return _name(source, position)
    if power := _SUPERSCRIPT.match(source, position):
        return _superscript(source, Span(*power.span()))
    if operator := _OPERATOR.match(source, position):
        text = operator.group()
        return Token(_SIGNS.get(text, text), text, Span(*operator.span()))
    raise diagnostics.meaningless(source, position)


def _number(source: str, match: re.Match[str]) -> Token:
    start, stop = match.span()
    text = match.group()
    if foreign := _FOREIGN.match(source, start) or _SECOND_POINT.match(source, start):
        end = foreign.end()
        while end < len(source) and (source[end].isalnum() or source[end] in "._"):
            end += 1
        raise ExpressionError(
            f"{diagnostics.shorten(source[start:end])} is not a number",
            source=source,
            span=Span(start, end),
            hint="write decimal numbers like 10, 2.5 or 1e-3",
        )
    span = Span(start, stop)
    if len(text) > limits.NUMBER_CHARACTERS:
        raise _number_too_long(source, span)
    exponent = re.split("[eE]", text)[1:]
    if exponent and abs(int(exponent[0])) > limits.DECIMAL_EXPONENT:
        raise LimitError(
            f"the exponent of {text} is beyond {limits.DECIMAL_EXPONENT}",
            source=source,
            span=span,
            hint="the largest float64 is about 1.8e308",
        )
    return Token("number", text, span)


def _superscript(source: str, span: Span) -> Token:
    raised = _RAISED.match(source, span.start)
    if raised is not None and raised.end() > span.stop:
        raise ExpressionError(
            f"{diagnostics.shorten(raised.group())} is not a power",
            source=source,
            span=Span(*raised.span()),
            hint="raised digits make a whole number, x² or x⁻¹; write other powers as x**(2 - 1)",
        )
    text = source[span.start : span.stop].translate(_SUPERSCRIPTS)
    if len(text) > limits.NUMBER_CHARACTERS:
        raise _number_too_long(source, span)
    return Token("superscript", text, span)


def _number_too_long(source: str, span: Span) -> LimitError:
    return LimitError(
        f"a number of {span.stop - span.start:,} characters; the limit is {limits.NUMBER_CHARACTERS}",
        source=source,
        span=span,
        hint="a float64 holds 17 significant digits",
    )


def _begins_name(character: str) -> bool:
    return (character.isalpha() and not diagnostics.is_raised(character)) or character == "_"


def _continues_name(character: str) -> bool:
    return _begins_name(character) or character in "0123456789" or character in _SUBSCRIPTS


def _name(source: str, start: int) -> Token:
    stop = start + 1
    while stop < len(source) and _continues_name(source[stop]):
        stop += 1
    text, span = source[start:stop], Span(start, stop)
    if "__" in text:
        raise ExpressionError(
            "names with a double underscore are not allowed", source=source, span=span, hint="rename the variable"
        )
    if len(text) > limits.NAME_CHARACTERS:
        raise LimitError(
            f"a name of {len(text):,} characters; the limit is {limits.NAME_CHARACTERS}",
            source=source,
            span=span,
            hint="names are never split: write x*y for a product",
        )
    return Token("name", text, span)
