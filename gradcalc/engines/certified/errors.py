"""Why a ball could not be computed: what an operation raises and a pass over the tape sorts out.

Imports nothing. `UndefinedError` and `UnsupportedError` end the evaluation; the other two leave a value unknown.
"""

from __future__ import annotations


class UndefinedError(Exception):
    """There is certainly no finite real value here, at any precision; the message is the reason, one clause."""


class UnsupportedError(Exception):
    """Arb has no such function, or not for such arguments; the message is the reason, one clause."""


class UndecidedError(Exception):
    """The balls are too wide to tell; more precision may help. The message says what could not be told."""


class OutOfReachError(Exception):
    """Arb would take too long, or its numbers do not reach so far, at any precision. The message is the reason."""
