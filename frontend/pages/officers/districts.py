"""The district an officer works in."""

from django.http import HttpRequest

from accounts.models import User
from accounts.permissions import Action, require
from geo_data.models import District
from geo_data.selectors.districts import get_district


def district_of(request: HttpRequest, person: User) -> District:
    """Return the person's district, for somebody who reads it. Raises NotPermitted."""
    code = person.district_code or request.GET.get("district", "")
    require(person, Action.READ_DISTRICT, code)
    return get_district(code)
