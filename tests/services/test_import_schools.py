"""Schools in full and their seats through the services, and layers that are shifted against the current version."""

from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from common.errors import NotPermitted
from geo_data.models import Dataset, DatasetKind, School, SchoolSeats
from geo_data.selectors.datasets import NoSuchDataset, get_current_dataset
from geo_data.selectors.known_places import load_known_places
from geo_data.selectors.schools import list_seats, load_school_sites
from geo_data.services.datasets import ImportRefused
from geo_data.services.import_schools import import_schools
from geo_data.services.import_seats import import_seats
from geo_data.services.import_units import import_units
from geo_data.tables.offsets import gcj02_from_wgs84
from geo_data.tables.projecting import unproject
from tests.services import geo_world as world
from tests.services.accounts_world import auditor, officer

pytestmark = pytest.mark.django_db

HEADER = (
    "学校编号,学校名称,学段,办学性质,校址类别,本部学校编号,学位数,招生计划,起始年级班数,政府购买学位数,"
    "寄宿制,寄宿床位数,校车线路,九年一贯编号,集团编号,对口升入学校,横坐标,纵坐标"
)
ROWS = (
    "P1,第一小学,小学,公办,,,270,45,1,,,,1路;2路,N1,G1,J1,500050,4480050",
    "P1B,第一小学东校区,小学,公办,校区,P1,270,45,1,,,,,,,,500150,4480050",
    "J1,第一学校初中部,初中,公办,,,150,50,1,,是,80,,N1,G1,,500050,4480050",
    "PM1,育才小学,小学,民办,,,270,45,1,20,,,,,G1,,500050,4480150",
)


@pytest.fixture(autouse=True)
def _units(tmp_path: Path) -> None:
    world.district()
    world.with_units(tmp_path)


def _schools_file(folder: Path) -> Path:
    path = folder / "schools.csv"
    path.write_text("\n".join((HEADER, *ROWS)), encoding="utf-8")
    return path


def _schools(folder: Path) -> Dataset:
    done = import_schools(actor=None, now=world.NOW, district_code=world.CODE, path=_schools_file(folder))
    assert done.counts == {}
    return done.dataset


def _seats_file(folder: Path, *rows: str) -> Path:
    path = folder / "seats.csv"
    path.write_text("\n".join(("学校编号,学年,年级,学位数,班数,在校生数,招生计划", *rows)), encoding="utf-8")
    return path


def test_everything_the_file_says_of_a_school_is_stored(tmp_path: Path) -> None:
    dataset = _schools(tmp_path)

    rows = {school.code: school for school in School.objects.filter(dataset=dataset)}

    assert (rows["P1"].site, rows["P1B"].site, rows["P1B"].main_code) == ("main", "campus", "P1")
    assert (rows["P1"].bus_lines, rows["P1"].nine_year_code, rows["J1"].nine_year_code) == (
        ["1路", "2路"],
        "N1",
        "N1",
    )
    assert (rows["J1"].boarding, rows["J1"].boarding_beds, rows["P1"].boarding) == (True, 80, False)
    assert (rows["PM1"].purchased_places, rows["PM1"].group_code, rows["PM1"].enrolled) == (20, "G1", None)


def test_zoning_reads_the_intake_of_the_coming_round_as_before(tmp_path: Path) -> None:
    sites = load_school_sites(_schools(tmp_path), "primary")

    assert [(site.code, site.unit_code, site.planned_intake) for site in sites] == [
        ("P1", "A", 45),
        ("P1B", "B", 45),
        ("PM1", "C", 45),
    ]


@pytest.mark.parametrize(
    "damage",
    [
        {"purchased_places": 1},
        {"site": "campus"},
        {"site": "annexe", "main_code": "P1"},
        {"boarding_beds": -1},
        {"enrolled": -1},
    ],
)
def test_the_database_refuses_schools_that_cannot_be(tmp_path: Path, damage: dict[str, object]) -> None:
    school = School.objects.filter(dataset=_schools(tmp_path)).get(code="P1")

    with pytest.raises(IntegrityError), transaction.atomic():
        School.objects.filter(pk=school.pk).update(**damage)


