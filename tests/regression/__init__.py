"""Tests of gradcalc.regression."""
