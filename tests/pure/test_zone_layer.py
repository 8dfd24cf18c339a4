"""Zones of an earlier year as polygons over units: small squares, Loudoun's official zones, Edinburgh's postcodes."""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from geopandas.geodataframe import GeoDataFrame

from config.paths import BASE
from geo_data.tables.coverage import Repair
from geo_data.tables.findings import Findings
from geo_data.tables.placing import Ground
from geo_data.tables.zone_layer import ZoneArea, overlay_units, read_zone_areas
from zoning.engine.shares import Standing, UnitStanding, settle_units

DATA = BASE.parent / "shared" / "data"
EPSG = 4543
EAST, NORTH = 500_000.0, 4_480_000.0
SCHOOLS = {"P1", "P2", "P3"}


def box(x: float, y: float, side: float = 100.0) -> shapely.Polygon:
    return shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)


def written(folder: Path, name: str, rows: Mapping[str, shapely.Geometry | list[shapely.Polygon]]) -> Path:
    """A layer of zones, a row a shape, in the format that the name says."""
    flat = [
        (code, one) for code, shape in rows.items() for one in (shape if isinstance(shape, list) else [shape])
    ]
    frame = GeoDataFrame(
        {"学校编号": [code for code, _ in flat]}, geometry=[shape for _, shape in flat], crs=EPSG
    )
    path = folder / name
    if name.endswith(".geojson"):
        frame = frame.to_crs(4326)
    frame.to_file(path, encoding="CP936") if name.endswith(".shp") else frame.to_file(path)
    return path


def read(path: Path, repairs: tuple[Repair, ...] = ()) -> tuple[tuple[ZoneArea, ...], Findings]:
    findings = Findings()
    zones = read_zone_areas(
        path, ground=Ground(EPSG), declared=None, schools=SCHOOLS, repairs=repairs, findings=findings
    )
    return zones, findings


def standings(
    zones: tuple[ZoneArea, ...], units: Mapping[str, shapely.Geometry], *, majority: bool = False
) -> dict[str, UnitStanding]:
    shapes = np.array(list(units.values()), dtype=object)
    overlay = overlay_units(zones, list(units), shapes, shapely.point_on_surface(shapes))
    return {one.unit_id: one for one in settle_units(overlay.shares, majority=majority)}


@pytest.mark.parametrize("name", ["z.geojson", "z.gpkg", "z.shp"])
def test_zones_of_every_format_split_the_units_on_their_border(tmp_path: Path, name: str) -> None:
    zones, findings = read(written(tmp_path, name, {"P1": box(0, 0, 130), "P2;P3": box(130, 0, 170)}))
    units = {"A": box(0, 0), "B": box(100, 0), "C": box(200, 0), "D": box(900, 0)}

    found = standings(zones, units)

    assert findings.counts() == {}
    assert [zone.schools for zone in zones] == [("P1",), ("P2", "P3")]
    assert (found["A"].standing, found["A"].zone) == (Standing.CLEAN, "P1")
    assert (found["B"].standing, found["B"].shares, found["B"].zone) == (
        Standing.SPLIT,
        (("P2", 700), ("P1", 300)),
        None,
    )
    assert (found["C"].standing, found["C"].zone) == (Standing.CLEAN, "P2")
    assert (found["D"].standing, found["D"].zone) == (Standing.OUTSIDE, None)
    assert standings(zones, units, majority=True)["B"].zone == "P2"


def test_a_zone_of_several_parts_is_one_zone_in_one_row_or_in_several(tmp_path: Path) -> None:
    parts = [box(0, 0), box(300, 0)]

    both: tuple[Mapping[str, shapely.Geometry | list[shapely.Polygon]], ...] = (
        {"P1": shapely.MultiPolygon(parts)},
        {"P1": parts},
    )
    for rows in both:
        zones, findings = read(written(tmp_path, "z.gpkg", rows))
        found = standings(zones, {"A": box(0, 0), "B": box(300, 0), "C": box(150, 0)})
        assert findings.counts() == {}
        assert len(zones) == 1
        assert [found[code].zone for code in "ABC"] == ["P1", "P1", None]


def test_the_representative_point_is_told_apart_from_the_share(tmp_path: Path) -> None:
    zones, _ = read(written(tmp_path, "z.gpkg", {"P1": box(0, 0, 60), "P2": box(60, 0, 140)}))
    shape = np.array([box(0, 0)], dtype=object)

    overlay = overlay_units(
        zones, ["A"], shape, np.array([shapely.Point(EAST + 10, NORTH + 10)], dtype=object)
    )

    assert overlay.point_zone == {"A": "P1"}
    assert overlay.shares == {"A": {"P1": 360, "P2": 400}}


def test_units_that_are_points_lie_in_one_zone_on_a_border_in_the_smaller_code(tmp_path: Path) -> None:
    zones, _ = read(written(tmp_path, "z.gpkg", {"P2": box(0, 0), "P1": box(100, 0)}))
    points = np.array(
        [shapely.Point(EAST + 50, NORTH + 50), shapely.Point(EAST + 100, NORTH + 50), shapely.Point(0, 0)],
        dtype=object,
    )

    overlay = overlay_units(zones, ["inside", "border", "outside"], points, points)

    assert overlay.shares == {"inside": {"P2": 1000}, "border": {"P1": 1000}, "outside": {}}


