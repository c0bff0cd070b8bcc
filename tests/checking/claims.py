"""Claims that are drawn, and an oracle that tries to refute them: mpmath at 60 digits and difference quotients.

Goes out: `drawn`, a formula with a claim and the numbers that decide in it; `refutation`, a point at which a claim that
is called proved is wrong. Of gradcalc only the parser is used.
"""

from __future__ import annotations

import operator
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import mpmath

from gradcalc.language.parser import parse
from gradcalc.language.tape import CONSTANT, NUMBER, VARIABLE, Tape

mp = mpmath.mp.clone()
mp.dps = 60

Point = dict[str, mpmath.mpf]


class UndefinedError(Exception):
    """There is no real value."""


# -- the oracle


def value(tape: Tape, point: Point) -> mpmath.mpf | bool:
    """The value of a formula; everything that an operation is given must be defined, but a branch that is not taken."""
    steps = tape.instructions
    known: dict[int, mpmath.mpf | bool] = {}

    def of(node: int) -> mpmath.mpf | bool:
        if node not in known:
            step = steps[node]
            if step.op == "where":
                condition, first, second = step.args
                known[node] = of(first if of(condition) else second)
            elif step.op in {NUMBER, CONSTANT, VARIABLE}:
                known[node] = point[step.text] if step.op == VARIABLE else mp.mpf(_CONSTANTS.get(step.text, step.text))
            else:
                known[node] = _real(_FUNCTIONS[step.op], [of(arg) for arg in step.args])
        return known[node]

    return of(len(steps) - 1)


def _real(function: Callable[..., mpmath.mpf], args: Sequence[mpmath.mpf | bool]) -> mpmath.mpf | bool:
    try:
        found = function(*args)
    except (ZeroDivisionError, ValueError) as error:
        raise UndefinedError from error
    if not isinstance(found, bool) and (isinstance(found, mp.mpc) or not mp.isfinite(found)):
        raise UndefinedError
    return found


def _positive(function: Callable[..., mpmath.mpf]) -> Callable[..., mpmath.mpf]:
    def checked(x: mpmath.mpf) -> mpmath.mpf:
        if x <= 0:
            raise UndefinedError
        return function(x)

    return checked


def _power(x: mpmath.mpf, y: mpmath.mpf) -> mpmath.mpf:
    if (x == 0 and y < 0) or (x < 0 and y != mp.floor(y)):
        raise UndefinedError
    return x**y


_CONSTANTS = {"pi": mp.pi, "e": mp.e}
_FUNCTIONS: dict[str, Callable[..., mpmath.mpf]] = {
    "neg": lambda a: -a, "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b, "pow": _power,
    "lt": lambda a, b: a < b, "le": lambda a, b: a <= b, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b,
    "and": lambda a, b: a and b, "or": lambda a, b: a or b, "not": lambda a: not a,
    "sqrt": mp.sqrt, "exp": mp.exp, "log": _positive(mp.log), "sin": mp.sin, "cos": mp.cos, "acos": mp.acos, "abs": abs,
    "asin": mp.asin, "sign": mp.sign, "floor": mp.floor, "ceil": mp.ceil, "round": mp.nint,
    "trunc": lambda x: mp.floor(x) if x >= 0 else mp.ceil(x), "frac": lambda x: x - mp.floor(x),
    "heaviside": lambda x: (mp.sign(x) + 1) / 2, "mod": lambda x, y: x - y * mp.floor(x / y),
    "max": max, "min": min, "atan": mp.atan, "square": lambda x: x * x, "cosh": mp.cosh,
}  # fmt: skip


def slope(tape: Tape, point: Point, name: str, bits: int) -> mpmath.mpf | None:
    """The derivative by difference quotients on both sides; None where they differ, or there is no value.

    bits: how small a part of the coordinate the difference is.
    """
    h = (abs(point[name]) or mp.mpf(1)) * mp.mpf(2) ** -bits
    try:
        left, here, right = (value(tape, {**point, name: point[name] + shift * h}) for shift in (-1, 0, 1))
    except UndefinedError:
        return None
    below, above = (here - left) / h, (right - here) / h
    return (below + above) / 2 if abs(below - above) <= _NEAR * (abs(below) + abs(above)) else None


_NEAR = mp.mpf(10) ** -12
#: Digits and bits of a difference; the first are quick, and what they refute the others confirm.
_PRECISIONS = ((80, 80), (1500, 1500))


