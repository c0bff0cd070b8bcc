"""What the case files cannot show: spans, limits at their edges, nesting in every form, speed."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable

import pytest

from gradcalc.errors import GradcalcError, LimitError, Status
from gradcalc.language import limits
from gradcalc.language.parser import parse
from gradcalc.language.tape import LEAVES, VARIABLE
from tests import cases

# -- spans


@pytest.mark.parametrize(
    ("source", "pieces"),
    [
        ("2*(x + 1)", ["2", "x", "1", "x + 1", "2*(x + 1)"]),
        ("(x + 1)(y)", ["x", "1", "x + 1", "y", "(x + 1)(y)"]),
        ("-x ^ 2", ["x", "2", "x ^ 2", "-x ^ 2"]),
        ("2 ^ -x", ["2", "x", "-x", "2 ^ -x"]),
        ("x² + y!", ["x", "²", "x²", "y", "y!", "x² + y!"]),
        ("x⁻¹", ["x", "⁻¹", "⁻¹", "x⁻¹"]),
        ("| x |", ["x", "| x |"]),
        ("sin (x)", ["x", "sin (x)"]),
        ("sin^2 x", ["x", "sin^2 x", "2", "sin^2 x"]),
        ("log^2( x, 3)", ["x", "3", "log^2( x, 3)", "2", "log^2( x, 3)"]),
        ("sin 2x y", ["2", "x", "2x", "sin 2x", "y", "sin 2x y"]),
        ("√(x + 1)", ["x", "1", "x + 1", "√(x + 1)"]),
        ("[x, y][1]", ["x", "y", "[x, y]", "[x, y][1]"]),
        ("(x)[0]", ["x", "(x)[0]"]),
        ("+(x) + y", ["x", "y", "+(x) + y"]),
        (
            "where(a < b < (c), 1, 2)",
            ["a", "b", "a < b", "c", "b < (c)", "a < b < (c)", "1", "2", "where(a < b < (c), 1, 2)"],
        ),
        ("where(~(x > 0), 1, 2)", ["x", "0", "x > 0", "~(x > 0)", "1", "2", "where(~(x > 0), 1, 2)"]),
        ("1/(2)x", ["1", "2", "1/(2)", "x", "1/(2)x"]),
    ],
)
def test_spans(source: str, pieces: list[str]) -> None:
    """Each instruction's span is its piece of the source, with the brackets of its operands and not its own."""
    tape = parse(source)
    assert [source[step.span.start : step.span.stop] for step in tape.instructions] == pieces


@pytest.mark.parametrize("case", cases.read("readings.txt"), ids=str)
def test_spans_nest(case: cases.Case) -> None:
    """The span of an instruction holds those of its operands; a leaf's span is its text; all are used in order."""
    names = frozenset(case.lines[0].split()[1:]) if case.lines[0].startswith("given ") else frozenset[str]()
    tape = parse(case.inputs[0], names)
    for position, step in enumerate(tape.instructions):
        assert 0 <= step.span.start < step.span.stop <= len(tape.source)
        for node in step.args:
            assert node < position
            inner = tape.instructions[node].span
            assert step.span.start <= inner.start
            assert inner.stop <= step.span.stop
        if step.op == VARIABLE:
            assert tape.source[step.span.start : step.span.stop] == step.text
        assert (step.op in LEAVES) == (not step.args)
    used = {node for step in tape.instructions for node in step.args}
    assert used == set(range(len(tape.instructions) - 1)), "an instruction whose result nobody uses"


def test_variables_in_order_of_appearance() -> None:
    """The tape lists its free names once each, in the order in which they are read."""
    assert parse("b*a + b*c + sin a").variables == ("b", "a", "c")


def test_constant_nodes() -> None:
    """A node is constant where no variable reaches it."""
    assert parse("2*pi*x + exp(1)").constant_nodes() == (True, True, True, False, False, True, True, False)


# -- limits


