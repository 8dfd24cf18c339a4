"""Census and lists beside a register in force: addresses it does not have, and units found by address."""

from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent
from geo_data.models import (
    Child,
    Dataset,
    DatasetFinding,
    DatasetKind,
    DatasetStatus,
    Household,
    RegisterEntry,
)
from geo_data.selectors.address_book import answers_of
from geo_data.services.census import import_children
from geo_data.services.terms import Settle, Terms
from geo_data.services.versions import BasisChanged, confirm_dataset
from tests.services import address_world as register
from tests.services import geo_world as world
from tests.services.registers_world import FATHER, with_list

pytestmark = pytest.mark.django_db
HEADER = "户编号,单元编号,住址,姓名,身份证号,出生日期,性别"
GIRL, BOY = "甲子涵,990102202001010028,2020-01-01,女", "甲子轩,990102201805050012,2018-05-05,男"
OTHER = "乙一一,990102202008310023,2020-08-31,女"
AT_ONCE = Terms()


@pytest.fixture(autouse=True)
def _units(tmp_path: Path) -> None:
    world.district()
    world.with_units(tmp_path)


def census(folder: Path, *rows: str, terms: Terms = AT_ONCE) -> Dataset:
    path = world.children_file(folder, *rows, header=HEADER)
    return import_children(
        actor=None, now=world.NOW, district_code=world.CODE, path=path, origin=world.ORIGIN, terms=terms
    ).dataset


def found(dataset: Dataset) -> list[tuple[str, int, str, str]]:
    rows = DatasetFinding.objects.filter(dataset=dataset).order_by("row", "code")
    return list(rows.values_list("code", "row", "column", "value"))


def test_a_household_without_a_unit_is_found_by_its_address_and_that_is_noted(tmp_path: Path) -> None:
    # given a register, in which the second building of the estate lies in B
    register.with_addresses(tmp_path)

    # when one family states its unit and no such address, another only its address, a third a whole estate
    dataset = census(
        tmp_path, f"H1,A,火星路99号,{GIRL}", f"H2,,锦绣花园2号楼1单元101室,{BOY}", f"H3,,锦绣花园,{OTHER}"
    )

    # then each is told as it is, without the address, and the unit is a fact of the child
    assert found(dataset) == [
        ("address_not_found", 2, "住址", ""),
        ("unit_by_address", 3, "单元编号", "B"),
        ("address_in_several_units", 4, "单元编号", "A, B"),
    ]
    units = Household.objects.filter(dataset=dataset).values_list("code", "unit_code")
    assert dict(units) == {"H1": "A", "H2": "B", "H3": ""}
    boy = Child.objects.get(dataset=dataset, birth_on="2018-05-05")
    assert [fact["value"] for fact in boy.facts if fact["name"] == "dwelling_unit"] == ["B"]


def test_a_stated_unit_holds_and_one_that_the_register_contradicts_is_told(tmp_path: Path) -> None:
    # given a census whose column of units slipped: the second building lies in B, the whole estate in A and B
    register.with_addresses(tmp_path)

    dataset = census(
        tmp_path, f"H1,A,锦绣花园1号楼,{GIRL}", f"H2,A,锦绣花园2号楼,{BOY}", f"H3,C,锦绣花园,{OTHER}"
    )

    assert found(dataset) == [
        ("unit_differs_from_address", 3, "单元编号", "B"),
        ("unit_differs_from_address", 4, "单元编号", "A, B"),
    ]
    units = Household.objects.filter(dataset=dataset).values_list("code", "unit_code")
    assert dict(units) == {"H1": "A", "H2": "A", "H3": "C"}


def test_a_unit_that_is_one_of_the_address_s_is_no_finding(tmp_path: Path) -> None:
    register.with_addresses(tmp_path)

    assert found(census(tmp_path, f"H1,B,锦绣花园,{GIRL}")) == []


def test_without_a_register_nothing_is_said_of_addresses(tmp_path: Path) -> None:
    dataset = census(tmp_path, f"H1,A,火星路99号,{GIRL}", f"H2,,锦绣花园2号楼,{BOY}")

    assert [code for code, *_ in found(dataset)] == ["outside_units"]
    assert set(dataset.basis) == {"units"}


def test_a_proposal_rests_on_the_register_it_was_held_against(tmp_path: Path) -> None:
    # given a proposed census, and a newer register since
    first = register.with_addresses(tmp_path).dataset
    proposed = census(tmp_path, f"H2,,锦绣花园2号楼,{BOY}", terms=Terms(settle=Settle.PROPOSE))
    assert proposed.basis["addresses"] == str(first.pk)
    register.with_addresses(tmp_path, *register.ROWS, "城关镇,,,文化路,7号,A,,,3,,")
    events = AuditEvent.objects.count()

    # when it is confirmed, then it has to be read again
    with pytest.raises(BasisChanged):
        confirm_dataset(actor=None, now=world.NOW, dataset=proposed)
    proposed.refresh_from_db()
    assert proposed.status == DatasetStatus.PROPOSED
    assert AuditEvent.objects.count() == events
    again = census(tmp_path, f"H2,,锦绣花园2号楼,{BOY}")
    assert again.pk != proposed.pk


@pytest.mark.parametrize(
    ("kind", "header", "row"),
    [
        (DatasetKind.REGISTRATIONS, "姓名,身份证号,出生日期,性别,住址,单元编号", "{who},{address},"),
        (
            DatasetKind.TITLES,
            "姓名,身份证号,不动产单元号,坐落,单元编号",
            "甲父,{father},Z{nth},{address},",
        ),
        (DatasetKind.RENTALS, "姓名,身份证号,坐落,单元编号", "甲父,{father},{address},"),
    ],
)
def test_lists_that_carry_addresses_are_held_against_the_register(
    tmp_path: Path, kind: DatasetKind, header: str, row: str
) -> None:
    register.with_addresses(tmp_path)
    rows = [
        row.format(father=FATHER, nth=1, address="文化路4号", who="甲子涵,990102202001010028,2020-01-01,女"),
        row.format(father=FATHER, nth=2, address="火星路99号", who="甲子轩,990102201805050012,2018-05-05,男"),
    ]

    dataset = with_list(tmp_path, kind, header, *rows).dataset

    said = {
        (code, line) for code, line, *_ in found(dataset) if code in ("unit_by_address", "address_not_found")
    }
    assert said == {("unit_by_address", 2), ("address_not_found", 3)}
    stored = RegisterEntry.objects.filter(dataset=dataset).order_by("row_number")
    assert list(stored.values_list("unit_code", flat=True)) == ["B", ""]


def test_permits_may_state_an_address_elsewhere(tmp_path: Path) -> None:
    register.with_addresses(tmp_path)

    header, row = "姓名,身份证号,住址,居住证失效日期", f"甲父,{FATHER},火星路99号,2027-01-01"
    dataset = with_list(tmp_path, DatasetKind.PERMITS, header, row).dataset

    assert not [code for code, *_ in found(dataset) if code == "address_not_found"]


def test_a_register_is_read_once_and_answers_without_the_database(
    tmp_path: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    answers = answers_of(register.with_addresses(tmp_path).dataset)
    assert answers is not None

    with django_assert_num_queries(0):
        assert answers("城关镇文化路4号附1") == (True, ("B",))
        assert answers("中山路5号") == (True, ("A",))  # an old name of one door

    assert answers_of(None) is None
