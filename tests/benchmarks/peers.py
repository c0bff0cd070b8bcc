"""gradcalc beside other calculators on the same ten derivatives: `python -m tests.benchmarks.peers [REPEATS]`.

Comes in: the programs that are installed. Goes out: a table of times and of correct digits on stdout. Each program is
asked for a derivative at a point, one question a process and then all ten in one, in the precision that it gives unless
told otherwise (qalc, which would round to 8 digits, is asked for 20). The truth is computed here by mpmath at 60 digits,
from formulas of its own; the points are exact in binary, so that every program is asked the same.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import mpmath
from rich.console import Console
from rich.table import Table

from gradcalc.cli.app import COMMANDS

GRADCALC = (sys.executable, "-m", "gradcalc")
_DIGITS = 60
_LATE = 120


@dataclass(frozen=True, slots=True)
class Question:
    """A formula as every program reads it, but for the name of the logarithm; its point; and what mpmath takes."""

    formula: str
    at: str
    function: Callable[[Any], Any]

    def truth(self) -> Any:
        """The derivative to some 30 digits more than any program is asked for."""
        with mpmath.workdps(2 * _DIGITS):
            return mpmath.diff(self.function, mpmath.mpf(self.at))


QUESTIONS = (
    Question("sin(x^2)", "4.0", lambda x: mpmath.sin(x**2)),
    Question("x^2*exp(-x)", "1.5", lambda x: x**2 * mpmath.exp(-x)),
    Question("log(x)/x", "2.5", lambda x: mpmath.log(x) / x),
    Question("1/(1+exp(-x))", "0.5", lambda x: 1 / (1 + mpmath.exp(-x))),
    Question("(1-cos(x))/x^2", "0.0001220703125", lambda x: (1 - mpmath.cos(x)) / x**2),
    Question("tanh(x)/x", "3.0", lambda x: mpmath.tanh(x) / x),
    Question("sqrt(1+x^2)", "0.75", lambda x: mpmath.sqrt(1 + x**2)),
    Question("atan(x^3)", "1.25", lambda x: mpmath.atan(x**3)),
    Question("exp(sin(x))", "2.0", lambda x: mpmath.exp(mpmath.sin(x))),
    Question("x^x", "1.75", lambda x: x**x),
)


@dataclass(frozen=True, slots=True)
class Peer:
    """A program, how it is asked, and how its answers are read.

    ask: the command line and standard input for some questions. read: its output as one text of a number a question,
    by the name of what is read. together: whether one process takes several questions.
    """

    name: str
    program: str
    ask: Callable[[Sequence[Question]], tuple[Sequence[str], str]]
    read: Callable[[str], Mapping[str, list[str]]]
    together: bool = True
    alone: bool = True


def _qalc(questions: Sequence[Question]) -> tuple[Sequence[str], str]:
    lines = [f"diff({q.formula.replace('log(', 'ln(')}, x, 1, {q.at})\n" for q in questions]
    settings = ("-s", "angle radians", "-s", "precision 20", "-s", "unicode off", "-s", "color 0")
    return ("qalc", "-t", *settings, "-f", "/dev/stdin"), "".join(lines)


def _maxima(questions: Sequence[Question]) -> tuple[Sequence[str], str]:
    return ("maxima", "--very-quiet"), "".join(f"print(float(at(diff({q.formula},x),x={q.at})))$\n" for q in questions)


def _gp(questions: Sequence[Question]) -> tuple[Sequence[str], str]:
    return ("gp", "-qf"), "".join(f"f(x)={q.formula}\nprint(f'({q.at}))\n" for q in questions)


def _ginsh(questions: Sequence[Question]) -> tuple[Sequence[str], str]:
    return ("ginsh",), "".join(f"evalf(subs(diff({q.formula},x),x=={q.at}));\n" for q in questions)


def _giac(questions: Sequence[Question]) -> tuple[Sequence[str], str]:
    return ("giac", *(f"evalf(subst(diff({q.formula},x),x={q.at}))" for q in questions)), ""


def _diff(questions: Sequence[Question]) -> tuple[Sequence[str], str]:
    (question,) = questions
    command = (*GRADCALC, "diff", question.formula, "--at", question.at, "--timeout", "60", "--format", "json")
    return command, ""


def _batch(questions: Sequence[Question]) -> tuple[Sequence[str], str]:
    lines = [json.dumps({"expression": q.formula, "at": float(q.at)}) + "\n" for q in questions]
    return (*GRADCALC, "batch", "-"), "".join(lines)


def _numbers(output: str) -> Mapping[str, list[str]]:
    """A number a line, in whatever signs and spaces."""
    lines = [line.replace("−", "-").replace(" ", "") for line in output.splitlines()]
    return {"": [line for line in lines if line and not line.startswith("(x)")]}


def _documents(output: str) -> Mapping[str, list[str]]:
    """Our JSON, a document a line or one over several lines: the certified number and torch's."""
    documents = [json.loads(line) for line in output.splitlines()]
    sides = [document["gradient"][0] for document in documents]
    return {
        "certified": [side["certified"]["value"] for side in sides],
        "autograd": [repr(side["autograd"]["value"]) for side in sides],
    }


