"""The vocabulary as data: each row complete, each promised name there, each failure telling the row's author what to do."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from gradcalc.language import limits, vocabulary
from gradcalc.language.lowering import is_call
from gradcalc.language.parser import parse
from gradcalc.language.shapes import infer_shapes
from gradcalc.language.tape import ARITHMETIC, CONDITIONS, CONSTANTS, LEAVES
from tests import oracle
from tests.language.writing import prefix

#: What the documentation promises, in its order: name and number of arguments.
PROMISED = """
    sin/1 cos/1 tan/1 cot/1 sec/1 csc/1 sinh/1 cosh/1 tanh/1 coth/1 sech/1 csch/1
    asin/1 acos/1 atan/1 acot/1 asec/1 acsc/1 asinh/1 acosh/1 atanh/1 acoth/1 asech/1 acsch/1
    exp/1 exp2/1 expm1/1 log/1 log/2 ln/1 log2/1 log10/1 log1p/1
    sqrt/1 cbrt/1 root/2 pow/2 hypot/2 square/1
    abs/1 sign/1 floor/1 ceil/1 round/1 trunc/1 frac/1 mod/2
    max/2 max/3 max/1 min/2 min/3 min/1 clamp/3 where/3 heaviside/1
    sinc/1 erf/1 erfc/1 erfi/1 erfinv/1
    gamma/1 lgamma/1 digamma/1 polygamma/2 beta/2 factorial/1 binomial/2 uppergamma/2 lowergamma/2
    besselj/2 bessely/2 besseli/2 besselk/2 airyai/1 airybi/1 zeta/1 polylog/2 lambertw/1
    Si/1 Ci/1 Shi/1 Chi/1 Ei/1 li/1 expint/2 fresnels/1 fresnelc/1
    elliptic_k/1 elliptic_e/1 elliptic_e/2 elliptic_f/2 elliptic_pi/2 elliptic_pi/3
    sigmoid/1 logit/1 softplus/1 logsigmoid/1 relu/1 relu6/1 leaky_relu/1 elu/1 selu/1 celu/1 gelu/1 silu/1 mish/1
    tanh/1 hardtanh/1 softsign/1 logaddexp/2 xlogy/2 atan2/2
    sum/1 mean/1 prod/1 norm/1 dot/2 var/1 std/1 softmax/1 logsumexp/1
