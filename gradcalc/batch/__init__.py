"""Many questions, one a line, and their answers in the same order.

Comes in: lines of JSON or CSV. Goes out: for each that is not blank its answer as text, an error in its place where
there is none. Imports every layer below the command line; the parent of the processes loads neither torch nor SymPy.

    lines -> pool -> worker process -> questions -> pipeline -> answers -> pool -> destination
"""

from __future__ import annotations

from gradcalc.batch.answers import Answered, heading
from gradcalc.batch.destination import Destination
from gradcalc.batch.lines import Line, read_lines
from gradcalc.batch.pool import answers
from gradcalc.batch.questions import Setting, read_header

__all__ = ["Answered", "Destination", "Line", "Setting", "answers", "heading", "read_header", "read_lines"]
