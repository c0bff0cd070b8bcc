"""The comparison with other calculators: its truths, how it counts digits, and how it reads each program."""

from __future__ import annotations

import json
import shutil

import mpmath
import pytest

from tests.benchmarks.peers import PEERS, QUESTIONS, Peer, digits, run


def test_digits_are_those_of_the_relative_error() -> None:
    """3.14 has three digits of pi right, a wrong sign none, the number itself all that are asked for."""
    assert 3 <= digits("3.14", mpmath.pi) < 4
    assert digits("-3.14159", mpmath.pi) == 0
    assert digits("2.5", mpmath.mpf("2.5")) == 60


def test_the_truths_by_hand() -> None:
    """Three of the ten derivatives from their closed forms."""
    with mpmath.workdps(50):
        truths = {question.formula: question.truth() for question in QUESTIONS}
        assert mpmath.almosteq(truths["sin(x^2)"], 8 * mpmath.cos(16), 1e-45)
        assert mpmath.almosteq(truths["sqrt(1+x^2)"], mpmath.mpf("0.6"), 1e-45)
        x = mpmath.mpf(2) ** -13
        assert mpmath.almosteq(truths["(1-cos(x))/x^2"], mpmath.sin(x) / x**2 - 2 * (1 - mpmath.cos(x)) / x**3, 1e-30)


@pytest.mark.parametrize("peer", [peer for peer in PEERS if peer.together], ids=lambda peer: peer.name)
def test_a_program_answers_as_it_is_read(peer: Peer) -> None:
    """Ten numbers, most of them right to 14 digits: what is asked is the same for each program."""
    if shutil.which(peer.program) is None:
        pytest.skip(f"{peer.program} is not installed")
    (numbers,) = peer.read(run(*peer.ask(QUESTIONS), {})[1]).values()
    right = [digits(text, question.truth()) for text, question in zip(numbers, QUESTIONS, strict=True)]
    assert sum(count >= 14 for count in right) >= 9


def test_our_documents_are_read() -> None:
    """The certified number as text, torch's as repr writes it."""
    side = {"certified": {"value": "0.60"}, "autograd": {"value": 0.6}}
    (ours,) = [peer for peer in PEERS if not peer.together]
    assert ours.read(json.dumps({"gradient": [side]}) + "\n") == {"certified": ["0.60"], "autograd": ["0.6"]}
