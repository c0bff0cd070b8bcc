"""The torch engine: every row of the vocabulary against mpmath, the typed program kept, and honest refusals."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
import torch

from gradcalc.deadline import Deadline
from gradcalc.dtypes import BFLOAT16, DTYPES, FLOAT16, FLOAT32, FLOAT64, DType
from gradcalc.engines.autograd import Backward, Slope, Trace, differentiate, forward, trace
from gradcalc.engines.autograd.functions import operation
from gradcalc.errors import Span
from gradcalc.language import vocabulary
from gradcalc.language.lowering import component_names, is_call
from gradcalc.language.parser import parse
from gradcalc.language.shapes import infer_shapes, require_scalar
from gradcalc.language.tape import Instruction, Tape
from tests import oracle

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradcalc.engines.autograd.records import Value
    from gradcalc.language.vocabulary import Function

RNG = random.Random(20260801)  # noqa: S311 - points to test at, not secrets


def run(formula: str, dtype: DType = FLOAT64, *, order: int = 1, device: str = "cpu", **point: Value) -> Backward:
    """Differentiate a formula by every component of its point; the keywords are the variables."""
    tape = parse(formula, frozenset(point))
    lengths = {name: len(value) if isinstance(value, tuple) else None for name, value in point.items()}
    shapes = infer_shapes(tape, lengths)
    require_scalar(tape, shapes)
    wrt = [component for name in point for component in component_names(name, lengths[name])]
    return differentiate(tape, shapes, point, wrt, dtype, device, order)


def look(formula: str, dtype: DType = FLOAT64, *, device: str = "cpu", **point: Value) -> Trace:
    """Trace a formula; the keywords are the variables."""
    return trace(parse(formula, frozenset(point)), point, dtype, device)


def numbers(found: Backward) -> list[float | None]:
    """The partial derivatives without their reasons."""
    return [slope.value for slope in found.partials]


# -- every row against mpmath


def runs_on_torch(row: Function) -> bool:
    """Whether torch has the row, or all that its definition is made of."""
    if row.torch or not row.definition:
        return bool(row.torch)
    calls = (step for step in parse(row.definition, frozenset(row.names)).instructions if is_call(step.op))
    return all(runs_on_torch(vocabulary.find(step.op, len(step.args))) for step in calls)


def identity(row: Function) -> str:
    """The row's signature, for the names of tests."""
    return row.signature


ROWS = [row for row in vocabulary.ROWS if row.name != "where"]
SAMPLED = [row for row in ROWS if row.samples and runs_on_torch(row)]
LACKING = [row for row in ROWS if not runs_on_torch(row)]

#: Relative error of float64 at the samples. torch's trigamma, which is also the slope of digamma and the curvature of
#: lgamma, is short of double precision by some 1e-10.
VALUE_ERROR, SLOPE_ERROR, CURVATURE_ERROR = 1e-13, 1e-13, 1e-12
TRIGAMMA_ERROR = 1e-8
BY_TRIGAMMA = {"trigamma": 0, "digamma": 1, "gamma": 2, "lgamma": 2, "beta": 2, "factorial": 2, "binomial": 2}


def points_of(row: Function) -> list[tuple[float, ...]]:
    """The row's samples, and three points of the box between them."""
    low, high = row.samples[0], row.samples[-1]
    between = [tuple(a + part * (b - a) for a, b in zip(low, high, strict=True)) for part in (0.2, 0.5, 0.9)]
    return [*row.samples, *between]


def at_parameters(row: Function, point: tuple[float, ...], order: int = 1) -> Backward:
    """The row called with its parameters as variables."""
    names = [f"{name}_" for name in row.names]  # the mark keeps `a`, `e` and function names apart
    return run(f"{row.name}({', '.join(names)})", order=order, **dict(zip(names, point, strict=True)))


#: torch's second derivative of the cross-entropy divides by (p*(1 - p) + 1e-10)**2, measured at p = 0.2.
HELD_OFF_ERROR = 1e-8


def assert_close(found: float | None, true: object, error: float, what: str) -> None:
    """Compare with 50 digits; 1e-40 is an mpmath difference quotient's 0."""
    assert found is not None, what
    assert abs(found - true) <= max(error * abs(true), 1e-40), (
        f"{what}: torch {found!r}, mpmath {oracle.mp.nstr(true, 20)}"
    )


@pytest.mark.parametrize("row", ROWS, ids=identity)
def test_row_has_one_way_on_torch(row: Function) -> None:
    """A row is an operation of torch, or a definition, or says why torch lacks it."""
    ways = [bool(row.torch), bool(row.definition and not row.torch), bool(row.no_torch)]
    assert sum(ways) == 1, f"{row.signature}: fill `torch` or `definition`, or say why not in `no_torch`"
    if row.torch:
        assert callable(operation(row.torch)), f"{row.signature}: torch has no {row.torch}"


