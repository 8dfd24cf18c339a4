"""Files handed in: kept sealed, read as chosen, remembered headers, painted back, deleted when old."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils.translation import override
from python_calamine import load_workbook

from accounts.models import AuditEvent, JobRun, JobStatus
from common.errors import NotPermitted
from frontend.pages.refusals import refusal_in_words
from geo_data.api.import_serializers import HandInSerializer
from geo_data.models import (
    CatchmentUnit,
    Child,
    Dataset,
    DatasetKind,
    DatasetStatus,
    HeaderMapping,
    School,
    Upload,
)
from geo_data.selectors.findings import list_missing_columns, list_unknown_headers
from geo_data.selectors.headers import list_header_mappings
from geo_data.services.bringing_in import GoodRowsNotOffered, UnknownCrs
from geo_data.services.headers import NoSuchColumn, NoSuchHeaderMapping, forget_header, remember_headers
from geo_data.services.kinds import KINDS, KindNotImported
from geo_data.services.stored_files import (
    UploadIsDeleted,
    delete_old_uploads,
    delete_upload,
    open_upload,
)
from geo_data.services.templates import template_of
from geo_data.services.uploads import (
    ChoiceNotOffered,
    Choices,
    FileTooLarge,
    FormatNotRead,
    choose_for_upload,
    read_upload,
)
from geo_data.services.versions import confirm_dataset, discard_dataset
from geo_data.services.workbooks import NoUpload, WorkbookNotMade, make_workbook, open_workbook
from geo_data.tables.coverage import Repair
from geo_data.tables.findings import Keep
from geo_data.tasks import read_upload_task, request_reading
from tests.services import geo_world as world
from tests.services.accounts_world import auditor, officer
from tests.services.upload_world import hand_in, own_storage, plain_of

pytestmark = pytest.mark.django_db
SCHOOL = f"P1,第一小学,小学,公办,A,270,45,1,{world.EAST + 50},{world.NORTH + 50}"


@pytest.fixture(autouse=True)
def kept(tmp_path: Path) -> Iterator[Path]:
    world.district()
    with own_storage(tmp_path) as folder:
        yield folder


def test_a_file_is_kept_sealed_under_a_name_that_says_nothing(tmp_path: Path, kept: Path) -> None:
    person = officer(world.CODE)
    path = world.children_file(tmp_path, world.GIRL)

    upload = hand_in(path, DatasetKind.CHILDREN, actor=person, name="C:\\摸底\\../children.csv")

    assert plain_of(upload) == path.read_bytes()
    [stored] = kept.iterdir()
    assert stored.name == f"{upload.pk}.sealed"
    assert "甲子涵".encode() not in stored.read_bytes()
    assert (upload.file_name, upload.size_bytes) == ("children.csv", path.stat().st_size)
    event = AuditEvent.objects.get(action="upload.received")
    assert (event.actor, event.details["kind"]) == (person, "children")


def test_what_is_read_from_an_upload_waits_for_an_officer(tmp_path: Path) -> None:
    world.with_units(tmp_path)
    upload = hand_in(world.children_file(tmp_path, world.GIRL, world.BOY), DatasetKind.CHILDREN)

    done = read_upload(actor=None, now=world.NOW, upload=upload).dataset

    assert (done.status, done.row_count, done.upload) == (DatasetStatus.PROPOSED, 2, upload)
    assert (done.file_name, done.source_office, done.vintage_on) == (
        "children.csv",
        "test office",
        world.ORIGIN.vintage_on,
    )
    assert not list((tmp_path / "scratch").iterdir())
    confirm_dataset(actor=None, now=world.NOW, dataset=done)
    assert Child.objects.filter(dataset__status=DatasetStatus.CURRENT).count() == 2


@pytest.mark.parametrize(
    ("name", "kind", "choices", "refusal"),
    [
        ("units.exe", DatasetKind.UNITS, Choices(), FormatNotRead),
        ("units.shp", DatasetKind.UNITS, Choices(), FormatNotRead),  # without its companions it means nothing
        ("children.gpkg", DatasetKind.CHILDREN, Choices(), FormatNotRead),
        ("units.csv", DatasetKind.UNITS, Choices(crs="xian80"), UnknownCrs),
        ("units.csv", DatasetKind.UNITS, Choices(stage="primary"), ChoiceNotOffered),
        ("schools.csv", DatasetKind.SCHOOLS, Choices(stage="college"), ChoiceNotOffered),
        ("schools.csv", DatasetKind.SCHOOLS, Choices(repairs=(Repair.SNAP,)), ChoiceNotOffered),
        ("units.csv", DatasetKind.UNITS, Choices(tolerance_mm=0), ChoiceNotOffered),
        ("units.csv", DatasetKind.UNITS, Choices(tolerance_mm=5001), ChoiceNotOffered),
        ("units.csv", DatasetKind.UNITS, Choices(keep=Keep.GOOD_ROWS), GoodRowsNotOffered),
        ("units.csv", DatasetKind.UNITS, Choices(headers={"户数": "seats"}), NoSuchColumn),
        ("units.csv", DatasetKind.UNITS, Choices(headers={"—": "name"}), NoSuchColumn),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_kept(
    name: str, kind: DatasetKind, choices: Choices, refusal: type[Exception], tmp_path: Path, kept: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")

    with pytest.raises(refusal):
        hand_in(path, kind, choices=choices, name=name)

    assert not Upload.objects.exists()
    assert not kept.exists()


def test_the_largest_snap_and_the_largest_file_are_taken(tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "units.csv"
    settings.UPLOAD_MIB = 1
    path.write_bytes(b"x" * (1 << 20))
    hand_in(path, DatasetKind.UNITS, choices=Choices(tolerance_mm=5000))

    path.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(FileTooLarge):
        hand_in(path, DatasetKind.UNITS)


def test_only_officers_of_the_district_hand_in(tmp_path: Path) -> None:
    path = world.children_file(tmp_path, world.GIRL)

    for person in (officer("990103"), auditor(world.CODE)):
        with pytest.raises(NotPermitted):
            hand_in(path, DatasetKind.CHILDREN, actor=person)

    assert not Upload.objects.exists()


def test_other_choices_make_another_version_and_leave_the_first(tmp_path: Path) -> None:
    world.with_units(tmp_path)
    path = world.schools_file(tmp_path, SCHOOL, SCHOOL.replace("P1", "P2").replace("小学,公办", "大学,公办"))
    upload = hand_in(path, DatasetKind.SCHOOLS)
    refused = read_upload(actor=None, now=world.NOW, upload=upload).dataset

    choose_for_upload(actor=None, now=world.NOW, upload=upload, choices=Choices(keep=Keep.GOOD_ROWS))
    upload.refresh_from_db()
    proposed = read_upload(actor=None, now=world.NOW, upload=upload).dataset

    assert (refused.status, proposed.status) == (DatasetStatus.REFUSED, DatasetStatus.PROPOSED)
    assert (proposed.row_count, proposed.rows_left_out, proposed.keep) == (1, 1, "good_rows")
    assert set(upload.datasets.all()) == {refused, proposed}


def test_a_job_reads_the_file_and_names_the_version(tmp_path: Path) -> None:
    upload = hand_in(world.write_features(tmp_path / "u.geojson", world.blocks()), DatasetKind.UNITS)
    person = officer(world.CODE)

    job = request_reading(actor=person, now=world.NOW, upload=upload)
    again = request_reading(actor=person, now=world.NOW, upload=upload)

    assert (job, job.kind, job.district_code) == (again, "read_upload", world.CODE)
    with pytest.raises(NotPermitted):
        request_reading(actor=auditor(world.CODE), now=world.NOW, upload=upload)


@pytest.mark.django_db(transaction=True)
def test_the_worker_leaves_a_proposal_and_a_finished_job(tmp_path: Path) -> None:
    upload = hand_in(world.write_features(tmp_path / "u.geojson", world.blocks()), DatasetKind.UNITS)
    job = request_reading(actor=officer(world.CODE), now=world.NOW, upload=upload)

    read_upload_task.func(job_id=str(job.pk), upload_id=str(upload.pk))

    proposed = Dataset.objects.get(upload=upload)
    done = JobRun.objects.get(pk=job.pk)
    assert (done.status, done.result) == (
        JobStatus.SUCCEEDED,
        {"dataset": str(proposed.pk), "status": "proposed"},
    )
    assert CatchmentUnit.objects.filter(dataset=proposed).count() == 4


def test_points_bring_their_neighbours_in_a_file_of_their_own(tmp_path: Path) -> None:
    points = tmp_path / "points.csv"
    rows = [f"{code},{world.EAST + 100 * i},{world.NORTH}" for i, code in enumerate("ABC")]
    points.write_text("\n".join(("单元编号,横坐标,纵坐标", *rows)), encoding="utf-8")
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("单元甲,单元乙\nA,B\nB,C", encoding="utf-8")

    borders = hand_in(pairs, DatasetKind.UNITS)
    upload = hand_in(points, DatasetKind.UNITS, choices=Choices(borders=borders))
    done = read_upload(actor=None, now=world.NOW, upload=upload).dataset

    assert (done.status, done.row_count, done.borders.count()) == (DatasetStatus.PROPOSED, 3, 2)


# Headers


def test_an_unknown_header_is_mapped_remembered_and_used_by_the_next_file(tmp_path: Path) -> None:
    world.with_units(tmp_path)
    strange = world.schools_file(tmp_path, SCHOOL)
    text = strange.read_text(encoding="utf-8")
    strange.write_text(text.replace("学位数", "座位 (个)").replace("招生计划", "备注"), encoding="utf-8")
    upload = hand_in(strange, DatasetKind.SCHOOLS)
    refused = read_upload(actor=None, now=world.NOW, upload=upload).dataset
    assert list_unknown_headers(refused) == ["备注", "座位 (个)"]
    assert list_missing_columns(refused) == ["seats"]

    headers = {"座位 (个)": "seats", "备注": ""}
    remember_headers(
        actor=officer(world.CODE),
        now=world.NOW,
        district_code=world.CODE,
        kind=DatasetKind.SCHOOLS,
        headers=headers,
    )
    proposed = read_upload(actor=None, now=world.NOW, upload=upload).dataset

    assert (refused.status, proposed.status) == (DatasetStatus.REFUSED, DatasetStatus.PROPOSED)
    assert School.objects.get(dataset=proposed).capacity == 270
    assert "column_unknown" not in proposed.finding_counts
    assert proposed.options["headers"] == {"座位个": "seats", "备注": ""}
    assert AuditEvent.objects.get(action="headers.remembered").details["headers"] == headers


def test_headers_are_remembered_by_district_and_kind_and_forgotten(tmp_path: Path) -> None:
    person = officer(world.CODE)
    common: dict[str, Any] = {"now": world.NOW, "district_code": world.CODE, "kind": DatasetKind.SCHOOLS}
    remember_headers(actor=person, headers={"座位": "seats"}, **common)
    remember_headers(actor=person, headers={"座 位": "classes"}, **common)  # the same, said anew

    [mapping] = list_header_mappings(world.CODE)
    assert (mapping.header, mapping.column, mapping.set_by) == ("座 位", "classes", person)
    with pytest.raises(NoSuchColumn):
        remember_headers(actor=person, headers={"座位": "no_column"}, **common)
    for stranger in (officer("990103"), auditor(world.CODE)):
        with pytest.raises(NotPermitted):
            remember_headers(actor=stranger, headers={"座位": "seats"}, **common)
    with pytest.raises(NoSuchHeaderMapping):
        forget_header(actor=None, now=world.NOW, mapping_id=mapping.pk, district_code="990103")
    forget_header(actor=person, now=world.NOW, mapping_id=mapping.pk, district_code=world.CODE)
    assert not HeaderMapping.objects.exists()


# Templates


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_template_is_understood_as_it_is_and_refused_for_its_example_row_only(
    kind: DatasetKind, tmp_path: Path
) -> None:
    if kind is not DatasetKind.UNITS:
        world.with_units(tmp_path)
    if DatasetKind.SCHOOLS in KINDS[kind].needs:
        world.with_schools(tmp_path)
    path = tmp_path / "template.xlsx"
    path.write_bytes(template_of(kind))
    upload = hand_in(path, kind, choices=Choices())

    refused = read_upload(actor=None, now=world.NOW, upload=upload).dataset

    assert refused.status == DatasetStatus.REFUSED
    assert "example_row" in refused.finding_counts
    assert not {"column_unknown", "column_missing", "column_twice"} & refused.finding_counts.keys()


def test_what_is_not_imported_has_no_template_and_is_not_taken(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(KINDS, DatasetKind.BASE_MAP)

    with pytest.raises(KindNotImported):
        template_of(DatasetKind.BASE_MAP)
    with pytest.raises(KindNotImported):
        hand_in(world.children_file(tmp_path, world.GIRL), DatasetKind.BASE_MAP)

    assert not kept.exists()


# The error workbook


def test_the_sheet_comes_back_painted_with_a_remark_in_both_languages(tmp_path: Path, kept: Path) -> None:
    world.with_units(tmp_path)
    bad = world.BOY.replace("990102201805050012", "990102201805050013")
    formula = world.OTHER.replace("乙一一", "=HYPERLINK(1)")
    upload = hand_in(world.children_file(tmp_path, world.GIRL, bad, formula), DatasetKind.CHILDREN)
    refused = read_upload(actor=None, now=world.NOW, upload=upload).dataset
    person = officer(world.CODE)
    with pytest.raises(WorkbookNotMade):
        open_workbook(actor=person, now=world.NOW, dataset=refused)

    make_workbook(actor=person, now=world.NOW, dataset=refused)
    with pytest.raises(NotPermitted):
        open_workbook(actor=auditor(world.CODE), now=world.NOW, dataset=refused)
    path = tmp_path / "back.xlsx"
    path.write_bytes(open_workbook(actor=person, now=world.NOW, dataset=refused).read())

    book = load_workbook(path)
    [header, girl, boy, other] = book.get_sheet_by_index(0).to_python()
    assert header[:2] + header[-2:] == ["户编号", "单元编号", "问题说明", "Remarks"]
    assert girl[4:7] == ["甲子涵", "990102202001010028", "2020-01-01"]
    assert girl[-2:] == ["", ""]
    assert "身份证号码校验位不正确" in str(boy[-2])
    assert "check digit" in str(boy[-1])
    assert other[4] == "=HYPERLINK(1)"
    assert "内容形似公式" in str(other[-2])
    assert {event.action for event in AuditEvent.objects.filter(subject_id=str(refused.pk))} >= {
        "workbook.made",
        "workbook.opened",
    }
    assert not list((tmp_path / "scratch").iterdir())
    assert all("甲子涵".encode() not in stored.read_bytes() for stored in kept.iterdir())


def test_attributes_of_a_map_come_back_as_a_sheet(tmp_path: Path) -> None:
    features = [world.feature("A", world.square(0, 0)), world.feature("A", world.square(100, 0))]
    upload = hand_in(world.write_features(tmp_path / "u.geojson", features), DatasetKind.UNITS)
    refused = read_upload(actor=None, now=world.NOW, upload=upload).dataset

    make_workbook(actor=None, now=world.NOW, dataset=refused)

    path = tmp_path / "back.xlsx"
    path.write_bytes(open_workbook(actor=None, now=world.NOW, dataset=refused).read())
    rows = load_workbook(path).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["unit_id", "A", "A"]
    assert "编号重复出现" in str(rows[2][1])


def test_a_version_of_a_path_has_no_sheet_to_paint(tmp_path: Path) -> None:
    with pytest.raises(NoUpload):
        make_workbook(actor=None, now=world.NOW, dataset=world.with_units(tmp_path).dataset)


# Deletion


def test_a_discarded_file_goes_unless_another_version_of_it_is_left(
    tmp_path: Path, kept: Path, django_capture_on_commit_callbacks: Any
) -> None:
    world.with_units(tmp_path)
    upload = hand_in(world.schools_file(tmp_path, SCHOOL), DatasetKind.SCHOOLS)
    first = read_upload(actor=None, now=world.NOW, upload=upload).dataset
    choose_for_upload(actor=None, now=world.NOW, upload=upload, choices=Choices(keep=Keep.GOOD_ROWS))
    upload.refresh_from_db()
    second = read_upload(actor=None, now=world.NOW, upload=upload).dataset
    make_workbook(actor=None, now=world.NOW, dataset=second)

    discard_dataset(actor=None, now=world.NOW, dataset=first)
    upload.refresh_from_db()
    assert upload.deleted_at is None
    with django_capture_on_commit_callbacks(execute=True):
        discard_dataset(actor=None, now=world.NOW, dataset=second)

    gone = Upload.objects.get(pk=upload.pk)
    second.refresh_from_db()
    assert (gone.deleted_at, gone.stored_name, second.workbook) == (world.NOW, "", "")
    assert not list(kept.iterdir())
    with pytest.raises(UploadIsDeleted):
        read_upload(actor=None, now=world.NOW, upload=gone)


def test_files_go_on_the_day_after_the_last_they_are_kept(
    tmp_path: Path, kept: Path, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.UPLOAD_DAYS = 30
    upload = hand_in(world.children_file(tmp_path, world.GIRL), DatasetKind.CHILDREN)

    assert delete_old_uploads(actor=None, now=world.NOW + timedelta(days=30)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert delete_old_uploads(actor=None, now=world.NOW + timedelta(days=30, seconds=1)) == 1

    upload.refresh_from_db()
    assert upload.deleted_at is not None
    assert not list(kept.iterdir())
    assert AuditEvent.objects.filter(action="upload.deleted").count() == 1
    call_command("delete_old_uploads")


def test_what_a_killed_process_left_open_goes_and_what_another_reads_stays(
    tmp_path: Path, settings: Any
) -> None:
    upload = hand_in(world.children_file(tmp_path, world.GIRL), DatasetKind.CHILDREN)
    left = settings.SCRATCH / uuid4().hex
    left.mkdir(parents=True)
    (left / "file.csv").write_text("x", encoding="utf-8")

    with open_upload(upload) as first:
        assert not left.exists()
        left.mkdir()
        with open_upload(upload) as second:
            delete_old_uploads(actor=None, now=world.NOW)
            assert (first.exists(), second.exists(), left.exists()) == (True, True, False)

    assert list(settings.SCRATCH.iterdir()) == []


def test_an_open_file_lies_where_nobody_else_looks_and_goes_after_a_fault(tmp_path: Path) -> None:
    upload = hand_in(world.children_file(tmp_path, world.GIRL), DatasetKind.CHILDREN)

    seen: list[Path] = []

    def read_and_fail() -> None:
        with open_upload(upload) as path:
            seen.append(path)
            assert (path.suffix, path.parent.stat().st_mode & 0o077) == (".csv", 0)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        read_and_fail()

    assert not seen[0].exists()


def test_a_file_can_be_deleted_by_hand_once(tmp_path: Path) -> None:
    upload = hand_in(world.children_file(tmp_path, world.GIRL), DatasetKind.CHILDREN)

    with pytest.raises(NotPermitted):
        delete_upload(actor=auditor(world.CODE), now=world.NOW, upload=upload)
    delete_upload(actor=None, now=world.NOW, upload=upload)
    delete_upload(actor=None, now=world.NOW, upload=upload)

    assert AuditEvent.objects.filter(action="upload.deleted").count() == 1


@pytest.mark.parametrize(
    ("kind", "choices", "field"),
    [
        (DatasetKind.UNITS, Choices(tolerance_mm=5001), "tolerance_mm"),
        (DatasetKind.SCHOOLS, Choices(repairs=(Repair.SNAP,)), "repairs"),
        (DatasetKind.SCHOOLS, Choices(stage="college"), "stage"),
        (DatasetKind.SCHOOLS, Choices(borders=Upload()), "borders"),
        (DatasetKind.CHILDREN, Choices(accept_offset=True, offset_reason="x"), "accept_offset"),
    ],
)
def test_what_a_kind_does_not_offer_is_named_as_the_form_and_the_api_name_it(
    kind: DatasetKind, choices: Choices, field: str, tmp_path: Path
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"x")

    with pytest.raises(ChoiceNotOffered) as refusal:
        hand_in(path, kind, choices=choices, name="file.csv")

    assert refusal.value.details["option"] == field
    assert field in HandInSerializer().fields
    with override("en"):
        assert refusal_in_words(refusal.value).startswith("This cannot be chosen for this kind of file. (")
