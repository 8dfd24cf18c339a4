"""A file beside the places known: read in the likely system, or taken at its word, by a button or by a box."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from geo_data.models import Dataset, DatasetKind, DatasetStatus, Upload
from geo_data.services.uploads import read_upload
from geo_data.tables.offsets import gcj02_from_wgs84
from tests.services import geo_world as world
from tests.services.accounts_world import officer
from tests.services.upload_world import hand_in, own_storage

pytestmark = [pytest.mark.django_db, pytest.mark.journey]
WORDS = "现行版本的位置有误，以本文件为准"
BOX = 'name="accept_offset"'
WHY = "旧图按错误坐标系导入"
ACCEPTED = {"accept_offset": "on", "offset_reason": WHY}
KEPT = {"accept_offset": True, "offset_reason": WHY}


@pytest.fixture(autouse=True)
def _kept(tmp_path: Path) -> Iterator[None]:
    world.district()
    with own_storage(tmp_path / "kept"):
        yield


def desk() -> Client:
    """The pages as the officer of the district sees them."""
    client = Client()
    client.force_login(officer(world.CODE))
    return client


def shifted_units(folder: Path) -> Path:
    """The four blocks where GCJ-02 would have them."""
    blocks = world.blocks()
    for block in blocks:
        corners = np.array(block["geometry"]["coordinates"][0])
        longitude, latitude = gcj02_from_wgs84(corners[:, 0], corners[:, 1])
        block["geometry"]["coordinates"] = [np.stack((longitude, latitude), axis=1).tolist()]
    return world.write_features(folder / "shifted.geojson", blocks)


def stopped(folder: Path) -> Dataset:
    """A version that was refused because it lies beside the units in use."""
    world.with_units(folder)
    upload = hand_in(shifted_units(folder), DatasetKind.UNITS)
    found = read_upload(actor=None, now=world.NOW, upload=upload).dataset
    assert (found.status, "shifted_like" in found.finding_counts) == (DatasetStatus.REFUSED, True)
    return found


def test_a_version_beside_the_known_places_offers_both_ways_and_takes_the_file_at_its_word(
    tmp_path: Path,
) -> None:
    found, officers = stopped(tmp_path), desk()

    page = officers.get(f"/office/data/{found.pk}/").content.decode()
    assert 'name="crs" value="gcj02"' in page
    assert WORDS in page
    terms = f"/office/data/files/{found.upload_id}/terms/?offset=1"
    assert terms in page
    assert "checked" in _box(officers.get(terms).content.decode())
    sent = officers.post(terms, {"crs": "", **ACCEPTED})

    upload = Upload.objects.get()
    assert (sent.status_code, upload.choices) == (302, KEPT)
    taken = read_upload(actor=None, now=world.NOW, upload=upload).dataset
    assert (taken.options["accept_offset"], taken.options["offset_reason"]) == (True, WHY)
    assert WHY in officers.get(f"/office/data/{taken.pk}/").content.decode()
    assert taken.status == DatasetStatus.PROPOSED
    assert dict(taken.finding_counts) == {"shift_accepted": 1}
    assert WORDS not in officers.get(f"/office/data/{taken.pk}/").content.decode()


def test_the_box_of_other_terms_shows_what_was_chosen_and_can_be_cleared(tmp_path: Path) -> None:
    found, officers = stopped(tmp_path), desk()
    terms = f"/office/data/files/{found.upload_id}/terms/"
    assert "checked" not in _box(officers.get(terms).content.decode())

    officers.post(terms, {"crs": "", **ACCEPTED})
    assert Upload.objects.get().choices == KEPT
    shown = officers.get(terms).content.decode()
    assert "checked" in _box(shown)
    assert WHY in shown
    officers.post(terms, {"crs": ""})

    assert Upload.objects.get().choices == {}


@pytest.mark.parametrize(
    ("kind", "is_offered"), [("units", True), ("schools", True), ("children", False), ("pupils", False)]
)
def test_only_kinds_that_can_be_shifted_have_the_box(kind: str, is_offered: bool) -> None:
    page = desk().get(f"/office/data/bring-in/?kind={kind}").content.decode()

    assert (BOX in page) == is_offered


@pytest.mark.parametrize(("ticked", "kept"), [(ACCEPTED, KEPT), ({}, {})])
def test_the_box_holds_for_the_file_that_is_handed_in(
    tmp_path: Path, ticked: dict[str, str], kept: dict[str, bool]
) -> None:
    file = SimpleUploadedFile("units.geojson", shifted_units(tmp_path).read_bytes())
    said = {"file": file, "source_office": "自然资源局", "vintage_on": "2026-03-01", "crs": "", **ticked}

    sent = desk().post("/office/data/bring-in/?kind=units", said)

    assert sent.status_code == 302
    assert Upload.objects.get().choices == kept


def test_the_box_without_a_reason_is_asked_again_and_nothing_changes(tmp_path: Path) -> None:
    found, officers = stopped(tmp_path), desk()

    answer = officers.post(
        f"/office/data/files/{found.upload_id}/terms/",
        {"crs": "", "accept_offset": "on", "offset_reason": " "},
    )

    assert answer.status_code == 422
    assert "请写明理由" in answer.content.decode()
    assert Upload.objects.get().choices == {}


def _box(page: str) -> str:
    """The box as it stands on a page."""
    at = page.index(BOX)
    return page[page.rindex("<", 0, at) : page.index(">", at)]


def test_a_file_that_cannot_be_opened_offers_no_painted_sheet(tmp_path: Path) -> None:
    broken = tmp_path / "schools.xlsx"
    broken.write_bytes(b"no workbook")
    world.with_units(tmp_path)
    unreadable = read_upload(actor=None, now=world.NOW, upload=hand_in(broken, DatasetKind.SCHOOLS)).dataset
    readable = stopped(tmp_path)

    make = "workbook/"
    assert make not in desk().get(f"/office/data/{unreadable.pk}/").content.decode()
    assert "问题见下面的说明" in desk().get(f"/office/data/{unreadable.pk}/").content.decode()
    assert make in desk().get(f"/office/data/{readable.pk}/").content.decode()
