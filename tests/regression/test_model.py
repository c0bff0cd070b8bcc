"""The model as text: formulas and points for one or several features and samples, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcalc.errors import DataError, GradcalcError, LimitError, PointError, UsageError
from gradcalc.language.parser import parse
from gradcalc.regression import LogisticRequest, Model, build, question
from gradcalc.regression.model import place

ONE = LogisticRequest(x="6.7", y="0")
SEVERAL = LogisticRequest(x="6.7,1.2", y="1", w="1,0.5", b="-2")


def modelled(request: LogisticRequest) -> Model:
    """The model that is built for a request."""
    return build(request)[0]


def of_file(path: Path, text: str, **options: str) -> Model:
    """The model for a file of samples."""
    file = path / "samples.csv"
    file.write_text(text)
    return modelled(LogisticRequest(csv=str(file), **options))


def test_one_feature_and_one_sample() -> None:
    """The notebook's neuron."""
    model = modelled(ONE)
    assert (model.features, model.samples, model.inputs, model.names) == (1, 1, ("x",), ())
    assert model.at == ("x=6.7", "y=0", "w=1", "b=0")
    assert model.z == "w*x + b"
    assert [(way.name, way.short, way.formula) for way in model.formulations] == [
        ("clamped", "clamped", "log_loss(clamp(sigmoid(w*x + b), 1e-8, 1 - 1e-8), y)"),
        ("binary_cross_entropy", "bce", "binary_cross_entropy(sigmoid(w*x + b), y)"),
        ("binary_cross_entropy_with_logits", "bce_with_logits", "binary_cross_entropy_with_logits(w*x + b, y)"),
    ]


def test_several_features_are_a_vector() -> None:
    """One dot product, with a weight for each."""
    model = modelled(SEVERAL)
    assert (model.features, model.samples, model.inputs) == (2, 1, ("x",))
    assert model.at == ("x=[6.7,1.2]", "y=1", "w=[1,0.5]", "b=-2")
    assert model.z == "dot(w, x) + b"


def test_several_samples_are_a_vector(tmp_path: Path) -> None:
    """And the loss is the mean of theirs."""
    model = of_file(tmp_path, "dose,y\n6.7,0\n-3,1\n")
    assert (model.features, model.samples, model.names) == (1, 2, ("dose",))
    assert model.at == ("x=[6.7,-3]", "y=[0,1]", "w=1", "b=0")
    assert model.z == "w*x + b"
    assert [way.formula for way in model.formulations] == [
        "mean(log_loss(clamp(sigmoid(w*x + b), 1e-8, 1 - 1e-8), y))",
        "mean(binary_cross_entropy(sigmoid(w*x + b), y))",
        "mean(binary_cross_entropy_with_logits(w*x + b, y))",
    ]


def test_several_of_both_have_a_vector_for_each_feature(tmp_path: Path) -> None:
    """The labels may stand anywhere and have any name."""
    model = of_file(tmp_path, "dose,out,age\n6.7,0,1\n-3,1,2\n0.5,1,4\n", label="out", w="1,0.5")
    assert (model.inputs, model.names) == (("x0", "x1"), ("dose", "age"))
    assert model.at == ("x0=[6.7,-3,0.5]", "x1=[1,2,4]", "y=[0,1,1]", "w=[1,0.5]", "b=0")
    assert model.z == "w[0]*x0 + w[1]*x1 + b"


def test_a_file_of_one_sample_is_as_if_it_were_typed(tmp_path: Path) -> None:
    """No mean of one number."""
    model = of_file(tmp_path, "dose,age,y\n6.7,1.2,1\n", w="1,0.5", b="-2")
    assert (model.at, model.z, model.formulations) == (
        modelled(SEVERAL).at,
        modelled(SEVERAL).z,
        modelled(SEVERAL).formulations,
    )


def test_values_may_be_formulas_and_stand_in_brackets() -> None:
    """As after --at; a vector of one feature is a number."""
    assert modelled(LogisticRequest(x="[pi/4, 2]", y="1/2", w="sqrt(2),-1")).at[:3] == (
        "x=[pi/4,2]",
        "y=1/2",
        "w=[sqrt(2),-1]",
    )
    assert modelled(LogisticRequest(x="[6.7]", y="0")).at == modelled(ONE).at


@pytest.mark.parametrize("epsilon", ["0", "1e-8", "0.25", ".4999", "1E-3"])
def test_epsilon_stays_as_typed(epsilon: str) -> None:
    """In the text of the clamp."""
    model = modelled(LogisticRequest(x="1", y="0", epsilon=epsilon))
    assert model.bounds == f"{epsilon}, 1 - {epsilon}"
    assert f"clamp(sigmoid(w*x + b), {epsilon}, 1 - {epsilon})" in model.formulations[0].formula


def test_epsilon_as_python_writes_it() -> None:
    """The formula is that of the command line."""
    assert modelled(LogisticRequest(x="1", y="0", epsilon=str(1e-8))).epsilon == "1e-8"


