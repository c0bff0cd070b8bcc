"""Tape -> gradients: each engine reads the tape on its own, and none imports another."""
