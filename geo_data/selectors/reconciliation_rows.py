"""The rows that a run compares, still sealed, by ranges of birth dates. Facts come as text, for whoever needs them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Max, Min, Q, QuerySet, TextField
from django.db.models.functions import Cast

from geo_data.models import (
    Child,
    Dataset,
    DatasetKind,
    RegisterEntry,
    SelfRegistration,
)
from geo_data.reconciliation.words import CHILD_SOURCES, HOLDER_SOURCES, Source
from geo_data.selectors.datasets import find_current_dataset


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which rows a run compares: versions by source, and the self-registrations that stood at `declared_at`."""

    district: str
    datasets: Mapping[Source, UUID]
    declared_at: datetime

    def of(self, sources: Sequence[Source]) -> list[UUID]:
        """Return the versions of these sources that were given."""
        return [self.datasets[source] for source in sources if source in self.datasets]


@dataclass(frozen=True, slots=True)
class BirthRange:
    """Days of birth to compare together, the last excluded; `moved` are numbers that stand under several birth dates.

    moved_here -- those among them whose strongest list says a day of this range
    """

    born_from: date
    born_until: date
    moved: frozenset[str] = frozenset()
    moved_here: frozenset[str] = frozenset()


CENSUS_VALUES = (
    "row_id",
    "identity_index",
    "name_sealed",
    "guardians_sealed",
    "guardian_indexes",
    "birth_on",
    "sex",
    "school_now",
    "facts_text",
    "home_id",
)
HOMES_AT_ONCE = 1_000  # so few of a county's households that their index is used
ENTRY_VALUES = (
    "row_id",
    "list_id",
    "record_index",
    "identity_index",
    "guardian_index",
    "second_guardian_index",
    "person_sealed",
    "birth_on",
    "sex",
    "unit_code",
    "school_code",
    "grade",
    "facts_text",
    "details_text",
)
SELF_VALUES = (
    "row_id",
    "record_index",
    "identity_index",
    "guardian_index",
    "person_sealed",
    "birth_on",
    "sex",
    "unit_code",
    "school_code",
    "facts_text",
)
PAPER_VALUES = (
    "row_id",
    "list_id",
    "record_index",
    "identity_index",
    "property_index",
    "address_index",
    "unit_code",
    "facts_text",
)
Values = tuple[object, ...]
Home = tuple[str, str, memoryview | None]


def current_lists(district_code: str) -> dict[Source, Dataset]:
    """Return the current version of every list that reconciliation compares."""
    lists = ((source, find_current_dataset(district_code, DatasetKind(source.value))) for source in FILED)
    return {source: dataset for source, dataset in lists if dataset is not None}


FILED = tuple(source for source in Source if source is not Source.DECLARED)


def count_births(inputs: Inputs) -> dict[date, int]:
    """Return how many records there are of each birth date, in all lists."""
    counts: dict[date, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT birth_on, count(*) FROM ({ALL_RECORDS}) AS all_records GROUP BY birth_on", _all(inputs)
        )
        counts.update(cursor.fetchall())
    return dict(sorted(counts.items()))


def find_numbers_of_several_births(inputs: Inputs) -> dict[str, date]:
    """Return numbers under which lists state several birth dates, with the date of the strongest list.

    Resident numbers hold their birth date and were checked when read; this is about documents of other kinds. Each
    number stands in the census once, so without another list there is none.
    """
    if not inputs.of(CHILD_SOURCES[1:]) and not list_standing(inputs.district, inputs.declared_at).exists():
        return {}
    with connection.cursor() as cursor:
        cursor.execute(  # hardly any: what orders the lists would sort millions of rows
            f"SELECT identity_index FROM ({ALL_RECORDS}) AS all_records WHERE identity_index <> ''"
            " GROUP BY identity_index HAVING min(birth_on) <> max(birth_on)",
            _all(inputs),
        )
        numbers = [number for (number,) in cursor.fetchall()]
        if not numbers:
            return {}
        cursor.execute(
            f"SELECT identity_index, (array_agg(birth_on ORDER BY strength, birth_on))[1] FROM ({ALL_RECORDS})"
            " AS all_records WHERE identity_index = ANY(%s) GROUP BY identity_index",
            [*_all(inputs), numbers],
        )
        return dict(cursor.fetchall())


ALL_RECORDS = """
    SELECT identity_index, birth_on, 0 AS strength FROM geo_data_child WHERE dataset_id = %s
    UNION ALL
    SELECT identity_index, birth_on, array_position(%s::uuid[], dataset_id) FROM geo_data_registerentry
    WHERE dataset_id = ANY(%s::uuid[]) AND birth_on IS NOT NULL
    UNION ALL
    SELECT identity_index, birth_on, 100 FROM geo_data_selfregistration
    WHERE district_id = %s AND registered_at <= %s AND (withdrawn_at IS NULL OR withdrawn_at > %s)
"""