@pytest.mark.parametrize("row", SAMPLED, ids=identity)
def test_row_agrees_with_mpmath(row: Function) -> None:
    """Value and slopes at the samples are mpmath's, but for the constant arguments, which have a reason."""
    advice = f"{row.signature}: correct the column `torch` or `definition`, the samples, or tests/oracle.py"
    for point in points_of(row):
        found = at_parameters(row, point)
        error = TRIGAMMA_ERROR if BY_TRIGAMMA.get(row.name) == 0 else VALUE_ERROR
        assert_close(found.value, oracle.value(row.name, point), error, f"{advice}; value at {point}")
        for position, slope in enumerate(found.partials):
            if position in row.constant:
                assert slope == Slope(None, f"torch cannot differentiate {row.name} by {row.names[position]}")
                continue
            error = TRIGAMMA_ERROR if BY_TRIGAMMA.get(row.name) == 1 else SLOPE_ERROR
            true = oracle.slope(row.name, point, position)
            assert_close(slope.value, true, error, f"{advice}; slope by {row.names[position]} at {point}")


@pytest.mark.parametrize("row", SAMPLED, ids=identity)
def test_second_derivative_agrees_with_mpmath(row: Function) -> None:
    """The derivative of order 2 at the samples is mpmath's."""
    for point in row.samples:
        found = at_parameters(row, point, order=2)
        for position, slope in enumerate(found.partials):
            if position not in row.constant:
                error = TRIGAMMA_ERROR if BY_TRIGAMMA.get(row.name) == 2 else CURVATURE_ERROR
                error = HELD_OFF_ERROR if row.name == "binary_cross_entropy" else error
                true = oracle.slope(row.name, point, position, 2)
                assert_close(slope.value, true, error, f"{row.signature} at {point}, order 2")


def test_what_the_table_says_of_torchs_gaps() -> None:
    """A torch that has learnt to differentiate one of these fails here: fill the row's `torch` and clear `no_torch`."""
    x = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
    special = torch.special
    for dropped in (special.bessel_j0, special.bessel_y0, special.modified_bessel_k0, special.airy_ai):
        assert not dropped(x).requires_grad
    with pytest.raises(RuntimeError, match="the derivative for 'zeta' is not implemented"):
        special.zeta(x, torch.ones_like(x)).backward()


@pytest.mark.parametrize("row", LACKING, ids=identity)
def test_row_without_torch_says_why(row: Function) -> None:
    """What torch lacks has no value and no slopes, and a reason from the table."""
    found = at_parameters(row, row.samples[0])
    assert found.value is None
    assert found.reason is not None
    assert found.reason.startswith("torch has no rule for ")
    assert found.partials == (Slope(None, found.reason),) * len(row.names)
    if row.no_torch:
        assert found.reason == f"torch has no rule for {row.name}: {row.no_torch}"


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("gamma", (-0.5,)),
        ("gamma", (-1.5,)),
        ("gamma", (-6.25,)),
        ("factorial", (-2.5,)),
        ("beta", (-0.5, 0.7)),
        ("beta", (-0.5, -0.7)),
        ("beta", (-1.5, 0.2)),
        ("beta", (-0.7, 0.2)),
        ("binomial", (0.5, 2.75)),
        ("binomial", (2.5, -0.75)),
        ("binomial", (0.5, 2.2)),
        ("binomial", (2.5, -1.5)),
        ("binomial", (-1.5, 0.3)),
        ("lgamma", (-0.5,)),
        ("cbrt", (8.0,)),
        ("sinc", (40.0,)),
    ],
)
def test_signs_and_far_points(name: str, point: tuple[float, ...]) -> None:
    """Compositions hold beyond the samples: gamma and its kin have their sign left of 0."""
    found = at_parameters(vocabulary.find(name, len(point)), point)
    assert_close(found.value, oracle.value(name, point), 1e-12, f"{name}{point}")
    for position, slope in enumerate(found.partials):
        assert_close(slope.value, oracle.slope(name, point, position), 1e-11, f"{name}{point} by {position}")


# -- arguments that torch cannot differentiate by


def test_only_the_constant_argument_lacks_a_slope() -> None:
    """besseli(nu, x) has a value and a slope by x (I1' = I0 - I1/x), and a reason for nu alone."""
    found = run("besseli(nu, x)*y", nu=1.0, x=2.0, y=3.0)
    i0, i1 = oracle.mp.besseli(0, 2), oracle.mp.besseli(1, 2)
    assert_close(found.value, 3 * i1, 1e-15, "value")
    assert found.partials[0] == Slope(None, "torch cannot differentiate besseli by n")
    assert_close(found.partials[1].value, 3 * (i0 - i1 / 2), 1e-15, "slope by x")
    assert_close(found.partials[2].value, i1, 1e-15, "slope by y")


def test_constant_argument_is_reached_through_other_operations() -> None:
    """A variable on the way to a constant argument lacks a slope, also through a function and a vector."""
    assert numbers(run("lowergamma(exp(a) + 1, x)", a=0.5, x=1.0))[0] is None
    assert numbers(run("polygamma(max(v), x)", v=(1.0, 2.0), x=1.0))[:2] == [None, None]
    assert numbers(run("polygamma((2*v)[0], x)", v=(1.0, 2.0), x=1.0))[:2] == [None, None]
    assert numbers(run("zeta(s, s)", s=3.0)) == [None]


