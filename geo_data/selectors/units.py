"""Questions about catchment units and what adjoins what."""

from dataclasses import dataclass

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import AsWKB
from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from common.errors import NotFound
from geo_data.models import CatchmentUnit, Dataset, UnitBorder
from geo_data.tables.projecting import project

LIKE_ENOUGH = 0.2  # trigram likeness below which a name is another name; PostgreSQL's own default is 0.3


class NoSuchUnit(NotFound):
    """The dataset has no unit of this code."""

    code = "no_such_unit"


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """A unit for computing: its point in metres of the district's working system.

    children -- school-age children as the file states them, or None
    """

    code: str
    name: str
    township: str
    children: int | None
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class Border:
    """Two units that touch, `unit_a` the smaller code; 0 metres where the pair was declared without a border."""

    unit_a: str
    unit_b: str
    metres: int


def list_units(dataset: Dataset) -> QuerySet[CatchmentUnit]:
    """Return the units by code."""
    return CatchmentUnit.objects.filter(dataset=dataset).order_by("code")


def get_unit(dataset: Dataset, code: str) -> CatchmentUnit:
    """Return one unit."""
    unit = CatchmentUnit.objects.filter(dataset=dataset, code=code).first()
    if unit is None:
        raise NoSuchUnit("there is no such unit", unit=code)
    return unit


def load_unit_places(dataset: Dataset) -> tuple[UnitPlace, ...]:
    """Return the units by code, with their points projected. One query."""
    rows = list(list_units(dataset).defer("area"))
    if not rows:
        return ()
    x_m, y_m = project(
        [row.point.x for row in rows], [row.point.y for row in rows], epsg=dataset.district.working_crs
    )
    return tuple(
        UnitPlace(row.code, row.name, row.township, row.children, float(x), float(y))
        for row, x, y in zip(rows, x_m, y_m, strict=True)
    )


def load_borders(dataset: Dataset) -> tuple[Border, ...]:
    """Return the pairs of units that touch, by code. One query."""
    pairs = UnitBorder.objects.filter(dataset=dataset).order_by("unit_a__code", "unit_b__code")
    return tuple(Border(a, b, m) for a, b, m in pairs.values_list("unit_a__code", "unit_b__code", "metres"))


def load_areas(dataset: Dataset) -> dict[str, bytes]:
    """Return the areas as well-known binary, EPSG:4326, by code; units that are points are left out. One query."""
    areas = list_units(dataset).exclude(area=None).annotate(wkb=AsWKB("area"))
    return {code: bytes(wkb) for code, wkb in areas.values_list("code", "wkb")}


def find_unit_at(dataset: Dataset, longitude: float, latitude: float) -> CatchmentUnit | None:
    """Return the unit whose area covers the point; on a border, the one with the smaller code."""
    point = f"SRID=4326;POINT({longitude!r} {latitude!r})"
    return list_units(dataset).filter(area__covers=point).first()


def search_units(dataset: Dataset, text: str) -> QuerySet[CatchmentUnit]:
    """Return the units whose name is like the text: equal, then beginning so, holding it, resembling it."""
    text = text.strip()
    if not text:
        return CatchmentUnit.objects.none()
    rank = Case(
        When(name__iexact=text, then=Value(0)),
        When(name__istartswith=text, then=Value(1)),
        When(name__icontains=text, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    found = CatchmentUnit.objects.filter(dataset=dataset).annotate(
        rank=rank, likeness=TrigramSimilarity("name", text)
    )
    near = found.filter(rank__lt=3) | found.filter(likeness__gte=LIKE_ENOUGH)
    return near.defer("area").order_by("rank", F("likeness").desc(), "name", "code")


def find_extent(dataset: Dataset) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north in degrees, None when the dataset has no units."""
    found: dict[str, tuple[float, float, float, float] | None] = list_units(dataset).aggregate(
        extent=Extent("point")
    )
    return found["extent"]


def list_townships(dataset: Dataset) -> list[str]:
    """Return the townships that have units, by name; the empty one stands for units that name none."""
    units = CatchmentUnit.objects.filter(dataset=dataset).order_by("township")
    return list(units.values_list("township", flat=True).distinct())
