"""What a line at the prompt means."""

from __future__ import annotations

import pytest

from gradcalc.cli.app import COMMANDS
from gradcalc.cli.prompt import reading
from gradcalc.cli.prompt.reading import FORMULA, is_open, read, statements
from gradcalc.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "verb", "rest"),
    [
        ("x**2", FORMULA, "x**2"),
        ("  x + 1  ", FORMULA, "x + 1"),
        ("-x", FORMULA, "-x"),
        ("diff x**2 --at 3", "diff", "x**2 --at 3"),
        ("gradcalc diff x", "diff", "x"),
        ("$ gradcalc  diff x", "diff", "x"),
        ("$ sin(x)", FORMULA, "sin(x)"),
        ("gradcalc", "help", ""),
        ("gradcalc*x", FORMULA, "gradcalc*x"),
        ("tape", "tape", ""),
        ("tape*x", FORMULA, "tape*x"),
        ("tape * x", FORMULA, "tape * x"),
        ("tape - x", FORMULA, "tape - x"),
        ("tape -x", "tape", "-x"),
        ("tape |x|", "tape", "|x|"),
        ("tape (x)", "tape", "(x)"),
        ("(tape) x", FORMULA, "(tape) x"),
        ("tapes x", FORMULA, "tapes x"),
        ("at x=1", "at", "x=1"),
        ("at -1", "at", "-1"),
        ("at - 1", FORMULA, "at - 1"),
        ("at/2", FORMULA, "at/2"),
        ("let f = x", "let", "f = x"),
        ("let, x", FORMULA, "let, x"),
        ("set", "set", ""),
        ("help diff", "help", "diff"),
        ("?", "help", ""),
        ("? sin", "help", "sin"),
        ("quit", "quit", ""),
        ("exit", "quit", ""),
        ("exit()", "quit", ""),
        ("quit x", FORMULA, "quit x"),
        ("exit*2", FORMULA, "exit*2"),
    ],
)
def test_what_a_line_means(typed: str, verb: str, rest: str) -> None:
    """A word of the prompt or of the program, unless an operator follows; else a formula."""
    assert read(typed) == (verb, rest)


@pytest.mark.parametrize("typed", ["", "   ", "# x**2", "  # x", "$ # x"])
def test_remarks_and_empty_lines_mean_nothing(typed: str) -> None:
    """As in a shell."""
    assert read(typed) is None


def test_no_word_of_the_prompt_hides_a_command() -> None:
    """`help` may become a command of the program, which then says the same."""
    assert reading.WORDS.keys() & COMMANDS.keys() <= {"help"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x\ny", ["x", "y"]),
        ("sin(x\n+ 1)\ny", ["sin(x\n+ 1)", "y"]),
        ("[1,\n2]", ["[1,\n2]"]),
        ("sin(x\n\ny", ["sin(x\n", "y"]),
        ("x)\ny", ["x)", "y"]),
        ("x)((\ny", ["x)((", "y"]),
        ("x + \\\n1\ny", ["x + \n1", "y"]),
        ("sin(x", ["sin(x"]),
        ("", []),
        ("x\r\ny", ["x", "y"]),
    ],
)
def test_where_a_statement_ends(text: str, found: list[str]) -> None:
    """With its line, unless a bracket is open or a backslash is last; an empty line ends it then too."""
    assert statements(text) == found


def test_an_open_bracket_does_not_hold_a_line_beyond_the_limit() -> None:
    """What no formula can be is not waited for."""
    assert is_open("(" * 1000)
    assert not is_open("(" * 200_001)


@pytest.mark.parametrize(
    ("text", "head", "tail"),
    [
        ("x + 1", "x + 1", []),
        ("x + 1 --at 4", "x + 1", ["--at", "4"]),
        ('"x + 1" --at "x=[1, 2]" --strict', "x + 1", ["--at", "x=[1, 2]", "--strict"]),
        ("'x'", "x", []),
        ("x--y", "x--y", []),
        ("--at 4", "", ["--at", "4"]),
    ],
)
def test_options_may_follow_a_formula(text: str, head: str, tail: list[str]) -> None:
    """The formula itself needs no quotes, and may have them."""
    assert reading.formula(text) == (head, tail)


def test_words_are_split_as_a_shell_does() -> None:
    """With quotes; an empty word in quotes is one."""
    assert reading.words("a 'b c' \"d\"") == ["a", "b c", "d"]
    assert reading.words("") == []
    assert reading.words('a ""') == ["a", ""]


def test_a_quote_that_is_never_closed_is_pointed_at() -> None:
    """In a sentence with its place."""
    with pytest.raises(UsageError, match="this quote is never closed") as caught:
        reading.words('x --at "x=1')
    assert caught.value.span == (7, 8)
