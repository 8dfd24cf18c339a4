"""A stronger proven bound: whole units in every zone, and a way to the school.

The rule "every unit has one zone" is given up and charged for instead: unit i is worth values[i]. Then every zone
for itself takes the units that gain it most within its seats (0/1 knapsack), and for any values no lawful plan
costs less than

    sum of values - sum over zones of the most it can gain,   where unit i gains zone z  values[i] - cost[i, z]

Connection enters twice. A unit whose lightest way to the zone's schools holds more children than seats is no
candidate. And where units can only be reached through a *gate*, a set of other units, having the unit without any
of the gate is charged: for any worth w >= 0 the unit gains w less, and each unit of the gate w more.

Values and worths are found by the volume algorithm (Barahona and Anbil 2000): steps along a running mean of the
zones' choices, which also shows through which gates too little passes. Everything that proves is whole numbers.
Source: docs/zoning.md (the bound).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zoning.engine.bound_kernel import FAR, fill_zones, lightest_ways, narrowest_gate
from zoning.engine.problem import BoolArray, FloatArray, IntArray

Graph = tuple[IntArray, IntArray]

# What a step costs beside its table cells, so that work is time on small problems too.
STEP = 20_000
FIRST_STEP = 0.1
SHORTER = 0.66
PATIENCE = 20
SMALLEST_STEP = 1e-5
MEAN_AT_FIRST = 0.1
MEAN_AT_LAST = 0.002
LOOK = 100
GATES_EVERY = 20
SHARES = 1_000_000
SHOWS = 1000
SURELY = 2**40


@dataclass(frozen=True, slots=True)
class Gate:
    """No way leads from the zone's schools to `unit` but through `through`, units; `worth` in cost units, >= 0."""

    unit: int
    zone: int
    through: tuple[int, ...]
    worth: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves a bound: [n_units] the worth of having each unit in a zone, in cost units, and gates."""

    values: IntArray
    gates: tuple[Gate, ...] = ()


@dataclass(frozen=True, slots=True)
class Shop:
    """What the zones choose from.

    start, unit, zone, cost, size -- pairs by zone that are neither forbidden nor out of reach, whole units
    place -- [n_units, n_zones] where the pair stands, -1 for none; fixed -- units with one allowed zone only
    room  -- [n_zones] seats left beside the fixed units, whose cost is `settled`
    is_root -- [n_zones, n_units] holds one of the zone's schools; is_open -- [n_units] some zone can choose it
    """

    start: IntArray
    unit: IntArray
    zone: IntArray
    cost: IntArray
    size: IntArray
    place: IntArray
    room: IntArray
    fixed: IntArray
    settled: int
    graph: tuple[IntArray, IntArray, IntArray]
    is_root: BoolArray
    is_open: BoolArray


def make_shop(
    graph: Graph,
    roots: tuple[IntArray, IntArray],
    allowed: BoolArray,
    spent: IntArray,
    sizes: tuple[IntArray, IntArray],
) -> Shop:
    """Return what the zones choose from.

    graph -- as in Problem.graph; roots -- (units with a school, their zones)
    spent -- [n_units, n_zones] cost of all children of the unit; sizes -- children [n_units], seats [n_zones]
    """
    children, seats = sizes
    n, m = allowed.shape
    is_fixed = allowed.sum(axis=1) == 1
    fixed = np.where(is_fixed, allowed.argmax(axis=1), -1)
    room = seats - np.bincount(fixed[is_fixed], weights=children[is_fixed], minlength=m).astype(np.int64)
    room = np.maximum(room, 0)
    is_root = np.zeros((m, n), dtype=np.bool_)
    is_root[roots[1], roots[0]] = True
    open_to, offered = np.ascontiguousarray(allowed.T), np.zeros((m, n), dtype=np.bool_)
    for z in range(m):
        weight = np.where(fixed == z, 0, children)
        own = np.flatnonzero(is_root[z])
        offered[z] = lightest_ways(*graph, own, open_to[z], weight, int(room[z])) & ~is_fixed
    zone, unit = np.nonzero(offered)
    place = np.full((n, m), -1, dtype=np.int64)
    place[unit, zone] = np.arange(len(unit))
    return Shop(
        start=np.searchsorted(zone, np.arange(m + 1)),
        unit=unit,
        zone=zone,
        cost=spent[unit, zone],
        size=children[unit],
        place=place,
        room=room,
        fixed=fixed,
        settled=int(spent[np.flatnonzero(is_fixed), fixed[is_fixed]].sum()),
        graph=(*graph, _other_way(*graph)),
        is_root=is_root,
        is_open=offered.sum(axis=0) > 0,
    )


def _other_way(indptr: IntArray, near: IntArray) -> IntArray:
    """Return where each link stands the other way round."""
    owner = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    back = np.empty(len(near), dtype=np.int64)
    back[np.lexsort((owner, near))] = np.arange(len(near))
    return back


def proven_by(shop: Shop, proof: Proof) -> int:
    """Return the bound that the proof proves, exact."""
    choice = _choose(shop, gains(shop, proof), proof.values, FAR)
    if choice is None:
        raise RuntimeError("a proof without a limit of work was not worked out")
    return choice.bound


def gains(shop: Shop, proof: Proof) -> IntArray:
    """Return what the zone of each pair gains by it, [pairs], in cost units."""
    gates = _Gates()
    for gate in proof.gates:
        gates.add(shop, gate.unit, gate.zone, gate.through)
    worths = np.array([gate.worth for gate in proof.gates], dtype=np.int64)
    return gates.gains(shop, proof.values, worths)


def strengthen(
    shop: Shop, values: IntArray, goal: int, work: int, should_stop: Callable[[], bool]
) -> tuple[int, Proof] | None:
    """Return the best bound found with its proof, None where not even the first can be worked out.

    values -- [n_units] to start from; goal -- the cost of a lawful plan, which no bound exceeds
    work   -- limit of table cells, pairs and steps: the result is the same on every machine
    """
    first = _choose(shop, values[shop.unit] - shop.cost, values, work)
    if first is None:
        return None
    climb = _Climb(shop, values, first, goal)
    left, rounds = work - first.work, 0
    while left > 0 and not climb.has_arrived() and not should_stop():
        spent = climb.step(left)
        if spent is None:
            break
        left -= spent
        rounds += 1
        if rounds % GATES_EVERY == 0:
            left -= climb.look_for_gates(should_stop)
        if rounds % LOOK == 0:
            climb.settle_down()
    return climb.bound, climb.proof()


@dataclass(frozen=True, slots=True)
class _Choice:
    """What all zones choose at some values, the bound that proves, and the work it took."""

    bound: int
    taken: BoolArray
    work: int


class _Gates:
    """Gates as entries (pair, number of the gate, sign): + for the unit, - for each unit of the gate."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, int, tuple[int, ...]], int] = {}
        self.pair, self.number, self.sign = (np.zeros(0, dtype=np.int64) for _ in range(3))

    def __len__(self) -> int:
        return len(self.known)

    def add(self, shop: Shop, unit: int, zone: int, through: tuple[int, ...]) -> None:
        if (unit, zone, through) in self.known:
            return
        pairs = shop.place[[unit, *through], zone]
        self.pair = np.concatenate([self.pair, pairs])
        self.number = np.concatenate([self.number, np.full(len(pairs), len(self.known))])
        self.sign = np.concatenate([self.sign, [1], np.full(len(through), -1)])
        self.known[unit, zone, through] = len(self.known)

    def gains(self, shop: Shop, values: IntArray, worths: IntArray) -> IntArray:
        """Return what the zone of each pair gains by it at these values and worths."""
        gain = values[shop.unit] - shop.cost
        np.subtract.at(gain, self.pair, self.sign * worths[self.number])
        return gain

    def excess(self, share: FloatArray) -> FloatArray:
        """Return by how much each gate's unit is had without its gate, in shares of a zone."""
        uneven = np.bincount(self.number, weights=self.sign * share[self.pair], minlength=len(self))
        return uneven.astype(np.float64)


