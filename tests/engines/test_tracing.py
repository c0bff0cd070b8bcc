"""The trace: torch's own order, each node's derivative against mpmath, and the sums that the chain rule asks for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcalc.dtypes import FLOAT32, FLOAT64, DType
from gradcalc.engines.autograd import Trace, UnsupportedError, evaluate, repeat, trace, whole_leaf
from gradcalc.errors import Span
from gradcalc.language.parser import parse
from gradcalc.language.tape import CONDITIONS, INDEX, VARIABLE, VECTOR, Instruction, Tape
from tests.language import evaluation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gradcalc.engines.autograd.records import Calls, Edge, Value

    Program = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], dict[str, torch.Tensor]]

mp = evaluation.mp

#: Nothing is a kink, a tie or a bound here.
POINT: dict[str, Value] = {"x": 0.71, "y": 1.37, "v": (0.31, 1.13, 0.83), "w": (1.91, 0.23, 0.57)}


def look(formula: str, dtype: DType = FLOAT64, *, grad: bool = True, **point: Value) -> Trace:
    """Trace a formula at `point`; at POINT without one."""
    at = point or POINT
    return trace(parse(formula, frozenset(at)), at, dtype, "cpu", grad=grad)


def source(found: Trace, node: int) -> str:
    """The piece of the formula that a node stands for."""
    span = found.tape.instructions[node].span
    return found.tape.source[span.start : span.stop]


def entries(value: Any) -> list[Any]:
    """A number as a list of one, a vector as a list."""
    return list(value) if isinstance(value, tuple) else [value]


# -- the order of the backward pass


def two_terms(x: torch.Tensor, y: torch.Tensor, _: torch.Tensor) -> dict[str, torch.Tensor]:
    """x*sin(x) + y**2, step by step."""
    sine = torch.sin(x)
    product = x * sine
    square = y**2
    return {"x": x, "sin(x)": sine, "x*sin(x)": product, "y": y, "y**2": square, "x*sin(x) + y**2": product + square}


def shared(x: torch.Tensor, y: torch.Tensor, _: torch.Tensor) -> dict[str, torch.Tensor]:
    """(x + y)*(x - y) - exp(y/x), step by step."""
    added, less = x + y, x - y
    product, ratio = added * less, y / x
    grown = torch.exp(ratio)
    steps = {"x": x, "y": y, "x + y": added, "x - y": less, "(x + y)*(x - y)": product}
    return steps | {"y/x": ratio, "exp(y/x)": grown, "(x + y)*(x - y) - exp(y/x)": product - grown}


def chosen(_: torch.Tensor, y: torch.Tensor, v: torch.Tensor) -> dict[str, torch.Tensor]:
    """sum(where(v > 1, v**2, y)) + v[0], step by step."""
    square = v**2
    picked = torch.where(v > 1, square, y)
    total, first = picked.sum(), v[0]
    steps = {"v": v, "v**2": square, "y": y, "where(v > 1, v**2, y)": picked, "sum(where(v > 1, v**2, y))": total}
    return steps | {"v[0]": first, "sum(where(v > 1, v**2, y)) + v[0]": total + first}


def mixed(x: torch.Tensor, _: torch.Tensor, v: torch.Tensor) -> dict[str, torch.Tensor]:
    """dot(softmax(v), [x, 2, x])*v[2], step by step."""
    soft, stack = torch.softmax(v, dim=0), torch.stack([x, torch.tensor(2.0, dtype=v.dtype), x])
    dot, last = torch.dot(soft, stack), v[2]
    steps = {"v": v, "softmax(v)": soft, "x": x, "[x, 2, x]": stack, "dot(softmax(v), [x, 2, x])": dot}
    return steps | {"v[2]": last, "dot(softmax(v), [x, 2, x])*v[2]": dot * last}


@pytest.mark.parametrize("dtype", [FLOAT64, FLOAT32], ids=lambda dtype: dtype.name)
@pytest.mark.parametrize("program", [two_terms, shared, chosen, mixed], ids=lambda program: program.__name__)
def test_the_order_is_torchs_own(program: Program, dtype: DType) -> None:
    """The same program written by hand, watched by hooks on its backward functions, runs back in the same order."""
    kind = getattr(torch, dtype.name)
    leaves = [torch.tensor(POINT[name], dtype=kind, requires_grad=True) for name in ("x", "y", "v")]
    steps = program(*leaves)
    order: list[str] = []
    watched = []
    for name, tensor in steps.items():
        # A leaf's own node is the one that adds to .grad; a view of the leaf leads to it.
        node = tensor.grad_fn or tensor.view_as(tensor).grad_fn.next_functions[0][0]
        node.register_prehook(lambda _, name=name: order.append(name))
        watched.append(node)
    *_, (formula, result) = steps.items()
    result.backward()
    found = look(formula, dtype)
    assert [source(found, node) for node in found.order] == order
    assert {source(found, node): seen.grad_fn for node, seen in enumerate(found.nodes) if seen.grad_fn} == {
        name: tensor.grad_fn.name() for name, tensor in steps.items() if tensor.grad_fn
    }


def test_a_variable_is_in_the_order_once() -> None:
    """By its first occurrence, after all that hand something to it; what has no slope is not there."""
    found = look("where(x > 0.5, x*x, 1) + sin(x) + floor(2)")
    assert [source(found, node) for node in found.order].count("x") == 1
    assert found.order[-1] == 0
    assert len(set(found.order)) == len(found.order)
    reached = {source(found, node) for node, seen in enumerate(found.nodes) if seen.adjoint is not None}
    assert reached == {source(found, node) for node in found.order}
    assert [seen for node, seen in enumerate(found.nodes) if source(found, node) == "x"] == [found.nodes[0]] * 4


# -- each node's derivative, and the sums


def single(step: Instruction) -> Tape:
    """The instruction alone, on variables named by position."""
    names = tuple(f"a{position}_" for position in range(len(step.args)))
    leaves = tuple(Instruction(VARIABLE, (), name, Span(0, 1)) for name in names)
    return Tape("", (*leaves, Instruction(step.op, tuple(range(len(names))), step.text, Span(0, 1))), names)


def slope(step: Instruction, values: list[Any], position: int, entry: int | None, of: int | None) -> Any:
    """The derivative of the instruction's entry `of` by the entry of one operand, as a quotient at 50 digits."""
    alone = single(step)
    lists = [[mp.mpf(number) for number in value] if isinstance(value, tuple) else mp.mpf(value) for value in values]
    at = {f"a{place}_": value for place, value in enumerate(lists)}
    moved = at[f"a{position}_"]

    def along(number: Any) -> Any:
        changed = number if entry is None else [*moved[:entry], number, *moved[entry + 1 :]]
        made = evaluation.evaluate(alone, {**at, f"a{position}_": changed})
        return made if of is None else made[of]

    return mp.diff(along, moved if entry is None else moved[entry])


