"""Values under unknown headers: read from the sealed file for an officer who imports, covered, and kept nowhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEvent
from common.errors import NotPermitted
from geo_data.models import Dataset, DatasetFinding, DatasetKind, Upload
from geo_data.services.header_samples import samples_under
from geo_data.services.stored_files import UploadIsDeleted, delete_upload
from geo_data.services.uploads import read_upload
from tests.services import geo_world as world
from tests.services.accounts_world import auditor, officer
from tests.services.upload_world import hand_in, own_storage

pytestmark = pytest.mark.django_db
SECRET = "99010120190101001X"
CSV = (
    "地址编号,小区或村,单元编号,户主甲,联系,说明",
    f"X1,甲院,A,甲子乙,13900000001,{SECRET}",
    "X2,乙院,B,丙丁,0371-60000000,沿街一层的商铺",
)


@pytest.fixture(autouse=True)
def _county(tmp_path: Path) -> Iterator[None]:
    world.district()
    world.with_units(tmp_path)
    with own_storage(tmp_path / "kept"):
        yield


def handed_in(folder: Path) -> Upload:
    """A register of addresses with three columns that nobody knows, read once."""
    path = folder / "addresses.csv"
    path.write_text("\n".join(CSV), encoding="utf-8")
    upload = hand_in(path, DatasetKind.ADDRESSES)
    read_upload(actor=None, now=world.NOW, upload=upload)
    return upload


def page_of(upload: Upload, client: Client) -> str:
    answer = client.get(f"/office/data/files/{upload.pk}/headers/")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.content.decode()


def desk(code: str = world.CODE) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer(code))
    return client


def test_the_page_shows_values_under_each_header_and_covers_what_looks_personal(tmp_path: Path) -> None:
    page = page_of(handed_in(tmp_path), desk())

    for shown in ("甲**", "丙*", "1**********", "0************", "9*****************", "沿街一层的商铺"):
        assert f"<li>{shown}</li>" in page
    for hidden in ("甲子乙", "丙丁", "13900000001", SECRET):
        assert hidden not in page


def test_nothing_of_the_values_is_stored_or_recorded(tmp_path: Path) -> None:
    upload = handed_in(tmp_path)
    events = AuditEvent.objects.count()

    page_of(upload, desk())

    assert AuditEvent.objects.count() == events
    told = f"{list(DatasetFinding.objects.values())}{list(Dataset.objects.values())}{list(Upload.objects.values())}"
    for value in ("甲子乙", "13900000001", SECRET, "沿街一层的商铺", "甲**"):
        assert value not in told
    assert not list((tmp_path / "kept" / "scratch").glob("*"))


def test_only_an_officer_who_may_import_is_shown_them(tmp_path: Path) -> None:
    upload = handed_in(tmp_path)

    for person in (auditor(world.CODE), officer("410182")):
        with pytest.raises(NotPermitted):
            samples_under(reader=person, upload=upload, headers=["联系"])
        client = Client()
        client.force_login(person)
        assert client.get(f"/office/data/files/{upload.pk}/headers/").status_code in (403, 404)


def test_a_file_that_is_gone_has_no_values_and_the_page_still_asks(tmp_path: Path) -> None:
    upload, person = handed_in(tmp_path), officer(world.CODE)
    delete_upload(actor=person, now=world.NOW, upload=upload)
    upload.refresh_from_db()

    with pytest.raises(UploadIsDeleted):
        samples_under(reader=person, upload=upload, headers=["联系"])
    page = page_of(upload, desk())

    assert 'name="header_0"' in page
    assert "For example" not in page


def test_a_file_too_heavy_for_the_limits_has_no_values(tmp_path: Path, settings: Any) -> None:
    upload, person = handed_in(tmp_path), officer(world.CODE)
    settings.READER_OUTPUT_MIB = 0

    assert samples_under(reader=person, upload=upload, headers=["联系"]) == {}


def test_no_unknown_header_reads_no_file(tmp_path: Path) -> None:
    upload = handed_in(tmp_path)
    Upload.objects.filter(pk=upload.pk).update(stored_name="not-there")
    upload.refresh_from_db()

    assert samples_under(reader=officer(world.CODE), upload=upload, headers=[]) == {}
