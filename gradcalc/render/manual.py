"""A manual page as man(7) source, which groff and mandoc read: pure ASCII, whatever the text.

Comes in: a heading and blocks of text in which `backquotes` mean that a word is to be typed. Goes out: text that ends
with a newline. Imports the standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section, or within one of a command."""

    text: str
    within: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text to be filled."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """Lines that stay as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Terms, each with what it means."""

    rows: Sequence[tuple[str, str]]


Block = Heading | Paragraph | Literal | Rows

#: What roff or its fonts would turn into something else: a copied command must still be the command (groff_char(7)).
_SIGNS = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}
_TYPED = re.compile(r"`([^`]+)`")


def render(name: str, version: str, blocks: Iterable[Block]) -> str:
    """The page `name` of section 1. In place of a date stands the version: the same program makes the same page."""
    first = f'.TH {name.upper()} 1 "{name} {version}" "{name} {version}" "User Commands"'
    lines = [first]
    for block in blocks:
        if isinstance(block, Paragraph | Literal) and not lines[-1].startswith((".SH", ".SS")):
            lines.append(".PP")
        lines += _lines(block)
    return "".join(f"{line}\n" for line in lines)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, within):
            yield f"{'.SS' if within else '.SH'} {_escaped(text)}"
        case Paragraph(text):
            yield _line(text)
        case Literal(text):
            yield from (".nf", *map(_line, text.splitlines()), ".fi")
        case Rows(rows):
            for term, meaning in rows:
                yield from (".TP", rf"\fB{_escaped(term)}\fR", _line(meaning))


def _line(text: str) -> str:
    """A line of text that is no request; an empty one keeps its place, a blank at its beginning breaks no line."""
    pieces = _TYPED.split(text)
    line = "".join(rf"\fB{_escaped(piece)}\fR" if n % 2 else _escaped(piece) for n, piece in enumerate(pieces))
    return rf"\&{line}" if line[:1] in {"", ".", " "} else line


def _escaped(text: str) -> str:
    """The text as roff source, characters beyond ASCII by their numbers."""
    return "".join(_SIGNS.get(sign, sign if sign.isascii() else rf"\[u{ord(sign):04X}]") for sign in text)
