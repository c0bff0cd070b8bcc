"""What the program and its SymPy process say to each other: JSON, one document a line.

Comes in: a scalar tape and what to differentiate, or what to prove. Goes out: lines of text, and `Derivative` and
`Proof` records.
Imports the standard library, `dtypes`, `errors` and `language.tape`; never SymPy, so the program may import it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from gradcalc.errors import Span
from gradcalc.language.tape import Instruction, Tape

#: The reason of a derivative whose process was ended by somebody else: to ask again may help.
ENDED = "the SymPy process ended unexpectedly"


@dataclass(frozen=True, slots=True)
class Question:
    """Differentiate `tape` (scalars only) `order` times by each of `wrt`.

    dtype: name of the format whose members literals are. point: exact values by variable; empty for none.
    seconds: processor time after which the SymPy process may end itself. pretty: whether the two-dimensional text is
    wanted, whose first use costs SymPy a quarter of its start.
    """

    tape: Tape
    wrt: tuple[str, ...]
    order: int
    dtype: str
    point: dict[str, float]
    seconds: float
    pretty: bool = False


@dataclass(frozen=True, slots=True)
class Derivative:
    """SymPy's answer for one variable.

    expression: the derivative, in our language if `readable`, else in SymPy's spelling. value: its decimal value at
    the point to 30 digits by SymPy's own evaluation, only where the expression is not readable. reason: one clause
    where there is no expression.
    """

    wrt: str
    expression: str | None = None
    readable: bool = True
    value: str | None = None
    latex: str | None = None
    pretty: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Prove that each of `claims` is the derivative of `tape` by the variable of `wrt` in its place.

    All tapes on scalars only, their literals exact decimals. seconds: as in `Question`.
    """

    tape: Tape
    wrt: tuple[str, ...]
    claims: tuple[Tape, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of one claim. by: the step that made the difference 0, a few words; None where none did.

    reason: one clause where SymPy did not come to an end. complete: whether every case was looked at, those included in
    which something is 0.
    """

    wrt: str
    by: str | None = None
    reason: str | None = None
    complete: bool = True


def encode_question(question: Question | Identity) -> bytes:
    """The question as one line; floats in hexadecimal, which is exact."""
    document: dict[str, Any] = {
        "tape": _tape(question.tape),
        "wrt": question.wrt,
        "seconds": question.seconds,
    }
    if isinstance(question, Identity):
        document["claims"] = [_tape(claim) for claim in question.claims]
    else:
        document |= {
            "order": question.order,
            "dtype": question.dtype,
            "point": {name: value.hex() for name, value in question.point.items()},
            "pretty": question.pretty,
        }
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def decode_question(line: bytes) -> Question | Identity:
    """The inverse of `encode_question`."""
    document: dict[str, Any] = json.loads(line)
    tape, wrt, seconds = _decoded(document["tape"]), tuple(document["wrt"]), document["seconds"]
    if "claims" in document:
        return Identity(tape, wrt, tuple(_decoded(claim) for claim in document["claims"]), seconds)
    point = {name: float.fromhex(value) for name, value in document["point"].items()}
    return Question(tape, wrt, document["order"], document["dtype"], point, seconds, document["pretty"])


def _tape(tape: Tape) -> dict[str, Any]:
    return {
        "source": tape.source,
        "instructions": [[s.op, s.args, s.text, s.span] for s in tape.instructions],
        "variables": tape.variables,
    }


def _decoded(document: dict[str, Any]) -> Tape:
    steps = tuple(Instruction(op, tuple(args), text, Span(*span)) for op, args, text, span in document["instructions"])
    return Tape(document["source"], steps, tuple(document["variables"]))