def test_the_most_features(tmp_path: Path) -> None:
    """As many as a table can show, of a file and as typed; one more is refused before the point is read."""
    columns = ",".join(f"c{number}" for number in range(1_000))
    model = of_file(tmp_path, f"{columns},y\n{'1,' * 1_000}1\n{'2,' * 1_000}0\n")
    assert (model.features, model.samples, len(model.at)) == (1_000, 2, 1_003)
    with pytest.raises(LimitError, match=r"^there are 1,001 features; the limit is 1,000$"):
        of_file(tmp_path, f"{columns},z,y\n{'1,' * 1_001}1\n")
    with pytest.raises(LimitError, match=r"^there are 1,001 features; the limit is 1,000$"):
        build(LogisticRequest(x="1,2,3" + ",0" * 998, y="0"))


def test_a_formulation_is_a_question_like_any_other() -> None:
    """By the weights and the bias, with the options of the command; half of the time is for the exact loss."""
    request = LogisticRequest(x="6.7", y="0", dtype="float32", device="cpu", timeout=3)
    asked = question(modelled(request), request)
    assert (asked.expression, asked.wrt) == ("log_loss(clamp(sigmoid(w*x + b), 1e-8, 1 - 1e-8), y)", ("w", "b"))
    assert (asked.at, asked.dtype, asked.device, asked.timeout) == (modelled(request).at, "float32", "cpu", 1.5)


@pytest.mark.parametrize("request_", [ONE, SEVERAL], ids=["one", "several"])
def test_every_stage_has_its_place_in_the_formula(request_: LogisticRequest) -> None:
    """The instruction that computes z, the prediction, the clamp."""
    model = modelled(request_)
    tape = parse(model.formulations[0].formula, frozenset("xywb"))
    prediction = f"sigmoid({model.z})"
    texts = (model.z, prediction, f"clamp({prediction}, {model.bounds})")
    assert [tape.instructions[place(tape, text)].op for text in texts] == ["add", "sigmoid", "clamp"]


@pytest.mark.parametrize(
    ("options", "kind", "said"),
    [
        ({}, UsageError, "the features are missing"),
        ({"x": "1"}, UsageError, "the label is missing"),
        ({"x": "1", "y": "2"}, DataError, "the label y is 2, it must be from 0 to 1"),
        ({"x": "1", "y": "-1e-300"}, DataError, "the label y is -1e-300, it must be from 0 to 1"),
        ({"x": "1", "y": "0,1"}, UsageError, "--y takes one value, 2 are given"),
        ({"x": "1", "y": "0", "b": "1,2,3"}, UsageError, "--b takes one value, 3 are given"),
        ({"x": "1", "y": "0", "w": "1,2"}, UsageError, "--w has 2 values, there is 1 feature"),
        ({"x": "1,2", "y": "0", "w": "1"}, UsageError, "--w has 1 value, there are 2 features"),
        ({"x": "nan", "y": "0"}, PointError, "nan is not a point: a gradient is taken at finite numbers"),
        ({"x": "1,-inf", "y": "0"}, PointError, "-inf is not a point: a gradient is taken at finite numbers"),
        ({"x": "1", "y": "nan"}, PointError, "nan is not a point: a gradient is taken at finite numbers"),
        ({"x": "1", "y": "0", "w": "nan"}, PointError, "nan is not a point: a gradient is taken at finite numbers"),
        ({"x": "1", "y": "0", "b": "nan"}, PointError, "nan is not a point: a gradient is taken at finite numbers"),
        ({"x": "", "y": "0"}, PointError, "a value is missing in --x ''"),
        ({"x": "1,,2", "y": "0"}, PointError, "a value is missing in --x '1,,2'"),
        ({"x": "x=1", "y": "0"}, PointError, "--x takes a value without a name"),
        ({"x": "a", "y": "0"}, PointError, "the value 'a' is not a number"),
        ({"x": "1e400", "y": "0"}, PointError, "x = 1e400 is beyond the largest float64"),
        ({"x": "1e39", "y": "0", "dtype": "float32"}, PointError, "x = 1e39 is beyond the largest float32"),
        ({"x": "1", "y": "0", "label": "y"}, UsageError, "--label names a column of a file"),
        ({"x": "1", "csv": "-"}, UsageError, "--csv brings the features and the labels"),
        ({"y": "1", "csv": "-"}, UsageError, "--csv brings the features and the labels"),
    ],
)
def test_a_mistake_is_a_sentence(options: dict[str, str], kind: type[GradcalcError], said: str) -> None:
    """Each of its kind, all with status 2."""
    with pytest.raises(kind) as told:
        modelled(LogisticRequest(**options))
    assert (told.value.message, told.value.status) == (said, 2)


@pytest.mark.parametrize("epsilon", ["0.5", "1", "-1e-8", "nan", "inf", "", "1/8", "1e-8x", "0x1", "１e-8"])
def test_an_epsilon_that_is_no_bound(epsilon: str) -> None:
    """The clamp would hold nothing, or be no number."""
    with pytest.raises(UsageError, match="--epsilon takes a decimal number from 0 to below"):
        modelled(LogisticRequest(x="1", y="0", epsilon=epsilon))
