"""Compiled loops of deferred acceptance. Integers in, integers out, in any order of asking the same.

Shapes: n children, b bids, m lines. `offsets` [n+1]: the bids of child i are offsets[i]..offsets[i+1], in
list order. `bid_line` [b] line index. `bid_key` [b] standing at the line, smaller goes first, no two alike
at a line, negative when the bid does not take part. `starts` [m]: the seats of line j in the heaps begin
at starts[j]. `asked` [n]: the next bid to ask with. `held` [m]: children held by the line. `heap_key`,
`heap_child` [seats]: per line a heap, the last in its order on top. `placed` [n]: the bid held, or -1.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Integers = NDArray[Any]


@njit(cache=True)
def ask(
    queue: Integers,
    offsets: Integers,
    bid_line: Integers,
    bid_key: Integers,
    seats: Integers,
    starts: Integers,
    asked: Integers,
    held: Integers,
    heap_key: Integers,
    heap_child: Integers,
    placed: Integers,
) -> None:
    """Let the children of the queue ask, and whoever is turned away ask on, until nobody asks.

    Changes `asked`, `held`, `heap_key`, `heap_child`, `placed`. Children that asked before stay as they
    are until somebody better comes: deferred acceptance can be continued (Gale and Shapley 1962).
    """
    for position in range(queue.size):
        child = queue[position]
        while asked[child] < offsets[child + 1]:
            bid = asked[child]
            asked[child] += 1
            line, key = bid_line[bid], bid_key[bid]
            if key < 0 or seats[line] == 0:
                continue
            top = starts[line]
            if held[line] < seats[line]:
                _push(heap_key, heap_child, top, held[line], key, child)
                held[line] += 1
                placed[child] = bid
                break
            if key > heap_key[top]:
                continue
            turned_away = heap_child[top]
            _replace_top(heap_key, heap_child, top, held[line], key, child)
            placed[child] = bid
            placed[turned_away] = -1
            child = turned_away


@njit(cache=True)
def _push(heap_key: Integers, heap_child: Integers, top: int, size: int, key: int, child: int) -> None:
    at = size
    while at > 0:
        parent = (at - 1) // 2
        if heap_key[top + parent] >= key:
            break
        heap_key[top + at] = heap_key[top + parent]
        heap_child[top + at] = heap_child[top + parent]
        at = parent
    heap_key[top + at] = key
    heap_child[top + at] = child


@njit(cache=True)
def _replace_top(heap_key: Integers, heap_child: Integers, top: int, size: int, key: int, child: int) -> None:
    at = 0
    while 2 * at + 1 < size:
        below = 2 * at + 1
        if below + 1 < size and heap_key[top + below + 1] > heap_key[top + below]:
            below += 1
        if heap_key[top + below] <= key:
            break
        heap_key[top + at] = heap_key[top + below]
        heap_child[top + at] = heap_child[top + below]
        at = below
    heap_key[top + at] = key
    heap_child[top + at] = child


@njit(cache=True)
def by_first_line(children: Integers, offsets: Integers, bid_line: Integers, lines: int) -> Integers:
    """Return the children that have a bid, those with the same first line side by side.

    Asking in this order keeps a line's seats in the processor's cache; it changes no result.
    """
    counts = np.zeros(lines + 1, dtype=np.int64)
    for child in children:
        if offsets[child] < offsets[child + 1]:
            counts[bid_line[offsets[child]] + 1] += 1
    for line in range(lines):
        counts[line + 1] += counts[line]
    queue = np.empty(counts[lines], dtype=children.dtype)
    for child in children:
        if offsets[child] < offsets[child + 1]:
            line = bid_line[offsets[child]]
            queue[counts[line]] = child
            counts[line] += 1
    return queue


@njit(cache=True)
def splits(
    group_offsets: Integers,
    members: Integers,
    offsets: Integers,
    bid_line: Integers,
    bid_key: Integers,
    bid_ticket: Integers,
    placed: Integers,
) -> tuple[Integers, Integers]:
    """Return [groups] the line that splits each group, or -1, and the group's ticket there.

    `members[group_offsets[g]:group_offsets[g+1]]` are the children of group g. A line splits a group when
    it took one member and turned away another; of several such lines the first on the list counts.
    """
    groups = group_offsets.size - 1
    lines, tickets = np.empty(groups, dtype=np.int32), np.empty(groups, dtype=np.int32)
    for group in range(groups):
        together = members[group_offsets[group] : group_offsets[group + 1]]
        line, ticket = _splitting_line(together, offsets, bid_line, bid_key, bid_ticket, placed)
        lines[group], tickets[group] = line, ticket
    return lines, tickets


@njit(cache=True)
def _splitting_line(
    members: Integers,
    offsets: Integers,
    bid_line: Integers,
    bid_key: Integers,
    bid_ticket: Integers,
    placed: Integers,
) -> tuple[int, int]:
    for member in members:
        for bid in range(offsets[member], offsets[member + 1]):
            if bid_key[bid] >= 0:
                line = int(bid_line[bid])
                ticket = _ticket_if_splitting(line, members, offsets, bid_line, bid_key, bid_ticket, placed)
                if ticket >= 0:
                    return line, ticket
    return -1, -1


@njit(cache=True)
def _ticket_if_splitting(
    line: int,
    members: Integers,
    offsets: Integers,
    bid_line: Integers,
    bid_key: Integers,
    bid_ticket: Integers,
    placed: Integers,
) -> int:
    """Return the members' smallest ticket at the line if it took one and turned away another, else -1."""
    taken, turned_away, ticket = False, False, -1
    for member in members:
        for bid in range(offsets[member], offsets[member + 1]):
            if bid_line[bid] == line and bid_key[bid] >= 0:
                taken |= placed[member] == bid
                turned_away |= placed[member] < 0 or placed[member] > bid
                if ticket < 0 or bid_ticket[bid] < ticket:
                    ticket = int(bid_ticket[bid])
    return ticket if taken and turned_away else -1
