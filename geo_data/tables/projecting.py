"""Degrees to metres and back: lengths are computed in the district's projected system, never in degrees."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer

FloatArray = npt.NDArray[np.float64]
DEGREES = 4326


def project(longitude: npt.ArrayLike, latitude: npt.ArrayLike, *, epsg: int) -> tuple[FloatArray, FloatArray]:
    """Return x (east) and y (north) in metres of the projected system; input EPSG:4326, degrees.

    Source: docs/import.md (coordinates).
    """
    x, y = transformer(DEGREES, epsg).transform(longitude, latitude)
    return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


def unproject(x: npt.ArrayLike, y: npt.ArrayLike, *, epsg: int) -> tuple[FloatArray, FloatArray]:
    """Return longitude and latitude, degrees of EPSG:4326, of points in the given system.

    Source: docs/import.md (coordinates).
    """
    longitude, latitude = transformer(epsg, DEGREES).transform(x, y)
    return np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)


def is_metric(epsg: int) -> bool:
    """Say whether the system is projected, with the metre as its unit. Raises CRSError for an unknown code."""
    crs = CRS.from_epsg(epsg)
    return crs.is_projected and all(axis.unit_name == "metre" for axis in crs.axis_info)


def get_ready(epsg: int) -> None:
    """Find the ways between degrees and the system now: a reader that is forked later has them.

    PROJ takes a tenth of a second or two to find one, which every reader would spend on every file.
    Source: docs/import.md (coordinates).
    """
    transformer(DEGREES, epsg)
    transformer(epsg, DEGREES)


@lru_cache(maxsize=64)
def transformer(source: int, target: int) -> Transformer:
    """Return the way from one EPSG code to another, x east and y north. Source: docs/import.md (coordinates)."""
    return Transformer.from_crs(source, target, always_xy=True)
