"""The sentences for what is not a formula: characters without a meaning, and tokens in the wrong place.

Comes in: the source and the place. Goes out: an `ExpressionError` to raise. Imports `errors` only.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from gradcalc.errors import ExpressionError, Span

if TYPE_CHECKING:
    from gradcalc.language.token import Token

_NUMBERS_NAMES = "a formula holds numbers, names and operators only"
_LATEX = "LaTeX is not read: write sqrt(x), x/y, x**2"

#: Characters that people type or paste, with what is wrong and what to write instead.
_CHARACTERS: dict[str, tuple[str, str]] = {
    **dict.fromkeys("'\"`´‘’“”«»′″", ("quotes have no meaning in a formula", _NUMBERS_NAMES)),
    **dict.fromkeys("{}", ("'{}' has no meaning in a formula", "group with ( ), and write vectors as [1, 2, 3]")),
    **dict.fromkeys(";:", ("'{}' has no meaning in a formula", "give one formula; write x/y for a quotient")),
    **dict.fromkeys("–—", ("the dash '{}' has no meaning in a formula", "for minus write -")),
    **dict.fromkeys("\\$", ("the character '{}' has no meaning in a formula", _LATEX)),
    "=": (
        "'=' has no meaning in a formula",
        "write the formula alone; compare with ==, and give values with --at x=1",
    ),
    ".": ("'.' has no meaning outside a number", "write sin(x), without the name of a library before it"),
    "°": ("the character '°' has no meaning in a formula", "angles are in radians: write radians(90)"),
}

#: Two operators in a row that mean something elsewhere.
_PAIRS = {
    "//": "for a whole-number quotient write floor(x/y)",
    "&&": "write one & between conditions: (x > 0) & (y > 0)",
    "||": "write one | between conditions: (x > 0) | (y > 0)",
    "<>": "for unequal write !=",
}


def meaningless(source: str, position: int) -> ExpressionError:
    """The error for a character that no token begins with."""
    character = source[position]
    category = unicodedata.category(character)
    code = f"U+{ord(character):04X}"
    hint = ""
    if character in _CHARACTERS:
        message, hint = _CHARACTERS[character]
        message = message.format(character)
    elif is_raised(character):
        message, hint = f"'{character}' is not read as a power", "write x**n; digits may be raised, x²"
    elif category == "Cc":
        message = f"the control character {code} is not allowed in a formula"
    elif category[0] in "CZ":
        message = f"the invisible character {code} is not allowed in a formula"
    elif category[0] == "M":
        message = f"the combining mark {code} is not allowed in a formula"
    else:
        message = f"the character '{character}' has no meaning in a formula"
    return ExpressionError(message, source=source, span=Span(position, position + 1), hint=hint)


def is_raised(character: str) -> bool:
    """Whether the character is a raised letter or sign, like ⁿ, which Unicode counts among the letters."""
    return unicodedata.decomposition(character).startswith("<super>")


def unexpected(source: str, token: Token, before: Token | None) -> ExpressionError:
    """The error for a token that cannot stand where it is; `before` is the one to its left."""
    if token.kind == "end":
        if not source.strip():
            return ExpressionError("the formula is empty", hint="write for example sin(x**2)")
        return _error(source, token.span, "the formula ends too early", "a number, a name or '(' is missing")
    if token.kind == "," and (before is None or before.kind in {"(", "[", ","}):
        return _error(source, token.span, "nothing stands before this comma")
    if token.kind == ",":
        hint = "decimal numbers are written with a point; vectors as [1, 2, 3]"
        return _error(source, token.span, "a comma only separates arguments", hint)
    if before is not None and before.kind == "(" and token.kind == ")":
        span = Span(before.span.start, token.span.stop)
        return _error(source, span, "there is nothing between these brackets")
    if before is not None and before.kind == "," and token.kind in {")", "]"}:
        return _error(source, before.span, "nothing follows this comma", "leave it out, or add what is missing")
    if token.kind in {")", "]"}:
        return _error(source, token.span, f"this '{token.text}' has no partner")
    if token.kind == "number":
        return _error(source, token.span, "an operator is missing before this number", "write * for a product")
    shown = source[token.span.start : token.span.stop]
    hint = ""
    if before is not None and before.span.stop == token.span.start:
        hint = _PAIRS.get(source[before.span.start : token.span.stop], "")
    return _error(source, token.span, f"'{shown}' is not expected here", hint)


def shorten(text: str, width: int = 30) -> str:
    """At most `width` characters of `text`, for a message."""
    return text if len(text) <= width else f"{text[: width - 3]}..."


def _error(source: str, span: Span, message: str, hint: str = "") -> ExpressionError:
    return ExpressionError(message, source=source, span=span, hint=hint)
