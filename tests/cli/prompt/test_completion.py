"""What TAB offers at the prompt, as a function of what stands before the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcalc.cli.app import COMMANDS
from gradcalc.cli.prompt import reading
from gradcalc.cli.prompt.completion import Candidate, complete
from gradcalc.cli.prompt.conversation import Conversation
from gradcalc.cli.prompt.settings import SETTINGS, Settings
from gradcalc.console import Console
from gradcalc.errors import Status
from gradcalc.language import vocabulary


@pytest.fixture
def conversation() -> Conversation:
    """A conversation in which something has been said."""
    made = Conversation(lambda tokens, console: Status.OK, Settings())  # noqa: ARG005 - the signature of `run`
    for statement in ("at speed=2", "let force = mass*speed", "let f = speed**2", "long*x"):
        made.answer(statement, Console(None, None, {}))
    return made


def offered(text: str, conversation: Conversation) -> list[str]:
    """The line with each candidate put in place."""
    return [text[: len(text) - length] + word for word, length, _ in complete(text, conversation)]


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("dev", ["devices"]),
        ("le", ["let", "lesson", "leaky_relu"]),
        ("sp", ["speed"]),
        ("2*sp", ["2*speed"]),
        ("x + fo", ["x + force"]),
        ("sin(lo", ["sin(long", "sin(log", "sin(log2", "sin(log10", "sin(log1p", "sin(logit", "sin(logsigmoid"]),
        ("diff lamb", ["diff lambertw"]),
        ('diff "2*lamb', ['diff "2*lambertw']),
        ("tape x*alph + al", ["tape x*alph + alph"]),
        ("diff x --dt", ["diff x --dtype"]),
        ("diff x --dtype fl", ["diff x --dtype float64", "diff x --dtype float32", "diff x --dtype float16"]),
        ("x*y --wrt ", ["x*y --wrt x", "x*y --wrt y"]),
        ("x*y --at x=1,", ["x*y --at x=1,y="]),
        ("x --form", ["x --format"]),
        ("x --digits ", []),
        ("gradcalc tape x --format tr", ["gradcalc tape x --format tree"]),
        ("at ", ["at long=", "at x=", "at mass=", "at speed="]),
        ("at x=1,l", ["at x=1,long="]),
        ("at x=sinh", ["at x=sinh"]),
        ("let ", ["let force", "let f"]),
        ("let g = 2*fo", ["let g = 2*force"]),
        ("set d", ["set dtype", "set device", "set digits"]),
        ("set dtype b", ["set dtype bfloat16"]),
        ("set quux ", []),
        (
            "help log",
            ["help logistic", "help log", "help log2", "help log10", "help log1p", "help logit", "help logsigmoid"],
        ),
        ("functions lgam", ["functions lgamma"]),
        ("x\nsp", ["x\nspeed"]),
        ("x\nle", ["x\nlet", "x\nlesson", "x\nleaky_relu"]),
        ("# x", []),
        ("sin(x\n+ sp", ["sin(x\n+ speed"]),
    ],
)
def test_what_is_offered(typed: str, lines: list[str], conversation: Conversation) -> None:
    """Words, options, values and names; of functions at least these, in this order, when a letter is there."""
    found = offered(typed, conversation)
    assert [line for line in found if line in lines] == lines if lines else found == []
    if typed[-1:] in " =,":
        assert found == lines


def test_everything_is_offered_to_an_empty_line_but_functions(conversation: Conversation) -> None:
    """The words of the prompt, the commands, the variables and the definitions; 146 functions only with a letter."""
    words = [candidate.text for candidate in complete("", conversation)]
    assert words == [*{**reading.WORDS, **COMMANDS}, "long", "x", "speed", "force", "f"]


def test_candidates_say_what_they_are(conversation: Conversation) -> None:
    """A function its meaning, a command its help, a definition its formula, a variable its value."""
    meanings = {
        c.text: c.meaning
        for c in [*complete("", conversation), *complete("si", conversation), *complete("set ", conversation)]
    }
    assert meanings["sinc"] == vocabulary.forms("sinc")[0].meaning
    assert meanings["tape"] == COMMANDS["tape"]
    assert meanings["force"] == "= mass*speed"
    assert meanings["speed"] == "= 2"
    assert meanings["dtype"] == "now float64"


def test_every_function_is_offered(conversation: Conversation) -> None:
    """By its first letter, once."""
    for name in vocabulary.NAMES:
        assert [candidate.text for candidate in complete(name[0], conversation)].count(name) == 1


def test_every_setting_with_known_values_takes_them(conversation: Conversation) -> None:
    """What is offered is accepted."""
    for name in SETTINGS:
        for value, length, _ in complete(f"set {name} ", conversation):
            assert length == 0
            conversation.answer(f"set {name} {value}", Console(None, None, {}))
            assert conversation.settings.get(name) == value


def test_files_are_offered_where_a_file_goes(conversation: Conversation, tmp_path: Path) -> None:
    """Folders with a slash, hidden ones only behind a dot."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "samples.csv").touch()
    (tmp_path / ".hidden").touch()
    assert complete(f"logistic --csv {tmp_path}/", conversation) == [Candidate("data/", 0)]
    assert complete(f"logistic --csv={tmp_path}/data/s", conversation) == [Candidate("samples.csv", 1)]
    assert complete(f"logistic --csv {tmp_path}/.h", conversation) == [Candidate(".hidden", 2)]
    assert complete(f"logistic --csv {tmp_path}/nowhere/", conversation) == []
