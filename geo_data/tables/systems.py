"""Coordinate systems as officers declare them, and their shapes in metres of the district's working system."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo_data.tables.offsets import FloatArray, wgs84_from_bd09, wgs84_from_gcj02
from geo_data.tables.projecting import DEGREES, transformer
from geo_data.tables.system_words import code_of_words

Pair = tuple[FloatArray, FloatArray]
Shapes = npt.NDArray[np.object_]
SHIFTED = {"gcj02": wgs84_from_gcj02, "bd09": wgs84_from_bd09}


class UnknownSystem(ValueError):
    """The declared coordinate system is not known."""


@dataclass(frozen=True, slots=True)
class System:
    """A declared system: an EPSG code, or one of the shifted systems, which stand on WGS-84.

    name -- EPSG:<code>, gcj02 or bd09
    """

    name: str
    epsg: int

    @property
    def is_geographic(self) -> bool:
        """Say whether its coordinates are degrees."""
        return self.name in SHIFTED or CRS.from_epsg(self.epsg).is_geographic


WGS84 = System("EPSG:4326", DEGREES)


def parse_system(text: str) -> System:
    """Return the system of "EPSG:4497", "4497", "gcj02", "bd09" in any case, or of plain words. Raises UnknownSystem.

    Source: docs/import.md (coordinates).
    """
    word = text.strip().casefold().replace("-", "").removeprefix("epsg:")
    word = code_of_words(text) or word
    if word in SHIFTED:
        return System(word, DEGREES)
    try:
        code = int(word)
        CRS.from_epsg(code)
    except (ValueError, CRSError):
        raise UnknownSystem(
            f"{text}: give an EPSG code, gcj02, bd09, or words such as CGCS2000 3度带 38带"
        ) from None
    return System(f"EPSG:{code}", code)


def change_system(shapes: Shapes, system: System, *, to_epsg: int) -> Shapes:
    """Return the shapes in another system, x east and y north, vertex by vertex; equal vertices stay equal."""
    if system.name in SHIFTED:
        shapes = _vertex_by_vertex(shapes, SHIFTED[system.name])
    if system.epsg == to_epsg:
        return shapes
    return _vertex_by_vertex(shapes, transformer(system.epsg, to_epsg).transform)


def _vertex_by_vertex(shapes: Shapes, change: Callable[[FloatArray, FloatArray], Pair]) -> Shapes:
    points = shapely.get_coordinates(shapes)
    moved = np.stack(change(points[:, 0], points[:, 1]), axis=1)
    return np.asarray(shapely.set_coordinates(shapes.copy(), moved), dtype=np.object_)
