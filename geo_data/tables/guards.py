"""Guard rails: stops a layer whose declared coordinate system cannot be right, and names the likely one.

A layer is judged by the middle (median) of its shapes, so that one bad row does not condemn it; rows outside the
district are named one by one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from geo_data.tables.findings import Findings, Preview
from geo_data.tables.places import small_place
from geo_data.tables.projecting import FloatArray
from geo_data.tables.systems import WGS84, Shapes, System, change_system

# EPSG codes by central meridian. CGCS2000, Gauss-Krueger: 6 degrees with zone number and without, 3 degrees with
# and without; then UTM.
MERIDIANS = {
    **{4491 - 13 + zone: 6 * zone - 3 for zone in range(13, 24)},
    **{4502 - 13 + zone: 6 * zone - 3 for zone in range(13, 24)},
    **{4513 - 25 + zone: 3 * zone for zone in range(25, 46)},
    **{4534 - 25 + zone: 3 * zone for zone in range(25, 46)},
    **{32600 + zone: 6 * zone - 183 for zone in range(43, 54)},
}
EVERYWHERE = (4326, 4490, 3857)
REACH_DEGREES = 4.5
MARGIN_DEGREES = 0.1
SHOWN_SYSTEMS = 3

Inside = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Home:
    """Where the district lies: west, south, east, north in degrees."""

    west: float
    south: float
    east: float
    north: float

    def has(self, longitude: float, latitude: float) -> bool:
        """Say whether the point lies in it."""
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


def home_of(working_epsg: int, extent: tuple[float, float, float, float] | None) -> Home:
    """Return the extent of what is known of the district and a margin, else where its working system is used."""
    if extent is not None:
        margin = MARGIN_DEGREES
        return Home(extent[0] - margin, extent[1] - margin, extent[2] + margin, extent[3] + margin)
    area = CRS.from_epsg(working_epsg).area_of_use
    return (
        Home(-180, -90, 180, 90)
        if area is None
        else Home(area.west - 1, area.south, area.east + 1, area.north)
    )


def check_place(
    shapes: Shapes, rows: Iterable[int], system: System, home: Home, working_epsg: int, findings: Findings
) -> Inside | None:
    """Return which shapes, none of them empty, lie in the district as declared; note what is wrong.

    None when the layer as a whole cannot lie where it is declared.
    """
    centres = _middles(shapes)
    x, y = (float(value) for value in np.median(centres, axis=0))
    degrees = abs(x) <= 180 and abs(y) <= 180
    if degrees and not system.is_geographic:
        findings.add(
            "degrees_in_metric_layer", value=f"{x:.4f}, {y:.4f} → {_likely(x, y, home, working_epsg)}"
        )
    elif not degrees and system.is_geographic:
        findings.add(
            "metres_in_degree_layer", value=f"{x:.0f}, {y:.0f} → {_likely(x, y, home, working_epsg)}"
        )
    elif _is_home(x, y, system, home):
        return _check_rows(shapes, rows, system, home, findings)
    elif _is_home(y, x, system, home):
        findings.add("axes_swapped", value=_told(x, y))
    else:
        likely = _likely(x, y, home, working_epsg)
        findings.add("outside_district", value=f"{system.name}: {_told(x, y)} → {likely}")
    _show(centres, x, y, system, home, working_epsg, findings)
    return None


def _show(
    centres: FloatArray, x: float, y: float, system: System, home: Home, working_epsg: int, findings: Findings
) -> None:
    """Keep a preview of where the middles lie as declared, with the axes exchanged, and as is likely."""
    likely = [System(f"EPSG:{code}", code) for code in _fitting(x, y, home, working_epsg)]
    likely = [other for other in likely if other.epsg != system.epsg]
    swapped = _swapped(x, y, system, home, working_epsg) if not likely else []
    if _is_home(y, x, system, home):
        swapped = [system]
    shown = [("declared", system, centres)]
    shown += [("swapped", other, centres[:, ::-1]) for other in swapped]
    shown += [("likely", other, centres) for other in likely]
    for role, where, points in shown[:SHOWN_SYSTEMS]:
        hull = shapely.MultiPoint(points[np.isfinite(points).all(axis=1)]).convex_hull
        place = small_place(_unshifted(hull, where), epsg=where.epsg)
        if place is not None:
            findings.show(Preview(role, where.name, place))


def _unshifted(shape: shapely.Geometry, system: System) -> shapely.Geometry:
    plain: shapely.Geometry = change_system(np.array([shape], dtype=object), system, to_epsg=system.epsg)[0]
    return plain


def _middles(shapes: Shapes) -> FloatArray:
    """Return [n, 2] the middles of the shapes' boxes: a ring that crosses itself has its centre of gravity anywhere."""
    box = shapely.bounds(shapes)
    return np.asarray((box[:, :2] + box[:, 2:]) / 2, dtype=np.float64)


def _check_rows(
    shapes: Shapes, rows: Iterable[int], system: System, home: Home, findings: Findings
) -> Inside:
    centres = _middles(change_system(shapes, system, to_epsg=WGS84.epsg))
    longitude, latitude = centres[:, 0], centres[:, 1]
    inside = (longitude >= home.west) & (longitude <= home.east)
    inside &= (latitude >= home.south) & (latitude <= home.north)
    for row, fine, (east, north) in zip(rows, inside, centres, strict=True):
        if not fine:
            value, place = f"{east:.5f}, {north:.5f}", shapely.Point(east, north)
            findings.add("outside_district", row, value=value, place=place, epsg=WGS84.epsg)
    return np.asarray(inside, dtype=np.bool_)


def _is_home(x: float, y: float, system: System, home: Home) -> bool:
    point = change_system(np.array([shapely.Point(x, y)], dtype=object), system, to_epsg=WGS84.epsg)[0]
    return bool(np.isfinite([point.x, point.y]).all()) and home.has(point.x, point.y)


def _told(x: float, y: float) -> str:
    digits = 4 if abs(x) <= 180 and abs(y) <= 180 else 0  # degrees, or metres
    return f"{x:.{digits}f}, {y:.{digits}f}"


def _likely(x: float, y: float, home: Home, working_epsg: int) -> str:
    """Name the systems that fit; where none does, those that fit once the axes are exchanged."""
    as_read = " / ".join(f"EPSG:{code}" for code in _fitting(x, y, home, working_epsg))
    if as_read:
        return as_read
    exchanged = " / ".join(f"EPSG:{code}" for code in _fitting(y, x, home, working_epsg))
    return f"x ⇄ y, {exchanged}" if exchanged else "?"


def _swapped(x: float, y: float, system: System, home: Home, working_epsg: int) -> list[System]:
    """Return the systems that would put the point into the district with its axes exchanged, the declared one first."""
    codes = _fitting(y, x, home, working_epsg)
    found = [System(f"EPSG:{code}", code) for code in codes if code != system.epsg]
    return [system, *found] if _is_home(y, x, system, home) else found


def _fitting(x: float, y: float, home: Home, working_epsg: int) -> list[int]:
    """Return up to three systems that would put the point into the district, the working system first."""
    middle = (home.west + home.east) / 2
    near = [code for code, meridian in MERIDIANS.items() if abs(meridian - middle) <= REACH_DEGREES]
    codes = dict.fromkeys((working_epsg, *EVERYWHERE, *near))
    fits = [code for code in codes if _is_home(x, y, System(f"EPSG:{code}", code), home)]
    return fits[:SHOWN_SYSTEMS]