def assert_near(found: Iterable[Any], true: Iterable[Any], what: str) -> None:
    """Compare number by number, to what a few roundings leave."""
    for number, exact in zip(found, true, strict=True):
        assert abs(number - exact) <= 1e-12 * (1 + abs(exact)), f"{what}: torch {number!r}, not {mp.nstr(exact, 20)}"


def assert_edge(found: Trace, node: int, position: int, edge: Edge) -> None:
    """The edge has the instruction's own derivative by the operand, and hands on the adjoint times that."""
    step, seen = found.tape.instructions[node], found.nodes[node]
    values = [found.nodes[operand].value for operand in step.args]
    made, operand, adjoint = seen.value, values[position], seen.adjoint
    what = f"{step.op} by operand {position} in {found.tape.source}"
    rows = range(len(made)) if isinstance(made, tuple) else [None]
    columns = range(len(operand)) if isinstance(operand, tuple) else [None]
    by_entry = isinstance(made, tuple) and isinstance(operand, tuple) and step.op != "softmax"
    matrix = [
        [mp.mpf(0) if by_entry and row != column else slope(step, values, position, column, row) for column in columns]
        for row in rows
    ]
    passed = [
        mp.fsum(part * line[column] for part, line in zip(entries(adjoint), matrix, strict=True))
        for column in range(len(columns))
    ]
    assert_near(entries(edge.passed), passed, f"what is passed on, {what}")
    assert isinstance(edge.passed, tuple) == isinstance(operand, tuple), what
    if step.op == "softmax":
        for line, true in zip(edge.local, matrix, strict=True):
            assert_near(line, true, what)
    elif by_entry:
        assert_near(edge.local, [matrix[row][row] for row in rows], what)
    else:
        assert_near(entries(edge.local), [number for line in matrix for number in line], what)


