"""Steps -> steps: derivatives of a program, written as further steps of it.

Comes in: a `Graph`. Goes out: positions of new steps in it. Imports `language` and this package, no flint.

`gradient` goes backwards once for all variables (reverse mode), `tangent` forwards for one (Griewank and Walther,
Evaluating Derivatives, 2008, chapters 3 and 4); the derivative of a function is a text in its row of the vocabulary.
A contribution that comes through a branch which is not taken is absent, not 0: nothing behind it is computed, as if
the branch did not exist. That these are derivatives, `smoothness` tells: at a kink they are numbers without a meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from gradcalc.engines.certified.graph import (
    BY_ORDER,
    CHAIN,
    ELSE,
    GIVEN,
    LACKING,
    MASK,
    TOTAL,
    WHOLE_POWER,
    Graph,
    Step,
)
from gradcalc.errors import Span
from gradcalc.language import vocabulary
from gradcalc.language.parser import parse
from gradcalc.language.tape import CONDITIONS, NUMBER, VARIABLE, Instruction, Tape
from gradcalc.language.vocabulary.row import ANALYTIC


class Rules(NamedTuple):
    """Which derivative of a function is written: the exact one, or the one that torch computes going backwards."""

    torch: bool = False

    def text(self, row: vocabulary.Function, position: int) -> str:
        """The rule by the argument at `position`; empty where there is none."""
        rules = (self.torch and row.backward) or row.slopes
        return rules[position] if position < len(rules) else ""

    def lacks(self, row: vocabulary.Function) -> bool:
        """Whether the definition of a function is differentiated in its place."""
        if self.torch:
            return not row.torch or not (row.backward or row.slopes)
        return not row.arb


def derivatives(graph: Graph, result: int, wrt: Sequence[str], order: int, rules: Rules) -> list[int | None]:
    """The pure derivatives of this order by each variable; None for one that is 0 whatever the point.

    Raises `OutOfReachError` where there are too many steps.
    """
    return [chain[-1] for chain in successive(graph, result, wrt, order, rules)]


def successive(graph: Graph, result: int, wrt: Sequence[str], order: int, rules: Rules) -> list[tuple[int | None, ...]]:
    """The derivatives of orders 1 to `order` by each variable, each written from the one before; as `derivatives`."""
    chains = []
    for name, first in zip(wrt, gradient(graph, result, wrt, rules), strict=True):
        chain = [first]
        while len(chain) < order:
            chain.append(None if chain[-1] is None else tangent(graph, chain[-1], name, rules))
        chains.append(tuple(chain))
    return chains


def gradient(graph: Graph, result: int, wrt: Sequence[str], rules: Rules) -> list[int | None]:
    """The derivative of `result` by each variable; None where it does not depend on it."""
    leaves = _leaves(graph, wrt)
    found = adjoints(graph, result, set(leaves.values()), rules)
    return [found.get(leaves[name]) if name in leaves else None for name in wrt]


def adjoints(graph: Graph, result: int, sources: set[int], rules: Rules) -> dict[int, int]:
    """The derivative of `result` by each step on the way to one of the `sources`, and by these."""
    active = _active(graph, result, sources)
    handed: dict[int, list[int]] = {result: [graph.number(1)]} if active[result] else {}
    found: dict[int, int] = {}
    back = _Backward(graph, active, rules)
    for node in range(result, -1, -1):
        if node in handed:
            found[node] = back.total(handed.pop(node), node)
            for argument, part in back.step(node, found[node]):
                handed.setdefault(argument, []).append(part)
    return found


def tangent(graph: Graph, result: int, variable: str, rules: Rules) -> int | None:
    """The derivative of `result` by one variable; None where it does not depend on it."""
    leaves = _leaves(graph, [variable])
    if variable not in leaves:
        return None
    active = _active(graph, result, set(leaves.values()))
    needed = _reached(graph, result, active)
    found: dict[int, int] = {leaves[variable]: graph.number(1)}
    forward = _Forward(graph, active, rules, found)
    for node in needed:
        if node not in found and graph.steps[node].op not in CONDITIONS:
            made = forward.step(node)
            if made is not None:
                found[node] = made
    return found.get(result)


def contributions(graph: Graph, result: int, name: str, rules: Rules) -> list[tuple[int, int, int]]:
    """The parts of a derivative by one variable, at each step that it reaches through several operands.

    As position of the step, position of the operand, and position of what comes through that operand.
    """
    leaves = set(_leaves(graph, [name]).values())
    active = _active(graph, result, leaves)
    found = adjoints(graph, result, leaves, rules)
    back = _Backward(graph, active, rules)
    parts: list[tuple[int, int, int]] = []
    for node in sorted(found):
        if sum(active[operand] for operand in graph.steps[node].args) < 2:
            continue
        for operand, part in back.step(node, found[node]):
            moved = tangent(graph, operand, name, rules)
            if moved is not None:
                parts.append((node, operand, graph.add(CHAIN, (part, moved))))
    return parts


def inner(graph: Graph, result: int, name: str) -> list[int]:
    """The steps that `result` is computed from and that change with a variable, without that variable and itself."""
    active = _active(graph, result, set(_leaves(graph, [name]).values()))
    reached = _reached(graph, result, active)
    return [node for node in reached if node != result and graph.steps[node].op not in {VARIABLE, *CONDITIONS}]


class _Derivation:
    """What both directions share: the slope of one step by one of its operands."""

    def __init__(self, graph: Graph, active: Sequence[bool], rules: Rules) -> None:
        self._graph = graph
        self._active = active
        self._rules = rules

    def total(self, parts: list[int], node: int) -> int:
        """The sum of the contributions to a node's derivative; of those that are absent nothing is added."""
        if len(parts) == 1:
            return parts[0]
        return self._graph.add(TOTAL, tuple(parts), str(node), None, self._graph.steps[node].span)

    def _chain(self, part: int, slope: int, span: Span | None) -> int:
        step = self._graph.steps[part]
        if step.op == NUMBER and step.stored == 1:
            return slope
        return self._graph.add(CHAIN, (part, slope), "", None, span)

    def _slope(self, node: int, position: int) -> int:
        """d node / d operand, of a step that is no sum, no branch and no mask."""
        graph, step = self._graph, self._graph.steps[node]
        span = step.span
        match step.op:
            case "mul" | "chain":
                return step.args[1 - position]
            case "div":
                b = step.args[1]
                if position == 0:
                    return graph.add("div", (graph.number(1), b), "", None, span)
                quotient = graph.add("div", (node, b), "", None, span)
                return graph.add("neg", (quotient,), "", None, span)
            case "whole power":
                return self._whole_power(step)
            case "pow":
                return self._power(node, position)
        return _expand(graph, step, position, self._rules)

    def _whole_power(self, step: Step) -> int:
        graph, exponent = self._graph, int(step.text)
        if exponent in {0, 1}:
            return graph.number(exponent)
        base = step.args[0]
        lower = base if exponent == 2 else graph.add(WHOLE_POWER, (base,), str(exponent - 1), None, step.span)
        return graph.add("mul", (graph.number(exponent), lower), "", None, step.span)

    def _power(self, node: int, position: int) -> int:
        graph, step = self._graph, self._graph.steps[node]
        base, exponent = step.args
        span = step.span
        if position == 1:
            if graph.steps[base].op == NUMBER and graph.steps[base].stored == 0:
                return graph.number(0)  # 0**y is 0 for y > 0, and has no value or jumps elsewhere
            return graph.add("mul", (node, graph.add("log", (base,), "", None, span)), "", None, span)
        lower = graph.add("sub", (exponent, graph.number(1)), "", None, span)
        power = graph.add("pow", (base, lower), "", None, span)
        slope = graph.add("mul", (exponent, power), "", None, span)
        # x**0 is 1 everywhere, also where x**-1 has no value.
        zero = graph.add("eq", (exponent, graph.number(0)), "", None, span)
        return graph.add("where", (zero, graph.number(0), slope), "", None, span)


