"""Entry seats of public schools by year: as planned for the year, where it has a plan."""

from collections.abc import Collection, Mapping

from geo_data.models import Dataset
from geo_data.projection.defaults import GRADES
from geo_data.selectors.schools import list_seats


def planned_by_year(
    schools: Dataset, stage: str, codes: Collection[str], first_year: int
) -> Mapping[tuple[str, int], int]:
    """Return the entry places of these schools by code and year, from the first year on; one query."""
    planned = list_seats(schools).filter(grade=GRADES[stage][0], year__gte=first_year)
    return {
        (one.school_code, one.year): places
        for one in planned
        if one.school_code in codes
        and (places := one.seats if one.planned_intake is None else one.planned_intake) is not None
    }
