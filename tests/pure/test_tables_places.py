"""Findings keep a place of few vertices, travel in parts, and know which rows they condemn."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from geo_data.tables import findings as module
from geo_data.tables.columns import CellKind, Column, match_columns
from geo_data.tables.findings import Finding, Findings, Keep
from geo_data.tables.places import MOST_VERTICES, small_place
from geo_data.tables.placing import Ground
from geo_data.tables.rows import Table
from geo_data.tables.systems import parse_system
from geo_data.tables.unit_table import read_units
from tests.services import geo_world as world


def test_a_place_is_in_degrees_and_small() -> None:
    circle = shapely.Point(500_000, 4_480_000).buffer(1000, quad_segs=5000)

    place = small_place(circle, epsg=4543)

    assert place is not None
    assert shapely.get_num_coordinates(place) <= MOST_VERTICES
    west, south, east, north = shapely.bounds(place)
    assert (round(west, 2), round(south, 2), round(east, 2), round(north, 2)) == (
        101.99,
        40.45,
        102.01,
        40.46,
    )


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(),
        shapely.Point(np.nan, 1),
        shapely.Point(1e9, 1e9),
        None,
    ],
)
def test_what_lies_nowhere_has_no_place(shape: shapely.Geometry) -> None:
    assert small_place(shape, epsg=4543) is None


def test_many_scattered_points_are_kept_as_their_box() -> None:
    points = shapely.MultiPoint([(x / 10, y / 10) for x in range(30) for y in range(30)])

    place = small_place(points, epsg=4326)

    assert shapely.bounds(place).tolist() == [0, 0, 2.9, 2.9]


@pytest.mark.parametrize(
    ("finding", "keep", "refuses", "bad"),
    [
        (Finding("cell_empty", 2), Keep.ALL_OR_NOTHING, True, True),
        (Finding("cell_empty", 2), Keep.GOOD_ROWS, False, True),
        (Finding("column_missing", 1), Keep.GOOD_ROWS, True, False),
        (Finding("overlap"), Keep.GOOD_ROWS, True, False),
        (Finding("same_place", 2), Keep.ALL_OR_NOTHING, False, False),
    ],
)
def test_a_severe_row_refuses_the_file_unless_good_rows_are_kept(
    finding: Finding, keep: Keep, refuses: bool, bad: bool
) -> None:
    findings = Findings(keep=keep)

    findings.extend([finding])

    assert (findings.refuses, findings.is_bad(finding.row), findings.bad_rows) == (refuses, bad, int(bad))


def test_findings_that_travelled_in_parts_are_the_same() -> None:
    there, here = Findings(keep=Keep.GOOD_ROWS, working_epsg=4543), Findings(keep=Keep.GOOD_ROWS)
    for row in range(2, 8):
        there.add("cell_empty" if row % 2 else "same_place", row, place=shapely.Point(500_000, 4_480_000))
        if row % 3 == 0:
            here.absorb(there.news())
    there.add("overlap")
    here.absorb(there.news())
    here.absorb(there.news())

    assert here.kept() == there.kept()
    assert [finding.place for finding in here.kept()] == [finding.place for finding in there.kept()]
    assert (here.counts(), here.bad_rows, here.refuses) == (there.counts(), 3, True)


def test_notes_are_few_faults_are_many_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_NOTES", 2)
    monkeypatch.setattr(module, "KEPT_FAULTS", 4)
    monkeypatch.setattr(module, "KEPT_IN_ALL", 5)
    findings = Findings()

    for row in range(2, 12):
        findings.add("intake_computed", row)
        findings.add("same_place", row)

    assert findings.counts() == {"intake_computed": 10, "same_place": 10}
    assert [finding.code for finding in findings.kept()] == ["same_place"] * 3 + ["intake_computed"] * 2


def test_what_an_officer_said_of_a_header_comes_first() -> None:
    columns = (Column("seats", "学位数"), Column("classes", "班数"))
    findings = Findings(headers={"座位": "seats", "班数": "", "外来": "elsewhere"})

    places = match_columns(["座 位", "班数", "外来", ""], columns, findings)

    assert places == {"seats": 0}
    assert [(finding.code, finding.column) for finding in findings.kept()] == [("column_unknown", "外来")]


def test_the_second_line_of_a_header_is_understood() -> None:
    columns = (Column("seats", "学位数"),)

    assert match_columns(["学位数 *\nseats"], columns, Findings()) == {"seats": 0}
    assert match_columns(["说明\nseats"], columns, Findings()) == {"seats": 0}
    assert match_columns(["学位数seats"], columns, Findings()) == {}


def test_what_is_wrong_with_a_cell_is_found_in_every_row_that_says_it() -> None:
    columns = (Column("lives_there", "实际居住", CellKind.FLAG), Column("unit", "小区"))
    findings = Findings()
    table = Table(columns, ("实际居住", "小区"), {"lives_there": 0, "unit": 1}, findings)
    names = ("lives_there", "unit")

    read = [table.row(number, cells).plain_values(names) for number, cells in enumerate(SAID_TWICE, start=2)]

    good = {"lives_there": True, "unit": "A"}
    assert read == [good, good, {"unit": "=1+1"}, {"unit": "=1+1"}, {"lives_there": False}, {}]
    assert findings.counts() == {"cell_is_formula": 2, "cell_malformed": 2}


SAID_TWICE: tuple[list[object], ...] = (
    ["是", "A"],
    ["是", "A"],
    ["也许", "=1+1"],
    ["也许", "=1+1"],
    [0.0, None],
    ["", ""],
)


def test_a_cell_read_twice_is_found_wanting_once() -> None:
    column = Column("seats", "学位数", CellKind.INTEGER, required=True)
    findings = Findings()
    row = Table((column,), ("学位数",), {"seats": 0}, findings).row(2, ["x"])

    assert (row.value("seats"), row.value("seats"), row.is_bad) == (None, None, True)
    assert findings.counts() == {"cell_malformed": 1}


@pytest.mark.parametrize(
    ("features", "code", "kind"),
    [
        ([("A", world.square(0, 0)), ("B", world.square(90, 0))], "overlap", "Polygon"),
        ([("A", world.square(0, 0)), ("B", world.square(100, 100))], "no_neighbour", "Polygon"),
    ],
)
def test_faults_of_shapes_have_a_place(
    features: list[tuple[str, dict[str, object]]], code: str, kind: str, tmp_path: Path
) -> None:
    path = world.write_features(
        tmp_path / "units.geojson", [world.feature(name, shape) for name, shape in features]
    )
    findings = Findings(working_epsg=world.EPSG)

    read_units(path, ground=Ground(world.EPSG), declared=None, repairs=(), findings=findings)

    [first, *_] = [finding for finding in findings.kept() if finding.code == code]
    assert first.place is not None
    assert type(first.place).__name__ == kind


@pytest.mark.parametrize(
    ("declared", "roles"),
    [("EPSG:4547", [("declared", "EPSG:4547"), ("likely", "EPSG:4543")]), ("EPSG:4543", [])],
)
def test_a_stopped_layer_is_shown_where_it_would_lie(
    declared: str, roles: list[tuple[str, str]], tmp_path: Path
) -> None:
    path, findings = tmp_path / "units.csv", Findings(working_epsg=world.EPSG)
    path.write_text(
        "单元编号,横坐标,纵坐标\nA,500000,4480000\nB,500900,4480900\nC,500100,4480000\n", encoding="utf-8"
    )
    ground = Ground(world.EPSG, (102.0, 40.4, 102.1, 40.5))

    read_units(path, ground=ground, declared=parse_system(declared), repairs=(), findings=findings)

    shown = [(preview.role, preview.system) for preview in findings.previews()]
    assert shown[:2] == roles
    for preview in findings.previews():
        [[east, north]] = shapely.get_coordinates(shapely.centroid(preview.shape))
        assert bool(101.9 < east < 102.1) is (preview.role == "likely")
        assert 40.4 < north < 40.5


@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("甲子涵", "甲子涵"),
        (" 甲 子 ", "甲 子"),
        ("12345", "12345"),
        ("123456", ""),
        ("a\0b", ""),
        ("=1+1", "=1+1"),
        ("-1", "-1"),
        ("示例甲", ""),
        (7, "7"),
        (0, "0"),
        (1.0, "1"),
        (None, ""),
        ("", ""),
        ("  ", ""),
    ],
)
def test_several_texts_at_once_say_and_note_what_each_alone_does(
    cell: object, said: str, required: bool
) -> None:
    columns = (Column("name", "姓名", required=required, most=5), Column("class", "班级", required=required))
    together, alone = Findings(), Findings()

    texts = Table(columns, ("姓名",), {"name": 0}, together).row(2, [cell]).texts(("name", "class", "other"))
    text = Table(columns, ("姓名",), {"name": 0}, alone).row(2, [cell]).text("name")

    assert texts == [said, "", ""]
    assert text == said
    assert together.kept() == alone.kept()
