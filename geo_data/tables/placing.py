"""Shapes of a file in the working system: which system holds, and whether it can be right."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from geo_data.tables.findings import Findings
from geo_data.tables.guards import check_place, home_of
from geo_data.tables.layers import Layer
from geo_data.tables.shift import Place, Shift, find_shift
from geo_data.tables.systems import WGS84, Shapes, System, change_system


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of the district.

    working_epsg  -- its working system
    extent        -- west, south, east, north in degrees, or None
    known         -- places of the same kind in the current version
    accept_offset -- an officer says that those are the wrong ones, should the layer look shifted
    swap_axes     -- an officer says that the file's first coordinate is the northing, the second one the easting
    """

    working_epsg: int
    extent: tuple[float, float, float, float] | None = None
    known: tuple[Place, ...] = ()
    accept_offset: bool = False
    swap_axes: bool = False


def place_shapes(layer: Layer, declared: System | None, ground: Ground, findings: Findings) -> Shapes | None:
    """Return the shapes in the working system, None when the layer cannot be where the declared system puts it.

    Rows without a place, or outside the district, are noted and are None in the array.
    """
    system = declared or layer.system
    if system is None:
        note_no_system(layer, findings)
        return None
    if declared and layer.system and declared.epsg != layer.system.epsg:
        findings.add("crs_declared_otherwise", value=f"{declared.name} / {layer.system.name}")
    placed = _placed(layer, findings)
    if not placed.any():
        return None
    layer = as_axes_hold(layer, ground, findings)
    rows = [row for (row, _), is_placed in zip(layer.rows, placed, strict=True) if is_placed]
    home = home_of(ground.working_epsg, ground.extent)
    inside = check_place(layer.shapes[placed], rows, system, home, ground.working_epsg, findings)
    if inside is None:
        return None
    shapes = layer.shapes.copy()
    shapes[~placed] = None
    shapes[np.flatnonzero(placed)[~inside]] = None
    placed = ~shapely.is_missing(shapes)
    shapes[placed] = change_system(layer.shapes[placed], system, to_epsg=ground.working_epsg)
    return shapes


def as_axes_hold(layer: Layer, ground: Ground, findings: Findings) -> Layer:
    """Return the layer with its two coordinates exchanged where an officer said so, which is noted."""
    if not ground.swap_axes:
        return layer
    findings.add("axes_exchanged")
    return replace(layer, shapes=shapely.transform(layer.shapes, lambda points: points[:, ::-1]))


def layer_shift(
    codes: Sequence[str],
    names: Sequence[str],
    points: Shapes,
    layer: Layer,
    declared: System | None,
    ground: Ground,
) -> Shift | None:
    """Return how a layer is shifted against the known places; points in the working system, one a row.

    A point that is none, such as the middle of a ring that crosses itself, says nothing about the layer.
    """
    if not ground.known:
        return None
    system = declared or layer.system
    here = to_degrees(points, ground)
    places = [
        Place(code, name, p.x, p.y)
        for code, name, p in zip(codes, names, here, strict=True)
        if math.isfinite(p.x) and math.isfinite(p.y)
    ]
    return find_shift(places, ground.known, system.name if system else "")


def to_degrees(shapes: Shapes, ground: Ground) -> Shapes:
    """Return shapes of the working system in EPSG:4326."""
    system = System(f"EPSG:{ground.working_epsg}", ground.working_epsg)
    return change_system(shapes, system, to_epsg=WGS84.epsg)


def note_no_system(layer: Layer, findings: Findings) -> None:
    """Note that no system is known, or that there is not one place that would need it."""
    has_places = not (shapely.is_missing(layer.shapes) | shapely.is_empty(layer.shapes)).all()
    findings.add("crs_missing" if has_places else "place_missing")


def _placed(layer: Layer, findings: Findings) -> npt.NDArray[np.bool_]:
    """Return which rows have a place with finite coordinates, noting the others."""
    points, owner = shapely.get_coordinates(layer.shapes, return_index=True)
    broken = np.zeros(len(layer.shapes), dtype=bool)
    broken[owner[~np.isfinite(points).all(axis=1)]] = True
    empty = shapely.is_missing(layer.shapes) | shapely.is_empty(layer.shapes)
    for i in np.flatnonzero(empty | broken):
        findings.add("coordinate_not_finite" if broken[i] else "place_missing", layer.rows[i][0])
    return np.asarray(~(empty | broken))
