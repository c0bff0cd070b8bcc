"""Arithmetic of enclosures: operations and functions on balls, where they are analytic, and their decimals."""
