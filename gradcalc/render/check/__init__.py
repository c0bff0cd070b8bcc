"""`Check` -> text: the formats of `gradcalc check`."""
