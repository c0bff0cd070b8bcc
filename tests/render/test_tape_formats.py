"""The formats of `tape`, of recordings made by hand: layouts, escapes, widths, pictures."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from rich.cells import cell_len

from gradcalc.errors import ComputationError, LimitError, Status
from gradcalc.render import FORMATS, View, excerpt, render
from gradcalc.render.tape import svg
from gradcalc.results import Node, Operand, Pass, Recording, Refusal, Value

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
NAMES = FORMATS["tape"]
TEXTS = [name for name in NAMES if name != "svg"]

#: Every sign that means something to Graphviz, Mermaid, Markdown, HTML or rich.
HOSTILE = [
    "where(x < 1, x, x**2)",
    "|x| & ~(x > 2) | y <= 3",
    "x & y &amp; &#60; #35;",
    "<b>x</b>",
    "{x|y} [z] (u)",
    "\\N \\G \\l \\n x",
    "x \"y\" 'z'",
    "[bold]x[/bold] :smile:",
    "`x` _y_ *z* -->",
    "end; subgraph x",
    "θ² 漢字",
]


def leaf(number: int, name: str, value: Value, adjoint: Value | None = None) -> Node:
    """A variable."""
    return Node(number, name, (0, len(name)), "variable", (), value, None, adjoint, ())


def recording(*nodes: Node, **fields: object) -> Recording:
    """sin(x**2) at 4 as `tape` records it, or other nodes in its place, run back from the last to the first."""
    if not nodes:
        x = leaf(1, "x", 4.0, -7.661275842587077)
        passed = Pass(1, 8.0, -7.661275842587077)
        square = Node(
            2,
            "x**2",
            (4, 8),
            "pow",
            (Operand(1), Operand(None, "2", 2.0)),
            16.0,
            "PowBackward0",
            -0.9576594803233847,
            (passed,),
        )
        onwards = Pass(2, -0.9576594803233847, -0.9576594803233847)
        nodes = (
            x,
            square,
            Node(3, "sin(x**2)", (0, 9), "sin", (Operand(2),), -0.2879033166650653, "SinBackward0", 1.0, (onwards,)),
        )
    order = tuple(node.number for node in reversed(nodes) if node.adjoint is not None)
    made = Recording("tape", nodes[-1].source, {"x": 4.0}, "float64", "cpu", nodes, order)
    return replace(made, **fields)


def over(source: str) -> Recording:
    """A node with this piece of the formula, over a leaf of the same name."""
    step = Pass(1, 2.0, 2.0)
    return recording(
        leaf(1, source, 4.0, 2.0), Node(2, source, (0, 1), "abs", (Operand(1),), 8.0, "AbsBackward0", 1.0, (step,))
    )


def chain(length: int) -> Recording:
    """A leaf, and that many nodes each over the one before."""
    nodes = [leaf(1, "x", 4.0, 1.0)]
    nodes += [
        Node(n, "-x", (0, 2), "neg", (Operand(n - 1),), 4.0, "NegBackward0", 1.0, (Pass(n - 1, -1.0, 1.0),))
        for n in range(2, length + 2)
    ]
    return recording(*nodes)


FREED = Refusal(
    "f.backward()", "RuntimeError", "Trying to backward [bold]a second time[/bold]", "it is freed", "keep it"
)
CALLS: tuple[Mapping[str, Value | None], ...] = ({"x": 4.0, "y": None}, {"x": 8.0, "y": None})


# -- layouts


def test_the_table() -> None:
    """The forward pass, and the backward pass with what each node multiplies by and hands on."""
    assert render(recording(), "table", View()) == (
        "f  = sin(x**2)        at x = 4        float64 on cpu\n"
        "\n"
        "forward\n"
        "node  formula    operation  value                grad_fn\n"
        "v1    x          x          4                    a leaf\n"
        "v2    x**2       v1 ** 2    16                   PowBackward0\n"
        "v3    sin(x**2)  sin(v2)    -0.2879033166650653  SinBackward0\n"
        "\n"
        "backward, in the order of the backward pass\n"
        "node  its adjoint, times its derivative  is added to\n"
        "v3    df/dv3 = 1\n"
        "      * dv3/dv2 = -0.9576594803233847    df/dv2: -0.9576594803233847\n"
        "v2    df/dv2 = -0.9576594803233847\n"
        "      * dv2/dv1 = 8                      df/dv1: -7.661275842587077\n"
        "v1    df/dv1 = -7.661275842587077        x.grad, as a leaf\n"
    )


def test_the_tree() -> None:
    """The result on top; a node that is used twice is drawn once."""
    x = leaf(1, "x", 3.0, 6.0)
    product = Node(
        2, "x*x", (0, 3), "mul", (Operand(1), Operand(1)), 9.0, "MulBackward0", 1.0, (Pass(1, 3.0, 3.0),) * 2
    )
    assert render(recording(x, product, at={"x": 3.0}), "tree", View()) == (
        "f  = x*x        at x = 3        float64 on cpu\n"
        "\n"
        "v2 x*x = 9  MulBackward0  df/dv2 = 1\n"
        "├── v1 x = 3  df/dv1 = 6\n"
        "└── v1 x, see above\n"
    )


def test_the_flowchart() -> None:
    """A leaf is round, and the derivative stands at the arrow that it belongs to."""
    assert render(recording(), "mermaid", View()) == (
        "flowchart TD\n"
        '    v1(["v1 = x<br>4<br>df/dv1 = -7.66128"])\n'
        '    v2["v2 = x#42;#42;2<br>16<br>PowBackward0<br>df/dv2 = -0.957659"]\n'
        '    v3["v3 = sin#40;x#42;#42;2#41;<br>-0.287903<br>SinBackward0<br>df/dv3 = 1"]\n'
        '    v1 -->|"dv2/dv1 = 8"| v2\n'
        '    v2 -->|"dv3/dv2 = -0.957659"| v3\n'
    )


def test_the_graph() -> None:
    """In Graphviz's language: an ellipse for a leaf, an arrow for each operand."""
    lines = render(recording(), "dot", View()).splitlines()
    assert lines[0] == "digraph tape {"
    assert '\tv1 [label="v1 = x\\n4\\ndf/dv1 = -7.66128" fillcolor="#e8f0fe" shape=ellipse style=filled]' in lines
    assert '\tv2 [label="v2 = x**2\\n16\\nPowBackward0\\ndf/dv2 = -0.957659"]' in lines
    assert [line for line in lines if "->" in line] == [
        '\tv1 -> v2 [label=" dv2/dv1 = 8 "]',
        '\tv2 -> v3 [label=" dv3/dv2 = -0.957659 "]',
    ]


