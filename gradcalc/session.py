"""What the questions of one program share: formulas as read, and the derivatives that SymPy has found.

Comes in: questions to SymPy. Goes out: its answers, those of earlier questions at once. Imports `memory` and the
symbolic engine, which it loads for the first question.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

from gradcalc.memory import Memory

if TYPE_CHECKING:
    from gradcalc.engines.symbolic import Derivative, Question


class Pending(Protocol):
    """A question under way."""

    def collect(self) -> tuple[Derivative, ...]:
        """Wait for the answer: a derivative for each of the question's variables."""


class Session:
    """One thread's questions. `ask` is who asks SymPy; by default the engine itself."""

    def __init__(self, ask: Callable[[Question], AbstractContextManager[Pending]] | None = None) -> None:
        self.memory = Memory()
        self._ask = ask

    @contextmanager
    def derivatives(self, question: Question) -> Iterator[Callable[[], tuple[Derivative, ...]]]:
        """Ask and go on at once; calling what is yielded waits for the answer."""
        known = self.memory.get(_key(question))
        if known is not None:
            yield lambda: known
            return
        from gradcalc.engines import symbolic

        with (self._ask or symbolic.ask)(question) as pending:
            yield lambda: self._kept(question, pending.collect())

    def _kept(self, question: Question, found: tuple[Derivative, ...]) -> tuple[Derivative, ...]:
        """The answer, remembered if it would be the same again: without numbers at a point, and no accident."""
        from gradcalc.engines.symbolic import ENDED

        if all(derivative.value is None and derivative.reason != ENDED for derivative in found):
            self.memory.keep(_key(question), found)
        return found


def _key(question: Question) -> Hashable:
    """All of a question but the point."""
    return (question.tape, question.wrt, question.order, question.dtype, question.seconds, question.pretty)
