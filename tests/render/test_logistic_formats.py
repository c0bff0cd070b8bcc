"""The formats of `logistic`, of regressions made by hand: layouts, widths, ASCII streams, valid Markdown tables."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len

from gradcalc.render import FORMATS, View, render
from gradcalc.results import Compared, Factor, Formulation, Outcome, Regression, Stage, Values
from tests.render.examples import partial

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
NAMES = FORMATS["logistic"]
TEXTS = [name for name in NAMES if name != "json"]
Z = "w*x + b"
CLAMPED = f"log_loss(clamp(sigmoid({Z}), 1e-8, 1 - 1e-8), y)"


def compared(
    of: str, value: float | None, exact: str | None = None, outcome: Outcome = Outcome.AGREES, explanation: str = ""
) -> Compared:
    """A number and its judgement; what agrees is its own truth."""
    if outcome is Outcome.AGREES:
        return Compared(of, value, repr(value), outcome, 0.0, 16, explanation)
    return Compared(of, value, exact, outcome, None, None, explanation)


def regression(**fields: object) -> Regression:
    """x = 2, y = 1, w = 0.5, b = -1: z = 0, the prediction 1/2, the gradient -1 and -1/2."""
    numbers = (compared("L", 0.6931471805599453), (compared("w", -1.0), compared("b", -0.5)))
    made = Regression(
        command="logistic",
        expression=CLAMPED,
        at={"x": 2.0, "y": 1.0, "w": 0.5, "b": -1.0},
        dtype="float64",
        device="cpu",
        value=Values(0.6931471805599453, "0.69314718055994530941723212145817656807550", 0.6931471805599453),
        gradient=(
            partial("w", expression="-x/2", symbolic=-1.0, exact="-1", autograd=-1.0, ulps=0.0),
            partial("b", expression="-1/2", symbolic=-0.5, exact="-0.5", autograd=-0.5, ulps=0.0),
        ),
        epsilon="1e-8",
        features={},
        stages=(Stage("z", Z, 0.0), Stage("ŷ", "sigmoid(z)", 0.5)),
        factors=(
            Factor("dL/dŷ", "(ŷ - y)/(ŷ*(1 - ŷ))", -2.0, -2.0, -2.0, "ŷ", -2.0),
            Factor("dŷ/dz", "ŷ*(1 - ŷ)", 0.25, 0.25, -0.5, "z", -0.5),
            Factor("dz/dw", "x", 2.0, 2.0, -1.0, "w", -1.0),
        ),
        hand=(compared("w", -1.0), compared("b", -0.5)),
        formulations=(
            Formulation("clamped", "clamped", CLAMPED, *numbers),
            Formulation("binary_cross_entropy", "bce", f"binary_cross_entropy(sigmoid({Z}), y)", *numbers),
        ),
        exact={"w": "-x*y + x", "b": None},
    )
    return replace(made, **fields)


def broken() -> Regression:
    """Nothing is finite: both sentences on the gradient, a known reason, and one that is not known."""
    told = "torch returned nan, though the derivative exists: it is 20"
    lost = partial("w", autograd=math.nan, verdict=Outcome.DIFFERS, ulps=None, explanation=told)
    hand = compared("w", math.nan, "20", Outcome.DIFFERS, "the product by hand is nan")
    numbers = (
        compared("L", math.inf, "20", Outcome.DIFFERS, "torch returned inf"),
        (compared("w", None, None, Outcome.UNSUPPORTED, "no rule"),),
    )
    return regression(
        gradient=(lost, replace(lost, wrt="b")),
        hand=(hand, replace(hand, of="b")),
        stages=(Stage("ŷ", "sigmoid(z)", (1.0, math.nan)),),
        factors=(Factor("dŷ/dz", "ŷ*(1 - ŷ)", (0.0, math.nan), None, math.nan, "z", None),),
        features={"x0": "dose | mg", "x1": "[bold]age[/bold]"},
        formulations=(
            Formulation("clamped", "clamped", CLAMPED, *numbers, "ŷ is 1 | <b>bold</b> *so*"),
            Formulation("binary_cross_entropy", "bce", "f", *numbers),
        ),
    )


MADE = [regression, broken]

# -- layouts


def test_the_table() -> None:
    """The forward pass, the factors, their products, three ways to the gradient, the formulations."""
    assert render(regression(), "table", View()) == (
        f"f  = {CLAMPED}        at x = 2, y = 1, w = 0.5, b = -1        float64 on cpu\n"
        "\n"
        "forward pass\n"
        "   formula     value\n"
        "z  w*x + b     0\n"
        "ŷ  sigmoid(z)  0.5\n"
        "\n"
        "chain rule: the factors\n"
        "       formula              by hand  autograd\n"
        "dL/dŷ  (ŷ - y)/(ŷ*(1 - ŷ))  -2       -2\n"
        "dŷ/dz  ŷ*(1 - ŷ)            0.25     0.25\n"
        "dz/dw  x                    2        2\n"
        "\n"
        "chain rule: multiplied up, from the loss back\n"
        "       product by hand  held by the backward pass\n"
        "dL/dŷ  -2               -2\n"
        "dL/dz  -0.5             -0.5\n"
        "dL/dw  -1               -1\n"
        "\n"
        "gradient\n"
        "       by hand         symbolic (SymPy)  autograd (torch)\n"
        "dL/dw  -1              -1                -1\n"
        "       agrees (0 ulp)                    agrees (0 ulp)\n"
        "dL/db  -0.5            -0.5              -0.5\n"
        "       agrees (0 ulp)                    agrees (0 ulp)\n"
        "\n"
        "three formulations of the loss\n"
        "         formula\n"
        f"clamped  {CLAMPED}\n"
        "bce      binary_cross_entropy(sigmoid(w*x + b), y)\n"
        "\n"
        "each against the exact loss, which has no clamp\n"
        "         torch               exact               verdict\n"
        "clamped\n"
        "  L      0.6931471805599453  0.6931471805599453  agrees (0 ulp)\n"
        "  dL/dw  -1                  -1                  agrees (0 ulp)\n"
        "  dL/db  -0.5                -0.5                agrees (0 ulp)\n"
        "bce\n"
        "  L      0.6931471805599453  0.6931471805599453  agrees (0 ulp)\n"
        "  dL/dw  -1                  -1                  agrees (0 ulp)\n"
        "  dL/db  -0.5                -0.5                agrees (0 ulp)\n"
        "\n"
        "dL/dw = -x*y + x\n"
    )


def test_what_differs_is_told_once_and_what_breaks_with_its_reason() -> None:
    """Equal sentences stand behind all their components; without a known reason each number speaks for itself."""
    lines = render(broken(), "table", View()).splitlines()
    assert "x0: column dose | mg" in lines
    assert "x1: column [bold]age[/bold]" in lines
    assert "dL/dw, dL/db autograd differs: torch returned nan, though the derivative exists: it is 20." in lines
    assert "dL/dw, dL/db by hand differs: the product by hand is nan." in lines
    assert "clamped breaks: ŷ is 1 | <b>bold</b> *so*." in lines
    assert "bce L differs: torch returned inf." in lines
    assert "bce dL/dw unsupported: no rule." in lines


def test_the_plain_lines() -> None:
    """The question as fields, then each table behind its title, tabs between the cells."""
    lines = render(regression(), "plain", View()).splitlines()
    assert lines[:7] == [
        f"expression\t{CLAMPED}", "at.x\t2", "at.y\t1", "at.w\t0.5", "at.b\t-1", "dtype\tfloat64", "device\tcpu",
    ]  # fmt: skip
    assert lines[7:11] == ["# forward pass", "\tformula\tvalue", "z\tw*x + b\t0", "ŷ\tsigmoid(z)\t0.5"]
    assert [line for line in lines if line.startswith("#")] == [
        "# forward pass",
        "# chain rule: the factors",
        "# chain rule: multiplied up, from the loss back",
        "# gradient",
        "# three formulations of the loss",
        "# each against the exact loss, which has no clamp",
    ]
    assert "dz/dw\tx\t2\t2" in lines


def test_long_vectors() -> None:
    """People see the ends; the plain lines have the point whole."""
    long = tuple(map(float, range(100)))
    made = regression(at={"x": long}, stages=(Stage("z", Z, long),))
    assert "z  w*x + b  [0, 1, 2, 3, ..., 99]" in render(made, "table", View())
    assert f"at.x\t[{', '.join(map(str, range(100)))}]\n" in render(made, "plain", View())
    assert json.loads(render(made, "json", View()))["forward"][0]["value"] == list(long)


def test_at_most_three_exact_derivatives_are_written_out() -> None:
    """Of a hundred features; the document has them all."""
    made = regression(exact={f"w[{k}]": f"x[{k}]" for k in range(100)})
    assert len(re.findall(r"^dL/dw\[\d+\] = x", render(made, "table", View()), re.MULTILINE)) == 3
    assert len(json.loads(render(made, "json", View()))["exact"]) == 100


def test_digits_are_those_asked_for() -> None:
    """For people; the document keeps what was computed."""
    assert "  L      0.693147   0.693147   agrees" in render(regression(), "table", View(digits=6))
    assert "ŷ\tsigmoid(z)\t0.500\n" in render(regression(), "plain", View(digits=3))
    assert render(regression(), "json", View(digits=3, width=40)) == render(regression(), "json", View())


@pytest.mark.parametrize(("number", "word"), [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")])
def test_numbers_that_are_not_finite(number: float, word: str) -> None:
    """A word wherever a number stands; in JSON null beside the word."""
    made = regression(stages=(Stage("z", Z, (1.0, number)),), hand=(compared("w", number, "1", Outcome.DIFFERS),) * 2)
    found = json.loads(render(made, "json", View()), parse_constant=lambda token: pytest.fail(f"{token} is not JSON"))
    assert found["forward"] == [{"name": "z", "formula": Z, "value": [1.0, None], "nonfinite": [None, word]}]
    hand = found["gradient"][0]["hand"]
    assert (hand["value"], hand["nonfinite"]) == (None, word)
    for name in TEXTS:
        assert f"[1, {word}]" in render(made, name, View()).replace("\\", "")


# -- widths and colours


@pytest.mark.parametrize("make", MADE)
def test_no_line_is_wider_than_the_terminal(make: Callable[[], Regression]) -> None:
    """Formulas are folded, rows stacked, sentences filled."""
    widths = [*range(20, 100), 120, 200]
    lines = [(width, line) for width in widths for line in render(make(), "table", View(width=width)).splitlines()]
    assert [(width, line) for width, line in lines if cell_len(line) > width] == []


@pytest.mark.parametrize("width", [20, 50, 80])
def test_a_narrow_terminal_loses_nothing(width: int) -> None:
    """Every character of the wide table but the spaces is there, as often as it was or more."""
    wide, narrow = (re.sub(r"\s", "", render(regression(), "table", view)) for view in (View(), View(width=width)))
    assert {sign for sign in set(wide) if narrow.count(sign) < wide.count(sign)} == set()


@pytest.mark.parametrize("make", MADE)
def test_colour_changes_no_word(make: Callable[[], Regression]) -> None:
    """Without its escape codes the painted text is the plain one; other formats are never painted or folded."""
    plain, painted = render(make(), "table", View()), render(make(), "table", View(color=True))
    assert "\x1b" not in plain
    assert "\x1b[" in painted
    assert [line.rstrip() for line in ESCAPE.sub("", painted).splitlines()] == plain.splitlines()
    for name in ("plain", "json", "markdown"):
        assert render(make(), name, View(width=30, color=True)) == render(make(), name, View())


# -- streams and escapes


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("make", MADE)
def test_ascii_streams_get_ascii(make: Callable[[], Regression], name: str) -> None:
    """The hat is spelled out in every cell and sentence; in JSON it is escaped."""
    text = render(make(), name, View(encoding="ascii"))
    assert text.isascii()
    assert ("\\u0177" in text) == (name == "json")
    assert ("hat" in text) == (name != "json")


@pytest.mark.parametrize("encoding", ["utf-8", "iso8859-3"])
def test_streams_that_have_the_hat_get_it(encoding: str) -> None:
    """Or not: Latin-3 lacks ŷ, which shows that the encoding decides and not its name."""
    assert ("ŷ" in render(regression(), "table", View(encoding=encoding))) == (encoding == "utf-8")


def tables(text: str) -> list[list[list[str]]]:
    """The tables of Markdown, each a list of rows of cells, split at the pipes that GitHub splits at."""
    found: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.endswith(" |")
            found[-1].append(re.split(r"(?<!\\)\|", line)[1:-1])
        elif found[-1]:
            found.append([])
    return [table for table in found if table]


@pytest.mark.parametrize("make", MADE)
def test_markdown_has_valid_tables(make: Callable[[], Regression]) -> None:
    """A header, a line of dashes, and rows of as many cells, whatever the cells hold; a blank line before each."""
    text = render(make(), "markdown", View())
    found = tables(text)
    assert len(found) == 6
    for header, rule, *rows in found:
        assert set(map(str.strip, rule)) == {"---"}
        assert {len(header)} == {len(row) for row in (rule, *rows)}
        assert rows
    lines = text.splitlines()
    starts = [
        number for number, line in enumerate(lines) if line.startswith("|") and not lines[number - 1].startswith("|")
    ]
    assert {lines[number - 1] for number in starts} == {""}
    assert lines[0] == f"f = `{CLAMPED}` at `x = 2, y = 1, w = 0.5, b = -1`, float64 on cpu"


def test_markdown_escapes_what_would_be_markup() -> None:
    """Pipes in cells; stars, brackets and tags anywhere."""
    piped = Stage("z", "|x| [a](b) <i> *w* `c`", 0.0)
    text = render(replace(broken(), stages=(piped,)), "markdown", View())
    assert "| z | \\|x\\| \\[a\\](b) \\<i\\> \\*w\\* \\`c\\` | 0 |" in text
    assert "**clamped** breaks: ŷ is 1 | \\<b\\>bold\\</b\\> \\*so\\*." in text
    assert "**x1:** column \\[bold\\]age\\[/bold\\]" in text


@pytest.mark.parametrize("name", TEXTS)
def test_names_of_columns_are_text(name: str) -> None:
    """Newlines and escape codes in a header of a file are shown, not obeyed."""
    text = render(regression(features={"x0": "a\nb\x1b[2J\tc"}), name, View())
    assert "\x1b" not in text
    assert len(text.splitlines()) == len(render(regression(features={"x0": "abc"}), name, View()).splitlines())
    assert "column a" in text
