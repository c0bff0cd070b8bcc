"""The pieces of the source that a program was read from, each inside others.

Comes in: the steps of a typed program. Goes out: spans. Imports `errors`, for spans, and this package's `graph`.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcalc.engines.certified.graph import Step
from gradcalc.errors import Span


class Pieces:
    """The spans of the steps up to a `result` as a tree: two of them are apart, or one holds the other."""

    def __init__(self, steps: Sequence[Step], result: int) -> None:
        self._steps = steps
        self._users: dict[int, tuple[Span, int]] = {}
        typed = [(step.span, step.args) for step in steps[: result + 1] if step.span is not None]
        for span, args in typed:
            for operand in args:
                self._use(operand, span)
        self._outer = _outer(sorted({span for span, _ in typed}, key=_outermost_first))

    def around(self, node: int) -> tuple[int, int]:
        """The smallest piece that holds all uses of a step, whose contributions are summed."""
        if node not in self._users:  # it belongs to a derivative of lower order, which nobody typed
            return self._steps[node].span or (0, 0)
        first, stop = self._users[node]
        piece: Span | None = first
        while piece is not None and piece.stop < stop:
            piece = self._outer[piece]
        return piece or (first.start, stop)

    def _use(self, node: int, span: Span) -> None:
        first, stop = self._users.get(node, (span, span.stop))
        self._users[node] = (min(first, span, key=lambda one: one.start), max(stop, span.stop))


def _outermost_first(span: Span) -> tuple[int, int]:
    return (span.start, -span.stop)


def _outer(spans: Sequence[Span]) -> dict[Span, Span | None]:
    """For each span, in the order of their starts, the smallest that holds it."""
    outer: dict[Span, Span | None] = {}
    around: list[Span] = []
    for span in spans:
        while around and around[-1].stop < span.stop:
            around.pop()
        outer[span] = around[-1] if around else None
        around.append(span)
    return outer
