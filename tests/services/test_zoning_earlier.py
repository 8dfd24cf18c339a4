"""Zones of earlier years through services and commands: reported first, stored when confirmed, never half."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import LineString, MultiLineString
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from common.errors import NotPermitted
from geo_data.models import (
    AddressEntry,
    AddressName,
    AddressNameKind,
    AddressNameSort,
    CatchmentUnit,
    DatasetKind,
    MapFeature,
    Stage,
)
from geo_data.selectors.zone_world import load_zone_world
from geo_data.tables.offsets import gcj02_from_wgs84
from geo_data.tables.systems import parse_system
from geo_data.tables.zone_text_table import ZoneText
from tests.services.accounts_world import auditor, officer
from tests.services.worlds import DISTRICT, NOON, SIDE, SOUTH, WEST, County, dataset, small_county
from zoning.models import PlanOrigin, ZonePlan, ZonePublication
from zoning.selectors.earlier_zones import EarlierZones, ZoneFileRefused, zones_of_polygons, zones_of_texts
from zoning.selectors.plans import plan_content
from zoning.selectors.problem import SchoolInTwoZones, UnknownSchools
from zoning.services.earlier_zones import UnitsUndecided, ZonesChanged, import_earlier_zones

pytestmark = pytest.mark.django_db
WHOLE = ("第0小区、第1小区", "其余区域")


def texts(*words: str) -> tuple[ZoneText, ...]:
    return tuple(ZoneText((school,), text) for school, text in zip("AB", words, strict=True))


def read(*words: str, majority: bool = False) -> EarlierZones:
    return zones_of_texts(
        district_code=DISTRICT,
        stage=Stage.PRIMARY,
        texts=texts(*words),
        majority=majority,
        on=NOON.date(),
    )


def stored(zones: EarlierZones, **more: object) -> ZonePlan:
    options: dict[str, object] = {"actor": officer(), "confirmed": zones.digest, "source": "texts", **more}
    return import_earlier_zones(
        now=NOON,
        district_code=DISTRICT,
        stage=Stage.PRIMARY,
        zones=zones,
        **options,  # type: ignore[arg-type]  # a bag of options
    )


def with_register(county: County) -> None:
    """Estate u1 has a door on each side of 人民路, u2 one; 老家属院 is an old name of 第0小区."""
    register = dataset(county.district, DatasetKind.ADDRESSES)
    for code, unit, number in (("d1", "u1", 1), ("d2", "u1", 2), ("d3", "u2", 3)):
        AddressEntry.objects.create(
            dataset=register, code=code, unit_code=unit, road="人民路", road_text="人民路", number=number
        )
    AddressName.objects.create(
        dataset=register,
        kind=AddressNameKind.ESTATE,
        sort=AddressNameSort.OLD,
        name="老家属院",
        place="第0小区",
        shown="第0小区",
        code="x",
        entries=1,
    )


def test_texts_become_a_plan_that_says_how_it_was_matched() -> None:
    small_county()
    zones = read(*WHOLE)

    plan = stored(zones, name="2024")

    assert plan_content(plan).zone_of == {"u0": "A", "u1": "A", "u2": "B", "u3": "B"}
    assert (plan.origin, plan.name) == (PlanOrigin.IMPORTED, "2024")
    assert plan.report["matched"] == {
        "source": "texts",
        "clean": 4,
        "split": 0,
        "partly": 0,
        "outside": 0,
        "by_majority": [],
        "by_hand": [],
    }
    assert AuditEvent.objects.filter(action="zone_plan.stored", subject_id=str(plan.pk)).count() == 1


def test_units_that_nobody_names_or_two_name_are_undecided_and_nothing_is_stored() -> None:
    small_county()
    zones = read("第0小区、第1小区", "第1小区、第2小区")

    with pytest.raises(UnitsUndecided) as refusal:
        stored(zones)

    assert zones.counts == {"clean": 2, "split": 1, "partly": 0, "outside": 1}
    assert zones.undecided == ("u1", "u3")
    assert refusal.value.details == {"number": 2, "units": ["u1", "u3"]}
    assert not ZonePlan.objects.exists()
    assert not AuditEvent.objects.exists()


def test_an_officer_decides_the_rest_by_hand() -> None:
    small_county()

    plan = stored(read("第0小区、第1小区", "第1小区、第2小区"), decided={"u1": "B", "u3": "B"})

    assert plan_content(plan).zone_of == {"u0": "A", "u1": "B", "u2": "B", "u3": "B"}
    assert plan.report["matched"]["by_hand"] == ["u1", "u3"]


def test_a_unit_with_doors_on_both_sides_is_split_and_goes_by_majority_only_when_asked() -> None:
    with_register(small_county())
    words = ("老家属院、人民路单号", "人民路2号、第3小区")

    split, decided = read(*words), read(*words, majority=True)

    assert [(one.unit_id, one.standing, one.shares) for one in split.standings if one.zone is None] == [
        ("u1", "split", (("A", 500), ("B", 500)))
    ]
    assert decided.undecided == ("u1",)  # half is no majority
    assert {m.phrase.text: (m.outcome, m.units) for m in split.matches["A"]} == {
        "老家属院": ("matched", ("u0",)),
        "人民路单号": ("partly", ("u1", "u2")),
    }


def test_what_was_not_seen_is_not_stored() -> None:
    small_county()
    zones = read(*WHOLE)

    with pytest.raises(ZonesChanged):
        stored(zones, confirmed=read("第0小区", "其余区域").digest)
    with pytest.raises(NotPermitted):
        stored(zones, actor=auditor(DISTRICT))

    assert not ZonePlan.objects.exists()


def test_schools_are_known_and_stand_in_one_zone() -> None:
    small_county()
    words = {"district_code": DISTRICT, "stage": Stage.PRIMARY, "majority": False, "on": NOON.date()}

    with pytest.raises(UnknownSchools):
        zones_of_texts(texts=[ZoneText(("Z",), "第0小区")], **words)  # type: ignore[arg-type]
    with pytest.raises(SchoolInTwoZones):
        zones_of_texts(texts=[ZoneText(("A",), ""), ZoneText(("A", "B"), "")], **words)  # type: ignore[arg-type]


def test_two_schools_may_share_a_text() -> None:
    small_county()
    zones = zones_of_texts(
        district_code=DISTRICT,
        stage=Stage.PRIMARY,
        texts=[ZoneText(("A", "B"), "其余区域")],
        majority=False,
        on=NOON.date(),
    )

    content = plan_content(stored(zones))

    assert set(content.zone_of.values()) == {"A"}
    assert [school.code for school in content.zones["A"].schools] == ["A", "B"]


def test_the_world_of_words_is_loaded_in_seven_queries_with_lines_in_metres() -> None:
    county = small_county()
    with_register(county)
    base_map = dataset(county.district, DatasetKind.BASE_MAP)
    MapFeature.objects.create(
        dataset=base_map,
        kind="street",
        name="人民路",
        line=MultiLineString(LineString((WEST, SOUTH), (WEST + SIDE, SOUTH)), srid=4326),
    )

    with CaptureQueriesContext(connection) as queries:
        world = load_zone_world(county.units)

    assert len(queries) <= 7
    assert len(world.doors) == 3 + 2  # two units have no door in the register
    assert 500 < shapely.length(world.lines["人民路"]) < 2000


def square(estate: float, width: float = 1.0) -> dict[str, object]:
    west, east = WEST + estate * SIDE, WEST + (estate + width) * SIDE
    ring = [(west, SOUTH), (east, SOUTH), (east, SOUTH + SIDE), (west, SOUTH + SIDE), (west, SOUTH)]
    return {"type": "Polygon", "coordinates": [ring]}


def shifted(shape: dict[str, object]) -> dict[str, object]:
    """The shape as a file in GCJ-02 holds it."""
    ring = np.array(shape["coordinates"])[0]
    x, y = gcj02_from_wgs84(ring[:, 0], ring[:, 1])
    return {"type": "Polygon", "coordinates": [np.stack([x, y], axis=1).tolist()]}


def exchanged(shape: dict[str, object]) -> dict[str, object]:
    """The shape as a survey writes it: X is north, Y is east."""
    ring = np.array(shape["coordinates"])[0]
    return {"type": "Polygon", "coordinates": [ring[:, ::-1].tolist()]}


def layer(folder: Path, **zones: dict[str, object]) -> Path:
    features = [
        {"type": "Feature", "properties": {"school_id": school}, "geometry": shape}
        for school, shape in zones.items()
    ]
    path = folder / "zones.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_polygons_become_a_plan_split_units_only_by_majority(tmp_path: Path) -> None:
    small_county()
    path = layer(tmp_path, A=square(0, 1.7), B=square(1.7, 2.3))
    words = {"district_code": DISTRICT, "stage": Stage.PRIMARY, "path": path, "on": NOON.date()}

    split = zones_of_polygons(majority=False, **words)  # type: ignore[arg-type]
    decided = zones_of_polygons(majority=True, **words)  # type: ignore[arg-type]
    plan = stored(decided, source="polygons")

    assert split.undecided == ("u1",)
    assert [one.shares for one in split.standings if one.zone is None] == [(("A", 700), ("B", 300))]
    assert split.beside == ()
    assert plan_content(plan).zone_of == {"u0": "A", "u1": "A", "u2": "B", "u3": "B"}
    assert plan.report["matched"]["by_majority"] == ["u1"]


def test_a_unit_whose_point_lies_in_another_zone_than_most_of_it_is_named(tmp_path: Path) -> None:
    small_county()
    path = layer(tmp_path, A=square(0, 0.4), B=square(0.4, 3.6))
    words = {"district_code": DISTRICT, "stage": Stage.PRIMARY, "path": path, "on": NOON.date()}
    assert zones_of_polygons(majority=False, **words).beside == ()  # type: ignore[arg-type]

    # The point of u0 moves into the part that A has; B keeps 60 % of its area.
    unit = CatchmentUnit.objects.get(code="u0")
    unit.point.x = WEST + 0.1 * SIDE
    unit.save(update_fields=["point"])

    assert zones_of_polygons(majority=False, **words).beside == ("u0",)  # type: ignore[arg-type]


def test_zones_drawn_on_a_shifted_map_are_stopped_taken_with_their_system_or_with_a_reason(
    tmp_path: Path,
) -> None:
    small_county()
    path = layer(tmp_path, A=shifted(square(0, 2)), B=shifted(square(2, 2)))
    words = {"district_code": DISTRICT, "stage": Stage.PRIMARY, "path": path, "on": NOON.date()}

    with pytest.raises(ZoneFileRefused) as refusal:
        zones_of_polygons(majority=True, **words)  # type: ignore[arg-type]
    declared = zones_of_polygons(majority=False, declared=parse_system("gcj02"), **words)  # type: ignore[arg-type]
    accepted = zones_of_polygons(majority=True, accept_offset=True, **words)  # type: ignore[arg-type]

    assert [finding.code for finding in refusal.value.findings] == ["shifted_like"]
    assert refusal.value.findings[0].value.startswith("gcj02: ")
    assert [(one.role, one.system) for one in refusal.value.previews] == [
        ("declared", "EPSG:4326"),
        ("likely", "gcj02"),
    ]
    assert [one.zone for one in declared.standings] == ["A", "A", "B", "B"]
    assert declared.findings == ()
    assert [finding.code for finding in accepted.findings] == ["shift_accepted"]
    rest = dict.fromkeys(accepted.undecided, "A")
    plan = stored(accepted, source="polygons", decided=rest, offset_reason="单元层偏移")
    assert plan.report["matched"]["accept_offset"] is True
    assert plan.report["matched"]["offset_reason"] == "单元层偏移"


def test_the_command_takes_shifted_zones_only_with_a_reason(tmp_path: Path) -> None:
    small_county()
    path = layer(tmp_path, A=shifted(square(0, 2)), B=shifted(square(2, 2)))

    with pytest.raises(CommandError, match="--accept-offset needs --offset-reason"):
        _call("import_zones", path, "--majority", "--accept-offset")
    with pytest.raises(CommandError, match="gcj02: "):
        _call("import_zones", path, "--majority")
    assert not ZonePlan.objects.exists()

    _call("import_zones", path, "--crs", "gcj02", "--offset-reason", "nothing accepted")

    assert "offset_reason" not in ZonePlan.objects.get().report["matched"]


def test_zones_whose_first_coordinate_is_the_northing_are_read_when_that_is_said(tmp_path: Path) -> None:
    small_county()
    path = layer(tmp_path, A=exchanged(square(0, 2)), B=exchanged(square(2, 2)))
    words = {"district_code": DISTRICT, "stage": Stage.PRIMARY, "path": path, "on": NOON.date()}

    with pytest.raises(ZoneFileRefused) as refusal:
        zones_of_polygons(majority=False, **words)  # type: ignore[arg-type]
    read = zones_of_polygons(majority=False, swap_axes=True, **words)  # type: ignore[arg-type]

    assert [finding.code for finding in refusal.value.findings] == ["axes_swapped"]
    assert [one.role for one in refusal.value.previews] == ["swapped"]
    assert [one.zone for one in read.standings] == ["A", "A", "B", "B"]
    assert [finding.code for finding in read.findings] == ["axes_exchanged"]


def test_the_command_exchanges_coordinates_and_the_plan_says_so(tmp_path: Path) -> None:
    small_county()
    path = layer(tmp_path, A=exchanged(square(0, 2)), B=exchanged(square(2, 2)))

    with pytest.raises(CommandError, match="--swap-axes"):
        _call("import_zones", path)
    assert not ZonePlan.objects.exists()
    _call("import_zones", path, "--swap-axes")

    assert ZonePlan.objects.get().report["matched"]["swap_axes"] is True


def test_a_layer_with_faults_is_refused_with_findings(tmp_path: Path) -> None:
    small_county()
    words = {"district_code": DISTRICT, "stage": Stage.PRIMARY, "majority": False, "on": NOON.date()}
    unreadable = tmp_path / "zones.gpkg"
    unreadable.write_bytes(b"no layer")

    with pytest.raises(ZoneFileRefused) as refusal:
        zones_of_polygons(path=layer(tmp_path, Z=square(0)), **words)  # type: ignore[arg-type]
    with pytest.raises(ZoneFileRefused) as broken:
        zones_of_polygons(path=unreadable, **words)  # type: ignore[arg-type]

    assert [(f.code, f.row, f.value) for f in refusal.value.findings] == [("school_unknown", 2, "Z")]
    assert [f.code for f in broken.value.findings] == ["file_of_another_kind"]


def _texts_file(folder: Path, *rows: str) -> Path:
    path = folder / "texts.csv"
    path.write_text("\n".join(("学校编号,招生范围", *rows)), encoding="utf-8")
    return path


def _call(command: str, path: Path, *more: str) -> str:
    out = StringIO()
    call_command(command, str(path), "--district", DISTRICT, "--stage", "primary", *more, stdout=out)
    return out.getvalue()


def test_the_command_reads_texts_reports_and_publishes_last_years_zones(tmp_path: Path) -> None:
    small_county()
    path = _texts_file(tmp_path, "A,第0小区、第1小区", "B,其余区域")

    said = _call("import_zone_texts", path, "--from", "2025-09-01", "--until", "2026-09-01")

    assert "clean: 4, split: 0, partly: 0, outside: 0" in said
    assert ZonePublication.objects.get().plan.name == "texts.csv"


def test_the_command_names_every_phrase_that_needs_a_look_and_stores_nothing_undecided(
    tmp_path: Path,
) -> None:
    small_county()
    path = _texts_file(tmp_path, "A,第0小区、第九小区", "B,第2小区")

    said = _call("import_zone_texts", path, "--report-only")
    with pytest.raises(CommandError, match="2 个单元尚未确定"):
        _call("import_zone_texts", path)

    assert "[unmatched] A: 第九小区: no_such_name" in said
    assert "[outside] u1 第1小区: —" in said
    assert not ZonePlan.objects.exists()


def test_the_command_takes_the_rest_from_a_list(tmp_path: Path) -> None:
    small_county()
    rest = tmp_path / "rest.csv"
    rest.write_text("单元编号,学校编号\nu1,A\nu3,B\n", encoding="utf-8")

    _call("import_zone_texts", _texts_file(tmp_path, "A,第0小区", "B,第2小区"), "--decided", str(rest))

    assert plan_content(ZonePlan.objects.get()).zone_of == {"u0": "A", "u1": "A", "u2": "B", "u3": "B"}


def test_the_command_refuses_texts_of_unknown_schools_with_their_row(tmp_path: Path) -> None:
    small_county()

    with pytest.raises(CommandError, match="第 3 行“学校编号”列：“Z”"):
        _call("import_zone_texts", _texts_file(tmp_path, "A,第0小区", "Z,第1小区"))


def test_import_zones_takes_polygons_too(tmp_path: Path) -> None:
    small_county()
    path = layer(tmp_path, A=square(0, 2), B=square(2, 2))

    said = _call("import_zones", path, "--crs", "WGS-84")

    assert "clean: 4" in said
    assert ZonePlan.objects.get().report["matched"]["source"] == "polygons"


def test_a_report_of_other_units_is_not_confirmed() -> None:
    small_county()
    zones = read(*WHOLE)
    moved = tuple(replace(one, zone="A") for one in zones.standings)

    with pytest.raises(ZonesChanged):
        stored(replace(zones, standings=moved, digest="0" * 64), confirmed=zones.digest)
