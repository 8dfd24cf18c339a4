"""The category of a child in a projection: where it is registered, in five words that every census can answer."""

from geo_data.projection.records import SourceCategory

CITY_DIGITS = 4  # of a GB/T 2260 code: province and prefecture


def source_category(district: str, registered_in: str, *, in_own_unit: bool) -> SourceCategory:
    """Return the category of a child who lives in the district.

    district      -- GB/T 2260 code of the district
    registered_in -- code of the district of registration, empty when the census does not say
    in_own_unit   -- whether the unit of registration is the unit of the dwelling
    Registered where it lives; registered elsewhere in the county; in another county of the same city; farther away.
    The admission rules' own categories need more facts and are computed there; these are coarser, so that a
    census without documents can be counted.
    Source: docs/projection.md (categories).
    """
    if not registered_in:
        return SourceCategory.UNKNOWN
    if registered_in[: len(district)] == district:
        return SourceCategory.REGISTERED if in_own_unit else SourceCategory.COUNTY_MOVER
    same_city = registered_in[:CITY_DIGITS] == district[:CITY_DIGITS]
    return SourceCategory.CITY_MOVER if same_city else SourceCategory.MIGRANT