def test_seats_are_a_version_of_their_own_with_one_event(tmp_path: Path) -> None:
    _schools(tmp_path)
    path = _seats_file(tmp_path, "P1,2025,1,45,1,46,45", "P1,2026,1,45,1,,45", "J1,2026,7,50,1,,50")

    done = import_seats(actor=officer(world.CODE), now=world.NOW, district_code=world.CODE, path=path)
    again = import_seats(actor=officer(world.CODE), now=world.NOW, district_code=world.CODE, path=path)

    seats = list_seats(done.dataset, "P1").values_list("year", "grade", "seats", "enrolled", "planned_intake")
    assert list(seats) == [(2025, 1, 45, 46, 45), (2026, 1, 45, None, 45)]
    assert (done.counts, done.dataset.kind, again.is_new) == ({"seats_below_enrolled": 1}, "seats", False)
    event = AuditEvent.objects.get(action="dataset.imported", subject_id=str(done.dataset.pk))
    assert event.details["rows"] == 3
    assert get_current_dataset(world.CODE, DatasetKind.SEATS) == done.dataset


def test_seats_of_an_unknown_school_refuse_the_file_and_nothing_is_stored(tmp_path: Path) -> None:
    _schools(tmp_path)

    with pytest.raises(ImportRefused):
        import_seats(
            actor=None,
            now=world.NOW,
            district_code=world.CODE,
            path=_seats_file(tmp_path, "P9,2026,1,45,1,,"),
        )

    assert not SchoolSeats.objects.exists()
    assert not Dataset.objects.filter(kind=DatasetKind.SEATS).exists()


def test_seats_wait_for_schools_and_are_imported_by_the_districts_officers_only(tmp_path: Path) -> None:
    path = _seats_file(tmp_path, "P1,2026,1,45,1,,")

    with pytest.raises(NoSuchDataset):
        import_seats(actor=None, now=world.NOW, district_code=world.CODE, path=path)
    with pytest.raises(NotPermitted):
        import_seats(actor=auditor(world.CODE), now=world.NOW, district_code=world.CODE, path=path)


def test_seats_come_in_by_command(tmp_path: Path) -> None:
    _schools(tmp_path)
    path, out = _seats_file(tmp_path, "P1,2026,1,45,1,,"), StringIO()

    call_command("import_seats", str(path), district=world.CODE, stdout=out)

    assert "1 行 / rows" in out.getvalue()


def _shifted_schools(folder: Path, *, shifted: bool) -> Path:
    """The same four schools in degrees, GCJ-02 or WGS-84."""
    cells = [row.split(",") for row in ROWS]
    x = np.array([float(row[-2]) for row in cells])
    y = np.array([float(row[-1]) for row in cells])
    longitude, latitude = unproject(x, y, epsg=world.EPSG)
    if shifted:
        longitude, latitude = gcj02_from_wgs84(longitude, latitude)
    lines = [HEADER.replace("横坐标,纵坐标", "经度,纬度")]
    for row, a, b in zip(cells, longitude.tolist(), latitude.tolist(), strict=True):
        lines.append(",".join((*row[:-2], repr(a), repr(b))))
    path = folder / "degrees.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_new_version_in_gcj02_that_does_not_say_so_is_stopped(tmp_path: Path) -> None:
    before = _schools(tmp_path)
    path = _shifted_schools(tmp_path, shifted=True)

    with pytest.raises(ImportRefused) as refusal:
        import_schools(actor=None, now=world.NOW, district_code=world.CODE, path=path)

    [found] = [finding for finding in refusal.value.findings if finding.code == "shifted_like"]
    assert found.value.startswith("gcj02: 4 × ")
    assert get_current_dataset(world.CODE, DatasetKind.SCHOOLS) == before


