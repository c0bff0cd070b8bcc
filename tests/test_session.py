"""What is kept between questions: the same answers as without, bounded, and nothing that could be different again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from gradcalc.engines import symbolic
from gradcalc.engines.symbolic import ENDED, Derivative, Pending, Question
from gradcalc.errors import GradcalcError
from gradcalc.language.parser import parse
from gradcalc.memory import Memory
from gradcalc.pipeline import Request, diff
from gradcalc.session import Session


class Counting(Session):
    """A session that counts what reaches SymPy, and may spoil the answers."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(self._counted)
        self.asked = 0
        self._reason = reason

    @contextmanager
    def _counted(self, question: Question) -> Iterator[Pending]:
        self.asked += 1
        with symbolic.ask(question) as pending:
            found = pending.collect()
            if self._reason:
                found = tuple(Derivative(derivative.wrt, reason=self._reason) for derivative in found)
            pending.collect = lambda: found  # type: ignore[method-assign]
            yield pending


def test_a_formula_is_asked_of_sympy_once() -> None:
    """At other points the answers are those of a session of their own."""
    session = Counting()
    for x in ("0.5", "2", "pi/4", "1e-3"):
        request = Request("x**2*sin(x)", (x,))
        assert diff(request, session) == diff(request)
    assert session.asked == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Request("x*y", ("x=1,y=2",)), Request("x*y", ("x=1,y=2",), wrt=("y",))),
        (Request("x**3", ("2",)), Request("x**3", ("2",), order=2)),
        (Request("0.1*x", ("2",)), Request("0.1*x", ("2",), dtype="float16")),
        (Request("sum(x**2)", ("1,2",)), Request("sum(x**2)", ("1,2,3",))),
        (Request("prod(x)", ("1,2",)), Request("prod(x)", ("1,2,3",))),
        (Request("e*x", ("2",)), Request("e*x", ("x=2,e=3",))),
        (Request("x", ("2",)), Request("x", ())),
        (Request("x ", ("2",)), Request("x", ("2",))),
    ],
)
def test_what_is_not_the_same_question_is_not_answered_from_memory(first: Request, second: Request) -> None:
    """Variables, order, dtype, lengths, names that the point takes: each is a question of its own, in either order."""
    for one, two in ((first, second), (second, first)):
        session = Session()
        diff(one, session)
        assert diff(two, session) == diff(two)


def test_a_value_at_a_point_is_not_kept() -> None:
    """SymPy's own number, where our language cannot write the derivative, belongs to its point."""
    session = Counting()
    values = [
        diff(Request("besselj(n, x)", (f"n={n}", "x=1"), wrt=("n",)), session).gradient[0].symbolic.value
        for n in (1, 2)
    ]
    assert session.asked == 2
    assert values[0] != values[1]


@pytest.mark.parametrize(("reason", "asked"), [(ENDED, 2), ("SymPy was stopped after 0.1 s", 1)])
def test_an_accident_is_not_kept_but_a_time_out_is(reason: str, asked: int) -> None:
    """A process that was killed may answer the next time; what took too long would take as long again."""
    session = Counting(reason)
    for x in ("1", "2"):
        assert diff(Request("x**2", (x,)), session).gradient[0].symbolic.reason == reason
    assert session.asked == asked


def test_the_timeout_is_part_of_the_question() -> None:
    """Who allows more time gets it."""
    session = Counting("SymPy was stopped after 1 s")
    diff(Request("x**2", ("1",), timeout=1), session)
    diff(Request("x**2", ("1",), timeout=2), session)
    assert session.asked == 2


def test_errors_are_not_kept() -> None:
    """Each time the same sentence, as a new object."""
    session = Session()
    for _ in range(2):
        with pytest.raises(GradcalcError, match="unknown function 'sni'"):
            diff(Request("sni(x)", ("1",)), session)


def test_memory_is_bounded_by_instructions() -> None:
    """What was not asked for the longest goes first, and what is larger than everything is not kept at all."""
    memory = Memory(most=400)
    tapes = [memory.recall(parse, f"x + {k}") for k in range(50)]
    assert memory.recall(parse, "x + 49") is tapes[49]
    kept = [k for k in range(50) if memory.get((parse, f"x + {k}")) is not None]
    assert 2 < len(kept) < 10
    assert kept == list(range(50 - len(kept), 50))
    memory.recall(parse, f"x + {kept[0]}")
    memory.recall(parse, "y")
    assert memory.get((parse, f"x + {kept[0]}")) is not None
    assert memory.get((parse, f"x + {kept[1]}")) is None
    long = " + ".join(["x"] * 300)
    assert memory.recall(parse, long) is not memory.recall(parse, long)
    assert memory.get((parse, "y")) is not None


def test_tapes_of_one_source_that_differ_are_not_mixed_up() -> None:
    """A tape's hash is that of its source; equality looks at all of it."""
    free, bound = parse("e*x", frozenset({"e"})), parse("e*x")
    assert free != bound
    assert hash(bound) == hash(replace(bound, notes=()))
    assert len({free, bound, parse("e*x")}) == 2
