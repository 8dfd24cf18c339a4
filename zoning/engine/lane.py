"""A lane: one independent search, a round at a time, with a generator and working space of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zoning.engine.compiling import below
from zoning.engine.field import (
    BEST,
    BLOCK,
    CHANGED,
    COST,
    GONE,
    JOURNAL,
    OVER,
    SHARED,
    SPARE,
    STRAIN,
    Field,
    State,
)  # fmt: skip
from zoning.engine.kernel import anneal, force
from zoning.engine.kernel_plan import put_all
from zoning.engine.problem import IntArray

HEATS = 1000
SLICES = 40
EXTRA = 6
REBUILD = 32
NOT_YET = 2**62
# What all children without a seat may cost together: `adapt_strain` lets strain grow to 64 times the least.
MOST_STRAIN, GROWTH = 2**61, 64
MOST_HEAT = 2**43  # times the largest LUCK it stays within 64 bits
SMALL_ZONE = 40
# Odd rounds from this one on probe; each probe takes so many heats, the first of them so hot.
FIRST_PROBES = 3
PROBE_HEATS = 100
PROBE_HEAT = 0.3
LUMP_SCALE = 256
TRIES = 100


@dataclass(frozen=True, slots=True)
class Found:
    """A plan with what decides between plans: children without a seat first, then cost."""

    overload: int
    cost: int
    zone: IntArray

    @staticmethod
    def of(state: State) -> "Found":
        """Return the plan that the state holds."""
        return Found(int(state.total[OVER]), int(state.total[COST]), state.zone.copy())

    def rank(self) -> tuple[int, int, bytes]:
        return self.overload, self.cost, self.zone.tobytes()

    def is_proven(self, least: int) -> bool:
        """Say whether the plan is lawful and costs no more than the lower bound."""
        return self.overload == 0 and self.cost <= least


def new_dice(seed: int, lane: int) -> npt.NDArray[np.uint64]:
    """Return a generator of its own for `compiling.draw`."""
    return np.random.SeedSequence([seed, lane]).generate_state(1, np.uint64) | np.uint64(1)


def new_state(field: Field, zone: IntArray, seed: int, lane: int) -> State:
    """Return a state that holds the plan, with a generator of its own."""
    n, m = len(field.children), len(field.seats)
    state = State(
        zone=np.full(n, -1, dtype=np.int64),
        load=np.zeros(m, dtype=np.int64),
        later_load=np.zeros_like(field.later_seats),
        lack=np.zeros(m, dtype=np.int64),
        area=np.zeros(m, dtype=np.int64),
        outline=np.zeros(m, dtype=np.int64),
        strain=np.ones(m, dtype=np.int64),
        checked=np.zeros(m, dtype=np.int64),
        member_block=np.zeros((m, n // BLOCK + 1), dtype=np.int32),
        member=np.zeros((n // BLOCK + m + 1, BLOCK), dtype=np.int64),
        spare=np.zeros(n // BLOCK + m + 1, dtype=np.int64),
        size=np.zeros(m, dtype=np.int64),
        place=np.zeros(n, dtype=np.int64),
        mark=np.zeros(n, dtype=np.int64),
        stack=np.zeros(n + 8, dtype=np.int64),
        journal_unit=np.zeros(JOURNAL + n, dtype=np.int64),
        journal_zone=np.zeros(JOURNAL + n, dtype=np.int64),
        loss=np.zeros(JOURNAL, dtype=np.int64),
        goal=np.zeros(JOURNAL, dtype=np.int64),
        total=np.zeros(16, dtype=np.int64),
        rng=new_dice(seed, lane),
        best=zone.copy(),
        changed=np.zeros(n, dtype=np.int64),
        is_changed=np.zeros(n, dtype=np.bool_),
    )
    fill(field, state, zone)
    state.total[BEST] = NOT_YET
    return state


def fill(field: Field, state: State, zone: IntArray) -> None:
    """Make the state hold the plan `zone`, whatever it held before."""
    state.zone[:] = GONE
    for sums in (state.load, state.later_load, state.lack, state.size, state.area, state.outline):
        sums[:] = 0
    state.spare[:] = np.arange(len(state.spare))
    state.changed[:] = np.arange(len(zone))
    state.is_changed[:] = True
    state.total[[OVER, STRAIN, SHARED]] = 0
    empty = field.filling * field.seats // np.maximum(field.seats, 1) + field.shape
    state.total[SPARE] = len(state.spare)
    state.total[CHANGED] = len(zone)
    state.total[COST] = (field.edge.sum() >> 1) + empty.sum()
    put_all(field, state, zone)


def new_lane(field: Field, zone: IntArray, seed: int, number: int, heat: float) -> "Lane":
    """Return a lane with a generator and working space of its own.

    Lumps are probed where zones are small.
    """
    n = len(field.children)
    is_small = field.is_whole and n <= SMALL_ZONE * len(field.seats)
    weight = (field.children * LUMP_SCALE // max(int(field.children.max(initial=0)), 1)) ** 2
    return Lane(
        field._replace(fixed=field.fixed.copy(), cost=field.cost.copy() if is_small else field.cost),
        new_state(field, zone, seed, number),
        _typical_step(field),
        heat,
        np.cumsum(np.where(field.fixed == 0, weight, 0) * is_small),
    )


@dataclass(frozen=True, slots=True)
class Lane:
    """One independent search: it runs a round from a plan and returns the best it met.

    lumps -- [n] running sum of the weights by which units are chosen to be forced, nothing where zones are large
    """

    field: Field
    state: State
    scale: int
    heat: float
    lumps: IntArray

    def has_lumps(self) -> bool:
        """Say whether single units may be forced, and kept out of zones: the lane then has costs of its own."""
        return bool(self.lumps[-1] > 0)

    def ban(self, lump: tuple[int, int] | None, shared: Field) -> None:
        """Keep a unit out of a zone; every other pair costs what it does in the field shared by all lanes."""
        self.field.cost[:] = shared.cost
        if lump is not None:
            self.field.cost[lump] = shared.beyond[lump[0]]

    def run_round(
        self, origin: Found, number: int, stopped: Callable[[], bool], watch: Callable[[int], None]
    ) -> Found:
        """Search once from `origin`; return the best plan met, `origin` if none was better."""
        is_probing = number >= FIRST_PROBES and number % 2 == 1 and not origin.overload and self.has_lumps()
        return (self._probe if is_probing else self._anneal)(origin, number, stopped, watch)

    def _anneal(
        self, origin: Found, number: int, stopped: Callable[[], bool], watch: Callable[[int], None]
    ) -> Found:
        """Anneal the whole plan once."""
        state, field = self.state, self.field
        fill(field, state, origin.zone)
        state.total[BEST] = NOT_YET if origin.overload else origin.cost
        per_heat = proposals(field, number) // HEATS
        for part, (heats, strains) in enumerate(self._slices(number)):
            if stopped() or (part >= SLICES and state.total[BEST] < NOT_YET):
                break
            anneal(field, state, heats, per_heat, strains, REBUILD)
            if state.total[BEST] < NOT_YET and is_allowed(field, state.best):
                watch(int(state.total[BEST]))
        if state.total[BEST] < (NOT_YET if origin.overload else origin.cost):
            return Found(0, int(state.total[BEST]), state.best.copy())
        return min(origin, Found.of(state), key=Found.rank)

    def _probe(
        self, origin: Found, number: int, stopped: Callable[[], bool], watch: Callable[[int], None]
    ) -> Found:
        """Force one unit after another, mostly those with many children, into a zone beside it.

        Where such a lump lies decides where dozens of small units can, so annealing hardly ever moves it. Each probe
        is as long as the first round and begins with the best plan so far; the unit stays where it was forced.
        """
        best = origin
        for _ in range(proposals(self.field, number) // proposals(self.field, 0)):
            if stopped():
                break
            best = self._forced(best)
            if is_allowed(self.field, best.zone):
                watch(best.cost)
        return best

    def _forced(self, best: Found) -> Found:
        field, state = self.field, self.state
        fill(field, state, best.zone)
        state.total[BEST] = best.cost
        unit = next(filter(lambda unit: force(field, state, unit), self._some_lumps()), None)
        if unit is None:
            return best
        field.fixed[unit] = 1
        per_heat = proposals(field, 0) // PROBE_HEATS
        schedule = self._cooling(PROBE_HEAT * self.heat, self._cool(PROBE_HEAT), 1.0, 30.0, PROBE_HEATS, 1)
        for heats, strains in schedule:
            anneal(field, state, heats, per_heat, strains, REBUILD)
        field.fixed[unit] = 0
        if state.total[BEST] >= best.cost:
            return best
        return Found(0, int(state.total[BEST]), state.best.copy())

    def _some_lumps(self) -> Iterator[int]:
        """Yield units by chance; not for ever, because none may have another zone beside it."""
        for _ in range(TRIES):
            luck = below(self.state.rng, int(self.lumps[-1]))
            yield int(np.searchsorted(self.lumps, luck, side="right"))

    def _cool(self, hot: float) -> float:
        return min(0.02, hot * self.heat / 4)

    def _slices(self, number: int) -> Iterator[tuple[IntArray, IntArray]]:
        """Yield temperatures and the least strain, per heat; odd rounds begin cooler, near where they are.

        The slices after the first SLICES are for a round without a lawful plan: rather cool, under high strain.
        """
        hot = 1.0 if number % 2 == 0 else 0.4
        cool = self._cool(hot)
        yield from self._cooling(hot * self.heat, cool, 1.0, 30.0, HEATS, SLICES)
        for _ in range(EXTRA):
            yield from self._cooling(5 * cool, cool, 30.0, 300.0, HEATS // 8, SLICES // 8)

    def _cooling(
        self, hot: float, cool: float, least: float, most: float, heats: int, slices: int
    ) -> Iterator[tuple[IntArray, IntArray]]:
        dearest = max(int(self.field.price.max(initial=0)), self.scale // 100, 1)
        along = np.arange(heats) / (heats - 1)
        heat = np.clip(np.rint(self.scale * hot * (cool / hot) ** along), 1, MOST_HEAT).astype(np.int64)
        everyone = int(self.field.children.sum() + self.field.later_children.sum())
        strains = np.rint(dearest * least * (most / least) ** along)
        strains = np.minimum(strains, MOST_STRAIN // (GROWTH * max(everyone, 1))).astype(np.int64)
        for part in np.array_split(np.arange(heats), slices):
            yield heat[part], strains[part]


def proposals(field: Field, number: int) -> int:
    """Return how many moves a round proposes: each a quarter more, up to twenty times the first or 12,000 a unit."""
    n = len(field.children)
    first = max(min(1500 * n, 500_000), 100 * n, 20_000)
    return min(int(first * min(1.25**number, 20)), max(12_000 * n, first))


def _typical_step(field: Field) -> int:
    """Return the median over units of what the second-best school costs more, at seat prices.

    Where zones cost by their filling, classes or shape, a unit's part of its zone also counts.
    """
    price = field.price[None, :] if field.is_whole else field.price[field.zones]
    reduced = np.sort(field.cost + price * field.demand[:, None], axis=1)
    if reduced.shape[1] == 1:
        return 1
    zone = field.filling + field.class_seat * field.class_size + field.shape
    part = int(zone) * len(field.seats) // len(reduced)
    return max(int(np.median(reduced[:, 1] - reduced[:, 0])) + part, 1)


def is_allowed(field: Field, zone: IntArray) -> bool:
    """Say whether every unit has a zone that it may have: a plan can fit the seats with pairs that may not be."""
    if field.is_whole:
        cost = field.cost[np.arange(len(zone)), zone]
    else:
        cost = np.where(field.zones == zone[:, None], field.cost, field.beyond[:, None]).min(axis=1)
    return bool((cost < field.beyond).all())
