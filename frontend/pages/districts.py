"""Which district a page is about: the one asked for, or the only one there is."""

from django.http import HttpRequest

from geo_data.models import District
from geo_data.selectors.districts import get_district, list_districts


def find_chosen_district(request: HttpRequest) -> District | None:
    """Return the district named in the address, the only one of the installation, or None: the visitor must choose."""
    code = request.GET.get("district", "")
    if code:
        return get_district(code)
    districts = list(list_districts()[:2])
    return districts[0] if len(districts) == 1 else None
