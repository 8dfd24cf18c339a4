"""The address register comes in: what is stored, what is found, what is refused."""

from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from accounts.models import AuditEvent
from common.errors import NotPermitted
from geo_data.models import (
    AddressEntry,
    AddressKey,
    AddressName,
    AddressNameKind,
    AddressNameSort,
    Dataset,
    DatasetKind,
)
from geo_data.services.datasets import ImportRefused
from geo_data.services.import_addresses import import_addresses
from geo_data.tables.offsets import gcj02_from_wgs84
from geo_data.tables.projecting import unproject
from tests.services import address_world as register
from tests.services import geo_world as world
from tests.services.accounts_world import auditor, officer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _units(tmp_path: Path) -> None:
    world.district()
    world.with_units(tmp_path)


def test_entries_are_stored_with_their_unit_number_and_spelling(tmp_path: Path) -> None:
    dataset = register.with_addresses(tmp_path).dataset

    rows = AddressEntry.objects.filter(dataset=dataset)
    door = rows.get(road_text="文化路", number=4, suffix="附1")
    building = rows.get(estate_text="锦绣花园", building_key="2")
    house = rows.get(estate_text="东柳庄村", building_key="3组", number=12)
    found = rows.get(estate="阳光家园")
    assert dataset.kind == DatasetKind.ADDRESSES
    assert dataset.row_count == rows.count() == 11
    assert (door.road, door.unit_code, door.dwellings) == ("文化路", "B", 1)
    assert (building.building, building.unit_code, building.point) == ("2号楼", "B", None)
    assert house.unit_code == "C"
    assert (found.unit_code, found.dwellings) == ("D", 90)  # by its point
    assert found.point is not None
    assert found.point.srid == 4326


ON_A_MAP = "小区或村,楼栋,单元编号,经度,纬度"
MIDDLES = {"A": (50, 50), "B": (150, 50), "C": (50, 150), "D": (150, 150)}
NAMED = {"A": "锦绣花园", "B": "锦绣花园二期", "C": "东柳庄村", "D": "阳光家园"}


def on_a_map(folder: Path, *, units: str, states_units: bool, gcj02: bool) -> Path:
    """Two buildings in each of the units, 20 m east and west of its middle, drawn on a map of that system."""
    rows = []
    for unit in units:
        for nth, east in enumerate((-20, 20), 1):
            x, y = MIDDLES[unit]
            place = unproject([world.EAST + x + east], [world.NORTH + y], epsg=world.EPSG)
            longitude, latitude = gcj02_from_wgs84(*place) if gcj02 else place
            stated = unit if states_units else ""
            rows.append(f"{NAMED[unit]},{nth}号楼,{stated},{longitude[0]:.7f},{latitude[0]:.7f}")
    return register.addresses_file(folder, *rows, header=ON_A_MAP)


def brought_in(path: Path, **options: Any) -> Dataset:
    return import_addresses(
        actor=None, now=world.NOW, district_code=world.CODE, path=path, origin=world.ORIGIN, **options
    ).dataset


@pytest.mark.parametrize("states_units", [True, False])
def test_a_register_drawn_on_a_shifted_map_is_stopped_with_the_likely_system(
    tmp_path: Path, states_units: bool
) -> None:
    path = on_a_map(tmp_path, units="ABCD", states_units=states_units, gcj02=True)

    with pytest.raises(ImportRefused) as refusal:
        brought_in(path, crs="wgs84")

    [found] = [one for one in refusal.value.findings if one.severity == "severe"]
    assert (found.code, found.value.split(" m")[0][:9]) == ("shifted_like", "gcj02: 4 ")
    assert not AddressEntry.objects.exists()
    assert brought_in(path, crs="gcj02").finding_counts == {}
    assert set(AddressEntry.objects.values_list("unit_code", flat=True)) == set("ABCD")


def test_two_known_units_are_too_few_to_tell_a_shift_and_three_are_enough(tmp_path: Path) -> None:
    two = brought_in(on_a_map(tmp_path, units="AB", states_units=True, gcj02=True), crs="wgs84")
    assert two.finding_counts == {"address_outside_its_unit": 4}

    with pytest.raises(ImportRefused):
        brought_in(on_a_map(tmp_path, units="ABC", states_units=True, gcj02=True), crs="wgs84")


def test_an_officer_may_say_that_the_units_are_the_shifted_ones(tmp_path: Path) -> None:
    path = on_a_map(tmp_path, units="ABCD", states_units=True, gcj02=True)

    dataset = brought_in(path, crs="wgs84", accept_offset=True, offset_reason="单元层偏移")

    assert dataset.finding_counts == {"shift_accepted": 1, "address_outside_its_unit": 8}
    assert dataset.options["offset_reason"] == "单元层偏移"


