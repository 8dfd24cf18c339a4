"""Streets beside what is known to lie at them: streets of the version in use, or addresses by the name of a road."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from geo_data.tables.findings import Findings
from geo_data.tables.fit import Misfit, find_fit, note_fit
from geo_data.tables.placing import Ground
from geo_data.tables.shift import FEWEST_MATCHES
from geo_data.tables.street_network import StreetTable
from geo_data.tables.systems import Shapes

LEAST_CM = 500  # median distance of a network that needs explaining
CM_PER_METRE = 100
FEWEST_WITHOUT_NAME = 20  # any street is near something: without names more marks must agree
NOTHING: Shapes = np.zeros(0, dtype=np.object_)


@dataclass(frozen=True, slots=True)
class Marks:
    """Points known to lie at streets, in the working system.

    names  -- of the street that each lies at, "" where it has none
    points -- [n], at the positions of `names`
    lie_on_streets -- they lie on a street, not only beside one: what has no name counts too
    """

    names: Sequence[str] = ()
    points: Shapes = field(default_factory=lambda: NOTHING)
    lie_on_streets: bool = False


def note_street_fit(
    table: StreetTable, marks: Marks, declared: str, ground: Ground, findings: Findings
) -> None:
    """Note a network that lies beside the marks as another system would have it: severe, or accepted.

    declared -- name of the declared system
    1. Where three streets of the file have the name of a mark, every mark with such a name is held against the
       streets of its name. Otherwise marks that lie on streets, inside the box of the network, are held against the
       nearest street, when they are 20 at least.
    2. The measure is the median of these distances in whole centimetres; it needs explaining from 5 m.
    Without any marks nothing can be told.
    Source: docs/streets.md (coordinates).
    """
    lines = _lines(table)
    points, misfit = _by_name(table, lines, marks)
    if not len(points):
        points, misfit = _by_nearest(lines, marks)
    if not len(points):
        return
    fit = find_fit(points, misfit, declared=declared, least=LEAST_CM, working_epsg=ground.working_epsg)
    if fit is None:
        return
    before, after = (round(cm / CM_PER_METRE) for cm in (fit.misfit, fit.likely_misfit))
    note_fit(
        fit,
        f"{len(points)} 处地点离路 places off streets {before} → {after} m",
        shapely.MultiLineString(list(lines)).convex_hull,
        findings,
        working_epsg=ground.working_epsg,
        is_accepted=ground.accept_offset,
    )


def _lines(table: StreetTable) -> Shapes:
    at = np.argsort(table.node_ids, kind="stable")
    a, b = (at[np.searchsorted(table.node_ids, ends, sorter=at)] for ends in (table.edge_a, table.edge_b))
    ends = np.stack([table.x_m[a], table.y_m[a], table.x_m[b], table.y_m[b]], axis=1)
    return np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), dtype=np.object_)


def _by_name(table: StreetTable, lines: Shapes, marks: Marks) -> tuple[Shapes, Misfit]:
    """Return the marks at streets that the file names too, and how far they lie from them."""
    used = {table.names[place] for place in np.unique(table.street).tolist()} - {""}
    kept = [place for place, name in enumerate(marks.names) if name in used]
    shared = sorted({marks.names[place] for place in kept})
    if len(shared) < FEWEST_MATCHES:
        return NOTHING, _none
    place_of = {name: place for place, name in enumerate(table.names)}
    streets = [shapely.multilinestrings(lines[table.street == place_of[name]]) for name in shared]
    own_street = dict(zip(shared, streets, strict=True))
    own = np.array([own_street[marks.names[place]] for place in kept], dtype=object)
    return marks.points[kept], lambda moved: _median_cm(shapely.distance(moved, own))


def _by_nearest(lines: Shapes, marks: Marks) -> tuple[Shapes, Misfit]:
    """Return the marks inside the box of the network, and how far they lie from the nearest street."""
    points = marks.points if marks.lie_on_streets else NOTHING
    if len(points):
        points = points[shapely.intersects(shapely.box(*shapely.total_bounds(lines)), points)]
    if len(points) < FEWEST_WITHOUT_NAME:
        return NOTHING, _none
    tree = shapely.STRtree(lines)

    def misfit(moved: Shapes) -> int:
        _, metres = tree.query_nearest(moved, return_distance=True, all_matches=False)
        return _median_cm(metres)

    return points, misfit


def _none(_moved: Shapes) -> int:
    return 0


def _median_cm(metres: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> int:
    return round(float(np.median(metres)) * CM_PER_METRE)
