"""The speed budgets of the program as ratios: `python -m tests.benchmarks.ratios [REPEATS]`.

Comes in: the installed program. Goes out: a table on stdout, and status 1 if a budget is exceeded. The two commands
of a ratio take turns, so that a slow minute of the machine hits both, and their best times are compared.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

PYTHON = sys.executable
IMPORT_TYPER = (PYTHON, "-c", "import typer")
IMPORT_SYMPY = (PYTHON, "-c", "import sympy")
IMPORT_BOTH = (PYTHON, "-c", "import torch, sympy")
GRADCALC = (PYTHON, "-m", "gradcalc")


@dataclass(frozen=True, slots=True)
class Budget:
    """A measured thing may take at most `most` times what its measure takes."""

    what: str
    most: float
    measured: Callable[[], float]
    against: str
    measure: Callable[[], float]


def process(*command: str) -> Callable[[], float]:
    """The wall-clock seconds of one run of a command, output discarded."""

    def run() -> float:
        start = time.perf_counter()
        subprocess.run(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return time.perf_counter() - start

    return run


def terms(count: int) -> Callable[[], float]:
    """The seconds that parsing, autograd and the certified value of a sum of `count` terms take."""
    from gradcalc.dtypes import FLOAT64
    from gradcalc.engines.autograd import differentiate
    from gradcalc.engines.certified import evaluate
    from gradcalc.language.parser import parse
    from gradcalc.language.shapes import infer_shapes

    source = " + ".join(f"sin({i}*x)" for i in range(1, count + 1))

    def run() -> float:
        start = time.perf_counter()
        tape = parse(source)
        shapes = infer_shapes(tape, {"x": None})
        differentiate(tape, shapes, {"x": 0.5}, ("x",), FLOAT64, "cpu")
        evaluate(tape, {"x": 0.5}, FLOAT64)
        return time.perf_counter() - start

    return run


def budgets() -> Sequence[Budget]:
    """Section by section, what was promised."""
    typer, sympy, both = process(*IMPORT_TYPER), process(*IMPORT_SYMPY), process(*IMPORT_BOTH)
    return (
        Budget("gradcalc --help", 1.5, process(*GRADCALC, "--help"), "import typer", typer),
        Budget("gradcalc diff --help", 1.5, process(*GRADCALC, "diff", "--help"), "import typer", typer),
        Budget("gradcalc tape --help", 1.5, process(*GRADCALC, "tape", "--help"), "import typer", typer),
        Budget("gradcalc logistic --help", 1.5, process(*GRADCALC, "logistic", "--help"), "import typer", typer),
        Budget("gradcalc lesson", 1.5, process(*GRADCALC, "lesson"), "import typer", typer),
        Budget(
            "TAB after `gradcalc di`",
            1.5,
            process(*GRADCALC, "completion", "bash", "--", "gradcalc di"),
            "import typer",
            typer,
        ),
        Budget(
            "TAB after `tape x*y --at `",
            1.5,
            process(*GRADCALC, "completion", "bash", "--", "gradcalc tape x*y --at "),
            "import typer",
            typer,
        ),
        Budget("a syntax error", 1.5, process(*GRADCALC, "diff", "sni(x)"), "import typer", typer),
        Budget("diff EXPR", 1.4, process(*GRADCALC, "diff", "sin(x**2)"), "import sympy", sympy),
        Budget(
            "diff EXPR --at P", 0.95, process(*GRADCALC, "diff", "sin(x**2)", "--at", "4"), "import torch, sympy", both
        ),
        Budget("a sum of 10,000 terms", 12.0, terms(10_000), "a sum of 1,000 terms", terms(1_000)),
    )


def best(budget: Budget, repeats: int) -> tuple[float, float]:
    """The best seconds of both sides, taking turns; one unmeasured turn first fills the disk cache."""
    budget.measured()
    budget.measure()
    pairs = [(budget.measured(), budget.measure()) for _ in range(repeats)]
    return min(first for first, _ in pairs), min(second for _, second in pairs)


def main(repeats: int = 7) -> int:
    """Measure, print, and return 1 if something takes longer than it may."""
    gc.disable()  # as the program does
    table = Table("what", "seconds", "against", "seconds", "ratio", "at most", "")
    status = 0
    for budget in budgets():
        seconds, base = best(budget, repeats)
        kept = seconds <= budget.most * base
        status |= not kept
        table.add_row(
            budget.what,
            f"{seconds:.3f}",
            budget.against,
            f"{base:.3f}",
            f"{seconds / base:.2f}",
            f"{budget.most:g}",
            "kept" if kept else "EXCEEDED",
        )
    Console(width=120).print(table)
    return status


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
