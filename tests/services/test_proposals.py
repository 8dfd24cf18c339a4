"""A file is proposed before it counts: confirmed, discarded, withdrawn, restored; pinned versions survive it all."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import ProtectedError

from accounts.models import AuditEvent, User
from common.errors import NotPermitted
from geo_data.models import (
    CatchmentUnit,
    Dataset,
    DatasetFinding,
    DatasetKind,
    DatasetStatus,
    School,
    Stage,
    UnitBorder,
)
from geo_data.selectors.datasets import find_current_dataset, find_previous_dataset, get_current_dataset
from geo_data.services.datasets import ImportRefused, ImportResult
from geo_data.services.import_schools import import_schools
from geo_data.services.import_units import import_units
from geo_data.services.terms import Settle, Terms
from geo_data.services.versions import (
    BasisChanged,
    ComparisonIsOld,
    DatasetNotInUse,
    DatasetNotProposed,
    DatasetNotRestorable,
    compare_again,
    confirm_dataset,
    discard_dataset,
    restore_dataset,
    withdraw_dataset,
)
from geo_data.tables.findings import Keep
from tests.services import geo_world as world
from tests.services.accounts_world import auditor, officer
from tests.services.worlds import DISTRICT, NOON, small_county
from tests.services.worlds import dataset as county_dataset
from zoning.selectors.basis import load_pinned_basis
from zoning.services.plans import import_plan

pytestmark = pytest.mark.django_db
PROPOSED = Terms(settle=Settle.PROPOSE)
LATER = world.NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _district() -> None:
    world.district()


def propose_units(folder: Path, features: list[dict[str, Any]], name: str = "proposed") -> ImportResult:
    path = world.write_features(folder / f"{name}.geojson", features)
    return import_units(actor=None, now=world.NOW, district_code=world.CODE, path=path, terms=PROPOSED)


def moved(code: str) -> list[dict[str, Any]]:
    """The blocks, one of them renamed, one replaced by another."""
    blocks = world.blocks()
    blocks[1]["properties"]["name"] = "改名"
    blocks[3]["properties"]["unit_id"] = code
    return blocks


def test_a_proposal_has_rows_and_changes_nothing_until_it_is_confirmed(tmp_path: Path) -> None:
    first = world.with_units(tmp_path).dataset

    proposed = propose_units(tmp_path, moved("E")).dataset

    assert (proposed.status, proposed.row_count) == (DatasetStatus.PROPOSED, 4)
    assert proposed.compared_with == first
    assert proposed.comparison == {
        "same": 2,
        "added": {"count": 1, "keys": ["E"]},
        "changed": {"count": 1, "keys": ["B"], "columns": {"name": 1}},
        "removed": {"count": 1, "keys": ["D"]},
    }
    assert get_current_dataset(world.CODE, DatasetKind.UNITS) == first
    assert AuditEvent.objects.filter(action="dataset.proposed").count() == 1


def test_confirming_puts_a_version_in_the_place_of_the_current_one(tmp_path: Path) -> None:
    first = world.with_units(tmp_path).dataset
    proposed = propose_units(tmp_path, moved("E")).dataset
    person = officer(world.CODE)

    confirm_dataset(actor=person, now=LATER, dataset=proposed)

    first.refresh_from_db()
    assert get_current_dataset(world.CODE, DatasetKind.UNITS) == proposed
    assert (first.status, first.current_until) == (DatasetStatus.SUPERSEDED, LATER)
    assert (proposed.decided_by, proposed.decided_at) == (person, LATER)
    event = AuditEvent.objects.get(action="dataset.confirmed")
    assert event.details == {"kind": "units", "replaced": str(first.pk)}
    with pytest.raises(DatasetNotProposed):
        confirm_dataset(actor=person, now=LATER, dataset=proposed)


@pytest.mark.parametrize("decide", [confirm_dataset, discard_dataset, withdraw_dataset, compare_again])
def test_only_officers_of_the_district_decide(decide: Callable[..., Dataset], tmp_path: Path) -> None:
    proposed = propose_units(tmp_path, world.blocks()).dataset
    before = AuditEvent.objects.count()

    for person in (officer("990103"), auditor(world.CODE)):
        with pytest.raises(NotPermitted):
            decide(actor=person, now=LATER, dataset=proposed)

    proposed.refresh_from_db()
    assert proposed.status == DatasetStatus.PROPOSED
    assert AuditEvent.objects.count() == before


def test_discarding_deletes_the_rows_and_keeps_what_was_found(tmp_path: Path) -> None:
    proposed = propose_units(tmp_path, world.blocks()[::3]).dataset  # two that touch in a corner only
    assert CatchmentUnit.objects.count() == 2

    discard_dataset(actor=officer(world.CODE), now=LATER, dataset=proposed)

    assert (proposed.status, proposed.row_count) == (DatasetStatus.DISCARDED, 0)
    assert not CatchmentUnit.objects.exists()
    assert not UnitBorder.objects.exists()
    assert set(DatasetFinding.objects.values_list("code", flat=True)) == {"no_neighbour"}
    with pytest.raises(DatasetNotProposed):
        discard_dataset(actor=None, now=LATER, dataset=proposed)
    for decide in (withdraw_dataset, restore_dataset):
        with pytest.raises((DatasetNotInUse, DatasetNotRestorable)):
            decide(actor=None, now=LATER, dataset=proposed)


def test_a_refused_file_is_kept_for_its_findings_and_can_only_be_discarded(tmp_path: Path) -> None:
    features = [world.feature("A", world.square(0, 0)), world.feature("B", world.square(90, 0))]

    refused = propose_units(tmp_path, features).dataset

    assert (refused.status, refused.row_count) == (DatasetStatus.REFUSED, 0)
    assert refused.finding_counts["overlap"] == 1
    overlap = DatasetFinding.objects.get(dataset=refused, code="overlap")
    assert (overlap.weight, overlap.value) == (0, "A – B: 1000 m²")
    assert overlap.place is not None
    assert not CatchmentUnit.objects.exists()
    assert AuditEvent.objects.filter(action="dataset.refused").count() == 1
    with pytest.raises(DatasetNotProposed):
        confirm_dataset(actor=None, now=LATER, dataset=refused)
    assert discard_dataset(actor=None, now=LATER, dataset=refused).status == DatasetStatus.DISCARDED


def test_the_same_import_is_the_same_version_whatever_became_of_it(tmp_path: Path) -> None:
    proposed = propose_units(tmp_path, world.blocks()).dataset
    again = propose_units(tmp_path, world.blocks())
    assert (again.dataset, again.is_new, again.dataset.status) == (proposed, False, DatasetStatus.PROPOSED)

    confirm_dataset(actor=None, now=LATER, dataset=proposed)
    assert propose_units(tmp_path, world.blocks()).dataset.status == DatasetStatus.CURRENT

    withdraw_dataset(actor=None, now=LATER, dataset=proposed)
    assert propose_units(tmp_path, world.blocks()).dataset.status == DatasetStatus.WITHDRAWN

    assert Dataset.objects.get() == proposed
    assert CatchmentUnit.objects.count() == 4


def test_a_discarded_or_refused_file_is_read_again_as_the_same_version(tmp_path: Path) -> None:
    proposed = propose_units(tmp_path, world.blocks()).dataset
    discard_dataset(actor=None, now=LATER, dataset=proposed)

    again = propose_units(tmp_path, world.blocks())

    assert (again.dataset, again.is_new, again.dataset.status) == (proposed, True, DatasetStatus.PROPOSED)
    assert CatchmentUnit.objects.filter(dataset=proposed).count() == 4


def test_importing_at_once_what_was_proposed_confirms_it(tmp_path: Path) -> None:
    path = world.write_features(tmp_path / "proposed.geojson", world.blocks())
    proposed = propose_units(tmp_path, world.blocks()).dataset

    done = import_units(actor=None, now=LATER, district_code=world.CODE, path=path)

    assert (done.dataset, done.dataset.status) == (proposed, DatasetStatus.CURRENT)


def test_importing_at_once_what_was_withdrawn_restores_it(tmp_path: Path) -> None:
    first = world.with_units(tmp_path).dataset
    withdraw_dataset(actor=None, now=LATER, dataset=first)

    again = world.with_units(tmp_path)

    assert (again.dataset, again.dataset.status) == (first, DatasetStatus.CURRENT)
    assert AuditEvent.objects.filter(action="dataset.restored").count() == 1


def test_a_proposal_checked_against_older_units_must_be_read_again(tmp_path: Path) -> None:
    world.with_units(tmp_path)
    path = world.schools_file(
        tmp_path, f"P1,第一小学,小学,公办,A,270,45,1,{world.EAST + 50},{world.NORTH + 50}"
    )
    schools = import_schools(
        actor=None, now=world.NOW, district_code=world.CODE, path=path, terms=PROPOSED
    ).dataset
    confirm_dataset(actor=None, now=LATER, dataset=propose_units(tmp_path, moved("E")).dataset)

    with pytest.raises(BasisChanged):
        confirm_dataset(actor=None, now=LATER, dataset=schools)

    schools.refresh_from_db()
    assert schools.status == DatasetStatus.PROPOSED


def test_an_officer_confirms_what_the_comparison_showed_and_nothing_else(tmp_path: Path) -> None:
    world.with_units(tmp_path)
    one = propose_units(tmp_path, moved("E"), "one").dataset
    other = propose_units(tmp_path, world.blocks()[:2], "other").dataset
    confirm_dataset(actor=None, now=LATER, dataset=other)

    with pytest.raises(ComparisonIsOld):
        confirm_dataset(actor=None, now=LATER, dataset=one)
    compare_again(actor=None, now=LATER, dataset=one)
    confirm_dataset(actor=None, now=LATER, dataset=one)

    assert one.compared_with == other
    assert one.comparison is not None
    assert one.comparison["added"] == {"count": 2, "keys": ["C", "E"]}
    assert one.status == DatasetStatus.CURRENT


def test_withdrawing_offers_the_version_that_was_current_last(tmp_path: Path) -> None:
    first = world.with_units(tmp_path).dataset
    second = propose_units(tmp_path, moved("E"), "second").dataset
    confirm_dataset(actor=None, now=LATER, dataset=second)
    third = propose_units(tmp_path, moved("F"), "third").dataset
    confirm_dataset(actor=None, now=LATER + timedelta(hours=1), dataset=third)

    withdraw_dataset(actor=None, now=LATER + timedelta(hours=2), dataset=third)

    assert find_current_dataset(world.CODE, DatasetKind.UNITS) is None
    offered = find_previous_dataset(third)
    assert offered == second
    restore_dataset(actor=None, now=LATER + timedelta(hours=3), dataset=second)
    assert get_current_dataset(world.CODE, DatasetKind.UNITS) == second
    assert find_previous_dataset(second) == first
    with pytest.raises(DatasetNotRestorable):
        restore_dataset(actor=None, now=LATER, dataset=second)


def test_good_rows_are_kept_and_bad_ones_counted(tmp_path: Path) -> None:
    world.with_units(tmp_path)
    good = f"P1,第一小学,小学,公办,A,270,45,1,{world.EAST + 50},{world.NORTH + 50}"
    path = world.schools_file(
        tmp_path,
        good,
        f"P2,第二小学,高中,公办,A,270,45,1,{world.EAST + 50},{world.NORTH + 60}",
        f"P3,第三小学,小学,公办,A,270,45,1,{world.EAST + 900_000},{world.NORTH}",
        "P4,第四小学,小学,公办,A,270,45,1,,",
        good,
    )

    with pytest.raises(ImportRefused):
        import_schools(actor=None, now=world.NOW, district_code=world.CODE, path=path)
    done = import_schools(
        actor=None, now=world.NOW, district_code=world.CODE, path=path, terms=Terms(keep=Keep.GOOD_ROWS)
    ).dataset

    assert (done.status, done.row_count, done.rows_left_out) == (DatasetStatus.CURRENT, 1, 4)
    assert list(School.objects.values_list("code", flat=True)) == ["P1"]
    bad = DatasetFinding.objects.filter(weight=0).order_by("row").values_list("row", flat=True)
    assert sorted(set(bad)) == [3, 4, 5, 6]


def test_a_fault_of_the_file_refuses_it_whatever_is_kept(tmp_path: Path) -> None:
    world.with_units(tmp_path)
    path = tmp_path / "schools.csv"
    path.write_text("学校编号,学段,横坐标,纵坐标\nP1,小学,500050,4480050", encoding="utf-8")

    with pytest.raises(ImportRefused) as refusal:
        import_schools(
            actor=None, now=world.NOW, district_code=world.CODE, path=path, terms=Terms(keep=Keep.GOOD_ROWS)
        )

    assert "column_missing" in {finding.code for finding in refusal.value.findings}


def test_a_file_without_one_good_row_is_refused(tmp_path: Path) -> None:
    world.with_units(tmp_path)
    path = world.schools_file(tmp_path, "P4,第四小学,高中,公办,A,270,45,1,500050,4480050")

    with pytest.raises(ImportRefused) as refusal:
        import_schools(
            actor=None, now=world.NOW, district_code=world.CODE, path=path, terms=Terms(keep=Keep.GOOD_ROWS)
        )

    assert "no_row_left" in {finding.code for finding in refusal.value.findings}


def test_a_pinned_version_survives_supersession_and_withdrawal_and_is_still_read() -> None:
    """Plans and rounds hold their versions by key, and no version is ever deleted."""
    county = small_county()
    rows = [("u0", ["A"]), ("u1", ["A"]), ("u2", ["B"]), ("u3", ["B"])]
    plan = import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=rows)
    before = load_pinned_basis(plan)
    newer = county_dataset(county.district, DatasetKind.UNITS)

    for version in (county.units, county.schools):
        withdraw_dataset(actor=None, now=LATER, dataset=version)

    plan.refresh_from_db()
    assert (plan.units_dataset_id, plan.schools_dataset_id) == (county.units.pk, county.schools.pk)
    assert newer.status == DatasetStatus.CURRENT
    assert load_pinned_basis(plan).units == before.units
    assert load_pinned_basis(plan).schools == before.schools
    for version in (county.units, county.schools):
        with pytest.raises(DatasetNotProposed):
            discard_dataset(actor=None, now=LATER, dataset=version)
    with pytest.raises(ProtectedError):
        county.units.delete()


def test_people_are_named_where_they_decided(tmp_path: Path) -> None:
    person: User = officer(world.CODE)
    path = world.write_features(tmp_path / "units.geojson", world.blocks())

    done = import_units(actor=person, now=world.NOW, district_code=world.CODE, path=path).dataset

    assert (done.imported_by, done.decided_by, done.decided_at) == (person, person, world.NOW)


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_file_that_is_being_read(tmp_path: Path) -> None:
    """A census takes minutes; another version is withdrawn meanwhile, on another connection."""
    first = world.with_units(tmp_path).dataset
    path = world.schools_file(
        tmp_path, f"P1,第一小学,小学,公办,A,270,45,1,{world.EAST + 50},{world.NORTH + 50}"
    )
    failed: list[BaseException] = []

    def withdraw() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
            withdraw_dataset(actor=None, now=LATER, dataset=first)
        except OperationalError as fault:
            failed.append(fault)
        finally:
            connection.close()

    def report(stage: str, done: int, total: int) -> None:
        other = Thread(target=withdraw)
        other.start()
        other.join()

    with pytest.raises(BasisChanged):  # at once: the units it was checked against are gone
        import_schools(actor=None, now=world.NOW, district_code=world.CODE, path=path, report=report)

    assert failed == []
    first.refresh_from_db()
    assert first.status == DatasetStatus.WITHDRAWN
    assert not School.objects.exists()
