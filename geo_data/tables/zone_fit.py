"""Zones of an earlier year beside today's units: their borders run along borders of units, or the system is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import shapely

from geo_data.tables.findings import Findings
from geo_data.tables.fit import Fit, find_fit, note_fit
from geo_data.tables.offsets import FloatArray
from geo_data.tables.placing import Ground
from geo_data.tables.shift import FEWEST_MATCHES, LEAST_M
from geo_data.tables.systems import Shapes

SPLIT_PERMILLE = 10  # a unit of which more than this lies elsewhere is split
WHOLE = 1000
M2_PER_KM2 = 1_000_000
NOTHING: Shapes = np.zeros(0, dtype=np.object_)


class Area(Protocol):
    """A zone: its schools and its shape in the working system."""

    @property
    def schools(self) -> tuple[str, ...]: ...

    @property
    def shape(self) -> shapely.Geometry: ...


@dataclass(frozen=True, slots=True)
class KnownGround:
    """What zones are held against, in the working system.

    units   -- areas of the units that have one
    schools -- school code -> its site
    """

    units: Shapes = field(default_factory=lambda: NOTHING)
    schools: Mapping[str, shapely.Point] = field(default_factory=dict)


def note_zone_fit(
    zones: Sequence[Area], known: KnownGround, declared: str, ground: Ground, findings: Findings
) -> None:
    """Note zones that lie beside units or schools as another system would have it: severe, or accepted.

    declared -- name of the declared system
    1. Where three of the units that zones touch have areas, the measure is how much area of units lies in another
       zone, or in none, than the unit's largest part does; it counts when three units at least are split.
    2. Otherwise it is how far schools lie outside their own zones; it counts when three at least do by LEAST_M.
    Source: docs/zone-texts.md (polygons).
    """
    shapes = np.array([zone.shape for zone in zones], dtype=object)
    tree = shapely.STRtree(shapes)
    touched = np.unique(tree.query(known.units, predicate="intersects")[0]) if len(known.units) else ()
    if len(touched) >= FEWEST_MATCHES:
        fit = _fit_of_units(known.units[touched], shapes, tree, declared, ground)
    else:
        fit = _fit_of_schools(zones, known.schools, declared, ground)
    if fit is None:
        return
    is_of_units = len(touched) >= FEWEST_MATCHES
    note_fit(
        fit,
        _square_kilometres(fit) if is_of_units else f"学校 schools {fit.misfit} → {fit.likely_misfit} m",
        shapely.MultiPolygon(list(shapely.get_parts(shapes))),
        findings,
        working_epsg=ground.working_epsg,
        is_accepted=ground.accept_offset,
    )


def strayed_m2(units: Shapes, zones: Shapes, tree: shapely.STRtree) -> FloatArray:
    """Return [n] how much of each unit lies elsewhere than its largest part, square metres, 0 where it is whole.

    A part lies in a zone, or in none: units outside every zone are whole. The tree is of the zones.
    Source: docs/zone-texts.md (polygons).
    """
    whole = shapely.area(units)
    at, zone = tree.query(units, predicate="intersects")
    parts = shapely.area(shapely.intersection(units[at], zones[zone]))
    inside, largest = np.zeros(len(units)), np.zeros(len(units))
    np.add.at(inside, at, parts)
    np.maximum.at(largest, at, parts)
    return np.asarray(whole - np.maximum(largest, whole - np.minimum(inside, whole)))


def _fit_of_units(
    units: Shapes, zones: Shapes, tree: shapely.STRtree, declared: str, ground: Ground
) -> Fit | None:
    split = strayed_m2(units, zones, tree) * WHOLE > shapely.area(units) * SPLIT_PERMILLE
    if int(split.sum()) < FEWEST_MATCHES:
        return None
    return find_fit(
        units,
        lambda moved: round(float(strayed_m2(moved, zones, tree).sum())),
        declared=declared,
        least=1,
        working_epsg=ground.working_epsg,
    )


def _fit_of_schools(
    zones: Sequence[Area], schools: Mapping[str, shapely.Point], declared: str, ground: Ground
) -> Fit | None:
    pairs = [(schools[code], zone.shape) for zone in zones for code in zone.schools if code in schools]
    points, own = (np.array(side, dtype=object) for side in (list(zip(*pairs, strict=True)) or ((), ())))
    if int((shapely.distance(points, own) >= LEAST_M).sum()) < FEWEST_MATCHES:
        return None
    return find_fit(
        points,
        lambda moved: round(float(shapely.distance(moved, own).sum())),
        declared=declared,
        least=1,
        working_epsg=ground.working_epsg,
    )


def _square_kilometres(fit: Fit) -> str:
    before, after = (round(m2 / M2_PER_KM2, 2) for m2 in (fit.misfit, fit.likely_misfit))
    return f"切开单元 units split {before:.2f} → {after:.2f} km²"
