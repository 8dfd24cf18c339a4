"""Files handed in on pages and done by the worker: streets as .pbf, a batch of addresses, a discarded proposal."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_tasks_db.models import DBTaskResult
from python_calamine import load_workbook

from accounts.models import JobRun, JobStatus
from geo_data.models import AddressEntry, Dataset, DatasetKind, DatasetStatus, StreetNetwork
from geo_data.services.districts import ensure_district
from tests.journeys.import_world import work
from tests.services import address_world as register
from tests.services import geo_world as world
from tests.services.accounts_world import officer
from tests.services.upload_world import own_storage
from zoning.models import AddressFile
from zoning.tasks import answer_address_file_task

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
HELSINKI = Path(__file__).parents[2].parent / "shared" / "data" / "osm_helsinki" / "test.osm.pbf"
SAID = {"source_office": "自然资源局", "vintage_on": "2026-03-01", "crs": ""}


@pytest.fixture(autouse=True)
def _kept(tmp_path: Path) -> Iterator[None]:
    with own_storage(tmp_path / "kept"):
        yield


def desk() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer(world.CODE))
    return client


def handed_in(office: Client, kind: str, name: str, data: bytes) -> str:
    """Hand a file in and let the worker check it; returns the page of the version."""
    sent = office.post(
        f"/office/data/bring-in/?kind={kind}", {"file": SimpleUploadedFile(name, data), **SAID}
    )
    assert sent.status_code == 302
    work()
    led = office.get(sent.headers["Location"])
    assert led.status_code == 302
    return str(led.headers["Location"])


@pytest.mark.skipif(not HELSINKI.exists(), reason="needs the real extracts of ../shared/data/osm_helsinki")
def test_a_street_network_of_openstreetmap_is_handed_in_checked_and_used() -> None:
    ensure_district(actor=None, now=world.NOW, code=world.CODE, name="赫尔辛基", working_crs=3067)
    office = desk()

    page = handed_in(office, "streets", "test.osm.pbf", HELSINKI.read_bytes())
    shown = office.get(page).content.decode()
    confirmed = office.post(f"{page}confirm/", {"confirmed": "on"})

    assert "1,532 rows can be used." in shown
    assert "Make a workbook with the mistakes marked" not in shown  # the file is no table
    assert confirmed.status_code == 302
    found = Dataset.objects.get(kind=DatasetKind.STREETS)
    assert (found.status, StreetNetwork.objects.get(dataset=found).edges) == (DatasetStatus.CURRENT, 1532)
    assert "km" in office.get("/office/streets/").content.decode()


def test_a_damaged_street_network_is_refused_with_its_finding() -> None:
    world.district()
    office = desk()

    page = handed_in(office, "streets", "broken.osm.pbf", b"\x00\x00\x00\x0d\x0a\x09OSMHeader no more")

    found = Dataset.objects.get(kind=DatasetKind.STREETS)
    assert found.status == DatasetStatus.REFUSED
    assert "Nothing was brought in" in office.get(page).content.decode()
    assert not StreetNetwork.objects.exists()


def test_a_proposal_is_discarded_on_its_page_and_leaves_no_rows(tmp_path: Path) -> None:
    world.district()
    world.with_units(tmp_path)
    office = desk()
    text = "\n".join((register.HEADER, *register.ROWS)).encode()
    page = handed_in(office, "addresses", "addresses.csv", text)
    assert AddressEntry.objects.count() == len(register.ROWS)

    asked = office.get(f"{page}discard/").content.decode()
    unconfirmed = office.post(f"{page}discard/", {})
    kept = AddressEntry.objects.count()
    done = office.post(f"{page}discard/", {"confirmed": "on"})

    assert "Its rows are deleted." in asked
    assert (unconfirmed.status_code, kept) == (422, len(register.ROWS))
    assert (done.status_code, AddressEntry.objects.count()) == (302, 0)
    assert Dataset.objects.get(kind=DatasetKind.ADDRESSES).status == DatasetStatus.DISCARDED
    assert "This proposal was discarded" in office.get(page).content.decode()


def test_a_batch_of_addresses_is_looked_up_and_handed_out_once(tmp_path: Path) -> None:
    register.zoned_county(tmp_path)
    office = desk()
    rows = "地址\n文化路11号\n锦绣花园\n没有这条路9号\n".encode()

    sent = office.post(
        "/office/addresses/files/",
        {
            "file": SimpleUploadedFile("asked.csv", rows),
            "stage": "primary",
            "on": register.DAY.isoformat(),
        },
    )
    job = JobRun.objects.get(status=JobStatus.QUEUED)
    queued = DBTaskResult.objects.get(pk=job.task_id)
    answer_address_file_task.call(**queued.args_kwargs["kwargs"])
    file = AddressFile.objects.get()
    listed = office.get("/office/addresses/").content.decode()
    first = office.post(f"/office/addresses/files/{file.pk}/")
    second = office.post(f"/office/addresses/files/{file.pk}/")

    assert sent.status_code == 302
    assert f"/office/addresses/files/{file.pk}/" in listed
    sheet = load_workbook(BytesIO(first.content)).get_sheet_by_index(0).to_python()
    assert [row for row in sheet if "文化路11号" in row]
    assert "第三小学" in str(sheet)
    assert len(sheet) == 4
    assert second.status_code >= 400