def test_entry_of_a_vector_is_blocked_alone() -> None:
    """besseli(v[0], v[1]) has a slope by v[1]."""
    found = run("besseli(v[0], v[1]) + v[2]", v=(0.0, 2.0, 5.0))
    assert found.partials[0].reason == "torch cannot differentiate besseli by n"
    assert_close(found.partials[1].value, oracle.mp.besseli(1, 2), 1e-15, "slope by v[1]")
    assert found.partials[2].value == 1.0


def test_condition_blocks_nothing() -> None:
    """An argument that only decides a condition leaves the slope alone."""
    found = run("where(polygamma(n, 2) < 0, n*x, 0)", n=2.0, x=3.0)
    assert numbers(found) == [3.0, 2.0]


@pytest.mark.parametrize(
    ("formula", "point", "reason"),
    [
        ("besseli(2, x)", {"x": 1.0}, "torch has besseli(n, x) for n = 0 and 1 only"),
        ("besseli(n, x)", {"x": 1.0, "n": 0.5}, "torch has besseli(n, x) for whole n only"),
        ("polygamma(1.5, x)", {"x": 1.0}, "torch has polygamma(n, x) for whole n only"),
        ("polygamma(-1, x)", {"x": 1.0}, "torch has polygamma(n, x) for n = 0, 1, 2, ... only"),
        ("sum(polygamma([1, 2], x))", {"x": 1.0}, "torch takes one order for all entries in polygamma(n, x)"),
        ("uppergamma(0, x)", {"x": 1.0}, "torch has uppergamma(a, x) for a > 0 only"),
        ("lowergamma(-1.5, x)", {"x": 1.0}, "torch has lowergamma(a, x) for a > 0 only"),
        ("zeta(1/2, x)", {"x": 1.0}, "torch has zeta(s, a) for s > 1 only"),
        ("x + Si(2)", {"x": 1.0}, "torch has no rule for Si: torch has no such function"),
    ],
)
def test_unacceptable_arguments_are_refused(formula: str, point: dict[str, float], reason: str) -> None:
    """A value that torch has no rule for is a reason, not a number."""
    found = run(formula, **point)
    assert (found.value, found.reason) == (None, reason)
    assert found.partials == (Slope(None, reason),) * len(point)


# -- the program as typed


#: Formula -> the same program written by hand; `c` makes a tensor of the dtype of a literal.
PROGRAMS: dict[str, Callable[..., torch.Tensor]] = {
    "x*0.1": lambda x, _, c: x * c("0.1"),
    "x + y - x": lambda x, y, _: x + y - x,
    "-x - -y": lambda x, y, _: -x - -y,
    "x/y/3": lambda x, y, c: x / y / c("3"),
    "x/(y/3)": lambda x, y, c: x / (y / c("3")),
    "x*(1/3)": lambda x, _, c: x * (c("1") / c("3")),
    "(x*y)*y": lambda x, y, _: (x * y) * y,
    "x*(y*y)": lambda x, y, _: x * (y * y),
    "x**2": lambda x, _, __: x**2,
    "x**3 + y**3": lambda x, y, _: x**3 + y**3,
    "x**0.5": lambda x, _, c: x ** c("0.5").item(),
    "x**0.1": lambda x, _, c: x ** c("0.1").item(),
    "x**-1": lambda x, _, __: x**-1,
    "x**-(2)": lambda x, _, __: x**-2,
    "x**(1/3)": lambda x, _, c: x ** (c("1") / c("3")).item(),
    "x**299": lambda x, _, __: x**299,
    "x**y": lambda x, y, _: x**y,
    "2**x": lambda x, _, c: c("2") ** x,
    "2**3*x": lambda x, _, c: c("2") ** 3 * x,
    "x - 1e-8 - 1": lambda x, _, c: x - c("1e-8") - c("1"),
    "sqrt(2)*x": lambda x, _, c: torch.sqrt(c("2")) * x,
    "1/(1 + exp(-x))": lambda x, _, c: c("1") / (c("1") + torch.exp(-x)),
    "sqrt(x)*sqrt(x)": lambda x, _, __: torch.sqrt(x) * torch.sqrt(x),
    "log(exp(x))": lambda x, _, __: torch.log(torch.exp(x)),
    "max(x, y, 1)": lambda x, y, c: torch.maximum(torch.maximum(x, y), c("1")),
    "x % 0.3": lambda x, _, c: torch.remainder(x, c("0.3")),
}


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=lambda dtype: dtype.name)
@pytest.mark.parametrize("formula", PROGRAMS)
def test_program_is_run_as_typed(formula: str, dtype: DType) -> None:
    """Value and slopes are bit for bit those of the same program written by hand in torch."""
    kind = getattr(torch, dtype.name)

    def literal(text: str) -> torch.Tensor:
        return torch.tensor(float(text), dtype=kind)

    for _ in range(20):
        x, y = (torch.tensor(RNG.uniform(0.9, 1.1), dtype=kind, requires_grad=True) for _ in range(2))
        by_hand = PROGRAMS[formula](x, y, literal)
        slopes = torch.autograd.grad(by_hand, (x, y), allow_unused=True, materialize_grads=True)
        found = run(formula, dtype, x=x.item(), y=y.item())
        expected = (by_hand.item(), *(slope.item() for slope in slopes))
        assert (found.value, *numbers(found)) == expected, f"at x = {x.item()!r}, y = {y.item()!r}"


