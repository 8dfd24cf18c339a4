"""The page of zones from a map or a list: read, reported, decided, confirmed; what was read travels signed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import load_workbook

from geo_data.models import CatchmentUnit, Dataset, DatasetKind, DatasetStatus
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.test_zoning_earlier import exchanged, layer, shifted, square
from tests.services.worlds import DISTRICT, NOON, small_county
from zoning.models import ZonePlan
from zoning.selectors.plans import plan_content

pytestmark = pytest.mark.django_db
ADDRESS = "/office/plans/file/"
FIRST = {"stage": "primary", "check": "1"}


@pytest.fixture
def client() -> Client:
    small_county()
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer(DISTRICT))
    return client


def polygons(folder: Path, **zones: dict[str, object]) -> SimpleUploadedFile:
    return SimpleUploadedFile("zones.geojson", layer(folder, **zones).read_bytes())


def units(*rows: str) -> SimpleUploadedFile:
    text = "\n".join(("单元编号,学校编号", *rows))
    return SimpleUploadedFile("zones.csv", text.encode("gb18030"))


def checked(client: Client, file: SimpleUploadedFile, **more: Any) -> str:
    return client.post(ADDRESS, {**FIRST, **more, "file": file}).content.decode()


def carried(page: str) -> dict[str, str]:
    """What the page hands back beside the officer's own answers."""
    found = {name: re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("seen", "digest")}
    return {name: value[1] for name, value in found.items() if value}


def test_polygons_are_reported_first_and_become_a_plan_when_confirmed(client: Client, tmp_path: Path) -> None:
    page = checked(client, polygons(tmp_path, A=square(0, 2), B=square(2, 2)))
    assert "4 units" in page
    assert not ZonePlan.objects.exists()

    answer = client.post(
        ADDRESS, {"stage": "primary", "store": "1", "name": "2024", "confirmed": "on", **carried(page)}
    )

    plan = ZonePlan.objects.get()
    assert answer.headers["Location"] == f"/office/plans/{plan.pk}/"
    assert (plan.name, plan.origin, plan.report["matched"]["source"]) == ("2024", "imported", "polygons")
    assert plan_content(plan).zone_of == {"u0": "A", "u1": "A", "u2": "B", "u3": "B"}


def test_a_split_unit_is_decided_by_hand_or_by_majority_without_handing_the_file_in_again(
    client: Client, tmp_path: Path
) -> None:
    page = checked(client, polygons(tmp_path, A=square(0, 1.7), B=square(1.7, 2.3)))
    assert 'name="unit-u1"' in page
    assert "A 70.0 %" in page
    store = {"stage": "primary", "store": "1", "confirmed": "on", **carried(page)}

    undecided = client.post(ADDRESS, store).content.decode()
    majority = client.post(ADDRESS, {**FIRST, "majority": "on", "seen": store["seen"]}).content.decode()
    by_hand = client.post(ADDRESS, {**store, "unit-u1": "B"})

    assert "Some units have no zone yet, or several." in undecided
    assert "by majority" in majority
    assert by_hand.status_code == 302
    assert plan_content(ZonePlan.objects.get()).zone_of["u1"] == "B"


def test_a_list_of_units_is_read_in_gb18030_and_what_it_leaves_out_is_decided(client: Client) -> None:
    page = checked(client, units("u0,A", "u1,A", "u2,B"))
    assert 'name="unit-u3"' in page

    client.post(
        ADDRESS, {"stage": "primary", "store": "1", "confirmed": "on", "unit-u3": "B", **carried(page)}
    )

    plan = ZonePlan.objects.get()
    assert plan_content(plan).zone_of == {"u0": "A", "u1": "A", "u2": "B", "u3": "B"}
    assert (plan.report["matched"]["source"], plan.report["matched"]["by_hand"]) == ("list", ["u3"])


def test_a_file_with_faults_is_refused_with_its_findings(client: Client, tmp_path: Path) -> None:
    unknown = checked(client, units("u9,A", "u1,Z"))
    stray = checked(client, polygons(tmp_path, A=square(0, 2), B=square(2, 2)), crs="EPSG:4547")
    damaged = checked(client, SimpleUploadedFile("zones.gpkg", b"no layer"))

    assert "there is no such unit" in unknown
    assert "there is no such school" in unknown
    assert "EPSG:4326" in stray  # the system that fits is named
    for page in (unknown, stray, damaged):
        assert "The file cannot be used" in page
        assert 'name="digest" value' not in page
    assert not ZonePlan.objects.exists()


