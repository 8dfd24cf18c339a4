"""Where the people of a unit live: the points that stand for it when distances are measured."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geo_data.models import AddressEntry, Dataset
from geo_data.selectors.units import load_unit_places
from geo_data.streets.graph import FloatArray, IntArray
from geo_data.tables.projecting import project


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
    """Return the points of every unit: its addresses in the register by their dwellings, else its own point.

    An address counts where it names the unit and has a point; one that does not say how many dwellings it has counts
    as one, one without dwellings (0) not at all. Two queries.
    """
    places = load_unit_places(units)
    index = {place.code: i for i, place in enumerate(places)}
    known = _addresses(addresses, index) if addresses else []
    lived_in = {owner for owner, *_ in known}
    points = [(i, place.x_m, place.y_m, 1) for i, place in enumerate(places) if i not in lived_in]
    if known:
        x_m, y_m = project(
            [longitude for _, longitude, _, _ in known],
            [latitude for _, _, latitude, _ in known],
            epsg=units.district.working_crs,
        )
        points += [
            (owner, float(x), float(y), weight)
            for (owner, _, _, weight), x, y in zip(known, x_m, y_m, strict=True)
        ]
    return DwellingPoints(
        tuple(place.code for place in places),
        tuple(place.name for place in places),
        np.array([point[0] for point in points], dtype=np.int64),
        np.array([point[1] for point in points], dtype=np.float64),
        np.array([point[2] for point in points], dtype=np.float64),
        np.array([point[3] for point in points], dtype=np.int64),
    )


def _addresses(addresses: Dataset, index: Mapping[str, int]) -> list[tuple[int, float, float, int]]:
    """Return unit, longitude, latitude and dwellings of every address that counts, in the order of their codes."""
    rows = AddressEntry.objects.filter(dataset=addresses, point__isnull=False).exclude(dwellings=0)
    return [
        (index[code], point.x, point.y, 1 if dwellings is None else dwellings)
        for code, point, dwellings in rows.order_by("code").values_list("unit_code", "point", "dwellings")
        if code in index and point is not None
    ]