def test_constants_are_computed_in_the_dtype() -> None:
    """In float32 1 - 1e-8 is 1, so the logarithm of it is 0; in float64 it is not."""
    assert run("x + (1 - 1e-8)", FLOAT32, x=0.0).value == 1.0
    assert run("x + log(1 - 1e-8)", FLOAT32, x=0.0).value == 0.0
    assert run("x + (1 - 1e-8)", FLOAT64, x=0.0).value == 0.99999999


def test_whole_exponents_stay_exact() -> None:
    """x**299 reaches torch as 299, which bfloat16 would round to 300: the slope at 1 shows it."""
    assert numbers(run("x**299", FLOAT64, x=1.0)) == [299.0]
    x = torch.tensor(1.0, dtype=torch.bfloat16, requires_grad=True)
    assert numbers(run("x**299", BFLOAT16, x=1.0)) == [torch.autograd.grad(x**299, x)[0].item()]
    assert run("x**100000000000000000000", x=1.0).value == 1.0
    assert run("x**(9**9**9)", x=2.0).value == math.inf


#: A little above the middle of two neighbours, of float32 and of bfloat16: rounded to float64 first they would be the
#: middle itself, and then go down to the even neighbour.
BETWEEN = ("1.00000005960464477539149862", "1.00390625000000000000001")


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=lambda dtype: dtype.name)
@pytest.mark.parametrize("formula", ["pi", "e", "tau", "0.1", "1e-3", "12345.678", "65519", "3", *BETWEEN])
def test_literals_are_rounded_to_the_dtype(formula: str, dtype: DType) -> None:
    """A literal and a constant are the member of the dtype nearest to the true number."""
    true = oracle.mp.mpf({"pi": oracle.mp.pi, "e": oracle.mp.e, "tau": 2 * oracle.mp.pi}.get(formula, formula))
    found = run(f"x*0 + {formula}", dtype, x=0.0).value
    assert found is not None
    neighbours = oracle.mp.mpf(float(dtype.ulp(Fraction(found))))
    assert abs(found - true) <= neighbours / 2


def test_infinities_and_what_is_undefined() -> None:
    """The sign ∞ is inf, a literal beyond the dtype too, and a Piecewise outside its pieces is nan."""
    assert run("min(x, ∞)", x=2.0).value == 2.0
    assert run("x + 1e400", x=2.0).value == math.inf
    assert run("x + 1e6", FLOAT16, x=2.0).value == math.inf
    found = run("Piecewise((x**2, x > 0))", x=-1.0)
    assert found.value is not None
    assert math.isnan(found.value)


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=lambda dtype: dtype.name)
def test_no_tensor_leaves_the_dtype(dtype: DType) -> None:
    """Every row's example runs in tensors of the dtype, or bools; a float64 constant would promote them."""
    for row in ROWS:
        tape = parse(row.example)
        point = dict.fromkeys(tape.variables, 1.0)
        found = differentiate(tape, infer_shapes(tape, dict.fromkeys(tape.variables)), point, [], dtype, "cpu")
        if found.value is not None:
            program = trace(tape, point, dtype, "cpu").tape
            made = forward.run(program, point, dtype, "cpu").values
            assert {value.dtype for value in made} <= {getattr(torch, dtype.name), torch.bool}, row.example


# -- kinks, traps, steps


def stored(number: float) -> torch.Tensor:
    """A number as the engine keeps literals and points."""
    return torch.tensor(number, dtype=torch.float64)


