"""`gradcalc functions` says what the vocabulary says, and `gradcalc devices` what the pipeline says."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace

import pytest

from gradcalc import pipeline
from gradcalc.cli.app import COMMANDS, run
from gradcalc.console import Console
from gradcalc.language import vocabulary


def printed(*tokens: str) -> str:
    """What a command line prints on standard output; it must print nothing else."""
    stdout, stderr = io.StringIO(), io.StringIO()
    assert run(tokens, Console(stdout, stderr, {})) == 0
    assert stderr.getvalue() == ""
    return stdout.getvalue()


def test_every_row_is_listed() -> None:
    """One line a form, signature and meaning."""
    lines = printed("functions").splitlines()
    assert [line.split("  ")[0] for line in lines] == [row.signature for row in vocabulary.ROWS]
    assert all(line.endswith(row.meaning) for line, row in zip(lines, vocabulary.ROWS, strict=True))


@pytest.mark.parametrize("name", sorted({row.name for row in vocabulary.ROWS}))
def test_a_name_shows_all_that_its_rows_say(name: str) -> None:
    """Every form of the function, with every column that a reader wants."""
    text = printed("functions", name)
    for row in vocabulary.forms(name):
        for said in (row.signature, row.meaning, row.domain, row.kinks, row.example, row.reference, row.no_torch):
            assert said in text
        assert ", ".join(row.aliases) in text


def test_an_alias_shows_its_function() -> None:
    """The spellings of other programs are names too."""
    assert printed("functions", "arcsin") == printed("functions", "asin")


def test_the_list_as_json() -> None:
    """One document; its keys are pinned."""
    document = json.loads(printed("functions", "log", "--format", "json"))
    assert list(document) == ["schema", "command", "functions"]
    keys = ["name", "signature", "meaning", "domain", "kinks", "no_torch", "example", "aliases", "reference"]
    assert [list(record) for record in document["functions"]] == [keys, keys]
    assert [record["signature"] for record in document["functions"]] == ["log(x)", "log(x, base)"]


def test_the_list_as_tab_separated_lines() -> None:
    """Eight columns, one line a form."""
    lines = printed("functions", "--format", "plain").splitlines()
    assert {line.count("\t") for line in lines} == {7}
    assert len(lines) == len(vocabulary.ROWS)


def test_devices_in_every_format(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line a device, and the same as JSON."""
    cpu = SimpleNamespace(name="cpu", description="a processor", dtypes=("float64", "float32"))
    gpu = SimpleNamespace(name="cuda:0", description="a card, 8 GiB", dtypes=("float32",))
    monkeypatch.setattr(pipeline, "devices", lambda: (cpu, gpu))
    assert printed("devices") == "cpu     a processor    float64 float32\ncuda:0  a card, 8 GiB  float32\n"
    assert printed("devices", "--format", "plain").splitlines()[1] == "cuda:0\ta card, 8 GiB\tfloat32"
    assert json.loads(printed("devices", "--format", "json")) == {
        "schema": 1,
        "command": "devices",
        "devices": [
            {"name": "cpu", "description": "a processor", "dtypes": ["float64", "float32"]},
            {"name": "cuda:0", "description": "a card, 8 GiB", "dtypes": ["float32"]},
        ],
    }


def test_help_names_every_command() -> None:
    """The program without a command prints its help, which has them all."""
    text = printed()
    assert text == printed("--help") == printed("-h")
    assert all(f"  {name} " in text and purpose in text for name, purpose in COMMANDS.items())
