"""Tests of the prompt: each part alone, and the whole at a pseudo-terminal."""
