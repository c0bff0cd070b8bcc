"""Questions a second of `gradcalc batch` against a shell loop: `python -m tests.benchmarks.throughput [LINES]`.

Comes in: the installed program. Goes out: a table on stdout, and status 1 if a promise is not kept. The
batch has answered as many lines before it is timed, so that the start of the processes does not count; the loop pays
its start each time, as a loop does. `cpu` is the processor time of a question, all processes together: on a busy
machine it says what a quiet one would do.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.table import Table

GRADCALC = (sys.executable, "-m", "gradcalc")
_REPEATED = ("sin(x**2)", "x**2*y + sin(y)", "exp(-x)*log(1 + x**2)", "tanh(x)/(1 + x)")
_DISTINCT = ("sin({0}*x**2)", "{0}*x**2*y + sin(y)", "exp(-{0}*x)*log({0} + x**2)", "tanh(x)/({0} + x)")
_COLD = 5


@dataclass(frozen=True, slots=True)
class Rate:
    """Seconds and processor seconds that a question takes."""

    seconds: float
    cpu: float


def line(formulas: Sequence[str], number: int) -> dict[str, object]:
    """The question of a number: formulas in turn, with the number in them where they have a place for it."""
    expression = formulas[number % len(formulas)].format(number + 2)
    at = {"x": 0.5 + number / 1000}
    return {"expression": expression, "at": {**at, "y": 0.25} if "y" in expression else at}


def spent(pid: int) -> float:
    """The processor seconds of a living process and its children, as Linux counts them."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            fields = stat.read_text().rpartition(")")[2].split()
            if pid in {int(stat.parent.name), int(fields[1])}:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def batch(formulas: Sequence[str], lines: int) -> Rate:
    """A question of a batch that runs already: as many are asked before."""
    process = subprocess.Popen([*GRADCALC, "batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    moments = []
    for first in (0, lines, 2 * lines):
        moments.append((time.perf_counter(), spent(process.pid)))
        if first < 2 * lines:
            data = "".join(json.dumps(line(formulas, number)) + "\n" for number in range(first, first + lines))
            feeder = threading.Thread(target=feed, args=(process.stdin, data.encode()))
            feeder.start()
            for _ in range(lines):
                process.stdout.readline()
            feeder.join()
    process.communicate()
    (_, (start, before), (stop, after)) = moments
    return Rate((stop - start) / lines, (after - before) / lines)


def feed(pipe: IO[bytes], data: bytes) -> None:
    """Write while the answers are read, so that neither side waits for the other."""
    pipe.write(data)
    pipe.flush()


def loop() -> float:
    """The seconds of a question in a shell loop: a program for each."""

    def cold(number: int) -> float:
        start = time.perf_counter()
        subprocess.run([*GRADCALC, "diff", "sin(x**2)", "--at", str(number)], stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - start

    return min(cold(number) for number in range(1, _COLD + 1))


def main(lines: int = 1000) -> int:
    """Measure, print, and return 1 if a batch is not 50 times as fast as the loop."""
    cold = loop()
    table = Table("what", "a second", "cpu", "times the loop", "at least", "")
    table.add_row("a loop of gradcalc diff", f"{1 / cold:.2f}", "", "1", "", "")
    status = 0
    for what, formulas, wanted in (("the same formulas", _REPEATED, 300), ("distinct formulas", _DISTINCT, 100)):
        rate = batch(formulas, lines)
        times = cold / rate.seconds
        kept = times >= 50
        status |= not kept
        table.add_row(
            f"batch, {what}",
            f"{1 / rate.seconds:.0f}",
            f"{1000 * rate.cpu:.1f} ms",
            f"{times:.0f}",
            f"50 ({wanted} a second on 2 cores)",
            "kept" if kept else "MISSED",
        )
    Console(width=120).print(table)
    Console().print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    return status


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
