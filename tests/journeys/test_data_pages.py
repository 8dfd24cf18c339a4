"""Who finds which page of data, and what is said to somebody who is refused; nothing is stored then."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import JobRun, Role, User
from frontend.pages.officers.data.guide import GUIDES, missing_before
from geo_data.models import Dataset, DatasetKind, DatasetStatus, HeaderMapping, Upload
from geo_data.services.uploads import read_upload
from geo_data.services.versions import confirm_dataset
from tests.services import geo_world as world
from tests.services.accounts_world import auditor, officer, staff
from tests.services.upload_world import hand_in, own_storage

pytestmark = [pytest.mark.django_db, pytest.mark.journey]

HOME, BRING_UNITS = "/office/data/", "/office/data/bring-in/?kind=units"


@pytest.fixture(autouse=True)
def _kept(tmp_path: Path) -> Iterator[None]:
    world.district()
    with own_storage(tmp_path / "kept"):
        yield


def proposed(folder: Path, person: User | None = None) -> Dataset:
    """Four blocks that wait for a decision."""
    path = world.write_features(folder / "units.geojson", world.blocks())
    upload = hand_in(path, DatasetKind.UNITS, actor=person)
    return read_upload(actor=person, now=world.NOW, upload=upload).dataset


def desk_of(person: User) -> Client:
    """The pages as somebody sees them who is signed in."""
    client = Client()
    client.force_login(person)
    return client


def pages_of(found: Dataset) -> list[str]:
    """Every page about one version and its file."""
    version, file = f"/office/data/{found.pk}/", f"/office/data/files/{found.upload_id}/"
    decisions = [f"{version}{name}/" for name in ("confirm", "discard", "withdraw", "restore", "place")]
    return [version, *decisions, file, *(f"{file}{name}/" for name in ("terms", "headers", "repairs"))]


def test_officer_of_another_district_school_and_administrator_find_no_page_of_a_version(
    tmp_path: Path,
) -> None:
    found = proposed(tmp_path)
    strangers = [
        officer("990199"),
        staff(Role.SCHOOL_OFFICER, world.CODE, "A"),
        staff(Role.ADMINISTRATOR, world.CODE),
    ]

    answers = {
        (person.role, page): desk_of(person).get(page).status_code
        for person in strangers
        for page in pages_of(found)
    }

    assert set(answers.values()) == {403}, answers


def test_officer_of_another_district_changes_nothing(tmp_path: Path) -> None:
    found, stranger = proposed(tmp_path), desk_of(officer("990199"))
    file = f"/office/data/files/{found.upload_id}/"
    posts: dict[str, dict[str, str]] = {
        f"/office/data/{found.pk}/confirm/": {"confirmed": "on"},
        f"/office/data/{found.pk}/discard/": {"confirmed": "on"},
        f"/office/data/{found.pk}/workbook/make/": {},
        f"{file}again/": {"crs": "gcj02"},
        f"{file}repairs/": {"repairs": "snap", "tolerance_mm": "1"},
    }

    assert {stranger.post(page, said).status_code for page, said in posts.items()} == {403}

    found.refresh_from_db()
    assert found.status == DatasetStatus.PROPOSED
    assert not JobRun.objects.exists()


def test_auditor_reads_and_can_bring_in_or_decide_nothing(tmp_path: Path) -> None:
    found, desk = proposed(tmp_path), desk_of(auditor(world.CODE))

    assert desk.get(HOME).status_code == 200
    assert "bring-in" not in desk.get(HOME).content.decode()
    assert desk.get(f"/office/data/{found.pk}/").status_code == 200
    assert "/confirm/" not in desk.get(f"/office/data/{found.pk}/").content.decode()
    for page in ("/office/data/bring-in/", "/office/data/headers/", f"/office/data/{found.pk}/confirm/"):
        assert desk.get(page).status_code == 403


@pytest.mark.parametrize("page", ["", "place/", "confirm/", "withdraw/", "workbook/"])
def test_a_version_that_is_not_there_is_not_found(page: str) -> None:
    assert desk_of(officer(world.CODE)).get(f"/office/data/{uuid4()}/{page}").status_code == 404


def test_whoever_is_not_signed_in_is_led_to_the_sign_in() -> None:
    answer = Client().get(HOME)

    assert answer.status_code == 302
    assert "/accounts/login/" in answer.headers["Location"]


def said(**changed: Any) -> dict[str, Any]:
    """What an officer says of a file of units; changed as the case wants."""
    usual = {
        "file": SimpleUploadedFile("units.geojson", b"{}"),
        "source_office": "自然资源局",
        "vintage_on": "2026-03-01",
        "crs": "",
    }
    return {name: value for name, value in {**usual, **changed}.items() if value is not None}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"file": None}, "error-summary"),
        ({"file": SimpleUploadedFile("units.exe", b"MZ")}, "这里不能读取这种文件"),
        ({"file": SimpleUploadedFile("units", b"x")}, "这里不能读取这种文件"),
        ({"source_office": ""}, "error-summary"),
        ({"vintage_on": "2026-02-30"}, "输入一个有效的日期"),
        ({"crs": "other", "epsg": ""}, "请填写 EPSG 代码"),
        ({"crs": "other", "epsg": "999999"}, "没有这个代码的坐标系"),
        ({"crs": "", "epsg": "999999"}, "没有这个代码的坐标系"),
        ({"crs": "EPSG:4326", "epsg": "4524"}, "上面已选了别的坐标系"),
        ({"crs": "EPSG:1"}, "选择一个有效的选项"),
    ],
    ids=[
        "no file",
        "a program",
        "no ending",
        "no office",
        "no such day",
        "no code",
        "unknown code",
        "unknown code alone",
        "two systems",
        "made up",
    ],
)
def test_a_form_that_is_not_right_is_shown_again_and_stores_nothing(
    changed: dict[str, Any], words: str
) -> None:
    answer = desk_of(officer(world.CODE)).post(BRING_UNITS, said(**changed))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Upload.objects.exists()
    assert not JobRun.objects.exists()


def test_a_code_alone_is_the_system() -> None:
    answer = desk_of(officer(world.CODE)).post(BRING_UNITS, said(crs="", epsg="4524"))

    assert answer.status_code == 302
    assert Upload.objects.get().choices["crs"] == "EPSG:4524"


@pytest.mark.parametrize(("days", "status"), [(0, 302), (1, 422)])
def test_data_may_be_of_today_and_not_of_tomorrow(days: int, status: int) -> None:
    day = timezone.localdate() + timedelta(days=days)

    answer = desk_of(officer(world.CODE)).post(BRING_UNITS, said(vintage_on=day.isoformat()))

    assert answer.status_code == status
    assert Upload.objects.count() == (1 if status == 302 else 0)


@pytest.mark.parametrize(("size", "status"), [(1 << 20, 302), ((1 << 20) + 1, 422)])
def test_the_limit_is_said_before_and_holds_to_the_byte(settings: Settings, size: int, status: int) -> None:
    settings.UPLOAD_MIB = 1
    desk = desk_of(officer(world.CODE))
    assert "文件最大 1 MB" in desk.get(BRING_UNITS).content.decode()

    answer = desk.post(BRING_UNITS, said(file=SimpleUploadedFile("units.csv", b"x" * size)))

    assert answer.status_code == status
    assert Upload.objects.count() == (1 if status == 302 else 0)


def test_a_kind_that_is_no_kind_is_not_found() -> None:
    assert desk_of(officer(world.CODE)).get("/office/data/bring-in/?kind=nonsense").status_code == 404
    assert desk_of(officer(world.CODE)).get("/office/data/templates/nonsense/").status_code == 404


def test_a_decision_needs_its_tick(tmp_path: Path) -> None:
    found = proposed(tmp_path)

    answer = desk_of(officer(world.CODE)).post(f"/office/data/{found.pk}/confirm/")

    assert answer.status_code in (200, 422)
    found.refresh_from_db()
    assert found.status == DatasetStatus.PROPOSED


@pytest.mark.parametrize(
    ("decision", "words"),
    [("withdraw", "不能撤回"), ("restore", "没有可以恢复的行"), ("discard", ""), ("confirm", "")],
)
def test_a_decision_that_does_not_fit_is_refused_in_words(tmp_path: Path, decision: str, words: str) -> None:
    found = proposed(tmp_path)

    answer = desk_of(officer(world.CODE)).post(f"/office/data/{found.pk}/{decision}/", {"confirmed": "on"})

    found.refresh_from_db()
    if words:
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert found.status == DatasetStatus.PROPOSED
    else:
        assert answer.status_code == 302
        assert found.status != DatasetStatus.PROPOSED


def test_a_second_proposal_is_compared_anew_when_the_first_has_come_into_use(tmp_path: Path) -> None:
    # given two proposals compared with nothing, of which one is in use now
    first = proposed(tmp_path)
    blocks = world.blocks()
    blocks[0]["properties"]["name"] = "新名"
    path = world.write_features(tmp_path / "more.geojson", blocks)
    upload = hand_in(path, DatasetKind.UNITS)
    second = read_upload(actor=None, now=world.NOW, upload=upload).dataset
    confirm_dataset(actor=None, now=world.NOW, dataset=first)
    desk, page = desk_of(officer(world.CODE)), f"/office/data/{second.pk}/"

    # when the officer confirms the other, then it is not used yet, but compared with what is in use
    answer = desk.post(f"{page}confirm/", {"confirmed": "on"}, follow=True)
    assert "请重新查看会有哪些变化" in answer.content.decode()
    second.refresh_from_db()
    assert (second.status, second.compared_with) == (DatasetStatus.PROPOSED, first)

    # and confirmed a second time it takes the other's place, as the page had said
    assert first.file_name in desk.get(f"{page}confirm/").content.decode()
    desk.post(f"{page}confirm/", {"confirmed": "on"})
    second.refresh_from_db()
    assert second.status == DatasetStatus.CURRENT


@pytest.mark.parametrize("changed", [{"keep": "some"}, {"repairs": "paint"}, {"tolerance_mm": "wide"}])
def test_reading_again_takes_no_words_that_mean_nothing(tmp_path: Path, changed: dict[str, str]) -> None:
    found = proposed(tmp_path)

    answer = desk_of(officer(world.CODE)).post(f"/office/data/files/{found.upload_id}/again/", changed)

    assert answer.status_code == 400
    assert not JobRun.objects.exists()


@pytest.mark.parametrize(("millimetres", "status"), [("0", 422), ("1", 302), ("5000", 302), ("5001", 422)])
def test_a_corner_moves_by_one_millimetre_to_five_metres(
    tmp_path: Path, millimetres: str, status: int
) -> None:
    found = proposed(tmp_path)

    answer = desk_of(officer(world.CODE)).post(
        f"/office/data/files/{found.upload_id}/repairs/", {"repairs": "snap", "tolerance_mm": millimetres}
    )

    assert answer.status_code == status
    assert JobRun.objects.count() == (1 if status == 302 else 0)


def test_two_headers_cannot_mean_one_column(tmp_path: Path) -> None:
    # given a file with two unknown headers
    blocks = world.blocks()
    for block in blocks:
        block["properties"] |= {"甲项": 1, "乙项": 2}
    path = world.write_features(tmp_path / "units.geojson", blocks)
    upload = hand_in(path, DatasetKind.UNITS)
    read_upload(actor=None, now=world.NOW, upload=upload)
    desk, page = desk_of(officer(world.CODE)), f"/office/data/files/{upload.pk}/headers/"

    # when both are given the same column, then nothing is remembered
    answer = desk.post(page, {"header_0": "kind", "header_1": "kind"})
    assert answer.status_code == 422
    assert "已有另一个表头对应这一列" in answer.content.decode()
    assert not HeaderMapping.objects.exists()

    # when one is not used, then both answers are remembered
    desk.post(page, {"header_0": "kind", "header_1": "-"})
    assert dict(HeaderMapping.objects.values_list("header", "column")) == {"乙项": "kind", "甲项": ""}


def test_every_kind_has_its_place_in_the_order_and_comes_after_what_it_needs() -> None:
    order = [guide.kind for guide in GUIDES]

    assert sorted(order) == sorted(DatasetKind)
    for guide in GUIDES:
        assert all(order.index(before) < order.index(guide.kind) for before in guide.after), guide.kind
    assert missing_before(DatasetKind.SCHOOLS, frozenset()) == (DatasetKind.UNITS,)
    assert missing_before(DatasetKind.SCHOOLS, frozenset({DatasetKind.UNITS})) == ()


def test_the_home_of_data_and_a_version_cost_the_same_few_queries_however_much_there_is(
    tmp_path: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = officer(world.CODE)
    found, desk = proposed(tmp_path, person), desk_of(person)
    desk.get(HOME)
    with django_assert_num_queries(QUERIES_OF_HOME):
        desk.get(HOME)
    for number in range(3):
        Dataset.objects.create(
            district_id=world.CODE, kind="units", status="superseded", file_name=f"{number}.csv",
            file_digest=str(number), imported_at=world.NOW, imported_by=person,
        )  # fmt: skip
    with django_assert_num_queries(QUERIES_OF_HOME):
        desk.get(HOME)
    with django_assert_num_queries(QUERIES_OF_VERSION):
        desk.get(f"/office/data/{found.pk}/")


QUERIES_OF_HOME = 5  # session, person, district, current versions, waiting ones
QUERIES_OF_VERSION = 11