@pytest.mark.parametrize(
    ("formula", "x", "by_hand"),
    [
        ("abs(x)", 0.0, torch.abs),
        ("max(x, 0)", 0.0, lambda x: torch.maximum(x, stored(0))),
        ("min(x, 0)", 0.0, lambda x: torch.minimum(x, stored(0))),
        ("max([x, 2*x, 0])", 0.0, lambda x: torch.max(torch.stack([x, 2 * x, stored(0)]))),
        ("clamp(x, 0, 1)", 0.0, lambda x: torch.clamp(x, stored(0), stored(1))),
        ("clamp(x, 0, 1)", 1.0, lambda x: torch.clamp(x, stored(0), stored(1))),
        ("relu(x)", 0.0, torch.relu),
        ("relu6(x)", 6.0, torch.nn.functional.relu6),
        ("leaky_relu(x)", 0.0, torch.nn.functional.leaky_relu),
        ("hardtanh(x)", 1.0, torch.nn.functional.hardtanh),
        ("sign(x)", 0.0, torch.sign),
        ("floor(x)", 1.0, torch.floor),
        ("round(x)", 0.5, torch.round),
        ("norm([x, 0])", 0.0, lambda x: torch.linalg.vector_norm(torch.stack([x, stored(0)]))),
        ("where(x > 0, x, 0)", 0.0, lambda x: torch.where(x > 0, x, stored(0))),
        ("where(x >= 0, x, 0)", 0.0, lambda x: torch.where(x >= 0, x, stored(0))),
        ("relu(x) - relu(-x)", 0.0, lambda x: torch.relu(x) - torch.relu(-x)),
        ("sqrt(x)", 0.0, torch.sqrt),
        ("atan2(x, 0)", 0.0, lambda x: torch.atan2(x, stored(0))),
    ],
)
def test_at_a_kink_torch_is_asked(formula: str, x: float, by_hand: Callable[[torch.Tensor], torch.Tensor]) -> None:
    """Its conventions are its own, and move from version to version: the engine hands on what this one computes."""
    leaf = stored(x).requires_grad_()
    by_hand(leaf).backward()
    assert leaf.grad is not None
    assert numbers(run(formula, x=x)) == [leaf.grad.item()]


def test_heaviside_is_flat() -> None:
    """torch.heaviside has no backward; the engine's slope is that of the pieces, on the jump too."""
    for x in (-1.0, 0.0, 1.0):
        assert numbers(run("heaviside(x) + 2*x", x=x)) == [2.0]


@pytest.mark.parametrize(
    ("formula", "x", "value"),
    [
        ("where(x == 0, 1, sin(x)/x)", 0.0, 1.0),
        ("where(x > 0, sqrt(x), 0)", -1.0, 0.0),
        ("where(x < 1, exp(x), 1)", 1000.0, 1.0),
        ("sqrt(x**4)", 0.0, 0.0),
    ],
)
def test_branch_traps_are_torchs_own(formula: str, x: float, value: float) -> None:
    """The branch not taken poisons the slope with nan, and the engine hides nothing."""
    found = run(formula, x=x)
    assert found.value == value
    (slope,) = numbers(found)
    assert slope is not None
    assert math.isnan(slope)


def test_comparisons_and_connectives_choose() -> None:
    """Every comparison and connective decides as in arithmetic."""
    for condition, holds in {
        "x < 2": False,
        "x <= 2": True,
        "x > 1": True,
        "x >= 3": False,
        "x == 2": True,
        "x != 2": False,
        "1 < x & x < 3": True,
        "x < 1 | x > 3": False,
        "x > 1 | x > 0": True,
        "~(x < 1)": True,
        "0 < x < 1": False,
    }.items():
        assert numbers(run(f"where({condition}, 3*x, 5*x)", x=2.0)) == [3.0 if holds else 5.0], condition


def test_what_does_not_depend_has_slope_zero() -> None:
    """A variable that the formula lacks, a constant formula and a step have slope 0 exactly, at any order."""
    assert run("x**2", x=3.0, z=1.0).partials == (Slope(6.0), Slope(0.0))
    assert run("v[0]", v=(3.0, 4.0), w=(1.0, 2.0)).partials == (Slope(1.0), Slope(0.0), Slope(0.0), Slope(0.0))
    assert numbers(run("2 + 3", x=1.0)) == [0.0]
    assert numbers(run("heaviside(x)", x=1.0)) == [0.0]
    assert run("heaviside(x)", x=0.0).value == 0.5
    assert numbers(run("floor(x) + y", order=2, x=1.5, y=2.0)) == [0.0, 0.0]
    assert numbers(run("x", order=1, x=1.5)) == [1.0]
    assert numbers(run("x", order=2, x=1.5)) == [0.0]


# -- vectors


@pytest.mark.parametrize(
    ("formula", "gradient"),
    [
        ("sum(v)", [1, 1, 1]),
        ("mean(v**2)", [2 / 3, 4 / 3, 8 / 3]),
        ("prod(v)", [8, 4, 2]),
        ("max(v)", [0, 0, 1]),
        ("min(v)", [1, 0, 0]),
        ("dot(v, [5, 6, 7])", [5, 6, 7]),
        ("norm(v)", [1 / math.sqrt(21), 2 / math.sqrt(21), 4 / math.sqrt(21)]),
        # var = sum((v - m)**2)/2 with m = 7/3, so its slopes are v - m; var = 7/3
        ("var(v)", [1 - 7 / 3, 2 - 7 / 3, 4 - 7 / 3]),
        (
            "std(v)",
            [
                (1 - 7 / 3) / (2 * math.sqrt(7 / 3)),
                (2 - 7 / 3) / (2 * math.sqrt(7 / 3)),
                (4 - 7 / 3) / (2 * math.sqrt(7 / 3)),
            ],
        ),
        ("logsumexp(v)", [math.exp(k) / (math.exp(1) + math.exp(2) + math.exp(4)) for k in (1, 2, 4)]),
        ("v[0]*v[2]**2", [16, 0, 8]),
        ("sum(v*[1, 2, 3])", [1, 2, 3]),
        ("sum(3*v - v[1])", [3, 0, 3]),
        ("sum(where(v > 1.5, v**2, 7*v))", [7, 4, 8]),
        ("sum(max(v, 3))", [0, 0, 1]),
        ("sum([v[0], 2, v[0]*v[1]])", [3, 1, 0]),
        ("sum(v**[1, 2, 3])", [1, 4, 48]),
        ("sum(clamp(v, 0, [1.5, 3, 3]))", [1, 1, 0]),
        ("sum(2**v)", [2 * math.log(2), 4 * math.log(2), 16 * math.log(2)]),
    ],
)
def test_vectors_against_hand_derivations(formula: str, gradient: list[float]) -> None:
    """Reductions, entries and elementwise operations at v = [1, 2, 4] have the slopes of pencil and paper."""
    assert numbers(run(formula, v=(1.0, 2.0, 4.0))) == pytest.approx(gradient, rel=1e-14, abs=1e-15)


