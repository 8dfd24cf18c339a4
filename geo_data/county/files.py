"""The files that an officer of the invented county would have, in Chinese, the same bytes for the same county."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from geo_data.county.addresses import addresses_of_county
from geo_data.county.families import Row
from geo_data.county.lists import Offices
from geo_data.county.past import past_of_county
from geo_data.county.population import children_of_county
from geo_data.county.sketch import WORKING_CRS, County, Points
from geo_data.county.streets import streets_of
from geo_data.tables.address_table import ADDRESS_COLUMNS
from geo_data.tables.base_map_table import BASE_MAP_COLUMNS, KINDS
from geo_data.tables.child_table import CHILD_COLUMNS
from geo_data.tables.columns import Column
from geo_data.tables.past_tables import (
    ENROLMENT_COLUMNS,
    GRADE_COLUMNS,
    HOUSING_COLUMNS,
    MOVE_COLUMNS,
)
from geo_data.tables.projecting import unproject
from geo_data.tables.register_columns import REGISTER_COLUMNS
from geo_data.tables.school_table import SCHOOL_COLUMNS
from geo_data.tables.street_table import STREET_COLUMNS
from geo_data.tables.unit_table import UNIT_COLUMNS

DEGREE_DIGITS = 9
STAGES = 2
UNITS, SCHOOLS, CHILDREN, BASE_MAP = "units.geojson", "schools.csv", "children.csv", "base_map.geojson"
STREETS = "streets.geojson"
WRITTEN_LISTS = (
    "registrations",
    "permits",
    "titles",
    "rentals",
    "insurances",
    "civil_affairs",
    "preferences",
    "pupils",
    "attendance",
    "kindergartens",
    "births",
)
ENROLMENTS, GRADES, HOUSING, MOVES = "enrolments.csv", "grades.csv", "housing.csv", "moves.csv"
ADDRESSES = "addresses.csv"

UNUSED_BY_ADDRESSES = frozenset({"address_id", "lon", "lat", "wkt"})
UNUSED_BY_SCHOOLS = frozenset(
    {
        "site",
        "main_school",
        "enrolled",
        "purchased_places",
        "boarding",
        "boarding_beds",
        "bus_lines",
        "group_code",
        "feeds",
        "x_m",
        "y_m",
        "wkt",
    }
)
UNUSED_BY_CHILDREN = frozenset(
    {
        "dwelling_district",
        "dwelling_unit",
        "continuous_schooling",
        "own_pupil_school",
        "staff_school",
        "deferred_until",
        "deferral_approved_by",
        "enrolled_school",
    }
)


def write_county(county: County, folder: Path) -> dict[str, Path]:
    """Write everything that an officer of the county would have in files; return the paths by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    return _write(county, folder, children_of_county(county))


def _write(county: County, folder: Path, children: Iterator[Row]) -> dict[str, Path]:
    write_places(county, folder)
    _write_geojson(folder / BASE_MAP, _line_features(county))
    _write_geojson(folder / STREETS, _street_features(county))
    write_children(folder / CHILDREN, children)
    past = past_of_county(county)
    write_table(folder / ENROLMENTS, ENROLMENT_COLUMNS, past.enrolments)
    write_table(folder / GRADES, GRADE_COLUMNS, past.grades)
    write_table(folder / HOUSING, HOUSING_COLUMNS, past.housing)
    write_table(folder / MOVES, MOVE_COLUMNS, past.moves)
    write_table(
        folder / ADDRESSES, _without(ADDRESS_COLUMNS, UNUSED_BY_ADDRESSES), addresses_of_county(county)
    )
    names = [UNITS, BASE_MAP, STREETS, SCHOOLS, CHILDREN, ADDRESSES, ENROLMENTS, GRADES, HOUSING, MOVES]
    for stage, zones in sorted(county.zones_last_year.items()):
        names.append(f"zones_last_year_{stage}.csv")
        rows = zip((u.code for u in county.units), (county.schools[int(s)].code for s in zones), strict=True)
        _write_csv(folder / names[-1], ("unit_id", "school_id"), rows)
    return {name: folder / name for name in names}


def write_places(county: County, folder: Path) -> None:
    """Write units and schools alone, into a folder that is there."""
    _write_geojson(folder / UNITS, _unit_features(county))
    write_table(folder / SCHOOLS, _without(SCHOOL_COLUMNS, UNUSED_BY_SCHOOLS), _school_rows(county))


def write_county_with_lists(county: County, folder: Path) -> dict[str, Path]:
    """Write what `write_county` writes, and beside it the lists of other offices; return the paths by file name."""
    offices = Offices(
        seed=county.seed,
        year=county.year,
        district=county.district,
        units=tuple(unit.code for unit in county.units),
        school_codes=_public_schools(county),
    )
    with ExitStack() as open_files:
        folder.mkdir(parents=True, exist_ok=True)
        writers = {kind: _ListWriter(kind, folder, open_files) for kind in WRITTEN_LISTS}

        def told(children: Iterator[Row]) -> Iterator[Row]:
            for child in children:
                for kind, row in offices.entries_of(child):
                    writers[kind].write(row)
                yield child

        paths = _write(county, folder, told(children_of_county(county)))
    return paths | {f"{kind}.csv": folder / f"{kind}.csv" for kind in WRITTEN_LISTS}


def _public_schools(county: County) -> dict[str, tuple[str, ...]]:
    public = [school for school in county.schools if school.ownership == "public"]
    return {
        stage: tuple(school.code for school in public if school.stage == stage)
        for stage in sorted({school.stage for school in public})
    }


class _ListWriter:
    """Writes rows of one list under Chinese headers, as they come."""

    def __init__(self, kind: str, folder: Path, open_files: ExitStack) -> None:
        self._columns = REGISTER_COLUMNS[kind]
        self._words = [{value: word for word, value in column.choices.items()} for column in self._columns]
        file = open_files.enter_context((folder / f"{kind}.csv").open("w", encoding="utf-8-sig", newline=""))
        self._writer = csv.writer(file)
        self._writer.writerow([column.zh for column in self._columns])

    def write(self, row: Row) -> None:
        """Write one row."""
        pairs = zip(self._columns, self._words, strict=True)
        self._writer.writerow([_word(row.get(column.name), words) for column, words in pairs])


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
    rows_of = Counter(school.group_code for school in county.schools)
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
            "nine_year_code": school.group_code if rows_of[school.group_code] == STAGES else "",
            "lon": longitude,
            "lat": latitude,
        }