def assert_chain_rule(found: Trace) -> None:
    """Every edge is right by itself, and every adjoint is the sum of what reaches it, in 50 digits."""
    steps, constant = found.tape.instructions, found.tape.constant_nodes()
    firsts: dict[str, int] = {}
    first = [firsts.setdefault(step.text, node) if step.op == VARIABLE else node for node, step in enumerate(steps)]
    sums: dict[int, list[Any]] = {first[-1]: [mp.mpf(1)]}
    for node, (step, seen) in enumerate(zip(steps, found.nodes, strict=True)):
        if seen.adjoint is None:
            assert seen.edges == ()
            continue
        positions = [
            place
            for place, operand in enumerate(step.args)
            if not constant[operand] and steps[operand].op not in CONDITIONS
        ]
        assert [edge.operand for edge in seen.edges] == [step.args[place] for place in positions], found.tape.source
        for place, edge in zip(positions, seen.edges, strict=True):
            assert_edge(found, node, place, edge)
            target = first[edge.operand]
            before = sums.get(target, [mp.mpf(0)] * len(entries(edge.passed)))
            sums[target] = [known + mp.mpf(more) for known, more in zip(before, entries(edge.passed), strict=True)]
    for node, seen in enumerate(found.nodes):
        if seen.adjoint is not None:
            assert_near(
                entries(seen.adjoint), sums[first[node]], f"the adjoint of {source(found, node)} in {found.tape.source}"
            )


def assert_gradient(formula: str, found: Trace) -> None:
    """The adjoint of each variable is the difference quotient of the whole formula at 50 digits."""
    tape = parse(formula, frozenset(POINT))
    at = {
        name: [mp.mpf(n) for n in value] if isinstance(value, tuple) else mp.mpf(value) for name, value in POINT.items()
    }
    for node, step in enumerate(found.tape.instructions):
        if step.op != VARIABLE or found.nodes[node].adjoint is None:
            continue
        here, name = at[step.text], step.text
        for entry, adjoint in enumerate(entries(found.nodes[node].adjoint)):

            def along(number: Any, name: str = name, here: Any = here, entry: int = entry) -> Any:
                changed = [*here[:entry], number, *here[entry + 1 :]] if isinstance(here, list) else number
                return evaluation.evaluate(tape, {**at, name: changed})

            true = mp.diff(along, here[entry] if isinstance(here, list) else here)
            assert abs(adjoint - true) <= 1e-11 * (1 + abs(true)), f"df/d{name}, entry {entry}, in {formula}"


