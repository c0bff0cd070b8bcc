"""Properties on drawn formulas: printing and reading back, agreement with SymPy's reading, and honesty on any text."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcalc.errors import GradcalcError
from gradcalc.language import vocabulary
from gradcalc.language.parser import parse
from gradcalc.language.point import read_point
from gradcalc.language.tape import Tape
from tests.language.evaluation import evaluate, mp
from tests.language.writing import bracketed, prefix

# -- (a) a tape printed with every bracket reads as itself

_LEAVES = st.sampled_from(["x", "y", "θ₁", "lambda", "2", "0.5", "1e-3", "pi", "e", "tau", "∞"])
_CALLS = [(row.name, len(row.names)) for row in vocabulary.ROWS if row.name != "where"]


def _composed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Formulas, in no particular style, of formulas."""
    pairs = st.tuples(inner, inner)
    comparison = st.builds("({0[0]}) {1} ({0[1]})".format, pairs, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
    condition = comparison | st.builds("({}) & ~({})".format, comparison, comparison)
    condition |= st.builds("({}) | ({})".format, comparison, comparison)
    return st.one_of(
        st.builds("({0[0]}) {1} ({0[1]})".format, pairs, st.sampled_from(["+", "-", "*", "/", "%", "**", ""])),
        st.builds("-({})".format, inner),
        st.builds("({})!".format, inner),
        st.builds("({})²".format, inner),
        inner.map(lambda text: f"abs({text})" if "|" in text else f"|{text}|"),
        st.builds("√({})".format, inner),
        st.builds("sin^2({})".format, inner),
        st.builds("[{0[0]}, {0[1]}][1]".format, pairs),
        st.builds("where({}, {}, {})".format, condition, inner, inner),
        st.builds("Piecewise(({}, {}), ({}, True))".format, inner, condition, inner),
        st.sampled_from(_CALLS).flatmap(
            lambda call: st.lists(inner, min_size=call[1], max_size=call[1]).map(
                lambda arguments: f"{call[0]}({', '.join(arguments)})"
            )
        ),
    )


FORMULAS = st.recursive(_LEAVES, _composed, max_leaves=12)


def _without_spans(tape: Tape) -> list[tuple[Any, ...]]:
    return [(step.op, step.args, step.text) for step in tape.instructions]


@given(source=FORMULAS)
def test_printed_and_read_back(source: str) -> None:
    """Writing a tape with every bracket and reading it gives the same tape, but for the places."""
    tape = parse(source)
    again = parse(bracketed(tape))
    assert prefix(again) == prefix(tape)
    assert set(again.variables) == set(tape.variables)
    assert _without_spans(parse(bracketed(again))) == _without_spans(again)


# -- (b) our reading and SymPy's, on the common subset


class _Drawn:
    """A formula in ordinary notation, with as few brackets as Python's grammar asks for, or more."""

    def __init__(self, text: str, level: int) -> None:
        self.text, self.level = text, level

    def at_least(self, level: int) -> str:
        return self.text if self.level >= level else f"({self.text})"


_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)
_ATOMS = st.sampled_from(["x", "y", "z", "1", "2", "3", "7"]).map(lambda text: _Drawn(text, _ATOM))


def _grown(inner: st.SearchStrategy[_Drawn]) -> st.SearchStrategy[_Drawn]:
    return st.one_of(
        st.builds(
            lambda a, s, b: _Drawn(f"{a.at_least(_SUM)} {s} {b.at_least(_PRODUCT)}", _SUM),
            inner,
            st.sampled_from("+-"),
            inner,
        ),
        st.builds(
            lambda a, s, b: _Drawn(f"{a.at_least(_PRODUCT)}{s}{b.at_least(_SIGN)}", _PRODUCT),
            inner,
            st.sampled_from("*/"),
            inner,
        ),
        st.builds(lambda a: _Drawn(f"-{a.at_least(_SIGN)}", _SIGN), inner),
        st.builds(lambda a, b: _Drawn(f"{a.at_least(_ATOM)}**{b.at_least(_SIGN)}", _POWER), inner, _EXPONENTS),
        st.builds(lambda f, a: _Drawn(f"{f}({a.text})", _ATOM), st.sampled_from(["sin", "exp", "atan", "Abs"]), inner),
    )


_EXPONENTS = st.sampled_from(["2", "3", "-1", "-2", "2**2", "-1**2"]).map(
    lambda text: _Drawn(text, _SIGN if text.startswith("-") else _POWER if "*" in text else _ATOM)
)
ORDINARY = st.recursive(_ATOMS, _grown, max_leaves=8)


@settings(max_examples=60)
@given(drawn=ORDINARY)
def test_reading_agrees_with_sympy(drawn: _Drawn) -> None:
    """A formula in ordinary notation has one value, whether SymPy reads it or we do."""
    sympy_parser = pytest.importorskip("sympy.parsing.sympy_parser")
    # Only text made above reaches SymPy's parser, which runs what it reads.
    theirs = sympy_parser.parse_expr(drawn.text, evaluate=False)
    _compare(theirs, drawn.text)