def test_softmax_against_its_formula() -> None:
    """The slope of softmax(v)[0] by v[k] is s[0]*((k == 0) - s[k])."""
    total = math.exp(1) + math.exp(2) + math.exp(4)
    s = [math.exp(k) / total for k in (1, 2, 4)]
    expected = [s[0] * (1 - s[0]), -s[0] * s[1], -s[0] * s[2]]
    assert numbers(run("softmax(v)[0]", v=(1.0, 2.0, 4.0))) == pytest.approx(expected, rel=1e-14)


def test_graphs_that_grow_too_large() -> None:
    """Each order makes a product's graph three times as large: the last ones are refused, those before are there."""
    product = "*".join(f"(sin({k}*x) + cos(x)**2 + {k})**{k}" for k in range(1, 30))
    assert run(product, order=3, x=1.0).partials[0].reason is None
    assert "more than 400,000 nodes" in (run(product, order=10, x=1.0).partials[0].reason or "")


def test_orders_that_there_is_no_time_for() -> None:
    """The first derivatives are there, of higher ones none is begun after the deadline."""
    tape, late = parse("x**3*y"), Deadline.after(-1)
    arguments = (tape, [None] * len(tape.instructions), {"x": 2.0, "y": 5.0}, ["x", "y"], FLOAT64, "cpu")
    assert [slope.value for slope in differentiate(*arguments, 1, deadline=late).partials] == [60.0, 8.0]
    reasons = [slope.reason or "" for slope in differentiate(*arguments, 2, deadline=late).partials]
    assert all("the time was up before torch had differentiated 2 times" in reason for reason in reasons)


def test_higher_orders() -> None:
    """Pure second and third derivatives, of numbers and of a vector's entries, are those of pencil and paper."""
    assert numbers(run("x**3*y", order=2, x=2.0, y=5.0)) == [60.0, 0.0]
    assert numbers(run("x**4", order=3, x=2.0)) == [48.0]
    assert numbers(run("sum(v**3) + v[0]*v[1]", order=2, v=(1.0, 2.0))) == [6.0, 12.0]
    assert numbers(run("prod(v)**2", order=2, v=(3.0, 5.0))) == [50.0, 18.0]
    assert numbers(run("sin(x)", order=4, x=1.0)) == pytest.approx([math.sin(1.0)], rel=1e-15)


# -- the trace


def test_nodes_of_a_number() -> None:
    """Each instruction of x*sin(x) has its value, the slope of the result by it, and torch's name."""
    found = look("x*sin(x)", x=2.0)
    slope = math.sin(2.0) + 2 * math.cos(2.0)
    first, second, sine, product = found.nodes
    assert [step.op for step in found.tape.instructions] == ["variable", "variable", "sin", "mul"]
    assert (first, second) == (first, first)
    assert (first.value, first.grad_fn) == (2.0, None)
    assert first.adjoint == pytest.approx(slope, rel=1e-15)
    assert (sine.value, sine.adjoint, sine.grad_fn) == (math.sin(2.0), 2.0, "SinBackward0")
    assert (product.value, product.adjoint, product.grad_fn) == (2 * math.sin(2.0), 1.0, "MulBackward0")


def test_nodes_of_vectors_conditions_and_constants() -> None:
    """A vector's node is a tuple, a condition's a bool without slope, a constant has no slope."""
    found = look("sum(where(v > 1, v**2, 0))", v=(1.0, 3.0))
    seen = dict(zip((step.op for step in found.tape.instructions), found.nodes, strict=True))
    assert (seen["variable"].value, seen["variable"].adjoint) == ((1.0, 3.0), (0.0, 6.0))
    assert (seen["gt"].value, seen["gt"].adjoint) == ((False, True), None)
    assert (seen["number"].value, seen["number"].adjoint) == (0.0, None)
    assert (seen["pow"].value, seen["pow"].adjoint) == ((1.0, 9.0), (0.0, 1.0))
    assert (seen["sum"].value, seen["sum"].adjoint) == (9.0, 1.0)


