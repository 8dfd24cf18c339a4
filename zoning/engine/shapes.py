"""The land of units: areas, outlines and the borders between neighbours, for the compactness of zones."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

DM_PER_METRE = 10
# Of all units together; with it roundness, reckoned in 2^-20 of square decimetres, stays within 64 bits.
MOST_AREA_M2, MOST_OUTLINE_M = 8e10, 3e8


class LandLike(Protocol):
    @property
    def unit_id(self) -> str: ...
    @property
    def area_m2(self) -> float: ...
    @property
    def outline_m(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Land:
    """The land of all units in whole numbers.

    area    -- [n_units] square metres; outline -- [n_units] decimetres
    borders -- (smaller, larger unit index) -> decimetres of common border; pairs left out share none
    """

    area: IntArray
    outline: IntArray
    borders: Mapping[tuple[int, int], int]

    def along(self, indptr: IntArray, near: IntArray) -> IntArray:
        """Return decimetres of common border in the order of a graph's neighbours, 0 for links without one."""
        owner = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr)).tolist()
        ends = zip(owner, near.tolist(), strict=True)
        return np.array([self.borders.get((min(a, b), max(a, b)), 0) for a, b in ends], dtype=np.int64)

    def reordered(self, units: IntArray, unit_at: IntArray) -> "Land":
        """Return the same land with unit i of the result being unit `units[i]`; unit_at is where each unit went."""
        went = unit_at.tolist()
        moved = {
            (min(went[a], went[b]), max(went[a], went[b])): length for (a, b), length in self.borders.items()
        }
        return replace(self, area=self.area[units], outline=self.outline[units], borders=moved)


def ordered(one: str, other: str) -> tuple[str, str]:
    """Return the ids of a pair, the smaller first."""
    return min(one, other), max(one, other)


def land_faults(
    units: Sequence[LandLike],
    adjacency: Collection[tuple[str, str]],
    borders_m: Mapping[tuple[str, str], float],
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return (code, unit ids) for what cannot be land; empty is good news.

    land_missing     -- a unit without an area or an outline
    border_no_pair   -- a border between units that do not adjoin or are not in order, or a length that is none
    border_too_long  -- a unit whose borders are longer than its outline by more than a metre in a hundred
    land_too_large   -- no unit: areas or outlines are so large in all that they are hardly metres
    """
    pairs = {ordered(*pair) for pair in adjacency}
    lengths = dict.fromkeys((unit.unit_id for unit in units), 0.0)
    wrong: set[str] = set()
    for (a, b), length in borders_m.items():
        if (a, b) not in pairs or not 0 <= length < math.inf:
            wrong |= {a, b}
        else:
            lengths[a] += length
            lengths[b] += length
    none = [u.unit_id for u in units if not (0 < u.area_m2 < math.inf and 0 < u.outline_m < math.inf)]
    beyond = [u.unit_id for u in units if lengths[u.unit_id] > 1.01 * u.outline_m]
    cases = (("land_missing", none), ("border_no_pair", wrong), ("border_too_long", beyond))
    found = tuple((code, tuple(sorted(ids))) for code, ids in cases if ids)
    is_large = (
        sum(u.area_m2 for u in units) > MOST_AREA_M2 or sum(u.outline_m for u in units) > MOST_OUTLINE_M
    )
    return (*found, ("land_too_large", ())) if is_large and not found else found


def make_land(units: Sequence[LandLike], borders_m: Mapping[tuple[str, str], float]) -> Land:
    """Return the land of these units, which must be in the order of their ids; lengths in metres, halves to even.

    borders_m -- metres of common border by (smaller id, larger id)
    """
    at = {unit.unit_id: i for i, unit in enumerate(units)}
    borders = {(at[a], at[b]): round(length * DM_PER_METRE) for (a, b), length in borders_m.items()}
    return Land(
        area=np.array([round(unit.area_m2) for unit in units], dtype=np.int64),
        outline=np.array([round(unit.outline_m * DM_PER_METRE) for unit in units], dtype=np.int64),
        borders=borders,
    )
