"""Carets stand under what they mean, whatever the characters and however long the source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gradcalc.errors import Span
from gradcalc.render.excerpt import echo, excerpt, shorten, visible


@pytest.mark.parametrize(
    ("source", "span", "lines"),
    [
        ("2*sni(x)", (2, 5), ["2*sni(x)", "  ^^^"]),
        ("x +", (3, 3), ["x +", "   ^"]),
        ("", (0, 0), ["", "^"]),
        ("漢+sni(x)", (2, 5), ["漢+sni(x)", "   ^^^"]),
        ("漢字", (0, 2), ["漢字", "^^^^"]),
        ("e\u0301+sni(x)", (3, 6), ["e\u0301+sni(x)", "  ^^^"]),
        ("\u0301", (0, 1), ["\u0301", "^"]),
        ("\tx\n+ y", (5, 6), [" x + y", "     ^"]),
        ("\x1b[1mx", (4, 5), ["\\x1b[1mx", "       ^"]),
        ("\u202ex", (1, 2), ["\\u202ex", "      ^"]),
        ("\U000e0001x", (1, 2), ["\\U000e0001x", "          ^"]),
        ("\udcffx", (1, 2), ["\\udcffx", "      ^"]),
        ("x", (5, 9), ["x", " ^"]),
    ],
)
def test_where_the_carets_stand(source: str, span: tuple[int, int], lines: list[str]) -> None:
    """Wide characters take two columns, combining ones none; tabs and newlines are one space, controls escaped."""
    assert excerpt(source, Span(*span), 80) == lines


@pytest.mark.parametrize("span", [(0, 3), (2, 5), (50, 53), (97, 100), (10, 90), (0, 100)])
def test_a_long_source_is_cut_around_the_span(span: tuple[int, int]) -> None:
    """Dots where something is missing, the span in sight, carets under it, nothing wider than allowed."""
    source = "".join(chr(0x100 + k) for k in range(100))
    line, carets = excerpt(source, Span(*span), 20)
    shown = line.strip(".")
    assert max(len(line), len(carets)) <= 20
    assert shown in source
    assert len(shown) >= 13
    assert line.startswith("...") is not source.startswith(shown)
    assert line.endswith("...") is not source.endswith(shown)
    under = line[carets.index("^") : len(carets)]
    assert source[slice(*span)].startswith(under)
    assert len(under) >= 3


CHARACTERS = st.text(st.sampled_from("ab +漢\u0301\t\x1bθ\udc80"), min_size=0, max_size=120)


@given(CHARACTERS, st.integers(0, 120), st.integers(0, 60), st.integers(20, 100), st.sampled_from(["utf-8", "ascii"]))
def test_nothing_is_wider_than_allowed(text: str, start: int, length: int, width: int, encoding: str) -> None:
    """Any text, any span, any width: two lines that fit and that the stream can hold. rich measures on its own."""
    line, carets = excerpt(text, Span(start, start + length), width, encoding)
    assert cell_len(line) <= width
    assert cell_len(carets) <= width + 1
    assert carets.strip(" ").strip("^") == ""
    assert "^" in carets
    line.encode(encoding)


def test_visible_text_is_one_printable_line() -> None:
    """What a terminal would obey is escaped; what its encoding lacks too."""
    assert visible("a\nb\tc\x07\x9b") == "a b c\\x07\\x9b"
    assert visible("θ", "ascii") == "\\u03b8"
    assert visible("θ", "latin-1") == "\\u03b8"


@pytest.mark.parametrize(("limit", "short"), [(10, "0123456789"), (9, "012...789"), (5, "0...9")])
def test_a_shortened_text_keeps_both_ends(limit: int, short: str) -> None:
    """Exactly as long as allowed."""
    assert shorten("0123456789", limit) == short


LONG = st.text(st.sampled_from("ab +漢\t\x1bθ"), min_size=30, max_size=60)


@given(LONG, st.integers(5, 40), st.sampled_from(["utf-8", "ascii"]))
def test_an_echo_looks_at_the_ends_only(text: str, limit: int, encoding: str) -> None:
    """And is what it would be of the whole."""
    assert echo(text, limit, encoding) == shorten(visible(text, encoding), limit)
