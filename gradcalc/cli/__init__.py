"""What a person types: the Typer app, one module a command. Options in, one call, one render out.

Nothing is computed here. Everything may be imported, but torch, sympy, numpy and flint only by what a command calls.
"""
