"""Files of strangers all the way: handed in, read by a job under its limits, told on the page; the next one is read."""

import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlsxwriter
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import JobRun, JobStatus
from geo_data.models import Child, Dataset, DatasetKind, DatasetStatus, Household
from geo_data.services.uploads import read_upload
from geo_data.tasks import read_upload_task, request_reading
from tests.services import geo_world as world
from tests.services import hostile_files as files
from tests.services.accounts_world import officer
from tests.services.census_rows import census_rows
from tests.services.upload_world import hand_in, own_storage

pytestmark = pytest.mark.django_db
Make = Callable[[Path], Path]


@pytest.fixture(autouse=True)
def _county(tmp_path: Path) -> Iterator[None]:
    world.district()
    world.with_units(tmp_path)
    with own_storage(tmp_path):
        yield


def read(path: Path, kind: DatasetKind) -> Dataset:
    return read_upload(actor=None, now=world.NOW, upload=hand_in(path, kind)).dataset


# What the reader of units does with these stands in test_hostile_files.py.
TABLES: tuple[tuple[Make, str], ...] = (
    (files.zip_bomb, "archive_bomb"),
    (files.huge_cell, "file_unreadable"),
    (files.wide_table, "file_unreadable"),
    (files.workbook_named_csv, "file_of_another_kind"),
    (files.text_named_workbook, "file_of_another_kind"),
    (files.binary_named_text, "file_of_another_kind"),
    (files.cut_workbook, "file_unreadable"),
    (files.cut_csv, "file_unreadable"),
)
LAYERS: tuple[tuple[Make, str], ...] = (
    (files.many_members, "archive_bomb"),
    (files.climbing_name, "archive_path"),
    (files.absolute_name, "archive_path"),
    (files.billion_laughs, "xml_entities"),
    (files.late_entity, "xml_entities"),
    (files.other_tongue, "file_of_another_kind"),
    (files.many_vertices, "too_many_vertices"),
    (files.deep_geojson, "file_unreadable"),
    (files.deep_collection, "file_unreadable"),
    (files.cut_package, "file_unreadable"),
    (files.cut_geojson, "file_unreadable"),
    (files.lying_shapefile, "file_unreadable"),
)
OF_EVERY_SORT = [
    *((make, code, DatasetKind.CHILDREN) for make, code in TABLES),
    *((make, code, DatasetKind.REGISTRATIONS) for make, code in TABLES[:2]),
    *((make, code, DatasetKind.STREETS) for make, code in LAYERS),
    *((make, code, DatasetKind.ADDRESSES) for make, code in LAYERS[:2]),
]


@pytest.mark.parametrize(
    ("make", "code", "kind"),
    OF_EVERY_SORT,
    ids=[f"{kind}-{make.__name__}" for make, _, kind in OF_EVERY_SORT],
)
def test_a_hostile_file_is_refused_whatever_it_is_handed_in_for(
    make: Make, code: str, kind: DatasetKind, tmp_path: Path
) -> None:
    refused = read(make(tmp_path), kind)

    assert code in refused.finding_counts
    assert (refused.status, refused.row_count) == (DatasetStatus.REFUSED, 0)
    assert list((tmp_path / "scratch").iterdir()) == []


