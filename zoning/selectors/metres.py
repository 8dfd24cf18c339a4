"""Whole shapes between degrees and the metres of the district's working system."""

import numpy as np
import numpy.typing as npt
import shapely

from geo_data.tables.projecting import project, unproject

Shapes = npt.NDArray[np.object_]
FloatArray = npt.NDArray[np.float64]

DIGITS = 6  # of a degree: about 0.1 m


def in_metres(shapes: Shapes, *, epsg: int) -> Shapes:
    """Return EPSG:4326 shapes in the working system; points they share stay the same point."""

    def move(points: FloatArray) -> FloatArray:
        return np.stack(project(points[:, 0], points[:, 1], epsg=epsg), axis=1)

    return np.asarray(shapely.transform(shapes, move))


def in_degrees(shapes: Shapes, *, epsg: int) -> Shapes:
    """Return shapes of the working system in EPSG:4326, rounded for display."""

    def move(points: FloatArray) -> FloatArray:
        degrees: FloatArray = np.stack(unproject(points[:, 0], points[:, 1], epsg=epsg), axis=1)
        return degrees.round(DIGITS)

    return np.asarray(shapely.transform(shapes, move))
