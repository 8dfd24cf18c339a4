"""The API of imports: who may hand in, look, confirm, discard and withdraw, and what is answered."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from python_calamine import load_workbook

from accounts.models import JobRun, User
from geo_data.models import CatchmentUnit, Dataset, DatasetStatus, UnitBorder, Upload
from geo_data.services.import_units import import_units
from geo_data.services.terms import Settle, Terms
from geo_data.services.uploads import read_upload
from tests.services import geo_world as world
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.upload_world import own_storage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kept(tmp_path: Path) -> Iterator[None]:
    world.district()
    with own_storage(tmp_path):
        yield


def _as(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def _overlapping(folder: Path) -> Path:
    features = [world.feature("A", world.square(0, 0)), world.feature("B", world.square(90, 0))]
    return world.write_features(folder / "units.geojson", features)


def _proposed(folder: Path, path: Path | None = None) -> Dataset:
    path = path or world.write_features(folder / "units.geojson", world.blocks())
    terms = Terms(settle=Settle.PROPOSE)
    return import_units(actor=None, now=world.NOW, district_code=world.CODE, path=path, terms=terms).dataset


def test_a_file_is_handed_in_and_queued(tmp_path: Path) -> None:
    path = world.write_features(tmp_path / "units.geojson", world.blocks())
    asked = {
        "district": world.CODE,
        "kind": "units",
        "source_office": "自然资源局",
        "vintage_on": "2026-03-01",
    }

    with path.open("rb") as file:
        answer = _as(officer(world.CODE)).post("/api/uploads/", {"file": file, **asked})

    assert answer.status_code == 202
    upload = Upload.objects.get(pk=answer.json()["upload"])
    job = JobRun.objects.get(pk=answer.json()["job"])
    assert (upload.file_name, upload.source_office, job.subject_id) == (
        "units.geojson",
        "自然资源局",
        str(upload.pk),
    )
    assert read_upload(actor=None, now=world.NOW, upload=upload).dataset.status == DatasetStatus.PROPOSED


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"kind": "units", "keep": "good_rows"}, 422, "good_rows_not_offered"),
        ({"kind": "units", "crs": "xian80"}, 400, "unknown_crs"),
        ({"kind": "children", "stage": "primary"}, 422, "format_not_read"),
        ({"kind": "children"}, 422, "format_not_read"),
        ({"kind": "units", "tolerance_mm": "5001"}, 400, "choice_not_offered"),
    ],
)
def test_what_is_not_offered_is_refused_with_its_code(
    asked: dict[str, str], status: int, code: str, tmp_path: Path
) -> None:
    path = world.write_features(tmp_path / "units.geojson", world.blocks())

    with path.open("rb") as file:
        answer = _as(officer(world.CODE)).post(
            "/api/uploads/", {"file": file, "district": world.CODE, **asked}
        )

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Upload.objects.exists()


def test_points_are_handed_in_with_their_neighbours_and_what_headers_mean(tmp_path: Path) -> None:
    # given units that are points, a header that nobody knows, and a table of what adjoins what
    points = tmp_path / "points.csv"
    x, y = world.EAST, world.NORTH
    points.write_text(f"单元编号,名称,小区类别,横坐标,纵坐标\nA,甲,楼盘,{x},{y}\nB,乙,村,{x + 100},{y}\n")
    neighbours = tmp_path / "neighbours.csv"
    neighbours.write_text("单元甲,单元乙\nA,B\n")
    asked = {"district": world.CODE, "kind": "units", "crs": f"EPSG:{world.EPSG}"}

    # when they are sent in one form
    with points.open("rb") as file, neighbours.open("rb") as borders:
        sent = {"file": file, "borders": borders, "headers": json.dumps({"小区类别": "kind"}), **asked}
        answer = _as(officer(world.CODE)).post("/api/uploads/", sent)

    # then the units have their border and their kind
    assert answer.status_code == 202
    upload = Upload.objects.get(pk=answer.json()["upload"])
    dataset = read_upload(actor=None, now=world.NOW, upload=upload).dataset
    assert dataset.finding_counts == {}
    assert UnitBorder.objects.filter(dataset=dataset).count() == 1
    assert set(CatchmentUnit.objects.filter(dataset=dataset).values_list("kind", flat=True)) == {"楼盘", "村"}


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"headers": '{"小区类别": "no_such"}'}, 422),
        ({"headers": '["kind"]'}, 400),
        ({"headers": '{"小区类别": 1}'}, 400),
        ({"headers": "kind"}, 400),
        ({"kind": "schools"}, 400),  # schools have no borders
    ],
)
def test_what_is_refused_keeps_neither_the_file_nor_its_neighbours(
    tmp_path: Path, more: dict[str, str], status: int
) -> None:
    path = tmp_path / "points.csv"
    path.write_text("单元编号,名称,小区类别\n")
    asked = {"district": world.CODE, "kind": "units", **more}

    with path.open("rb") as file, path.open("rb") as borders:
        answer = _as(officer(world.CODE)).post("/api/uploads/", {"file": file, "borders": borders, **asked})

    assert answer.status_code == status, answer.content.decode()
    assert not Upload.objects.exists()
    assert not list(tmp_path.rglob("*.sealed"))


def test_only_officers_of_the_district_hand_in_and_decide(tmp_path: Path) -> None:
    dataset = _proposed(tmp_path)
    strangers = (officer("990103"), guardian())

    for person, status in ((auditor(world.CODE), 403), *((stranger, 404) for stranger in strangers)):
        for decision in ("confirm", "discard", "withdraw", "restore", "compare"):
            answer = _as(person).post(f"/api/datasets/{dataset.pk}/{decision}/")
            assert answer.status_code == status, answer.content.decode()
        with (tmp_path / "units.geojson").open("rb") as file:
            asked = {"file": file, "district": world.CODE, "kind": "units"}
            assert _as(person).post("/api/uploads/", asked).status_code == 403
    assert Client().post(f"/api/datasets/{dataset.pk}/confirm/").status_code == 403
    dataset.refresh_from_db()
    assert dataset.status == DatasetStatus.PROPOSED


@pytest.mark.parametrize("what", ["", "findings/", "places/", "preview/", "comparison/"])
def test_auditors_look_and_strangers_learn_nothing(what: str, tmp_path: Path) -> None:
    dataset = _proposed(tmp_path)
    address = f"/api/datasets/{dataset.pk}/{what}"

    assert _as(auditor(world.CODE)).get(address).status_code == 200
    assert _as(officer("990103")).get(address).status_code == 404
    assert _as(guardian()).get(address).status_code == 404
    assert Client().get(address).status_code == 403


def test_an_officer_confirms_withdraws_and_restores(tmp_path: Path) -> None:
    first = world.with_units(tmp_path).dataset
    other = world.write_features(tmp_path / "other.geojson", world.blocks()[:2])
    dataset, client = _proposed(tmp_path, other), _as(officer(world.CODE))

    comparison = client.get(f"/api/datasets/{dataset.pk}/comparison/").json()
    assert comparison["compared_with"] == str(first.pk)
    assert comparison["removed"] == {"count": 2, "keys": ["C", "D"]}
    confirmed = client.post(f"/api/datasets/{dataset.pk}/confirm/")
    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "current")
    again = client.post(f"/api/datasets/{dataset.pk}/confirm/")
    assert (again.status_code, again.json()["code"]) == (409, "dataset_not_proposed")
    assert client.post(f"/api/datasets/{dataset.pk}/withdraw/").json()["status"] == "withdrawn"
    assert client.post(f"/api/datasets/{first.pk}/restore/").json()["status"] == "current"


def test_findings_come_in_pages_and_by_code_and_weight(tmp_path: Path) -> None:
    dataset, client = _proposed(tmp_path, _overlapping(tmp_path)), _as(officer(world.CODE))
    address = f"/api/datasets/{dataset.pk}/findings/"

    page = client.get(address).json()
    severe = client.get(address, {"severity": "severe"}).json()

    assert page["counts"] == {"name_missing": 1, "overlap": 1}
    assert (page["count"], page["page"], page["pages"]) == (2, 1, 1)
    assert [finding["code"] for finding in page["findings"]] == ["overlap", "name_missing"]
    [overlap] = severe["findings"]
    assert (overlap["code"], overlap["value"]) == ("overlap", "A – B: 1000 m²")
    assert "两个单元重叠" in overlap["zh"]
    assert "two units overlap" in overlap["en"]
    assert client.get(address, {"code": "gap"}).json()["count"] == 0
    assert client.get(address, {"row": 5}).json()["count"] == 0
    assert client.get(address, {"severity": "awful"}).status_code == 400


def test_places_are_drawn_in_degrees(tmp_path: Path) -> None:
    dataset = _proposed(tmp_path, _overlapping(tmp_path))

    answer = _as(officer(world.CODE)).get(f"/api/datasets/{dataset.pk}/places/").json()

    [feature] = answer["features"]
    assert feature["geometry"]["type"] == "Polygon"
    assert feature["properties"]["code"] == "overlap"
    assert feature["properties"]["severity"] == "severe"
    for east, north in feature["geometry"]["coordinates"][0]:
        assert 101.9 < east < 102.1
        assert 40.4 < north < 40.5


def test_a_stopped_layer_is_previewed(tmp_path: Path) -> None:
    world.with_units(tmp_path)
    path = tmp_path / "moved.csv"
    path.write_text(
        "单元编号,横坐标,纵坐标\nA,500000,4480000\nB,500900,4480900\nC,500100,4480000\n", encoding="utf-8"
    )
    terms = Terms(settle=Settle.PROPOSE)
    dataset = import_units(
        actor=None, now=world.NOW, district_code=world.CODE, path=path, crs="EPSG:4326", terms=terms
    ).dataset

    answer = _as(officer(world.CODE)).get(f"/api/datasets/{dataset.pk}/preview/").json()

    assert ("likely", "EPSG:4543") in {
        (feature["properties"]["role"], feature["properties"]["system"]) for feature in answer["features"]
    }


def test_pages_of_findings_take_a_known_number_of_queries(
    tmp_path: Path, django_assert_num_queries: Any
) -> None:
    dataset, client = _proposed(tmp_path, _overlapping(tmp_path)), _as(officer(world.CODE))

    with django_assert_num_queries(5):  # session, user, dataset, count, page
        client.get(f"/api/datasets/{dataset.pk}/findings/")


def test_everybody_may_have_a_template() -> None:
    answer = Client().get("/api/templates/schools.xlsx")

    header = load_workbook(BytesIO(answer.content)).get_sheet_by_index(0).to_python()[0]
    assert header[0] == "学校编号 *\nschool_id"
    assert "schools.xlsx" in answer["Content-Disposition"]
    assert Client().get("/api/templates/nonsense.xlsx").json()["code"] == "kind_not_imported"
