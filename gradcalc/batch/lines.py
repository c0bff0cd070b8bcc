"""Bytes -> lines, each held to a size. Imports the standard library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

#: A formula and its point take less: 120,000 numbers of 17 digits take 2.4 MB.
MOST_BYTES = 4 << 20

_MARK = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """A line that is not blank.

    number: its place in the input, from 1, blank lines counted. text: without its end; bytes that are no UTF-8 are
    surrogates. whole: whether it is all there, and not cut at `MOST_BYTES`. stop: the bytes of the input up to its end.
    """

    number: int
    text: str
    whole: bool
    stop: int


def read_lines(stream: BinaryIO) -> Iterator[Line]:
    """Read lines one by one, as they come; a byte order mark at the start and CR before LF are no part of them."""
    number = stop = 0
    while data := stream.readline(MOST_BYTES + 1):
        number, stop = number + 1, stop + len(data)
        whole = data.endswith(b"\n") or len(data) <= MOST_BYTES
        if not whole:
            stop += _skip(stream)
            data = data[:MOST_BYTES]
        text = (data.removeprefix(_MARK) if number == 1 else data).decode("utf-8", "surrogateescape").rstrip("\r\n")
        if text.strip():
            yield Line(number, text, whole, stop)


def _skip(stream: BinaryIO) -> int:
    """Go to the end of a line without keeping it; the bytes passed over."""
    passed = 0
    while data := stream.readline(MOST_BYTES):
        passed += len(data)
        if data.endswith(b"\n"):
            break
    return passed
