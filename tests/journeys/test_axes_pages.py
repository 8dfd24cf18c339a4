"""A file whose first coordinate is the northing: stopped, then read with the coordinates exchanged at a button."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from geo_data.models import Dataset, DatasetKind, DatasetStatus, School, Upload
from geo_data.services.uploads import read_upload
from tests.services import geo_world as world
from tests.services.accounts_world import officer
from tests.services.upload_world import hand_in, own_storage

pytestmark = [pytest.mark.django_db, pytest.mark.journey]
BUTTON = "两个坐标对调后重新检查"
HEADER = "学校编号,学校名称,学段,学位数,招生计划,起始年级班数"
ROW = "P1,第一小学,小学,270,45,1"


@pytest.fixture(autouse=True)
def _kept(tmp_path: Path) -> Iterator[None]:
    world.district()
    world.with_units(tmp_path)
    with own_storage(tmp_path / "kept"):
        yield


def desk() -> Client:
    """The pages as the officer of the district sees them."""
    client = Client()
    client.force_login(officer(world.CODE))
    return client


def schools_file(folder: Path, columns: str, first: float, second: float) -> Path:
    """One school with its coordinates under these headers."""
    path = folder / "schools.csv"
    path.write_text(f"{HEADER},{columns}\n{ROW},{first},{second}", encoding="utf-8")
    return path


def surveyed(folder: Path) -> Path:
    """The convention of Chinese surveys: X is north, Y is east."""
    return schools_file(folder, "X坐标,Y坐标", world.NORTH + 50, world.EAST + 50)


def stopped(path: Path) -> Dataset:
    """The version refused for its axes."""
    upload = hand_in(path, DatasetKind.SCHOOLS)
    found = read_upload(actor=None, now=world.NOW, upload=upload).dataset
    assert (found.status, found.finding_counts) == (DatasetStatus.REFUSED, {"axes_swapped": 1})
    return found


@pytest.mark.parametrize(
    ("columns", "first", "second"),
    [("X坐标,Y坐标", world.NORTH + 50, world.EAST + 50), ("经度,纬度", 40.4549, 102.0006)],
)
def test_the_one_button_exchanges_the_coordinates_and_the_file_is_taken(
    tmp_path: Path, columns: str, first: float, second: float
) -> None:
    # given
    found = stopped(schools_file(tmp_path, columns, first, second))
    page = desk().get(f"/office/data/{found.pk}/").content.decode()
    assert page.count('name="swap_axes" value="yes"') == 1
    assert BUTTON in page
    assert "重新检查：" not in page  # no other system is offered: none would help
    assert BUTTON in desk().get(f"/office/data/{found.pk}/place/").content.decode()

    # when
    answer = desk().post(f"/office/data/files/{found.upload_id}/again/", {"swap_axes": "yes"})
    upload = Upload.objects.get()
    again = read_upload(actor=None, now=world.NOW, upload=upload).dataset

    # then
    assert (answer.status_code, upload.choices) == (302, {"swap_axes": True})
    assert (again.status, again.options["swap_axes"]) == (DatasetStatus.PROPOSED, True)
    assert again.finding_counts["axes_exchanged"] == 1
    point = School.objects.get(dataset=again).point
    assert (round(point.x, 2), round(point.y, 2)) == (102.0, 40.45)
    assert "两个坐标已按要求对调" in desk().get(f"/office/data/{again.pk}/").content.decode()


def test_coordinates_exchanged_without_need_are_stopped_and_the_button_takes_it_back(tmp_path: Path) -> None:
    # given a file that was right, read the other way round
    path = schools_file(tmp_path, "横坐标,纵坐标", world.EAST + 50, world.NORTH + 50)
    upload = hand_in(path, DatasetKind.SCHOOLS)
    desk().post(f"/office/data/files/{upload.pk}/again/", {"swap_axes": "yes"})
    found = read_upload(actor=None, now=world.NOW, upload=Upload.objects.get(pk=upload.pk)).dataset
    assert found.finding_counts == {"axes_exchanged": 1, "axes_swapped": 1}
    page = desk().get(f"/office/data/{found.pk}/").content.decode()
    assert 'name="swap_axes" value="no"' in page

    # when
    desk().post(f"/office/data/files/{upload.pk}/again/", {"swap_axes": "no"})
    again = read_upload(actor=None, now=world.NOW, upload=Upload.objects.get(pk=upload.pk)).dataset

    # then
    assert (again.status, again.finding_counts) == (DatasetStatus.PROPOSED, {})


def test_the_box_of_the_form_is_kept_with_the_upload(tmp_path: Path) -> None:
    said = {"source_office": "自然资源局", "vintage_on": "2026-03-01", "swap_axes": "on", "crs": ""}
    file = SimpleUploadedFile("schools.csv", surveyed(tmp_path).read_bytes())

    answer = desk().post("/office/data/bring-in/?kind=schools", {**said, "file": file})

    assert answer.status_code == 302
    assert Upload.objects.get().choices == {"swap_axes": True}
    assert 'name="swap_axes"' not in desk().get("/office/data/bring-in/?kind=children").content.decode()


def test_the_command_and_the_api_exchange_the_coordinates_too(tmp_path: Path) -> None:
    path = surveyed(tmp_path)

    call_command("import_schools", str(path), "--district", world.CODE, "--swap-axes")
    told = {"district": world.CODE, "kind": "schools", "swap_axes": "true"}
    file = SimpleUploadedFile("schools.csv", path.read_bytes())
    answer = desk().post("/api/uploads/", {**told, "file": file})

    assert School.objects.get().unit_code == "A"
    assert answer.status_code == 202
    assert Upload.objects.get(pk=answer.json()["upload"]).choices == {"swap_axes": True}
