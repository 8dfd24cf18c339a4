"""Questions about districts."""

from django.db.models import QuerySet

from common.errors import NotFound
from geo_data.models import District


class NoSuchDistrict(NotFound):
    """There is no such district here."""

    code = "no_such_district"


def get_district(code: str) -> District:
    """Return the district."""
    district = District.objects.filter(pk=code).first()
    if district is None:
        raise NoSuchDistrict("there is no such district", district_code=code)
    return district


def find_only_district() -> District | None:
    """Return the district of an installation that has one; None where it has several, or none."""
    first = list(list_districts()[:2])
    return first[0] if len(first) == 1 else None


def find_only_district_code() -> str | None:
    """Return the code of the only district; None where there are several, or none."""
    only = find_only_district()
    return only.code if only else None


def list_districts() -> QuerySet[District]:
    """Return all districts by code."""
    return District.objects.order_by("code")
