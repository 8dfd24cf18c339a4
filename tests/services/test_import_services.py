"""Imports through the services: stored, refused, repeated, replaced, withdrawn, and who may."""

from pathlib import Path

import pytest

from accounts.models import AuditEvent
from accounts.services.audit import publish_tree_head
from common.errors import NotPermitted
from geo_data.models import (
    CatchmentUnit,
    Child,
    Dataset,
    DatasetKind,
    DatasetStatus,
    Household,
    School,
    UnitBorder,
)
from geo_data.selectors.children import (
    children_by_unit,
    find_child_by_identity,
    iter_children,
    open_child,
)
from geo_data.selectors.datasets import NoSuchDataset, find_current_dataset, get_current_dataset
from geo_data.selectors.districts import NoSuchDistrict
from geo_data.selectors.units import load_borders
from geo_data.services.bringing_in import UnknownCrs
from geo_data.services.census import import_children
from geo_data.services.datasets import ImportRefused
from geo_data.services.districts import DistrictDiffers, SystemIsNotMetric, ensure_district
from geo_data.services.import_base_map import import_base_map
from geo_data.services.import_schools import import_schools
from geo_data.services.import_units import import_units
from geo_data.services.versions import DatasetIsWithdrawn, withdraw_dataset
from tests.services import geo_world as world
from tests.services.accounts_world import auditor, officer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _district() -> None:
    world.district()


def _codes(refusal: "pytest.ExceptionInfo[ImportRefused]") -> list[str]:
    return [finding.code for finding in refusal.value.findings if finding.severity == "severe"]


def test_blocks_that_share_a_side_adjoin_and_those_that_share_a_corner_do_not(tmp_path: Path) -> None:
    dataset = world.with_units(tmp_path).dataset

    pairs = {(border.unit_a, border.unit_b): border.metres for border in load_borders(dataset)}

    assert pairs == {("A", "B"): 100, ("A", "C"): 100, ("B", "D"): 100, ("C", "D"): 100}


def test_an_import_leaves_one_event_without_personal_data(tmp_path: Path) -> None:
    dataset = world.with_units(tmp_path).dataset

    event = AuditEvent.objects.get(action="dataset.imported")

    assert (event.subject_id, event.district_code) == (str(dataset.pk), world.CODE)
    assert event.details["rows"] == 4
    assert event.details["file_digest"] == dataset.file_digest
    assert publish_tree_head(actor=None, now=world.NOW).size == 2


def test_an_overlap_refuses_the_file_names_the_pair_and_stores_nothing(tmp_path: Path) -> None:
    features = [world.feature("A", world.square(0, 0)), world.feature("B", world.square(90, 0))]
    path = world.write_features(tmp_path / "units.geojson", features)

    with pytest.raises(ImportRefused) as refusal:
        import_units(actor=None, now=world.NOW, district_code=world.CODE, path=path)

    assert [f.value for f in refusal.value.findings if f.code == "overlap"] == ["A – B: 1000 m²"]
    assert not Dataset.objects.exists()
    assert not AuditEvent.objects.filter(action="dataset.imported").exists()


def test_the_same_file_with_the_same_options_is_imported_once(tmp_path: Path) -> None:
    first, second = world.with_units(tmp_path), world.with_units(tmp_path)

    assert first.dataset == second.dataset
    assert (first.is_new, second.is_new) == (True, False)
    assert CatchmentUnit.objects.count() == 4


def test_going_back_to_an_older_file_makes_its_version_current_again(tmp_path: Path) -> None:
    first = world.with_units(tmp_path).dataset
    other = world.write_features(tmp_path / "other.geojson", world.blocks()[:2])
    import_units(actor=None, now=world.NOW, district_code=world.CODE, path=other)

    world.with_units(tmp_path)

    assert get_current_dataset(world.CODE, DatasetKind.UNITS) == first
    assert Dataset.objects.filter(status=DatasetStatus.SUPERSEDED).count() == 1
    assert AuditEvent.objects.filter(action="dataset.restored").count() == 1


