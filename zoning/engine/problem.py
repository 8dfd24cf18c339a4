"""The zoning problem as arrays: what the solver, the bound and the measures read.

Position i of every unit array belongs to `unit_ids[i]`, position j of every school array to
`school_ids[j]`; both tuples are sorted. Lengths that decide are whole millimetres: fine enough that
a plan's cost differs from the unrounded one by less than one part in a million, and an integer.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from zoning.engine.faults import Fault, ProblemFault, input_faults, unreachable_units

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

MM_PER_METRE = 1000
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Unit:
    """A catchment unit as the caller knows it: an id, children, and a point in metres."""

    unit_id: str
    children: int
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class School:
    """A school: an id, the unit it stands in, and its seats."""

    school_id: str
    unit_id: str
    seats: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the officer fixes beforehand, all by id.

    locked       -- unit -> school it must have
    forbidden    -- (unit, school) pairs that may not be
    enclaves     -- (unit, school) pairs approved by name: the unit counts as adjoining the school's unit
    zones_in_force -- unit -> school today; units without one are new
    distance_cap_m -- no child farther than this from the school, metres, or None
    """

    locked: Mapping[str, str] = field(default_factory=dict)
    forbidden: Collection[tuple[str, str]] = ()
    enclaves: Collection[tuple[str, str]] = ()
    zones_in_force: Mapping[str, str] = field(default_factory=dict)
    distance_cap_m: float | None = None


@dataclass(frozen=True)
class Problem:
    """A checked zoning problem. Built by `build_problem`, never by hand.

    children, x_m, y_m -- [n_units]; school_unit, seats -- [n_schools], unit index and children
    pairs     -- [k, 2] adjoining units, smaller index first, sorted, each once (officers' links included)
    locked, in_force -- [n_units] school index or NOWHERE
    forbidden, enclaves -- [k, 2] unit index, school index
    matrix_m  -- [n_units, n_schools] walking metres where known, else None: straight lines are used
    """

    unit_ids: tuple[str, ...]
    children: IntArray
    x_m: FloatArray
    y_m: FloatArray
    school_ids: tuple[str, ...]
    school_unit: IntArray
    seats: IntArray
    pairs: IntArray
    locked: IntArray
    in_force: IntArray
    forbidden: IntArray
    enclaves: IntArray
    distance_cap_m: float | None
    matrix_m: FloatArray | None

    @property
    def n_units(self) -> int:
        return len(self.unit_ids)

    @property
    def n_schools(self) -> int:
        return len(self.school_ids)

    def distance_m(self) -> FloatArray:
        """Return metres from every unit to every school, [n_units, n_schools], unrounded."""
        return self.distance_between(np.arange(self.n_units), np.arange(self.n_schools))

    def distance_between(self, units: IntArray, schools: IntArray) -> FloatArray:
        """Return metres from the chosen units (rows) to the chosen schools (columns), unrounded.

        Straight lines are the square root of a sum of squares, which IEEE 754 rounds alike everywhere.
        """
        if self.matrix_m is not None:
            return self.matrix_m[np.ix_(units, schools)]
        at = self.school_unit[schools]
        dx = self.x_m[units][:, None] - self.x_m[at][None, :]
        dy = self.y_m[units][:, None] - self.y_m[at][None, :]
        return np.sqrt(dx * dx + dy * dy)

    @cached_property
    def distance_mm(self) -> IntArray:
        """Return whole millimetres from every unit to every school, [n_units, n_schools]."""
        return to_mm(self.distance_m())

    @cached_property
    def graph(self) -> tuple[IntArray, IntArray]:
        """Return the adjacency as compressed rows: (start of each unit's neighbours, neighbours ascending).

        An approved enclave is joined to its school's unit: only that school's zone can use the link,
        because only that zone can hold the unit at its other end.
        """
        links = np.stack([self.enclaves[:, 0], self.school_unit[self.enclaves[:, 1]]], axis=1)
        return compressed_rows(np.concatenate([self.pairs, links]), self.n_units)


def to_mm(metres: FloatArray) -> IntArray:
    """Return the lengths as whole millimetres, halves to even."""
    return np.rint(metres * MM_PER_METRE).astype(np.int64)


