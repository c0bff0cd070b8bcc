"""`Recording` -> text and pictures: the formats of `gradcalc tape`."""
