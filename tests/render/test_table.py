"""The table: its layout at several widths, its colours, its explanations."""

from __future__ import annotations

import math
import re
from decimal import Decimal

import pytest
from rich.cells import cell_len

from gradcalc.render import View, render
from gradcalc.results import Outcome, Partial, Symbolic
from tests.render.examples import CORNER, EXACT, PROVED, VALUE, formulas, partial, result

LONG = " + ".join(f"{k}*x**{k}*cos(x)*exp(-x**2/{k})" for k in range(2, 30))
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def test_the_first_example() -> None:
    """Label, both sides, verdict; the derivative above its numbers, what is proved below."""
    assert render(result(partial(certified=PROVED)), "table", View()) == (
        "f  = sin(x**2)        at x = 4        float64 on cpu\n"
        "\n"
        "        symbolic (SymPy)      autograd (torch)\n"
        "f       -0.2879033166650653   -0.2879033166650653\n"
        "df/dx   2*x*cos(x**2)\n"
        "        -7.661275842587077    -7.661275842587077    agrees (0.1 ulp)\n"
        "        certified -7.66127584258707713519709786... (proved to 40 digits)\n"
    )


def test_what_does_not_fit_side_by_side_stands_below() -> None:
    """At 50 columns."""
    assert render(result(partial(certified=CORNER)), "table", View(width=50)) == (
        "f  = sin(x**2)\n"
        "     at x = 4        float64 on cpu\n"
        "\n"
        "f      symbolic  -0.2879033166650653\n"
        "       autograd  -0.2879033166650653\n"
        "df/dx  2*x*cos(x**2)\n"
        "       symbolic  -7.661275842587077\n"
        "       autograd  -7.661275842587077\n"
        "       agrees (0.1 ulp)\n"
        "       certified no derivative (left -1, right 1)\n"
    )


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_a_long_derivative_wraps_and_the_numbers_stay(width: int) -> None:
    """No line is wider than the terminal; joined again, the derivative is whole; the numbers share a line."""
    text = render(result(partial(expression=LONG), expression=LONG), "table", View(width=width))
    lines = text.splitlines()
    assert max(map(cell_len, lines)) <= width
    cells = [line.removeprefix("df/dx").strip() for line in lines[lines.index("") :]]
    assert LONG.replace(" ", "") in "".join(cells).replace(" ", "")
    if width >= 80:
        assert next(line.split() for line in lines if "agrees" in line)[:2] == ["-7.661275842587077"] * 2


def test_a_pipe_folds_nothing() -> None:
    """Without a width the derivative is one line, and the numbers stay where they are."""
    lines = render(result(partial(expression=LONG)), "table", View()).splitlines()
    assert f"df/dx   {LONG}" in lines
    assert lines[-1].startswith("        -7.661275842587077    -7.661275842587077    agrees")


def test_a_giant_word_is_broken_by_force() -> None:
    """A number of 300 digits has no place to break it."""
    text = render(result(partial(expression="7" * 300 + "*x")), "table", View(width=80))
    assert max(map(cell_len, text.splitlines())) <= 80
    assert text.count("7") > 300


def test_digits_are_shown_on_both_sides() -> None:
    """The exact decimal on one side, the float's own digits on the other."""
    text = render(result(), "table", View(digits=25))
    assert f"{Decimal(EXACT):.24f}    {Decimal(VALUE):.24f}    agrees" in text


def test_color_changes_no_word() -> None:
    """Without its escape codes the painted table is the plain one; every outcome has its paint."""
    answer = result(
        partial(),
        partial("y", verdict=Outcome.DIFFERS, ulps=1e14, digits=2, explanation="torch is wrong"),
        partial("z", verdict=Outcome.UNDEFINED, explanation="there is a [corner](here)"),
    )
    painted = render(answer, "table", View(color=True))
    assert ESCAPE.sub("", painted) == render(answer, "table", View())
    for code, word in (("32", "agrees"), ("1;31", "differs"), ("35", "undefined")):
        assert f"\x1b[{code}m{word}" in painted


def test_markup_of_rich_is_text() -> None:
    """A formula may look like a tag or an emoji."""
    answer = result(partial("[bold]"[1:5], expression="[bold]x[/bold] :smile:"), expression="[red][link=x]")
    for view in (View(), View(color=True), View(width=80, color=True)):
        text = ESCAPE.sub("", render(answer, "table", view))
        assert "[bold]x[/bold] :smile:" in text
        assert "[red][link=x]" in text


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (partial(ulps=0.0), "agrees (0 ulp)"),
        (partial(ulps=900.0, digits=13), "agrees (13 digits)"),
        (partial(verdict=Outcome.DIFFERS, ulps=3e15, digits=0), "differs (3.0e+15 ulp)"),
        (partial(verdict=Outcome.DIFFERS, ulps=None, autograd=math.nan), "nan                   differs"),
        (partial(verdict=Outcome.UNSUPPORTED, autograd=None, ulps=None), "unsupported           unsupported"),
        (partial(symbolic_outcome=Outcome.DIFFERS), "-7.661275842587077 (differs)"),
        (partial(symbolic=math.nan, exact=None, symbolic_outcome=Outcome.UNDEFINED), "undefined "),
        (partial(symbolic=math.nan, exact=None, symbolic_outcome=Outcome.DIFFERS), "undefined (differs)"),
        (partial(symbolic=None, exact=None, symbolic_outcome=None), "undecided "),
    ],
)
def test_how_an_outcome_is_shown(made: Partial, shown: str) -> None:
    """The word always, with the distance or the right digits where there are any."""
    assert shown in render(result(made), "table", View())