def _choose(shop: Shop, gain: IntArray, values: IntArray, most: int) -> _Choice | None:
    """Let every zone choose by what it gains at these values; None where that is more work than `most`."""
    taken = np.zeros(len(gain), dtype=np.bool_)
    gained, work = fill_zones(shop.start, gain, shop.size, shop.room, most, taken)
    if gained < 0:
        return None
    return _Choice(shop.settled + int(values[shop.is_open].sum()) - int(gained), taken, int(work) + STEP)


class _Climb:
    """The volume algorithm's state: the best values, and a running mean of what the zones chose."""

    def __init__(self, shop: Shop, values: IntArray, first: _Choice, goal: int) -> None:
        self.shop, self.goal, self.bound = shop, goal, first.bound
        self.gates = _Gates()
        self.values, self.worths = values, np.zeros(0, dtype=np.int64)
        self.share = first.taken.astype(np.float64)
        self.length, self.failed, self.mean, self.looked_at = FIRST_STEP, 0, MEAN_AT_FIRST, first.bound
        self.is_exact = False

    def has_arrived(self) -> bool:
        return self.is_exact or self.bound >= self.goal or self.length < SMALLEST_STEP

    def step(self, most: int) -> int | None:
        """Go one step along the mean's excess; return the work, None where it passes `most`."""
        lack, excess = self._slopes(self.share)
        steep = _dot(lack, lack) + _dot(excess, excess)
        if steep == 0:
            self.is_exact = True
            return 0
        stride = self.length * (self.goal - self.bound) / steep
        values = np.rint(self.values + stride * lack).astype(np.int64)
        worths = np.maximum(np.rint(self.worths + stride * excess), 0).astype(np.int64)
        choice = _choose(self.shop, self.gates.gains(self.shop, values, worths), values, most)
        if choice is None:
            return None
        self._mix(choice, lack, excess)
        if choice.bound > self.bound:
            self.bound, self.values, self.worths, self.failed = choice.bound, values, worths, 0
        else:
            self.failed += 1
        if self.failed == PATIENCE:
            self.length, self.failed = self.length * SHORTER, 0
        return choice.work

    def _mix(self, choice: _Choice, lack: FloatArray, excess: FloatArray) -> None:
        """Mix the choice into the mean so that the mean comes nearest to a plan; longer steps where both agree."""
        new = choice.taken.astype(np.float64)
        new_lack, new_excess = self._slopes(new)
        if choice.bound > self.bound and _dot(lack, new_lack) + _dot(excess, new_excess) > 0:
            self.length = min(1.1 * self.length, 2.0)
        turn, bend = new_lack - lack, new_excess - excess
        far = _dot(turn, turn) + _dot(bend, bend)
        part = -(_dot(lack, turn) + _dot(excess, bend)) / far if far > 0 else self.mean
        part = min(max(part, self.mean / 10), self.mean)
        self.share = part * new + (1 - part) * self.share

    def _slopes(self, share: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what each unit lacks to one zone, and each gate's excess where its worth may follow it."""
        given = np.bincount(self.shop.unit, weights=share, minlength=len(self.values))
        excess = self.gates.excess(share)
        return np.where(self.shop.is_open, 1 - given, 0), np.where(
            (self.worths == 0) & (excess < 0), 0, excess
        )

    def settle_down(self) -> None:
        """Give new choices less part in the mean once the bound hardly rises."""
        if self.bound - self.looked_at < abs(self.bound) / 1000:
            self.mean = max(self.mean / 2, MEAN_AT_LAST)
        self.looked_at = self.bound

    def look_for_gates(self, should_stop: Callable[[], bool]) -> int:
        """Add a gate for every unit that the mean puts into a zone with too little on the way; return the work.

        In a large county that takes minutes, so it too ends when asked to; any gates prove.
        """
        shop = self.shop
        worked = 0
        for zone in range(len(shop.room)):
            if should_stop():
                break
            here = slice(shop.start[zone], shop.start[zone + 1])
            share = np.rint(self.share[here] * SHARES).astype(np.int64)
            capacity = np.where(shop.fixed == zone, SURELY, 0)
            capacity[shop.unit[here]] = share + 1  # every unit counts a little, so that gates are small
            for unit, had in zip(shop.unit[here].tolist(), share.tolist(), strict=True):
                if had > SHOWS:
                    gate = narrowest_gate(shop.graph, shop.is_root[zone], capacity, unit, had - SHOWS)
                    worked += len(shop.graph[1])
                    if len(gate):
                        self.gates.add(shop, unit, zone, tuple(gate.tolist()))
        self.worths = np.concatenate(
            [self.worths, np.zeros(len(self.gates) - len(self.worths), dtype=np.int64)]
        )
        return worked

    def proof(self) -> Proof:
        worths = zip(self.gates.known, self.worths.tolist(), strict=True)
        return Proof(self.values, tuple(Gate(*gate, worth) for gate, worth in worths if worth))


def _dot(a: FloatArray, b: FloatArray) -> float:
    """Return the scalar product, rounded once: the same on every machine."""
    return math.fsum((a * b).tolist())
