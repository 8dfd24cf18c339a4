"""Build the problem: from units, schools and wishes by id to checked arrays."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from zoning.engine.enclaves import with_islands
from zoning.engine.faults import (
    Fault,
    ProblemFault,
    crossing_faults,
    input_faults,
    matrix_faults,
    unreachable_units,
    zone_key,
)
from zoning.engine.problem import NOWHERE, FloatArray, IntArray, Problem, School, Unit, Wishes
from zoning.engine.shapes import land_faults, make_land
from zoning.engine.walks import Walks, WalksById, make_walks


def build_problem(
    units: Sequence[Unit],
    schools: Sequence[School],
    adjacency: Collection[tuple[str, str]],
    *,
    wishes: Wishes | None = None,
    matrix_m: Mapping[tuple[str, str], float] | None = None,
    borders_m: Mapping[tuple[str, str], float] | None = None,
    crossings: Mapping[tuple[str, str], int] | None = None,
) -> Problem:
    """Return the checked problem; the order of the inputs does not matter.

    adjacency -- pairs of unit ids that adjoin, in any order, doubles allowed
    matrix_m  -- metres by (unit id, school id); pairs left out are beyond reach. A large table is best a `WalksById`
    borders_m -- metres of common border by (smaller unit id, larger unit id); pairs left out share none. With it
                 every unit must state its area and outline
    crossings -- main roads to cross by (unit id, school id); pairs left out cross none
    Raises ProblemFault with every fault found, in the officer's words.
    """
    wishes = wishes or Wishes()
    faults = input_faults(units, schools, adjacency, wishes)
    if matrix_m is not None:
        faults = (*faults, *matrix_faults(units, schools, matrix_m))
    if crossings is not None:
        faults = (*faults, *crossing_faults(units, schools, crossings))
    if borders_m is not None and not faults:
        faults = tuple(Fault(*fault) for fault in land_faults(units, adjacency, borders_m))
    if faults:
        raise ProblemFault(faults)
    problem = _assemble(units, schools, adjacency, wishes, matrix_m, crossings)
    if borders_m is not None:
        problem = replace(problem, land=make_land(sorted(units, key=lambda u: u.unit_id), borders_m))
    problem = with_islands(problem)
    lost = unreachable_units(*problem.plain_graph, problem.site_unit)
    lost = lost[~np.isin(lost, problem.enclaves[:, 0])]
    if len(lost):
        raise ProblemFault((Fault("joined_to_no_school", tuple(problem.unit_ids[i] for i in lost)),))
    return problem


def _assemble(
    units: Sequence[Unit],
    schools: Sequence[School],
    adjacency: Collection[tuple[str, str]],
    wishes: Wishes,
    matrix_m: Mapping[tuple[str, str], float] | None,
    crossings: Mapping[tuple[str, str], int] | None,
) -> Problem:
    units = sorted(units, key=lambda unit: unit.unit_id)
    zones = zones_of_schools(schools)
    sites = [school for members in zones for school in members]
    unit_at = {unit.unit_id: i for i, unit in enumerate(units)}
    site_at = {school.school_id: k for k, school in enumerate(sites)}
    zone_at = {school.school_id: j for j, members in enumerate(zones) for school in members}
    return Problem(
        unit_ids=tuple(unit_at),
        children=np.array([unit.children for unit in units], dtype=np.int64),
        x_m=np.array([unit.x_m for unit in units], dtype=np.float64),
        y_m=np.array([unit.y_m for unit in units], dtype=np.float64),
        zone_ids=tuple(members[0].school_id for members in zones),
        seats=np.array([sum(school.seats for school in members) for members in zones], dtype=np.int64),
        site_ids=tuple(site_at),
        site_unit=np.array([unit_at[school.unit_id] for school in sites], dtype=np.int64),
        site_zone=np.array([zone_at[school.school_id] for school in sites], dtype=np.int64),
        site_seats=np.array([school.seats for school in sites], dtype=np.int64),
        pairs=_adjoining(adjacency, unit_at),
        locked=_zone_of_units(wishes.locked, unit_at, zone_at),
        in_force=_zone_of_units(wishes.zones_in_force, unit_at, zone_at),
        forbidden=_index_pairs(wishes.forbidden, unit_at, zone_at),
        enclaves=_index_pairs(wishes.enclaves, unit_at, site_at),
        distance_cap_m=wishes.distance_cap_m,
        own_cap_m=_own_caps(wishes.school_caps_m, site_at),
        later_years=wishes.later_years,
        every_year=wishes.every_year and bool(wishes.later_years),
        later_children=_by_year([unit.later for unit in units], len(wishes.later_years)),
        later_seats=_by_year(
            [
                [sum(year) for year in zip(*(school.later for school in members), strict=True)]
                for members in zones
            ],
            len(wishes.later_years),
        ),
        walks=_walks(matrix_m, unit_at, site_at),
        crossings=_crossings(crossings, unit_at, site_at),
        township=_townships([unit.township for unit in units]),
        townships_kept=wishes.townships_kept,
        class_size=wishes.class_size,
    )


def zones_of_schools(schools: Sequence[School]) -> list[list[School]]:
    """Return the schools of every zone by id, zones in the order of their first schools."""
    zones: dict[tuple[str, str], list[School]] = {}
    for school in sorted(schools, key=lambda school: school.school_id):
        zones.setdefault(zone_key(school), []).append(school)
    return list(zones.values())


def _adjoining(adjacency: Collection[tuple[str, str]], unit_at: Mapping[str, int]) -> IntArray:
    """Return pairs of unit indices, smaller index first, sorted, each once."""
    ends = np.array([unit_at[end] for pair in adjacency for end in pair], dtype=np.int64).reshape(-1, 2)
    ends = np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1)
    return np.stack(np.divmod(np.unique(ends[:, 0] * len(unit_at) + ends[:, 1]), len(unit_at)), axis=1)


def _by_year(rows: Sequence[Sequence[int]], years: int) -> IntArray:
    return np.array([list(row) for row in rows], dtype=np.int64).reshape(len(rows), years)


def _own_caps(caps_m: Mapping[str, float], site_at: Mapping[str, int]) -> FloatArray | None:
    if not caps_m:
        return None
    found = np.full(len(site_at), np.nan)
    for school_id, metres in caps_m.items():
        found[site_at[school_id]] = metres
    return found


def _townships(names: Sequence[str]) -> IntArray | None:
    if not any(names):
        return None
    number = {name: i for i, name in enumerate(sorted(set(names) - {""}))}
    return np.array([number.get(name, NOWHERE) for name in names], dtype=np.int64)


def _zone_of_units(
    zones: Mapping[str, str], unit_at: Mapping[str, int], zone_at: Mapping[str, int]
) -> IntArray:
    found = np.full(len(unit_at), NOWHERE, dtype=np.int64)
    for unit_id, school_id in zones.items():
        found[unit_at[unit_id]] = zone_at.get(school_id, NOWHERE)
    return found


def _index_pairs(
    pairs: Collection[tuple[str, str]], unit_at: Mapping[str, int], index_of: Mapping[str, int]
) -> IntArray:
    found = sorted({(unit_at[unit_id], index_of[school_id]) for unit_id, school_id in pairs})
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _walks(
    metres: Mapping[tuple[str, str], float] | None,
    unit_at: Mapping[str, int],
    site_at: Mapping[str, int],
) -> Walks | None:
    if metres is None:
        return None
    if isinstance(metres, WalksById):
        return metres.part(tuple(unit_at), tuple(site_at)).walks
    units = np.array([unit_at[unit_id] for unit_id, _ in metres], dtype=np.int64)
    sites = np.array([site_at[school_id] for _, school_id in metres], dtype=np.int64)
    lengths = np.array(list(metres.values()), dtype=np.float64)
    return make_walks((len(unit_at), len(site_at)), units, sites, lengths)


def _crossings(
    crossed: Mapping[tuple[str, str], int] | None,
    unit_at: Mapping[str, int],
    site_at: Mapping[str, int],
) -> IntArray | None:
    if crossed is None:
        return None
    table = np.zeros((len(unit_at), len(site_at)), dtype=np.int64)
    for (unit_id, school_id), count in crossed.items():
        table[unit_at[unit_id], site_at[school_id]] = count
    return table
