"""One JSON document, schema 1. `--digits` has no effect. Imports `results` and modules of `render`."""

from __future__ import annotations

from collections.abc import Mapping

from gradcalc.render import View, documents
from gradcalc.results import SCHEMA, Node, Operand, Pass, Recording, Refusal, Value


def render(recording: Recording, view: View) -> str:
    """The answer as one line of JSON."""
    document = {
        "schema": SCHEMA,
        "command": recording.command,
        "expression": recording.expression,
        "at": documents.point(recording.at),
        "dtype": recording.dtype,
        "device": recording.device,
        "nodes": [_node(node) for node in recording.nodes],
        "backward": list(recording.backward),
        "calls": [_call(call, grads) for call, grads in enumerate(recording.grads, 1)],
        "explanation": recording.explanation,
        "refusal": None if recording.refusal is None else _refusal(recording.refusal),
        "notes": list(recording.notes),
    }
    return documents.dump(document, view)


def _call(call: int, grads: Mapping[str, Value | None]) -> documents.Record:
    return {
        "call": call,
        "grad": [documents.with_values({"wrt": name}, {"value": grad}) for name, grad in grads.items()],
    }


def _node(node: Node) -> documents.Record:
    head = {
        "node": node.number,
        "source": node.source,
        "span": list(node.span),
        "operation": node.operation,
        "operands": [_operand(operand) for operand in node.operands],
        "grad_fn": node.grad_fn,
    }
    seen = documents.with_values(head, {"value": node.value, "adjoint": node.adjoint})
    return seen | {"passes": [_pass(step) for step in node.passes]}


def _operand(operand: Operand) -> documents.Record:
    if operand.node is not None:
        return {"node": operand.node}
    return documents.with_values({"literal": operand.literal}, {"value": operand.value})


def _pass(step: Pass) -> documents.Record:
    return documents.with_values({"node": step.node}, {"derivative": step.derivative, "adds": step.adds})


def _refusal(refusal: Refusal) -> documents.Record:
    return {
        "call": refusal.call,
        "error": refusal.error,
        "message": refusal.message,
        "explanation": refusal.explanation,
        "remedy": refusal.remedy,
    }
