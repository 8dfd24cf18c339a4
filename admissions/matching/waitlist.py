"""Places given on: a freed place goes to the next child in the order of the draw, and so on along the chain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import islice


@dataclass(frozen=True, slots=True)
class Waiting:
    """Everybody as they stand before places are given on.

    orders -- by line: children who wanted it more than what the draw gave them, in the line's order
    wishes -- by child: the lines on which it stands in `orders`, the most wanted first
    held   -- by child: the line it holds; children without a place are absent
    free   -- by line: seats that nobody holds; closed lines may be left out
    closed -- lines whose freed seats are not given on
    asking -- children with a place whose families asked to wait for a higher choice
    out    -- children who gave a place up: they ask for nothing more
    groups -- by child: its group, for twins who may not be split
    """

    orders: Mapping[str, tuple[str, ...]]
    wishes: Mapping[str, tuple[str, ...]]
    held: Mapping[str, str]
    free: Mapping[str, int]
    closed: frozenset[str] = frozenset()
    asking: frozenset[str] = frozenset()
    out: frozenset[str] = frozenset()
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """A child that takes a free seat; from_line is None for one that held nothing."""

    receipt: str
    from_line: str | None
    to_line: str


def moves(waiting: Waiting) -> tuple[Move, ...]:
    """Return the moves, one after another, until no free seat is wanted by anybody.

    1. Of the lines with a free seat somebody wants, take the smallest line id.
    2. The first child of its order that wants it takes the seat: one without a place, or one that asked to move.
       Twins who may not be split take seats together, when enough are free; else the next child is asked.
    3. What the child held before is free in turn, unless the line is closed. Go on with 1.
    A child without a place when this begins counts as asking throughout, so without twins the order of the steps
    changes nobody's place. No child ends with a line it wants less than what it had; children who did not ask stay.
    Source: docs/rules/after-results.md.
    """
    return _Chain(waiting).run()


class _Chain:
    """The state of one run."""

    def __init__(self, waiting: Waiting) -> None:
        self.waiting = waiting
        self.held = dict(waiting.held)
        self.free = {line: seats for line, seats in waiting.free.items() if line not in waiting.closed}
        self.place = {
            (receipt, line): place
            for receipt, lines in waiting.wishes.items()
            for place, line in enumerate(lines)
        }
        self.start = dict.fromkeys(waiting.orders, 0)  # nobody before it will ever want the line again
        self.lines = [line for line, seats in self.free.items() if seats > 0]
        self.made: list[Move] = []

    def run(self) -> tuple[Move, ...]:
        heapify(self.lines)
        while self.lines:
            line = heappop(self.lines)
            takers = self._takers(line)
            for receipt in takers:
                self._take(receipt, line)
            if takers and self.free[line] > 0:
                heappush(self.lines, line)
        return tuple(self.made)

    def _takers(self, line: str) -> tuple[str, ...]:
        if self.free[line] <= 0:
            return ()
        order = self.waiting.orders.get(line, ())
        at = self.start.get(line, 0)
        while at < len(order) and not self._wants(order[at], line):
            at += 1
        self.start[line] = at
        for receipt in islice(order, at, None):
            if self._wants(receipt, line):
                together = self._together(receipt, line, order)
                if len(together) <= self.free[line]:
                    return together
        return ()

    def _together(self, receipt: str, line: str, order: tuple[str, ...]) -> tuple[str, ...]:
        group = self.waiting.groups.get(receipt)
        if group is None:
            return (receipt,)
        return tuple(
            other for other in order if self.waiting.groups.get(other) == group and self._wants(other, line)
        )

    def _wants(self, receipt: str, line: str) -> bool:
        willing = receipt not in self.waiting.held or receipt in self.waiting.asking
        if not willing or receipt in self.waiting.out:
            return False
        now = self.place.get((receipt, self.held.get(receipt, "")))
        return now is None or self.place[receipt, line] < now

    def _take(self, receipt: str, line: str) -> None:
        before = self.held.get(receipt)
        self.made.append(Move(receipt, before, line))
        self.held[receipt] = line
        self.free[line] -= 1
        if before is not None and before not in self.waiting.closed:
            self.free[before] = self.free.get(before, 0) + 1
            heappush(self.lines, before)
