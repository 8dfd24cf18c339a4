"""Which units that are points adjoin: by Delaunay's triangulation or a street network, and nothing is shut off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, QhullError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Pairs = tuple[tuple[int, int], ...]
Near = Callable[[FloatArray, FloatArray], IntArray]

MM_PER_METRE = 1000
# A side so many times longer than the second shortest at either of its ends leads over empty land.
OVER_LONG = 4
# Units of two places are all linked with each other up to so many links; beyond, the places' first units only.
MOST_LINKS = 400


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Pairs of unit indexes (smaller, larger), ascending; `joined` are those among them that only join parts."""

    pairs: Pairs
    joined: Pairs


def point_neighbours(
    x_m: FloatArray, y_m: FloatArray, codes: Sequence[str], near: Near | None = None
) -> Neighbours:
    """Return what adjoins what among units that are points; every unit is joined to every other by some chain.

    x_m, y_m -- [n] metres; codes -- [n], each once: they only decide who comes first among units of one place
    near     -- neighbours of places by a street network, given their metres: pairs [k, 2] of places
    1. Units on the same millimetre are one place: they adjoin each other, and what adjoins the place.
    2. Places adjoin as `near` says; without it by Delaunay's triangulation, without sides more than OVER_LONG times
       the second shortest side at either end. Places in a line adjoin the next ones.
    3. Parts that hang together no more are joined by the shortest sides of the triangulation, ties by position.
    Neither order nor names of the units change what adjoins.
    Source: docs/import.md (points).
    """
    at = np.rint(np.stack([x_m, y_m], axis=1) * MM_PER_METRE).astype(np.int64)
    places, place_of = np.unique(at, axis=0, return_inverse=True)
    sides = _sides(places)
    length = np.hypot(*(places[sides[:, 0]] - places[sides[:, 1]]).T.astype(np.float64))
    if near is None:
        kept = sides[~_is_over_long(sides, length, len(places))]
    else:
        metres = places / MM_PER_METRE
        kept = np.asarray(near(metres[:, 0], metres[:, 1]), dtype=np.int64).reshape(-1, 2)
    joined = _joining(kept, sides[np.lexsort((sides[:, 1], sides[:, 0], length))], len(places))
    members = _members(place_of.ravel(), codes, len(places))
    bridges = _linked(joined, members)
    within = {pair for own in members for pair in _among(own)}
    return Neighbours(tuple(sorted({*_linked(kept, members), *bridges, *within})), tuple(sorted(bridges)))


def _sides(places: IntArray) -> IntArray:
    """Return the sides of Delaunay's triangles, [k, 2] ascending; a chain where all places lie in a line."""
    n = len(places)
    centred = (places - places.mean(axis=0)).astype(np.float64) if n else np.zeros((0, 2))
    if n < 3 or _is_line(centred):
        return _chain(centred)
    try:
        found = Delaunay(centred)
    except QhullError:  # so nearly a line that no triangle has an area
        return _chain(centred)
    start, near = found.vertex_neighbor_vertices
    pairs = np.stack([np.repeat(np.arange(n), np.diff(start)), near], axis=1)
    # Places that rounding leaves out of every triangle hang on the nearest corner.
    pairs = np.concatenate([pairs, found.coplanar[:, [0, 2]]]).astype(np.int64)
    return _unique(pairs)


def _is_line(centred: FloatArray) -> bool:
    spread = np.linalg.svd(centred, compute_uv=False)
    return bool(spread[1] <= 1e-9 * spread[0])


def _chain(centred: FloatArray) -> IntArray:
    if len(centred) < 2:
        return np.zeros((0, 2), dtype=np.int64)
    along = centred @ np.linalg.svd(centred, full_matrices=False)[2][0]
    order = np.argsort(along, kind="stable")
    return _unique(np.stack([order[:-1], order[1:]], axis=1).astype(np.int64))


def _unique(pairs: IntArray) -> IntArray:
    found: IntArray = np.unique(np.sort(pairs, axis=1), axis=0)
    return found


def _is_over_long(sides: IntArray, length: FloatArray, n: int) -> npt.NDArray[np.bool_]:
    ends, both = sides.T.ravel(), np.tile(length, 2)
    order = np.lexsort((both, ends))
    count = np.bincount(ends, minlength=n)
    first = np.cumsum(count) - count
    usual = np.zeros(n)
    has = count > 0
    usual[has] = both[order][(first + np.minimum(count - 1, 1))[has]]
    long: npt.NDArray[np.bool_] = length > OVER_LONG * usual[sides].max(axis=1)
    return long


def _joining(kept: IntArray, by_length: IntArray, n: int) -> IntArray:
    """Return the sides, shortest first, that join parts not joined before."""
    links = coo_array((np.ones(len(kept)), (kept[:, 0], kept[:, 1])), shape=(n, n))
    count, part = connected_components(links, directed=False)
    root = list(range(count))

    def top(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    apart = by_length[part[by_length[:, 0]] != part[by_length[:, 1]]]
    joined = []
    for side in apart.tolist():
        a, b = (top(int(part[end])) for end in side)
        if a != b:
            root[a] = b
            joined.append(side)
    return np.array(joined, dtype=np.int64).reshape(-1, 2)


def _members(place_of: IntArray, codes: Sequence[str], n: int) -> list[list[int]]:
    """Return the units of every place, by code."""
    members: list[list[int]] = [[] for _ in range(n)]
    for unit in sorted(range(len(codes)), key=lambda unit: codes[unit]):
        members[int(place_of[unit])].append(unit)
    return members


def _linked(places: IntArray, members: Sequence[Sequence[int]]) -> set[tuple[int, int]]:
    pairs: set[tuple[int, int]] = set()
    for a, b in places.tolist():
        one, other = members[a], members[b]
        if len(one) * len(other) > MOST_LINKS:
            one, other = one[:1], other[:1]
        pairs.update((min(pair), max(pair)) for pair in product(one, other) if a != b)
    return pairs


def _among(members: Sequence[int]) -> set[tuple[int, int]]:
    """Return the links of units of one place: all of them, or in large places those with the first one."""
    firsts = members if len(members) ** 2 <= MOST_LINKS else members[:1]
    return {(min(a, b), max(a, b)) for a in firsts for b in members if a != b}
