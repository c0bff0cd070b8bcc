"""The symbolic engine: what SymPy's process answers, that it can be ended, and that it comes back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import mpmath
import pytest

from gradcalc.dtypes import FLOAT32, FLOAT64, DType
from gradcalc.engines.certified import evaluate
from gradcalc.engines.symbolic import Derivative, Question, ask, client
from gradcalc.engines.symbolic.protocol import decode_question, encode_question
from gradcalc.language import vocabulary
from gradcalc.language.lowering import unroll
from gradcalc.language.parser import parse
from gradcalc.language.shapes import infer_shapes
from gradcalc.processes import children
from tests import oracle

SMOOTH_ROWS = [row for row in vocabulary.ROWS if row.samples]


def differentiate(
    formula: str,
    wrt: str | None = None,
    *,
    point: Mapping[str, float] | None = None,
    dtype: DType = FLOAT64,
    order: int = 1,
    seconds: float = 20.0,
    pretty: bool = False,
) -> tuple[Derivative, ...]:
    """SymPy's answers for one formula."""
    tape = parse(formula, frozenset(point or ()))
    names = (wrt,) if wrt else tape.variables
    with ask(Question(tape, names, order, dtype.name, dict(point or {}), seconds, pretty)) as pending:
        return pending.collect()


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("sin(x**2)", "2*x*cos(x**2)"),
        ("x^2", "2*x"),
        ("x**5/5", "x**4"),
        ("1/x", "-1/x**2"),
        ("log(x)/x", "-log(x)/x**2 + 1/x**2"),
        ("x*(1/y)**z", "(1/y)**z"),
        ("2.5*x**1.5", "15*sqrt(x)/4"),
        ("E**x + e*x", "exp(x) + e"),
        ("tau*x", "2*pi"),
        ("abs(x - 1)", "sign(x - 1)"),
        ("abs(log(x))", "sign(log(x))/x"),
        ("max(x, 0)", "heaviside(x)"),
        ("floor(x)*x", "floor(x)"),
        ("x % 2", "1"),
        ("sign(x)*x**2", "2*x*sign(x)"),
        ("where(x > 0, x**2, -x)", "where(x > 0, 2*x, -1)"),
        ("where((x > 0) & (x < 1) | (x > 5), x**2, -x)", "where((x > 5) | ((x > 0) & (x < 1)), 2*x, -1)"),
        ("Piecewise((x, x < 1), (x**2, x > 2))", "where(x < 1, 1, Piecewise((2*x, x > 2)))"),
        (
            "where(where(x > 0, x, 2*x) > 1, x**2, x)",
            "where(((x > 0) & (x > 1)) | (~(x > 0) & (x > 1/2)), 2*x, 1)",
        ),
        ("x!", "gamma(x + 1)*digamma(x + 1)"),
        ("cbrt(x)", "1/(3*cbrt(x)**2)"),
        ("lambda**2 + 0*N", "2*lambda"),
        ("5", "0"),
    ],
)
def test_the_derivative_is_written_in_our_language(formula: str, expected: str) -> None:
    """The text is what a person would paste into the next command."""
    found = differentiate(formula, "lambda" if "lambda" in formula else "x")[0].expression
    assert found == expected
    parse(found)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("0.1*x**2", "0.2*x"),  # twice the stored 0.1 is the stored 0.2
        ("x/0.1 + 0.1*(2*x + 1)", "0.2 + 1/0.1"),
        ("0.3*x**3", "3*0.3*x**2"),  # three times the stored 0.3 is not the stored 0.9
        ("x**0.1", "0.1*x**(0.1 - 1)"),
        ("0.1*x + 0.2*x", "0.1 + 0.2"),
        ("9007199254740993*x", "9007199254740993.0"),  # 2**53 + 1 is no float64
    ],
)
def test_a_literal_stays_the_number_that_was_stored(formula: str, expected: str) -> None:
    """SymPy must not round 0.1 + 0.2 to 0.3: the stored numbers differ."""
    assert differentiate(formula)[0].expression == expected


@pytest.mark.parametrize("call", ["norm([2**2048, x])", "hypot(2**2048, x)"])
def test_a_huge_power_inside_a_call_is_named_by_itself(call: str) -> None:
    """By hand x/sqrt(a**2 + x**2) at x = 2 is 2/2**2048 but for 1e-1200: the square must not be named as the call."""
    tape = parse(call, frozenset("x"))
    scalar = unroll(tape, infer_shapes(tape, {"x": None}))
    with ask(Question(scalar, ("x",), 1, "float64", {"x": 2.0}, 20.0)) as pending:
        (answer,) = pending.collect()
    assert answer.expression is not None
    found = evaluate(parse(answer.expression), {"x": 2.0}, FLOAT64, exact_integers=True).decimal
    assert found is not None
    assert abs(Fraction(found) * 2**2047 - 1) < Fraction(1, 10**39)


