"""One-neuron logistic regression as formulas of the language: the model, its samples, and the account of both.

Comes in: a `LogisticRequest`. Goes out: a `Regression`. Derivatives and verdicts are those of the pipeline: here the
formulas are written, and the chain rule is laid beside what torch recorded.
"""

from __future__ import annotations

from gradcalc.regression.account import account
from gradcalc.regression.model import LogisticRequest, Model, build, question

__all__ = ["LogisticRequest", "Model", "account", "build", "question"]
