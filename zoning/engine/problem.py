"""The zoning problem as arrays: what the solver, the bound and the measures read.

Position i of every unit array belongs to `unit_ids[i]`, position j of every zone array to `zone_ids[j]`; both tuples
are sorted. A zone has one school or several; its sites are the units that its schools stand in. Lengths that decide
are whole millimetres: fine enough that a plan's cost differs from the unrounded one by less than one part in a
million, and an integer.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from zoning.engine.shapes import Land
from zoning.engine.walks import Walks

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

MM_PER_METRE = 1000
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Unit:
    """A catchment unit as the caller knows it: an id, children, and a point in metres.

    later -- children of later entry years, in the order of Wishes.later_years
    area_m2, outline_m -- of its land; needed only where compactness counts
    township -- its name or code; "" where it is not known
    """

    unit_id: str
    children: int
    x_m: float
    y_m: float
    later: tuple[int, ...] = ()
    area_m2: float = 0.0
    outline_m: float = 0.0
    township: str = ""


@dataclass(frozen=True, slots=True)
class School:
    """A school: an id, the unit it stands in, and its seats.

    group -- schools of the same group share a zone; a school without one has a zone of its own
    later -- seats in later entry years, in the order of Wishes.later_years
    """

    school_id: str
    unit_id: str
    seats: int
    group: str = ""
    later: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the officer fixes beforehand, all by id; a school stands for its zone.

    locked       -- unit -> school it must have
    forbidden    -- (unit, school) pairs that may not be
    enclaves     -- (unit, school) pairs approved by name: the unit may lie apart in the school's zone. Nothing may be
                    reached through it unless it is approved too
    zones_in_force -- unit -> school today; units without one are new. Pieces of these zones that nothing joins to their
                    school may stay: each unit of them counts as an approved enclave
    distance_cap_m -- no child farther than this from the school, metres, or None
    school_caps_m -- school -> a cap of its own instead, say where a bus line leads or beds are
    later_years  -- entry years beyond the one that the plan is drawn for; their children walk too
    every_year   -- the children of every later year must fit its seats; else they count by Weights.worst_year_m
    class_size   -- children of a full class, 0 where it is not stated; needed only where classes count
    townships_kept -- a unit of one township is in no zone whose schools all stand in others. A unit whose township is
                    not known may be in any zone, a zone with a school in such a unit may have any unit
    """

    locked: Mapping[str, str] = field(default_factory=dict)
    forbidden: Collection[tuple[str, str]] = ()
    enclaves: Collection[tuple[str, str]] = ()
    zones_in_force: Mapping[str, str] = field(default_factory=dict)
    distance_cap_m: float | None = None
    school_caps_m: Mapping[str, float] = field(default_factory=dict)
    later_years: tuple[int, ...] = ()
    every_year: bool = False
    townships_kept: bool = False
    class_size: int = 0


