"""A conversation without a terminal: the command lines that statements become, and what is remembered."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest

from gradcalc.cli.app import run
from gradcalc.cli.prompt.conversation import Conversation
from gradcalc.cli.prompt.settings import SETTINGS, Settings
from gradcalc.console import Console
from gradcalc.errors import DeviceError, ExpressionError, GradcalcError, PointError, Span, Status, UsageError


class Talk:
    """A conversation whose command lines are kept and not run."""

    def __init__(self, *statements: str, error: GradcalcError | None = None) -> None:
        self.asked: list[list[str]] = []
        self.error = error
        self.stdout, self.stderr = io.StringIO(), io.StringIO()
        self.conversation = Conversation(self._run, Settings())
        for statement in statements:
            self.say(statement)

    def say(self, statement: str) -> str:
        """What a statement prints."""
        before = len(self.stdout.getvalue())
        self.conversation.answer(statement, Console(self.stdout, self.stderr, {}))
        return self.stdout.getvalue()[before:]

    def last(self) -> str:
        """The last command line."""
        return " ".join(self.asked[-1])

    def _run(self, tokens: Sequence[str], _: Console) -> Status:
        self.asked.append(list(tokens))
        if self.error is not None:
            raise self.error
        return Status.OK


@pytest.mark.parametrize(
    ("statements", "command"),
    [
        (["x**2"], "diff -- x**2"),
        (["at x=2", "x**2"], "diff --at x=2 -- x**2"),
        (["at 2", "x**2"], "diff --at 2 -- x**2"),
        (["at 1,2,3", "mean(x)"], "diff --at [1,2,3] -- mean(x)"),
        (["at x=1,2", "sum(x)"], "diff --at x=[1,2] -- sum(x)"),
        (["at x=pi/4,y=1", "x*y"], "diff --at x=pi/4 --at y=1 -- x*y"),
        (["at x=2,y=1", "at y=3", "x*y"], "diff --at x=2 --at y=3 -- x*y"),
        (["at x=2,y=1", "x**2"], "diff --at x=2 -- x**2"),
        (["at x=2", "z"], "diff -- z"),
        (["at x=2", "2 + 3"], "diff --at x=2 -- 2 + 3"),
        (["at 2", "2 + 3"], "diff -- 2 + 3"),
        (["at 2", "at x=3", "x"], "diff --at x=3 -- x"),
        (["at x=2", "at 4", "x"], "diff --at 4 -- x"),
        (["at x=2,y=1", "at y=", "x*y"], "diff --at x=2 -- x*y"),
        (["at x=2", "at clear", "x"], "diff -- x"),
        (["at x=2", "x --at 3"], "diff --at 3 -- x"),
        (["at x=2", "x --at=x=3"], "diff --at=x=3 -- x"),
        (["at e=2", "e*x"], "diff --at e=2 -- e*x"),
        (["x + 1 --at 4 --order 2"], "diff --at 4 --order 2 -- x + 1"),
        (["diff x + 1 --at 4"], "diff --at 4 -- x + 1"),
        (["diff --at 4 x + 1"], "diff --at 4 -- x + 1"),
        (["tape x - 1 --at 2 --no-grad"], "tape --at 2 --no-grad -- x - 1"),
        (["tape -x --at 2"], "tape --at 2 -- -x"),
        (["at x=2", 'tape "x**2" --format tree'], "tape --format tree --at x=2 -- x**2"),
        (["let f = sin(x)", "f*x"], "diff -- (sin(x))*x"),
        (["let f = sin(x)", "let g = f**2", "let f = cos(x)", "g"], "diff -- (cos(x))**2"),
        (["let f = x + 1", "at x=2", "tape 2f"], "tape --at x=2 -- 2(x + 1)"),
        (["let f = x + 1", "f --at f=2"], "diff --at f=2 -- f"),
        (["let f = x", "let f =", "f"], "diff -- f"),
        (["let f = x", "let clear", "f"], "diff -- f"),
        (["logistic --x 1 --y 0"], "logistic --x 1 --y 0"),
        (["at x=2", "logistic --x 1 --y 0"], "logistic --x 1 --y 0"),
        (["functions abs"], "functions abs"),
        (["set dtype float32", "x"], "diff --dtype float32 -- x"),
        (["set dtype=float32", "set order 2", "x"], "diff --dtype float32 --order 2 -- x"),
        (["set --dtype float32", "logistic --x 1 --y 0"], "logistic --dtype float32 --x 1 --y 0"),
        (["set dtype float32", "x --dtype float16"], "diff --dtype float16 -- x"),
        (["set order 2", "tape x --at 1"], "tape --at 1 -- x"),
        (["set format latex", "x"], "diff --format latex -- x"),
        (["set format latex", "tape x --at 1"], "tape --at 1 -- x"),
        (["set format json", "functions"], "functions --format json"),
        (["set format json", "x --only value"], "diff --only value -- x"),
        (["set format json", "lesson vector"], "lesson --format json vector"),
        (["set digits 20", "set timeout 5", "x"], "diff --digits 20 --timeout 5 -- x"),
        (["set digits 20", "set digits =", "x"], "diff -- x"),
        (["set digits 20", "set clear", "x"], "diff -- x"),
        (["help diff"], "diff --help"),
        (["help sinc"], "functions sinc"),
        (["help language"], "help language"),
        (["help dif"], "help dif"),
        (["help logistic"], "logistic --help"),
        (["diff --help"], "diff --help"),
        (["let f = x", "diff --help f"], "diff --help f"),
        (["--version"], "--version"),
        (["gradcalc --help"], "--help"),
    ],
    ids="; ".join,
)
def test_the_command_line_that_a_statement_becomes(statements: list[str], command: str) -> None:
    """With the point and the settings that it can use, and without names."""
    assert Talk(*statements).last() == command


@pytest.mark.parametrize(
    ("statements", "shown"),
    [
        (["at"], "no point is set; write at x=2\n"),
        (["at x=2,y=pi/4", "at"], "at x=2,y=pi/4\n"),
        (["at 1,2", "at"], "at [1,2]\n"),
        (["let"], "nothing is defined; write let f = sin(x**2)\n"),
        (["let f = x ** 2", "let g=f", "let"], "f = x ** 2\ng = f\n"),
        (["let f = x**2", "let f"], "f = x**2\n"),
        (["set dtype float32", "set dtype"], "dtype  float32\n"),
        (
            ["help at"],
            "at  The point: at x=2,y=1, or at 4, or at x=1,2,3; at x= forgets x, at clear all, at alone shows it.\n",
        ),
        (["# a remark"], ""),
    ],
    ids="; ".join,
)
def test_what_the_words_of_the_prompt_show(statements: list[str], shown: str) -> None:
    """What is shown of the point and of definitions can be typed again."""
    *before, last = statements
    assert Talk(*before).say(last) == shown


def test_set_shows_every_setting_with_its_value() -> None:
    """Those that were set and the defaults."""
    lines = dict(line.split(maxsplit=1) for line in Talk("set order 3").say("set").splitlines())
    assert lines.keys() == SETTINGS.keys()
    assert lines["order"] == "3"
    assert lines["dtype"] == "float64"


def test_help_lists_the_words_and_the_commands() -> None:
    """All of them."""
    shown = Talk().say("help")
    for word in ("at", "let", "set", "help", "quit", "diff", "tape", "logistic", "functions"):
        assert f"\n{word} " in shown


@pytest.mark.parametrize(
    ("statements", "kind", "message", "hint"),
    [
        (["at x=sni(1)"], PointError, "unknown function 'sni'", "did you mean sin"),
        (["at x=1/0"], PointError, "x = 1/0 is not a number", ""),
        (["at 1e400"], PointError, "beyond the largest float64", ""),
        (["at x=1,x=2"], PointError, "'x' is given a value twice", "write at x=1,y=2 for two variables, at 1,2"),
        (["at x=1 y=2"], PointError, "", ""),
        (["at y="], UsageError, "'y' has no value", ""),
        (["let f = x", "at f=1"], PointError, "'f' is defined as a formula", "let f = forgets"),
        (["at f=1", "let f = x"], UsageError, "'f' has a value at the point", "at f= forgets"),
        (["let g"], UsageError, "'g' is not defined", ""),
        (["let speed = x", "let sped"], UsageError, "'sped' is not defined", "did you mean speed?"),
        (["let g ="], UsageError, "'g' is not defined", ""),
        (["let sin = x"], UsageError, "'sin' is a function", "another name"),
        (["let pi = 3"], UsageError, "'pi' is a constant", "another name"),
        (["let at = 3"], UsageError, "'at' is a word of the prompt", "another name"),
        (["let tape = 3"], UsageError, "'tape' is a word of the prompt", "another name"),
        (["let f(x) = x**2"], UsageError, "a definition takes no arguments", "write let f = ..."),
        (["let 2f = x"], UsageError, "'2f' is not a name", "write let f"),
        (["let f == x"], UsageError, "a definition is written with one '='", "let f = ..."),
        (["let f = x > 0"], ExpressionError, "a comparison is not a number", ""),
        (["let f = f + 1"], UsageError, "'f' would be defined by itself", ""),
        (["let f = g", "let g = f"], UsageError, "'g' would be defined by itself: g -> f -> g", ""),
        (["x = 3"], ExpressionError, "'=' has no meaning", "write let x = 3 to define x, or at x=3"),
        (["set dtyp float32"], UsageError, "there is no setting 'dtyp'", "did you mean dtype?"),
        (["set quux 1"], UsageError, "there is no setting 'quux'", "what can be set: dtype"),
        (["set dtype flaot32"], DeviceError, "unknown dtype 'flaot32'", "did you mean float32"),
        (["set order 11"], UsageError, "--order takes a whole number", ""),
        (["set format yaml"], UsageError, "unknown format 'yaml'", "choose one of table"),
        (["repl"], UsageError, "this is the prompt already", ""),
        (["diff - --at 3"], UsageError, "standard input belongs to the prompt", "in place of -"),
        (["-"], UsageError, "standard input belongs to the prompt", "in place of -"),
        (["logistic --csv -"], UsageError, "standard input belongs to the prompt", ""),
        (["logistic --csv=-"], UsageError, "standard input belongs to the prompt", "write the file in place of -"),
        (["batch -"], UsageError, "standard input belongs to the prompt", "write the file in place of -"),
        (["batch"], UsageError, "standard input belongs to the prompt", "write batch FILE"),
        (["batch --jobs 2 --output out"], UsageError, "standard input belongs to the prompt", "write batch FILE"),
        (['diff "x --at 3'], UsageError, "this quote is never closed", ""),
        (["at x=1", "2*sni(x) --only certified"], ExpressionError, "unknown function 'sni'", "did you mean sin"),
        (["let f = x", "f(2)"], ExpressionError, "'f' is defined as a formula", "write f*(...)"),
    ],
    ids=str,
)
def test_mistakes(statements: list[str], kind: type[GradcalcError], message: str, hint: str) -> None:
    """A sentence and a hint, and nothing is remembered of them."""
    *before, last = statements
    talk = Talk(*before)
    known = (
        dict(talk.conversation.point),
        dict(talk.conversation.definitions),
        dict(talk.conversation.settings.changed()),
    )
    with pytest.raises(kind) as caught:
        talk.say(last)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert "--at" not in caught.value.hint
    assert (talk.conversation.point, talk.conversation.definitions, talk.conversation.settings.changed()) == known


@pytest.mark.parametrize(
    ("piece", "shown"), [("sqrt(x)", "f"), ("sqrt(x)) + sum", "f + sum"), ("sum(x)", "sum(x)"), ("x)", "f")]
)
def test_an_error_of_the_engines_points_into_what_was_typed(piece: str, shown: str) -> None:
    """The formula that they got is longer than the line."""
    typed, written = "2*f + sum(x)", "2*(sqrt(x)) + sum(x)"
    start = written.index(piece)
    talk = Talk("let f = sqrt(x)", error=ExpressionError("what", source=written, span=Span(start, start + len(piece))))
    with pytest.raises(ExpressionError, match="what") as caught:
        talk.say(typed)
    assert talk.asked[-1][-1] == written
    assert caught.value.source == typed
    assert caught.value.span is not None
    assert typed[slice(*caught.value.span)] == shown


def test_an_error_in_a_definition_points_at_its_name() -> None:
    """By the program itself: a sum of a number."""
    conversation, console = Conversation(run, Settings()), Console(io.StringIO(), io.StringIO(), {})
    conversation.answer("let f = sum(x)", console)
    with pytest.raises(ExpressionError, match="sum takes a vector") as caught:
        conversation.answer("1 + f --at x=1", console)
    assert (caught.value.source, caught.value.span) == ("1 + f", (4, 5))


def test_a_misspelt_command_is_noted() -> None:
    """It is a product all the same; words that are known variables are left alone."""
    talk = Talk("dif x")
    assert talk.last() == "diff -- dif x"
    assert talk.stderr.getvalue() == "gradcalc: note: 'dif' is read as a variable; did you mean diff?\n"
    assert Talk("at dif=1", "dif x").stderr.getvalue() == ""
    assert Talk("foo x").stderr.getvalue() == ""


def test_the_summary_is_what_differs_from_the_start() -> None:
    """Short, for the prompt."""
    assert Talk().conversation.summary() == ""
    assert Talk("at x=2,y=1", "set dtype float32", "set digits 3").conversation.summary() == "at x=2,y=1 float32"
    assert len(Talk(f"at x={','.join(['1.23456'] * 99)}").conversation.summary()) == 60


def test_quit_ends_the_conversation() -> None:
    """And nothing else does."""
    talk = Talk("x")
    assert not talk.conversation.over
    talk.say("quit")
    assert talk.conversation.over
