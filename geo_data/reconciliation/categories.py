"""The category of a child for planning, and the unit it counts for. Source: docs/reconciliation.md (categories)."""

from collections.abc import Mapping
from datetime import date

from geo_data.reconciliation.words import Category

PREFECTURE_DIGITS = 4
Values = Mapping[str, object]


def category_of(values: Values, *, here: str, dwelling_unit: str, on: date) -> Category:
    """Return the category that the values of the facts give; the first rule that fits.

    values -- fact name -> value, days as ISO 8601 text; here -- GB/T 2260 code of this county
    dwelling_unit -- where the lists say the child lives, "" where none does
    1. Registered in this county: elsewhere when it is said not to live there or no list says where it lives; living
       here when unit of registration and dwelling are the same; with other dwelling when that dwelling is owned;
       else an in-county mover.
    2. A permit of this county that is valid on the day.
    3. Registered in another county of the prefecture (first four digits); in another place; nobody knows.
    Source: docs/reconciliation.md (categories).
    """
    registered = str(values.get("registration_district", ""))
    if registered == here:
        return _registered_here(values, dwelling_unit)
    if _has_valid_permit(values, here, on):
        return Category.PERMIT_HOLDER
    if not registered:
        return Category.UNKNOWN
    if registered[:PREFECTURE_DIGITS] == here[:PREFECTURE_DIGITS]:
        return Category.IN_PREFECTURE_MOVER
    return Category.MIGRANT_WITHOUT_PERMIT


def unit_that_counts(category: Category, *, dwelling_unit: str, registered_unit: str) -> str:
    """Return the unit of registration for those who live elsewhere, else that of the dwelling.

    Source: docs/reconciliation.md (categories).
    """
    return registered_unit if category is Category.REGISTERED_LIVING_ELSEWHERE else dwelling_unit


def _registered_here(values: Values, dwelling_unit: str) -> Category:
    if values.get("lives_there") is False or not dwelling_unit:
        return Category.REGISTERED_LIVING_ELSEWHERE
    if values.get("registration_unit") == dwelling_unit:
        return Category.REGISTERED_LIVING_HERE
    if values.get("dwelling_right") == "owned":
        return Category.REGISTERED_WITH_OTHER_DWELLING
    return Category.IN_COUNTY_MOVER


def _has_valid_permit(values: Values, here: str, on: date) -> bool:
    """A permit is valid until the day it states, that day excluded."""
    until = str(values.get("permit_valid_until", ""))
    return values.get("permit_district") == here and until > on.isoformat()
