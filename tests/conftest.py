"""What holds for every test: Hypothesis without deadlines, and the same examples in every run of CI."""

from __future__ import annotations

import os

from hypothesis import settings

from gradcalc.language import limits
from gradcalc.language.parser import parse

# The first deep formula raises Python's recursion limit for good; within a test Hypothesis takes that for a fault.
parse("(" * limits.NESTING + "x" + ")" * limits.NESTING)

settings.register_profile("local", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")