""".split()

#: Spellings from elsewhere that must be read, by the row that they call.
SPELLINGS = {
    "SymPy": "Abs=abs ceiling=ceil LambertW=lambertw Max=max Min=min Mod=mod Heaviside=heaviside loggamma=lgamma "
    "besselj=besselj bessely=bessely besseli=besseli besselk=besselk airyai=airyai airyaiprime=airyaiprime "
    "sign=sign frac=frac root=root cbrt=cbrt factorial=factorial binomial=binomial polylog=polylog zeta=zeta "
    "trigamma=trigamma erfcinv=erfcinv Pow=pow elliptic_k=elliptic_k",
    "C": "fabs=abs fmod=fmod fmax=max fmin=min tgamma=gamma lgamma=lgamma rint=round exp2=exp2 j0=j0 j1=j1 y0=y0 y1=y1 "
    "hypot=hypot cbrt=cbrt atan2=atan2 trunc=trunc",
    "NumPy": "arcsin=asin arccos=acos arctan=atan arctan2=atan2 arcsinh=asinh arccosh=acosh arctanh=atanh clip=clamp "
    "absolute=abs power=pow maximum=max minimum=min fix=trunc remainder=mod deg2rad=radians rad2deg=degrees amax=max "
    "amin=min average=mean logaddexp=logaddexp i0=i0",
    "SciPy": "expit=sigmoid log_expit=logsigmoid gammaln=lgamma psi=digamma jv=besselj yv=bessely iv=besseli kv=besselk "
    "expi=Ei exp1=E1 expn=expint ellipk=elliptic_k ellipe=elliptic_e ellipkinc=elliptic_f ellipeinc=elliptic_e binom=binomial "
    "xlog1py=xlog1py ndtr=ndtr erfcx=erfcx lambertw=lambertw",
    "torch": "clamp=clamp clip=clamp rsqrt=rsqrt xlogy=xlogy sgn=sign expit=sigmoid log_sigmoid=logsigmoid "
    "digamma=digamma lgamma=lgamma amax=max logsumexp=logsumexp erfinv=erfinv",
    "Maxima": "gamma_incomplete=uppergamma expintegral_ei=Ei expintegral_si=Si expintegral_ci=Ci expintegral_shi=Shi "
    "expintegral_chi=Chi expintegral_e1=E1 expintegral_e=expint expintegral_li=li lambert_w=lambertw gamma_incomplete_lower=lowergamma truncate=trunc elliptic_kc=elliptic_k "
    "elliptic_ec=elliptic_e bessel_j=besselj bessel_y=bessely bessel_i=besseli bessel_k=besselk signum=sign "
    "entier=floor airy_ai=airyai airy_bi=airybi airy_dai=airyaiprime fresnel_s=fresnels fresnel_c=fresnelc",
}


def _name(row: vocabulary.Function) -> str:
    return row.signature


each_row = pytest.mark.parametrize("row", vocabulary.ROWS, ids=_name)


@each_row
def test_words(row: vocabulary.Function) -> None:
    """A row says what the function is, where to read about it, and where it is defined."""
    assert row.meaning, f"{row.signature}: say in `meaning` what the function is, in one line"
    assert row.reference.startswith("https://"), f"{row.signature}: `reference` is the https address of a definition"
    assert row.domain, f"{row.signature}: `domain` says for which arguments the function is real"
    for column in ("meaning", "domain", "kinks", "no_torch"):
        text = getattr(row, column)
        assert not text.endswith(".") or text.endswith("..."), (
            f"{row.signature}: take the stop off the end of `{column}`"
        )
        assert "\n" not in text, f"{row.signature}: `{column}` is one line"


@each_row
def test_kinks_are_facts(row: vocabulary.Function) -> None:
    """What torch returns at a kink is a convention, which moves from version to version: `diff` asks it."""
    assert "torch" not in row.kinks, f"{row.signature}: say in `kinks` what the function does, not what torch does"


@each_row
def test_names(row: vocabulary.Function) -> None:
    """Names are words of the language that nothing else has taken."""
    taken = (
        LEAVES
        | set(ARITHMETIC) - {"pow"}
        | CONDITIONS
        | CONSTANTS
        | {"vector", "index", "E", "π", "True", "true", "Piecewise"}
    )
    for spelling in (row.name, *row.aliases):
        assert spelling.isidentifier(), f"{row.signature}: {spelling} is not a name"
        assert len(spelling) <= limits.NAME_CHARACTERS, f"{row.signature}: {spelling} is longer than a name may be"
        assert "__" not in spelling, f"{row.signature}: {spelling} has a double underscore, which is refused"
        assert spelling not in taken, f"{row.signature}: {spelling} means something else in the language"
    assert len(set(row.aliases)) == len(row.aliases), f"{row.signature}: an alias stands there twice"
    assert row.name not in row.aliases, f"{row.signature}: its own name is no alias"
    assert len(set(row.names)) == len(row.names) > 0, f"{row.signature}: each parameter needs a name of its own"


@each_row
def test_example(row: vocabulary.Function) -> None:
    """The example is a formula that calls this row, without notes, and whose shapes fit with x a number."""
    assert row.example, f"{row.signature}: give an `example` that a person might type"
    tape = parse(row.example)
    calls = [
        vocabulary.find(step.op, len(step.args))
        for step in tape.instructions
        if is_call(step.op) or step.op in {"where", "pow"}
    ]
    assert row in calls, f"{row.signature}: its example {row.example} does not call it"
    assert not tape.notes, f"{row.signature}: its example reads ambiguously, {tape.notes[0].message}"
    assert infer_shapes(tape, dict.fromkeys(tape.variables))[-1] is None, f"{row.signature}: its example is a vector"


@each_row
def test_samples(row: vocabulary.Function) -> None:
    """Samples have the row's number of arguments and a value there; only rows on vectors and `where` have none."""
    if row.reduces or row.name == "where":
        assert not row.samples, f"{row.signature}: leave `samples` empty, the tests make vectors of their own"
        return
    assert len(row.samples) >= 2, f"{row.signature}: give two `samples`, corners of a box on which it is smooth"
    for sample in row.samples:
        assert len(sample) == len(row.names), f"{row.signature}: sample {sample} has not one value for each parameter"
        value = oracle.value(row.name, sample)
        assert oracle.mp.isfinite(value), f"{row.signature}: no value at {sample}; choose a sample inside the domain"


