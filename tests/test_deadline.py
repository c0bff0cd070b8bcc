"""The time of a question: shares of it, and answers that say what they had no time for."""

from __future__ import annotations

import json
import random
import time

import pytest

from gradcalc.deadline import Deadline
from gradcalc.pipeline import Request, diff
from gradcalc.render import View, render
from gradcalc.results import Outcome, Result
from gradcalc.session import Session
from tests.benchmarks import growth


def spin(seconds: float) -> None:
    """Use so much processor time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def asked(formula: str, at: str = "1.3", **options: float) -> Result:
    """The answer without SymPy's side."""
    return diff(Request(formula, (at,), **options), Session(growth.without_sympy))  # type: ignore[arg-type]  # numbers


def test_a_deadline_counts_the_work_of_its_thread() -> None:
    """And not the time that passes; a share is a part of what is left."""
    deadline = Deadline.after(0.3)
    assert 0.1 < deadline.share(0.5).left <= 0.15
    time.sleep(0.4)
    assert not deadline.passed
    deadline.check()
    spin(0.31)
    assert deadline.passed
    assert deadline.left == 0
    with pytest.raises(TimeoutError):
        deadline.check()


@pytest.mark.parametrize(("waited", "left"), [(0, 10), (4, 6), (9, 2), (100, 2)])
def test_waiting_for_another_process_counts_too(waited: float, left: float) -> None:
    """But for the least that a thread has left for itself."""
    assert Deadline.after(10).waited(waited, least=2).left == pytest.approx(left, abs=0.2)
    assert Deadline.after(1).waited(100, least=2).left == pytest.approx(1, abs=0.2)


def vector(size: int) -> str:
    """A point of so many numbers around 1."""
    drawn = random.Random(size)  # noqa: S311 - a test
    return ",".join(f"{drawn.uniform(0.9, 1.1):.9f}" for _ in range(size))


def test_what_was_not_finished_is_said_in_the_table_and_in_json() -> None:
    """A product of 3,000 numbers in no time: torch's side is there, and each missing number has its reason."""
    answer = asked("prod(x)", vector(3_000), timeout=1e-6)
    first = answer.gradient[0]
    assert first.autograd is not None
    assert first.verdict is not None
    assert first.autograd.value is not None
    assert first.verdict.outcome is Outcome.UNDECIDED
    assert "the time was up" in first.verdict.explanation
    assert "the time was up" in render(answer, "table", View())
    told = json.loads(render(answer, "json", View()))["gradient"][0]["verdict"]
    assert told["explanation"] == first.verdict.explanation


def test_a_bound_that_was_not_finished_is_no_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch's gradient is off by more than 4 ulp, and whether rounding explains that is not known: the answer says so."""
    monkeypatch.setattr("gradcalc.findings._EXPLAINING", 0.0)
    answer = asked("exp(sin(exp(3*x)))^3/1e3", "3.1", timeout=10)
    verdict = answer.gradient[0].verdict
    assert verdict is not None
    assert (verdict.outcome, "the rounding bound was not finished" in verdict.explanation) == (Outcome.UNDECIDED, True)
    monkeypatch.undo()
    verdict = asked("exp(sin(exp(3*x)))^3/1e3", "3.1", timeout=10).gradient[0].verdict
    assert verdict is not None
    assert (verdict.outcome, "not finished" in verdict.explanation) == (Outcome.AGREES, False)


@pytest.mark.parametrize(
    ("formula", "order"),
    [
        ("*".join(f"sin({k}*x)" for k in range(1, 61)), 10),
        ("*".join(f"exp(x/{k})" for k in range(1, 101)), 10),
        ("tan(" * 30 + "x" + ")" * 30, 10),
        ("x^x^x^x", 10),
        ("+".join(f"polygamma(50, x+{k})" for k in range(100)), 2),
        ("besselj(x, x)*zeta(x, 3)*polylog(x/5, x/9)", 5),
    ],
    ids=["sines", "exponentials", "tangents", "tower", "polygamma", "orders"],
)
def test_high_orders_end_in_time(formula: str, order: int) -> None:
    """With a second for each: a guard against hanging, at ten times what is needed."""
    begun = time.process_time()
    asked(formula, order=order, timeout=1.0)
    assert time.process_time() - begun < 60
