"""Lines -> answers in the same order, by several processes, with a bounded number of lines under way.

Comes in: an iterable of `Line` and the `Setting`. Goes out: an iterator of `Answered`. Imports `errors`, the symbolic
engine, which all processes share, and this package; neither torch nor SymPy.

A thread of the parent reads; one for each process hands it lines, and puts its questions to the one SymPy process.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

from gradcalc.batch.answers import Answered, refuse
from gradcalc.batch.lines import Line
from gradcalc.batch.process import Process
from gradcalc.batch.questions import Setting
from gradcalc.errors import GradcalcError

#: Lines that wait before another process is started, which takes as long as hundreds of answers.
WAITING = 64
#: Lines under way for each process, and the characters of all of them together.
_UNDER_WAY, _CHARACTERS = 2 * WAITING, 16 << 20


def answers(lines: Iterable[Line], setting: Setting, jobs: int) -> Generator[Answered, None, None]:
    """Answer lines with up to `jobs` processes; closing the iterator ends them.

    `lines` is read in a thread of its own, so that an answer need not wait for the next line.
    """
    pool = _Pool(setting, jobs)
    threading.Thread(target=pool.read, args=(lines,), daemon=True).start()
    try:
        yield from pool.ordered()
    finally:
        pool.close()


@dataclass(eq=False)
class _Slot:
    """A line under way."""

    line: Line
    answered: Answered | None = None


class _Pool:
    """What the threads share; `_changed` guards all of it."""

    def __init__(self, setting: Setting, jobs: int) -> None:
        self._setting = setting
        self._jobs = jobs
        self._changed = threading.Condition()
        self._order: deque[_Slot] = deque()
        self._waiting: deque[_Slot] = deque()
        self._characters = 0
        self._processes: list[Process] = []
        self._closed = False
        self._complete = False
        self._fault: Exception | None = None

    def read(self, lines: Iterable[Line]) -> None:
        """Take lines as long as there is room for them."""
        try:
            for line in lines:
                if not self._take(_Slot(line)):
                    return
        except Exception as error:  # noqa: BLE001 - raised where the answers are awaited
            self._fault = error
        with self._changed:
            self._complete = True
            self._changed.notify_all()

    def ordered(self) -> Iterator[Answered]:
        """The answers, each as soon as it and all before it are there."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._order[0].answered if self._order else self._complete)
                if not self._order:
                    break
                slot = self._order.popleft()
                self._characters -= len(slot.line.text)
                self._changed.notify_all()
            assert slot.answered is not None, "waited for"
            yield slot.answered
        if self._fault is not None:
            raise self._fault

    def close(self) -> None:
        """End the processes; the threads follow."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            for process in self._processes:
                process.kill()

    def _take(self, slot: _Slot) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room())
            if self._closed:
                return False
            self._order.append(slot)
            self._waiting.append(slot)
            self._characters += len(slot.line.text)
            started = len(self._processes)
            if started < self._jobs and len(self._waiting) > started * WAITING:
                process = Process(self._setting)
                self._processes.append(process)
                threading.Thread(target=self._serve, args=(process,), daemon=True).start()
            self._changed.notify_all()
            return True

    def _has_room(self) -> bool:
        return not self._order or (len(self._order) < self._jobs * _UNDER_WAY and self._characters < _CHARACTERS)

    def _serve(self, process: Process) -> None:
        """Let one process answer lines until the pool is closed."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._waiting)
                if self._closed:
                    break
                slot = self._waiting.popleft()
            try:
                answered = process.answer(slot.line)
            except GradcalcError as error:
                if self._closed:
                    break
                answered = refuse(slot.line, self._setting, error)
            with self._changed:
                slot.answered = answered
                self._changed.notify_all()
        process.close()
