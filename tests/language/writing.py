"""Tapes as text, for tests to compare: a prefix form, and a formula with every bracket written.

Imports `gradcalc.language` only.
"""

from __future__ import annotations

from gradcalc.language.tape import COMPARISONS, CONSTANT, INDEX, LEAVES, NUMBER, VECTOR, Instruction, Tape

_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", **COMPARISONS, "and": "&", "or": "|"}
_CONSTANTS = {"infinity": "∞"}


def prefix(tape: Tape) -> str:
    """The result of a tape as nested calls: `-x^2` is `neg(pow(x, 2))`; the constant e is {e}, a variable e is e."""
    texts: list[str] = []
    for step in tape.instructions:
        args = [texts[i] for i in step.args]
        if step.op in LEAVES:
            texts.append(f"{{{step.text}}}" if step.op == CONSTANT else step.text)
        elif step.op == VECTOR:
            texts.append(f"[{', '.join(args)}]")
        elif step.op == INDEX:
            texts.append(f"{args[0]}[{step.text}]")
        else:
            texts.append(f"{step.op}({', '.join(args)})")
    return texts[-1]


def bracketed(tape: Tape) -> str:
    """The result of a tape as a formula of the language that depends on no precedence."""
    texts: list[str] = []
    for step in tape.instructions:
        texts.append(_written(step, [texts[i] for i in step.args]))
    return texts[-1]


def _written(step: Instruction, args: list[str]) -> str:
    if step.op in LEAVES:
        return step.text if step.op == NUMBER else _CONSTANTS.get(step.text, step.text)
    if step.op == VECTOR:
        return f"[{', '.join(args)}]"
    if step.op == INDEX:
        return f"({args[0]})[{step.text}]"
    if step.op in _SIGNS:
        return f"({args[0]} {_SIGNS[step.op]} {args[1]})"
    if step.op in {"neg", "not"}:
        return f"({'-' if step.op == 'neg' else '~'}{args[0]})"
    return f"{step.op}({', '.join(args)})"
