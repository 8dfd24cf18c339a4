"""Who may look at data, beside what accounts/permissions.py says of roles."""

from django.conf import settings

from accounts.permissions import Person, may_read_district


def may_see_map(person: Person | None, district_code: str) -> bool:
    """Officers and auditors of the district see its map; the public does once the map carries a review number."""
    return bool(settings.MAP_REVIEW_NUMBER) or may_read_district(person, district_code)