@pytest.mark.parametrize(
    ("operation", "operands", "written"),
    [
        ("add", (Operand(1), Operand(None, "2", 2.0)), "v1 + 2"),
        ("sub", (Operand(None, "-2", -2.0), Operand(1)), "-2 - v1"),
        ("div", (Operand(1), Operand(1)), "v1 / v1"),
        ("neg", (Operand(1),), "-v1"),
        ("not", (Operand(1),), "~v1"),
        ("le", (Operand(1), Operand(None, "pi", math.pi)), "v1 <= pi"),
        ("or", (Operand(1), Operand(1)), "v1 | v1"),
        ("where", (Operand(1), Operand(1), Operand(None, "0", 0.0)), "where(v1, v1, 0)"),
        ("vector", (Operand(1), Operand(None, "2", 2.0)), "[v1, 2]"),
        ("index", (Operand(1), Operand(None, "0", 0.0)), "v1[0]"),
        ("softmax", (Operand(1),), "softmax(v1)"),
    ],
)
def test_how_an_operation_is_written(operation: str, operands: tuple[Operand, ...], written: str) -> None:
    """As in the formula, with the nodes' names in it."""
    node = Node(2, "f", (0, 1), operation, operands, 1.0, None, None, ())
    line = next(
        line
        for line in render(recording(leaf(1, "x", 4.0), node), "table", View()).splitlines()
        if line.startswith("v2")
    )
    assert re.split(r"\s{2,}", line)[2] == written


