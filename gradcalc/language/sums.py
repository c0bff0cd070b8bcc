"""A sum or a mean over the entries of vectors as one formula of an entry: `mean(w*x)` is the mean of `w*x`.

Comes in: a tape, its shapes, and the components to differentiate by. Goes out: a `PerEntry`, whose derivative is that
of the whole under the same sum or mean, since both are linear. What SymPy is asked no longer grows with the vectors.
Imports, of `language`, `lowering`, `shapes`, `tape`, `vocabulary` and the parser.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradcalc.language import vocabulary
from gradcalc.language.lowering import component_names, is_call, unroll
from gradcalc.language.parser import parse
from gradcalc.language.shapes import Shape, infer_shapes
from gradcalc.language.tape import INDEX, VARIABLE, VECTOR, Instruction, Tape

_LINEAR = frozenset({"sum", "mean"})


@dataclass(frozen=True, slots=True)
class PerEntry:
    """A formula that is `reduction`, `sum` or `mean`, of `tape` over `count` entries of the variables `over`.

    tape: the formula of an entry, on numbers alone; the variables `over` stand in it for an entry of theirs. names:
    the variables of the whole.
    """

    tape: Tape
    reduction: str
    over: frozenset[str]
    count: int
    names: frozenset[str]

    def whole(self, expression: str, latex: str) -> tuple[str, str]:
        """The derivative of the whole, from that of an entry, as text and in LaTeX."""
        # Where no entry is left in it, `count` of it are as many times it.
        if self.over & set(parse(expression, self.names).variables):
            return f"{self.reduction}({expression})", rf"\operatorname{{{self.reduction}}}\left({latex}\right)"
        if self.reduction == "mean" or expression == "0":
            return expression, latex
        return f"{self.count}*({expression})", rf"{self.count} \left({latex}\right)"


def per_entry(tape: Tape, shapes: Sequence[Shape], lengths: Mapping[str, Shape], wrt: Sequence[str]) -> PerEntry | None:
    """The formula of an entry; None where it is no sum or mean, entries mix, or one of them is in `wrt`.

    None too where no formula of ours may be the derivative: SymPy then has a number alone, which must be of the whole.
    """
    *steps, last = tape.instructions
    if last.op not in _LINEAR or any(step.op == VECTOR or _reduces(step.op, len(step.args)) for step in steps):
        return None
    indexed = {step.args[0] for step in steps if step.op == INDEX}
    over = {
        step.text
        for node, step in enumerate(steps)
        if step.op == VARIABLE and shapes[node] is not None and node not in indexed
    }
    entries = {name for variable in over for name in component_names(variable, lengths[variable])}
    mixed = any(steps[node].op != VARIABLE or steps[node].text in over for node in indexed)
    count = shapes[last.args[0]]
    if mixed or count is None or entries & set(wrt) or _varies_an_order(steps, wrt):
        return None
    body = Tape(tape.source, tuple(steps), tape.variables)
    of_an_entry = infer_shapes(body, {**lengths, **dict.fromkeys(over)})
    return PerEntry(unroll(body, of_an_entry), last.op, frozenset(over), count, frozenset(tape.variables))


def _varies_an_order(steps: Sequence[Instruction], wrt: Sequence[str]) -> bool:
    """Whether one of `wrt` reaches an argument like the order of a Bessel function, by which few rules are known."""
    wanted = {component.partition("[")[0] for component in wrt}
    reached: list[bool] = []
    for step in steps:
        constant = vocabulary.find(step.op, len(step.args)).constant if is_call(step.op) else ()
        if any(reached[step.args[position]] for position in constant):
            return True
        reached.append(step.text in wanted if step.op == VARIABLE else any(reached[node] for node in step.args))
    return False


def _reduces(op: str, count: int) -> bool:
    return is_call(op) and vocabulary.find(op, count).reduces
