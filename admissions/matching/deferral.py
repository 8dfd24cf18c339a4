"""Deferred acceptance over arrays, and the published repair for twin groups."""

from dataclasses import dataclass

import numpy as np

from admissions.matching.kernels import Integers, ask, by_first_line, splits


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks where in one stage; shapes as in `kernels`. Only `bid_key` changes: struck bids turn negative.

    bid_ticket    -- [b] the order of the ticket among all tickets
    groups        -- (offsets, members) of the twin groups that may not be split, by group id
    """

    offsets: Integers
    bid_line: Integers
    bid_key: Integers
    seats: Integers
    bid_ticket: Integers
    groups: tuple[Integers, Integers]


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds what, ready to be asked further; shapes as in `kernels`."""

    starts: Integers
    asked: Integers
    held: Integers
    heap_key: Integers
    heap_child: Integers
    placed: Integers

    def copy(self) -> "Held":
        """Return an independent copy."""
        return Held(
            self.starts,
            self.asked.copy(),
            self.held.copy(),
            self.heap_key.copy(),
            self.heap_child.copy(),
            self.placed.copy(),
        )


def nobody_held(asking: Asking) -> Held:
    """Return the state before anybody has asked; a line gets no more room than children who list it."""
    room = np.minimum(asking.seats, np.bincount(asking.bid_line, minlength=asking.seats.size))
    starts = np.concatenate(([0], np.cumsum(room)))
    children = asking.offsets.size - 1
    return Held(
        starts[:-1].astype(np.int64),
        asking.offsets[:-1].copy(),
        np.zeros(asking.seats.size, dtype=np.int32),
        np.empty(starts[-1], dtype=np.int64),
        np.empty(starts[-1], dtype=np.int32),
        np.full(children, -1, dtype=np.int32),
    )


def ask_on(asking: Asking, state: Held, children: Integers) -> Held:
    """Let the children ask, changing the state, and return it."""
    queue = by_first_line(children, asking.offsets, asking.bid_line, asking.seats.size)
    ask(
        queue,
        asking.offsets,
        asking.bid_line,
        asking.bid_key,
        asking.seats,
        state.starts,
        state.asked,
        state.held,
        state.heap_key,
        state.heap_child,
        state.placed,
    )
    return state


def defer(asking: Asking) -> tuple[Held, tuple[tuple[int, int], ...]]:
    """Return the applicant-optimal stable placement without split groups, and (group, line) struck in order.

    1. Place everybody. 2. Of the groups split by a last seat, strike the splitting line from the list of the
    one with the smallest ticket. 3. Run again from the start, until none is split.
    Running again starts from the state of all children outside such groups: the order of asking changes
    nothing, so the result is that of a fresh start.
    """
    everybody = np.arange(asking.offsets.size - 1, dtype=np.int32)
    group_offsets, members = asking.groups
    single = np.setdiff1d(everybody, members, assume_unique=True) if members.size else everybody
    singles_placed = ask_on(asking, nobody_held(asking), single)
    if not members.size:
        return singles_placed, ()
    group_of = np.repeat(np.arange(group_offsets.size - 1), np.diff(group_offsets))
    state = ask_on(asking, singles_placed.copy(), members)
    troubled = _splits(asking, state)[0] >= 0
    calm_placed = ask_on(asking, singles_placed.copy(), members[~troubled[group_of]])
    struck: list[tuple[int, int]] = []
    while True:
        state = ask_on(asking, calm_placed.copy(), members[troubled[group_of]])
        lines, tickets = _splits(asking, state)
        split = np.flatnonzero(lines >= 0)
        if not split.size:
            return state, tuple(struck)
        group = int(split[np.argmin(tickets[split])])
        struck.append((group, int(lines[group])))
        _strike(asking, members[group_offsets[group] : group_offsets[group + 1]], int(lines[group]))
        if not troubled[group]:
            troubled[group] = True
            calm_placed = ask_on(asking, singles_placed.copy(), members[~troubled[group_of]])


def _splits(asking: Asking, state: Held) -> tuple[Integers, Integers]:
    lines, tickets = splits(
        *asking.groups, asking.offsets, asking.bid_line, asking.bid_key, asking.bid_ticket, state.placed
    )
    return lines, tickets


def _strike(asking: Asking, members: Integers, line: int) -> None:
    for member in members:
        bids = slice(asking.offsets[member], asking.offsets[member + 1])
        asking.bid_key[bids][asking.bid_line[bids] == line] = -1