class _Backward(_Derivation):
    def step(self, node: int, adjoint: int) -> list[tuple[int, int]]:
        """What the node hands back to each operand that changes."""
        step = self._graph.steps[node]
        if step.op == "where":
            condition, first, second = step.args
            branches = ((first, ""), (second, ELSE))
            return [
                (operand, self._graph.add(MASK, (condition, adjoint), branch, None, step.span))
                for operand, branch in branches
                if self._active[operand]
            ]
        if step.op == GIVEN:
            return [(step.args[0], adjoint)] if self._active[step.args[0]] else []
        if step.op == MASK:
            condition, operand = step.args
            return [(operand, self._graph.add(MASK, (condition, adjoint), step.text, None, step.span))]
        return [
            (operand, self._part(node, position, adjoint))
            for position, operand in enumerate(step.args)
            if self._active[operand]
        ]

    def _part(self, node: int, position: int, adjoint: int) -> int:
        step = self._graph.steps[node]
        if step.op in {"add", "sub", "neg", TOTAL}:
            negative = step.op == "neg" or (step.op == "sub" and position == 1)
            return self._graph.add("neg", (adjoint,), "", None, step.span) if negative else adjoint
        return self._chain(adjoint, self._slope(node, position), step.span)


class _Forward(_Derivation):
    def __init__(self, graph: Graph, active: Sequence[bool], rules: Rules, found: dict[int, int]) -> None:
        super().__init__(graph, active, rules)
        self._found = found

    def step(self, node: int) -> int | None:
        """The derivative of the node; None where no operand changes."""
        graph, step = self._graph, self._graph.steps[node]
        if step.op == "where":
            return self._where(step)
        if step.op == GIVEN:
            return self._found.get(step.args[0])
        if step.op == MASK:
            condition, part = step.args
            moved = self._found.get(part)
            return None if moved is None else graph.add(MASK, (condition, moved), step.text, None, step.span)
        parts = [
            self._part(node, position, self._found[operand])
            for position, operand in enumerate(step.args)
            if operand in self._found
        ]
        return self.total(parts, node) if parts else None

    def _where(self, step: Step) -> int | None:
        condition, first, second = step.args
        if first not in self._found and second not in self._found:
            return None
        zero = self._graph.number(0)
        branches = (self._found.get(first, zero), self._found.get(second, zero))
        return self._graph.add("where", (condition, *branches), "", None, step.span)

    def _part(self, node: int, position: int, moved: int) -> int:
        step = self._graph.steps[node]
        if step.op in {"add", "sub", "neg", TOTAL}:
            negative = step.op == "neg" or (step.op == "sub" and position == 1)
            return self._graph.add("neg", (moved,), "", None, step.span) if negative else moved
        if step.op == CHAIN and position == 1:
            # Absent where the first factor is: then what moves is behind a branch that is not taken.
            return self._graph.add(CHAIN, (step.args[0], moved), "", None, step.span)
        return self._chain(moved, self._slope(node, position), step.span)


