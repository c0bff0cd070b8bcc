"""What the vocabulary knows about one form of one function: the columns of the table.

Imports the standard library only. Pure data: help, completion and suggestions read it for free, the engines look
up their column, and the tests are generated from it.
"""

from __future__ import annotations

from dataclasses import dataclass

#: In place of a rule by the first parameter, an order: none is known in our language, but the function is analytic in
#: it, so that its derivative can be had from its values.
ANALYTIC = "analytic"


@dataclass(frozen=True, slots=True)
class Function:
    """One row: a function with one list of parameters. `log(x)` and `log(x, base)` are two rows.

    name: the canonical name; parameters: space-separated, `*` last if more arguments may follow.
    meaning, domain, kinks, example, reference: shown by `gradcalc functions`; `example` is a formula of the language.
    kinks: where the function has no derivative, though it may have a value; empty for a smooth function. What torch
    returns there is a convention that moves from version to version: `diff` asks the torch that is installed.
    sympy, torch, arb: where each engine finds the function: a dotted path in the library, or the bare name of a
    composition in the engine's own `functions` module; empty when the engine has none.
    definition: the function in our own language, inlined for every engine whose column is empty.
    no_torch: why torch cannot differentiate it; then torch's side is `unsupported`.
    constant: positions of arguments that torch cannot differentiate by, or that must be whole numbers.
    samples: argument lists inside the domain; the function is smooth on the box they span, from which tests draw.
    bare: may be applied without parentheses (`sin x`); reduces: takes a vector and returns a scalar.
    slopes: the derivative by each parameter, in our own language and the row's parameters; "" where no rule is known,
    `ANALYTIC` for an order in which the function is smooth. Every row with an `arb` column has them. They hold where the
    function is smooth, which the certified engine's `domains` says; `==` in a rule mends a removable singularity.
    backward, forward: what torch's kernels compute where that is not `slopes` and the function itself, with torch's
    operations in torch's order: its thresholds matter, and rounding errors are bounded by these formulas. At a kink
    they have a number too, which stands for any convention: nothing that is told rests on it.
    ulps: how far torch's kernel is from the function, in units in the last place of any dtype: measured on the CPU
    and rounded up, not at the zeros of the function. Where `forward` loses more, that counts.
    """

    name: str
    parameters: str
    meaning: str
    reference: str
    sympy: str = ""
    torch: str = ""
    arb: str = ""
    definition: str = ""
    no_torch: str = ""
    aliases: tuple[str, ...] = ()
    constant: tuple[int, ...] = ()
    domain: str = "all real numbers"
    kinks: str = ""
    samples: tuple[tuple[float, ...], ...] = ((0.3,), (1.7,))
    example: str = ""
    bare: bool = False
    reduces: bool = False
    slopes: tuple[str, ...] = ()
    backward: tuple[str, ...] = ()
    forward: str = ""
    ulps: float = 1.0

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names, without the mark of a variadic row."""
        return tuple(name for name in self.parameters.split() if name != "*")

    @property
    def variadic(self) -> bool:
        """Whether more arguments may follow the named ones."""
        return self.parameters.endswith("*")

    @property
    def signature(self) -> str:
        """The call as help shows it, `log(x, base)`."""
        shown = ", ".join(self.names)
        return f"{self.name}({shown}{', ...' if self.variadic else ''})"

    def accepts(self, count: int) -> bool:
        """Whether a call with `count` arguments is a call of this row."""
        return count == len(self.names) or (self.variadic and count > len(self.names))
