"""Functions -> what decides in them, so that points on either side of it can be looked for.

Comes in: a graph of steps and positions. Goes out: positions of steps at whose zeros something turns: a condition, a
kink, a jump, an edge of a domain. Imports this package, no flint.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from gradcalc.engines.certified.graph import Graph, Step, is_row
from gradcalc.language import vocabulary
from gradcalc.language.tape import COMPARISONS, NUMBER, VARIABLE

_DIFFERENCES = frozenset(COMPARISONS) | {"max", "min"}
_KINKED = frozenset("abs sign floor ceil round trunc".split())
_SMOOTH = "all real numbers"


def deciding(graph: Graph, functions: Iterable[int], *, domains: bool) -> list[int]:
    """The differences that conditions and kinks depend on, each once; with `domains` what these depend on too."""
    found: dict[int, None] = {}
    for node in sorted(_reached(graph, functions)):
        step = graph.steps[node]
        if step.op in _DIFFERENCES:
            found[graph.add("sub", step.args)] = None
        elif step.op in _KINKED or (domains and _is_partial(step)):
            found |= dict.fromkeys(step.args)
    constant = _constant(graph)
    return [node for node in found if not constant[node]]


def _is_partial(step: Step) -> bool:
    """Whether an operation has no value for some operands."""
    if not is_row(step):
        return step.op in {"div", "pow"}
    return vocabulary.find(step.op, len(step.args)).domain != _SMOOTH


def literals(graph: Graph, functions: Iterable[int]) -> list[Fraction]:
    """The numbers that stand in the functions."""
    steps = (graph.steps[node] for node in _reached(graph, functions))
    return sorted({Fraction(step.stored) for step in steps if step.op == NUMBER and step.stored is not None})


def _reached(graph: Graph, functions: Iterable[int]) -> set[int]:
    reached: set[int] = set()
    waiting = list(functions)
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting.extend(graph.steps[node].args)
    return reached


def _constant(graph: Graph) -> list[bool]:
    constant: list[bool] = []
    for step in graph.steps:
        constant.append(step.op != VARIABLE and all(constant[i] for i in step.args))
    return constant
