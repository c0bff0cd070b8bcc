"""The tests of `gradcalc.language`."""
