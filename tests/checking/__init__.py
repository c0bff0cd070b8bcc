"""Tests of `gradcalc.checking`."""
