"""The point from which a walk of an address begins."""

from common.errors import NotFound
from geo_data.addresses.letters import has_chinese
from geo_data.addresses.ranking import DoorMatch
from geo_data.models import CatchmentUnit, Dataset
from geo_data.selectors.address_places import AddressPlace, find_address_place
from geo_data.selectors.addresses import search_addresses


class AddressWithoutPoint(NotFound):
    """The register has no one place for these words, or no point of it: /api/addresses/ lists what may be meant."""

    code = "address_without_point"


def point_of_address(district_code: str, asked: str, units: Dataset) -> tuple[float, float]:
    """Return longitude and latitude of an address, by its code or as typed: nothing is guessed.

    1. A code answers for itself. What holds Chinese letters is read as an address first.
    2. Typed, the whole of it must be accounted for, its number or building in the register, and one place alone fit.
    3. The point is the place's own, else that of its unit among `units`.
    Raises AddressWithoutPoint.
    Source: docs/streets.md (the route).
    """
    place = _place(district_code, asked)
    if place is None:
        raise AddressWithoutPoint("the register has no one place with this code or these words")
    if place.point is not None:
        return place.point
    unit = CatchmentUnit.objects.filter(dataset=units, code=place.unit_code).first()
    if unit is None:
        raise AddressWithoutPoint("neither the place nor its unit has a point", address=place.code)
    return unit.point.x, unit.point.y


def _place(district_code: str, asked: str) -> AddressPlace | None:
    if not has_chinese(asked) and (place := find_address_place(district_code, asked)):
        return place
    known = (DoorMatch.EXACT, DoorMatch.NONE)
    hits = [hit for hit in search_addresses(district_code, asked) if hit.is_plain and hit.door in known]
    best = [hit for hit in hits if hit.door == min(one.door for one in hits)]
    if len(best) == 1:
        return best[0].entry or find_address_place(district_code, best[0].code)
    return find_address_place(district_code, asked) if not hits and has_chinese(asked) else None
