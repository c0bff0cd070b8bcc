"""What TAB offers, as a function of the words typed; the real shells are in tests/test_completions.py."""

from __future__ import annotations

import pytest

from gradcalc.cli import options
from gradcalc.cli.app import COMMANDS, build
from gradcalc.cli.candidates import FILES, answers, candidates, split, variables
from gradcalc.cli.commands import options_of
from gradcalc.cli.lessons import LESSONS
from gradcalc.cli.topics import TOPICS
from gradcalc.language import vocabulary
from gradcalc.render import FORMATS


def flags(command: str) -> list[str]:
    """The options of a command, as TAB offers them."""
    return [*options_of(build([command]).commands[command]), "--help"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ([], [*COMMANDS, "--version", "--help"]),
        ([""], [*COMMANDS, "--version", "--help"]),
        (["d"], ["diff", "devices", "daemon"]),
        (["c"], ["check", "completion"]),
        (["nothing", ""], []),
        (["diff", ""], []),
        (["diff", "sin"], []),
        (["diff", "--"], flags("diff")),
        (["diff", "x", "--dt"], ["--dtype"]),
        (["diff", "x", ""], flags("diff")),
        (["diff", "x", "--format", "json"], ["json"]),
        (["diff", "x", "--format=m"], ["--format=markdown"]),
        (["diff", "x", "--only", "v"], ["value", "verdict"]),
        (["diff", "x", "--dtype", "f"], ["float64", "float32", "float16"]),
        (["diff", "x", "--device", "c"], ["cpu", "cuda"]),
        (["diff", "x", "--color", ""], ["auto", "always", "never"]),
        (["diff", "x", "--digits", ""], []),
        (["diff", "sin(x)*y", "--wrt", ""], ["x", "y"]),
        (["diff", "sin(x)*y", "--wrt=y"], ["--wrt=y"]),
        (["diff", "--wrt", ""], []),
        (["diff", "--order", "2", "b*a", "--wrt", ""], ["b", "a"]),
        (["diff", "--", "-b*a", "--wrt", ""], ["b", "a"]),
        (["diff", "x*y", "--at", ""], ["x=", "y="]),
        (["diff", "x*y", "--at", "x=1,"], ["x=1,y="]),
        (["diff", "x*y", "--at", "x=1,2,"], ["x=1,2,y="]),
        (["diff", "x*y", "--at", "x=[1,"], []),
        (["diff", "x*y", "--at", "x=1", "--at", ""], ["y="]),
        (["diff", "x*y", "--at=x=1,"], ["--at=x=1,y="]),
        (["functions", "bessel_"], ["bessel_j", "bessel_y", "bessel_i", "bessel_k"]),
        (["functions", "--f"], ["--format"]),
        (["functions", "--format", ""], ["table", "plain", "json"]),
        (["daemon", "st"], ["start", "stop", "status"]),
        (["daemon", "start", "--idle", ""], []),
        (["daemon", "status", "--format", "j"], ["json"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["help", ""], [*COMMANDS, *TOPICS]),
        (["help", "la"], ["language"]),
        (["devices", ""], flags("devices")),
        (["lesson", ""], [*LESSONS, "all"]),
        (["lesson", "--plain", "ch"], ["chain-rule"]),
        (["lesson", "all", ""], flags("lesson")),
        (["lesson", "--format", ""], ["text", "json"]),
        (["tape", ""], []),
        (["check", ""], []),
        (["check", "x*y", ""], []),
        (["check", "x*y", "--"], flags("check")),
        (["check", "x*y", "[y, x]", ""], flags("check")),
        (["check", "x*y", "y", "--wrt", ""], ["x", "y"]),
        (["check", "x*y", "y", "--over", ""], ["x=", "y="]),
        (["check", "x*y", "y", "--over", "x=0..1,"], ["x=0..1,y="]),
        (["check", "x", "1", "--format", "m"], ["markdown"]),
        (["tape", "x*y", "--at", ""], ["x=", "y="]),
        (["tape", "--no-grad", "x*y", "--at", "y=1,"], ["y=1,x="]),
        (["tape", "x", "--retain-graph", ""], ["on", "off"]),
        (["tape", "x", "--backward", ""], []),
        (["tape", "x", "--dtype", ""], ["float64", "float32", "float16", "bfloat16", "int64"]),
        (["logistic", ""], flags("logistic")),
        (["logistic", "--x", "6.7", ""], flags("logistic")),
        (["logistic", "--x", ""], []),
        (["logistic", "--dtype", "i"], []),
        (["logistic", "--csv", ""], [FILES]),
        (["logistic", "--csv", "data/s"], [FILES]),
        (["logistic", "--csv=data/s"], [FILES]),
        (["batch", ""], [FILES]),
        (["batch", "data/q"], [FILES]),
        (["batch", "q.jsonl", ""], flags("batch")),
        (["batch", "--output", "o"], [FILES]),
        (["batch", "--format", ""], ["jsonl", "csv"]),
        (["batch", "--input-format=c"], ["--input-format=csv"]),
        (["batch", "--jobs", ""], []),
    ],
    ids=" ".join,
)
def test_what_is_offered(words: list[str], offered: list[str]) -> None:
    """In the order of the program's own lists, which are asked and not repeated here."""
    assert candidates(words) == offered