@each_row
def test_sides(row: vocabulary.Function) -> None:
    """Each engine finds the function, or a definition, or a reason why not."""
    if row.reduces or row.name == "where":
        return
    assert row.sympy or row.definition, f"{row.signature}: fill `sympy` or give a `definition`"
    assert row.arb or row.definition, f"{row.signature}: fill `arb` or give a `definition`"
    assert row.torch or row.definition or row.no_torch, (
        f"{row.signature}: fill `torch`, or say in `no_torch` why it is empty"
    )
    assert not (row.torch and row.no_torch), f"{row.signature}: `no_torch` contradicts `torch`"
    assert all(0 <= position < len(row.names) for position in row.constant), (
        f"{row.signature}: `constant` counts from 0"
    )


@each_row
def test_signature_calls_the_row(row: vocabulary.Function) -> None:
    """Its name and every alias, called with its parameters, are this row."""
    for spelling in (row.name, *row.aliases):
        arguments = ["c > 0" if name == "condition" else name for name in row.names]
        tape = parse(f"{spelling}({', '.join(arguments)})", frozenset({*row.names, "c"}) - {"condition"})
        last = tape.instructions[-1]
        assert vocabulary.find(last.op, len(last.args)) is row, f"{spelling} with {row.parameters} calls another row"
    assert row.accepts(len(row.names))
    assert row.accepts(len(row.names) + 1) == row.variadic


def test_no_spelling_is_ambiguous() -> None:
    """No two rows share a name or an alias and a number of arguments."""
    spellings = Counter((spelling, len(row.names)) for row in vocabulary.ROWS for spelling in (row.name, *row.aliases))
    twice = [f"{name} with {count} arguments" for (name, count), rows in spellings.items() if rows > 1]
    assert not twice, f"two rows answer to {twice}"


def test_rows_of_a_name_share_aliases_sensibly() -> None:
    """An alias of one function is not the name of another."""
    names = {row.name for row in vocabulary.ROWS}
    for row in vocabulary.ROWS:
        stolen = names & set(row.aliases)
        assert not stolen, f"{row.signature}: its alias {stolen} is a function of its own"


def test_find() -> None:
    """A look-up by name and number of arguments; the exact number wins over a variadic row."""
    assert vocabulary.find("max", 1).reduces
    assert vocabulary.find("max", 2).variadic
    assert vocabulary.find("max", 7).variadic
    assert vocabulary.find("log", 2).definition
    assert not vocabulary.forms("nosuch")
    with pytest.raises(KeyError):
        vocabulary.find("sin", 2)


@pytest.mark.parametrize("promised", PROMISED)
def test_promised(promised: str) -> None:
    """Every function of the documentation can be called."""
    name, count = promised.split("/")
    assert any(row.accepts(int(count)) for row in vocabulary.forms(name)), (
        f"add a row for {name} with {count} arguments"
    )