@pytest.mark.parametrize("name", ["table", "tree"])
def test_calls_and_refusals_have_sections(name: str) -> None:
    """A line a call, None as Python has it; then torch's words, their meaning and what to do."""
    text = render(recording(grads=CALLS, explanation="it adds", refusal=FREED), name, View())
    assert text.endswith(
        "\n.grad after each backward call\n"
        "call  x.grad  y.grad\n"
        "1     4       None\n"
        "2     8       None\n"
        "\n"
        "Why: it adds.\n"
        "\n"
        "what torch says\n"
        "f.backward() -> RuntimeError: Trying to backward [bold]a second time[/bold]\n"
        "It means: it is freed.\n"
        "To mend it: keep it.\n"
    )


def test_a_recording_without_nodes() -> None:
    """What torch refused as a leaf: the head line and the refusal, in both formats for people."""
    bare = recording(nodes=(), backward=(), refusal=FREED, dtype="int64")
    for name in ("table", "tree"):
        assert render(bare, name, View()) == (
            "f  = sin(x**2)        at x = 4        int64 on cpu\n"
            "\n"
            "what torch says\n"
            "f.backward() -> RuntimeError: Trying to backward [bold]a second time[/bold]\n"
            "It means: it is freed.\n"
            "To mend it: keep it.\n"
        )


def test_vectors_conditions_and_matrices() -> None:
    """Of a long vector the ends, of a matrix its name; JSON has both whole."""
    v = leaf(1, "v", tuple(map(float, range(100))), tuple(map(float, range(100))))
    choice = Node(2, "v > 1", (0, 5), "gt", (Operand(1),), (False, True), None, None, ())
    soft = Node(
        3,
        "softmax(v)",
        (0, 10),
        "softmax",
        (Operand(1),),
        (0.5, 0.5),
        "SoftmaxBackward0",
        (1.0, 0.0),
        (Pass(1, ((0.25, -0.25), (-0.25, 0.25)), (0.25, -0.25)),),
    )
    made = recording(v, choice, soft)
    table = render(made, "table", View())
    assert "[0, 1, 2, 3, ..., 99]" in table
    assert "[false, true]" in table
    assert "dv3/dv1 = a matrix" in table
    nodes = json.loads(render(made, "json", View()))["nodes"]
    assert nodes[0]["value"] == nodes[0]["adjoint"] == list(map(float, range(100)))
    assert nodes[1]["value"] == [False, True]
    assert nodes[2]["passes"] == [{"node": 1, "derivative": [[0.25, -0.25], [-0.25, 0.25]], "adds": [0.25, -0.25]}]
    none = recording(v, replace(soft, passes=(Pass(1, None, (0.25, -0.25)),)))
    assert "a matrix" in render(none, "table", View())
    assert json.loads(render(none, "json", View()))["nodes"][1]["passes"][0]["derivative"] is None


