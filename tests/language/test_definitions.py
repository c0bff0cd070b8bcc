"""Definitions: a formula written out means what the names meant, and errors point into what was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.errors import ExpressionError, GradcalcError, LimitError, Span, UsageError
from gradcalc.language.definitions import require_acyclic, require_name, write_out
from gradcalc.language.parser import parse
from gradcalc.language.tape import VARIABLE, Tape

DEFINITIONS = {"f": "x + 1", "g": "f*y", "k": "3", "v": "[x, y]", "a": "|x|", "n": "-2", "s": "sin", "c": "g/f"}


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("f", "x + 1"),
        ("2f^2", "2(x + 1)^2"),
        ("x f", "x *(x + 1)"),
        ("pi f", "pi *(x + 1)"),
        ("sin f", "sin (x + 1)"),
        ("sin f^2", "sin ((x + 1)^2)"),
        ("sin 2f", "sin (2(x + 1))"),
        ("sin^2 f^2 y", "sin^2 ((x + 1)^2) y"),
        ("sin x f", "sin x *(x + 1)"),
        ("sin |f|f", "sin (|(x + 1)|)(x + 1)"),
        ("g", "(x + 1)*y"),
        ("c", "((x + 1)*y)/(x + 1)"),
        ("x**k", "x**3"),
        ("2k", "2(3)"),
        ("x**n", "x**(-2)"),
        ("s + 1", "(sin) + 1"),
        ("sum(v) + v[0]", "sum([x, y]) + ([x, y])[0]"),
        ("|a x|", "|(|x|) x|"),
        ("√f", "√(x + 1)"),
        ("f²", "(x + 1)²"),
        ("where(f > 0, f, g)", "where((x + 1) > 0, x + 1, (x + 1)*y)"),
        ("x*y", "x*y"),
    ],
)
def test_a_formula_is_written_out(typed: str, text: str) -> None:
    """With the brackets that keep the meaning, and no others where that is seen at once."""
    assert write_out(typed, DEFINITIONS).text == text


def meaning(tape: Tape) -> list[tuple[str, tuple[int, ...], str]]:
    """A tape without its places."""
    return [(step.op, step.args, step.text) for step in tape.instructions]


def with_bodies(tape: Tape, bodies: dict[str, Tape]) -> list[tuple[str, tuple[int, ...], str]]:
    """The meaning of a tape in which variables stand for other tapes."""
    made: list[tuple[str, tuple[int, ...], str]] = []
    place: list[int] = []
    for step in tape.instructions:
        if step.op == VARIABLE and step.text in bodies:
            start = len(made)
            made += [(s.op, tuple(i + start for i in s.args), s.text) for s in bodies[step.text].instructions]
        else:
            made.append((step.op, tuple(place[i] for i in step.args), step.text))
        place.append(len(made) - 1)
    return made


_PIECES = [
    "f",
    "g",
    "x",
    "y",
    "2",
    "sin",
    "cos",
    "^2",
    "**f",
    "²",
    "!",
    "+",
    "-",
    "*",
    "/",
    "|",
    "(",
    ")",
    " ",
    "√",
    "1/",
]


@given(
    st.lists(st.sampled_from(_PIECES), min_size=1, max_size=10),
    st.sampled_from(["x + 1", "-y", "3", "x", "x y", "sin x"]),
)
def test_what_is_written_out_has_the_meaning_of_the_names(pieces: list[str], body: str) -> None:
    """On the tape: the formula read with `f` and `g` as variables, and the tapes of their formulas put there."""
    typed = "".join(pieces)
    try:
        read = parse(typed, frozenset({"f", "g"}))
    except GradcalcError:
        return
    text = write_out(typed, {"f": body, "g": "x - 2"}).text
    assert meaning(parse(text)) == with_bodies(read, {"f": parse(body), "g": parse("x - 2")})


@pytest.mark.parametrize(
    ("typed", "message", "piece"),
    [
        ("f + sni(x)", "unknown function 'sni'", "sni"),
        ("2*f(x)", "'f' is defined as a formula, which takes no arguments", "f"),
        ("f + ", "the formula ends too early", ""),
        ("f 2", "an operator is missing before this number", "2"),
    ],
)
def test_an_error_points_into_what_was_typed(typed: str, message: str, piece: str) -> None:
    """Also behind a definition that is longer than its name."""
    with pytest.raises(ExpressionError, match=message.replace("(", "\\(")) as caught:
        write_out(typed, DEFINITIONS)
    assert caught.value.source == typed
    assert caught.value.span is not None
    assert typed[slice(*caught.value.span)] == piece


def test_a_piece_of_the_text_leads_back_to_what_was_typed() -> None:
    """Of a definition to its name; what was put in is nothing; the end is the end."""
    written = write_out("2*f + x g + sin f^2", DEFINITIONS)
    assert written.text == "2*(x + 1) + x *((x + 1)*y) + sin ((x + 1)^2)"
    text = written.text

    def typed(piece: str) -> str:
        start = text.index(piece)
        return written.source[slice(*written.typed(Span(start, start + len(piece))))]

    assert typed("2*") == "2*"
    assert typed("+ 1) + x") == "f + x"
    assert typed("(x + 1)*y") == "g"
    assert typed("sin") == "sin"
    assert typed("sin ((x + 1)^2)") == "sin f^2"
    assert typed(text) == written.source
    assert written.typed(Span(len(text), len(text))) == Span(len(written.source), len(written.source))
    assert written.typed(Span(0, 0)) == Span(0, 0)


def test_a_name_of_the_point_is_a_variable() -> None:
    """As everywhere in the language."""
    assert write_out("f*x", {"f": "x + 1"}, frozenset({"f"})).text == "f*x"
    assert write_out("f*e", {"f": "e*y"}, frozenset({"e"})).text == "(e*y)*e"


@pytest.mark.parametrize("name", ["sin", "e", "pi", "π", "E", "tau", "Abs", "Piecewise", "And", "max"])
def test_functions_and_constants_keep_their_meaning(name: str) -> None:
    """They cannot be defined."""
    with pytest.raises(UsageError, match="cannot be defined"):
        require_name(name)


@pytest.mark.parametrize("name", ["", "2f", "f[0]", "f g", "f+g", "x²"])
def test_only_a_name_can_be_defined(name: str) -> None:
    """One, and nothing else."""
    with pytest.raises(UsageError, match="is not a name"):
        require_name(name)


@pytest.mark.parametrize(
    ("name", "formula", "path"),
    [("h", "h + 1", ""), ("f", "g", ": f -> g -> f"), ("x", "c", ": x -> c -> [fg]"), ("f", "2c", ": f -> c -> ")],
)
def test_a_definition_does_not_lead_back_to_itself(name: str, formula: str, path: str) -> None:
    """Neither at once nor by way of others, which are told."""
    with pytest.raises(UsageError, match=f"'{name}' would be defined by itself{path}"):
        require_acyclic(name, formula, DEFINITIONS)


def test_a_definition_may_use_a_name_that_is_defined_later() -> None:
    """It is looked up when it is used."""
    require_acyclic("h", "later + f", DEFINITIONS)
    assert write_out("h", {"h": "later + 1", "later": "x"}).text == "x + 1"


def test_definitions_that_double_meet_the_limit_before_they_are_written() -> None:
    """Thirty of them would be a billion characters."""
    definitions = {f"d{i}": f"d{i - 1} + d{i - 1}" if i else "x" for i in range(30)}
    with pytest.raises(LimitError, match="the limit is 200,000"):
        write_out("d29", definitions)


def test_a_long_chain_of_definitions_needs_no_deep_stack() -> None:
    """Each is another name of the one before."""
    definitions = {f"d{i}": f"d{i - 1}" if i else "x**2" for i in range(5000)}
    assert write_out("d4999", definitions).text == "x**2"