def test_explanations_stand_below_and_equal_ones_once() -> None:
    """A plain agreement needs none; the same sentence names its first components and counts the rest."""
    corner = [partial(f"x[{k}]", verdict=Outcome.UNDEFINED, explanation="slopes -1 and 1 differ") for k in range(900)]
    dead = partial("y", explanation="a true zero", cause="dead zone", span=(0, 3))
    text = render(result(*corner, dead, partial("z", explanation="within 0.1 ulp")), "table", View())
    assert text.endswith(
        "agrees (0.1 ulp)\n\n"
        "df/dx[0], df/dx[1], df/dx[2], 897 more undefined: slopes -1 and 1 differ.\n\n"
        "df/dy agrees: a true zero (dead zone).\n"
        "  sin(x**2)\n"
        "  ^^^\n"
    )


def test_explanations_wrap_at_the_width() -> None:
    """At 80 columns, and not beyond 100 in a wide window."""
    answer = result(partial(verdict=Outcome.UNDEFINED, explanation="many words " * 30))
    for width, widest in ((80, 80), (200, 100)):
        lines = render(answer, "table", View(width=width)).splitlines()
        told = lines[next(i for i, line in enumerate(lines) if line.startswith("df/dx undefined:")) :]
        assert widest - 12 < max(map(len, told)) <= widest


def test_a_long_formula_is_cut_in_the_head_line() -> None:
    """The answer counts, not the echo; newlines and control characters do not get through."""
    head = render(result(expression="x+\n" * 10_000 + "\x1b[2J"), "table", View()).splitlines()[0]
    assert len(head) < 600
    assert "..." in head
    assert "\x1b" not in head


def test_the_point_is_shown_as_given() -> None:
    """In the dtype's own digits, vectors in brackets."""
    answer = result(at={"x": 0.10000000149011612, "v": (1.0, 2.5)}, dtype="float32")
    assert "at x = 0.1, v = [1, 2.5]        float32 on cpu" in render(answer, "table", View())


def test_the_same_sentence_about_another_piece_is_told_again() -> None:
    """Each under its own piece of the formula."""
    made = [
        partial(name, cause="dead zone", span=span, explanation="flat") for name, span in (("x", (0, 2)), ("y", (5, 7)))
    ]
    text = render(result(*made, expression="aa + bb"), "table", View())
    assert text.endswith(
        "\n\ndf/dx agrees: flat (dead zone).\n  aa + bb\n  ^^\n\ndf/dy agrees: flat (dead zone).\n  aa + bb\n       ^^\n"
    )


@pytest.mark.parametrize("width", [40, 80, None])
def test_the_culprit_of_a_long_formula_is_shown_with_its_surroundings(width: int | None) -> None:
    """Cut to the window, the carets below the piece."""
    formula = f"{'a + ' * 200}(1 - cos(x)){' + b' * 200}"
    start = formula.index("1 - cos(x)")
    made = partial(verdict=Outcome.DIFFERS, cause="cancellation", span=(start, start + 10), explanation="wrong")
    *_, source, carets = render(result(made, expression=formula), "table", View(width=width)).splitlines()
    assert source[carets.index("^") : carets.rindex("^") + 1] == "1 - cos(x)"
    assert len(carets.strip()) == 10
    assert len(source) <= (width or 100)


def test_an_explanation_without_a_place_has_no_carets() -> None:
    """A corner is at the point and not in a piece."""
    made = partial(verdict=Outcome.UNDEFINED, cause="corner", explanation="slopes -1 and 1 differ", certified=CORNER)
    assert render(result(made), "table", View()).splitlines()[-3:] == [
        "        certified no derivative (left -1, right 1)",
        "",
        "df/dx undefined: slopes -1 and 1 differ (corner).",
    ]


def test_wide_characters_are_measured() -> None:
    """Columns stay below one another."""
    lines = render(result(partial("漢字"), partial("x")), "table", View()).splitlines()
    places = {cell_len(line[: line.index("agrees")]) for line in lines if "agrees" in line}
    assert len(places) == 1


def test_without_a_point_there_is_a_derivative_a_line() -> None:
    """And the reason where none was found."""
    answer = formulas(
        Partial("x", 1, Symbolic("2*x*cos(x**2)")),
        Partial("y", 1, Symbolic(None, reason="SymPy was stopped after 10 s")),
    )
    assert render(answer, "table", View()) == "df/dx = 2*x*cos(x**2)\ndf/dy = ? (SymPy was stopped after 10 s)\n"
    long = render(formulas(Partial("x", 2, Symbolic(LONG))), "table", View(width=80)).splitlines()
    assert long[0].startswith("d^2f/dx^2 = 2*x")
    assert long[1].startswith(" " * len("d^2f/dx^2 = ") + "+")


def test_ascii_terminals_get_ascii() -> None:
    """Everything of our own is ASCII; foreign characters are escaped before widths are measured."""
    text = render(
        result(partial("θ", expression="2*θ"), at={"θ": 1.0}, expression="θ²"), "table", View(encoding="ascii")
    )
    assert text.isascii()
    assert "df/d\\u03b8   2*\\u03b8" in text


def test_a_table_shows_a_thousand_components() -> None:
    """Those that agree are left out first and counted; the other formats have all."""
    poor = {7, 1_500, 2_999}
    parts = [
        partial(f"x[{k}]", expression=None, verdict=Outcome.DIFFERS if k in poor else Outcome.AGREES)
        for k in range(3_000)
    ]
    text = render(result(*parts), "table", View())
    shown = [int(number) for number in re.findall(r"^df/dx\[(\d+)\]", text, re.MULTILINE)]
    assert shown == sorted({*range(998), *poor})[:1000]
    assert "\n... 2,000 more components; --format json has all\n" in text
    assert render(result(*parts), "plain", View()).count(".autograd\t") == 3_001
    assert "more components" not in render(result(*parts[:1_000]), "table", View())
