"""Who may look at data, beside what accounts/permissions.py says of roles."""

from uuid import UUID

from django.conf import settings

from accounts.permissions import Person, may_read_district
from geo_data.models import Projection
from geo_data.selectors.projections import NoSuchProjection, get_projection


def may_see_map(person: Person | None, district_code: str) -> bool:
    """Officers and auditors of the district see its map; the public does once the map carries a review number."""
    return bool(settings.MAP_REVIEW_NUMBER) or may_read_district(person, district_code)


def projection_for_reading(person: Person | None, projection_id: UUID) -> Projection:
    """Return the projection for somebody who reads its district. Raises NoSuchProjection, also for everybody else."""
    projection = get_projection(projection_id)
    if not may_read_district(person, projection.district_id):
        raise NoSuchProjection("there is no such projection", projection=str(projection_id))
    return projection