def test_which_literals_are_exact_depends_on_the_dtype() -> None:
    """4097 is a float64 but no bfloat16, and 16777217 is no float32."""
    assert differentiate("16777217*x")[0].expression == "16777217"
    assert differentiate("16777217*x", dtype=FLOAT32)[0].expression == "16777217.0"


@pytest.mark.parametrize(
    ("formula", "point", "expected"),
    [
        ("E*exp(x)", {"E": 2.0, "x": 1.0}, "E*exp(x)"),
        ("e*E*exp(1)*x", {"e": 2.0, "E": 1.0, "x": 1.0}, "exp(1)*E*e"),
        ("gamma*factorial(x)", {"gamma": 2.0, "x": 1.0}, "gamma*Gamma(x + 1)*digamma(x + 1)"),
        ("pi*asin(1)*x", {"pi": 3.0, "x": 1.0}, "π*pi/2"),
    ],
)
def test_a_variable_never_takes_the_place_of_a_constant_or_function(
    formula: str, point: dict[str, float], expected: str
) -> None:
    """Whatever name the point gives stays a variable in the derivative's text."""
    found = differentiate(formula, "x", point=point)[0].expression
    assert found == expected
    assert set(parse(found, frozenset(point)).variables) <= set(point)


@pytest.mark.parametrize("row", SMOOTH_ROWS, ids=lambda row: row.signature)
def test_each_row_has_the_right_derivative(row: vocabulary.Function) -> None:
    """The printed derivative, evaluated in ball arithmetic, is mpmath's at 40 digits."""
    call = f"{row.name}({', '.join(row.names)})"
    for sample in row.samples:
        point = dict(zip(row.names, sample, strict=True))
        for position, (name, answer) in enumerate(zip(row.names, differentiate(call, point=point), strict=True)):
            if position in row.constant and float(sample[position]).is_integer():
                continue  # orders are whole numbers there: the function has no derivative by them to speak of
            assert answer.expression is not None, f"{row.signature} by {name}: {answer.reason}; set the row's sympy"
            if answer.readable:
                decimal = evaluate(
                    parse(answer.expression, frozenset(point)), point, FLOAT64, exact_integers=True
                ).decimal
            else:
                decimal = answer.value
            assert decimal is not None, f"{row.signature} by {name}: {answer.expression} has no value at {sample}"
            truth = oracle.slope(row.name, sample, position)
            error = abs(oracle.mp.mpf(decimal) - truth) / max(abs(truth), oracle.mp.mpf("1e-30"))
            # A decimal in a definition is rounded to float64, as any literal is.
            tolerance = 1e-15 if "." in row.definition else 1e-20
            assert error < tolerance, (
                f"{row.signature} by {name} at {sample}: {answer.expression} is {decimal}, not {truth}"
            )


@pytest.mark.parametrize("row", [row for row in vocabulary.ROWS if row.sympy], ids=lambda row: row.signature)
def test_a_derivative_has_the_form_that_sympy_gives_it(row: vocabulary.Function) -> None:
    """Found node by node, it is the expression that `diff` finds, by each argument of the function in a formula."""
    from sympy import Add, DiracDelta

    from gradcalc.engines.symbolic.building import build, variable
    from gradcalc.engines.symbolic.differentiation import Sum

    call = f"{row.name}({', '.join(row.names)})"
    tape = parse(f"u*{call}**2/(1 + {call}*u) - {call}")
    tape = unroll(tape, infer_shapes(tape, dict.fromkeys(tape.variables, 2 if row.reduces else None)))
    expression = build(tape, FLOAT64)
    for name in tape.variables:
        term, symbol = Add.make_args(expression)[-1], variable(name)
        expected = term.diff(symbol)
        if not expected.has(DiracDelta):
            assert Sum(term).derivative(symbol, 1) == expected


def test_orders_above_one() -> None:
    """The second derivative of a product, by hand: (x*sin x)'' = 2*cos x - x*sin x."""
    assert differentiate("x*sin(x)", order=2)[0].expression == "-x*sin(x) + 2*cos(x)"
    assert differentiate("abs(x)*x", order=3)[0].expression == "0"


def test_the_derivative_by_an_order_is_evaluated_where_no_word_exists() -> None:
    """besselj has no closed derivative by its order; mpmath's difference quotient checks SymPy's evalf."""
    by_order, _ = differentiate("besselj(n, x)", point={"n": 0.548, "x": 0.9403})
    assert not by_order.readable
    with mpmath.workdps(50):
        truth = mpmath.diff(lambda n: mpmath.besselj(n, mpmath.mpf(0.9403)), mpmath.mpf(0.548))
        assert by_order.value is not None
        assert abs(mpmath.mpf(by_order.value) - truth) < 1e-25