def test_the_same_address_has_the_same_code_in_every_version(tmp_path: Path) -> None:
    first = register.with_addresses(tmp_path).dataset
    before = set(AddressEntry.objects.filter(dataset=first).values_list("code", "road_text", "number"))

    second = register.with_addresses(tmp_path, *register.ROWS[::-1], "城关镇,,,文化路,7号,A,,,3,,").dataset

    after = set(AddressEntry.objects.filter(dataset=second).values_list("code", "road_text", "number"))
    assert first.pk != second.pk
    assert before < after
    assert len(after - before) == 1


def test_names_are_listed_once_with_the_unit_when_there_is_only_one(tmp_path: Path) -> None:
    dataset = register.with_addresses(tmp_path).dataset

    names = {
        (
            name.name,
            AddressNameKind(name.kind),
            AddressNameSort(name.sort),
            name.shown,
            name.entries,
            name.unit_code,
        )
        for name in AddressName.objects.filter(dataset=dataset)
    }
    estate, road, entry = AddressNameKind.ESTATE, AddressNameKind.ROAD, AddressNameKind.ENTRY
    official, alias, old = AddressNameSort.OFFICIAL, AddressNameSort.ALIAS, AddressNameSort.OLD
    assert names == {
        ("锦绣花园", estate, official, "锦绣花园", 3, ""),
        ("老粮站", estate, alias, "锦绣花园", 3, ""),
        ("粮食局家属院", estate, old, "锦绣花园", 3, ""),
        ("阳光家园", estate, official, "阳光家园", 1, "D"),
        ("东柳庄村", estate, official, "东柳庄村", 2, "C"),
        ("文化路", road, official, "文化路", 5, ""),
        ("中山路5号", entry, old, "文化路5号", 1, "A"),
    }
    keys = set(AddressKey.objects.filter(name__name="锦绣花园").values_list("kind", "key"))
    assert keys == {(0, "锦绣花园"), (1, "绣花园"), (1, "花园"), (2, "jinxiuhuayuan"), (3, "jxhy")}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("城关镇,,,,12号,A,,,,,", "address_without_name"),
        ("城关镇,,,文化路,十三号楼三单元,A,,,,,", "door_number_malformed"),
        ("城关镇,,,文化路,0号,A,,,,,", "door_number_malformed"),
        ("城关镇,,,文化路,100000号,A,,,,,", "door_number_malformed"),
        ("城关镇,,,文化路,9号,,,,,,", "address_without_place"),
        ("城关镇,,,文化路,9号,Z,,,,,", "unit_unknown"),
        ("城关镇,锦绣花园,第1幢,,,A,,,,,", "address_twice"),
        ("城关镇,,,文化路,9号,A,,,-1,,", "value_out_of_range"),
    ],
)
def test_a_severe_fault_refuses_the_file_and_nothing_is_stored(tmp_path: Path, row: str, code: str) -> None:
    with pytest.raises(ImportRefused) as refusal:
        register.with_addresses(tmp_path, *register.ROWS, row)

    severe = [(f.code, f.row) for f in refusal.value.findings if f.severity == "severe"]
    assert severe == [(code, 13)]
    assert not Dataset.objects.filter(kind=DatasetKind.ADDRESSES).exists()
    assert not AddressEntry.objects.exists()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (f"城关镇,,,文化路,9号,A,,,,{world.EAST + 150},{world.NORTH + 150}", "address_outside_its_unit"),
        (f"城关镇,,,文化路,9号,,,,,{world.EAST + 250},{world.NORTH + 50}", "address_outside_units"),
        ("城关镇,阳光家园,9号楼,,,D,老粮站,,,,", "alias_of_two_places"),
        ("城关镇,阳光家园,9号楼,,,D,文化路,,,,", "alias_of_two_places"),
        ("城关镇,阳光家园,9号楼,,,D,阳光家园,,,,", "alias_is_its_name"),
        ("城关镇,,,光明路,,D,,,,,", "door_number_missing"),
    ],
)
def test_what_somebody_must_look_at_is_found_and_stored(tmp_path: Path, row: str, code: str) -> None:
    result = register.with_addresses(tmp_path, *register.ROWS, row)

    assert [(f.code, f.row) for f in result.findings] == [(code, 13)]
    assert AddressEntry.objects.filter(dataset=result.dataset).count() == 12