def test_only_officers_of_the_district_import(tmp_path: Path) -> None:
    path = world.write_features(tmp_path / "units.geojson", world.blocks())

    for person in (officer("990103"), auditor(world.CODE)):
        with pytest.raises(NotPermitted):
            import_units(actor=person, now=world.NOW, district_code=world.CODE, path=path)
    done = import_units(actor=officer(world.CODE), now=world.NOW, district_code=world.CODE, path=path)

    assert done.dataset.imported_by is not None
    assert Dataset.objects.count() == 1


def test_a_district_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    path = world.write_features(tmp_path / "units.geojson", world.blocks())

    with pytest.raises(NoSuchDistrict):
        import_units(actor=None, now=world.NOW, district_code="000000", path=path)


def test_a_district_is_measured_in_metres_and_keeps_its_system() -> None:
    with pytest.raises(SystemIsNotMetric):
        ensure_district(actor=None, now=world.NOW, code="990104", name="度", working_crs=4490)
    with pytest.raises(DistrictDiffers):
        ensure_district(actor=None, now=world.NOW, code=world.CODE, name="测试县", working_crs=4544)


def test_schools_find_the_unit_they_stand_in(tmp_path: Path) -> None:
    world.with_units(tmp_path)

    dataset = world.with_schools(tmp_path).dataset

    schools = School.objects.filter(dataset=dataset).order_by("code")
    found = [(s.code, s.unit_code, s.ownership, s.planned_intake) for s in schools]
    assert found == [("P1", "A", "public", 45), ("P2", "D", "private", 45)]


def test_schools_wait_for_units(tmp_path: Path) -> None:
    with pytest.raises(NoSuchDataset):
        world.with_schools(tmp_path)


def test_a_school_outside_every_unit_is_refused_and_one_outside_its_own_is_noted(tmp_path: Path) -> None:
    world.with_units(tmp_path)
    outside = world.schools_file(
        tmp_path, f"P1,第一小学,小学,公办,,270,45,1,{world.EAST + 900},{world.NORTH}"
    )

    with pytest.raises(ImportRefused) as refusal:
        import_schools(actor=None, now=world.NOW, district_code=world.CODE, path=outside)
    beside = world.schools_file(
        tmp_path, f"P1,第一小学,小学,公办,A,270,45,1,{world.EAST + 150},{world.NORTH + 50}"
    )
    result = import_schools(actor=None, now=world.NOW, district_code=world.CODE, path=beside)

    assert _codes(refusal) == ["outside_every_unit"]
    assert result.counts == {"outside_its_unit": 1}


def test_children_are_sealed_counted_and_found_by_number(tmp_path: Path) -> None:
    world.with_units(tmp_path)

    dataset = world.with_children(tmp_path).dataset
    girl = find_child_by_identity(world.CODE, " 990102202001010028 ")

    assert girl is not None
    assert girl.household.code == "H1"
    assert b"990102202001010028" not in bytes(girl.identity_sealed)
    opened = open_child(girl, reader=officer(world.CODE), district_code=world.CODE)
    assert (opened.name, opened.identity, opened.address) == ("甲子涵", "990102202001010028", "1号楼101室")
    with pytest.raises(NotPermitted):
        open_child(girl, reader=officer("990103"), district_code=world.CODE)
    assert find_child_by_identity("990103", "990102202001010028") is None
    assert children_by_unit(dataset) == {"A": 2, "B": 1}
    assert Household.objects.count() == 2


