"""What the help says that belongs to no command: `gradcalc help TOPIC`, and sections of the manual page.

Comes in: nothing. Goes out: `TOPICS`. Imports the standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """A section: a sentence, and terms with what they mean."""

    title: str
    text: str
    rows: tuple[tuple[str, str], ...]


TOPICS = {
    "language": Topic(
        "The language",
        "A formula is data and never run as a program; `gradcalc functions` lists what it may call.",
        (
            ("2, 2.5, 1e-3", "Numbers, rounded to the dtype."),
            ("+ - * / % ^ **", "Operators. ^ and ** are powers, from the right: -x^2 is -(x^2), 2^-x works."),
            ("2x, 2(x+1), x y", "Products without a sign. 1/2x is (1/2)*x, and a note says so."),
            ("x!, |x|, sqrt x", "Factorial, absolute value, functions without brackets. sin^2 x is sin(x)^2."),
            ("x², √x, π, ≤", "Mathematical signs and Greek letters."),
            ("where(x > 0, x, 0)", "A choice; conditions may be chained, 0 < x <= 1. The other branch does not count."),
            (
                "0*log(-1)",
                "Has no value: whatever a function, an operator or a condition is given must have one, even if unused.",
            ),
            (
                "[1, 2, x], x[0]",
                "Vectors, and their entries from 0, of which the others do not count; all else works entry by entry.",
            ),
            ("xy", "Any other name is one variable. e, E, pi and tau are constants unless the point names them."),
            ("--at 4", "A point for the only variable; x=1,y=2 for several, 1,2,3 or x=[1,2,3] for a vector."),
            ("--at pi/4", "The value of a point may be a formula without variables."),
        ),
    ),
    "exit-status": Topic(
        "Exit status",
        "What `$?` holds afterwards.",
        (
            ("0", "Answered, also where there is no derivative or the sides differ."),
            (
                "1",
                "With --strict: some outcome is not `agrees`. Of batch: a line failed. Of check: refuted.",
            ),
            ("2", "The command line, the formula or the point was not understood."),
            ("3", "Not computed: undecided, or no side supports it. Of check: neither proved nor refuted."),
            ("4", "No such device or dtype here."),
            ("5", "A limit or a time-out left nothing to show, or the answer could not be written."),
            ("70", "Internal error; please report it."),
            ("130, 143, 129", "Ended by Ctrl-C, SIGTERM or a closed terminal."),
        ),
    ),
    "environment": Topic(
        "Environment",
        "What the program heeds.",
        (
            ("NO_COLOR", "If not empty, no colours, unless --color always asks for them."),
            ("TERM", "If dumb, no colours."),
            ("COLUMNS", "The width of a terminal, in place of its own; nothing is folded on a pipe."),
            ("XDG_STATE_HOME", "Where `repl` keeps what was typed, as gradcalc/history; ~/.local/state if unset."),
            (
                "GRADCALC_DAEMON",
                "on (or unset): a daemon that runs answers; auto: one is started too; off: none is asked.",
            ),
            ("XDG_RUNTIME_DIR, TMPDIR", "Where the socket of the daemon lies, in a directory of its own."),
            ("GRADCALC_DEBUG", "If 1, an internal error comes with its traceback."),
        ),
    ),
}
