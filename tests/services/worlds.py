"""The smallest county in which zones can be drawn: a row of square estates, two or more schools, a few children."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from uuid import uuid4

from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from accounts.sealing import blind_index, seal
from geo_data.models import (
    CatchmentUnit,
    Child,
    Dataset,
    DatasetKind,
    DatasetStatus,
    District,
    Household,
    Ownership,
    School,
    Sex,
    Stage,
    UnitBorder,
)

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # noon in the county
DISTRICT = "410181"
WORKING_CRS = 4547  # CGCS2000, three-degree zone around 114 degrees east
WEST, SOUTH, SIDE = 114.0, 34.0, 0.01  # degrees; a side is about 920 m from west to east


@dataclass(frozen=True, slots=True)
class County:
    """A district with its current datasets; estates are called u0, u1, ... from west to east."""

    district: District
    units: Dataset
    schools: Dataset
    census: Dataset | None


def small_county(
    children: Sequence[int] = (10, 10, 10, 10),
    schools: Mapping[str, tuple[int, int]] | None = None,
    *,
    code: str = DISTRICT,
    stage: Stage = Stage.PRIMARY,
) -> County:
    """A row of estates; `schools` is code -> (estate, seats), by default A in the first and B in the last one.

    Seats are both capacity and planned intake. There is no census: estates state their children.
    """
    schools = schools or {"A": (0, 25), "B": (len(children) - 1, 25)}
    district = District.objects.create(code=code, name="小县", name_en="Small", working_crs=WORKING_CRS)
    units = dataset(district, DatasetKind.UNITS)
    rows = CatchmentUnit.objects.bulk_create(
        CatchmentUnit(
            dataset=units,
            code=f"u{i}",
            name=f"第{i}小区",
            children=number,
            point=middle(i),
            area=MultiPolygon(square(i), srid=4326),
        )
        for i, number in enumerate(children)
    )
    UnitBorder.objects.bulk_create(
        UnitBorder(dataset=units, unit_a=a, unit_b=b, metres=1100) for a, b in pairwise(rows)
    )
    schools_dataset = dataset(district, DatasetKind.SCHOOLS)
    for name, (estate, seats) in schools.items():
        add_school(schools_dataset, name, estate, seats, stage=stage)
    return County(district, units, schools_dataset, None)


def add_school(
    schools: Dataset,
    code: str,
    estate: int,
    seats: int,
    *,
    stage: Stage = Stage.PRIMARY,
    ownership: Ownership = Ownership.PUBLIC,
) -> School:
    """A school in the middle of an estate."""
    return School.objects.create(
        dataset=schools,
        code=code,
        name=f"{code}小学",
        stage=stage,
        ownership=ownership,
        unit_code=f"u{estate}",
        point=middle(estate),
        capacity=seats,
        planned_intake=seats,
        classes=max(1, seats // 45),
    )


def add_census(county: County, births: Mapping[str, Sequence[date]]) -> County:
    """Add a household census: unit code -> birth dates of its children, a household each."""
    census = dataset(county.district, DatasetKind.CHILDREN)
    number = 0
    for unit_code, days in births.items():
        for birth_on in days:
            number += 1
            home = Household.objects.create(dataset=census, code=f"h{number}", unit_code=unit_code)
            child = Child(id=uuid4(), dataset=census, household=home, birth_on=birth_on, sex=Sex.FEMALE)
            identity = f"identity {number}"
            child.identity_index = blind_index(identity, purpose="identity")
            child.identity_sealed = _sealed(child, "identity_sealed", identity)
            child.name_sealed = _sealed(child, "name_sealed", f"孩子{number}")
            child.save(force_insert=True)
    return County(county.district, county.units, county.schools, census)


def dataset(district: District, kind: DatasetKind) -> Dataset:
    """A new current version; the version before it is superseded."""
    Dataset.objects.filter(district=district, kind=kind, status=DatasetStatus.CURRENT).update(
        status=DatasetStatus.SUPERSEDED
    )
    return Dataset.objects.create(
        district=district, kind=kind, file_name=f"{kind.value}.csv", file_digest=uuid4().hex, imported_at=NOON
    )


def middle(estate: int) -> Point:
    """The middle of an estate."""
    return Point(WEST + (estate + 0.5) * SIDE, SOUTH + SIDE / 2, srid=4326)


def square(estate: int) -> Polygon:
    """The area of an estate; neighbours share an edge."""
    return Polygon.from_bbox((WEST + estate * SIDE, SOUTH, WEST + (estate + 1) * SIDE, SOUTH + SIDE))


def _sealed(child: Child, field: str, text: str) -> bytes:
    return seal(text, table="geo_data_child", row_id=child.pk, field=field)
