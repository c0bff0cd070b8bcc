"""Rows: what makes one number, or one vector, of a vector. The engines for scalars see them unrolled."""

from __future__ import annotations

from gradcalc.language.vocabulary.row import Function as F

TORCH = "https://docs.pytorch.org/docs/stable/generated/torch."

ROWS = (
    F("sum", "v", "the sum of the entries", TORCH + "sum.html", torch="torch.sum", samples=(), reduces=True,
      example="sum([x, x**2])"),
    F("mean", "v", "the arithmetic mean of the entries", TORCH + "mean.html", torch="torch.mean",
      aliases=("average",), samples=(), reduces=True, example="mean([x, x**2])"),
    F("prod", "v", "the product of the entries", TORCH + "prod.html", torch="torch.prod", aliases=("product",),
      samples=(), reduces=True, example="prod([x, x + 1])"),
    F("norm", "v", "the Euclidean norm, sqrt(sum(v**2))", TORCH + "linalg.vector_norm.html",
      torch="torch.linalg.vector_norm", kinks="a corner where all entries are 0; torch returns 0", samples=(),
      reduces=True, example="norm([x, 2])"),
    F("dot", "u v", "the scalar product of two vectors of one length", TORCH + "dot.html", torch="torch.dot",
      samples=(), reduces=True, example="dot([x, 1], [2, x])"),
    F("var", "v", "the sample variance, divisor n - 1 (torch's meaning)", TORCH + "var.html", torch="torch.var",
      aliases=("variance",), domain="two or more entries", samples=(), reduces=True, example="var([x, 1, 2])"),
    F("std", "v", "the sample standard deviation, divisor n - 1 (torch's meaning)", TORCH + "std.html",
      torch="torch.std", aliases=("stdev",), domain="two or more entries",
      kinks="a corner where all entries are equal", samples=(), reduces=True, example="std([x, 1, 2])"),
    F("logsumexp", "v", "log(sum(exp(v))) without overflow", TORCH + "logsumexp.html", torch="logsumexp", samples=(),
      reduces=True, example="logsumexp([x, 0])"),
    F("softmax", "v", "exp(v)/sum(exp(v)), a vector that sums to 1",
      "https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html", torch="softmax", samples=(),
      reduces=True, example="softmax([x, 0])[0]"),
)
