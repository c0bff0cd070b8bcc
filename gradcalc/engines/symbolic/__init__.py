"""The symbolic engine: SymPy in a process of its own, which can be ended when it hangs.

Comes in: a scalar tape, the variables, claims to prove, a time limit. Goes out: `Derivative` and `Proof` records.
Imports `errors`, `dtypes`, `language` and this package; never SymPy itself in the program's process.

SymPy can hang in ways that no signal interrupts (a power of powers, a factorization), so the only bound is to end the
process. One process serves all questions of a program and ends with it.
"""

from __future__ import annotations

from gradcalc.engines.symbolic.client import Pending, ask
from gradcalc.engines.symbolic.protocol import (
    ENDED,
    Derivative,
    Identity,
    Proof,
    Question,
    decode_question,
    encode_question,
)

__all__ = [
    "ENDED",
    "Derivative",
    "Identity",
    "Pending",
    "Proof",
    "Question",
    "ask",
    "decode_question",
    "encode_question",
]
