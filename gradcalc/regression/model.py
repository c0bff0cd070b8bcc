"""The model as text: features and options as typed -> formulas of the language and their point.

    z = w*x + b,  ŷ = sigmoid(z),  c = clamp(ŷ, epsilon, 1 - epsilon),  L = -(y*log(c) + (1 - y)*log(1 - c))

Several features are a vector: z = dot(w, x) + b. Several samples are a vector for each feature, and L is the mean.
Comes in: a `LogisticRequest`. Goes out: a `Model`. Raises `PointError`, `UsageError`, `DataError`
and `LimitError`.
Imports `errors`, `program`, and of `language` the point; the file of samples is read by `regression.samples`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gradcalc.errors import DataError, LimitError, Span, UsageError
from gradcalc.language import limits
from gradcalc.language.point import read_value
from gradcalc.language.tape import Tape
from gradcalc.memory import Memory
from gradcalc.program import Program, Request, read
from gradcalc.regression.samples import Samples, read_samples

#: Features of a model: each has a row in the chain rule and in the gradient.
MOST_FEATURES = 1_000

_DECIMAL = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
#: Python writes 1e-08 for 1e-8; a formula from there is to be the one from the command line.
_PADDED = re.compile(r"([eE][+-]?)0+(?=[0-9])")


@dataclass(frozen=True, slots=True)
class LogisticRequest:
    """One `logistic` question as it was typed.

    x, y, w, b: values as after `--at`; x and w with a value for each feature, w None for ones. csv: a file of samples
    in place of x and y, with the labels in the column `label` (None for `y` or `label`). epsilon: of the clamp.
    timeout: seconds for SymPy, and of processor time for the rest.
    """

    x: str | None = None
    y: str | None = None
    w: str | None = None
    b: str = "0"
    epsilon: str = "1e-8"
    csv: str | None = None
    label: str | None = None
    device: str = "cpu"
    dtype: str = "float64"
    timeout: float = 10.0


@dataclass(frozen=True, slots=True)
class Formulation:
    """A way to compute the loss: its name, the same in a few letters, its formula."""

    name: str
    short: str
    formula: str


@dataclass(frozen=True, slots=True)
class Model:
    """The formulas for so many features and samples.

    inputs: the variables of the features: one, unless there are several features of several samples. names: of the
    columns behind them, where they came from a file. at: the values of all variables as `--at` texts.
    """

    features: int
    samples: int
    epsilon: str
    inputs: tuple[str, ...]
    names: tuple[str, ...]
    at: tuple[str, ...]

    @property
    def z(self) -> str:
        """The linear part."""
        if len(self.inputs) > 1:
            return " + ".join([*(f"w[{feature}]*{name}" for feature, name in enumerate(self.inputs)), "b"])
        return "dot(w, x) + b" if self.features > 1 else "w*x + b"

    @property
    def bounds(self) -> str:
        """What the clamp holds a prediction between."""
        return f"{self.epsilon}, 1 - {self.epsilon}"

    @property
    def formulations(self) -> tuple[Formulation, Formulation, Formulation]:
        """The loss as in the notebook and by torch's two functions; the last is also the exact one in few symbols."""
        prediction = f"sigmoid({self.z})"
        clamped = f"log_loss(clamp({prediction}, {self.bounds}), y)"
        return (
            Formulation("clamped", "clamped", self.averaged(clamped)),
            Formulation("binary_cross_entropy", "bce", self.averaged(f"binary_cross_entropy({prediction}, y)")),
            Formulation(
                "binary_cross_entropy_with_logits",
                "bce_with_logits",
                self.averaged(f"binary_cross_entropy_with_logits({self.z}, y)"),
            ),
        )

    def averaged(self, loss: str) -> str:
        """The loss of all samples from that of one as text."""
        return f"mean({loss})" if self.samples > 1 else loss


