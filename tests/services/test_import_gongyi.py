"""The import on a real county: its faults are found, named and mended only when asked for."""

from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent
from geo_data.models import CatchmentUnit, Dataset, DatasetKind, DatasetStatus, UnitBorder
from geo_data.selectors.children import children_by_unit
from geo_data.selectors.datasets import get_current_dataset
from geo_data.selectors.schools import load_school_sites
from geo_data.selectors.units import load_unit_places
from geo_data.services.datasets import ImportRefused
from geo_data.services.districts import ensure_district
from geo_data.services.import_schools import import_schools
from geo_data.services.import_units import import_units
from geo_data.tables.coverage import Repair

DATA = Path(__file__).parents[3] / "shared" / "data" / "gongyi"
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
BOTH = (Repair.MAKE_VALID, Repair.SNAP)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.exists(), reason="the data of Gongyi (../shared/data/gongyi) are not here"),
]


@pytest.fixture(autouse=True)
def _district() -> None:
    ensure_district(actor=None, now=NOW, code="410181", name="巩义市", working_crs=4497)


def test_invalid_polygons_refuse_the_file_and_nothing_is_stored() -> None:
    with pytest.raises(ImportRefused) as refusal:
        import_units(actor=None, now=NOW, district_code="410181", path=DATA / "units.gpkg", crs="EPSG:4497")

    invalid = [
        finding.value.split(":")[0] for finding in refusal.value.findings if finding.code == "polygon_invalid"
    ]
    assert invalid == ["12", "153", "1101", "1124"]
    assert not Dataset.objects.exists()
    assert not CatchmentUnit.objects.exists()


def test_coverage_faults_left_after_mending_polygons_are_named() -> None:
    with pytest.raises(ImportRefused) as refusal:
        import_units(
            actor=None,
            now=NOW,
            district_code="410181",
            path=DATA / "units.gpkg",
            repairs=[Repair.MAKE_VALID],
        )

    faults = [finding.value for finding in refusal.value.findings if finding.code == "coverage_fault"]
    named = {code for fault in faults for code in fault.split(":")[0].split(" – ")}
    assert named == {"18", "332", "333", "454", "457", "462", "463", "468"}


def test_both_repairs_store_every_unit_and_a_second_import_is_the_same_version() -> None:
    asked = {
        "actor": None,
        "now": NOW,
        "district_code": "410181",
        "path": DATA / "units.gpkg",
        "repairs": BOTH,
    }
    first = import_units(**asked)  # type: ignore[arg-type]
    second = import_units(**asked)  # type: ignore[arg-type]

    units = get_current_dataset("410181", DatasetKind.UNITS)
    assert (first.is_new, second.is_new) == (True, False)
    assert second.dataset == units == first.dataset
    assert units.row_count == CatchmentUnit.objects.filter(dataset=units).count() == 1276
    assert sum(place.children or 0 for place in load_unit_places(units)) == 40995
    assert UnitBorder.objects.filter(dataset=units).count() == 3427
    assert AuditEvent.objects.filter(action="dataset.imported").count() == 1
    assert {f.code for f in first.findings} == {
        "column_unknown",
        "coverage_mended",
        "gap",
        "multi_part",
        "name_missing",
        "polygon_mended",
    }


def test_schools_stand_in_their_units_with_a_sixth_of_their_seats_as_intake() -> None:
    import_units(actor=None, now=NOW, district_code="410181", path=DATA / "units.gpkg", repairs=BOTH)

    result = import_schools(
        actor=None,
        now=NOW,
        district_code="410181",
        path=DATA / "schools.csv",
        crs="EPSG:4497",
        stage="primary",
    )

    sites = {site.code: site for site in load_school_sites(result.dataset, "primary")}
    assert len(sites) == 22
    assert sum(site.capacity for site in sites.values()) == 41900
    assert (sites["s108"].unit_code, sites["s108"].planned_intake) == ("108", 266)
    assert sites["s108"].x_m == pytest.approx(19680133.78, abs=0.001)
    assert sites["s108"].y_m == pytest.approx(3841632.29, abs=0.001)
    assert {f.code for f in result.findings} == {"intake_computed", "name_missing"}


def test_a_new_version_takes_the_place_of_the_current_one() -> None:
    old = import_units(actor=None, now=NOW, district_code="410181", path=DATA / "units.gpkg", repairs=BOTH)

    new = import_units(
        actor=None, now=NOW, district_code="410181", path=DATA / "units.gpkg", repairs=BOTH, tolerance_m=0.002
    )

    old.dataset.refresh_from_db()
    assert (old.dataset.status, new.dataset.status) == (DatasetStatus.SUPERSEDED, DatasetStatus.CURRENT)


def test_one_years_entrants_are_invented_in_the_units_proportions(tmp_path: Path) -> None:
    units = import_units(actor=None, now=NOW, district_code="410181", path=DATA / "units.gpkg", repairs=BOTH)

    call_command("make_sample_children", district="410181", year=2026, seed=1, stdout=StringIO())

    census = get_current_dataset("410181", DatasetKind.CHILDREN)
    counted = {place.code: place.children or 0 for place in load_unit_places(units.dataset)}
    invented = children_by_unit(census, born_from=date(2019, 9, 1), born_until=date(2020, 9, 1))
    assert census.row_count == sum(invented.values()) == 6832
    assert all(abs(invented.get(code, 0) - children / 6) < 1 for code, children in counted.items())


def test_commands_refuse_with_exit_code_one_and_list_findings_by_row() -> None:
    out = StringIO()

    with pytest.raises(CommandError, match="polygon_invalid × 4"):
        call_command("import_units", str(DATA / "units.gpkg"), district="410181", stdout=out)

    assert "第 14 行：“12: Ring Self-intersection" in out.getvalue()
    assert "row 14: '12: Ring Self-intersection" in out.getvalue()
