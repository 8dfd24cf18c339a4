"""An order of units and zones that does not know their names, so that renaming changes no plan."""

from dataclasses import replace

import numpy as np

from zoning.engine.problem import NOWHERE, IntArray, Problem


def name_free_order(problem: Problem) -> tuple[IntArray, IntArray]:
    """Return units by place (x, then y), children and seats, and zones in the order of their first units.

    Ties go by children of later years, then by area and outline. Only units alike in all of these
    keep the order of their names.
    """
    seats = np.zeros(problem.n_units, dtype=np.int64)
    seats[problem.site_unit] = problem.seats[problem.site_zone] + 1
    land = () if problem.land is None else (problem.land.outline, problem.land.area)
    units = np.lexsort(
        (*land, *problem.later_children.T[::-1], seats, problem.children, problem.y_m, problem.x_m)
    ).astype(np.int64)
    first = np.minimum.reduceat(inverse(units)[problem.site_unit], problem.first_site)
    return units, np.argsort(first, kind="stable").astype(np.int64)


def inverse(order: IntArray) -> IntArray:
    """Return where each index went."""
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return back


def reordered(problem: Problem, units: IntArray, zones: IntArray) -> Problem:
    """Return the same problem with unit i of the result being unit `units[i]`, and zones alike."""
    unit_at, zone_at = inverse(units), inverse(zones)
    pairs = np.sort(unit_at[problem.pairs], axis=1)
    site_unit, site_zone = unit_at[problem.site_unit], zone_at[problem.site_zone]
    sites = np.lexsort((site_unit, site_zone)).astype(np.int64)
    # Any school of a zone stands for it in an approval: here the first one does.
    unit, site = problem.enclaves.T
    approved = np.stack([unit_at[unit], np.searchsorted(site_zone[sites], site_zone[site])], axis=1)
    return replace(
        problem,
        unit_ids=tuple(problem.unit_ids[i] for i in units.tolist()),
        children=problem.children[units],
        x_m=problem.x_m[units],
        y_m=problem.y_m[units],
        zone_ids=tuple(problem.zone_ids[j] for j in zones.tolist()),
        seats=problem.seats[zones],
        site_ids=tuple(problem.site_ids[k] for k in sites.tolist()),
        site_unit=site_unit[sites],
        site_zone=site_zone[sites],
        site_seats=problem.site_seats[sites],
        pairs=pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))],
        locked=renumbered(problem.locked[units], zone_at),
        in_force=renumbered(problem.in_force[units], zone_at),
        forbidden=_both(problem.forbidden, unit_at, zone_at),
        enclaves=np.unique(approved, axis=0).astype(np.int64),
        later_children=problem.later_children[units],
        later_seats=problem.later_seats[zones],
        walks=problem.walks and problem.walks.part(units, sites),
        township=None if problem.township is None else problem.township[units],
        crossings=None if problem.crossings is None else problem.crossings[np.ix_(units, sites)],
        own_cap_m=None if problem.own_cap_m is None else problem.own_cap_m[sites],
        land=problem.land and problem.land.reordered(units, unit_at),
    )


def renumbered(zone_of: IntArray, zone_at: IntArray) -> IntArray:
    """Return the same zones under their new numbers; NOWHERE stays."""
    return np.where(zone_of == NOWHERE, NOWHERE, zone_at[zone_of])


def _both(pairs: IntArray, unit_at: IntArray, index_of: IntArray) -> IntArray:
    moved = np.stack([unit_at[pairs[:, 0]], index_of[pairs[:, 1]]], axis=1)
    return moved[np.lexsort((moved[:, 1], moved[:, 0]))]
