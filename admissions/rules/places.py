"""Which county, city and province a six-digit GB/T 2260 code belongs to."""

MUNICIPALITIES = ("11", "12", "31", "50")


def city_of(district: str) -> str:
    """Return a text that two counties share exactly when they lie in one city.

    A municipality under the central government is one city; a county that a province governs directly
    (third and fourth digit 90) is a city by itself.
    Source: docs/rules/residence.md (another city); GB/T 2260.
    """
    if district[:2] in MUNICIPALITIES:
        return district[:2]
    return district if district[2:4] == "90" else district[:4]


def scope_of(district: str, home: str) -> str:
    """Return how near `district` lies to the county `home`: district, prefecture, province or elsewhere.

    Source: docs/rules/residence.md (another city).
    """
    if district == home:
        return "district"
    if city_of(district) == city_of(home):
        return "prefecture"
    return "province" if district[:2] == home[:2] else "elsewhere"
