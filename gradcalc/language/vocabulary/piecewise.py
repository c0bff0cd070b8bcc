"""Rows: absolute value, rounding, extrema, choice. Everything whose kinks are the point.

The sentences on torch's convention at a kink were measured with torch 2.13 and are held by a test.
"""

from __future__ import annotations

from gradcalc.language.vocabulary.row import Function as F

LIBM = "https://en.cppreference.com/w/c/numeric/math/"
TORCH = "https://docs.pytorch.org/docs/stable/generated/torch."
SYMPY = "https://docs.sympy.org/latest/modules/functions/elementary.html#"
_JUMPS = "jumps at whole numbers; the slope elsewhere, and torch's everywhere, is 0"

ROWS = (
    F("abs", "x", "absolute value, also written |x|", SYMPY + "abs", "absolute", "torch.abs", "absolute",
      aliases=("Abs", "fabs", "absolute"), kinks="a corner at 0: slopes -1 and 1; torch returns 0",
      samples=((-3.0,), (-0.3,)),
      example="abs(x - 1)", bare=True),
    F("sign", "x", "-1, 0 or 1", SYMPY + "sign", "sign", "torch.sign", "sign", aliases=("sgn", "signum"),
      kinks="a jump at 0; torch returns 0", example="sign(x)*x**2"),
    F("floor", "x", "the largest whole number not above x", SYMPY + "floor", "floor", "torch.floor", "arb.floor",
      aliases=("entier",), kinks=_JUMPS, samples=((1.2,), (1.9,)), example="x - floor(x)"),
    F("ceil", "x", "the smallest whole number not below x", SYMPY + "ceiling", "ceiling", "torch.ceil", "arb.ceil",
      aliases=("ceiling",), kinks=_JUMPS, samples=((1.2,), (1.9,)), example="ceil(x)"),
    F("round", "x", "the nearest whole number, halves to the even one", TORCH + "round.html", "nearest", "torch.round",
      "nearest", aliases=("rint", "nearbyint"), kinks="jumps at halves; the slope elsewhere is 0",
      samples=((1.6,), (2.4,)),
      example="round(x)"),
    F("trunc", "x", "x without its fraction, towards 0", LIBM + "trunc", "truncate", "torch.trunc", "truncate",
      aliases=("fix", "truncate"), kinks="jumps at whole numbers but 0; the slope elsewhere is 0",
      samples=((1.2,), (1.9,)),
      example="trunc(x)"),
    F("frac", "x", "x - floor(x) (SymPy's meaning; torch.frac truncates)", SYMPY + "frac", "", "", "",
      "x - floor(x)", kinks="jumps at whole numbers; the slope elsewhere is 1", samples=((1.2,), (1.9,)),
      example="frac(x)"),
    F("mod", "x y", "x - y*floor(x/y), also written x % y; the sign is y's (SymPy, Python)", SYMPY + "mod", "",
      "torch.remainder", "", "x - y*floor(x/y)", aliases=("Mod", "remainder"), domain="y != 0",
      kinks="jumps where x/y is a whole number", samples=((2.1, 1.5), (2.9, 1.9)), example="mod(x, 2)"),
    F("fmod", "x y", "x - y*trunc(x/y); the sign is x's (C)", LIBM + "fmod", "", "torch.fmod", "",
      "x - y*trunc(x/y)", domain="y != 0", kinks="jumps where x/y is a whole number but 0",
      samples=((2.1, 1.5), (2.9, 1.9)), example="fmod(x, 2)"),
    F("max", "x y *", "the largest argument", SYMPY + "max", "maximum", "maximum", "maximum",
      aliases=("Max", "maximum", "fmax"), kinks="a corner where the two largest are equal; torch halves the slopes",
      samples=((0.2, 2.0), (1.5, 4.0)), example="max(x, 0)"),
    F("max", "v", "the largest entry of a vector", TORCH + "max.html", torch="torch.max", aliases=("Max", "amax"),
      kinks="a corner where the two largest are equal; torch shares the slope evenly", samples=(), reduces=True,
      example="max([x, 2*x, 3])"),
    F("min", "x y *", "the smallest argument", SYMPY + "min", "minimum", "minimum", "minimum",
      aliases=("Min", "minimum", "fmin"), kinks="a corner where the two smallest are equal; torch halves the slopes",
      samples=((0.2, 2.0), (1.5, 4.0)), example="min(x, 1)"),
    F("min", "v", "the smallest entry of a vector", TORCH + "min.html", torch="torch.min", aliases=("Min", "amin"),
      kinks="a corner where the two smallest are equal; torch shares the slope evenly", samples=(), reduces=True,
      example="min([x, 2*x, 3])"),
    F("clamp", "x low high", "x held between two bounds, min(max(x, low), high)", TORCH + "clamp.html", "", "clamp", "",
      "min(max(x, low), high)", aliases=("clip",), domain="low <= high",
      kinks="corners at the bounds; torch 2.13 counts a bound as inside and returns 1",
      samples=((0.2, -1.0, 2.0), (1.5, -0.5, 3.0)), example="clamp(x, 0, 1)"),
    F("where", "condition x y", "x where the condition holds, else y", TORCH + "where.html",
      kinks="where the condition turns; torch differentiates both branches and multiplies one by 0",
      samples=(), example="where(x > 0, x**2, -x)"),
    F("heaviside", "x", "0 below 0, 1 above, 1/2 at 0 (SymPy's meaning)",
      "https://docs.sympy.org/latest/modules/functions/special.html#heaviside", "heaviside", "heaviside", "",
      "where(x > 0, 1, where(x < 0, 0, 1/2))", aliases=("Heaviside",), kinks="a jump at 0; torch returns 0",
      example="heaviside(x)*x"),
    F("heaviside", "x at_zero", "0 below 0, 1 above, `at_zero` at 0", TORCH + "heaviside.html", "", "", "",
      "where(x > 0, 1, where(x < 0, 0, at_zero))", aliases=("Heaviside",), kinks="a jump at 0; torch returns 0",
      samples=((0.3, 0.5), (1.7, 0.9)), example="heaviside(x, 1)*x"),
)