def test_size() -> None:
    """There are about 110 names and more, none of them lost."""
    assert len({row.name for row in vocabulary.ROWS}) >= 110


@pytest.mark.parametrize(("source", "spellings"), SPELLINGS.items(), ids=SPELLINGS)
def test_spellings_from_elsewhere(source: str, spellings: str) -> None:
    """The spellings of other systems call the right rows."""
    for pair in spellings.split():
        spelling, name = pair.split("=")
        called = {row.name for row in vocabulary.forms(spelling)}
        assert called == {name}, f"{source} writes {spelling} for {name}: add it to the row's `aliases`"


@pytest.mark.parametrize("row", [row for row in vocabulary.ROWS if row.bare], ids=_name)
def test_bare_rows_take_one_argument(row: vocabulary.Function) -> None:
    """A function that may be applied without brackets takes one argument, and is read so."""
    assert len(row.names) == 1, f"{row.signature}: only a function of one argument can be `bare`"
    assert prefix(parse(f"{row.name} x")) == f"{row.name}(x)"


# -- what SymPy prints is read

SYMPY_CALLS = """
    sin(x) cos(x) tan(x) cot(x) sec(x) csc(x) asin(x) acos(x) atan(x) acot(x) asec(x) acsc(x) atan2(y,x)
    sinh(x) cosh(x) tanh(x) coth(x) sech(x) csch(x) asinh(x) acosh(x) atanh(x) acoth(x) asech(x) acsch(x)
    exp(x) log(x) sqrt(x) cbrt(x) root(x,5) Abs(x) sign(x) floor(x) ceiling(x) frac(x) Mod(x,y) Max(x,y,2) Min(x,y,2)
    Heaviside(x) sinc(x) erf(x) erfc(x) erfi(x) erfinv(x) erfcinv(x) gamma(x) loggamma(x) digamma(x) trigamma(x)
    polygamma(3,x) beta(x,y) factorial(x) binomial(x,y) lowergamma(2,x) uppergamma(2,x)
    besselj(2,x) bessely(2,x) besseli(2,x) besselk(2,x) airyai(x) airybi(x) airyaiprime(x) airybiprime(x)
    zeta(x) zeta(x,y) polylog(2,x) LambertW(x) LambertW(x,-1) Si(x) Ci(x) Shi(x) Chi(x) Ei(x) li(x) expint(2,x)
    fresnels(x) fresnelc(x) elliptic_k(x) elliptic_f(y,x) elliptic_e(x) elliptic_e(y,x) elliptic_pi(y,x)
    elliptic_pi(y,2,x)
""".split()


@pytest.mark.parametrize("call", SYMPY_CALLS)
def test_sympy_prints_our_language(call: str) -> None:
    """A function of SymPy at symbols, printed by SymPy, is a formula with the same variables."""
    sympy = pytest.importorskip("sympy")
    x, y = sympy.symbols("x y", real=True)
    name, arguments = re.fullmatch(r"(\w+)\((.*)\)", call).groups()  # type: ignore[union-attr]
    values: list[Any] = [{"x": x, "y": y}.get(word) or int(word) for word in arguments.split(",")]
    expression = getattr(sympy, name)(*values)
    tape = parse(str(expression))
    assert set(tape.variables) == {str(symbol) for symbol in expression.free_symbols}


def test_sympy_piecewise_is_read() -> None:
    """Conditions as SymPy prints them: comparisons in brackets, Eq, Ne, &, |, ~ and True."""
    sympy = pytest.importorskip("sympy")
    x, y = sympy.symbols("x y", real=True)
    printed = sympy.Piecewise(
        (x, (x > 0) & (y < 1)), (y, sympy.Eq(x, 0) | (y >= 2)), (1, sympy.Ne(x, y) & ~sympy.Eq(y, 3)), (2, True)
    )
    tape = parse(str(printed))
    assert [step.op for step in tape.instructions].count("where") == 3