@pytest.mark.parametrize(("number", "word"), [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")])
def test_numbers_that_are_not_finite(number: float, word: str) -> None:
    """A word wherever a number stands; in JSON null beside the word, nested as the number is."""
    steps = (Pass(1, ((number, 1.0),), (number, 1.0)), Pass(1, number, number))
    nodes = (
        leaf(1, "v", (1.0, number), (number, 2.0)),
        Node(2, "f", (0, 1), "f", (Operand(None, "c", number), Operand(1)), number, "F", number, steps),
    )
    made = recording(*nodes, grads=({"v": (number, 1.0), "y": number, "z": None},))
    document = json.loads(
        render(made, "json", View()), parse_constant=lambda token: pytest.fail(f"{token} is not JSON")
    )
    first, second = document["nodes"]
    assert (first["value"], first["adjoint"]) == ([1.0, None], [None, 2.0])
    assert first["nonfinite"] == {"value": [None, word], "adjoint": [word, None]}
    assert second["nonfinite"] == {"value": word, "adjoint": word}
    assert second["operands"] == [{"literal": "c", "value": None, "nonfinite": word}, {"node": 1}]
    assert second["passes"] == [
        {
            "node": 1,
            "derivative": [[None, 1.0]],
            "adds": [None, 1.0],
            "nonfinite": {"derivative": [[word, None]], "adds": [word, None]},
        },
        {"node": 1, "derivative": None, "adds": None, "nonfinite": {"derivative": word, "adds": word}},
    ]
    assert document["calls"] == [
        {
            "call": 1,
            "grad": [
                {"wrt": "v", "value": [None, 1.0], "nonfinite": [word, None]},
                {"wrt": "y", "value": None, "nonfinite": word},
                {"wrt": "z", "value": None},
            ],
        }
    ]
    for name in ("table", "tree", "dot", "mermaid"):
        assert word in render(made, name, View())


def test_the_document_to_the_letter() -> None:
    """One line, every key in its place; the view changes no number."""
    text = render(
        recording(leaf(1, "x", 4.0, 1.0), grads=({"x": 1.0},), explanation="why", refusal=FREED, notes=("n",)),
        "json",
        View(),
    )
    assert text == (
        '{"schema": 1, "command": "tape", "expression": "x", "at": {"x": 4.0}, "dtype": "float64", "device": "cpu", '
        '"nodes": [{"node": 1, "source": "x", "span": [0, 1], "operation": "variable", "operands": [], "grad_fn": null, '
        '"value": 4.0, "adjoint": 1.0, "passes": []}], "backward": [1], '
        '"calls": [{"call": 1, "grad": [{"wrt": "x", "value": 1.0}]}], "explanation": "why", '
        '"refusal": {"call": "f.backward()", "error": "RuntimeError", '
        '"message": "Trying to backward [bold]a second time[/bold]", "explanation": "it is freed", "remedy": "keep it"}, '
        '"notes": ["n"]}\n'
    )
    made = recording()
    assert render(made, "json", View(digits=3, width=40, color=True)) == render(made, "json", View())


def test_digits_are_those_asked_for() -> None:
    """In the table and the tree, of the stored number; float32 has its own shortest text."""
    assert "-0.95766" in render(recording(), "table", View(digits=5))
    assert f"{-0.9576594803233847:.18f}" in render(recording(), "tree", View(digits=18))
    narrow = recording(leaf(1, "x", 0.10000000149011612, 1.0), dtype="float32", at={"x": 0.10000000149011612})
    assert "at x = 0.1 " in render(narrow, "table", View())
    assert re.search(r"v1 +x +x +0\.1 +a leaf", render(narrow, "table", View()))


# -- widths, colours, streams


@pytest.mark.parametrize("name", ["table", "tree"])
@pytest.mark.parametrize("width", [20, 30, 40, 45, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    """Read downwards it is the text of a pipe: what is folded loses nothing. The console promises 20 columns."""
    at = {"x": 4.0, "long_name": -1.2345678901234567, "v": (1.5, 2.5)}
    made = recording(at=at, grads=CALLS, explanation="many words " * 20, refusal=FREED)
    text = render(made, name, View(width=width))
    assert max(map(cell_len, text.splitlines())) <= width
    unfolded = re.sub(r"[\s│├└─]", "", text)
    for number in ("-1.2345678901234567", "-0.9576594803233847", "-7.661275842587077"):
        assert number in unfolded
    assert "Tryingtobackward[bold]asecondtime[/bold]" in unfolded


@pytest.mark.parametrize("name", ["table", "tree"])
def test_a_number_is_whole_in_40_columns(name: str) -> None:
    """The name of its column then stands above it."""
    lines = render(recording(), name, View(width=40)).splitlines()
    assert sum("-7.661275842587077" in line for line in lines) == sum(
        "-7.661275842587077" in line for line in render(recording(), name, View()).splitlines()
    )


def test_a_row_below_another() -> None:
    """Where the columns do not fit: the node, and each cell behind the name of its column, or below a long one."""
    lines = render(recording(), "table", View(width=50)).splitlines()
    assert lines[4:9] == ["v1", "  formula    x", "  operation  x", "  value      4", "  grad_fn    a leaf"]
    start = lines.index("v2", lines.index("backward, in the order of the backward pass"))
    assert lines[start : start + 7] == [
        "v2",
        "  its adjoint, times its derivative",
        "    df/dv2 = -0.9576594803233847",
        "  its adjoint, times its derivative",
        "    * dv2/dv1 = 8",
        "  is added to",
        "    df/dv1: -7.661275842587077",
    ]


def test_a_folded_cell_has_its_name_once() -> None:
    """And the point goes on below itself, the dtype and the device on a line of their own."""
    v = leaf(1, "v", tuple(k / 7 for k in range(6)))
    lines = render(recording(v, at={"v": v.value}), "table", View(width=60)).splitlines()
    folded = [
        "[0, 0.14285714285714285, 0.2857142857142857,",
        "0.42857142857142855, 0.5714285714285714,",
        "0.7142857142857143]",
    ]
    assert lines[1:5] == [f"     at v = {folded[0]}", f"     {folded[1]}", f"     {folded[2]}", "     float64 on cpu"]
    assert lines[10:13] == [f"  value      {folded[0]}", f"{' ' * 13}{folded[1]}", f"{' ' * 13}{folded[2]}"]


def test_the_branches_go_on_beside_a_folded_node() -> None:
    """Between two children there is a line; below the last there is none."""
    x, y = leaf(1, "x", 3.0, 2.0), leaf(2, "y", 2.0, 3.0)
    product = Node(
        3,
        "x*y",
        (0, 3),
        "mul",
        (Operand(1), Operand(2)),
        6.0,
        "MulBackward0",
        1.0,
        (Pass(1, 2.0, 2.0), Pass(2, 3.0, 3.0)),
    )
    assert render(recording(x, y, product, at={}), "tree", View(width=20)).splitlines()[3:] == [
        "v3 x*y = 6",
        "MulBackward0  df/dv3",
        "= 1",
        "├── v1 x = 3  df/dv1",
        "│   = 2",
        "└── v2 y = 2  df/dv2",
        "    = 3",
    ]


def test_a_pipe_folds_nothing() -> None:
    """Without a width each node is one line, however long: a head, and twice a blank, a title, a header and the node."""
    v = leaf(1, "v", tuple(k / 7 for k in range(6)), tuple(k / 7 for k in range(6)))
    assert len(render(recording(v), "table", View()).splitlines()) == 1 + 2 * 4


@pytest.mark.parametrize("name", ["table", "tree"])
def test_color_changes_no_word(name: str) -> None:
    """Without its escape codes the painted text is the plain one; without colour there is none."""
    made = recording(grads=CALLS, explanation="it adds", refusal=FREED)
    plain, painted = render(made, name, View()), render(made, name, View(color=True))
    assert "\x1b" not in plain
    assert "\x1b[" in painted
    assert [line.rstrip() for line in ESCAPE.sub("", painted).splitlines()] == plain.splitlines()


@pytest.mark.parametrize("name", ["dot", "mermaid", "json"])
def test_files_are_never_painted(name: str) -> None:
    """Nor folded."""
    assert render(recording(), name, View(width=20, color=True)) == render(recording(), name, View())


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_formulas_end_in_text(name: str, source: str) -> None:
    """One newline at the end, no escape code, and the same number of lines as for a harmless formula."""
    text = render(over(source), name, View())
    assert text.endswith("\n")
    assert "\x1b" not in text
    assert len(text.splitlines()) == len(render(over("x"), name, View()).splitlines())


@pytest.mark.parametrize("name", ["table", "tree"])
@pytest.mark.parametrize("source", HOSTILE)
def test_markup_is_text_to_people(name: str, source: str) -> None:
    """What looks like a tag of rich stays in the line."""
    for view in (View(), View(color=True)):
        assert f" {source}" in ESCAPE.sub("", render(over(source), name, view))


def test_control_characters_and_newlines_stay_on_the_line() -> None:
    """A formula over several lines is one; an escape code in it is shown, not obeyed."""
    for name in TEXTS:
        text = render(over("x +\n\ty\x1b[2J"), name, View())
        assert "\x1b" not in text
        assert len(text.splitlines()) == len(render(over("x"), name, View()).splitlines())


@pytest.mark.parametrize("name", ["table", "dot", "mermaid", "json"])
def test_ascii_streams_get_ascii(name: str) -> None:
    """Foreign characters are escaped."""
    made = replace(over("θ² 漢字"), at={"θ": 2.0}, grads=({"θ": 4.0},))
    assert render(made, name, View(encoding="ascii")).isascii()


@pytest.mark.parametrize(
    "view", [View(encoding="ascii"), View(encoding="ascii", width=80, color=True)], ids=["pipe", "terminal"]
)
def test_the_branches_of_a_tree_are_ascii_on_an_ascii_stream(view: View) -> None:
    """Everything of our own can be written there: lines would come out as escapes."""
    assert render(recording(), "tree", view).isascii()


@pytest.mark.parametrize("name", ["table", "tree", "dot", "mermaid"])
def test_a_long_formula_is_cut_in_the_middle(name: str) -> None:
    """The node counts, not the echo; JSON has it whole."""
    source = "+".join(f"x{k}" for k in range(10_000))
    assert len(render(over(source), name, View())) < 2000
    assert json.loads(render(over(source), "json", View()))["nodes"][1]["source"] == source


@pytest.mark.parametrize("name", ["table", "tree", "dot", "mermaid"])
def test_long_pieces_cost_no_more_than_short_ones(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The nodes of a long sum have 30,000 characters each, of which 40 are shown and 80 looked at."""
    looked_at: list[int] = []
    visible = excerpt.visible
    monkeypatch.setattr(
        excerpt, "visible", lambda text, encoding: looked_at.append(len(text)) or visible(text, encoding)
    )
    nodes = [replace(node, source="x+" * 15_000) for node in chain(10).nodes]
    render(recording(*nodes, expression="f"), name, View())
    assert looked_at
    assert max(looked_at) <= 80


# -- pictures


def unescaped(text: str) -> str:
    """A label of a flowchart as a viewer shows it."""
    return re.sub(r"#([0-9]+);", lambda match: chr(int(match.group(1))), text)


@pytest.mark.parametrize("source", HOSTILE)
def test_flowchart_labels_are_quoted(source: str) -> None:
    """Inside the quotes nothing but letters, harmless signs, <br> and entities; read back, it is the formula."""
    text = render(over(source), "mermaid", View())
    for line in text.splitlines()[1:3]:
        label = re.fullmatch(r' {4}v[12](?:\(\[|\[)"([^"]*)"(?:\]\)|\])', line)
        assert label, line
        pieces = label.group(1).split("<br>")
        assert not re.search(r"[\"<>&\\`*_~|\[\]{}()]", "".join(pieces))
        assert not re.search(r"#(?![0-9]+;)", "".join(pieces))
        assert unescaped(pieces[0]).endswith(f" = {source}")
    assert text.splitlines()[3] == '    v1 -->|"dv2/dv1 = 2"| v2'


@pytest.fixture(scope="module")
def graphviz() -> str:
    """The program `dot`; without Graphviz the test is skipped."""
    found = shutil.which("dot")
    if found is None:
        pytest.skip("graphviz is not installed: there is no program dot")
    return found


def labels(picture: str) -> list[str]:
    """The lines of text of an SVG picture."""
    root = ElementTree.fromstring(picture)  # noqa: S314 - drawn from our own graph
    assert root.tag.endswith("svg")
    return [(piece.text or "").replace("\xa0", " ") for piece in root.iter() if piece.tag.endswith("}text")]


@pytest.mark.parametrize("source", HOSTILE)
def test_graphviz_shows_a_formula_as_it_is(graphviz: str, source: str) -> None:
    """The real `dot` accepts the graph and says nothing; the label in its picture is the formula."""
    done = subprocess.run(
        [graphviz, "-Tsvg"],
        input=render(over(source), "dot", View()).encode(),
        capture_output=True,
        timeout=30,
        check=True,
    )
    assert done.stderr == b""
    shown = labels(done.stdout.decode())
    assert [line for line in shown if line.startswith("v")] == [f"v1 = {source}", f"v2 = {source}"]
    assert " dv2/dv1 = 2 ".strip() in [line.strip() for line in shown]


@pytest.mark.parametrize("label", ["<b>bold</b>", "<", "<>", "\\"])
@pytest.mark.usefixtures("graphviz")
def test_graphviz_reads_no_label_as_html(label: str) -> None:
    """Also one that is nothing but a tag."""
    picture = render(over(label), "svg", View())
    assert f"v2 = {label}" in labels(picture)


@pytest.mark.usefixtures("graphviz")
def test_the_picture() -> None:
    """Every node and every derivative is in it."""
    shown = labels(render(recording(), "svg", View()))
    assert {"v1 = x", "v2 = x**2", "v3 = sin(x**2)", "PowBackward0", "SinBackward0", "df/dv1 = -7.66128"} <= set(shown)
    assert {"dv2/dv1 = 8", "dv3/dv2 = -0.957659"} <= {line.strip() for line in shown}


def test_each_use_of_a_node_has_its_arrow() -> None:
    """x*x: two arrows, the first with the first derivative; a condition's arrow has none."""
    x, choice = (
        leaf(1, "x", 3.0, 6.0),
        Node(2, "x > 1", (0, 5), "gt", (Operand(1), Operand(None, "1", 1.0)), 1.0, None, None, ()),
    )
    steps = (Pass(1, 3.0, 3.0), Pass(1, 4.0, 4.0))
    made = recording(
        x, choice, Node(3, "f", (0, 1), "where", (Operand(2), Operand(1), Operand(1)), 9.0, "F", 1.0, steps)
    )
    assert [line for line in render(made, "mermaid", View()).splitlines() if "-->" in line] == [
        "    v1 --> v2",
        "    v2 --> v3",
        '    v1 -->|"dv3/dv1 = 3"| v3',
        '    v1 -->|"dv3/dv1 = 4"| v3',
    ]
    arrows = [line for line in render(made, "dot", View()).splitlines() if "->" in line]
    assert [re.sub(r"\s+", " ", line).strip() for line in arrows][2:] == [
        'v1 -> v3 [label=" dv3/dv1 = 3 "]',
        'v1 -> v3 [label=" dv3/dv1 = 4 "]',
    ]


@pytest.mark.usefixtures("graphviz")
@pytest.mark.parametrize("nodes", [None, ()], ids=["nodes", "none"])
def test_what_was_tried_stands_below_the_picture(nodes: tuple[Node, ...] | None) -> None:
    """The calls, torch's words and what they mean, also where torch made no node; and no box or arrow for them."""
    made = recording(grads=CALLS, explanation="it adds", refusal=FREED)
    made = made if nodes is None else replace(made, nodes=nodes)
    told = [
        ".grad after each backward call",
        "call 1: x.grad = 4, y.grad = None",
        "call 2: x.grad = 8, y.grad = None",
        "Why: it adds.",
        "",
        "what torch says",
        "f.backward() -> RuntimeError: Trying to backward [bold]a second",
        "time[/bold]",
        "It means: it is freed.",
        "To mend it: keep it.",
    ]
    shown = [line.strip() for line in labels(render(made, "svg", View()))]
    assert [line for line in shown if line in told] == [line for line in told if line]
    *drawn, text, style = render(made, "mermaid", View()).splitlines()
    assert drawn == render(replace(made, grads=(), refusal=None), "mermaid", View()).splitlines()
    match = re.fullmatch(r' {4}told\["([^"]*)"\]', text)
    assert match
    assert unescaped(match.group(1)).split("<br>") == told
    assert not re.search(r"[<>_\[\]()]", match.group(1).replace("<br>", ""))
    assert style == "    style told fill:none,stroke:none,text-align:left"


def test_of_many_calls_a_picture_shows_the_ends() -> None:
    """As of a long vector: the first four and the last."""
    calls = tuple({"x": 4.0 * call} for call in range(1, 1001))
    told = render(recording(grads=calls), "mermaid", View()).splitlines()[-2]
    assert re.findall(r"call (\d+): x.grad = (\d+)|(\.\.\.)", told) == [
        *((str(call), str(4 * call), "") for call in range(1, 5)),
        ("", "", "..."),
        ("1000", "4000", ""),
    ]


def test_no_line_below_a_picture_is_long() -> None:
    """Graphviz folds nothing, however many variables there are."""
    grads = {f"x{k}": k / 7 for k in range(30)}
    told = render(recording(grads=(grads,)), "mermaid", View()).splitlines()[-2]
    lines = unescaped(told).split("<br>")
    assert max(map(len, lines)) < 80
    assert "x28.grad = 4, x29.grad = 4.14286" in " ".join(lines)


def test_without_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 3, and a sentence that names what to install; `dot` and `mermaid` need nothing."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ComputationError, match="Graphviz, the program dot, is not installed") as told:
        render(recording(), "svg", View())
    assert told.value.status is Status.NOT_COMPUTED
    assert "apt install graphviz" in told.value.hint
    assert render(recording(), "dot", View()).startswith("digraph")


@pytest.mark.parametrize(
    ("program", "error", "said"),
    [("exit 1", ComputationError, "could not draw"), ("sleep 20", LimitError, "was stopped")],
)
def test_graphviz_that_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object, program: str, error: type[Exception], said: str
) -> None:
    """A program that fails or hangs ends in a sentence."""
    dot = tmp_path / "dot"  # type: ignore[operator]
    dot.write_text(f"#!/bin/sh\n{program}\n")
    dot.chmod(0o755)
    monkeypatch.setattr(svg.shutil, "which", lambda _: str(dot))
    monkeypatch.setattr(svg, "_SECONDS", 0.3)
    with pytest.raises(error, match=said):
        render(recording(), "svg", View())


def test_a_picture_has_at_most_500_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """More is refused with the number, before Graphviz is looked for."""
    monkeypatch.setattr(svg.shutil, "which", lambda _: None)
    with pytest.raises(LimitError, match="a picture of 501 nodes cannot be read; the limit is 500") as told:
        render(chain(500), "svg", View())
    assert told.value.status is Status.LIMIT
    with pytest.raises(ComputationError, match="not installed"):
        render(chain(499), "svg", View())


def test_a_tree_is_at_most_200_levels_deep() -> None:
    """Beyond, the table is the answer; 150 levels are drawn, also where the indentation is wider than the terminal."""
    with pytest.raises(LimitError, match="more than 200 levels deep") as told:
        render(chain(250), "tree", View())
    assert (told.value.status, told.value.hint) == (Status.LIMIT, "take --format table")
    assert len(render(chain(150), "tree", View()).splitlines()) == 2 + 151
    assert render(chain(150), "tree", View(width=60)).count("df/dv") == 151
    assert len(render(chain(199), "tree", View()).splitlines()) == 2 + 200
    with pytest.raises(LimitError):
        render(chain(200), "tree", View())
    # A head; a blank, a title and a header twice; 251 nodes forwards, and backwards each but the leaf in two lines.
    assert len(render(chain(250), "table", View()).splitlines()) == 1 + 2 * 3 + 251 + (2 * 250 + 1)


def test_a_wide_tree_is_not_deep() -> None:
    """A thousand entries of a vector on one level."""
    nodes = [leaf(n, f"x{n}", 1.0, 1.0) for n in range(1, 1001)]
    vector = Node(
        1001,
        "[...]",
        (0, 5),
        "vector",
        tuple(Operand(n) for n in range(1, 1001)),
        (1.0,) * 1000,
        "StackBackward0",
        (1.0,) * 1000,
        (),
    )
    lines = render(recording(*nodes, vector), "tree", View()).splitlines()
    assert len(lines) == 3 + 1000
    assert [line.split()[1] for line in lines[3:]] == [f"v{n}" for n in range(1, 1001)], "in the order of the operands"