def test_nodes_follow_the_inlined_tape() -> None:
    """Where a definition is put in for what torch lacks, `tape` shows it and `nodes` belong to it."""
    found = look("cot(x)", x=1.0)
    assert [step.op for step in found.tape.instructions] == ["variable", "number", "tan", "div"]
    assert [node.value for node in found.nodes] == [1.0, 1.0, math.tan(1.0), 1 / math.tan(1.0)]


# -- what torch refuses


class _NoBackward(torch.autograd.Function):
    """A function whose derivative torch lacks."""

    @staticmethod
    def forward(ctx: object, x: torch.Tensor) -> torch.Tensor:
        """Return the argument."""
        del ctx
        return x.clone()

    @staticmethod
    def backward(ctx: object, *slopes: torch.Tensor) -> torch.Tensor:
        """Refuse in torch's words."""
        del ctx, slopes
        raise NotImplementedError("\"sin_backward\" not implemented for 'Half'")


def _refuse(error: type[RuntimeError]) -> Callable[[str], Callable[..., torch.Tensor]]:
    def operate(*_: torch.Tensor) -> torch.Tensor:
        raise error("\"sin_vml_cpu\" not implemented for 'Half'")

    return lambda column: operate if column == "torch.sin" else operation(column)


def test_missing_kernel_is_told_in_our_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operation that a dtype lacks makes the side unsupported, and none of torch's words get out."""
    monkeypatch.setattr(forward, "operation", _refuse(NotImplementedError))
    assert run("cos(x) + sin(x)", FLOAT16, x=1.0).reason == "torch has no sin for float16 on cpu"
    monkeypatch.setattr(forward, "operation", _refuse(RuntimeError))
    assert run("cos(x) + sin(x)", FLOAT16, x=1.0).reason == "torch failed to compute sin in float16 on cpu"


def test_missing_derivative_spares_the_other_partials(monkeypatch: pytest.MonkeyPatch) -> None:
    """A backward pass that fails costs the slopes that need it: y keeps its own, and the value stays."""
    refusing = {"torch.sin": _NoBackward.apply}
    monkeypatch.setattr(forward, "operation", lambda column: refusing.get(column) or operation(column))
    found = run("cos(x) + sin(x) + y**2", FLOAT16, x=1.0, y=3.0)
    assert found.value is not None
    assert found.reason is None
    assert found.partials == (Slope(None, "torch has no derivative of sin in float16 on cpu"), Slope(6.0))
    seen = look("cos(x) + sin(x) + y**2", FLOAT16, x=1.0, y=3.0)
    assert [node.adjoint for node in seen.nodes] == [None] * len(seen.tape.instructions)
    assert seen.refusal is not None
    assert (seen.refusal.error, seen.order) == ("NotImplementedError", ())