def test_a_point_on_the_border_of_its_unit_is_in_it(tmp_path: Path) -> None:
    inside = f"城关镇,,,文化路,9号,A,,,,{world.EAST + 99.9},{world.NORTH + 50}"
    outside = f"城关镇,,,文化路,9号,A,,,,{world.EAST + 100.1},{world.NORTH + 50}"

    assert not register.with_addresses(tmp_path, inside).findings
    assert [f.code for f in register.with_addresses(tmp_path, outside).findings] == [
        "address_outside_its_unit"
    ]


def test_addresses_are_imported_by_officers_only_and_leave_one_event(tmp_path: Path) -> None:
    path = register.addresses_file(tmp_path, *register.ROWS)

    with pytest.raises(NotPermitted):
        import_addresses(actor=auditor(world.CODE), now=world.NOW, district_code=world.CODE, path=path)
    assert not AddressEntry.objects.exists()
    import_addresses(actor=officer(world.CODE), now=world.NOW, district_code=world.CODE, path=path)

    event = AuditEvent.objects.get(action="dataset.imported", details__kind="addresses")
    assert event.details["rows"] == 11
    assert "锦绣" not in str(event.details)


def test_the_database_refuses_an_address_twice_or_without_name_or_place(tmp_path: Path) -> None:
    dataset = register.with_addresses(tmp_path).dataset
    entry = AddressEntry.objects.get(dataset=dataset, number=3)
    damages = (
        {"code": "new"},
        {"code": "new", "road_text": ""},
        {"code": "new", "number": 9, "unit_code": ""},
        {"code": "new", "number": 0},
        {"code": "new", "number": None, "suffix": "甲"},
        {"code": "new", "number": 9, "dwellings": -1},
    )

    for damage in damages:
        entry.pk = None
        fresh = AddressEntry.objects.get(dataset=dataset, number=3)
        fresh.pk = None
        for field, value in damage.items():
            setattr(fresh, field, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            fresh.save(force_insert=True)
    assert AddressEntry.objects.filter(dataset=dataset).count() == 11


BEFORE = "城关镇,{name},,,,{unit},,,10,{x},{y}"


def _from_before(folder: Path, imported_at: datetime) -> Dataset:
    """A register as it was stored before `unit_by_point` was kept."""
    rows = [
        BEFORE.format(name="坐标花园", unit="", x=world.EAST + 50, y=world.NORTH + 50),  # the point decided
        BEFORE.format(
            name="填写花园", unit="A", x=world.EAST + 60, y=world.NORTH + 50
        ),  # stated, and the same
        BEFORE.format(
            name="别处花园", unit="B", x=world.EAST + 60, y=world.NORTH + 60
        ),  # stated, and another
        BEFORE.format(name="无点花园", unit="A", x="", y=""),  # stated
        BEFORE.format(name="县外花园", unit="", x=world.EAST + 900, y=world.NORTH + 900),  # in no unit
    ]
    version = register.with_addresses(folder, *rows).dataset
    AddressEntry.objects.update(unit_by_point=False)
    Dataset.objects.filter(pk=version.pk).update(imported_at=imported_at)
    return Dataset.objects.get(pk=version.pk)


def _assume() -> None:
    import_module("geo_data.migrations.0018_old_registers_ask_near_the_edge").assume(apps, None)


def test_a_register_from_before_is_judged_as_found_by_point_where_that_cannot_be_excluded(
    tmp_path: Path,
) -> None:
    version = _from_before(tmp_path, world.NOW)
    found_before = dict(version.finding_counts)

    _assume()

    by_point = AddressEntry.objects.filter(unit_by_point=True).order_by("estate")
    assert {entry.estate for entry in by_point} == {"坐标花园", "填写花园"}
    version.refresh_from_db()
    assert version.finding_counts == {**found_before, "unit_maybe_by_point": 1}
    row = version.finding_rows.get(code="unit_maybe_by_point")
    assert (row.value, row.weight, row.number) == ("2", 2, version.finding_rows.count())
    assert version.findings[-1] == {"code": "unit_maybe_by_point", "row": 0, "column": "", "value": "2"}


def test_a_register_imported_since_is_left_as_it_is(tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT applied FROM django_migrations WHERE app = 'geo_data' AND name LIKE '0017%%'", []
        )
        (kept_since,) = cursor.fetchone()
    version = _from_before(tmp_path, kept_since)

    _assume()

    assert not AddressEntry.objects.filter(unit_by_point=True).exists()
    version.refresh_from_db()
    assert "unit_maybe_by_point" not in version.finding_counts