def build(request: LogisticRequest, memory: Memory | None = None) -> tuple[Model, Program]:
    """Check what was typed, and write the model for it; also the program of its first formulation."""
    epsilon = _epsilon(request.epsilon)
    samples = _samples(request)
    features, count = len(samples.columns), len(samples.labels)
    if features > MOST_FEATURES:
        raise LimitError(
            f"there are {features:,} features; the limit is {MOST_FEATURES:,}",
            hint="take fewer; gradcalc diff takes longer vectors",
        )
    several = features > 1 and count > 1
    inputs = tuple(f"x{feature}" for feature in range(features)) if several else ("x",)
    # Of one sample the features are a vector; of several, each feature is one.
    values = [tuple(value for (value,) in samples.columns)] if count == 1 else samples.columns
    at = (
        *(_entry(name, column) for name, column in zip(inputs, values, strict=True)),
        _entry("y", samples.labels),
        _entry("w", _weights(request.w, features)),
        _entry("b", [_single("b", request.b)]),
    )
    model = Model(features, count, epsilon, inputs, samples.names, at)
    program = read(question(model, request), memory)
    _check_labels(program)
    return model, program


def question(model: Model, request: LogisticRequest) -> Request:
    """The first formulation as a question for the pipeline, by the weights and the bias.

    Two are asked, the second for the exact loss: each has half of the time.
    """
    formula = model.formulations[0].formula
    return Request(formula, model.at, ("w", "b"), request.device, request.dtype, timeout=request.timeout / 2)


def place(tape: Tape, text: str) -> int:
    """The instruction whose piece of the formula is `text`, the model's z or what is computed from it."""
    start = tape.source.index(text)
    span = Span(start, start + len(text))
    return max(node for node, step in enumerate(tape.instructions) if step.span == span)


def _samples(request: LogisticRequest) -> Samples:
    """The samples of the file, or the one that was typed."""
    if request.csv is not None:
        if request.x is not None or request.y is not None:
            raise UsageError("--csv brings the features and the labels", hint="leave out --x and --y")
        return read_samples(request.csv, request.label)
    if request.label is not None:
        raise UsageError("--label names a column of a file", hint="add --csv FILE")
    if request.x is None or request.y is None:
        what = "the features are missing" if request.x is None else "the label is missing"
        raise UsageError(what, hint="write gradcalc logistic --x 6.7 --y 0, or --csv FILE")
    columns = tuple((value,) for value in read_value("x", request.x))
    return Samples((), columns, (_single("y", request.y),))


def _weights(text: str | None, features: int) -> Sequence[str]:
    if text is None:
        return ["1"] * features
    weights = read_value("w", text)
    if len(weights) != features:
        given = f"--w has {len(weights)} value{'' if len(weights) == 1 else 's'}"
        needed = "there is 1 feature" if features == 1 else f"there are {features} features"
        raise UsageError(f"{given}, {needed}", hint="give a weight for each feature, or leave out --w for ones")
    return weights


def _entry(name: str, values: Sequence[str]) -> str:
    return f"{name}={values[0]}" if len(values) == 1 else f"{name}=[{','.join(values)}]"


def _single(name: str, text: str) -> str:
    values = read_value(name, text)
    if len(values) > 1:
        hint = "several samples come from a file: --csv FILE" if name == "y" else f"write --{name} 0"
        raise UsageError(f"--{name} takes one value, {len(values)} are given", hint=hint)
    return values[0]


def _epsilon(text: str) -> str:
    if not _DECIMAL.fullmatch(text) or len(text) > limits.NUMBER_CHARACTERS or not 0 <= Decimal(text) < Decimal("0.5"):
        message = f"--epsilon takes a decimal number from 0 to below 0.5, not '{text[:40]}'"
        raise UsageError(message, hint="write --epsilon 1e-8")
    return _PADDED.sub(r"\1", text)


def _check_labels(program: Program) -> None:
    labels = program.point["y"]
    for label in labels if isinstance(labels, tuple) else (labels,):
        if not 0 <= label <= 1:
            hint = "labels are 0 and 1, or probabilities between them"
            raise DataError(f"the label y is {label:g}, it must be from 0 to 1", hint=hint)
