"""Who counts as a migrant child in statistics, and how many of them have a public place."""

from admissions.rules.places import scope_of

PUBLIC_PLACE_TARGET_PERMILLE = 850


def counts_as_migrant(registered: str | None, lives: str | None, home: str) -> bool | None:
    """Say whether a child counts as migrant: registered in another county or province, living here.

    registered, lives -- county codes of registration and dwelling, None while not known
    home              -- the county that counts
    Movers inside the county do not count, whatever they have to prove. None while registration or dwelling is
    not known. Source: docs/rules/migrants.md.
    """
    if registered is None or lives is None:
        return None
    return lives == home and scope_of(registered, home) != "district"


def public_place_permille(public: int, purchased: int, migrants: int) -> int | None:
    """Return how many of a thousand migrant children have a public or purchased place, rounded down.

    None when there are no migrant children. Source: docs/rules/migrants.md.
    """
    return None if migrants == 0 else (public + purchased) * 1000 // migrants
