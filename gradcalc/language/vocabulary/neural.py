"""Rows: activation and loss building blocks of neural networks, by torch's names and torch's formulas."""

from __future__ import annotations

from gradcalc.language.vocabulary.row import Function as F

NN = "https://docs.pytorch.org/docs/stable/generated/torch.nn.functional."
TORCH = "https://docs.pytorch.org/docs/stable/generated/torch."
_F = "torch.nn.functional."

ROWS = (
    F("sigmoid", "x", "1/(1 + exp(-x))", TORCH + "sigmoid.html", "", "torch.sigmoid", "", "1/(1 + exp(-x))",
      aliases=("logistic", "expit"), samples=((-4.0,), (3.0,)), example="sigmoid(w*x + b)"),
    F("logit", "x", "log(x/(1 - x)), the inverse of sigmoid", TORCH + "logit.html", "", "torch.logit", "",
      "log(x/(1 - x))", domain="0 < x < 1", kinks="poles at 0 and 1", samples=((0.1,), (0.8,)), example="logit(x)"),
    F("logsigmoid", "x", "log(sigmoid(x))", NN + "logsigmoid.html", "", _F + "logsigmoid", "", "-log(1 + exp(-x))",
      aliases=("log_sigmoid", "log_expit"), samples=((-4.0,), (3.0,)), example="-logsigmoid(x)"),
    F("softplus", "x", "log(1 + exp(x))", NN + "softplus.html", "", _F + "softplus", "", "log(1 + exp(x))",
      kinks="smooth, but above 20 torch returns x itself and slope 1", samples=((-4.0,), (3.0,)),
      example="softplus(x) - x*y"),
    F("relu", "x", "max(x, 0)", NN + "relu.html", "", "torch.relu", "", "max(x, 0)",
      kinks="a corner at 0: slopes 0 and 1; torch returns 0", example="relu(x)"),
    F("relu6", "x", "min(max(x, 0), 6)", NN + "relu6.html", "", _F + "relu6", "", "min(max(x, 0), 6)",
      kinks="corners at 0 and 6; torch returns 0", example="relu6(x)"),
    F("leaky_relu", "x", "x where positive, else 0.01*x", NN + "leaky_relu.html", "", _F + "leaky_relu", "",
      "where(x > 0, x, 0.01*x)", aliases=("leakyrelu",), kinks="a corner at 0: slopes 0.01 and 1; torch returns 0.01",
      example="leaky_relu(x)"),
    F("leaky_relu", "x slope", "x where positive, else slope*x", NN + "leaky_relu.html", "", "", "",
      "where(x > 0, x, slope*x)", aliases=("leakyrelu",), kinks="a corner at 0: slopes `slope` and 1",
      samples=((0.3, 0.1), (1.7, 0.4)), example="leaky_relu(x, 0.2)"),
    F("elu", "x", "x where positive, else exp(x) - 1", NN + "elu.html", "", _F + "elu", "",
      "where(x > 0, x, expm1(x))", kinks="smooth once; the second derivative jumps at 0", samples=((-2.0,), (-0.3,)),
      example="elu(x)"),
    F("elu", "x alpha", "x where positive, else alpha*(exp(x) - 1)", NN + "elu.html", "", "", "",
      "where(x > 0, x, alpha*expm1(x))", kinks="a corner at 0 unless alpha = 1", samples=((-2.0, 0.5), (-0.3, 2.0)),
      example="elu(x, 0.5)"),
    F("selu", "x", "scaled elu with the constants of self-normalising networks", NN + "selu.html", "", _F + "selu", "",
      "where(x > 0, 1.0507009873554804934193349852946*x, "
      "1.0507009873554804934193349852946*1.6732632423543772848170429916717*expm1(x))",
      kinks="a corner at 0: slopes 1.7581 and 1.0507", samples=((-2.0,), (-0.3,)), example="selu(x)"),
    F("celu", "x", "x where positive, else exp(x) - 1", NN + "celu.html", "", _F + "celu", "",
      "where(x > 0, x, expm1(x))", kinks="smooth once; the second derivative jumps at 0", samples=((-2.0,), (-0.3,)),
      example="celu(x)"),
    F("celu", "x alpha", "x where positive, else alpha*(exp(x/alpha) - 1)", NN + "celu.html", "", "", "",
      "where(x > 0, x, alpha*expm1(x/alpha))", kinks="smooth once; the second derivative jumps at 0",
      domain="alpha != 0", samples=((-2.0, 0.5), (-0.3, 2.0)), example="celu(x, 2)"),
    F("gelu", "x", "x times the normal distribution function at x, by erf", NN + "gelu.html", "", _F + "gelu", "",
      "x*(1 + erf(x/sqrt(2)))/2", samples=((-2.0,), (2.0,)), example="gelu(x)"),
    F("silu", "x", "x*sigmoid(x)", NN + "silu.html", "", _F + "silu", "", "x/(1 + exp(-x))", aliases=("swish",),
      samples=((-4.0,), (3.0,)), example="silu(x)"),
    F("mish", "x", "x*tanh(softplus(x))", NN + "mish.html", "", _F + "mish", "", "x*tanh(log(1 + exp(x)))",
      samples=((-4.0,), (3.0,)), example="mish(x)"),
    F("hardtanh", "x", "x held between -1 and 1", NN + "hardtanh.html", "", _F + "hardtanh", "",
      "min(max(x, -1), 1)", kinks="corners at -1 and 1; torch returns 0", samples=((-0.7,), (0.6,)),
      example="hardtanh(x)"),
    F("softsign", "x", "x/(1 + |x|)", NN + "softsign.html", "", _F + "softsign", "", "x/(1 + abs(x))",
      kinks="smooth once at 0", example="softsign(x)"),
    F("logaddexp", "x y", "log(exp(x) + exp(y)) without overflow", TORCH + "logaddexp.html", "", "torch.logaddexp", "",
      "log(exp(x) + exp(y))", samples=((-3.0, -2.0), (2.0, 3.0)), example="logaddexp(x, 0)"),
    F("xlogy", "x y", "x*log(y), and 0 where x = 0", TORCH + "xlogy.html", "xlogy", "torch.xlogy", "",
      "where(x == 0, 0, x*log(y))", domain="y > 0, or x = 0", samples=((0.3, 0.4), (2.0, 3.0)),
      example="xlogy(x, x)"),
    F("xlog1py", "x y", "x*log1p(y), and 0 where x = 0", "https://docs.pytorch.org/docs/stable/special.html", "xlog1py",
      "torch.special.xlog1py", "", "where(x == 0, 0, x*log1p(y))", domain="y > -1, or x = 0",
      samples=((0.3, 0.4), (2.0, 3.0)), example="xlog1py(x, y)"),
)