@pytest.mark.parametrize(
    ("longest", "longer"),
    [
        ("x".ljust(limits.CHARACTERS), "x".ljust(limits.CHARACTERS + 1)),
        ("-x" + "+x" * (limits.INSTRUCTIONS // 2 - 1), "--x" + "+x" * (limits.INSTRUCTIONS // 2 - 1)),
        ("9" * limits.NUMBER_CHARACTERS, "9" * (limits.NUMBER_CHARACTERS + 1)),
        ("x" + "²" * limits.NUMBER_CHARACTERS, "x" + "²" * (limits.NUMBER_CHARACTERS + 1)),
        (f"1e{limits.DECIMAL_EXPONENT}", f"1e{limits.DECIMAL_EXPONENT + 1}"),
        (f"1e-{limits.DECIMAL_EXPONENT}", f"1e-{limits.DECIMAL_EXPONENT + 1}"),
        ("n" * limits.NAME_CHARACTERS, "n" * (limits.NAME_CHARACTERS + 1)),
    ],
    ids=["characters", "instructions", "number", "raised number", "exponent", "negative exponent", "name"],
)
def test_limit_at_its_edge(longest: str, longer: str) -> None:
    """What just fits is read; one more is refused with status 5."""
    parse(longest)
    with pytest.raises(LimitError) as refused:
        parse(longer)
    assert refused.value.status is Status.LIMIT


def test_limits_are_the_contract() -> None:
    """The limits are those that the documentation promises."""
    assert (limits.CHARACTERS, limits.INSTRUCTIONS, limits.NESTING) == (200_000, 120_000, 100)
    assert (limits.NUMBER_CHARACTERS, limits.DECIMAL_EXPONENT, limits.NAME_CHARACTERS) == (60, 5000, 32)


#: What is repeated before and after the innermost operand, and that operand; one repetition is one level.
NESTINGS = {
    "parentheses": ("(", "x", ")"),
    "calls": ("sin(", "x", ")"),
    "calls in sums": ("1 + 2*max(3, ", "x", ")"),
    "bars": ("|", "x", "|"),
    "signs": ("-", "x", ""),
    "powers": ("x**", "x", ""),
    "vectors": ("[1, ", "x", "]"),
    "roots": ("√", "x", ""),
    "bare functions": ("sin ", "x", ""),
    "powers of functions": ("2sin^2(3", "x", ")"),
    "where": ("where(x > 0, ", "x", ", 1)"),
    "Piecewise": ("Piecewise((1 + ", "x", ", x > 0))"),
    "conditions": ("Piecewise((1, 1 < 2 & 1 < 1 + 2*", "x", "), (1, True))"),
}


@pytest.mark.parametrize("form", NESTINGS)
def test_nesting_at_its_edge(form: str) -> None:
    """100 levels are read in every form, also where Python's stack is half used already; 101 are refused."""
    opening, inner, closing = NESTINGS[form]

    def nested(levels: int) -> str:
        return opening * levels + inner + closing * levels

    _from_deep_in_the_stack(400, lambda: parse(nested(limits.NESTING)))
    with pytest.raises(LimitError, match="nested more than 100 deep"):
        parse(nested(limits.NESTING + 1))


def _from_deep_in_the_stack(frames: int, act: Callable[[], object]) -> object:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    try:
        return _deeper(frames, act)
    finally:
        sys.setrecursionlimit(before)


def _deeper(frames: int, act: Callable[[], object]) -> object:
    return _deeper(frames - 1, act) if frames else act()


# -- speed

#: A piece that is repeated to make a long formula; together they exercise every loop of the parser.
REPEATED = {
    "sum": "x+",
    "product without a sign": "x ",
    "ambiguous quotients": "/b c",
    "distinct notes": "+1/2x{}",
    "bars": "|x|",
    "unpaired bars": "a|",
    "factorials": "x !",
    "raised digits": "x ²",
    "bare functions": "sin 2x y ",
    "superfluous signs": "+-x",
    "brackets": "(x)",
    "names": "+v{}",
    "open brackets": "(",
    "equal signs": "=",
    "commas": ",",
    "many indexes": "[0]",
    "comparisons": "<x|",
    "digits": "1",
    "letters": "x",
    "dots": "1.",
    "underscores": "_",
    "raised letters": "xⁿ",
}


@pytest.mark.parametrize("piece", REPEATED)
def test_long_formulas_are_read_or_refused_at_once(piece: str) -> None:
    """A guard against hanging, not a measurement (those are in benchmarks): quadratic growth would take minutes."""
    assert _seconds(_repeat(REPEATED[piece], 40_000)) < 10


def _repeat(piece: str, length: int) -> str:
    count = length // len(piece)
    return "x" + "".join(piece.format(i) for i in range(count))[: length - 1]


def _seconds(source: str) -> float:
    start = time.process_time()
    with contextlib.suppress(GradcalcError):
        parse(source)
    return time.process_time() - start


def test_notes_stay_short() -> None:
    """A note quotes a long source by its beginning, and the same note is given once."""
    notes = parse("1" + "/b c" * 5000).notes
    assert len(notes) < 20
    assert all(len(note.message) < 120 for note in notes)
