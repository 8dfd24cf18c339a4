"""The files that an officer of the invented county would have, in Chinese, the same bytes for the same county."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from geo_data.county.addresses import addresses_of_county
from geo_data.county.population import children_of_county
from geo_data.county.sketch import WORKING_CRS, County, Points
from geo_data.county.streets import streets_of
from geo_data.tables.address_table import ADDRESS_COLUMNS
from geo_data.tables.base_map_table import BASE_MAP_COLUMNS, KINDS
from geo_data.tables.child_table import CHILD_COLUMNS
from geo_data.tables.columns import Column
from geo_data.tables.projecting import unproject
from geo_data.tables.school_table import SCHOOL_COLUMNS
from geo_data.tables.street_table import STREET_COLUMNS
from geo_data.tables.unit_table import UNIT_COLUMNS

DEGREE_DIGITS = 9
UNITS, SCHOOLS, CHILDREN, BASE_MAP = "units.geojson", "schools.csv", "children.csv", "base_map.geojson"
STREETS = "streets.geojson"
ADDRESSES = "addresses.csv"

UNUSED_BY_ADDRESSES = frozenset({"address_id", "lon", "lat", "wkt"})
UNUSED_BY_SCHOOLS = frozenset({"feeds", "x_m", "y_m", "wkt"})
UNUSED_BY_CHILDREN = frozenset(
    {
        "dwelling_district",
        "dwelling_unit",
        "continuous_schooling",
        "own_pupil_school",
        "staff_school",
        "deferred_until",
        "enrolled_school",
    }
)


def write_county(county: County, folder: Path) -> dict[str, Path]:
    """Write units, schools, children, map, streets, addresses and last year's zones; return the paths by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_geojson(folder / UNITS, _unit_features(county))
    _write_geojson(folder / BASE_MAP, _line_features(county))
    _write_geojson(folder / STREETS, _street_features(county))
    write_table(folder / SCHOOLS, _without(SCHOOL_COLUMNS, UNUSED_BY_SCHOOLS), _school_rows(county))
    write_children(folder / CHILDREN, children_of_county(county))
    write_table(
        folder / ADDRESSES, _without(ADDRESS_COLUMNS, UNUSED_BY_ADDRESSES), addresses_of_county(county)
    )
    names = [UNITS, BASE_MAP, STREETS, SCHOOLS, CHILDREN, ADDRESSES]
    for stage, zones in sorted(county.zones_last_year.items()):
        names.append(f"zones_last_year_{stage}.csv")
        rows = zip((u.code for u in county.units), (county.schools[int(s)].code for s in zones), strict=True)
        _write_csv(folder / names[-1], ("unit_id", "school_id"), rows)
    return {name: folder / name for name in names}


def write_children(path: Path, rows: Iterable[Mapping[str, object]]) -> int:
    """Write a census file; return how many children it has."""
    return write_table(path, _without(CHILD_COLUMNS, UNUSED_BY_CHILDREN), rows)


def write_table(path: Path, columns: Sequence[Column], rows: Iterable[Mapping[str, object]]) -> int:
    """Write rows under Chinese headers and with Chinese words for choices; return how many."""
    words = {column.name: {value: word for word, value in column.choices.items()} for column in columns}
    count = 0

    def cells() -> Iterator[list[object]]:
        nonlocal count
        for row in rows:
            count += 1
            yield [_word(row.get(column.name), words[column.name]) for column in columns]

    _write_csv(path, [column.zh for column in columns], cells())
    return count


def _without(columns: Sequence[Column], names: frozenset[str]) -> list[Column]:
    return [column for column in columns if column.name not in names]


def _word(value: object, words: Mapping[str, str]) -> object:
    return words.get(str(value), value) if words else value


def _write_csv(path: Path, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headers)
        writer.writerows(rows)


def _unit_features(county: County) -> Iterator[dict[str, object]]:
    zh = {column.name: column.zh for column in UNIT_COLUMNS}
    for unit in county.units:
        values = (
            ("unit_id", unit.code),
            ("name", unit.name),
            ("kind", unit.kind),
            ("township", unit.township),
        )
        shape = {"type": "Polygon", "coordinates": [_degrees(unit.ring)]}
        yield {
            "type": "Feature",
            "properties": {zh[name]: value for name, value in values},
            "geometry": shape,
        }


def _line_features(county: County) -> Iterator[dict[str, object]]:
    zh = {column.name: column.zh for column in BASE_MAP_COLUMNS}
    words = {kind: word for word, kind in KINDS.items()}
    for line in county.lines:
        properties = {zh["kind"]: words[line.kind], zh["name"]: line.name}
        shape = {"type": "LineString", "coordinates": _degrees(line.points)}
        yield {"type": "Feature", "properties": properties, "geometry": shape}


def _street_features(county: County) -> Iterator[dict[str, object]]:
    zh = {column.name: column.zh for column in STREET_COLUMNS}
    for street in streets_of(county):
        shape = {"type": "LineString", "coordinates": _degrees(street.points)}
        yield {
            "type": "Feature",
            "properties": {zh["class"]: street.kind, zh["name"]: street.name},
            "geometry": shape,
        }


def _write_geojson(path: Path, features: Iterable[Mapping[str, object]]) -> None:
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    path.write_text(f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n', encoding="utf-8")


def _degrees(points: Points) -> list[tuple[float, float]]:
    longitude, latitude = unproject([x for x, _ in points], [y for _, y in points], epsg=WORKING_CRS)
    return [
        (round(float(x), DEGREE_DIGITS), round(float(y), DEGREE_DIGITS))
        for x, y in zip(longitude, latitude, strict=True)
    ]


def _school_rows(county: County) -> Iterator[dict[str, object]]:
    for school in county.schools:
        [(longitude, latitude)] = _degrees(((school.x, school.y),))
        yield {
            "school_id": school.code,
            "name": school.name,
            "stage": school.stage,
            "ownership": school.ownership,
            "address": school.address,
            "unit_id": county.units[school.unit].code,
            "seats": school.capacity,
            "planned_intake": school.planned_intake,
            "classes": school.classes,
            "group_code": school.group_code,
            "lon": longitude,
            "lat": latitude,
        }