def _leaves(graph: Graph, names: Sequence[str]) -> dict[str, int]:
    wanted = set(names)
    return {step.text: node for node, step in enumerate(graph.steps) if step.op == VARIABLE and step.text in wanted}


def _active(graph: Graph, result: int, leaves: set[int]) -> list[bool]:
    """For each step up to the result whether it changes with one of the leaves."""
    active: list[bool] = []
    for node, step in enumerate(graph.steps[: result + 1]):
        active.append(node in leaves or any(active[i] for i in step.args))
    return active


def _reached(graph: Graph, result: int, active: Sequence[bool]) -> list[int]:
    """The steps that change and that the result is computed from, in order."""
    reached, waiting = {result}, [result]
    while waiting:
        for operand in graph.steps[waiting.pop()].args:
            if active[operand] and operand not in reached:
                reached.add(operand)
                waiting.append(operand)
    return sorted(reached) if active[result] else []


def _expand(graph: Graph, step: Step, position: int, rules: Rules) -> int:
    """Add the rule of a call by one argument."""
    if step.op == BY_ORDER:
        return _by_order(graph, step, position, rules)
    row = vocabulary.find(step.op, len(step.args))
    text = rules.text(row, position)
    if not text:
        reason = f"ball arithmetic has no derivative of {row.name} by {row.names[position]}"
        return graph.add(LACKING, (), reason, None, step.span)
    names = row.names[: len(step.args)]
    if text == ANALYTIC:
        return graph.add(BY_ORDER, step.args, f"{row.name} 1", None, step.span)
    return graph.read(_rule(text, names), _stored, dict(zip(names, step.args, strict=True)), step.span)


def _by_order(graph: Graph, step: Step, position: int, rules: Rules) -> int:
    """Differentiate a derivative by the order: once more by it, or the rule of another argument by the order."""
    name, count = step.text.split()
    if position == 0:
        return graph.add(BY_ORDER, step.args, f"{name} {int(count) + 1}", None, step.span)
    # On leaves of its own, since the operands may depend on each other.
    apart = Graph()
    leaves = tuple(apart.add(VARIABLE, (), f"{name} {place}") for place in range(len(step.args)))
    found: int | None = _expand(apart, Step(name, leaves, "", None, step.span), position, rules)
    for _ in range(int(count)):
        found = None if found is None else tangent(apart, found, f"{name} 0", rules)
    return graph.number(0) if found is None else graph.adopt(apart, found, dict(zip(leaves, step.args, strict=True)))


@cache
def _rule(text: str, names: tuple[str, ...]) -> Tape:
    return parse(text, frozenset(names))


def _stored(step: Instruction) -> int | float | None:
    """The literals of rules are whole numbers, or decimals that are members of every dtype."""
    if step.op != NUMBER:
        return None
    return int(step.text) if step.text.isdigit() else float(step.text)
