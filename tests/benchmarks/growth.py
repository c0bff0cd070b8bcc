"""How work grows with the entries of a vector or the terms of a formula: `python -m tests.benchmarks.growth [WORD...]`.

Comes in: names of rows, all by default. Goes out: lines on stdout with the processor time at each size and its ratio to
that at the size before, and status 1 if a ratio is larger than `MOST` where the time can be measured at all. SymPy is
left out: its process has a time limit, and a derivative that mixes all entries is as long as the vector for each.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from rich.console import Console

from gradcalc import pipeline
from gradcalc.deadline import Deadline
from gradcalc.engines import autograd, certified
from gradcalc.engines.symbolic import Derivative, Question
from gradcalc.program import Program, Request, read
from gradcalc.session import Pending, Session

#: From one size to ten times the size: linear work, and as much again for caches that no longer hold all of it.
MOST = 22.0
#: Seconds below which a ratio says nothing.
LEAST = 0.02
#: Seconds of one run that are enough.
_LONG = 0.1
SIZES = (10, 100, 1_000, 10_000)
_AMPLE = 600.0
_VECTORS = {
    "sum": "sum(x*x)",
    "mean": "mean(exp(x))",
    "prod": "prod(x)",
    "max": "max(x)",
    "min": "min(x)",
    "norm": "norm(x)",
    "dot": "dot(x, x)",
    "var": "var(x)",
    "std": "std(x)",
    "logsumexp": "logsumexp(x)",
    "softmax": "sum(softmax(x)*x)",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of formula: the request for a size, and the sizes."""

    request: Callable[[int], Request]
    sizes: tuple[int, ...] = SIZES


def _vector(formula: str) -> Callable[[int], Request]:
    """A formula of a vector x, at numbers around 1 that repeat in every run."""

    def request(size: int) -> Request:
        drawn = random.Random(size)  # noqa: S311 - a benchmark
        numbers = ",".join(f"{drawn.uniform(0.95, 1.05):.12f}" for _ in range(size))
        return Request(formula, (f"x=[{numbers}]",), timeout=_AMPLE)

    return request


def _terms(write: Callable[[int], str], at: str = "0.7") -> Callable[[int], Request]:
    """A formula of so many terms in one variable."""
    return lambda size: Request(write(size), (at,), timeout=_AMPLE)


def _nested(size: int) -> str:
    """Choices inside choices, the last of which is taken."""
    text = "x"
    for number in range(size):
        text = f"where(x > {size - number}, x**2*{number + 1}, {text})"
    return text


ROWS: dict[str, Row] = {
    **{name: Row(_vector(formula)) for name, formula in _VECTORS.items()},
    "sum of terms": Row(_terms(lambda size: "+".join(f"sin({k}*x)" for k in range(1, size + 1)))),
    "product of terms": Row(_terms(lambda size: "*".join(f"(1+x/{k * k})" for k in range(1, size + 1)))),
    "max of terms": Row(_terms(lambda size: f"max({','.join(f'{k}*x' for k in range(1, size + 1))})")),
    "nested where": Row(_terms(_nested), (3, 9, 27, 81)),
}


# -- the parts that are measured, each on its own


def _certified(program: Program) -> object:
    """The value and the gradient."""
    return _certificate(program)


def _rounding(program: Program, certificate: certified.Certificate) -> object:
    """The bound of each component, and what spoilt it: as if torch had lost a third of the digits."""
    truths = {
        name: seen.enclosure.decimal
        for name, seen in zip(program.wrt, certificate.partials, strict=True)
        if seen.enclosure.decimal is not None
    }
    found = {name: float(truth) * (1 + 1e-10) for name, truth in truths.items()}
    return certified.account(
        program.scalar, program.flat, program.dtype, found, truths, deadline=Deadline.after(_AMPLE)
    )


def _torch(program: Program) -> object:
    """The gradient that torch computes."""
    return autograd.differentiate(program.tape, program.shapes, program.point, program.wrt, program.dtype, "cpu")


def _certificate(program: Program) -> certified.Certificate:
    return certified.differentiate(
        program.scalar, program.flat, program.dtype, program.wrt, deadline=Deadline.after(_AMPLE)
    )


class _NotAsked:
    """What stands for SymPy."""

    def __init__(self, question: Question) -> None:
        self._question = question

    def collect(self) -> tuple[Derivative, ...]:
        """No derivative."""
        return tuple(Derivative(name, reason="SymPy was not asked") for name in self._question.wrt)


@contextmanager
def without_sympy(question: Question) -> Iterator[Pending]:
    """Ask nobody: what a session asks instead of SymPy."""
    yield _NotAsked(question)


def _whole(request: Request) -> object:
    """The question from its text to the record of the answer, but for SymPy."""
    return pipeline.diff(request, Session(without_sympy))


def measured(row: Row, size: int) -> dict[str, float]:
    """Seconds of processor time of each part at a size."""
    request = row.request(size)
    program = read(request)
    certificate = _certificate(program)
    return {
        "certified": _seconds(lambda: _certified(program)),
        "rounding": _seconds(lambda: _rounding(program, certificate)),
        "torch": _seconds(lambda: _torch(program)),
        "whole": _seconds(lambda: _whole(request)),
    }


def _seconds(work: Callable[[], object]) -> float:
    """The better of two runs, of what takes long that of one."""
    times = list[float]()
    while len(times) < 2 and not (times and times[0] > _LONG):
        gc.collect()
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def exceeding(times: Mapping[int, Mapping[str, float]]) -> list[str]:
    """The parts that grow by more than they may from each size to the next, given their seconds at each size."""
    found = []
    for (fewer, before), (more, after) in pairwise(times.items()):
        for part, seconds in after.items():
            if seconds > LEAST and seconds > MOST * (more / fewer / 10) * max(before[part], LEAST / 10):
                found.append(f"{part}: {before[part]:.3f} s at {fewer}, {seconds:.3f} s at {more}")
    return found


def main(wanted: Sequence[str]) -> int:
    """Print a line for each part of each row as it is known; the exit status."""
    said = Console(highlight=False, soft_wrap=True).print
    said(f"{'formula':<18} {'part':<10} seconds at {SIZES}, then each by the one before")
    exceeded = False
    for name in wanted or ROWS:
        row = ROWS[name]
        times = {size: measured(row, size) for size in row.sizes}
        for part in next(iter(times.values())):
            seconds = [one[part] for one in times.values()]
            ratios = " ".join(f"{after / before:7.1f}" for before, after in pairwise(seconds))
            said(f"{name:<18} {part:<10}", *(f"{one:9.4f}" for one in seconds), "  ", ratios)
        exceeded |= bool(exceeding(times))
    return int(exceeded)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
