"""The manual page: made of the help's texts, the same as the file, read by mandoc without complaint, in the wheel."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gradcalc.cli.app import COMMANDS, build, run
from gradcalc.cli.commands import options_of
from gradcalc.cli.topics import TOPICS
from gradcalc.console import Console
from gradcalc.errors import Status
from gradcalc.render.manual import Heading, Literal, Paragraph, Rows, render
from tests.cli.harness import ROOT

FILE = ROOT / "gradcalc" / "gradcalc.1"

#: What roff would change: signs that a font makes pretty, requests, escapes, and an empty line.
TREACHEROUS = [
    *("a-b--c", "it's", "'quoted'", "`x", '^ ~ "', ".TP", "'TP", "\\fBbold\\e", "", "  indented", "%*(#$@!"),
    *("x² √π ŷ", ".", "\\", "-1"),
]


def printed(*tokens: str) -> str:
    """What a command line prints on standard output; it must print nothing else."""
    stdout, stderr = io.StringIO(), io.StringIO()
    assert run(tokens, Console(stdout, stderr, {})) == 0
    assert stderr.getvalue() == ""
    return stdout.getvalue()


READERS = {
    "mandoc": ["mandoc", "-Tutf8", "-Owidth=1000"],
    "groff": ["groff", "-man", "-Tutf8", "-rLL=1000n", "-P-cbou"],
}


def shown(page: str, reader: str = "mandoc") -> str:
    """The page as a reader sees it, in one long line a paragraph."""
    if shutil.which(reader) is None:
        pytest.skip(f"{reader} is not installed, which shows the page")
    done = subprocess.run(READERS[reader], input=page.encode(), capture_output=True, timeout=30, check=True)
    return re.sub(".\b", "", done.stdout.decode())


def test_the_file_is_what_the_program_prints() -> None:
    """Made anew with `gradcalc help --man > gradcalc/gradcalc.1`, wherever a help text changes."""
    assert FILE.read_text() == printed("help", "--man")
    assert FILE.read_bytes().isascii()


def test_mandoc_finds_no_fault() -> None:
    """But for the date: the version stands in its place, so that the page depends on the program alone."""
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed, which checks the page")
    done = subprocess.run(
        ["mandoc", "-Tlint", "-W", "warning", str(FILE)], capture_output=True, text=True, timeout=30, check=False
    )
    assert [line for line in done.stdout.splitlines() if "cannot parse date" not in line] == []


def test_a_reader_finds_every_section_command_and_option() -> None:
    """With its help, word by word; examples can be copied."""
    text = shown(FILE.read_text())
    for title in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "THE LANGUAGE", "EXIT STATUS", "ENVIRONMENT", "FILES"):
        assert f"\n{title}\n" in text
    for title in ("EXAMPLES", "SEE ALSO"):
        assert f"\n{title}\n" in text
    program = build([])
    for name in COMMANDS:
        assert f"\n   gradcalc {name}" in text
        for option in options_of(program.commands[name]):
            assert re.search(rf"\n +{option}\b", text), option
        for line in (program.commands[name].epilog or "").replace("\b", "").splitlines():
            assert line.strip() in text
    assert 'gradcalc diff "sin(x**2)" --at 4 ' in text
    assert "x², √x, π, ≤" in text


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("text", TREACHEROUS)
def test_text_stays_as_it_is(text: str, reader: str) -> None:
    """In a paragraph, in lines that are kept, as a term and as its meaning."""
    blocks = [Heading("A"), Literal(f"<\n{text}\n>"), Paragraph(f"({text})"), Rows([(f"/{text}/", f"{text}|")])]
    lines = [line.strip() for line in shown(render("x", "1", blocks), reader).splitlines()]
    assert lines[lines.index("<") + 1] == text.strip()
    assert f"({text})" in lines
    assert any(re.fullmatch(rf"{re.escape(f'/{text}/')}( +{re.escape(text)}\|)?", line) for line in lines)
    assert any(line.endswith(f"{text.strip()}|") for line in lines)


def test_what_is_typed_is_bold() -> None:
    """Words in backquotes, without them."""
    assert r"see \fBgradcalc diff\fR." in render("x", "1", [Paragraph("see `gradcalc diff`.")])


@pytest.mark.parametrize("name", COMMANDS)
def test_help_on_a_command_is_its_help(name: str) -> None:
    """The same text."""
    assert printed("help", name) == printed(name, "--help")


def test_help_alone_is_the_help_of_the_program() -> None:
    """And names itself."""
    assert printed("help") == printed("--help")
    assert "\n  help " in printed("help")


@pytest.mark.parametrize("name", TOPICS)
def test_a_topic_says_what_the_page_says(name: str) -> None:
    """Every term and its meaning."""
    text = printed("help", name)
    for term, meaning in TOPICS[name].rows:
        assert re.search(rf"^{re.escape(term)} +{re.escape(meaning)}$", text, re.MULTILINE)


def test_the_exit_statuses_are_those_of_the_program() -> None:
    """Each has its line, and no other number has one."""
    told = {int(number) for term, _ in TOPICS["exit-status"].rows for number in term.split(", ")}
    assert told == {*map(int, Status), 128 + 15, 128 + 1}


def test_the_wheel_brings_the_page_and_the_completions(tmp_path: Path) -> None:
    """Where man and the shells look for them, below the directory of the installation."""
    pytest.importorskip("hatchling", reason="hatchling is not installed, which builds the wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        data = {name.partition(".data/data/")[2]: name for name in packed.namelist() if ".data/data/" in name}
        assert packed.read(data["share/man/man1/gradcalc.1"]) == FILE.read_bytes()
        assert "gradcalc/gradcalc.1" not in packed.namelist()
    assert set(data) == {
        "share/man/man1/gradcalc.1",
        "share/bash-completion/completions/gradcalc",
        "share/zsh/site-functions/_gradcalc",
        "share/fish/vendor_completions.d/gradcalc.fish",
    }
