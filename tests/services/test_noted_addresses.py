"""What officers noted for the next register comes as rows of a register, and goes in as one."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.test import Client

from geo_data.addresses.ranking import DoorMatch
from geo_data.models import AddressEntry
from geo_data.selectors.addresses import search_addresses
from geo_data.services.address_requests import answer_address_request, ask_for_address
from geo_data.services.import_addresses import import_addresses
from tests.services import geo_world as world
from tests.services.accounts_world import officer

pytestmark = pytest.mark.django_db
NOTED = (
    ("新建路12号附3", "A"),
    ("新建小区5栋2单元301", "A"),
    ("新建小区A座", "A"),
    ("西柳庄村3组12号", "C"),
    ("甲镇阳光苑2号楼", "B"),
)


def noted(folder: Path) -> str:
    """The file as the page hands it out, after families asked and an officer answered."""
    world.district()
    world.with_units(folder)
    clerk = officer(world.CODE)
    for text, unit in (*NOTED, NOTED[1]):  # two families tell the same address
        row = ask_for_address(actor=None, now=world.NOW, district_code=world.CODE, typed=text)
        answer_address_request(
            actor=clerk, now=world.NOW, request_id=row.pk, reply="已记录", noted_text=text, unit_code=unit
        )
    client = Client()
    client.force_login(clerk)
    return client.get("/office/addresses/noted.csv").content.decode("utf-8-sig")


def test_noted_addresses_stand_in_the_columns_of_a_register_each_once(tmp_path: Path) -> None:
    head, *rows = csv.reader(StringIO(noted(tmp_path)))

    assert head == ["乡镇街道", "小区或村", "楼栋", "道路", "门牌号", "单元编号"]
    assert sorted(rows) == [
        ["", "", "", "新建路", "12号附3", "A"],
        ["", "新建小区", "5号楼", "", "", "A"],
        ["", "新建小区", "A座", "", "", "A"],
        ["", "甲镇阳光苑", "2号楼", "", "", "B"],
        ["", "西柳庄村", "3组", "", "12号", "C"],
    ]


def test_the_file_is_imported_as_it_is_and_every_address_is_found_as_it_was_typed(tmp_path: Path) -> None:
    path = tmp_path / "noted.csv"
    path.write_text(noted(tmp_path), encoding="utf-8-sig")

    result = import_addresses(
        actor=None, now=world.NOW, district_code=world.CODE, path=path, origin=world.ORIGIN
    )

    assert dict(result.counts) == {}
    assert AddressEntry.objects.count() == len(NOTED)
    for text, unit in NOTED:
        best = search_addresses(world.CODE, text)[0]
        assert (best.unit_code, best.door, best.is_plain) == (unit, DoorMatch.EXACT, True), text
