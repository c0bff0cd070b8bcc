"""The chain rule by hand beside the backward pass of torch: the stages of the model, and one factor a row.

Comes in: a `Model`, its program and the trace of it. Goes out: a `Chain`. A factor by hand is a formula of the
language; torch computes it in the dtype, as the learner's own script would.
Imports `results`, `program`, the language and the torch engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gradcalc.engines import autograd
from gradcalc.language.lowering import component_names
from gradcalc.language.parser import parse
from gradcalc.language.tape import INDEX, VARIABLE
from gradcalc.program import Program
from gradcalc.regression.model import Model, place
from gradcalc.results import Factor, Stage, Value


@dataclass(frozen=True, slots=True)
class Chain:
    """The stages of the forward pass, the factors, and the products by component of the weights and the bias."""

    stages: tuple[Stage, ...]
    factors: tuple[Factor, ...]
    products: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A factor: the derivative of `above` by `node`, as a formula; `place` is the instruction that is the node."""

    above: str
    node: str
    formula: str
    place: int


def chain(model: Model, program: Program, device: str, trace: autograd.Trace) -> Chain:
    """Multiply the factors by hand, from the loss back to the weights and the bias."""
    return _Chain(model, program, device, trace).whole()


class _Chain:
    def __init__(self, model: Model, program: Program, device: str, trace: autograd.Trace) -> None:
        self._model = model
        self._program = program
        self._device = device
        self._trace = trace
        prediction = f"sigmoid({model.z})"
        texts = {"z": model.z, "ŷ": prediction, "c": f"clamp({prediction}, {model.bounds})"}
        self._places = {name: place(trace.tape, text) for name, text in texts.items()}
        found = {name: trace.nodes[node].value for name, node in self._places.items()}
        self._values: dict[str, Value] = program.point | found
        self._names = frozenset(self._values)
        #: What each node hands back to an operand, by the operand; the first of several.
        self._edges = {edge.operand: edge.local for node in reversed(trace.nodes) for edge in reversed(node.edges)}

    def whole(self) -> Chain:
        """Upper factors are of each sample; the products of the lower ones are added up over the samples."""
        factors, products = list[Factor](), dict[str, float]()
        passed: Value = 1.0
        for rule in self._upper():
            factors.append(self._factor(rule, passed, "p*f"))
            passed = factors[-1].product
        for rule in self._lower():
            factors.append(self._factor(rule, passed, "sum(p*f)" if self._model.samples > 1 else "p*f"))
            products |= _components(rule.node, factors[-1].product)
        return Chain(tuple(self._stages()), tuple(factors), products)

    def _stages(self) -> list[Stage]:
        loss = self._model.averaged("-(y*log(c) + (1 - y)*log(1 - c))")
        return [
            Stage("z", self._model.z, self._values["z"]),
            Stage("ŷ", "sigmoid(z)", self._values["ŷ"]),
            Stage("c", f"clamp(ŷ, {self._model.bounds})", self._values["c"]),
            Stage("L", loss, self._trace.nodes[-1].value),
        ]

    def _upper(self) -> list[_Rule]:
        low, _, high = self._model.bounds.partition(", ")
        share = f"/{self._model.samples}" if self._model.samples > 1 else ""
        return [
            _Rule("L", "c", f"(c - y)/(c*(1 - c)){share}", self._places["c"]),
            _Rule("c", "ŷ", f"where({low} <= ŷ <= {high}, 1, 0)", self._places["ŷ"]),
            _Rule("ŷ", "z", "ŷ*(1 - ŷ)", self._places["z"]),
        ]

    def _lower(self) -> list[_Rule]:
        steps = list(enumerate(self._trace.tape.instructions))
        (bias,) = (place for place, step in steps if step.op == VARIABLE and step.text == "b")
        if len(self._model.inputs) > 1:
            entries = {step.text: place for place, step in steps if step.op == INDEX}
            rules = [_Rule("z", f"w[{n}]", name, entries[str(n)]) for n, name in enumerate(self._model.inputs)]
        else:
            (weight,) = (place for place, step in steps if step.op == VARIABLE and step.text == "w")
            rules = [_Rule("z", "w", "x", weight)]
        return [*rules, _Rule("z", "b", "1", bias)]

    def _factor(self, rule: _Rule, passed: Value, product: str) -> Factor:
        by_hand = self._evaluate(rule.formula, self._values, self._names)
        return Factor(
            factor=f"d{rule.above}/d{rule.node}",
            formula=rule.formula,
            hand=by_hand,
            autograd=self._recorded(rule),
            product=self._evaluate(product, {"p": passed, "f": by_hand}, frozenset("pf")),
            node=rule.node,
            adjoint=self._trace.nodes[rule.place].adjoint,
        )

    def _recorded(self, rule: _Rule) -> Value | None:
        """The same factor as torch has it: what it multiplies by on the way to the node."""
        if rule.above == "L":  # several instructions lie between the loss and c, and dL/dL is 1
            return self._trace.nodes[rule.place].adjoint
        derivative = self._edges.get(rule.place)
        if not isinstance(derivative, tuple):
            return derivative
        entries = tuple(entry for entry in derivative if not isinstance(entry, tuple))
        assert len(entries) == len(derivative), "no instruction of the model mixes the entries of a vector"
        return entries

    def _evaluate(self, formula: str, values: Mapping[str, Value], names: frozenset[str]) -> Value:
        tape = parse(formula, names)
        return autograd.evaluate(tape, values, self._program.dtype, self._device)


def _components(node: str, product: Value) -> dict[str, float]:
    if not isinstance(product, tuple):
        return {node: product}
    return dict(zip(component_names(node, len(product)), product, strict=True))