def test_plain_points_declared_as_gcj02_are_stopped_and_gcj02_declared_as_such_is_not(tmp_path: Path) -> None:
    _schools(tmp_path)

    with pytest.raises(ImportRefused) as refusal:
        import_schools(
            actor=None,
            now=world.NOW,
            district_code=world.CODE,
            path=_shifted_schools(tmp_path, shifted=False),
            crs="gcj02",
        )
    right = import_schools(
        actor=None,
        now=world.NOW,
        district_code=world.CODE,
        path=_shifted_schools(tmp_path, shifted=True),
        crs="高德",
    )

    assert [f.value[:9] for f in refusal.value.findings if f.code == "shifted_like"] == ["wgs84: 4 "]
    assert right.counts == {}


def test_an_officer_confirms_that_the_current_version_is_the_shifted_one(tmp_path: Path) -> None:
    _schools(tmp_path)
    # A bureau whose first file was shifted: the units are too wide to tell, so make them so.
    wide = world.write_features(
        tmp_path / "wide.geojson", [world.feature("A", world.square(-3000, -3000, 6000.0))]
    )
    import_units(actor=None, now=world.NOW, district_code=world.CODE, path=wide)
    path = _shifted_schools(tmp_path, shifted=True)

    with pytest.raises(CommandError):
        call_command("import_schools", str(path), district=world.CODE, stdout=StringIO())
    call_command("import_schools", str(path), "--accept-offset", district=world.CODE, stdout=StringIO())

    stored = get_current_dataset(world.CODE, DatasetKind.SCHOOLS)
    assert [finding["code"] for finding in stored.findings] == ["shift_accepted"]


def test_known_places_are_the_current_versions_in_two_queries(tmp_path: Path) -> None:
    _schools(tmp_path)

    with CaptureQueriesContext(connection) as queries:
        places = load_known_places(world.CODE, DatasetKind.SCHOOLS)

    assert len(queries) == 2
    assert [(place.code, place.name) for place in places][:2] == [
        ("J1", "第一学校初中部"),
        ("P1", "第一小学"),
    ]
    assert [place.code for place in load_known_places(world.CODE, DatasetKind.UNITS)] == ["A", "B", "C", "D"]
    assert load_known_places("990103", DatasetKind.SCHOOLS) == ()


def test_everybody_may_ask_for_schools_and_only_readers_for_seats(tmp_path: Path) -> None:
    _schools(tmp_path)
    import_seats(
        actor=None,
        now=world.NOW,
        district_code=world.CODE,
        path=_seats_file(tmp_path, "P1,2025,1,45,1,44,45"),
    )
    reader, stranger = Client(), Client()
    reader.force_login(auditor(world.CODE))
    stranger.force_login(officer("990103"))

    shown = Client().get("/api/schools/", {"district": world.CODE, "stage": "primary"}).json()
    seats = reader.get("/api/school-seats/", {"district": world.CODE})

    assert [(row["code"], row["site"], row["main_code"]) for row in shown] == [
        ("P1", "main", ""),
        ("P1B", "campus", "P1"),
        ("PM1", "main", ""),
    ]
    assert shown[0]["feeds"] == ["J1"]
    assert "enrolled" not in shown[0]
    assert len(Client().get("/api/schools/", {"district": world.CODE}).json()) == 4
    assert Client().get("/api/schools/", {"district": "990199"}).status_code == 404
    assert seats.json() == [
        {
            "school_code": "P1",
            "year": 2025,
            "grade": 1,
            "seats": 45,
            "classes": 1,
            "enrolled": 44,
            "planned_intake": 45,
        }
    ]
    assert stranger.get("/api/school-seats/", {"district": world.CODE}).status_code == 403
    assert Client().get("/api/school-seats/", {"district": world.CODE}).status_code == 403
