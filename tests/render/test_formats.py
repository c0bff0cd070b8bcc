"""plain, csv, markdown, latex and --only."""

from __future__ import annotations

import csv
import io
import math
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gradcalc.render import FIELDS, FORMATS, View, render
from gradcalc.render.diff.csv import HEADER
from gradcalc.render.only import answered, only
from gradcalc.results import Outcome, Partial, Result, Symbolic, Values
from tests.render.examples import CORNER, EXACT, PROVED, VALUE, formulas, partial, result

LOST = partial("y", verdict=Outcome.UNSUPPORTED, symbolic=None, exact=None, autograd=None, ulps=None, digits=None,
               symbolic_outcome=Outcome.UNSUPPORTED, expression=None, explanation="torch has no rule")  # fmt: skip
NOWHERE = partial("z", verdict=Outcome.UNDEFINED, symbolic=math.nan, exact=None, autograd=math.nan, ulps=None,
                  symbolic_outcome=Outcome.UNDEFINED, certified=CORNER)  # fmt: skip


@pytest.mark.parametrize("name", FORMATS["diff"])
@pytest.mark.parametrize("answer", [
    result(partial(), LOST, NOWHERE),
    formulas(Partial("x", 1, Symbolic("2*x", "2 x")), Partial("y", 1, Symbolic(None, reason="stopped"))),
    result(*(partial(f"x[{k}]") for k in range(1000)), at={"x": tuple(map(float, range(1000)))}),
], ids=["point", "formulas", "thousand"])  # fmt: skip
def test_every_format_renders_every_answer(name: str, answer: Result) -> None:
    """Text that ends with one newline and holds no escape code."""
    text = render(answer, name, View())
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\x1b" not in text
    assert "None" not in text


def test_plain_is_a_field_a_tab_and_a_text() -> None:
    """The fields and their order are a contract with scripts."""
    made = partial(explanation="fine\tand\ngood", certified=PROVED, cause="dead zone")
    assert render(result(made, at={"x": 4.0, "v": (1.0, 2.0)}), "plain", View()).splitlines() == [
        "expression\tsin(x**2)",
        "at.x\t4",
        "at.v\t[1, 2]",
        "dtype\tfloat64",
        "device\tcpu",
        "value.symbolic\t-0.2879033166650653",
        "value.autograd\t-0.2879033166650653",
        "gradient.x.expression\t2*x*cos(x**2)",
        "gradient.x.symbolic\t-7.661275842587077",
        "gradient.x.autograd\t-7.661275842587077",
        f"gradient.x.certified\t{EXACT}",
        "gradient.x.verdict\tagrees",
        "gradient.x.cause\tdead zone",
        "gradient.x.explanation\tfine and good",
    ]


def test_csv_reads_back() -> None:
    """A header and one row a component; commas, quotes and newlines are quoted; missing numbers are empty."""
    made = partial(expression='max(x, "1\n2")', ulps=0.25, certified=PROVED, cause="dead zone")
    rows = list(csv.DictReader(io.StringIO(render(result(made, LOST, NOWHERE), "csv", View()), newline="")))
    assert tuple(rows[0]) == HEADER
    assert rows[0]["expression"] == 'max(x, "1\n2")'
    assert (rows[0]["symbolic"], rows[0]["autograd"], rows[0]["ulps"]) == (repr(VALUE), repr(VALUE), "0.25")
    assert (rows[1]["symbolic"], rows[1]["autograd"], rows[1]["verdict"]) == ("", "", "unsupported")
    assert (rows[2]["symbolic"], rows[2]["autograd"]) == ("", "nan")
    assert [row["certified"] for row in rows] == [EXACT, "", ""]
    assert [row["cause"] for row in rows] == ["dead zone", "", ""]
    assert render(result(), "csv", View()).count("\r\n") == 2


