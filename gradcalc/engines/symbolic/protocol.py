"""What the program and its SymPy process say to each other: JSON, one document a line.

Comes in: a scalar tape and what to differentiate. Goes out: lines of text, and `Derivative` records.
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


def encode_question(question: Question) -> bytes:
    """The question as one line; floats in hexadecimal, which is exact."""
    tape = question.tape
    document = {
        "source": tape.source,
        "instructions": [[s.op, s.args, s.text, s.span] for s in tape.instructions],
        "variables": tape.variables,
        "wrt": question.wrt,
        "order": question.order,
        "dtype": question.dtype,
        "point": {name: value.hex() for name, value in question.point.items()},
        "seconds": question.seconds,
        "pretty": question.pretty,
    }
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def decode_question(line: bytes) -> Question:
    """The inverse of `encode_question`."""
    document: dict[str, Any] = json.loads(line)
    steps = tuple(Instruction(op, tuple(args), text, Span(*span)) for op, args, text, span in document["instructions"])
    return Question(
        Tape(document["source"], steps, tuple(document["variables"])),
        tuple(document["wrt"]),
        document["order"],
        document["dtype"],
        {name: float.fromhex(value) for name, value in document["point"].items()},
        document["seconds"],
        document["pretty"],
    )
