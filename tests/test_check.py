"""`check` as a whole: published claims right and wrong, claims from SymPy, claims that are changed a little, hostile ones.

A counterexample is confirmed by mpmath at 50 digits, which shares no code with ball arithmetic or with us.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial as applied
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import gradcalc
from gradcalc.claims import Ruling
from gradcalc.language.parser import parse
from gradcalc.language.tape import CONSTANT, NUMBER, VARIABLE, Tape
from tests import cases, oracle
from tests.test_agreement import FORMULAS
from tests.test_hostile import READ, answers_of, written_out

#: With time enough on a machine that is busy.
check = applied(gradcalc.check, timeout=200)

CLAIMS = cases.rows("claims.txt")
_OPERATIONS = {
    "neg": lambda a: -a,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "lt": lambda a, b: a < b,
    "gt": lambda a, b: a > b,
    "and": lambda a, b: a and b,
    "eq": lambda a, b: a == b,
    "where": lambda c, a, b: a if c else b,
}


def by_mpmath(tape: Tape, point: dict[str, str]) -> oracle.Number:
    """The value of a formula whose functions the oracle knows."""
    values: list[oracle.Number] = []
    for step in tape.instructions:
        args = [values[i] for i in step.args]
        if step.op == NUMBER:
            values.append(oracle.mp.mpf(step.text))
        elif step.op == VARIABLE:
            values.append(oracle.mp.mpf(point[step.text]))
        elif step.op == CONSTANT:
            values.append({"pi": +oracle.mp.pi, "e": +oracle.mp.e}[step.text])
        else:
            operation = _OPERATIONS.get(step.op)
            values.append(operation(*args) if operation else oracle.value(step.op, args))
    return values[-1]


@pytest.mark.parametrize("row", CLAIMS, ids=lambda row: row.place)
def test_a_claim(row: cases.Row) -> None:
    """The outcome of the table, and for a refuted one a point at which mpmath finds the two values that are shown."""
    formula, wrt, claim, outcome = row.cells
    # What stays open may take all the time that there is.
    answer = check(formula, claim, wrt=wrt, timeout=10 if outcome == Ruling.UNDECIDED else 200)
    (partial,) = answer.partials
    assert partial.ruling == outcome, partial.explanation
    assert (partial.counterexample is not None) == (outcome == Ruling.REFUTED)
    if partial.counterexample is None:
        return
    at = partial.counterexample.at
    others = {name: value for name, value in at.items() if name != wrt}
    slope = oracle.mp.diff(
        lambda x: by_mpmath(parse(formula), {**others, wrt: x}), oracle.mp.mpf(at[wrt]), h=oracle.mp.mpf("1e-20")
    )
    shown = oracle.mp.mpf(partial.counterexample.derivative)
    assert abs(slope - shown) <= abs(shown) * oracle.mp.mpf("1e-15")
    value = oracle.mp.mpf(partial.counterexample.claim)
    assert value != shown
    assert abs(by_mpmath(parse(claim), at) - value) <= abs(value) * oracle.mp.mpf("1e-35")


def test_the_same_answer_every_time() -> None:
    """Points are drawn as if by chance, and are the same in every run."""
    assert check("abs(x)*y", "y", wrt="x") == check("abs(x)*y", "y", wrt="x")


@settings(max_examples=20)
@given(formula=FORMULAS, wrt=st.sampled_from("xy"))
def test_a_derivative_of_sympys_is_never_refuted(formula: str, wrt: str) -> None:
    """For random formulas the printed derivative is proved, or at least not refuted."""
    expression = f"{formula} + 0*(x + y)"
    (partial,) = gradcalc.diff(expression, wrt=wrt, timeout=5).gradient
    assume(partial.symbolic.expression is not None and partial.symbolic.reason is None)
    # A decimal of a piece is exact here and a float there: what SymPy folded may be off by the last digits of a float.
    assume("." not in formula)
    answer = gradcalc.check(expression, f"{partial.symbolic.expression} + 0*(x + y)", wrt=wrt, timeout=20)
    assert answer.outcome is not Ruling.REFUTED, (partial.symbolic.expression, answer.partials[0].explanation)


@settings(max_examples=20)
@given(formula=FORMULAS, change=st.sampled_from(["+ 1e-9", "* 1.0001 + 1e-20", "+ x/1000 + y/7", "* (1 + x**2) + 1"]))
def test_a_derivative_that_is_changed_is_refuted(formula: str, change: str) -> None:
    """However little it is."""
    (partial,) = gradcalc.diff(f"{formula} + x*y", wrt="x", timeout=5).gradient
    assume(partial.symbolic.expression is not None)
    answer = check(f"{formula} + x*y", f"({partial.symbolic.expression}) {change}", wrt="x")
    assert answer.outcome is Ruling.REFUTED, answer.partials[0].explanation


def test_partial_derivatives_in_order() -> None:
    """A vector of claims is in the order of the variables, or of --wrt; each has its own outcome."""
    answer = check("x**2*y", "[2*x*y, x**2]")
    assert [(p.wrt, p.claim, p.outcome) for p in answer.partials] == [
        ("x", "2*x*y", Ruling.PROVED), ("y", "x**2", Ruling.PROVED),
    ]  # fmt: skip
    answer = check("x**2*y", "[x**2, 3*x*y]", wrt=["y", "x"])
    assert [(p.wrt, p.outcome) for p in answer.partials] == [("y", Ruling.PROVED), ("x", Ruling.REFUTED)]
    assert answer.outcome is Ruling.REFUTED


def test_vectors() -> None:
    """Entries, an elementwise claim, and the length that the entries named ask for."""
    assert check("x[0]*x[1]", "[x[1], x[0]]").outcome is Ruling.PROVED
    answer = check("sum(x**2)", "2*x", at=[1, 2, 3])
    assert [p.claim for p in answer.partials] == ["(2*x)[0]", "(2*x)[1]", "(2*x)[2]"]
    assert answer.outcome is Ruling.PROVED
    answer = check("mean((w*x + b - y)**2)", "[mean(2*x*(w*x + b - y)), mean(w*x + b - y)]", wrt="w,b".split(","),
                            at={"x": [1, 2, 3], "y": [4, 5, 7], "w": 0.5, "b": 0})  # fmt: skip
    assert [p.outcome for p in answer.partials] == [Ruling.PROVED, Ruling.REFUTED]
    assert answer.partials[1].hint == "a constant factor is wrong: the derivative is 2 times the claim"


@pytest.mark.parametrize(
    ("formula", "claim", "outcome", "told"),
    [
        (
            "x**3/3",
            "exp(2*log(x))",
            Ruling.PROVED,
            "elsewhere the claim has no value, as at x = -2 (log(-2) has no finite real value); as a complex "
            "number, by principal branches, it is equal there",
        ),
        (
            "cbrt(x)",
            "1/3*x**(-2/3)",
            Ruling.NOT_REFUTED,
            "(a power of a negative number); as a complex number it differs, as at x = -2",
        ),
        ("x**2", "2*x**2/x", Ruling.PROVED, "the claim has no value, as at x = 0 (division by zero)"),
        ("x", "sqrt(-1)", Ruling.UNDECIDED, "as a complex number it differs, as at x = 2"),
        (
            "x",
            "sqrt(-1 - x**2)**2 + 2 + x**2",
            Ruling.UNDECIDED,
            "as a complex number, by principal branches, it is equal there",
        ),
    ],
)
def test_a_claim_without_a_real_value(formula: str, claim: str, outcome: Ruling, told: str) -> None:
    """Is not refuted for that: it is said where, and what complex numbers show."""
    (partial,) = check(formula, claim).partials
    assert partial.outcome is outcome
    assert told in partial.explanation
    assert partial.counterexample is None


def test_where_it_holds() -> None:
    """A claim that is right on one side only is told as such, with the points of each side."""
    for formula, claim, holds, fails in [
        ("abs(x)", "1", "x > 0", "x < 0"),
        ("log(abs(x))", "1/abs(x)", "x > 0", "x < 0"),
        ("max(x, y)", "1", "x > y", "x < y"),
        ("max(x, y)", "0", "x < y", "x > y"),
        ("where(abs(x) < 1, x**2, x)", "1", "|x| > 1", "|x| < 1"),
    ]:
        (partial,) = check(formula, claim, wrt="x").partials
        assert (partial.outcome, partial.holds, partial.fails) == (Ruling.REFUTED, holds, fails)
        assert f"it holds for {holds} (" in partial.explanation


def test_points_that_are_given() -> None:
    """They come first, and the point that is shown is one of them where the claim fails there; others are drawn too."""
    (partial,) = check("abs(x)", "1", at=[{"x": 2}, {"x": "-3.25"}]).partials
    assert partial.counterexample is not None
    assert partial.counterexample.at == {"x": "-3.25"}
    assert partial.equal + partial.unequal == 40
    answer = check("x**2", "2*x", at="pi/4")
    assert answer.notes == ("x = pi/4 is taken as 0.78539816339744830961566084581987572104929",)


@pytest.mark.parametrize(
    ("low", "high"), [("0", "1"), ("-2", "-1"), ("1e-9", "1e9"), ("pi/4", "pi/2"), ("5", "5"), ("0", "1e4000")]
)
def test_points_lie_in_the_range(low: str, high: str) -> None:
    """A claim that is wrong outside the range only is not refuted; one that is wrong inside is, at a point of it."""
    ends = [Fraction(oracle.mp.nstr(by_mpmath(parse(end), {}), 45)) for end in (low, high)]
    (partial,) = check("x**2", "3*x + 1/x", over={"x": (low, high)}).partials
    assert partial.counterexample is not None
    tiny = Fraction(1, 10**30)
    assert ends[0] - tiny <= Fraction(partial.counterexample.at["x"]) <= ends[1] + tiny
    inside = f"2*x + 0*sqrt((x - {low})*({high} - x))" if low != high else "2*x"
    answer = check("x**2", inside, over={"x": (low, high)})
    assert answer.outcome is not Ruling.REFUTED, answer.partials[0].explanation


def test_nothing_is_proved_without_a_point() -> None:
    """SymPy's word alone is not enough: log(-x**2) has no value, though SymPy's difference is 0."""
    (partial,) = check("log(-x**2)", "2/x").partials
    assert partial.outcome is Ruling.UNDECIDED
    assert partial.proof is None
    assert "which no point confirms" in partial.explanation
    assert partial.equal + partial.unequal == 0


#: Checks each formula of a JSON list, and as a claim; a line of JSON for each: its number, seconds of computing, fault.
_DRIVER = """
import json, sys, time
import gradcalc
from gradcalc.errors import GradcalcError
from gradcalc.language.parser import parse

