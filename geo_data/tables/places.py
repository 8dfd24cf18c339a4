"""Places of findings: small enough to be kept and drawn."""

import numpy as np
import shapely

from geo_data.tables.systems import WGS84, System, change_system

MOST_VERTICES = 400
FIRST_TOLERANCE_DEGREES = 1e-6  # about a decimetre
COARSEST_DEGREES = 1e-2


def small_place(shape: shapely.Geometry, *, epsg: int) -> shapely.Geometry | None:
    """Return the shape in EPSG:4326 with at most MOST_VERTICES vertices, None where it lies nowhere on Earth.

    Vertices are thinned by Douglas-Peucker with ten times the tolerance each time, until few enough are left; after
    that its box stands for it. Source: docs/import.md (findings).
    """
    if shapely.is_missing(shape) or shapely.is_empty(shape):
        return None
    holder = np.array([shapely.force_2d(shape)], dtype=object)
    degrees: shapely.Geometry = change_system(holder, System(f"EPSG:{epsg}", epsg), to_epsg=WGS84.epsg)[0]
    west, south, east, north = shapely.bounds(degrees)
    if not (west >= -180 and south >= -90 and east <= 180 and north <= 90):  # also when not finite
        return None
    tolerance = FIRST_TOLERANCE_DEGREES
    box: shapely.Geometry = shapely.box(west, south, east, north)
    while shapely.get_num_coordinates(degrees) > MOST_VERTICES:
        thinned: shapely.Geometry = shapely.simplify(degrees, tolerance, preserve_topology=False)
        if tolerance > COARSEST_DEGREES or shapely.is_empty(thinned):
            return box
        degrees, tolerance = thinned, tolerance * 10
    return degrees
