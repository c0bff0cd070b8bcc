"""Tests of `gradcalc.batch` and of the command."""
