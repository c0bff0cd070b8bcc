"""`Result` -> text: the formats of `gradcalc diff`."""