PEERS = (
    Peer("qalc", "qalc", _qalc, _numbers),
    Peer("maxima", "maxima", _maxima, _numbers),
    Peer("gp (PARI)", "gp", _gp, _numbers),
    Peer("ginsh (GiNaC)", "ginsh", _ginsh, _numbers),
    Peer("giac", "giac", _giac, _numbers),
    Peer("gradcalc diff", sys.executable, _diff, _documents, together=False),
)


def digits(printed: str, truth: Any) -> float:
    """The correct significant digits of a printed number, at most as many as were asked of mpmath."""
    with mpmath.workdps(2 * _DIGITS):
        error = abs((mpmath.mpf(printed) - truth) / truth)
        return float(min(_DIGITS, max(0, -mpmath.log10(error)))) if error else float(_DIGITS)


def run(command: Sequence[str], stdin: str, environ: Mapping[str, str]) -> tuple[float, str]:
    """The wall-clock seconds and the standard output of one process. Raises CalledProcessError."""
    start = time.perf_counter()
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=_LATE, check=True, env={**os.environ, **environ}
    )
    return time.perf_counter() - start, done.stdout


@contextmanager
def warm() -> Iterator[Mapping[str, str]]:
    """A warm process of gradcalc's that is nobody else's, ended afterwards; its environment."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {"XDG_RUNTIME_DIR": folder, "GRADCALC_DAEMON": "on"}
        run((*GRADCALC, "daemon", "start"), "", environ)
        try:
            yield environ
        finally:
            run((*GRADCALC, "daemon", "stop"), "", environ)


def measure(peer: Peer, environ: Mapping[str, str], repeats: int) -> Iterator[tuple[str, ...]]:
    """The rows of the table for one program."""
    single, found = [], dict[str, list[str]]()
    for question in QUESTIONS if peer.alone else ():
        runs = [run(*peer.ask([question]), environ) for _ in range(repeats)]
        single.append(min(seconds for seconds, _ in runs))
        output = runs[-1][1]
        for name, numbers in peer.read(output).items():
            found.setdefault(name, []).extend(numbers)
    whole = [run(*peer.ask(QUESTIONS), environ) for _ in range(repeats if peer.together else 0)]
    found = found or dict(peer.read(whole[-1][1]))
    times = (_seconds(single), _seconds([min(whole)[0]] if whole else []))
    for number, (name, printed) in enumerate(found.items()):
        right = [digits(text, question.truth()) for text, question in zip(printed, QUESTIONS, strict=True)]
        label = f"{peer.name}, {name}" if name else peer.name
        yield (
            label,
            *(times if not number else ("", "")),
            f"{math.floor(min(right))}",
            f"{math.floor(statistics.median(right))}",
        )


def _seconds(times: Sequence[float]) -> str:
    return f"{statistics.median(times):.3f}" if times else "-"


def main(repeats: int = 3) -> int:
    """Measure and print."""
    table = Table("program", "one question, s", "ten in one process, s", "fewest digits", "median digits")
    off = {"GRADCALC_DAEMON": "off"}
    for peer in PEERS:
        if shutil.which(peer.program) is None:
            table.add_row(peer.name, "not installed", "", "", "")
            continue
        for row in measure(peer, off, repeats):
            table.add_row(*row)
    if "daemon" in COMMANDS:
        with warm() as environ:
            for row in measure(Peer("gradcalc diff, warm", "", _diff, _documents, together=False), environ, repeats):
                table.add_row(*row)
    if "batch" in COMMANDS:
        for row in measure(Peer("gradcalc batch", "", _batch, _documents, alone=False), off, repeats):
            table.add_row(*row)
    Console(width=120).print(table)
    Console(width=120).print(
        f"a question's time: the best of {repeats} runs, the median of ten; {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