@settings(max_examples=40)
@given(
    factors=st.lists(st.sampled_from(["2", "x", "y", "(x + 1)", "(y - 3)", "x**2", "sin(x)"]), min_size=2, max_size=4),
    sign=st.sampled_from(["", "-"]),
)
def test_implicit_products_agree_with_sympy(factors: list[str], sign: str) -> None:
    """Factors side by side are a product, as SymPy reads them too, and as `*` would make it."""
    parser = pytest.importorskip("sympy.parsing.sympy_parser")
    names = [factor for factor in factors if factor != "2"]
    # `x (y - 3)` is a call in our language, so brackets come first here.
    text = sign + "2 " + " ".join(sorted(names, key=lambda factor: not factor.startswith("(")))
    transformations = (*parser.standard_transformations, parser.implicit_multiplication)
    theirs = parser.parse_expr(text, transformations=transformations, evaluate=False)
    _compare(theirs, text)


def _compare(theirs: Any, ours: str) -> None:
    """Evaluate both at rational points, to 30 digits where they are defined."""
    sympy = pytest.importorskip("sympy")
    for x, y, z in (
        (Fraction(3, 7), Fraction(5, 4), Fraction(-2, 3)),
        (Fraction(-9, 8), Fraction(1, 6), Fraction(7, 5)),
    ):
        numbers = {"x": x, "y": y, "z": z}
        at = {sympy.Symbol(name): sympy.Rational(value.numerator, value.denominator) for name, value in numbers.items()}
        expected = theirs.subs(at).evalf(40)
        if not expected.is_Float and not expected.is_Rational:
            continue
        if abs(expected) > 10**50 or (expected != 0 and abs(expected) < 10**-20):
            continue
        point = {name: mp.mpf(value.numerator) / value.denominator for name, value in numbers.items()}
        try:
            value = evaluate(parse(ours), point)
        except ZeroDivisionError:
            continue
        assert mp.almosteq(value, mp.mpf(str(expected)), rel_eps=1e-30, abs_eps=1e-25), ours


PYTHON_GRAMMAR = [
    "-2**2", "2**-1", "2**-1**2", "2**3**2", "-2**-2", "2*-3", "2/-3*4", "2/3/4", "2-3-4", "2-3*4+5", "7 % 3*2", "7*5 % 3",
    "-7 % 3", "7 % -3", "--2", "-+-2", "2**2*3", "2*3**2", "(2+3)*4", "1e1-2", "2**-2*3", "-3*-4", "10/4*3", "2 - -3",
]  # fmt: skip


@pytest.mark.parametrize("source", PYTHON_GRAMMAR)
def test_precedence_is_pythons(source: str) -> None:
    """Numbers and operators that Python has too have Python's value; the text stands in this file."""
    assert mp.almosteq(evaluate(parse(source), {}), mp.mpf(eval(source)), rel_eps=1e-15)  # noqa: S307 - a literal of ours


# -- (c) any text is read, or refused with a place inside it

_LANGUAGE = "xyeπθ₁²³⁻ⁿ0123456789.+-−*×·/÷%^!()[]|&~√∞<>=≤≠, \t\n'\"{}_#\\"
_WORDS = [
    "sin",
    "cos ",
    "sin^2 ",
    "sin^-1 ",
    "log(",
    "max(",
    "where(",
    "Piecewise((",
    "True",
    "and",
    "not ",
    "**",
    "==",
    "<=",
    "pi",
    "x[0]",
    "1/2x",
    "||",
    "1e5",
    "2.",
]


def _is_honest(source: str) -> None:
    start = time.process_time()
    try:
        tape = parse(source)
    except GradcalcError as error:
        assert error.message
        if error.span is not None:
            assert error.source == source
            assert 0 <= error.span.start <= error.span.stop <= len(source)
    else:
        assert tape.source == source
        for step in tape.instructions:
            assert 0 <= step.span.start < step.span.stop <= len(source)
        for note in tape.notes:
            assert note.span is None or 0 <= note.span.start < note.span.stop <= len(source)
    assert time.process_time() - start < 1


@settings(max_examples=400)
@given(source=st.text(alphabet=_LANGUAGE, max_size=60))
def test_any_text_of_our_characters(source: str) -> None:
    """Characters of the language in any order."""
    _is_honest(source)


@settings(max_examples=400)
@given(pieces=st.lists(st.sampled_from(_WORDS) | st.sampled_from(list(_LANGUAGE)), max_size=25))
def test_any_sequence_of_our_words(pieces: list[str]) -> None:
    """Words of the language in any order."""
    _is_honest("".join(pieces))


@given(source=st.text(st.characters(codec=None), max_size=40))
def test_any_text_at_all(source: str) -> None:
    """Any Unicode text, lone surrogates included."""
    _is_honest(source)


@settings(max_examples=200)
@given(source=st.text(alphabet=_LANGUAGE, max_size=40) | st.text(max_size=20))
def test_any_point(source: str) -> None:
    """Any text after --at is read, or refused with a place inside it."""
    try:
        read_point([source])
    except GradcalcError as error:
        if error.span is not None:
            assert error.source == source
            assert 0 <= error.span.start <= error.span.stop <= len(source)


@settings(max_examples=60)
@given(source=FORMULAS, cut=st.integers(0, 200))
def test_any_formula_cut_short(source: str, cut: int) -> None:
    """A good formula that loses its end, or its beginning."""
    _is_honest(source[:cut])
    _is_honest(source[cut:])
