"""gradcalc."""