def test_typeset_forms() -> None:
    """LaTeX and two-dimensional text come with the derivative; entries of vectors are subscripts."""
    tape = parse("x**2/3")
    answer = differentiate("sin(x)**2/2", pretty=True)[0]
    assert answer.latex == r"\sin{\left(x \right)} \cos{\left(x \right)}"
    assert answer.pretty == "sin(x)⋅cos(x)"
    assert tape.variables == ("x",)


@pytest.mark.parametrize(
    "formula",
    [
        "9**9**9**9*x",
        "9**9**9*x",
        "2**(10**10)*x",
        "factorial(10**8)*x",
        "100000000!*x",
        "gamma(10**7)*x",
        "(1/3)**10**8*x",
        "sin(10**10**8)*x",
        "sqrt(10**300000+1)*x",
        "(1.5*x)**(10**9)",
        "(x+1)**(10**9)",
        "x**1000000000",
        "uppergamma(100000, x)",
        "exp(exp(exp(exp(exp(exp(9*x))))))",
        "binomial(10**9, 5*10**8)*x",
        "zeta(10**9)*x",
        "polygamma(10**6, x)",
    ],
)
def test_huge_numbers_are_carried_and_not_computed(formula: str) -> None:
    """What makes SymPy hang at its door is answered in a moment, long before it is stopped, and stays readable."""
    answer = differentiate(formula, seconds=10)[0]
    assert answer.expression is not None, answer.reason
    parse(answer.expression)


def test_a_late_answer_ends_the_process_and_the_next_question_gets_a_new_one() -> None:
    """The deadline holds, what is missing says why, and nothing is broken afterwards."""
    formula = "*".join(f"(x + {i})" for i in range(400))
    late = differentiate(formula, seconds=0.5)[0]
    assert late.expression is None
    assert late.reason == "SymPy was stopped after 0.5 s"
    assert differentiate("x**3")[0].expression == "3*x**2"


def test_a_process_that_has_filled_its_memory_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is told, and the next question is answered."""
    small = "from gradcalc.engines.symbolic import worker; worker._MEMORY = 64 << 20; worker.main()"
    monkeypatch.setattr(client, "_spawn", lambda: children.start([sys.executable, "-c", small]))
    client._end_shared()  # noqa: SLF001 - the next question starts one with less memory
    long = " + ".join(f"sin({k}*x)" for k in range(6_000))
    assert differentiate(long, seconds=60)[0].reason == "SymPy needed more memory than it may use"
    assert not client._PROCESS[0].alive  # noqa: SLF001 - what it keeps goes with it
    assert differentiate("x**3")[0].expression == "3*x**2"
    client._end_shared()  # noqa: SLF001 - and the other tests one as it is


def test_a_process_that_has_grown_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """What SymPy keeps of each formula goes with it; no answer is lost, and a small growth changes nothing."""
    monkeypatch.setattr(client, "MOST_GROWN", 4 << 20)
    pids = []
    for number in range(1, 121):
        answer = differentiate(f"sin({number}*x*y)*cos(x + {number}*y)*exp(x*y/{number})")[0]
        assert answer.expression is not None, answer.reason
        assert "exp(" in answer.expression
        pids.append(cast("Any", client._PROCESS[0])._popen.pid)  # noqa: SLF001 - no other name
    assert 2 <= len(set(pids)) <= 30


def test_what_was_said_in_time_is_heard_late() -> None:
    """While the program is busy with torch SymPy's time goes on, and its answer waits in the pipe."""
    differentiate("x**2")  # SymPy is loaded
    with ask(Question(parse("x**3"), ("x",), 1, "float64", {}, 1.0)) as pending:
        time.sleep(1.5)
        assert pending.collect()[0].expression == "3*x**2"
    late = parse("*".join(f"(x + {i})" for i in range(400)))
    begun = time.monotonic()
    with ask(Question(late, ("x",), 1, "float64", {}, 0.5)) as pending:
        time.sleep(1.0)
        assert pending.collect()[0].reason == "SymPy was stopped after 0.5 s"
    assert time.monotonic() - begun < 30


