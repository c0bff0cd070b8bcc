"""The tests of gradcalc."""