def test_a_school_in_two_zones_is_told_with_the_first_row_that_names_it(tmp_path: Path) -> None:
    rows = {"P1": box(0, 0), "P3": box(100, 0), "P2;P1": box(200, 0)}

    zones, findings = read(written(tmp_path, "z.gpkg", rows))

    [finding] = findings.kept()
    assert zones == ()
    assert (finding.code, finding.row, finding.value) == ("school_in_two_zones", 4, "P1 (第 2 行 row 2)")


@pytest.mark.parametrize(
    ("rows", "code", "row"),
    [
        ({"P9": box(0, 0)}, "school_unknown", 2),
        ({"P1": box(0, 0), "P1;P2": box(200, 0)}, "school_in_two_zones", 3),
        ({"P1": shapely.LineString([(EAST, NORTH), (EAST + 9, NORTH + 9)])}, "not_a_polygon", 2),
        ({"": box(0, 0)}, "cell_empty", 2),
        (
            {"P1": shapely.Polygon([(EAST + x, NORTH + y) for x, y in ((0, 0), (9, 9), (9, 0), (0, 9))])},
            "polygon_invalid",
            2,
        ),
    ],
)
def test_each_fault_of_a_layer_of_zones_has_its_code_and_row(
    tmp_path: Path, rows: Mapping[str, shapely.Geometry], code: str, row: int
) -> None:
    _, findings = read(written(tmp_path, "z.gpkg", rows))

    assert [(f.code, f.row) for f in findings.kept() if f.severity == "severe"] == [(code, row)]


def test_an_invalid_zone_is_mended_only_when_asked(tmp_path: Path) -> None:
    bow = shapely.Polygon([(EAST + x, NORTH + y) for x, y in ((0, 0), (90, 90), (90, 0), (0, 90))])

    zones, findings = read(written(tmp_path, "z.gpkg", {"P1": bow}), (Repair.MAKE_VALID,))

    assert (len(zones), findings.refuses, findings.counts()) == (1, False, {"polygon_mended": 1})


def _loudoun(folder: Path, level: str, column: str) -> tuple[ZoneArea, ...]:
    source = DATA / "loudoun" / f"{level}_zones.geojson"
    frame = pyogrio.read_dataframe(source)  # type: ignore[no-untyped-call]  # it has no types
    path = folder / f"{level}.gpkg"
    frame.rename(columns={column: "school_id"})[["school_id", "geometry"]].to_file(path)
    findings = Findings()
    zones = read_zone_areas(
        path, ground=Ground(32618), declared=None, schools=set(frame[column]), findings=findings
    )
    assert not findings.refuses
    return zones


@pytest.mark.skipif(not (DATA / "loudoun").exists(), reason="../shared/data/loudoun is not here")
def test_loudouns_zones_keep_their_parts_and_split_the_elementary_zones_they_cross(tmp_path: Path) -> None:
    elementary = _loudoun(tmp_path, "elementary", "ES_SCH_CODE")
    middle = _loudoun(tmp_path, "middle", "MS_SCH_CODE")
    units = {zone.code: zone.shape for zone in elementary}

    itself = standings(elementary, units)
    found = standings(middle, units)
    decided = standings(middle, units, majority=True)

    assert len(elementary) == 59
    assert sum(isinstance(zone.shape, shapely.MultiPolygon) for zone in elementary) == 8
    assert len(middle) == 17
    # Every zone over itself is clean, the ones of several parts too: 59 of 59.
    assert {code: one.zone for code, one in itself.items()} == {code: code for code in units}
    counts = {standing: sum(one.standing is standing for one in found.values()) for standing in Standing}
    assert counts == LOUDOUN
    split = [one for one in found.values() if one.standing is Standing.SPLIT]
    assert all(980 <= sum(share for _, share in one.shares) <= 1001 for one in split)
    assert all(one.zone is None for one in split)
    assert sum(one.zone is None for one in decided.values()) == 0


# How the 59 elementary zones lie in the 17 zones of the middle schools.
LOUDOUN = {Standing.CLEAN: 41, Standing.SPLIT: 18, Standing.PARTLY: 0, Standing.OUTSIDE: 0}


@pytest.mark.skipif(not (DATA / "edinburgh").exists(), reason="../shared/data/edinburgh is not here")
def test_edinburghs_postcodes_find_their_catchments_whether_areas_or_points() -> None:
    with (DATA / "edinburgh" / "postcodes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    codes = [row["postcode"] for row in rows]
    catchments = {row["postcode"]: row["catchment"] for row in rows}
    points = shapely.points([(float(row["e_bng"]), float(row["n_bng"])) for row in rows])
    unique, first = np.unique(shapely.get_coordinates(points), axis=0, return_index=True)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(unique), ordered=True))
    owner = [catchments[codes[i]] for i in first]
    zones = tuple(
        ZoneArea((name,), shapely.union_all(cells[[i for i, other in enumerate(owner) if other == name]]))
        for name in sorted(set(owner))
    )

    overlay = overlay_units(zones, codes, points, points)
    areas = overlay_units(zones, [codes[i] for i in first], cells, points[first])
    found = settle_units(areas.shares, majority=False)

    assert (len(codes), len(zones)) == (12_670, 20)
    # Postcodes on one point share its cell; all others lie in their own catchment.
    shared = {codes[i] for i in range(len(codes))} - {codes[i] for i in first}
    wrong = {code for code in codes if overlay.point_zone.get(code) != catchments[code]}
    assert wrong <= shared
    assert all(one.standing is Standing.CLEAN and one.zone == catchments[one.unit_id] for one in found)