def damaged_extract(folder: Path) -> Path:
    """An extract of OpenStreetMap whose first block is nonsense."""
    path = folder / "streets.osm.pbf"
    path.write_bytes(b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x7f" + bytes(range(127)) * 20)
    return path


def test_a_damaged_extract_of_openstreetmap_is_refused(tmp_path: Path) -> None:
    refused = read(damaged_extract(tmp_path), DatasetKind.STREETS)

    assert (refused.status, refused.finding_counts) == (DatasetStatus.REFUSED, {"file_unreadable": 1})


def workbook_with_entities(folder: Path, entity: str) -> Path:
    """A workbook whose shared texts declare entities and use them as the name of a child."""
    good = folder / "good.xlsx"
    with xlsxwriter.Workbook(str(good)) as book:
        sheet = book.add_worksheet()
        for row, line in enumerate((world.CHILDREN_HEADER, world.GIRL.replace("甲子涵", "NAME"))):
            for column, cell in enumerate(line.split(",")):
                sheet.write_string(row, column, cell)
    path = folder / "entities.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/sharedStrings.xml":
                head, _, body = data.decode().partition("?>")
                data = f"{head}?>{entity}{body.replace('NAME', '&a;')}".encode()
            target.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "entity",
    [
        '<!DOCTYPE sst [<!ENTITY a "甲甲甲">]>',
        '<!DOCTYPE sst [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE sst SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_entities_in_a_workbook_are_refused_and_never_followed(entity: str, tmp_path: Path) -> None:
    refused = read(workbook_with_entities(tmp_path, entity), DatasetKind.CHILDREN)

    assert (refused.status, refused.finding_counts) == (DatasetStatus.REFUSED, {"xml_entities": 1})
    assert not Child.objects.exists()


# Limits, with an honest file that is too much for them


@pytest.mark.parametrize(
    ("limit", "value", "what"),
    [
        ("READER_CPU_SECONDS", 1, "CPU"),
        ("READER_WALL_SECONDS", 1, "time"),
        ("READER_OUTPUT_MIB", 1, "output"),
    ],
)
def test_a_file_beyond_a_limit_is_refused_with_the_limit_named_and_the_next_is_read(
    limit: str, value: int, what: str, tmp_path: Path, settings: Settings
) -> None:
    before = getattr(settings, limit)
    setattr(settings, limit, value)
    path = world.children_file(tmp_path, *census_rows(40_000))

    refused = read(path, DatasetKind.CHILDREN)

    assert (refused.status, refused.finding_counts) == (DatasetStatus.REFUSED, {"file_too_heavy": 1})
    assert refused.findings[0]["value"] == what
    assert (Child.objects.count(), Household.objects.count()) == (0, 0)
    setattr(settings, limit, before)
    few = read(world.children_file(tmp_path, *census_rows(10)), DatasetKind.CHILDREN)
    assert (few.status, few.row_count) == (DatasetStatus.PROPOSED, 10)


def test_a_workbook_beyond_the_limit_of_memory_is_refused(tmp_path: Path, settings: Settings) -> None:
    settings.READER_MEMORY_MIB = 16
    path = tmp_path / "large.xlsx"
    chance = random.Random(1)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, world.CHILDREN_HEADER.split(","))
        # 300 MB: what the process of the tests has let go of counts as the reader's own, and may be 100 MB.
        for row in range(1, 10_001):
            sheet.write(row, 0, chance.randbytes(1_500).hex() * 10)

    refused = read(path, DatasetKind.CHILDREN)

    # Python says that memory is short; the compiled reader of workbooks ends its process, and says nothing
    assert refused.status == DatasetStatus.REFUSED
    assert list(refused.finding_counts) in (["file_too_heavy"], ["file_crashed_the_reader"])
    assert not Child.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_page_tells_what_a_hostile_file_is(tmp_path: Path) -> None:
    person = officer(world.CODE)
    upload = hand_in(files.billion_laughs(tmp_path), DatasetKind.UNITS, actor=person)
    job = request_reading(actor=person, now=world.NOW, upload=upload)

    read_upload_task.func(job_id=str(job.pk), upload_id=str(upload.pk))

    assert JobRun.objects.get().status == JobStatus.SUCCEEDED
    desk = Client()
    desk.force_login(person)
    page = desk.get(reverse("data-file", args=[upload.pk]), follow=True)
    assert page.status_code == 200
    assert page.redirect_chain[-1][0] == reverse("version", args=[job_result(job)])
    assert "实体" in page.content.decode()


def job_result(job: JobRun) -> str:
    job.refresh_from_db()
    return str(job.result["dataset"])