for number, (formula, claim) in enumerate(json.load(sys.stdin)):
    start, fault = time.process_time(), ""
    try:
        gradcalc.check(formula, claim, wrt=(parse(formula).variables or ("x",))[0], timeout=0.7)
    except GradcalcError as error:
        fault = "" if error.status in {2, 5} else repr(error)
    except BaseException as error:
        fault = repr(error)[:300]
    print(json.dumps([number, time.process_time() - start, fault]), flush=True)
"""


@pytest.mark.long
def test_hostile_formulas_and_claims_are_answered(tmp_path: Path) -> None:
    """What is read gets an answer within --timeout and what reading it costs, or a refusal, and no other exception."""
    sources = [written_out(case, tmp_path / "MARK") for case in READ]
    pairs = [pair for source in sources for pair in ((source, "0"), ("x", source))]
    for number, seconds, fault in answers_of(_DRIVER, pairs, 1_000):
        formula, claim = pairs[number]
        assert not fault, f"{formula[:80]} and {claim[:80]}: {fault}"
        assert seconds < (3 if max(len(formula), len(claim)) < 50_000 else 15), (
            f"{formula[:80]} and {claim[:80]}: {seconds:.1f} s"
        )
    assert not (tmp_path / "MARK").exists()


def test_a_counterexample_is_printed_to_its_last_digit() -> None:
    """At 1e30 itself abs(x - 1e30) has no derivative: the point is half beside it, and rounding would lose that."""
    (claimed,) = gradcalc.check("abs(x - 1e30)", "-1").partials
    assert claimed.counterexample is not None
    point = Fraction(claimed.counterexample.at["x"])
    assert point > 10**30
    assert (claimed.counterexample.derivative, claimed.counterexample.claim) == ("1", "-1")


def test_numbers_below_every_format_are_no_counterexample() -> None:
    """The derivative of erf at 1e30 is exp(-1e60), which no decimal is written for."""
    (claimed,) = gradcalc.check("erf(x)", "2/sqrt(pi)*exp(-x**2)", at={"x": "1e30"}).partials
    assert claimed.counterexample is None
