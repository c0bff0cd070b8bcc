"""Rewriting keeps the meaning: definitions in place of calls, numbers in place of vectors."""

from __future__ import annotations

import pytest

from gradcalc.errors import LimitError
from gradcalc.language import vocabulary
from gradcalc.language.lowering import component_names, inline, is_call, unroll
from gradcalc.language.parser import parse
from gradcalc.language.shapes import infer_shapes
from gradcalc.language.tape import INDEX, VECTOR, Tape
from tests import oracle
from tests.language.evaluation import evaluate, mp

DEFINED = [row for row in vocabulary.ROWS if row.definition]


def _name(row: vocabulary.Function) -> str:
    return row.signature


def _call(row: vocabulary.Function) -> Tape:
    """The row called with its own parameters."""
    return parse(f"{row.name}({', '.join(row.names)})", frozenset(row.names))


@pytest.mark.parametrize("row", DEFINED, ids=_name)
def test_definition_reads(row: vocabulary.Function) -> None:
    """A definition is a formula of the row's parameters and of nothing else, without notes."""
    tape = parse(row.definition, frozenset(row.names))
    unknown = set(tape.variables) - set(row.names)
    assert not unknown, f"{row.signature}: its definition uses {unknown}, which are not its parameters"
    assert not tape.notes, f"{row.signature}: write its definition without ambiguity, {tape.notes[0].message}"


@pytest.mark.parametrize("row", DEFINED, ids=_name)
def test_definition_has_no_cycle(row: vocabulary.Function) -> None:
    """Definitions lead to functions without one, whatever an engine lacks."""
    tape = inline(_call(row), lambda lacking: bool(lacking.definition))
    left = [step.op for step in tape.instructions if is_call(step.op)]
    for step in tape.instructions:
        if is_call(step.op):
            assert not vocabulary.find(step.op, len(step.args)).definition, f"{row.signature} still needs {left}"


@pytest.mark.parametrize("row", [row for row in DEFINED if row.samples], ids=_name)
def test_definition_means_the_function(row: vocabulary.Function) -> None:
    """A row's definition and the row itself have the same value at its samples, by 50-digit arithmetic."""
    tape = inline(_call(row), lambda lacking: bool(lacking.definition))
    for sample in row.samples:
        at = dict(zip(row.names, map(mp.mpf, sample), strict=True))
        told, truth = evaluate(tape, at), oracle.value(row.name, sample)
        assert mp.almosteq(told, truth, rel_eps=1e-30), (
            f"{row.signature}: definition gives {told} at {sample}, not {truth}"
        )


def test_inline_keeps_what_an_engine_has() -> None:
    """Only the rows that are lacked are replaced, and spans stay those of the call."""
    tape = parse("1 + sigmoid(x)*gelu(x)")
    rewritten = inline(tape, lambda row: row.name == "sigmoid")
    operations = {step.op for step in rewritten.instructions}
    assert "gelu" in operations
    assert "sigmoid" not in operations
    call = next(step.span for step in tape.instructions if step.op == "sigmoid")
    assert sum(step.span == call for step in rewritten.instructions) > 3
    assert inline(tape, lambda _: False) == tape


def test_inline_shares_arguments() -> None:
    """An argument that a definition uses twice is computed once, so that nesting does not double the work."""
    source = "x"
    for _ in range(50):
        source = f"silu({source})"
    assert len(inline(parse(source), lambda _: True).instructions) < 500


VECTOR_FORMULAS = [
    "sum(x**2) + y",
    "mean(x)*prod(x)",
    "max(x) - min(x)",
    "max(x, 1)[0] + min(x, y)[2]",
    "norm(x - 1)",
    "dot(x, x + y)",
    "var(x) + std(2x)",
    "logsumexp(x*y)",
    "softmax(x)[1]",
    "x[0]",
    "[x[2], x[1], y][0]",
    "dot(softmax(x), sin(x))",
    "x[0]*x[1] - x[2]",
    "sum(where(x > 1, x, y))",
    "sum([x[0], y, 3]*x)",
    "sum([y, 2])*[x[1], 4][0]",
    "sum(atan2(x, y)) + sum(-x)",
    "sum(|x|!)",
    "(x + [1, 2, 3])[1]^2",
    "sum(where((x > 0) & ~(x > 1) | (x == y), 1, x))",
]


@pytest.mark.parametrize("source", VECTOR_FORMULAS)
def test_unroll_keeps_the_value(source: str) -> None:
    """A program written out on numbers has the value of the one on vectors."""
    tape = parse(source)
    vector, number = [mp.mpf("0.5"), mp.mpf("1.75"), mp.mpf("3.25")], mp.mpf("0.75")
    shapes = infer_shapes(tape, {"x": 3, "y": None})
    written_out = unroll(tape, shapes)
    assert not any(step.op in {VECTOR, INDEX} for step in written_out.instructions)
    assert set(written_out.variables) <= {"x[0]", "x[1]", "x[2]", "y"}
    at = {"y": number, **dict(zip(component_names("x", 3), vector, strict=True))}
    truth = evaluate(tape, {"x": vector, "y": number})
    assert mp.almosteq(evaluate(written_out, at), truth, rel_eps=1e-40)


@pytest.mark.parametrize("row", [row for row in vocabulary.ROWS if row.reduces], ids=_name)
def test_each_reduction_unrolls(row: vocabulary.Function) -> None:
    """Each row that takes a vector has an unrolling, and one on a single entry where its domain allows it."""
    tape = parse(f"{row.name}({', '.join(row.names)})")
    for length in (1, 4) if "two" not in row.domain else (2, 4):
        shapes = infer_shapes(tape, dict.fromkeys(row.names, length))
        written_out = unroll(tape, shapes)
        assert written_out.instructions, f"{row.signature}: add its unrolling to language/rewriting.py"
        values = {name: [mp.mpf(i + 1) / 3 for i in range(length)] for name in row.names}
        at = {f"{name}[{i}]": entry for name, entries in values.items() for i, entry in enumerate(entries)}
        truth = evaluate(tape, values)
        last = truth[-1] if isinstance(truth, list) else truth
        assert mp.almosteq(evaluate(written_out, at), last, rel_eps=1e-40)


def test_unroll_leaves_numbers_alone() -> None:
    """A tape without vectors is returned as it is."""
    tape = parse("x*y + sin(x)")
    assert unroll(tape, infer_shapes(tape, {"x": None, "y": None})) is tape


def test_unroll_is_bounded() -> None:
    """A program that is too long on numbers is refused, before the memory goes."""
    tape = parse("+".join(["sum(x)"] * 1000))
    with pytest.raises(LimitError, match="written out"):
        unroll(tape, infer_shapes(tape, {"x": 100_000}))