def holds(domain: str, point: Point) -> bool:
    """Whether a point lies in a domain as `check` words it."""
    return all(any(_holds(part, point) for part in _split(clause, " or ")) for clause in _split(domain, " and "))


def _split(text: str, word: str) -> list[str]:
    """The parts between words that stand outside of brackets."""
    parts, depth, begun = [], 0, 0
    text = text[1:-1] if word == " or " and text.startswith("(") and text.endswith(")") and " or " in text else text
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if not depth and text.startswith(word, place):
            parts.append(text[begun:place])
            begun = place + len(word)
    return [*parts, text[begun:]]


def _holds(relation: str, point: Point) -> bool:
    names = frozenset(point)
    if relation.startswith("every part of it"):  # for what the language has no words: nothing is said that can be held
        return False
    try:
        if match := re.fullmatch(r"(.*) is (a|no) whole number", relation):
            found = value(parse(match[1], names), point)
            return bool((found == mp.floor(found)) is (match[2] == "a"))
        parts = re.split(r" (<=|>=|==|!=|<|>) ", relation)
        ends = [value(parse(text, names), point) for text in parts[::2]]
        pairs = zip(parts[1::2], pairwise(ends), strict=True)
        return all(_RELATIONS[sign](left, right) for sign, (left, right) in pairs)
    except UndefinedError:
        return False


_RELATIONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
              "==": operator.eq, "!=": operator.ne}  # fmt: skip


def refutation(formula: str, claim: str, wrt: str, domain: str | None, points: Iterable[Point]) -> Point | None:
    """A point inside the domain at which the formula has a derivative and the claim has another value, or none."""
    whole = parse(formula)
    claimed = parse(claim, frozenset(whole.variables), indicator=True)
    for point in points:
        if all(_refutes(whole, claimed, wrt, domain, point, *precision) for precision in _PRECISIONS):
            return point
    return None


def _refutes(whole: Tape, claimed: Tape, wrt: str, domain: str | None, point: Point, digits: int, bits: int) -> bool:
    with mp.workdps(digits):
        found = slope(whole, point, wrt, bits)
        if found is None or (domain is not None and not holds(domain, point)):
            return False
        try:
            return bool(abs(value(claimed, point) - found) > mp.mpf(10) ** -9 * abs(found) + mp.mpf(2) ** -bits)
        except UndefinedError:
            return True


# -- what is drawn


@dataclass(frozen=True)
class Drawn:
    """A formula and a claim about its derivative by x; `special` are the numbers that decide in them."""

    formula: str
    claim: str
    special: tuple[float, ...]

    def points(self, count: int, chance: random.Random) -> Iterator[Point]:
        """Points of all sizes, whole ones and halves, and those where something turns, and beside these."""
        names = parse(self.formula).variables
        near = [mp.mpf(x) + shift for x in self.special for shift in (0, 0.5, -0.5, 1, -1, 1e-9, -1e-9)]
        for number in range(count):
            yield {name: self._number(number, near, chance) for name in names}

    @staticmethod
    def _number(number: int, near: Sequence[mpmath.mpf], chance: random.Random) -> mpmath.mpf:
        if number % 3 == 0 and near:
            return chance.choice(near)
        kind, sign = chance.randrange(4), chance.choice((-1, 1))
        if kind == 0:
            return sign * mp.mpf(10) ** chance.uniform(-300, 300)
        if kind == 1:
            return mp.mpf(sign * chance.randrange(2 ** chance.randrange(1, 40)))
        return sign * (mp.mpf(chance.randrange(-40, 40)) / 2 if kind == 2 else mp.mpf(10) ** chance.uniform(-3, 6))


