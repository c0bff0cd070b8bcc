"""A conversation: the point, the definitions and the settings, and each line answered in their light.

Comes in: a statement as typed. Goes out: its answer on the console, and a status. Raises `GradcalcError`. Knows no
terminal. Imports `console`, `errors`, of `language` definitions, the parser and the point, and modules of `cli`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from gradcalc.cli.app import COMMANDS
from gradcalc.cli.listing import aligned
from gradcalc.cli.prompt import reading
from gradcalc.cli.prompt.question import as_typed, ask, assignment
from gradcalc.cli.prompt.settings import Settings
from gradcalc.console import Console
from gradcalc.errors import ExpressionError, GradcalcError, PointError, Span, Status, UsageError
from gradcalc.language import vocabulary
from gradcalc.language.definitions import require_acyclic, require_name
from gradcalc.language.point import Entry, read_point
from gradcalc.language.suggestions import closest, sentence
from gradcalc.render.excerpt import shorten

#: Answers the tokens of a command line on a console, as `cli.app.run` does.
Run = Callable[[Sequence[str], Console], Status]

_SHOWN = 60
_ASSIGNED = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)")
_FORGOTTEN = re.compile(r"([^\s=]+)\s*=")


class Conversation:
    """What a conversation remembers. `over` once it was told to leave.

    point: values as text by variable, under "" one without a name. definitions: formulas as typed by name.
    variables: those of the last formula, which completion offers.
    """

    def __init__(self, run: Run, settings: Settings) -> None:
        self.point: dict[str, str] = {}
        self.definitions: dict[str, str] = {}
        self.settings = settings
        self.variables: tuple[str, ...] = ()
        self.over = False
        self._run = run
        self._verbs: dict[str, Callable[[str, Console], None]] = {
            "at": self._at,
            "let": self._let,
            "set": self._set,
            "quit": self._quit,
        }

    def answer(self, statement: str, console: Console) -> Status:
        """Obey or answer one statement. Raises `GradcalcError` for whatever stands in the way."""
        console.color = self.settings.get("color")
        line = reading.read(statement)
        if line is None:
            return Status.OK
        if line.verb in self._verbs:
            self._verbs[line.verb](line.rest, console)
            return Status.OK
        if line.verb == "help":
            return self._help(line.rest, console)
        if line.verb == reading.FORMULA:
            return self._formula(line.rest, console)
        return self._command(line.verb, reading.words(line.rest), console)

    def summary(self) -> str:
        """The point and what else is not as at the start, on one short line."""
        changed = " ".join(value for name, value in self.settings.changed().items() if name in {"dtype", "device"})
        return shorten(" ".join(filter(None, (self._where(), changed))), _SHOWN)

    def _where(self) -> str:
        assignments = [assignment(name, value) for name, value in self.point.items()]
        return f"at {','.join(assignments)}" if assignments else ""

    # -- the words of the prompt

    def _at(self, text: str, console: Console) -> None:
        if not text:
            console.lines([self._where() or "no point is set; write at x=2"])
        elif text == "clear":
            self.point.clear()
        elif forgotten := _FORGOTTEN.fullmatch(text):
            _forget(forgotten.group(1), self.point, "has no value")
        else:
            self._move(text)

    def _move(self, text: str) -> None:
        try:
            entries = read_point([text])
        except GradcalcError as error:
            message, hint = (said.replace("--at ", "at ") for said in (error.message, error.hint))
            raise type(error)(message, source=error.source, span=error.span, hint=hint) from None
        defined = next((entry.name for entry in entries if entry.name in self.definitions), None)
        if defined is not None:
            raise PointError(f"'{defined}' is defined as a formula", hint=f"let {defined} = forgets the definition")
        moved = {entry.name: _text(entry) for entry in entries}
        from gradcalc import pipeline

        # A value like 1/0 is told now, not with the next formula.
        at = tuple(assignment(name or "x", value) for name, value in moved.items())
        pipeline.read(pipeline.Request("0", at, dtype=self.settings.get("dtype")), to_run=True)
        self.point = moved if "" in moved or "" in self.point else {**self.point, **moved}

    def _let(self, text: str, console: Console) -> None:
        if text == "clear":
            self.definitions.clear()
        elif forgotten := _FORGOTTEN.fullmatch(text):
            _forget(forgotten.group(1), self.definitions, "is not defined")
        elif "=" in text:
            self._define(text)
        elif text:
            console.lines([f"{text} = {_known(text, self.definitions, 'is not defined')}"])
        else:
            listed = [f"{name} = {formula}" for name, formula in self.definitions.items()]
            console.lines(listed or ["nothing is defined; write let f = sin(x**2)"])

    def _define(self, text: str) -> None:
        left, _, right = text.partition("=")
        name, formula = left.strip(), right.strip()
        if formula.startswith("="):
            span = Span(len(left), text.index(formula) + 1)
            raise UsageError("a definition is written with one '='", source=text, span=span, hint=f"let {name} = ...")
        if re.fullmatch(r"[^\W\d]\w*\s*\(.*\)", name):
            bare = name.partition("(")[0].strip()
            hint = f"write let {bare} = ..., a formula in its variables; let or at give these their meaning"
            raise UsageError("a definition takes no arguments", source=text, span=Span(0, len(name)), hint=hint)
        require_name(name)
        if name in reading.WORDS or name in COMMANDS:
            raise UsageError(f"'{name}' is a word of the prompt", hint="choose another name")
        if name in self.point:
            raise UsageError(f"'{name}' has a value at the point", hint=f"at {name}= forgets the value")
        require_acyclic(name, formula, self.definitions)
        self.definitions[name] = formula

    def _set(self, text: str, console: Console) -> None:
        if lines := self.settings.set(text):
            console.lines(lines)

    def _quit(self, text: str, console: Console) -> None:  # noqa: ARG002 - what every word of the prompt takes
        self.over = True

    def _help(self, topic: str, console: Console) -> Status:
        if topic in COMMANDS.keys() - reading.WORDS.keys():
            return self._run([topic, "--help"], console)
        if vocabulary.forms(topic):
            return self._run(["functions", topic], console)
        if topic and topic not in reading.WORDS:
            return self._run(["help", topic], console)
        chosen = {topic: reading.WORDS[topic]} if topic else {**COMMANDS, **reading.WORDS}
        lines = list(aligned([*chosen.items()], console.view().width))
        intro = ["A formula is differentiated, at the point if one is set; options may follow: x**2 --at 3", ""]
        console.lines(lines if topic else [*intro, *lines])
        return Status.OK

    # -- formulas and commands

    def _formula(self, text: str, console: Console) -> Status:
        source, options = reading.formula(text)
        if options and not source:
            return self._run(options, console)  # --version, or what the program says of an option without a command
        self._note_a_slip(source, console)
        if assigned := _ASSIGNED.match(source):
            name, value = assigned.group(1), shorten(source[assigned.end() :].strip(), _SHOWN)
            span = Span(assigned.end() - 1, assigned.end())
            hint = f"write let {name} = {value} to define {name}, or at {name}={value} for a value at the point"
            raise ExpressionError("'=' has no meaning in a formula", source=source, span=span, hint=hint)
        return self._command("diff", [*options, "--", source], console)

    def _note_a_slip(self, source: str, console: Console) -> None:
        """Say that what looks like a misspelt command, `dif x`, is read as a product."""
        word, _, rest = source.partition(" ")
        known = word in self.point or word in self.definitions or vocabulary.forms(word)
        if rest[:1].isalnum() and word.isidentifier() and len(word) > 2 and not known:
            near = [name for name in closest(word, [*reading.WORDS, *COMMANDS]) if name[0] == word[0]]
            if near:
                console.note(f"'{shorten(word, _SHOWN)}' is read as a variable; did you mean {near[0]}?")

    def _command(self, name: str, typed: list[str], console: Console) -> Status:
        question = ask(name, typed, self.point, self.definitions, self.settings)
        self.variables = question.variables or self.variables
        try:
            return self._run(question.tokens, console)
        except GradcalcError as error:
            raise as_typed(error, question.formulas) from None


def _text(entry: Entry) -> str:
    values = ",".join(tape.source.strip() for tape in entry.values)
    return f"[{values}]" if entry.is_vector else values


def _known(name: str, table: Mapping[str, str], otherwise: str) -> str:
    if name not in table:
        raise UsageError(f"'{shorten(name, _SHOWN)}' {otherwise}", hint=sentence(name, table))
    return table[name]


def _forget(name: str, table: dict[str, str], otherwise: str) -> None:
    _known(name, table, otherwise)
    del table[name]
