"""Which district a page is about: the one asked for, or the only one there is."""

from django.http import HttpRequest

from geo_data.models import District
from geo_data.selectors.districts import find_only_district, get_district


def find_chosen_district(request: HttpRequest) -> District | None:
    """Return the district named in the address, the only one of the installation, or None: the visitor must choose."""
    code = request.GET.get("district", "")
    if code:
        return get_district(code)
    return find_only_district()
