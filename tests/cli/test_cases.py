"""The command line as a process: each case of `cases/*.case` prints what it states and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.harness import Case, Finished, read_cases, run

pytestmark = pytest.mark.usefixtures("way")

CASES = [case for path in sorted((Path(__file__).parent / "cases").glob("*.case")) for case in read_cases(path)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.where)
def test_a_case_prints_what_it_states(case: Case) -> None:
    """Standard output, standard error and status; what is not stated is empty."""
    assert run(*case.tokens, stdin=case.stdin) == Finished(case.stdout, case.stderr, case.status)