def test_zones_on_a_shifted_map_are_stopped_shown_beside_the_units_and_taken_with_a_reason(
    client: Client, tmp_path: Path
) -> None:
    drawn = {"A": shifted(square(0, 2)), "B": shifted(square(2, 2))}

    stopped = checked(client, polygons(tmp_path, **drawn))
    silent = checked(client, polygons(tmp_path, **drawn), accept_offset="on")
    declared = checked(client, polygons(tmp_path, **drawn), crs="gcj02")
    accepted = checked(
        client, polygons(tmp_path, **drawn), accept_offset="on", offset_reason=" 单元层偏移 ", majority="on"
    )

    assert "The file cannot be used" in stopped
    assert "gcj02: " in stopped
    assert "As declared" in stopped
    assert "Likely" in stopped
    places = json.loads(re.search(r'<script id="places-data"[^>]*>(.*?)</script>', stopped)[1])  # type: ignore[index]
    assert [one["role"] for one in places["layers"]] == ["ground", "known", "wrong", "likely"]
    assert "Write why: the plan keeps it." in silent
    assert "4 units" in declared
    assert "The file cannot be used" not in accepted
    store = {"stage": "primary", "store": "1", "confirmed": "on", "majority": "on", **carried(accepted)}
    decided = {f"unit-u{i}": "A" for i in range(4)}
    client.post(ADDRESS, {**store, **decided, "offset_reason": "another reason, never read"})
    plan = ZonePlan.objects.get()
    assert plan.report["matched"]["offset_reason"] == "单元层偏移"


def test_a_map_with_its_coordinates_exchanged_is_stopped_shown_and_taken_at_a_box(
    client: Client, tmp_path: Path
) -> None:
    drawn = {"A": exchanged(square(0, 2)), "B": exchanged(square(2, 2))}

    stopped = checked(client, polygons(tmp_path, **drawn))
    taken = checked(client, polygons(tmp_path, **drawn), swap_axes="on")
    store = {"stage": "primary", "store": "1", "confirmed": "on", **carried(taken)}
    client.post(ADDRESS, store)

    assert "The file cannot be used" in stopped
    assert 'name="swap_axes"' in stopped
    assert "Exchange the two coordinates" in stopped
    assert "4 units" in taken
    assert ZonePlan.objects.get().report["matched"]["swap_axes"] is True


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "Choose a file."),
        ({"file": SimpleUploadedFile("zones.docx", b"x")}, "This kind of file is not read here."),
        ({"seen": "forged"}, "Choose the file again"),
        ({"seen": "x", "crs": "other"}, "There is no coordinate system with this code."),
    ],
)
def test_what_is_missing_or_forged_is_said(client: Client, more: dict[str, Any], words: str) -> None:
    assert words in client.post(ADDRESS, {**FIRST, **more}).content.decode()


def test_nothing_is_stored_unconfirmed_for_another_stage_or_on_other_units(client: Client) -> None:
    seen = carried(checked(client, units("u0,A", "u1,A", "u2,B", "u3,B")))
    store = {"stage": "primary", "store": "1", **seen}

    unconfirmed = client.post(ADDRESS, store).content.decode()
    assert "Confirm that you have checked the report." in unconfirmed
    junior = client.post(ADDRESS, {**store, "stage": "junior", "confirmed": "on"}).content.decode()
    assert "Choose the file again" in junior

    # The units are brought in anew: the same codes, another version.
    old = Dataset.objects.get(kind=DatasetKind.UNITS)
    rows = list(CatchmentUnit.objects.filter(dataset=old))
    Dataset.objects.filter(pk=old.pk).update(status=DatasetStatus.SUPERSEDED)
    new = Dataset.objects.create(
        district=old.district, kind=old.kind, file_name="new", file_digest="1" * 64, imported_at=NOON
    )
    for row in rows:
        row.pk, row.dataset, row._state.adding = None, new, True
        row.save()
    changed = client.post(ADDRESS, {**store, "confirmed": "on"}).content.decode()

    assert "Units or texts changed since the report was shown." in changed
    assert not ZonePlan.objects.exists()


def test_the_template_has_the_columns_and_is_not_taken_with_its_example(
    client: Client, tmp_path: Path
) -> None:
    answer = client.get(f"{ADDRESS}template.xlsx")
    path = tmp_path / "zones.xlsx"
    path.write_bytes(b"".join(answer))

    [header, *_rows] = load_workbook(path).get_sheet_by_index(0).to_python()
    page = checked(client, SimpleUploadedFile("zones.xlsx", path.read_bytes()))

    assert [str(cell).split(" ")[0] for cell in header] == ["单元编号", "学校编号"]
    assert "The file cannot be used" in page


def test_only_officers_who_edit_zones_find_the_page() -> None:
    small_county()
    for person, status in ((auditor(DISTRICT), 403), (guardian(), 403), (officer("990199"), 404)):
        client = Client()
        client.force_login(person)
        assert client.get(ADDRESS).status_code == status
    assert Client().get(ADDRESS).status_code == 302


def test_words_of_a_file_are_shown_as_words(client: Client) -> None:
    page = checked(client, units("<b>u</b>,A"))

    assert "<b>u</b>" not in page
    assert json.dumps("<b>") not in page
