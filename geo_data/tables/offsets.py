"""GCJ-02 and BD-09, the shifted coordinates of Chinese map services, to WGS-84 and back.

The forward formulas are the published ones of the map trade (not a standard); their inverse is found by iteration
until it repeats the forward formula to far below a millimetre. Outside China nothing is shifted.
"""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

AXIS_M = 6378245.0  # Krasovsky 1940
ECCENTRICITY_SQUARED = 0.00669342162296594323
BD_STEP = np.pi * 3000.0 / 180.0
ROUNDS = 12  # a round shrinks the error about a thousandfold; fixed, so that a point's answer is its own


def gcj02_from_wgs84(longitude: FloatArray, latitude: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return GCJ-02 longitude and latitude in degrees, same shape.

    Source: docs/import.md (coordinates).
    """
    inside = (longitude > 72.004) & (longitude < 137.8347) & (latitude > 0.8293) & (latitude < 55.8271)
    x, y = longitude - 105.0, latitude - 35.0
    radians = np.radians(latitude)
    shrink = 1 - ECCENTRICITY_SQUARED * np.sin(radians) ** 2
    metres_north = _north(x, y)
    metres_east = _east(x, y)
    meridian = AXIS_M * (1 - ECCENTRICITY_SQUARED) / (shrink * np.sqrt(shrink))
    north = np.degrees(metres_north / meridian)
    east = np.degrees(metres_east / (AXIS_M / np.sqrt(shrink) * np.cos(radians)))
    return longitude + np.where(inside, east, 0.0), latitude + np.where(inside, north, 0.0)


def bd09_from_wgs84(longitude: FloatArray, latitude: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return BD-09 longitude and latitude in degrees, same shape.

    Source: docs/import.md (coordinates).
    """
    x, y = gcj02_from_wgs84(longitude, latitude)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * BD_STEP)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * BD_STEP)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def wgs84_from_gcj02(longitude: FloatArray, latitude: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the WGS-84 point whose GCJ-02 is the given one, to below 0.1 mm, degrees.

    Source: docs/import.md (coordinates).
    """
    x, y = longitude, latitude
    for _ in range(ROUNDS):
        shifted_x, shifted_y = gcj02_from_wgs84(x, y)
        x, y = x + (longitude - shifted_x), y + (latitude - shifted_y)
    return x, y


def wgs84_from_bd09(longitude: FloatArray, latitude: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the WGS-84 point whose BD-09 is the given one, to below 0.1 mm, degrees.

    Source: docs/import.md (coordinates).
    """
    x, y = longitude, latitude
    for _ in range(ROUNDS):
        shifted_x, shifted_y = bd09_from_wgs84(x, y)
        x, y = x + (longitude - shifted_x), y + (latitude - shifted_y)
    return x, y


def _waves(value: FloatArray) -> FloatArray:
    return (20.0 * np.sin(6.0 * value * np.pi) + 20.0 * np.sin(2.0 * value * np.pi)) * 2.0 / 3.0


def _north(x: FloatArray, y: FloatArray) -> FloatArray:
    plain = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    long = (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    longer = (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    return np.asarray(plain + _waves(x) + long + longer)


def _east(x: FloatArray, y: FloatArray) -> FloatArray:
    plain = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    long = (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    longer = (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    return np.asarray(plain + _waves(x) + long + longer)
