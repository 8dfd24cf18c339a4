"""A county of four estates whose past is known, for tests of projections."""

from datetime import date

from geo_data.models import DatasetKind, GradeCount, NewHousing, PastEnrolment, Projection, Stage
from geo_data.services.projecting import project_district
from tests.services.worlds import DISTRICT, NOON, County, add_census, dataset, small_county

FIRST = 2026


def counted(*, past: bool = True, seats: int = 30) -> County:
    """Four estates, two schools of equal seats, a census of the entrants of 2026 to 2031; with or without a past."""
    found = small_county(schools={"A": (0, seats), "B": (3, seats)})
    births = {
        f"u{i}": [date(year - 6, 5, 1) for year in range(FIRST, FIRST + 6) for _child in range(8 + i)]
        for i in range(4)
    }
    found = add_census(found, births)
    if past:
        add_past(found)
    return found


def add_past(found: County) -> None:
    """Four past years: of ten children a unit and year nine came; A has two estates, B two."""
    enrolments = dataset(found.district, DatasetKind.ENROLMENTS)
    for year in range(FIRST - 4, FIRST):
        for i in range(4):
            PastEnrolment.objects.create(
                dataset=enrolments,
                year=year,
                stage=Stage.PRIMARY,
                unit_code=f"u{i}",
                category="unknown",
                school_code="A" if i < 2 else "B",
                children=10,
                enrolled=9,
                elsewhere=1,
            )


def add_grades(found: County) -> None:
    """Fifteen pupils in each grade of both schools, two years long: nobody leaves on the way."""
    grades = dataset(found.district, DatasetKind.GRADES)
    for year in (FIRST - 2, FIRST - 1):
        for school in ("A", "B"):
            for grade in range(1, 7):
                GradeCount.objects.create(
                    dataset=grades, year=year, school_code=school, grade=grade, pupils=15
                )


def add_housing(found: County) -> None:
    """A thousand dwellings in the first estate, delivered in 2028."""
    housing = dataset(found.district, DatasetKind.HOUSING)
    NewHousing.objects.create(
        dataset=housing,
        code="E1",
        name="新区",
        unit_code="u0",
        dwellings=1000,
        kind="resettlement",
        delivered_in=2028,
    )


def projected() -> Projection:
    """The next projection of the primary stage, from 2026 on."""
    return project_district(
        actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, first_year=FIRST
    )
