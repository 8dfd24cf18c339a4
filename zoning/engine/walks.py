"""Walks from units to schools: those stated are stored, pair by pair, and one rule says what counts for all others.

A county of 200,000 units and 2,500 schools has 500 million pairs; the ways to the few dozen schools that anybody would
walk to are two hundredths of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Detour:
    """What counts for a pair that is not stored: so many times the straight line, whole metres, rounded down.

    unit_at, site_at -- [n_units, 2], [n_sites, 2] metres east and north
    """

    times: int
    unit_at: FloatArray
    site_at: FloatArray

    def between(self, units: IntArray, sites: IntArray) -> FloatArray:
        """Return the metres of units and sites, arrays that broadcast."""
        east, north = np.moveaxis(self.unit_at[units] - self.site_at[sites], -1, 0)
        return np.asarray(np.floor(np.hypot(east, north) * self.times))


@dataclass(frozen=True, slots=True)
class Walks:
    """Metres from every unit to every school, [n_units, n_sites], of which only the stated pairs are stored.

    pair   -- [n_stored] unit index x n_sites + site index, ascending: the rows of the units one after another
    metres -- [n_stored] unrounded
    detour -- what counts for all other pairs; None: they are beyond reach
    """

    n_units: int
    n_sites: int
    pair: IntArray
    metres: FloatArray
    detour: Detour | None = None

    def between(self, units: IntArray, sites: IntArray) -> FloatArray:
        """Return metres pair by pair, arrays of one shape; infinite beyond reach."""
        found = self._unstored(units, sites)
        wanted = units * self.n_sites + sites
        at = np.searchsorted(self.pair, wanted)
        stored = at < len(self.pair)
        stored[stored] = self.pair[at[stored]] == wanted[stored]
        found[stored] = self.metres[at[stored]]
        return found

    def rows(self, units: IntArray) -> FloatArray:
        """Return metres from the units to every school, [len(units), n_sites]; infinite beyond reach."""
        found = self._unstored(units[:, None], np.arange(self.n_sites)[None, :])
        at, row = self._stored(units)
        found[row, self.pair[at] - units[row] * self.n_sites] = self.metres[at]
        return found

    def nearest(self, count: int) -> tuple[IntArray, FloatArray]:
        """Return schools [n_units, count], nearest or not first, and how far the farthest of each row is.

        Equal lengths at the end fall as they will. Dense rows are made for ROWS units at a time.
        """
        sites = np.empty((self.n_units, count), dtype=np.int64)
        farthest = np.empty(self.n_units)
        for first in range(0, self.n_units, ROWS):
            block = slice(first, first + ROWS)
            metres = self.rows(np.arange(*block.indices(self.n_units)))
            sites[block] = np.argpartition(metres, count - 1, axis=1)[:, :count]
            farthest[block] = np.take_along_axis(metres, sites[block], axis=1).max(axis=1)
        return sites, farthest

    def part(self, units: IntArray, sites: IntArray) -> "Walks":
        """Return the walks of these units to these schools, none twice, in the order given."""
        place = np.full(self.n_sites, -1, dtype=np.int64)
        place[sites] = np.arange(len(sites))
        at, row = self._stored(units)
        site = place[self.pair[at] - units[row] * self.n_sites]
        pair, at = (row * len(sites) + site)[site >= 0], at[site >= 0]
        order = np.argsort(pair, kind="stable")
        detour = self.detour and Detour(
            self.detour.times, self.detour.unit_at[units], self.detour.site_at[sites]
        )
        return Walks(len(units), len(sites), pair[order], self.metres[at[order]], detour)

    def _stored(self, units: IntArray) -> tuple[IntArray, IntArray]:
        """Return where the stored pairs of the units stand, row after row, and the row of each."""
        first, end = np.searchsorted(self.pair, np.stack([units, units + 1]) * self.n_sites)
        row = np.repeat(np.arange(len(units)), end - first)
        before = np.cumsum(end - first) - (end - first)
        return np.arange(len(row)) + (first - before)[row], row

    def _unstored(self, units: IntArray, sites: IntArray) -> FloatArray:
        if self.detour is None:
            return np.full(np.broadcast_shapes(units.shape, sites.shape), np.inf)
        return self.detour.between(units, sites)


def make_walks(
    shape: tuple[int, int], units: IntArray, sites: IntArray, metres: FloatArray, detour: Detour | None = None
) -> Walks:
    """Return the walks of these pairs, in any order.

    shape -- n_units, n_sites; units, sites, metres -- [n_stored] indices and length of each pair; an infinite one is
             left out. Raises ValueError where a pair is stated twice.
    """
    pair = units * shape[1] + sites
    if len(pair) > 1 and not (pair[1:] > pair[:-1]).all():
        order = np.argsort(pair, kind="stable")
        pair, metres = pair[order], metres[order]
        if (pair[1:] == pair[:-1]).any():
            raise ValueError("a pair of unit and school is stated twice")
    known = metres != np.inf
    return Walks(*shape, pair[known], metres[known], detour)


@dataclass(frozen=True, slots=True, eq=False)
class WalksById(Mapping[tuple[str, str], float]):
    """Walks as a mapping from (unit id, school id) to metres, without an object for each pair.

    unit_index, site_index -- ids in the order of the indices
    A pair beyond reach is not in it; with a detour every pair of an id and an id is.
    """

    unit_index: Mapping[str, int]
    site_index: Mapping[str, int]
    walks: Walks

    def __getitem__(self, pair: tuple[str, str]) -> float:
        at = np.array([[self.unit_index[pair[0]]], [self.site_index[pair[1]]]])
        metres = float(self.walks.between(*at)[0])
        if metres == np.inf:
            raise KeyError(pair)
        return metres

    def __iter__(self) -> Iterator[tuple[str, str]]:
        units, sites = tuple(self.unit_index), tuple(self.site_index)
        if self.walks.detour is not None:
            yield from product(units, sites)
            return
        for pair in self.walks.pair:
            unit, site = divmod(int(pair), self.walks.n_sites)
            yield units[unit], sites[site]

    def __len__(self) -> int:
        stored = len(self.walks.pair)
        return stored if self.walks.detour is None else self.walks.n_units * self.walks.n_sites

    def units_beyond(self, most_m: float) -> set[str]:
        """Return the units with a stored length that is none from 0 to `most_m`."""
        wrong = ~((self.walks.metres >= 0) & (self.walks.metres <= most_m))
        ids = tuple(self.unit_index)
        return {ids[unit] for unit in np.unique(self.walks.pair[wrong] // self.walks.n_sites).tolist()}

    def part(self, unit_ids: Sequence[str], site_ids: Sequence[str]) -> "WalksById":
        """Return the walks of these units to these schools, in the order given. Raises KeyError for others."""
        units = np.array([self.unit_index[one] for one in unit_ids], dtype=np.int64)
        sites = np.array([self.site_index[one] for one in site_ids], dtype=np.int64)
        return WalksById(indexed(unit_ids), indexed(site_ids), self.walks.part(units, sites))


def indexed(ids: Iterable[str]) -> dict[str, int]:
    """Return the place of each id among those that differ."""
    return {one: i for i, one in enumerate(dict.fromkeys(ids))}
