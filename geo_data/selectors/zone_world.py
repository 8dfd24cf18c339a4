"""The county in the words that zone texts use: units, doors and names of the register, lines of the base map."""

from collections import defaultdict

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB

from geo_data.addresses.zone_world import Door, UnitWord, ZoneWorld
from geo_data.models import AddressEntry, AddressName, AddressNameSort, Dataset, DatasetKind
from geo_data.selectors.datasets import find_current_dataset, list_map_features
from geo_data.selectors.units import load_unit_places
from geo_data.tables.projecting import project
from geo_data.tables.systems import WGS84, change_system


def load_zone_world(units: Dataset) -> ZoneWorld:
    """Return the words of the units, of the current register and of the current base map, where there are any.

    Seven queries at most.
    """
    words = [UnitWord(p.code, p.name, p.township, p.x_m, p.y_m) for p in load_unit_places(units)]
    register = find_current_dataset(units.district_id, DatasetKind.ADDRESSES)
    base_map = find_current_dataset(units.district_id, DatasetKind.BASE_MAP)
    epsg = units.district.working_crs
    return ZoneWorld(
        words,
        _doors(register, epsg) if register else (),
        aliases=_aliases(register) if register else {},
        lines=_lines(base_map, epsg) if base_map else {},
    )


def _doors(register: Dataset, epsg: int) -> list[Door]:
    columns = ("unit_code", "dwellings", "estate_text", "building", "road_text", "number", "point")
    rows = list(AddressEntry.objects.filter(dataset=register).order_by("code").values_list(*columns))
    placed = [row[6] for row in rows if row[6] is not None]
    x, y = project([p.x for p in placed], [p.y for p in placed], epsg=epsg) if placed else ((), ())
    metres = iter(zip(map(float, x), map(float, y), strict=True))
    return [
        Door(unit, dwellings or 1, estate, building, road, number, next(metres) if point else None)
        for unit, dwellings, estate, building, road, number, point in rows
    ]


def _aliases(register: Dataset) -> dict[str, str]:
    """Return other and old names that stand for one place only."""
    names = AddressName.objects.filter(dataset=register).exclude(sort=AddressNameSort.OFFICIAL)
    found: dict[str, set[str]] = defaultdict(set)
    for name, place in names.order_by("pk").values_list("name", "place"):
        found[name].add(place)
    return {name: places.pop() for name, places in found.items() if len(places) == 1}


def _lines(base_map: Dataset, epsg: int) -> dict[str, shapely.Geometry]:
    parts: dict[str, list[shapely.Geometry]] = defaultdict(list)
    rows = list_map_features(base_map).exclude(name="").annotate(wkb=AsWKB("line"))
    for name, wkb in rows.values_list("name", "wkb"):
        parts[name].append(shapely.from_wkb(bytes(wkb)))
    names = list(parts)
    if not names:
        return {}
    merged = np.empty(len(names), dtype=np.object_)
    merged[:] = [shapely.union_all(parts[name]) for name in names]
    moved = change_system(merged, WGS84, to_epsg=epsg)
    return dict(zip(names, moved, strict=True))
