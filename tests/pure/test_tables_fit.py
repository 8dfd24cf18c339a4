"""Zones and streets that lie beside units, schools and streets as a map service's system would have it, or not."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
import shapely

from geo_data.tables.findings import Findings
from geo_data.tables.fit import find_fit, mistaken
from geo_data.tables.placing import Ground
from geo_data.tables.street_fit import FEWEST_WITHOUT_NAME, Marks, note_street_fit
from geo_data.tables.street_network import StreetTable
from geo_data.tables.systems import Shapes
from geo_data.tables.zone_fit import KnownGround, note_zone_fit, strayed_m2
from geo_data.tables.zone_layer import ZoneArea

EPSG = 4547
EAST, NORTH = 500_000.0, 3_763_000.0  # about 114 E, 34 N, where GCJ-02 is some 600 m off
SIDE = 400.0
ORIGIN = np.array([EAST, NORTH])
GROUND = Ground(EPSG)
SYSTEMS = [  # what the coordinates are, what they are read as, and what is then named
    ("gcj02", "EPSG:4326", "gcj02"),
    ("bd09", "EPSG:4490", "bd09"),
    ("wgs84", "gcj02", "wgs84"),
    ("wgs84", "bd09", "wgs84"),
    ("bd09", "gcj02", "bd09"),
    ("gcj02", "bd09", "gcj02"),
]


def shapes_of(*shapes: shapely.Geometry) -> Shapes:
    holder: Shapes = np.empty(len(shapes), dtype=object)
    holder[:] = shapes
    return holder


def cell(column: int, row: int, columns: int = 1, rows: int = 1) -> shapely.Polygon:
    west, south = EAST + column * SIDE, NORTH + row * SIDE
    return shapely.box(west, south, west + columns * SIDE, south + rows * SIDE)


UNITS = shapes_of(*(cell(column, row) for column in range(6) for row in range(6)))
QUARTERS = {"A": cell(0, 0, 3, 3), "B": cell(3, 0, 3, 3), "C": cell(0, 3, 3, 3), "D": cell(3, 3, 3, 3)}
SITES = {code: shapely.Point(shape.centroid.x, shape.bounds[1] + 10) for code, shape in QUARTERS.items()}


def as_read(shapes: Sequence[shapely.Geometry], truly: str, declared: str) -> Shapes:
    read_as = declared if declared in ("gcj02", "bd09") else "wgs84"
    return mistaken(shapes_of(*shapes), truly=truly, read_as=read_as, working_epsg=EPSG)


def found_of_zones(
    known: KnownGround,
    truly: str = "wgs84",
    declared: str = "EPSG:4326",
    *,
    zones: Mapping[str, shapely.Geometry] = QUARTERS,
    ground: Ground = GROUND,
) -> Findings:
    findings = Findings(working_epsg=EPSG)
    shapes = as_read(list(zones.values()), truly, declared)
    areas = [ZoneArea((code,), shape) for code, shape in zip(zones, shapes, strict=True)]
    note_zone_fit(areas, known, declared, ground, findings)
    return findings


@pytest.mark.parametrize(("truly", "declared", "likely"), SYSTEMS)
def test_zones_that_split_units_as_another_system_would_are_stopped_and_it_is_named(
    truly: str, declared: str, likely: str
) -> None:
    found = found_of_zones(KnownGround(UNITS), truly, declared)

    assert found.refuses
    (finding,) = found.kept()
    assert finding.code == "shifted_like"
    assert finding.value.startswith(f"{likely}: 切开单元 units split ")
    assert finding.value.endswith(" → 0.00 km²")
    assert [(preview.role, preview.system) for preview in found.previews()] == [
        ("declared", declared),
        ("likely", likely),
    ]
    wrong, right = (shapely.centroid(preview.shape) for preview in found.previews())
    assert 0.002 < wrong.distance(right) < 0.02  # degrees; some hundred metres


@pytest.mark.parametrize("declared", ["EPSG:4326", "gcj02", "bd09"])
def test_zones_that_lie_right_are_left_alone_whatever_is_declared(declared: str) -> None:
    truly = declared if declared in ("gcj02", "bd09") else "wgs84"

    assert found_of_zones(KnownGround(UNITS, SITES), truly, declared).counts() == {}


def test_old_zones_that_really_split_units_are_left_alone() -> None:
    """A border of an earlier year ran through the middle of six estates: no system explains that."""
    old = {"A": shapely.box(EAST, NORTH, EAST + 2.5 * SIDE, NORTH + 6 * SIDE)}
    old["B"] = shapely.box(EAST + 2.5 * SIDE, NORTH, EAST + 6 * SIDE, NORTH + 6 * SIDE)

    found = found_of_zones(KnownGround(UNITS), zones=old)

    assert found.counts() == {}


def test_three_split_units_tell_two_do_not() -> None:
    """Estates as large as 4 km, far from each other, each a zone: all of them are split."""
    estates = {f"A{i}": cell(20 * i, 0, 10, 10) for i in range(4)}
    zones = dict(list(estates.items())[:3])
    near = KnownGround(shapes_of(*zones.values()))
    # the third zone stands for an estate that is larger by far: the shift does not split it
    wide = {**zones, "A2": shapely.box(EAST + 30_000, NORTH - 50_000, EAST + 60_000, NORTH + 50_000)}
    two = KnownGround(shapes_of(estates["A0"], estates["A1"], cell(100, 0)))

    assert found_of_zones(near, "gcj02", zones=zones).counts() == {"shifted_like": 1}
    assert found_of_zones(two, "gcj02", zones=wide).counts() == {}


def test_an_accepted_offset_stays_as_a_warning_without_a_preview() -> None:
    found = found_of_zones(KnownGround(UNITS), "gcj02", ground=Ground(EPSG, accept_offset=True))

    assert found.counts() == {"shift_accepted": 1}
    assert not found.refuses
    assert found.previews() == ()


@pytest.mark.parametrize(("truly", "declared", "likely"), SYSTEMS)
def test_without_areas_schools_outside_their_own_zones_tell(truly: str, declared: str, likely: str) -> None:
    # narrow zones, each around its school: a shift leaves every school outside
    zones = {f"S{i}": cell(4 * i, 0) for i in range(4)}
    sites = {code: shapely.centroid(shape) for code, shape in zones.items()}

    found = found_of_zones(KnownGround(schools=sites), truly, declared, zones=zones)

    assert found.counts() == {"shifted_like": 1}
    assert found.kept()[0].value.startswith(f"{likely}: 学校 schools ")
    assert found.kept()[0].value.endswith(" → 0 m")


def test_two_schools_outside_say_nothing_three_do() -> None:
    zones = {f"S{i}": cell(4 * i, 0) for i in range(3)}
    sites = {code: shapely.centroid(shape) for code, shape in zones.items()}
    two = {code: sites[code] for code in ("S0", "S1")}

    assert found_of_zones(KnownGround(schools=two), "gcj02", zones=zones).counts() == {}
    assert found_of_zones(KnownGround(schools=sites), "gcj02", zones=zones).counts() == {"shifted_like": 1}


def test_schools_that_really_lie_outside_their_zones_are_left_alone() -> None:
    zones = {f"S{i}": cell(4 * i, 0) for i in range(4)}
    around = ((0, 900), (900, 0), (0, -900), (-900, 0))
    sites = {
        code: shapely.Point(shape.centroid.x + x, shape.centroid.y + y)
        for (code, shape), (x, y) in zip(zones.items(), around, strict=True)
    }

    assert found_of_zones(KnownGround(schools=sites), zones=zones).counts() == {}


def test_the_strayed_area_of_a_unit_is_what_lies_elsewhere_than_its_largest_part() -> None:
    zones = shapes_of(shapely.box(0, 0, 70, 100), shapely.box(70, 0, 100, 100), shapely.box(200, 0, 230, 100))
    units = shapes_of(
        shapely.box(0, 0, 100, 100),  # 70 and 30 in two zones
        shapely.box(200, 0, 300, 100),  # 30 in a zone, 70 in none
        shapely.box(0, 0, 50, 50),  # whole in one
        shapely.box(500, 0, 600, 100),  # whole in none
    )

    assert strayed_m2(units, zones, shapely.STRtree(zones)).tolist() == [3000, 3000, 0, 0]


@pytest.mark.parametrize(("then", "likely"), [(50, "gcj02"), (51, None)])
def test_another_system_explains_a_layer_when_at_most_half_of_the_misfit_is_left(
    then: int, likely: str | None
) -> None:
    known = shapes_of(shapely.Point(EAST, NORTH))

    def misfit(moved: Shapes) -> int:
        return 100 if moved is known else then

    fit = find_fit(known, misfit, declared="EPSG:4326", least=100, working_epsg=EPSG)
    below = find_fit(known, misfit, declared="EPSG:4326", least=101, working_epsg=EPSG)

    assert (fit.likely if fit else None) == likely
    assert below is None


# Streets: a grid of thirty by thirty blocks, every line of it a street with a name.
def grid(names: bool = True, blocks: int = 30, step: float = 130.0) -> list[tuple[str, shapely.LineString]]:
    reach = blocks * step
    found = []
    for i in range(blocks + 1):
        at = i * step
        found.append((f"经{i}路" if names else "", shapely.LineString([(at, 0), (at, reach)])))
        found.append((f"纬{i}路" if names else "", shapely.LineString([(0, at), (reach, at)])))
    return [(name, shapely.transform(line, lambda xy: xy + ORIGIN)) for name, line in found]


def table_of(streets: Sequence[tuple[str, shapely.LineString]], truly: str, declared: str) -> StreetTable:
    lines = as_read([line for _, line in streets], truly, declared)
    names = ("", *sorted({name for name, _ in streets} - {""}))
    ends = shapely.get_coordinates(lines)
    ids = np.arange(len(ends), dtype=np.int64)
    main = np.zeros(len(streets), dtype=bool)
    street = np.array([names.index(name) for name, _ in streets], dtype=np.int64)
    return StreetTable(ids, ends[:, 0], ends[:, 1], ids[::2], ids[1::2], main, street, names)


def marks_on(
    streets: Sequence[tuple[str, shapely.LineString]], each: int = 3, beside_m: float = 0.0, lie: bool = True
) -> Marks:
    """Points along the streets, `beside_m` from them."""
    names, points = [], []
    for name, line in streets:
        for i in range(each):
            spot = line.interpolate((i + 0.37) / each, normalized=True)
            names.append(name)
            points.append(shapely.Point(spot.x + beside_m, spot.y + beside_m))
    return Marks(tuple(names), shapes_of(*points), lie_on_streets=lie)


def found_of_streets(
    marks: Marks,
    truly: str = "wgs84",
    declared: str = "EPSG:4326",
    *,
    named: bool = True,
    ground: Ground = GROUND,
) -> Findings:
    findings = Findings(working_epsg=EPSG)
    note_street_fit(table_of(grid(named), truly, declared), marks, declared, ground, findings)
    return findings


@pytest.mark.parametrize(("truly", "declared", "likely"), SYSTEMS)
@pytest.mark.parametrize("named", [True, False])
def test_streets_beside_those_in_use_as_another_system_has_it_are_stopped_and_it_is_named(
    truly: str, declared: str, likely: str, named: bool
) -> None:
    found = found_of_streets(marks_on(grid(named)), truly, declared, named=named)

    assert found.counts() == {"shifted_like": 1}
    # streets are straight between their ends, four kilometres apart, and the shift is not quite the same everywhere
    assert re.fullmatch(
        rf"{likely}: \d+ 处地点离路 places off streets \d\d+ → [0-5] m", found.kept()[0].value
    )
    assert [preview.role for preview in found.previews()] == ["declared", "likely"]


@pytest.mark.parametrize(("truly", "declared", "likely"), SYSTEMS)
def test_addresses_beside_streets_of_their_name_tell_where_no_network_is_in_use(
    truly: str, declared: str, likely: str
) -> None:
    doors = marks_on(grid(), beside_m=25.0, lie=False)

    assert found_of_streets(doors, truly, declared).kept()[0].value.startswith(f"{likely}: ")
    assert found_of_streets(doors).counts() == {}


@pytest.mark.parametrize("beside_m", [0.0, 6.0, 14.0])
def test_streets_that_lie_right_are_left_alone_however_carelessly_they_were_drawn(beside_m: float) -> None:
    for named in (True, False):
        marks = marks_on(grid(named), beside_m=beside_m)
        assert found_of_streets(marks, named=named).counts() == {}


def test_addresses_without_a_street_of_their_name_say_nothing() -> None:
    doors = marks_on(grid(), lie=False)

    assert found_of_streets(doors, "gcj02", named=False).counts() == {}


@pytest.mark.parametrize(("streets", "counts"), [(2, {}), (3, {"shifted_like": 1})])
def test_three_streets_of_the_same_name_are_enough_two_are_not(
    streets: int, counts: Mapping[str, int]
) -> None:
    doors = marks_on(grid()[:streets], lie=False)

    assert found_of_streets(doors, "gcj02").counts() == counts


@pytest.mark.parametrize(
    ("marks", "counts"), [(FEWEST_WITHOUT_NAME - 1, {}), (FEWEST_WITHOUT_NAME, {"shifted_like": 1})]
)
def test_twenty_marks_without_name_are_enough(marks: int, counts: Mapping[str, int]) -> None:
    middle = shapely.transform(shapely.LineString([(650, 0), (650, 2_600)]), lambda xy: xy + ORIGIN)
    street = [("", middle)]
    found = found_of_streets(marks_on(street, each=marks), "gcj02", named=False)

    assert found.counts() == counts


def test_a_network_without_anything_known_is_left_alone() -> None:
    assert found_of_streets(Marks(), "gcj02").counts() == {}


def test_an_accepted_offset_of_streets_stays_as_a_warning() -> None:
    found = found_of_streets(marks_on(grid()), "bd09", ground=Ground(EPSG, accept_offset=True))

    assert found.counts() == {"shift_accepted": 1}
    assert found.kept()[0].value.startswith("bd09: ")