def test_markdown_is_a_github_table() -> None:
    """Pipes are escaped inside cells, every row has the same number of them, explanations follow."""
    made = partial(expression="|x| + y", verdict=Outcome.UNDEFINED, explanation="x*y_z is <b>bold</b>")
    lines = render(result(made, expression="|x|"), "markdown", View()).splitlines()
    assert lines[0] == "f = `|x|` at `x = 4`, float64 on cpu"
    table = [line for line in lines if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {6}
    assert r"`\|x\| + y`" in table[3]
    assert lines[-1] == r"`df/dx` undefined: x\*y\_z is \<b\>bold\</b\>."


@pytest.mark.parametrize(
    ("wrt", "shown"),
    [
        ("x", r"\frac{d f}{d x}"),
        ("theta", r"\frac{d f}{d \theta}"),
        ("θ", r"\frac{d f}{d \theta}"),
        ("λ1", r"\frac{d f}{d \lambda_{1}}"),
        ("Γ", r"\frac{d f}{d \Gamma}"),
        ("x₁", r"\frac{d f}{d x_{1}}"),
        ("x_1", r"\frac{d f}{d x_{1}}"),
        ("rate", r"\frac{d f}{d \mathrm{rate}}"),
        ("a_b", r"\frac{d f}{d \mathrm{a\_b}}"),
        ("x[0]", r"\frac{\partial f}{\partial x_{0}}"),
        ("x1[0]", r"\frac{\partial f}{\partial x_{1,0}}"),
    ],
)
def test_names_in_latex(wrt: str, shown: str) -> None:
    """Greek letters by their commands, digits as subscripts, longer names upright."""
    assert f"{shown} &= " in render(result(partial(wrt)), "latex", View())


def test_foreign_letters_of_sympy_become_commands() -> None:
    """LaTeX knows neither Greek letters nor subscript digits without further packages."""
    answer = formulas(Partial("x", 1, Symbolic("θ*x₁₂**2", "θ x₁₂^{2}")))
    assert r"&= \theta  x_{12}^{2}" in render(answer, "latex", View())


def test_latex_is_an_environment() -> None:
    """The question is a comment on one line, whatever the formula holds; numbers are mathematics."""
    made = partial(order=2, symbolic=1e-300, exact=None, autograd=math.inf, verdict=Outcome.DIFFERS)
    text = render(result(made, partial("y"), expression="x\n\\input{x}"), "latex", View())
    assert text.splitlines() == [
        r"% f = x \input{x} at x = 4, float64 on cpu",
        r"\begin{align*}",
        r"\frac{\partial^{2} f}{\partial {x}^{2}} &= 2 x \cos{\left(x^{2} \right)} \\",
        r"&\approx 1 \times 10^{-300} && \text{autograd: $\infty$, differs} \\",
        r"\frac{\partial f}{\partial y} &= 2 x \cos{\left(x^{2} \right)} \\",
        r"&\approx -7.661275842587077 && \text{autograd: $-7.661275842587077$, agrees}",
        r"\end{align*}",
    ]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles(tmp_path: Path) -> None:
    """With amsmath and nothing else."""
    body = render(result(partial("θ1"), LOST, NOWHERE, expression="50%_{"), "latex", View())
    source = tmp_path / "answer.tex"
    source.write_text(f"\\documentclass{{article}}\\usepackage{{amsmath}}\\begin{{document}}{body}\\end{{document}}")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", source.name]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60, capture_output=True)


@pytest.mark.parametrize(
    ("field", "digits", "lines"),
    [
        ("expression", None, ["2*x*cos(x**2)", "unsupported", "2*x*cos(x**2)"]),
        ("symbolic", None, [repr(VALUE), "unsupported", "undefined"]),
        ("autograd", None, [repr(VALUE), "unsupported", "nan"]),
        ("symbolic", 20, ["-7.6612758425870771352", "unsupported", "undefined"]),
        ("certified", None, [EXACT, "unsupported", "undefined"]),
        ("certified", 3, ["-7.66", "unsupported", "undefined"]),
        ("value", None, ["-0.2879033166650653"]),
        ("value", 5, ["-0.28790"]),
        ("verdict", None, ["agrees", "unsupported", "undefined"]),
    ],
)
def test_only_one_field(field: str, digits: int | None, lines: list[str]) -> None:
    """One line a component and nothing else; the outcome word keeps the place of a missing number."""
    assert only(result(partial(certified=PROVED), LOST, NOWHERE), field, digits) == lines
    assert answered(field, lines)


def test_only_has_full_digits_in_a_narrow_format() -> None:
    """SymPy's number as a float64, torch's as its own format writes it."""
    answer = result(partial(autograd=0.10000000149011612), dtype="float32")
    assert only(answer, "symbolic", None) == [repr(VALUE)]
    assert only(answer, "autograd", None) == ["0.1"]


def test_only_the_value_falls_back_to_torch() -> None:
    """Where exact arithmetic has no value, torch's is printed; where neither has one, there is no answer."""
    assert only(result(value=Values(None, None, 2.0)), "value", None) == ["2"]
    assert only(result(value=Values(None, None, math.nan)), "value", None) == ["nan"]
    assert only(result(value=Values()), "value", None) == ["undefined"]
    assert not answered("value", ["undefined"])


def test_only_symbolic_without_a_point_is_the_derivative() -> None:
    """There is no number to print."""
    answer = formulas(Partial("x", 1, Symbolic("2*x")), Partial("y", 1, Symbolic(None, reason="stopped")))
    assert only(answer, "symbolic", None) == only(answer, "expression", None) == ["2*x", "undecided"]


def test_plain_leaves_out_a_certified_value_that_is_none() -> None:
    """A corner has slopes, and its sentence tells them."""
    assert ".certified" not in render(result(partial(certified=CORNER)), "plain", View())


@pytest.mark.parametrize("field", sorted(set(FIELDS) - {"verdict"}))
def test_words_alone_are_no_answer(field: str) -> None:
    """Status 3 follows, unless the verdict was asked for."""
    assert not answered(field, ["unsupported", "undecided"])
    assert answered(field, ["unsupported", "undefined"]) is (field != "value")
    assert answered("verdict", ["unsupported"])