FORMULAS = [
    "x",
    "-x",
    "sin(x**2)",
    "x*x*x",
    "x - x",
    "x**y/(y - 3)",
    "x**-1 + 2**x",
    "x*sin(x) + y*sin(x)",
    "where(x < 1, x*y, y)",
    "where((x < 1) & ~(y > x) | (x == y), x, y**2)*x",
    "|x - y|",
    "max(x, y, 1.2) + min(x, 0.1*y)",
    "clamp(x, 0, y)",
    "atan2(x, y) + hypot(y, x)",
    "sum(v)",
    "mean(v**2)",
    "sum(x*v + y)",
    "sum(v**x) + sum(x**v)",
    "sum(v*w)/dot(v, w)",
    "sum(where(v > 0.5, v, x))",
    "sum(where(x > 0.5, v, y))",
    "prod(v) + norm(w)",
    "var(v)*std(w)",
    "max(v) - min(v)",
    "sum(max(v, x) + min(w, v))",
    "logsumexp(v*w)",
    "dot(softmax(v*x), w)",
    "softmax(v)[1]*softmax(w)[0]",
    "v[0]*v[1] - w[0]*v[0]",
    "sum([x, y, 2]*v)",
    "sum([x, x, v[2]])",
    "[x, y*x, 1][1]",
    "(v*w)[2] + v[2]",
    "dot([x, 1, y], v)",
    "sum(clamp(v, 0.5, x))",
    "sum([x]) + [y][0]",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_chain_rule_holds_at_every_node(formula: str) -> None:
    """Each derivative is mpmath's, each adjoint the sum of what its users hand back, the gradient the quotient's."""
    found = look(formula)
    assert found.refusal is None
    assert found.nodes[-1].adjoint == 1.0
    assert_chain_rule(found)
    assert_gradient(formula, found)


_NUMBERS: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["x", "y", "x", "2", "0.5", "pi", "v[1]"]),
        st.builds("({} {} {})".format, _NUMBERS, st.sampled_from("+-*"), _NUMBERS),
        st.builds("{}(-{})".format, st.sampled_from(["sin", "atan", "sigmoid", "cot"]), st.sampled_from(["x", "y"])),
        st.builds("{}/(2 + {}**2)".format, _NUMBERS, _NUMBERS).map("({})".format),
        st.builds("where({} {} 0.9, {}, {})".format, st.sampled_from("xy"), st.sampled_from("<>"), _NUMBERS, _NUMBERS),
        st.builds("{}({})".format, st.sampled_from(["sum", "mean", "logsumexp"]), _VECTORS),
        st.builds("dot({}, {})".format, _VECTORS, _VECTORS),
        st.builds("({})[{}]".format, _VECTORS, st.integers(0, 2)),
    )
)
_VECTORS: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["v", "w", "v"]),
        st.builds("({} {} {})".format, _VECTORS, st.sampled_from("+-*"), st.one_of(_VECTORS, _NUMBERS)),
        st.builds("[{}, {}, {}]".format, _NUMBERS, _NUMBERS, _NUMBERS),
        st.builds("{}({})".format, st.sampled_from(["sin", "softmax", "tanh"]), _VECTORS),
        st.builds("where({} > 0.7, {}, {})".format, st.sampled_from("vw"), _VECTORS, st.one_of(_VECTORS, _NUMBERS)),
    )
)


@settings(max_examples=30)
@given(_NUMBERS.filter(lambda formula: any(name in formula for name in "xyvw") and len(formula) < 200))
def test_the_chain_rule_holds_for_any_formula(formula: str) -> None:
    """The same for formulas that nobody thought of."""
    found = look(formula)
    if found.refusal is None:
        assert_chain_rule(found)
        assert_gradient(formula, found)
    else:
        assert found.nodes[-1].grad_fn is None


@pytest.mark.parametrize("name", ["float64", "float32", "float16", "bfloat16"])
def test_edges_stay_in_the_dtype(name: str) -> None:
    """A derivative is the dtype's own: in float32 the slope of x**3 at 0.1 is 3*x**2 of the stored 0.1."""
    from gradcalc.dtypes import DTYPES

    x = torch.tensor(0.1, dtype=getattr(torch, name), requires_grad=True)
    (x**3).backward()
    found = look("x**3", DTYPES[name], x=x.item())
    assert found.nodes[-1].edges[0].local == found.nodes[0].adjoint == x.grad.item()


def test_a_long_matrix_is_left_out() -> None:
    """Up to 16 entries softmax has its matrix; beyond, only what is passed on, which stays right."""
    for length, written in ((16, True), (17, False)):
        v = tuple(0.1 * entry for entry in range(length))
        found = look("softmax(v)[0]", v=v)
        (edge,) = found.nodes[1].edges
        total = math.fsum(math.exp(entry) for entry in v)
        s = [math.exp(entry) / total for entry in v]
        expected = [s[0] * ((entry == 0) - s[entry]) for entry in range(length)]
        assert edge.passed == pytest.approx(expected, rel=1e-13)
        assert (edge.local is not None) is written
        if edge.local is not None:
            assert [len(row) for row in edge.local] == [length] * length


def test_what_a_definition_stands_for_keeps_its_place() -> None:
    """The steps of cot(x) = 1/tan(x) all carry the span of the call; the derivative is -1/sin(x)**2."""
    found = look("y*cot(x)")
    assert {source(found, node) for node, step in enumerate(found.tape.instructions) if step.op in {"tan", "div"}} == {
        "cot(x)"
    }
    assert [step.op for step in found.tape.instructions] == ["variable", "variable", "number", "tan", "div", "mul"]
    assert_chain_rule(found)
    assert found.nodes[1].adjoint == pytest.approx(-1.37 / math.sin(0.71) ** 2, rel=1e-14)