def test_facts_carry_their_source_and_day(tmp_path: Path) -> None:
    world.with_units(tmp_path)
    world.with_children(tmp_path)

    girl = find_child_by_identity(world.CODE, "990102202001010028")

    assert girl is not None
    facts = {fact["name"]: fact for fact in girl.facts}
    assert facts["registration_kind"] == {
        "name": "registration_kind",
        "value": "family",
        "source": "declared",
        "as_of": "2026-03-01",
    }
    assert facts["permit_endorsed_on"]["value"] == ["2024-03-15", "2025-03-15"]
    assert facts["dwelling_unit"] == {
        "name": "dwelling_unit",
        "value": "A",
        "source": "look_up",
        "as_of": "2026-03-01",
        "verifier": "test office",
    }


def test_the_last_day_of_birth_is_excluded(tmp_path: Path) -> None:
    from datetime import date

    world.with_units(tmp_path)
    dataset = world.with_children(tmp_path).dataset

    entering = list(iter_children(dataset, born_from=date(2019, 9, 1), born_until=date(2020, 8, 31)))
    with_that_day = children_by_unit(dataset, born_from=date(2019, 9, 1), born_until=date(2020, 9, 1))

    assert [child.birth_on for child in entering] == [date(2020, 1, 1)]
    assert with_that_day == {"A": 1, "B": 1}


def test_a_fault_in_the_last_row_of_a_census_undoes_all_of_it(tmp_path: Path) -> None:
    world.with_units(tmp_path)
    path = world.children_file(
        tmp_path, world.GIRL, world.BOY.replace("990102201805050012", "990102201805050013")
    )

    with pytest.raises(ImportRefused) as refusal:
        import_children(actor=None, now=world.NOW, district_code=world.CODE, path=path)

    [finding] = refusal.value.findings
    assert (finding.code, finding.row, finding.column, finding.value) == (
        "identity_check_digit",
        3,
        "身份证号",
        "",
    )
    assert not Child.objects.exists()
    assert not Household.objects.exists()
    assert find_current_dataset(world.CODE, DatasetKind.CHILDREN) is None


def test_a_census_in_gb18030_is_read_alike(tmp_path: Path) -> None:
    world.with_units(tmp_path)
    path = world.children_file(tmp_path, world.GIRL, encoding="gb18030")

    import_children(actor=None, now=world.NOW, district_code=world.CODE, path=path, origin=world.ORIGIN)

    girl = find_child_by_identity(world.CODE, "990102202001010028")
    assert girl is not None
    assert open_child(girl, reader=officer(world.CODE), district_code=world.CODE).name == "甲子涵"


def test_a_base_map_is_stored_and_counted(tmp_path: Path) -> None:
    world.with_units(tmp_path)
    line = {"type": "LineString", "coordinates": world.square(0, 0)["coordinates"][0][:3]}
    path = world.write_features(
        tmp_path / "base.geojson",
        [{"type": "Feature", "properties": {"类型": "河流", "名称": "样河"}, "geometry": line}],
    )

    result = import_base_map(actor=None, now=world.NOW, district_code=world.CODE, path=path)

    feature = result.dataset.features.get()
    assert (feature.kind, feature.name, result.dataset.row_count) == ("river", "样河", 1)


def test_a_withdrawn_version_is_out_of_use_and_cannot_be_withdrawn_twice(tmp_path: Path) -> None:
    dataset = world.with_units(tmp_path).dataset

    withdraw_dataset(actor=officer(world.CODE), now=world.NOW, dataset=dataset)

    assert find_current_dataset(world.CODE, DatasetKind.UNITS) is None
    assert UnitBorder.objects.filter(dataset=dataset).count() == 4
    with pytest.raises(DatasetIsWithdrawn):
        withdraw_dataset(actor=officer(world.CODE), now=world.NOW, dataset=dataset)


def test_an_unknown_coordinate_system_is_refused(tmp_path: Path) -> None:
    path = world.write_features(tmp_path / "units.geojson", world.blocks())

    with pytest.raises(UnknownCrs):
        import_units(actor=None, now=world.NOW, district_code=world.CODE, path=path, crs="xian80")

    assert not Dataset.objects.exists()
