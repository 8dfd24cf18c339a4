"""Coordinated placement: the seats left over, for the children left over who agreed to it."""

from collections.abc import Mapping, Sequence

from admissions.matching.least_walk import least_total_walk
from admissions.matching.records import Applicant, CoordinationRule, Fallback


def coordinate(
    rule: CoordinationRule, children: Sequence[Applicant], seats: Mapping[str, int]
) -> dict[str, tuple[str, int]]:
    """Return line and nearness (1 is the nearest within reach) of every child given a place.

    children -- those without a place, each with a fallback
    seats    -- left at each line of the coordination
    Either rule places as many children as can be placed at all.
    """
    fallbacks = {child.receipt: child.fallback for child in children if child.fallback is not None}
    if rule is CoordinationRule.LEAST_TOTAL_WALK:
        found = least_total_walk(fallbacks, seats)
    else:
        found = nearest_first(fallbacks, seats)
    return {
        receipt: (name, fallbacks[receipt].line_ids.index(name) + 1)
        for receipt, name in sorted(found.items())
    }


def nearest_first(fallbacks: Mapping[str, Fallback], seats: Mapping[str, int]) -> dict[str, str]:
    """Place one child after another at the nearest seat that leaves everybody placeable.

    1. In the order (rank, ticket, receipt) each child is counted in if all counted so far still
       find seats; as many children are counted in as can be placed in any way at all.
    2. In the same order each child counted in is given the nearest line with which all others
       counted in still find seats; then that seat is settled.
    Source: docs/lottery.md (coordinated placement).
    """
    order = sorted(fallbacks, key=lambda r: (fallbacks[r].rank, fallbacks[r].ticket, r))
    reach = {r: tuple(name for name in fallbacks[r].line_ids if seats.get(name, 0) > 0) for r in order}
    seating = _Seating(reach, seats)
    counted = [receipt for receipt in order if seating.seat(receipt)]
    for receipt in counted:
        seating.settle_nearest(receipt)
    return seating.line_of


class _Seating:
    """Children on seats, movable along chains until settled."""

    def __init__(self, reach: Mapping[str, tuple[str, ...]], seats: Mapping[str, int]) -> None:
        self.reach = reach
        self.left = dict(seats)
        self.line_of: dict[str, str] = {}
        # via[a][b]: the unsettled children on line a who could sit on line b, in the order in which they came.
        self.via: dict[str, dict[str, dict[str, None]]] = {name: {} for name in seats}

    def seat(self, receipt: str) -> bool:
        """Seat the child, moving others if need be; say whether it could be done."""
        for first in self.reach[receipt]:
            if self.left[first] > 0:
                self._sit(receipt, first)
                return True
        chain = self._chain(self.reach[receipt])
        if chain is None:
            return False
        first = self._move_along(chain)
        self._sit(receipt, first)
        return True

    def settle_nearest(self, receipt: str) -> None:
        """Move the child to the nearest line that the others can make room at, and settle it there."""
        at = self.line_of[receipt]
        self._unbind(receipt, at)
        for name in self.reach[receipt]:
            if name == at:
                break
            if self._make_room(name, freed=at):
                self.left[name] -= 1
                self.line_of[receipt] = name
                break

    def _make_room(self, name: str, freed: str) -> bool:
        self.left[freed] += 1
        if self.left[name] > 0:
            return True
        chain = self._chain((name,))
        if chain is None:
            self.left[freed] -= 1
            return False
        self._move_along(chain)
        return True

    def _sit(self, receipt: str, name: str) -> None:
        self.left[name] -= 1
        self.line_of[receipt] = name
        for other in self.reach[receipt]:
            self.via[name].setdefault(other, {})[receipt] = None

    def _unbind(self, receipt: str, name: str) -> None:
        for other in self.reach[receipt]:
            movers = self.via[name][other]
            del movers[receipt]
            if not movers:
                del self.via[name][other]

    def _chain(self, starts: Sequence[str]) -> list[tuple[str, str]] | None:
        """Return moves (child, to line), last first, that free a seat at one of the starts."""
        came: dict[str, tuple[str, str] | None] = dict.fromkeys(starts)
        queue = list(came)
        for name in queue:
            for other, movers in self.via[name].items():
                if other in came:
                    continue
                came[other] = (next(iter(movers)), name)
                if self.left[other] > 0:
                    return _trace(came, other)
                queue.append(other)
        return None

    def _move_along(self, chain: Sequence[tuple[str, str]]) -> str:
        freed = ""
        for mover, to in chain:
            freed = self.line_of[mover]
            self._unbind(mover, freed)
            self.left[freed] += 1
            self._sit(mover, to)
        return freed


def _trace(came: Mapping[str, tuple[str, str] | None], end: str) -> list[tuple[str, str]]:
    moves = []
    step = came[end]
    while step is not None:
        mover, name = step
        moves.append((mover, end))
        end, step = name, came[name]
    return moves