def compressed_rows(pairs: IntArray, n_units: int) -> tuple[IntArray, IntArray]:
    """Return an undirected graph as (indptr [n+1], neighbours), each row ascending and without doubles."""
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = np.unique(both[both[:, 0] != both[:, 1]], axis=0).reshape(-1, 2)
    indptr = np.zeros(n_units + 1, dtype=np.int64)
    np.cumsum(np.bincount(both[:, 0], minlength=n_units), out=indptr[1:])
    return indptr, np.ascontiguousarray(both[:, 1], dtype=np.int64)


def build_problem(
    units: Sequence[Unit],
    schools: Sequence[School],
    adjacency: Collection[tuple[str, str]],
    *,
    wishes: Wishes | None = None,
    matrix_m: Mapping[tuple[str, str], float] | None = None,
) -> Problem:
    """Return the checked problem; the order of the inputs does not matter.

    adjacency -- pairs of unit ids that adjoin, in any order, doubles allowed
    matrix_m  -- metres by (unit id, school id); pairs left out are beyond reach
    Raises ProblemFault with every fault found, in the officer's words.
    """
    wishes = wishes or Wishes()
    faults = input_faults(units, schools, adjacency, wishes)
    if faults:
        raise ProblemFault(faults)
    problem = _assemble(units, schools, adjacency, wishes, matrix_m)
    lost = unreachable_units(*problem.graph, problem.school_unit)
    if len(lost):
        raise ProblemFault((Fault("joined_to_no_school", tuple(problem.unit_ids[i] for i in lost)),))
    return problem


def _assemble(
    units: Sequence[Unit],
    schools: Sequence[School],
    adjacency: Collection[tuple[str, str]],
    wishes: Wishes,
    matrix_m: Mapping[tuple[str, str], float] | None,
) -> Problem:
    units = sorted(units, key=lambda unit: unit.unit_id)
    schools = sorted(schools, key=lambda school: school.school_id)
    unit_at = {unit.unit_id: i for i, unit in enumerate(units)}
    school_at = {school.school_id: j for j, school in enumerate(schools)}
    pairs = sorted({tuple(sorted((unit_at[a], unit_at[b]))) for a, b in adjacency if a != b})
    return Problem(
        unit_ids=tuple(unit_at),
        children=np.array([unit.children for unit in units], dtype=np.int64),
        x_m=np.array([unit.x_m for unit in units], dtype=np.float64),
        y_m=np.array([unit.y_m for unit in units], dtype=np.float64),
        school_ids=tuple(school_at),
        school_unit=np.array([unit_at[school.unit_id] for school in schools], dtype=np.int64),
        seats=np.array([school.seats for school in schools], dtype=np.int64),
        pairs=np.array(pairs, dtype=np.int64).reshape(-1, 2),
        locked=_school_of_units(wishes.locked, unit_at, school_at),
        in_force=_school_of_units(wishes.zones_in_force, unit_at, school_at),
        forbidden=_index_pairs(wishes.forbidden, unit_at, school_at),
        enclaves=_index_pairs(wishes.enclaves, unit_at, school_at),
        distance_cap_m=wishes.distance_cap_m,
        matrix_m=_matrix(matrix_m, unit_at, school_at),
    )


def _school_of_units(
    zones: Mapping[str, str], unit_at: Mapping[str, int], school_at: Mapping[str, int]
) -> IntArray:
    found = np.full(len(unit_at), NOWHERE, dtype=np.int64)
    for unit_id, school_id in zones.items():
        found[unit_at[unit_id]] = school_at.get(school_id, NOWHERE)
    return found


def _index_pairs(
    pairs: Collection[tuple[str, str]], unit_at: Mapping[str, int], school_at: Mapping[str, int]
) -> IntArray:
    found = sorted({(unit_at[unit_id], school_at[school_id]) for unit_id, school_id in pairs})
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _matrix(
    metres: Mapping[tuple[str, str], float] | None,
    unit_at: Mapping[str, int],
    school_at: Mapping[str, int],
) -> FloatArray | None:
    if metres is None:
        return None
    matrix = np.full((len(unit_at), len(school_at)), np.inf)
    for (unit_id, school_id), length in metres.items():
        matrix[unit_at[unit_id], school_at[school_id]] = length
    return matrix
