"""The command line as a process: each case of `cases/*.case` prints what it states and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.harness import Case, Finished, read_cases, run

CASES = [case for path in sorted((Path(__file__).parent / "cases").glob("*.case")) for case in read_cases(path)]


#: Both ways in which a case may be answered. New processes that load the engines take seconds each.
BOTH = [
    pytest.param(case, way, id=f"{way}-{case.where}", marks=[pytest.mark.long] * (way == "cold" and not case.status))
    for case in CASES
    for way in ("cold", "warm")
]


@pytest.mark.parametrize(("case", "way"), BOTH, indirect=["way"])
@pytest.mark.usefixtures("way")
def test_a_case_prints_what_it_states(case: Case) -> None:
    """Standard output, standard error and status; what is not stated is empty."""
    assert run(*case.tokens, stdin=case.stdin) == Finished(case.stdout, case.stderr, case.status)
