"""What the certificate and the verdict add to an answer: `python -m tests.benchmarks.verdicts [REPEATS]`.

Comes in: the questions that README asks at a point, and sums of 1,000 and 10,000 terms. Goes out: a table on stdout, and
status 1 if a question's verdict takes more than 5 ms, or the ten times longer sum more than 12 times as long. The
engines are warm, and the best of the repeats counts, in seconds of the thread. A slow machine is judged by the column
of ratios: what the verdict takes beside what torch takes for the same gradient.
"""

from __future__ import annotations

import gc
import re
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from gradcalc import findings
from gradcalc.deadline import Deadline
from gradcalc.engines import autograd, certified, symbolic
from gradcalc.memory import Memory
from gradcalc.program import Request, read

README = Path(__file__).parents[2] / "README.md"
_QUESTION = re.compile(r"\bgradcalc (?:diff|tape|check) (\"[^\"]+\"|'[^']+')([^\n|;&]*)")
MOST_SECONDS, MOST_GROWTH = 5e-3, 12.0


def questions() -> list[Request]:
    """Each formula that README differentiates, once, with its point where it has one, else at 4."""
    found: dict[str, Request] = {}
    for quoted, rest in _QUESTION.findall(README.read_text()):
        expression, words = shlex.split(quoted)[0], rest.split()
        at = tuple(value for option, value in pairwise(words) if option == "--at" and not set(value) & set("${}"))
        request = Request(expression, at or ("4",))
        if expression not in found and _is_understood(request):
            found[expression] = request
    return list(found.values())


def _is_understood(request: Request) -> bool:
    """README shows mistakes too."""
    from gradcalc.errors import GradcalcError

    try:
        read(request)
    except GradcalcError:
        return False
    return True


def sum_of(terms: int) -> Request:
    """A long sum of distinct sines, all wrong in the last digits."""
    return Request(" + ".join(f"sin({i}*x)" for i in range(1, terms + 1)), ("0.5",))


def stages(request: Request) -> tuple[Callable[[], object], Callable[[], object]]:
    """What torch does for the gradient, and what the certificate and the verdict do after it, ready to be timed."""
    program = read(request)
    scalar = program.scalar
    question = symbolic.Question(scalar, program.wrt, 1, program.dtype.name, program.flat, 10.0, pretty=False)
    with symbolic.ask(question) as pending:
        derivatives = pending.collect()

    def backward() -> autograd.Backward:
        return autograd.differentiate(program.tape, program.shapes, program.point, program.wrt, program.dtype, "cpu")

    known = backward()

    def verdict() -> object:
        certificate = certified.differentiate(scalar, program.flat, program.dtype, program.wrt)
        return findings.partials(program, 1, derivatives, known, certificate, "cpu", 40, Deadline.after(10.0), Memory())

    return backward, verdict


def best(work: Callable[[], object], repeats: int) -> float:
    """The shortest of the repeats, in seconds of this thread, after one that is not measured."""
    work()
    return min(_timed(work) for _ in range(repeats))


def _timed(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return time.thread_time() - start


def rows(repeats: int) -> Iterator[tuple[str, float, float]]:
    """Each question of README with the seconds of torch and of the verdict."""
    for request in questions():
        backward, verdict = stages(request)
        yield request.expression, best(backward, repeats), best(verdict, repeats)


def main(repeats: int = 7) -> int:
    """Measure, print, and return 1 if something takes longer than it may."""
    gc.disable()  # as the program does
    table = Table("formula", "torch, ms", "verdict, ms", "ratio", "")
    status = 0
    for formula, torch, verdict in rows(repeats):
        kept = verdict <= MOST_SECONDS
        status |= not kept
        table.add_row(formula, *_milliseconds(torch, verdict), "kept" if kept else "EXCEEDED")
    table.add_section()
    short, long = (stages(sum_of(terms)) for terms in (1_000, 10_000))
    times = [tuple(best(work, min(repeats, 3)) for work in pair) for pair in (short, long)]
    for terms, (torch, verdict) in zip(("1,000", "10,000"), times, strict=True):
        table.add_row(f"a sum of {terms} terms", *_milliseconds(torch, verdict), "")
    growth = times[1][1] / times[0][1]
    table.add_row("ten times the terms take", "", "", f"{growth:.1f}", "kept" if growth <= MOST_GROWTH else "EXCEEDED")
    Console(width=100).print(table)
    return status | (growth > MOST_GROWTH)


def _milliseconds(torch: float, verdict: float) -> Sequence[str]:
    return f"{torch * 1e3:.2f}", f"{verdict * 1e3:.2f}", f"{verdict / torch:.1f}"


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
