"""Questions about schools."""

from dataclasses import dataclass

from django.db.models import QuerySet

from common.errors import NotFound
from geo_data.models import Dataset, School, SchoolSeats, Stage
from geo_data.tables.projecting import project


class NoSuchSchool(NotFound):
    """The dataset has no school of this code."""

    code = "no_such_school"


@dataclass(frozen=True, slots=True)
class SchoolSite:
    """A school for computing: its point in metres of the district's working system, its places of the entry grade."""

    code: str
    name: str
    stage: str
    ownership: str
    unit_code: str
    capacity: int
    planned_intake: int
    x_m: float
    y_m: float


def list_schools(dataset: Dataset, stage: Stage | str | None = None) -> QuerySet[School]:
    """Return the schools by code, of one stage or of both."""
    schools = School.objects.filter(dataset=dataset).order_by("code")
    return schools if stage is None else schools.filter(stage=stage)


def get_school(dataset: Dataset, code: str) -> School:
    """Return one school."""
    school = School.objects.filter(dataset=dataset, code=code).first()
    if school is None:
        raise NoSuchSchool("there is no such school", school=code)
    return school


def list_seats(dataset: Dataset, school_code: str | None = None) -> QuerySet[SchoolSeats]:
    """Return seats by school, year and grade, of one school or of all."""
    seats = SchoolSeats.objects.filter(dataset=dataset).order_by("school_code", "year", "grade")
    return seats if school_code is None else seats.filter(school_code=school_code)


def load_school_sites(dataset: Dataset, stage: Stage | str | None = None) -> tuple[SchoolSite, ...]:
    """Return the schools by code, with their points projected. One query."""
    rows = list(list_schools(dataset, stage))
    if not rows:
        return ()
    x_m, y_m = project(
        [row.point.x for row in rows], [row.point.y for row in rows], epsg=dataset.district.working_crs
    )
    return tuple(_site(row, float(x), float(y)) for row, x, y in zip(rows, x_m, y_m, strict=True))


def _site(row: School, x_m: float, y_m: float) -> SchoolSite:
    return SchoolSite(
        code=row.code,
        name=row.name,
        stage=row.stage,
        ownership=row.ownership,
        unit_code=row.unit_code,
        capacity=row.capacity,
        planned_intake=row.planned_intake,
        x_m=x_m,
        y_m=y_m,
    )
