"""Lists of other offices in the database: sealed, versioned, all or nothing."""

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from accounts.sealing import blind_index
from common.errors import NotPermitted
from geo_data.models import Dataset, DatasetKind, DatasetStatus, RegisterEntry
from geo_data.selectors.registers import find_entries, list_entries, open_entry
from geo_data.services.datasets import ImportRefused
from geo_data.services.import_register import NotARegister, import_register
from tests.cases.dirty_files import FOLDER
from tests.services import geo_world as world
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.registers_world import (
    FATHER,
    GIRL,
    GIRL_REGISTERED,
    REGISTRATIONS,
    list_file,
    with_census,
    with_list,
)

pytestmark = pytest.mark.django_db
KIND = DatasetKind.REGISTRATIONS


@pytest.fixture(autouse=True)
def _census(tmp_path: Path) -> None:
    world.district()
    with_census(tmp_path)


def test_a_row_is_stored_sealed_and_found_by_its_number(tmp_path: Path) -> None:
    result = with_list(tmp_path, KIND, REGISTRATIONS, GIRL_REGISTERED)

    [entry] = find_entries(result.dataset, GIRL)
    opened = open_entry(entry, reader=auditor(world.CODE), district_code=world.CODE)
    assert (opened.name, opened.identity, opened.guardian, opened.phone) == (
        "甲子涵",
        GIRL,
        "甲父",
        "10000000001",
    )
    assert (entry.unit_code, entry.sex, entry.row_number) == ("A", "female", 2)
    assert entry.record_index == entry.identity_index == blind_index(GIRL, purpose="identity")
    assert entry.guardian_index == blind_index(FATHER, purpose="identity")
    stored = str(RegisterEntry.objects.values().get())
    assert "甲" not in stored
    assert GIRL not in stored


def test_an_old_number_of_a_guardian_has_the_index_of_the_new_one(tmp_path: Path) -> None:
    old = GIRL_REGISTERED.replace(FATHER, "990151800101001")

    dataset = with_list(tmp_path, KIND, REGISTRATIONS, old).dataset

    assert list_entries(dataset).get().guardian_index == blind_index(FATHER, purpose="identity")


def test_only_readers_of_the_district_open_a_row(tmp_path: Path) -> None:
    dataset = with_list(tmp_path, KIND, REGISTRATIONS, GIRL_REGISTERED).dataset
    entry = list_entries(dataset, unit_code="A").get()

    for stranger in (guardian(), officer("990103"), None):
        with pytest.raises(NotPermitted):
            open_entry(entry, reader=stranger, district_code=world.CODE)


@pytest.mark.parametrize(
    ("kind", "name", "rows", "counts"),
    [
        (DatasetKind.TITLES, "title_in_another_width.csv", [2], {"entry_repeated": 1}),
        (DatasetKind.RENTALS, "rental_in_another_width.csv", [2, 3], {"entry_twice": 1}),
        (
            DatasetKind.KINDERGARTENS,
            "name_in_another_case.csv",
            [2, 4],
            {"entry_repeated": 1, "entry_twice": 1, "identity_absent": 3},
        ),
    ],
)
def test_rows_that_only_look_different_are_told_apart_as_the_index_tells_them(
    kind: DatasetKind, name: str, rows: list[int], counts: dict[str, int]
) -> None:
    result = import_register(
        actor=None, now=world.NOW, district_code=world.CODE, kind=kind, path=FOLDER / name
    )

    assert [entry.row_number for entry in list_entries(result.dataset)] == rows
    assert result.counts == counts


def test_two_rows_of_one_child_are_kept_under_two_keys(tmp_path: Path) -> None:
    again = GIRL_REGISTERED.replace("R1", "R2")

    result = with_list(tmp_path, KIND, REGISTRATIONS, GIRL_REGISTERED, again)

    entries = list(find_entries(result.dataset, GIRL))
    assert result.counts == {"entry_twice": 1}
    assert [entry.details for entry in entries] == [{"household_code": "R1"}, {"household_code": "R2"}]
    assert entries[0].record_index != entries[1].record_index


def test_a_fault_in_the_last_row_undoes_all_and_leaves_the_current_list(tmp_path: Path) -> None:
    before = with_list(tmp_path, KIND, REGISTRATIONS, GIRL_REGISTERED).dataset
    events = AuditEvent.objects.count()

    with pytest.raises(ImportRefused) as refusal:
        with_list(tmp_path, KIND, REGISTRATIONS, GIRL_REGISTERED, GIRL_REGISTERED.replace(GIRL, "123"))

    assert [(finding.code, finding.row) for finding in refusal.value.findings] == [("identity_form", 3)]
    assert Dataset.objects.get(kind=KIND, status=DatasetStatus.CURRENT) == before
    assert RegisterEntry.objects.count() == 1
    assert AuditEvent.objects.count() == events


def test_the_same_list_twice_is_one_version(tmp_path: Path) -> None:
    first = with_list(tmp_path, KIND, REGISTRATIONS, GIRL_REGISTERED)

    second = with_list(tmp_path, KIND, REGISTRATIONS, GIRL_REGISTERED)

    assert (first.is_new, second.is_new, second.dataset) == (True, False, first.dataset)
    event = AuditEvent.objects.filter(action="dataset.imported").latest("id")
    assert (event.details["kind"], event.details["rows"]) == ("registrations", 1)
    assert "甲" not in str(event.details)


def test_a_census_is_no_list_of_another_office_and_a_guardian_imports_nothing(tmp_path: Path) -> None:
    path = list_file(tmp_path, "x", REGISTRATIONS, GIRL_REGISTERED)
    asked: dict[str, Any] = {"now": world.NOW, "district_code": world.CODE, "path": path}

    with pytest.raises(NotARegister):
        import_register(actor=None, kind=DatasetKind.CHILDREN, **asked)
    with pytest.raises(NotPermitted):
        import_register(actor=guardian(), kind=KIND, **asked)

    assert not RegisterEntry.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"record_index": ""},
        {"sex": "x"},
        {"grade": 10},
        {"grade": -1},
        {"birth_on": None, "identity_index": ""},
    ],
)
def test_what_must_always_be_true_is_a_constraint(tmp_path: Path, changes: dict[str, object]) -> None:
    dataset = with_list(tmp_path, KIND, REGISTRATIONS, GIRL_REGISTERED).dataset

    with pytest.raises(IntegrityError), transaction.atomic():
        RegisterEntry.objects.filter(dataset=dataset).update(**changes)
