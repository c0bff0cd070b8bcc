"""The order of a command line: what is an option, what is a formula, what is wrong."""

from __future__ import annotations

import shlex

import pytest

from gradcalc.cli.arguments import arrange, quoted
from gradcalc.errors import UsageError

KNOWN = {"--at": True, "--wrt": True, "--strict": False, "-h": False, "--help": False}


@pytest.mark.parametrize(
    ("typed", "arranged"),
    [
        ("x --at 3", "--at 3 -- x"),
        ("--at 3 x", "--at 3 -- x"),
        ("-x**2 --at 3", "--at 3 -- -x**2"),
        ("--at -3 -x", "--at -3 -- -x"),
        ("--at=-3 -x", "--at=-3 -- -x"),
        ("-x --strict", "--strict -- -x"),
        ("--strict -- --at 3", "--strict -- --at 3"),
        ("-- -x", "-- -x"),
        ("--at -- x", "--at -- -- x"),
        ("--x**2", "-- --x**2"),
        ("-(-x)", "-- -(-x)"),
        ("-", "-- -"),
        ("-h", "-h --"),
        ("-hx", "-- -hx"),
        ("-at 3", "-- -at 3"),
        ("--at 1 --at 2 x", "--at 1 --at 2 -- x"),
        ("--at= x", "--at= -- x"),
        ("", "--"),
    ],
)
def test_options_come_first_and_formulas_behind_dashes(typed: str, arranged: str) -> None:
    """One leading dash makes no option, so formulas and numbers may be negative anywhere."""
    assert arrange(typed.split(), KNOWN) == arranged.split()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("x --att 4", "no such option --att"),
        ("x --att=4", "no such option --att"),
        ("--x", "no such option --x"),
        ("x --at", "--at needs a value"),
        ("--at --strict x", "--at needs a value"),
        ("--at --wrt=x", "--at needs a value"),
        ("x --strict=1", "--strict takes no value"),
    ],
)
def test_a_wrong_option_is_refused(typed: str, message: str) -> None:
    """With a sentence of our own."""
    with pytest.raises(UsageError) as caught:
        arrange(typed.split(), KNOWN)
    assert caught.value.message == message


@pytest.mark.parametrize("word", ["x", "x+1", "a b", 'say "x"', "$HOME", "`id`", "it's", "!x", "\\", "", "x*y"])
def test_a_quoted_word_reads_back_in_a_shell(word: str) -> None:
    """What a hint shows can be pasted: the standard library's shell splitter reads it back."""
    assert shlex.split(quoted([word])) == [word]
