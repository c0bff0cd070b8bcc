"""What was asked, in one word that an answer carries: another question, option or version has another one.

Comes in: a line and the `Setting` of the run. Goes out: `VERSION/DIGEST`. Imports this package and the version.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

import gradcalc
from gradcalc.batch.ids import as_json
from gradcalc.batch.lines import Line
from gradcalc.batch.questions import Reading, Setting, read_request
from gradcalc.errors import GradcalcError

_BYTES = 16


def asked(line: Line, reading: Reading, setting: Setting) -> str:
    """The version, and a digest of all that an answer depends on: the line's place, its question and id, the options.

    How a question came about does not matter: an option may be given for all lines, or in the line.
    """
    try:
        question: object = [asdict(read_request(reading, setting)), as_json(reading.fields.get("id"))]
    except GradcalcError:
        question = line.text  # what is wrong with a line depends on nothing else
    told = json.dumps([line.number, question, setting.writes, setting.digits])
    return f"{gradcalc.__version__}/{hashlib.blake2b(told.encode(), digest_size=_BYTES).hexdigest()}"


def version(told: str) -> str:
    """The version that an `asked` names."""
    return told.partition("/")[0]
