"""Did you mean: misspellings from life, and the names that must be offered for them."""

from __future__ import annotations

import time

import pytest

from gradcalc.language import vocabulary
from gradcalc.language.suggestions import closest, sentence

MISSPELT = {
    "sni": "sin", "sinn": "sin", "isn": "sin", "Sin": "sin", "SIN": "sin", "sine": "sin", "son": "sin",
    "cosn": "cos", "cso": "cos", "COS": "cos", "tna": "tan", "tann": "tan", "ctan": "tan",
    "acrsin": "arcsin", "arscin": "arcsin", "arcos": "arccos", "arctna": "arctan", "acrtan": "arctan", "atan_2": "atan2",
    "sihn": "sinh", "sinhh": "sinh", "cohs": "cosh", "thanh": "tanh", "tahn": "tanh",
    "sqr": "sqrt", "sqtr": "sqrt", "srqt": "sqrt", "squrt": "sqrt", "Sqrt": "sqrt", "sqare": "square",
    "lgo": "log", "lóg": "log", "Log": "log", "LN": "ln", "log_2": "log2", "log_10": "log10", "lpg1p": "log1p",
    "epx": "exp", "Exp": "exp", "expo": "exp", "exmp1": "expm1",
    "asb": "abs", "ABS": "abs", "abss": "abs", "sgin": "sign", "singum": "signum", "flor": "floor", "ciel": "ceil",
    "celing": "ceiling", "ruond": "round", "modulo": "mod", "clam": "clamp", "whre": "where", "wehre": "where",
    "maximun": "maximum", "mx": "max", "mim": "min",
    "gama": "gamma", "gammma": "gamma", "lgama": "lgamma", "digama": "digamma", "zetta": "zeta", "betta": "beta",
    "factoral": "factorial", "binomal": "binomial", "lambertW": "lambertw", "lambetw": "lambertw", "bessel_jn": "bessel_j",
    "sigmod": "sigmoid", "sigmiod": "sigmoid", "logsgmoid": "logsigmoid", "softpuls": "softplus", "ReLU": "relu",
    "leakyReLU": "leakyrelu", "LeakyReLU": "leakyrelu", "geLU": "gelu", "GELU": "gelu", "SiLU": "silu", "tanhh": "tanh",
    "man": "mean", "maen": "mean", "sume": "sum", "nrom": "norm", "sofmax": "softmax", "softmx": "softmax",
    "logsumexpr": "logsumexp", "logsumex": "logsumexp", "stdv": "stdev", "varance": "variance",
}  # fmt: skip


@pytest.mark.parametrize(("word", "meant"), MISSPELT.items(), ids=MISSPELT)
def test_misspelt_function(word: str, meant: str) -> None:
    """The function that was meant is among the at most three that are offered."""
    offered = closest(word, vocabulary.NAMES)
    assert meant in offered
    assert len(offered) <= 3


@pytest.mark.parametrize("word", ["SIN", "Sin", "Relu", "EXP", "Atan2", "GAMMA"])
def test_capitals_are_the_nearest_mistake(word: str) -> None:
    """A name that differs in its capitals alone is offered first."""
    assert closest(word, vocabulary.NAMES)[0].lower() == word.lower()


@pytest.mark.parametrize("word", ["f", "g", "u", "open", "system", "foobar", "x1", "integrate", "velocity"])
def test_far_from_everything(word: str) -> None:
    """Nothing is offered for a word that is like no function."""
    assert not [name for name in closest(word, vocabulary.NAMES) if name[0] != word[0]] or sentence(word, ["sin"]) == ""


def test_sentences() -> None:
    """One, two and three names, and none."""
    assert sentence("sni", ["sin"]) == "did you mean sin?"
    assert sentence("sni", ["sin", "sinc"]) == "did you mean sin or sinc?"
    assert sentence("sni", ["sin", "sinc", "sinh"]) == "did you mean sin, sinc or sinh?"
    assert sentence("sni", ["cosh"]) == ""


def test_long_words_cost_nothing() -> None:
    """A suggestion for the longest name takes no time to notice."""
    start = time.process_time()
    for _ in range(10):
        closest("n" * 32, vocabulary.NAMES)
    assert time.process_time() - start < 1


def test_nothing_is_near_to_a_very_long_word() -> None:
    """To compare two words takes the product of their lengths, and a file may have a column of any."""
    assert closest("a" * 64, ["a" * 63]) == ["a" * 63]
    assert closest("a" * 65, ["a" * 65, "a" * 64]) == []