def _all(inputs: Inputs) -> list[str | list[str] | datetime]:
    lists = [str(pk) for pk in inputs.of(CHILD_SOURCES[1:])]
    at = inputs.declared_at
    return [str(inputs.datasets[Source.CENSUS]), lists, lists, inputs.district, at, at]


def list_census_rows(inputs: Inputs, births: BirthRange) -> QuerySet[Child, Values]:
    """Return `CENSUS_VALUES` of the children of the range, by id."""
    rows = Child.objects.filter(_of_range(births), dataset=inputs.datasets[Source.CENSUS])
    rows = rows.annotate(row_id=_text("id"), home_id=_text("household_id"), facts_text=_text("facts"))
    return rows.order_by("id").values_list(*CENSUS_VALUES)


def load_homes(ids: Collection[str]) -> dict[str, Home]:
    """Return code, unit and sealed phone of these households, by id.

    They are not joined to their children: the database would read every household of the county for each range.
    """
    wanted = sorted(ids)
    homes: dict[str, Home] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(wanted), HOMES_AT_ONCE):
            cursor.execute(
                "SELECT id::text, code, unit_code, phone_sealed FROM geo_data_household WHERE id = ANY(%s::uuid[])",
                [wanted[start : start + HOMES_AT_ONCE]],
            )
            homes.update((home, (code, unit, phone)) for home, code, unit, phone in cursor.fetchall())
    return homes


def list_entry_rows(inputs: Inputs, births: BirthRange) -> QuerySet[RegisterEntry, Values]:
    """Return `ENTRY_VALUES` of the children in all lists of the range, by id."""
    rows = RegisterEntry.objects.filter(_of_range(births), dataset__in=inputs.of(CHILD_SOURCES[1:])).annotate(
        row_id=_text("id"),
        list_id=_text("dataset_id"),
        facts_text=_text("facts"),
        details_text=_text("details"),
    )
    return rows.order_by("id").values_list(*ENTRY_VALUES)


def list_self_rows(inputs: Inputs, births: BirthRange) -> QuerySet[SelfRegistration, Values]:
    """Return `SELF_VALUES` of the self-registrations of the range that stood, by id."""
    rows = list_standing(inputs.district, inputs.declared_at).filter(_of_range(births))
    rows = rows.annotate(row_id=_text("id"), facts_text=_text("facts"))
    return rows.order_by("id").values_list(*SELF_VALUES)


def list_standing(district_code: str, at: datetime) -> QuerySet[SelfRegistration]:
    """Return the self-registrations that stood at a moment, by id."""
    standing = Q(withdrawn_at=None) | Q(withdrawn_at__gt=at)
    rows = SelfRegistration.objects.filter(standing, district_id=district_code, registered_at__lte=at)
    return rows.order_by("id")


def list_papers_of_holders(inputs: Inputs, holders: Collection[str]) -> QuerySet[RegisterEntry, Values]:
    """Return `PAPER_VALUES` of the permits, titles and rentals of these holders, by id."""
    return _papers(inputs, Q(birth_on=None, identity_index__in=list(holders)))


def list_papers_of_dwellings(inputs: Inputs, keys: Collection[str]) -> QuerySet[RegisterEntry, Values]:
    """Return `PAPER_VALUES` of the titles and rentals of these dwellings, by number or address, by id."""
    by_number = Q(property_index__in=list(keys)) & ~Q(property_index="")
    by_address = Q(address_index__in=list(keys)) & ~Q(address_index="")
    return _papers(inputs, by_number | by_address)


def find_numbers_at(inputs: Inputs, keys: Collection[str]) -> dict[str, str]:
    """Return the key of the one property number that titles and rentals state at each of these addresses.

    "" where they state several: the address is more than one dwelling. Addresses without a number are left out.
    """
    rows = (
        RegisterEntry.objects.filter(dataset__in=inputs.of(HOLDER_SOURCES), address_index__in=list(keys))
        .exclude(address_index="")
        .exclude(property_index="")
        .order_by("address_index")
        .values_list("address_index")
        .annotate(least=Min("property_index"), most=Max("property_index"))
    )
    return {address: least if least == most else "" for address, least, most in rows}


def _papers(inputs: Inputs, which: Q) -> QuerySet[RegisterEntry, Values]:
    rows = RegisterEntry.objects.filter(which, dataset__in=inputs.of(HOLDER_SOURCES))
    rows = rows.annotate(row_id=_text("id"), list_id=_text("dataset_id"), facts_text=_text("facts"))
    return rows.order_by("id").values_list(*PAPER_VALUES)


def _of_range(births: BirthRange) -> Q:
    inside = Q(birth_on__gte=births.born_from, birth_on__lt=births.born_until)
    if births.moved:
        inside &= ~Q(identity_index__in=sorted(births.moved))
    return inside | Q(identity_index__in=sorted(births.moved_here)) if births.moved_here else inside


def _text(field: str) -> Cast:
    return Cast(field, TextField())