_RIGHT = [
    ("x**2/2", "x"), ("x**3/3", "x**2"), ("sin(x)", "cos(x)"), ("x*y", "y"), ("x**2*y/2", "x*y"), ("log(x)", "1/x"),
    ("abs(x)", "sign(x)"), ("sqrt(x)", "1/(2*sqrt(x))"), ("max(x, y)", "where(x > y, 1, 0)"), ("abs(x)*x/2", "abs(x)"),
    ("where(x > A, x**2, 2*A*x - A**2)", "2*max(x, A)"), ("where(x == A, A, x)", "1"), ("floor(y)*x", "floor(y)"),
    ("where(y == A, 0, x)", "1"), ("where(y > A, x, -x)", "sign(y - A)"), ("where(x == A, A, x)", "where(x == A, 0, 1)"),
    # holes that the formula fills: it has a derivative there
    ("where(x == A, 2*A, (x**2 - A**2)/(x - A))", "1"), ("where(x == A, A, x*(x - A)/(x - A))", "where(x == A, 7, 1)"),
    ("where(x == 0, 1, sin(x)/x)", "cos(x)/x - sin(x)/x**2"), ("where(x == y, x, x*(x - y)/(x - y))", "where(x == y, 7, 1)"),
    ("where(x == 0, 0, x**2/x)", "where(x == 0, 5, 1)"), ("where(x != A, x**2/2 + 0/(x - A), A**2/2)", "x*(x - A)/(x - A)"),
    ("sqrt(A**2 - x**2)", "-x/sqrt(A**2 - x**2)"), ("log(abs(x - A))", "1/(x - A)"),
    ("where(sign(x) > -0.5, x, -x)", "sign(x)"), ("where(y == A, x**2, x)", "where(y == A, 2*x, 1)"),
]  # fmt: skip
_CANCELLED = [
    "C + sqrt(U)**2 - (U)", "C + exp(log(U)) - (U)", "C + acos((U)/B) - acos((U)/B)", "(C)*(U)/(U)",
    "C + log(U) - log(U)", "(C)*sqrt(U)/sqrt(U)", "C + 0*log(U)", "C + 1/(U) - 1/(U)", "C + 0*sqrt(B - (U)**2)",
    "(C)*((U)**2 - B)/((U)**2 - B)", "C + 0*floor(U)", "C + abs(U) - sqrt((U)**2)", "(C)*sign(U)**2",
    "where(U > B, C, (C)*(U)/(U))", "C", "C", "(C)*(U)**(1/2)/(U)**(1/2)", "C + max(U, B) - max(B, U)",
    "(C)*(where(U > B, 1, 0) + where(U < B, 1, 0))",
    "(C)*(where(U > B, 1, 0) + where(U <= B, 1, 0))", "C + 0*exp(-1/(U)**2)", "where((U > B) | (log(U) > 1), C, C)",
]  # fmt: skip
_CONDITIONS = [
    "ceil(U) == K", "floor(U) == K", "round(U) == K", "trunc(U) == K", "sign(U) == 1", "heaviside(U) == 1",
    "mod(floor(U), 3) == 1", "frac(U) == (U) - K", "ceil(U)*floor(U) == K*(K - 1)", "(U > K) & (U < K + 1)", "U == K",
    "abs(U) == U", "max(U, K) == K", "U > B", "(ceil(U) == K) | (U > B)", "(U)**2 == K", "ceil(U) - K == 0",
    "sign(U - K)*sign(U - K - 1) == -1",
]  # fmt: skip
_NEGATED = ["ceil(U) != K", "abs(round(U) - K) > 0", "U != K", "floor(U) - K != 0"]
_WRONG = ["0", "C + 1", "-(C)", "2*(C)", "C + x"]
_INNER = ["x", "x + B", "x - B", "B - x", "2*x", "x/B", "y", "x - y", "x*y", "x**2", "y + B", "x + y + 1"]


def drawn(chance: random.Random) -> Drawn:
    """A right claim with domains cancelled away, or one that is wrong in a hidden region."""
    formula, claim = chance.choice(_RIGHT)
    sizes = [chance.choice((0.5, 1, 2, 3, 7, 0.37)), chance.choice((3, 10, 10000, 1e5, 1e40, 0.1, 1e-5, 20000))]
    whole = chance.choice((2, 3, 8, -4, 57))
    inner = chance.choice(_INNER) if "y" in formula else chance.choice([one for one in _INNER if "y" not in one])
    for _ in range(chance.choice((0, 1, 1, 2))):
        claim = chance.choice(_CANCELLED).replace("C", f"({claim})")
    if chance.random() < 0.4:
        wrong = chance.choice(_WRONG).replace("C", claim)
        if chance.random() < 0.3:
            claim = f"where({chance.choice(_NEGATED)}, {claim}, {wrong})"
        else:
            claim = f"where({chance.choice(_CONDITIONS)}, {wrong}, {claim})"

    def filled(text: str) -> str:
        text = text.replace("U", f"({inner})").replace("K", f"({whole})")
        return text.replace("B", _written(sizes[1])).replace("A", _written(sizes[0]))

    a, b = sizes
    special = (0, a, -a, b, -b, whole, whole / 2, whole - b, whole + b, b - whole, b**0.5, whole * b, abs(whole) ** 0.5)
    return Drawn(filled(formula), filled(claim), special)


def _written(number: float) -> str:
    return f"{number:g}" if number >= 1e-3 else f"{number:.0e}"
