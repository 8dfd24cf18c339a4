"""Numbers of a road as a sentence can say them: from 3 to 45, odd."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from geo_data.addresses.doors import Side


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers of one side of a road, both ends included, without another place's number between them.

    is_whole -- these are all numbers of that side
    """

    side: Side
    first: int
    last: int
    is_whole: bool


def spans_of(numbers: Iterable[int], others: Iterable[int]) -> tuple[Span, ...]:
    """Return the spans of `numbers`, odd side first, ascending; a number of `others` on the same side ends a span.

    A number that stands in both (a door with suffixes on two sides of a border) counts as one of `numbers` and ends
    the span at itself. Numbers that the register does not have are not told apart: a span says where it begins and
    ends in the register. Source: docs/addresses.md (zones in words).
    """
    mine, foreign = set(numbers), set(others)
    return tuple(span for side in (Side.ODD, Side.EVEN) for span in _spans(side, mine, foreign))


def _spans(side: Side, mine: set[int], foreign: set[int]) -> Sequence[Span]:
    parity = 1 if side is Side.ODD else 0
    every = sorted(number for number in mine | foreign if number % 2 == parity)
    is_whole = not any(number in foreign for number in every)
    spans: list[Span] = []
    first: int | None = None
    last = 0
    for number in every:
        if number in mine:
            first, last = (number if first is None else first), number
        if first is not None and (number in foreign):
            spans.append(Span(side, first, last, is_whole))
            first = None
    if first is not None:
        spans.append(Span(side, first, last, is_whole))
    return spans
