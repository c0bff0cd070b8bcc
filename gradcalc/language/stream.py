"""The tokens of a formula, read one after another: what every rule of the grammar stands on.

Comes in: a formula as typed. Goes out: `TokenStream`, whose subclass is the parser.
Imports `errors` and, of `language`, `limits`, `mistakes` and `tokens`.
"""

from __future__ import annotations

import sys

from gradcalc.errors import ExpressionError, LimitError, Span
from gradcalc.language import diagnostics, limits
from gradcalc.language.token import Token
from gradcalc.language.tokens import tokenize

#: Levels of nesting for which Python's default of 1000 frames is room enough, and the frames that the limit needs.
_SHALLOW = 30
_FRAMES = 1000 + 20 * limits.NESTING


class TokenStream:
    """A place in the tokens of `source`, and how deep in nested operands it is."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = tokenize(source)
        self._position = 0
        self._depth = 0

    @property
    def _token(self) -> Token:
        return self._tokens[self._position]

    def _peek(self, ahead: int = 1) -> Token:
        return self._tokens[min(self._position + ahead, len(self._tokens) - 1)]

    def _advance(self) -> Token:
        token = self._token
        self._position += 1
        return token

    def _expect(self, kind: str, opening: Token) -> Token:
        if self._token.kind == kind:
            return self._advance()
        if self._token.kind == "end":
            raise self._error(f"this '{opening.text}' is never closed", opening.span, f"add '{kind}'")
        if self._token.kind in {")", "]"}:
            raise self._error(
                f"this '{self._token.text}' does not close the '{opening.text}' before it", self._token.span
            )
        raise self._unexpected()

    def _unexpected(self) -> ExpressionError:
        """The error for the token at hand."""
        before = self._tokens[self._position - 1] if self._position else None
        return diagnostics.unexpected(self._source, self._token, before)

    def _error(self, message: str, span: Span, hint: str = "") -> ExpressionError:
        """An error about a piece of the source."""
        return ExpressionError(message, source=self._source, span=span, hint=hint)

    def _text(self, span: Span) -> str:
        return self._source[span.start : span.stop]

    def _descend(self, token: Token) -> None:
        """Enter an operand. Raises `LimitError` beyond `limits.NESTING`; the innermost operand is not a level."""
        self._depth += 1
        if self._depth == _SHALLOW:
            _make_room()
        if self._depth > limits.NESTING + 1:
            raise LimitError(
                f"the formula is nested more than {limits.NESTING} deep", source=self._source, span=token.span
            )

    def _ascend(self) -> None:
        self._depth -= 1


def _make_room() -> None:
    """Let Python recurse as deep as `limits.NESTING` needs. Never lowered: another thread may be parsing."""
    if sys.getrecursionlimit() < _FRAMES:
        sys.setrecursionlimit(_FRAMES)
