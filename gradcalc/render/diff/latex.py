"""An `align*` environment: each derivative with its value at the point, and what torch says in words.

Compiles with amsmath. The derivative's LaTeX is SymPy's; everything else is escaped here.
Imports `results` and modules of `render`.
"""

from __future__ import annotations

import re
import unicodedata

from gradcalc.dtypes import DType
from gradcalc.render import View, numbers
from gradcalc.render.excerpt import visible
from gradcalc.results import Partial, Result

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}
_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (\w+)$")
_NAME = re.compile(r"([^\W\d_₀-₉]+)_?([0-9₀-₉]*)(?:\[([0-9]+)\])?")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_COMMANDS = re.compile(
    "alpha|beta|[gG]amma|[dD]elta|epsilon|zeta|eta|[tT]heta|iota|kappa|[lL]ambda|mu|nu|[xX]i|[pP]i|rho|[sS]igma|tau|"
    "[uU]psilon|[pP]hi|chi|[pP]si|[oO]mega"
)


def render(result: Result, view: View) -> str:
    """The answer as a LaTeX environment, the question as a comment above it."""
    dtype = numbers.format_of(result)
    head = f"% f = {visible(result.expression)}"
    if result.at:
        point = ", ".join(f"{name} = {numbers.coordinate(value, dtype)}" for name, value in result.at.items())
        head += f" at {point}, {result.dtype} on {result.device}"
    several = len({partial.wrt for partial in result.gradient}) > 1
    rows = [row for partial in result.gradient for row in _rows(partial, dtype, view, several=several)]
    body = " \\\\\n".join(rows)
    return f"{head}\n\\begin{{align*}}\n{body}\n\\end{{align*}}\n"


def _rows(partial: Partial, dtype: DType, view: View, *, several: bool) -> list[str]:
    side = partial.symbolic
    formula = _commands(side.latex) if side.latex else f"\\text{{{_text(side.reason or 'no derivative was found')}}}"
    rows = [f"{_operator(partial, several=several)} &= {formula}"]
    if partial.autograd is not None and partial.verdict is not None:
        value = _number(numbers.symbolic_gradient(side, dtype, view.digits))
        gradient = _number(numbers.autograd_gradient(partial.autograd, dtype, view.digits))
        rows.append(f"&\\approx {value} && \\text{{autograd: ${gradient}$, {partial.verdict.outcome}}}")
    return rows


def _commands(latex: str) -> str:
    """SymPy leaves Greek letters and subscript digits as they are; LaTeX wants their commands."""
    letters = (f"\\{name} " if (name := _greek(character)) else character for character in latex)
    return re.sub("[₀-₉]+", lambda digits: f"_{{{digits.group().translate(_SUBSCRIPTS)}}}", "".join(letters))


def _operator(partial: Partial, *, several: bool) -> str:
    d = r"\partial" if several or "[" in partial.wrt else "d"
    power = "" if partial.order == 1 else f"^{{{partial.order}}}"
    variable = _variable(partial.wrt)
    below = f"{d} {variable}" if not power else f"{d} {{{variable}}}{power}"
    return f"\\frac{{{d}{power} f}}{{{below}}}"


def _variable(name: str) -> str:
    """A name as mathematics: Greek letters by their commands, digits and indices as subscripts."""
    match = _NAME.fullmatch(name)
    if match is None:
        return f"\\mathrm{{{_text(name)}}}"
    stem, digits, index = match.groups()
    command = _greek(stem) if len(stem) == 1 else stem if _COMMANDS.fullmatch(stem) else None
    shown = f"\\{command}" if command else stem if len(stem) == 1 else f"\\mathrm{{{_text(stem)}}}"
    subscript = ",".join(part for part in (digits.translate(_SUBSCRIPTS), index) if part)
    return f"{shown}_{{{subscript}}}" if subscript else shown


def _greek(character: str) -> str | None:
    match = _GREEK.match(unicodedata.name(character, ""))
    if match is None:
        return None
    name = match.group(2).lower().replace("lamda", "lambda")
    name = name.capitalize() if match.group(1) == "CAPITAL" else name
    return name if _COMMANDS.fullmatch(name) else None


def _number(text: str) -> str:
    """A decimal as mathematics, 1e-300 as a power of ten; an outcome word as text."""
    mantissa, _, exponent = text.partition("e")
    if exponent.lstrip("+-").isdigit():
        return f"{mantissa} \\times 10^{{{int(exponent)}}}"
    if text.lstrip("-") == "inf":
        return text.replace("inf", r"\infty")
    return text if text[-1:].isdigit() else f"\\text{{{_text(text)}}}"


def _text(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in visible(text))