def test_missing_second_derivative_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the first derivative exists and the second fails, the reason names the order."""

    class Once(torch.autograd.Function):
        @staticmethod
        def forward(ctx: object, x: torch.Tensor) -> torch.Tensor:
            del ctx
            return x * 2

        @staticmethod
        def backward(ctx: object, *slopes: torch.Tensor) -> torch.Tensor:
            del ctx
            return _NoBackward.apply(slopes[0] * 2)

    monkeypatch.setattr(forward, "operation", lambda column: Once.apply if column == "torch.sin" else operation(column))
    assert numbers(run("sin(x)**2", x=1.0)) == [8.0]
    found = run("sin(x)**2", order=2, x=1.0)
    assert found.partials == (Slope(None, "torch has no derivative of order 2 of sin in float64 on cpu"),)


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=lambda dtype: dtype.name)
def test_every_row_answers_in_every_dtype(dtype: DType) -> None:
    """In a narrow dtype a row has numbers near the truth, or a reason; nothing is raised."""
    for row in SAMPLED:
        point = tuple(dtype.nearest(Fraction(number)) for number in row.samples[0])
        names = [f"{name}_" for name in row.names]
        call = f"{row.name}({', '.join(names)})"
        found = run(call, dtype, **dict(zip(names, point, strict=True)))
        if found.value is None:
            assert found.reason == f"torch has no {row.name} for {dtype.name} on cpu"
            continue
        scale = abs(oracle.value(row.name, point)) + 1
        assert abs(found.value - oracle.value(row.name, point)) <= 20 * dtype.unit_roundoff * scale + 1e-8, row.name
        for position, slope in enumerate(found.partials):
            if slope.value is None:
                assert position in row.constant or slope.reason is not None
            else:
                true = oracle.slope(row.name, point, position)
                assert abs(slope.value - true) <= 100 * dtype.unit_roundoff * (abs(true) + 1) + 1e-8, row.name


# -- size


def chain(op: str, length: int, *others: int) -> Tape:
    """x, then `op` of what came before, `length` times."""
    start = Instruction("variable", (), "x", Span(0, 1))
    steps = (Instruction(op, (node, *others), "", Span(0, 1)) for node in range(length))
    return Tape("x", (start, *steps), ("x",))


def test_long_sum() -> None:
    """A sum of 10,000 sines has the slope of a sum of 10,000 cosines."""
    formula = "+".join(f"sin({k}*x)" for k in range(1, 10_001))
    found = run(formula, x=0.5)
    expected = math.fsum(k * math.cos(k * 0.5) for k in range(1, 10_001))
    assert numbers(found) == pytest.approx([expected], rel=1e-11)


def test_deep_programs_do_not_recurse() -> None:
    """120,000 operations in a row are differentiated and freed, 40,000 looked at; the C stack holds a few thousand."""
    tape = chain("add", 119_999, 0)
    found = differentiate(tape, [None] * 120_000, {"x": 0.5}, ["x"], FLOAT64, "cpu")
    assert (found.value, numbers(found)) == (60_000.0, [120_000.0])
    nodes = trace(chain("add", 39_999, 0), {"x": 0.5}, FLOAT64, "cpu").nodes
    assert (nodes[0].adjoint, nodes[-1].adjoint) == (40_000.0, 1.0)


def test_deep_programs_at_second_order() -> None:
    """The graph of a gradient is as deep again: x**30000 as a product of 30,000 factors."""
    count = 30_000
    tape = chain("mul", count - 1, 0)
    found = differentiate(tape, [None] * count, {"x": 1.0}, ["x"], FLOAT64, "cpu", 2)
    assert numbers(found) == [count * (count - 1)]


# -- manners


def test_callers_settings_do_not_matter_and_stay() -> None:
    """no_grad, inference_mode, anomaly detection and the default dtype change nothing, and are not changed."""
    expected = run("x*sin(x) + [x, 2][0]", x=2.0)
    with torch.no_grad():
        assert run("x*sin(x) + [x, 2][0]", x=2.0) == expected
        assert not torch.is_grad_enabled()
    with torch.inference_mode():
        assert run("x*sin(x) + [x, 2][0]", x=2.0) == expected
        assert torch.is_inference_mode_enabled()
    threads, default = torch.get_num_threads(), torch.get_default_dtype()
    try:
        torch.set_default_dtype(torch.float16)
        assert run("x*sin(x) + [x, 2][0]", x=2.0) == expected
        assert torch.get_default_dtype() == torch.float16
    finally:
        torch.set_default_dtype(default)
    assert (torch.get_num_threads(), torch.is_grad_enabled()) == (threads, True)


def test_anomaly_detection_does_not_hide_a_nan() -> None:
    """With anomaly detection torch raises at the first nan; the engine returns it all the same."""
    with torch.autograd.set_detect_anomaly(mode=True):
        (slope,) = numbers(run("sqrt(x**4)", x=0.0))
        assert torch.is_anomaly_enabled()
    assert slope is not None
    assert math.isnan(slope)


def test_importing_the_engine_loads_no_torch() -> None:
    """The package, and a formula that torch lacks, cost no import of torch."""
    code = (
        "import sys\n"
        "from gradcalc.dtypes import FLOAT64\n"
        "from gradcalc.engines.autograd import differentiate\n"
        "from gradcalc.language.parser import parse\n"
        "found = differentiate(parse('Si(x)'), [None, None], {'x': 1.0}, ['x'], FLOAT64, 'cpu')\n"
        "print(found.value, 'torch' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("None False\n", "")


# -- on a GPU

on_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no CUDA device here")


@pytest.mark.gpu
@on_gpu
def test_rows_on_cuda() -> None:
    """Every row on CUDA has mpmath's value and slopes, or a reason."""
    for row in SAMPLED:
        names = [f"{name}_" for name in row.names]
        point = row.samples[0]
        found = run(f"{row.name}({', '.join(names)})", device="cuda:0", **dict(zip(names, point, strict=True)))
        if found.value is None:
            assert found.reason == f"torch has no {row.name} for float64 on cuda:0"
            continue
        assert_close(found.value, oracle.value(row.name, point), 1e-8, row.signature)
        for position, slope in enumerate(found.partials):
            if slope.value is not None:
                assert_close(slope.value, oracle.slope(row.name, point, position), 1e-8, row.signature)


@pytest.mark.gpu
@on_gpu
@pytest.mark.parametrize("dtype", DTYPES.values(), ids=lambda dtype: dtype.name)
@pytest.mark.parametrize("formula", ["x*sin(x) + sum([x, 2]*x)", "x**3/y"])
def test_programs_on_cuda(formula: str, dtype: DType) -> None:
    """Every dtype works on CUDA, to a few roundings of what the processor says; nodes can be read back."""
    there, here = (run(formula, dtype, device=device, x=1.5, y=0.5) for device in ("cuda:0", "cpu"))
    tolerance = 8 * dtype.unit_roundoff
    assert there.value == pytest.approx(here.value, rel=tolerance)
    assert numbers(there) == pytest.approx(numbers(here), rel=tolerance)
    seen = look(formula, dtype, device="cuda:0", x=1.5, y=0.5)
    assert len(seen.nodes) == len(seen.tape.instructions)