def test_an_argument_without_a_slope_is_passed_nothing() -> None:
    """besseli(n, x) hands on to x alone, I1'(x) = I0(x) - I1(x)/x; n has no adjoint."""
    found = look("besseli(n, x)", n=1.0, x=2.0)
    (edge,) = found.nodes[2].edges
    assert edge.operand == 1
    assert edge.local == pytest.approx(float(mp.besseli(0, 2) - mp.besseli(1, 2) / 2), rel=1e-14)
    assert found.nodes[0].adjoint is None
    assert 0 not in found.order


def test_infinities_and_nan_go_through() -> None:
    """The branch not taken of sqrt(x) at -1: 0 times an undefined slope is nan, and the trace hides nothing."""
    found = look("where(x > 0, sqrt(x), 0)", x=-1.0)
    root = next(seen for seen, step in zip(found.nodes, found.tape.instructions, strict=True) if step.op == "sqrt")
    assert root.adjoint == 0.0
    assert math.isnan(root.edges[0].local)
    assert math.isnan(found.nodes[0].adjoint)
    assert look("log(x)", x=0.0).nodes[0].adjoint == math.inf


def test_a_long_sum() -> None:
    """2,000 sines: three nodes a term (but for one sum), and the slope of a sum of cosines."""
    found = look("+".join(f"sin({k}*x)" for k in range(1, 2001)), x=0.5)
    assert len(found.order) == 3 * 2000
    assert found.nodes[1].adjoint == pytest.approx(math.fsum(k * math.cos(k * 0.5) for k in range(1, 2001)), rel=1e-11)


# -- other ways to ask


def test_without_grad_nothing_is_recorded() -> None:
    """Values are the same; no node has a backward function, an adjoint or edges, and torch says why."""
    bare, full = look("x*sin(x) + sum(v)", grad=False), look("x*sin(x) + sum(v)")
    assert [seen.value for seen in bare.nodes] == [seen.value for seen in full.nodes]
    assert {(seen.grad_fn, seen.adjoint, seen.edges) for seen in bare.nodes} == {(None, None, ())}
    assert bare.order == ()
    with pytest.raises(RuntimeError) as told:
        torch.tensor(1.0).backward()
    assert bare.refusal is not None
    assert (bare.refusal.call, bare.refusal.error) == ("f.backward()", "RuntimeError")
    assert (
        bare.refusal.message
        == str(told.value)
        == "element 0 of tensors does not require grad and does not have a grad_fn"
    )


@pytest.mark.parametrize("setting", [torch.no_grad, torch.inference_mode, torch.autograd.set_detect_anomaly])
def test_callers_settings_do_not_matter(setting: Callable[..., Any]) -> None:
    """Under no_grad, inference_mode or anomaly detection the trace and the calls are the same."""
    tape, point = parse("x*sin(x) + [x, 2][0]"), {"x": 2.0}
    expected = trace(tape, point, FLOAT64, "cpu"), repeat(tape, point, FLOAT64, "cpu", 2)
    with setting(True) if setting is torch.autograd.set_detect_anomaly else setting():  # noqa: FBT003 - torch's own
        assert (trace(tape, point, FLOAT64, "cpu"), repeat(tape, point, FLOAT64, "cpu", 2)) == expected


def again(
    formula: str,
    calls: int,
    dtype: DType = FLOAT64,
    *,
    zero_grad: bool = False,
    retain_graph: bool = True,
    **point: Value,
) -> Calls:
    """Call backward several times on the graph of a formula."""
    return repeat(parse(formula), point, dtype, "cpu", calls, zero_grad=zero_grad, retain_graph=retain_graph)


def test_backward_adds_to_grad() -> None:
    """After n calls n times the gradient; zeroed before each call, the gradient."""
    assert again("x**2", 3, x=2.0).grads == ({"x": 4.0}, {"x": 8.0}, {"x": 12.0})
    assert again("x**2", 3, x=2.0, zero_grad=True).grads == ({"x": 4.0},) * 3
    assert again("sum(v**2)*y", 2, v=(1.0, 2.0), y=3.0).grads == (
        {"v": (6.0, 12.0), "y": 5.0},
        {"v": (12.0, 24.0), "y": 10.0},
    )
    assert again("x**2", 2, FLOAT32, x=0.1).grads[1]["x"] == (torch.tensor(0.1) * 2 * 2).item()


