"""`Regression` -> text: the formats of `gradcalc logistic`."""
