"""How our commands read their tokens: Typer's classes, with the command line put in order first.

Comes in: tokens. Goes out: what Typer makes of them. Raises `UsageError` in our own words for what is no command line.
Imports `errors`, `cli.arguments`, `language.suggestions`, `render.excerpt` and typer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from gradcalc.cli.arguments import arrange, quoted
from gradcalc.errors import UsageError
from gradcalc.language.suggestions import closest
from gradcalc.render.excerpt import shorten

HELP_OPTIONS = ("-h", "--help")
#: The name of an argument that is a formula.
FORMULA = "EXPR"
#: The name of an argument that is a file; where it is left out, standard input is read.
FILE = "FILE"
_SHOWN = 60


class Command(TyperCommand):
    """A command whose positional arguments may begin with a minus sign."""

    # Typer's context class is private in part, hence Any in these signatures.
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the tokens in order, count the positional ones, and let Typer read them."""
        otherwise = "" if self._takes_formula else f"see {ctx.command_path} --help"
        tokens = arrange(args, {**options_of(self), **dict.fromkeys(HELP_OPTIONS, False)}, otherwise)
        split = tokens.index("--")
        if set(HELP_OPTIONS) & set(tokens[:split]):
            _show_help(ctx)
        self._count(ctx.command_path, tokens[split + 1 :])
        _read_as_typed(self.get_params(ctx))
        return super().parse_args(ctx, tokens)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ARG002 - click's signature
        """The usage line names the arguments before the options, as a person types them."""
        names = [p.metavar for p in self.params if isinstance(p, TyperArgument) and p.metavar]
        return [*names, *([self.options_metavar] if self.options_metavar else [])]

    @property
    def _takes_formula(self) -> bool:
        return any(param.metavar == FORMULA for param in self.params if isinstance(param, TyperArgument))

    def _count(self, path: str, positional: list[str]) -> None:
        arguments = [param for param in self.params if isinstance(param, TyperArgument)]
        if any(argument.nargs < 0 for argument in arguments) or len(positional) <= len(arguments):
            return
        if len(arguments) > 1 and self._takes_formula:
            shown = " ".join(f'"{argument.metavar}"' for argument in arguments)
            hint = f"formulas with spaces, brackets or * need quotes: {path} {shown}"
        elif self._takes_formula:
            whole = quoted([*path.split(), shorten(" ".join(positional), _SHOWN)])
            hint = f"a formula with spaces, brackets or * needs quotes: {whole}"
        elif not arguments and positional[0][:1].isdecimal():
            hint = "write the values of an option in one word, with commas: 1,2"
        else:
            hint = f"write {quoted([*path.split(), *positional[: len(arguments)]])}"
        raise UsageError(f"unexpected argument '{shorten(positional[len(arguments)], _SHOWN)}'", hint=hint)


class Group(TyperGroup):
    """The program: its first token is a command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse what is neither a command nor an option of the program, guessing what was meant."""
        first = args[0] if args else ""
        if first and first not in {*self.commands, *options_of(self), *HELP_OPTIONS}:
            raise self._unknown(args)
        if first in HELP_OPTIONS:
            _show_help(ctx)
        _read_as_typed(self.get_params(ctx))
        return super().parse_args(ctx, args)

    def _unknown(self, args: list[str]) -> UsageError:
        """The error for a first token that begins nothing: a misspelt command or option, or a forgotten `diff`."""
        first, rest = args[0], args[1:]
        if not first.startswith("--"):
            near = closest(first, self.commands)
            hint = f"did you mean {near[0]}?" if near else f"write {_as_diff(args)}"
            return UsageError(f"no such command '{shorten(first, _SHOWN)}'", hint=hint)
        name = first.partition("=")[0]
        options = {option for command in self.commands.values() for option in options_of(command)}
        if name in options:
            return UsageError(f"{name} needs a command before it", hint=f"write {_as_diff(args)}")
        near = closest(name, [*options_of(self), "--help"])
        if not near and (inner := closest(name, sorted(options))):
            return UsageError(f"no such option {name}", hint=f"did you mean {_as_diff([inner[0], *rest])}?")
        hint = f"did you mean {near[0]}?" if near else "see gradcalc --help"
        return UsageError(f"no such option {shorten(name, _SHOWN)}", hint=hint)


def _as_diff(tokens: list[str]) -> str:
    """The command line that a person who left out `diff` had in mind."""
    meant = quoted(["gradcalc", "diff", *tokens])
    return meant if len(meant) <= 2 * _SHOWN else "gradcalc diff EXPR"


def _show_help(ctx: Any) -> NoReturn:
    """Print the help on the program's console, whose failures have sentences, where Typer would use its own."""
    ctx.obj.lines([ctx.get_help()])
    raise typer.Exit


class _AsTyped:
    """How a parameter's text becomes its value: by the `parser` that its option declares, else as it is."""

    def coerce(self, value: Any, param: Any, **_: Any) -> Any:
        """The value of `param`: () for a list without entries; a default is taken as it is."""
        if value is None and (param.multiple or param.nargs < 0):
            return ()
        parser = param.type_descriptor.parameter_info.parser
        return parser(value) if parser is not None and isinstance(value, str) else value


def _read_as_typed(params: Iterable[Any]) -> None:
    """Keep Typer from converting values: that imports pydantic, which takes longer than everything before."""
    for param in params:
        param.get_runtime_param = _AsTyped


def options_of(command: Any) -> Mapping[str, bool]:
    """Every option name of a Typer command, and whether it takes a value."""
    options = [param for param in command.params if isinstance(param, TyperOption)]
    return {name: not option.is_flag for option in options for name in option.opts}