def test_a_variable_that_is_not_reached_has_no_grad() -> None:
    """Torch leaves .grad None where the backward pass does not come, and so does the record."""
    assert again("x**2 + heaviside(y)", 2, x=2.0, y=1.0, zero_grad=True).grads == ({"x": 4.0, "y": None},) * 2


def test_a_freed_graph_refuses_the_second_call() -> None:
    """x**2 saves x, which the first pass frees; torch says the same of the program written by hand."""
    found = again("x**2", 3, x=2.0, retain_graph=False)
    x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    square = x**2
    square.backward()
    with pytest.raises(RuntimeError) as told:
        square.backward()
    assert found.grads == ({"x": 4.0},)
    assert found.refusal is not None
    assert found.refusal.message == str(told.value).splitlines()[0]
    assert (found.refusal.call, found.refusal.error) == ("f.backward()", "RuntimeError")


def test_a_graph_that_saves_nothing_can_be_gone_back_twice() -> None:
    """A sum needs no values for its derivative, so there is nothing to free."""
    assert again("x + y", 2, x=1.0, y=2.0, retain_graph=False) == again("x + y", 2, x=1.0, y=2.0)
    assert again("x + y", 2, x=1.0, y=2.0, retain_graph=False).grads == ({"x": 1.0, "y": 1.0}, {"x": 2.0, "y": 2.0})


@pytest.mark.parametrize(
    ("value", "call"),
    [
        (4.0, "torch.tensor(4, dtype=torch.int64, requires_grad=True)"),
        ((1.0, -2.0), "torch.tensor([1, -2], dtype=torch.int64, requires_grad=True)"),
    ],
)
def test_whole_numbers_are_refused_as_leaves(value: Value, call: str) -> None:
    """The call is one that can be pasted, and the words are those that torch has for it."""
    refusal = whole_leaf(value, "int64", "cpu")
    assert refusal is not None
    assert (refusal.call, refusal.error) == (call, "RuntimeError")
    with pytest.raises(RuntimeError, match="floating point") as told:
        torch.tensor(4, requires_grad=True)
    assert refusal.message == str(told.value)
    assert whole_leaf(value, "float64", "cpu") is None


def test_a_value_without_a_graph() -> None:
    """`evaluate` has the value of mpmath, a tuple for a vector, and refuses what torch lacks."""
    assert evaluate(parse("exp(x)/x"), {"x": 0.5}, FLOAT64, "cpu") == pytest.approx(float(2 * mp.exp(0.5)), rel=1e-15)
    assert evaluate(parse("v**2"), {"v": (1.0, 3.0)}, FLOAT64, "cpu") == (1.0, 9.0)
    assert evaluate(parse("x"), {"x": 3.0}, FLOAT64, "cpu") == 3.0
    with pytest.raises(UnsupportedError, match="torch has no rule for Si"):
        evaluate(parse("Si(x)"), {"x": 0.5}, FLOAT64, "cpu")


@pytest.mark.parametrize("ask", [trace, lambda *where: repeat(*where, 2)], ids=["trace", "repeat"])
def test_what_torch_lacks_is_refused(ask: Callable[..., object]) -> None:
    """With the reason, one clause."""
    with pytest.raises(UnsupportedError, match=r"^torch has no rule for Si: torch has no such function$"):
        ask(parse("x + Si(x)"), {"x": 1.0}, FLOAT64, "cpu")


def test_index_and_vector_are_looked_at() -> None:
    """An entry hands back to its place, a vector literal to each of its entries."""
    found = look("[x, 2, y][2]*v[1]")
    seen = {
        step.op: node
        for step, node in zip(found.tape.instructions, found.nodes, strict=True)
        if step.op in {INDEX, VECTOR}
    }
    assert [edge.local for edge in seen[VECTOR].edges] == [(1.0, 0.0, 0.0), (0.0, 0.0, 1.0)]
    assert [edge.passed for edge in seen[VECTOR].edges] == [0.0, 1.13]
    assert [(edge.local, edge.passed) for edge in seen[INDEX].edges] == [((0.0, 1.0, 0.0), (0.0, 1.37, 0.0))]