@pytest.mark.parametrize("command", FORMATS)
def test_each_command_has_formats_of_its_own(command: str) -> None:
    """`--format` offers what that command renders, and each that is offered is read."""
    offered = candidates([command, "--format", ""])
    assert offered == list(FORMATS[command])
    assert [options.form[command](name) for name in offered] == offered


def test_every_function_is_offered() -> None:
    """All names that a formula may call, aliases included."""
    assert candidates(["functions", ""]) == [*vocabulary.NAMES]


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("sin(x)*y", ["x", "y"]),
        ("sin(x)*(y", ["x", "y"]),
        ("x +", ["x"]),
        ("sni(x) + e*pi", ["sni", "x"]),
        ("'x", ["x"]),
        ("", []),
        ("x₁ + θ", ["x₁", "θ"]),
    ],
)
def test_the_variables_of_a_half_typed_formula(formula: str, names: list[str]) -> None:
    """Read where it can be, else every name in it that is no function and no constant."""
    assert variables(formula) == names


@pytest.mark.parametrize(
    ("line", "words", "quoted"),
    [
        ("gradcalc ", ["gradcalc", ""], False),
        ("gradcalc di", ["gradcalc", "di"], False),
        ('gradcalc diff "a b" --wrt ', ["gradcalc", "diff", "a b", "--wrt", ""], False),
        ("gradcalc diff 'a \"b' c\\ d", ["gradcalc", "diff", 'a "b', "c d"], False),
        ('gradcalc diff "x" --at "x=1,', ["gradcalc", "diff", "x", "--at", "x=1,"], True),
    ],
)
def test_a_half_typed_line_is_split_as_a_shell_does(line: str, words: list[str], quoted: bool) -> None:
    """Quotes hold words together, also one that is still open."""
    assert split(line) == (words, quoted)


def test_bash_gets_what_follows_its_last_word_break() -> None:
    """bash breaks at = and replaces only what is behind it, unless the word is quoted."""
    assert answers("bash", ["gradcalc diff x*y --at x=1,"]) == ["1,y="]
    assert answers("bash", ['gradcalc diff x*y --at "x=1,']) == ["x=1,y="]
    assert answers("bash", ["gradcalc diff x --format=j"]) == ["json"]
    assert answers("fish", ["diff", "x*y", "--at", '"x=1,']) == ["x=1,y="]
    assert answers("zsh", ["diff", "x*y", "--at", "x=1,"]) == ["x=1,y="]
    assert answers("bash", ["gradcalc logistic --csv=a:b"]) == [FILES]