def test_a_process_that_dies_is_told_apart_from_one_that_is_late() -> None:
    """Whoever ends SymPy's process, the reason says which of the two it was, and the next question is answered."""
    tape = parse("*".join(f"(x + {i})" for i in range(400)))
    with ask(Question(tape, ("x",), 1, "float64", {}, 20.0)) as pending:
        children.kill_all()
        (answer,) = pending.collect()
    assert answer.reason == "the SymPy process ended unexpectedly"
    assert differentiate("x**3")[0].expression == "3*x**2"


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="there is no /proc/PID/limits here")
def test_loading_sympy_does_not_count_as_processor_time_of_the_question() -> None:
    """Whatever the question and the import take, the deadline ends the process, and not its own limit."""
    differentiate("x**2", seconds=5)
    limits = Path(f"/proc/{cast('Any', client._PROCESS[0])._popen.pid}/limits").read_text()  # noqa: SLF001 - no other name
    (soft,) = [line.split()[3] for line in limits.splitlines() if line.startswith("Max cpu time")]
    assert int(soft) >= 5 + 30


def test_a_process_that_died_unnoticed_is_no_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may die between the look at it and the question; the question is too long for the pipe's buffer."""
    differentiate("x**2")
    children.kill_all()
    time.sleep(0.3)
    monkeypatch.setattr("gradcalc.engines.symbolic.client._Process.alive", True)
    answer = differentiate("+".join(f"sin({i}*x)" for i in range(5000)))[0]
    assert answer.reason == "the SymPy process ended unexpectedly"
    monkeypatch.undo()
    assert differentiate("x**3")[0].expression == "3*x**2"


def test_a_thread_that_waits_for_its_turn_keeps_its_time() -> None:
    """The time limit is for SymPy's work on a question, not for the question before it."""
    slow = threading.Thread(
        target=differentiate, args=("*".join(f"(x + {i})" for i in range(400)),), kwargs={"seconds": 3}
    )
    slow.start()
    time.sleep(0.3)
    answer = differentiate("x**3", seconds=2.5)[0]
    slow.join()
    assert answer.expression == "3*x**2", answer.reason


def test_questions_share_one_process_which_ends_with_the_program() -> None:
    """Two questions start one process; it is gone when the program has ended."""
    program = (
        "from gradcalc.engines.symbolic import Question, ask, client\n"
        "from gradcalc.language.parser import parse\n"
        "pids = set()\n"
        "for text in ('x**2', 'x**3'):\n"
        "    with ask(Question(parse(text), ('x',), 1, 'float64', {}, 10.0)) as pending:\n"
        "        pending.collect()\n"
        "    pids.add(client._PROCESS[0]._popen.pid)\n"
        "print(*pids)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    (pid,) = done.stdout.split()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_the_working_directory_is_not_searched_for_sympy(tmp_path: Path) -> None:
    """A file sympy.py beside the user must not be run."""
    (tmp_path / "sympy.py").write_text("raise SystemExit('hijacked')\n")
    program = (
        "import sys; sys.path.pop(0)\n"
        "from gradcalc.engines.symbolic import Question, ask\n"
        "from gradcalc.language.parser import parse\n"
        "with ask(Question(parse('x**2'), ('x',), 1, 'float64', {}, 10.0)) as pending:\n"
        "    print(pending.collect()[0].expression)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert done.stdout == "2*x\n"


def test_a_question_survives_the_pipe() -> None:
    """Encoding and decoding give the same question, exact floats included."""
    question = Question(parse("sin(x[0]) + y"), ("y",), 2, "float32", {"y": 0.1, "z": 5e-324}, 1.5)
    assert decode_question(encode_question(question)) == question


def test_a_long_sum_is_answered_in_linear_time() -> None:
    """A thousand terms with a derivative each; a nested build would take minutes."""
    formula = "+".join(f"sin({i}*x)" for i in range(1, 1001))
    expression = differentiate(formula)[0].expression
    assert expression is not None
    assert expression.count("cos(") == 1000


def test_the_start_of_the_process_is_not_counted() -> None:
    """A question's time begins when SymPy is loaded, which after a hang matters to the next question."""
    allowed: list[float] = []

    class Scripted:
        """Says what a process says, and notes how long each word is waited for."""

        ready = False
        words = iter([{"ready": 0.0}, {"wrt": "x", "expression": "1"}, {"done": True, "grown": 0}])

        def receive(self, deadline: float) -> dict[str, Any]:
            """The next word; SymPy is loaded at the moment at which that is said."""
            allowed.append(deadline - time.monotonic())
            return {name: time.monotonic() if name == "ready" else word for name, word in next(self.words).items()}

    question = Question(parse("x"), ("x",), 1, "float64", {}, 2.0)
    process = Scripted()
    pending = client.Pending(question, cast("Any", process))
    assert pending.collect()[0].expression == "1"
    assert allowed[0] > 30
    assert all(seconds <= 2 for seconds in allowed[1:])
    assert process.ready
    assert client.Pending(question, cast("Any", process))._deadline <= time.monotonic() + 2  # noqa: SLF001 - once loaded