@dataclass(frozen=True)
class Problem:
    """A checked zoning problem. Built by `building.build_problem`, never by hand.

    children, x_m, y_m -- [n_units]; seats -- [n_zones]
    zone_ids  -- a zone bears the id of its first school
    site_ids, site_unit, site_zone, site_seats -- [n_sites] school id, unit and zone index, seats; the sites of a
                 zone stand together, zones in their order
    pairs     -- [k, 2] adjoining units, smaller index first, sorted, each once (officers' links included)
    locked, in_force -- [n_units] zone index or NOWHERE
    forbidden -- [k, 2] unit index, zone index; enclaves -- [k, 2] unit index, site index
    later_children, later_seats -- [n_units, n_later], [n_zones, n_later] by later_years
    own_cap_m -- [n_sites] a school's own cap, NaN where distance_cap_m holds; None where no school has one
    walks     -- metres from units to schools where stated, else None: straight lines are used
    crossings -- [n_units, n_sites] main roads to cross on the way, else None: crossings cannot count
    township  -- [n_units] a number for each township, NOWHERE where it is not known; None where none is
    class_size -- children of a full class, 0: classes cannot count
    land      -- areas, outlines and borders where known, else None: compactness cannot count
    """

    unit_ids: tuple[str, ...]
    children: IntArray
    x_m: FloatArray
    y_m: FloatArray
    zone_ids: tuple[str, ...]
    seats: IntArray
    site_ids: tuple[str, ...]
    site_unit: IntArray
    site_zone: IntArray
    site_seats: IntArray
    pairs: IntArray
    locked: IntArray
    in_force: IntArray
    forbidden: IntArray
    enclaves: IntArray
    distance_cap_m: float | None
    later_years: tuple[int, ...]
    every_year: bool
    later_children: IntArray
    later_seats: IntArray
    walks: Walks | None
    land: Land | None = None
    township: IntArray | None = None
    townships_kept: bool = False
    crossings: IntArray | None = None
    class_size: int = 0
    own_cap_m: FloatArray | None = None

    @property
    def n_units(self) -> int:
        return len(self.unit_ids)

    @property
    def n_zones(self) -> int:
        return len(self.zone_ids)

    @cached_property
    def first_site(self) -> IntArray:
        """Return the index of each zone's first site, [n_zones]."""
        return np.searchsorted(self.site_zone, np.arange(self.n_zones)).astype(np.int64)

    @property
    def home(self) -> IntArray:
        """Return the unit of each zone's first site, [n_zones]."""
        return self.site_unit[self.first_site]

    @property
    def has_several_schools(self) -> BoolArray:
        """Return which zones have more than one school, [n_zones]."""
        return np.bincount(self.site_zone, minlength=self.n_zones) > 1

    @cached_property
    def walkers(self) -> IntArray:
        """Return the children of all entry years, [n_units]: each of them walks."""
        walkers: IntArray = self.children + self.later_children.sum(axis=1)
        return walkers

    @property
    def demand(self) -> IntArray:
        """Return the children whose seats have a price, [n_units]: of the first year, of all where all must fit."""
        return self.walkers if self.every_year else self.children

    @property
    def supply(self) -> IntArray:
        """Return the seats for `demand`, [n_zones]."""
        return self.seats + self.later_seats.sum(axis=1) if self.every_year else self.seats

    @property
    def kept_children(self) -> IntArray:
        """Return children by unit and year that must fit, [n_units, n_kept], the plan's own year first."""
        own = self.children[:, None]
        return np.hstack([own, self.later_children]) if self.every_year else own

    @property
    def kept_seats(self) -> IntArray:
        """Return seats by zone and year for `kept_children`, [n_zones, n_kept]."""
        own = self.seats[:, None]
        return np.hstack([own, self.later_seats]) if self.every_year else own

    @property
    def walks_a_seat(self) -> int:
        """Return how many children walk for each that a seat is priced for, rounded down, at least one."""
        return max(int(self.walkers.sum()) // max(int(self.demand.sum()), 1), 1)

    @property
    def cap_m(self) -> FloatArray:
        """Return the cap of every school, metres, infinite where there is none, [n_sites]."""
        general = np.inf if self.distance_cap_m is None else self.distance_cap_m
        if self.own_cap_m is None:
            return np.full(len(self.site_ids), general)
        return np.where(np.isnan(self.own_cap_m), general, self.own_cap_m)

    def distance_m(self) -> FloatArray:
        """Return metres from every unit to the nearest school of every zone, [n_units, n_zones], unrounded."""
        return self.distance_from(np.arange(self.n_units))

    def distance_from(self, units: IntArray) -> FloatArray:
        """Return metres from the chosen units (rows) to the nearest school of every zone, unrounded."""
        to_sites = self.distance_to_sites(units)
        if len(self.site_ids) == self.n_zones:
            return to_sites
        return np.minimum.reduceat(to_sites, self.first_site, axis=1)

    def distance_to_sites(self, units: IntArray) -> FloatArray:
        """Return metres from the chosen units (rows) to every school, [len(units), n_sites], unrounded.

        Straight lines are the square root of a sum of squares, which IEEE 754 rounds alike everywhere.
        """
        if self.walks is not None:
            return self.walks.rows(units)
        dx = self.x_m[units][:, None] - self.x_m[self.site_unit][None, :]
        dy = self.y_m[units][:, None] - self.y_m[self.site_unit][None, :]
        return np.sqrt(dx * dx + dy * dy)

    def distance_between(self, units: IntArray, zones: IntArray) -> FloatArray:
        """Return metres between units and zones pair by pair, arrays of one shape, as in `distance_from`."""
        metres = np.full(units.shape, np.inf)
        counts = np.bincount(self.site_zone, minlength=self.n_zones)
        for number in range(int(counts.max())):
            sites = np.where(number < counts[zones], self.first_site[zones] + number, self.first_site[zones])
            metres = np.minimum(metres, self._metres_between(units, sites))
        return metres

    def crossings_between(self, units: IntArray, zones: IntArray) -> IntArray:
        """Return main roads on the way to each zone's nearest school, pair by pair; of equal ways the fewest."""
        crossed = np.zeros(units.shape, dtype=np.int64)
        if self.crossings is None:
            return crossed
        metres = np.full(units.shape, np.inf)
        counts = np.bincount(self.site_zone, minlength=self.n_zones)
        for number in range(int(counts.max())):
            sites = np.where(number < counts[zones], self.first_site[zones] + number, self.first_site[zones])
            way, there = self._metres_between(units, sites), self.crossings[units, sites]
            is_better = (way < metres) | ((way == metres) & (there < crossed))
            metres, crossed = np.where(is_better, way, metres), np.where(is_better, there, crossed)
        return crossed

    def within_cap(self, units: IntArray, zones: IntArray) -> BoolArray:
        """Return, pair by pair as in `distance_between`, whether a school of the zone lies within its cap."""
        counts, caps = np.bincount(self.site_zone, minlength=self.n_zones), self.cap_m
        found = np.zeros(units.shape, dtype=np.bool_)
        for number in range(int(counts.max())):
            sites = np.where(number < counts[zones], self.first_site[zones] + number, self.first_site[zones])
            metres = self._metres_between(units, sites)
            found |= np.isfinite(metres) & (metres <= caps[sites])
        return found

    def _metres_between(self, units: IntArray, sites: IntArray) -> FloatArray:
        if self.walks is not None:
            return self.walks.between(units, sites)
        dx = self.x_m[units] - self.x_m[self.site_unit[sites]]
        dy = self.y_m[units] - self.y_m[self.site_unit[sites]]
        return np.sqrt(dx * dx + dy * dy)

    @cached_property
    def graph(self) -> tuple[IntArray, IntArray]:
        """Return `plain_graph` with every approved enclave joined to its school's unit.

        What follows links in it goes beyond enclaves too, where nothing may be reached through one: enough for
        bounds and for what lies beside what. `enclaves.py` says what is joined, and settles enclaves for the search.
        """
        enclaves = np.stack([self.enclaves[:, 0], self.site_unit[self.enclaves[:, 1]]], axis=1)
        return compressed_rows(np.concatenate([self.pairs, enclaves, self._site_links]), self.n_units)

    @cached_property
    def plain_graph(self) -> tuple[IntArray, IntArray]:
        """Return the adjacency as compressed rows: (start of each unit's neighbours, neighbours ascending).

        The schools of a zone are joined to its first one: only that zone can use such a link, because only that zone
        can hold the unit at its end. So a zone of several schools may lie in parts, each of which holds one of them.
        """
        return compressed_rows(np.concatenate([self.pairs, self._site_links]), self.n_units)

    @cached_property
    def adjoins(self) -> BoolArray:
        """Return which neighbours in `graph` adjoin, in its order: links by approval and between schools do not."""
        indptr, near = self.graph
        owner, n = np.repeat(np.arange(self.n_units), np.diff(indptr)), self.n_units
        links = np.minimum(owner, near) * n + np.maximum(owner, near)
        found: BoolArray = np.isin(links, self.pairs @ np.array([n, 1]))
        return found

    @property
    def _site_links(self) -> IntArray:
        return np.stack([self.site_unit, self.home[self.site_zone]], axis=1)


def to_mm(metres: FloatArray) -> IntArray:
    """Return the lengths as whole millimetres, halves to even."""
    return np.rint(metres * MM_PER_METRE).astype(np.int64)


def compressed_rows(pairs: IntArray, n_units: int) -> tuple[IntArray, IntArray]:
    """Return an undirected graph as (indptr [n+1], neighbours), each row ascending and without doubles."""
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[both[:, 0] != both[:, 1]]
    owner, near = np.divmod(np.unique(both[:, 0] * n_units + both[:, 1]), n_units)
    indptr = np.zeros(n_units + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner, minlength=n_units), out=indptr[1:])
    return indptr, near
