"""Who counts as a migrant child in statistics, and how many of them have a public place."""

from admissions.rules.facts import FactName, Facts
from admissions.rules.places import scope_of
from admissions.rules.policy_records import Policy

PUBLIC_PLACE_TARGET_PERMILLE = 850


def counts_as_migrant(facts: Facts, policy: Policy) -> bool | None:
    """Say whether the child counts as migrant: registered in another county or province, living here.

    Movers inside the county do not count, whatever they have to prove. None while registration or dwelling is
    not known. Source: docs/rules/migrants.md.
    """
    registered, lives = (
        facts.text(FactName.REGISTRATION_DISTRICT),
        facts.text(FactName.DWELLING_DISTRICT),
    )
    if registered is None or lives is None:
        return None
    return lives == policy.district and scope_of(registered, policy.district) != "district"


def public_place_permille(public: int, purchased: int, migrants: int) -> int | None:
    """Return how many of a thousand migrant children have a public or purchased place, rounded down.

    None when there are no migrant children. Source: docs/rules/migrants.md.
    """
    return None if migrants == 0 else (public + purchased) * 1000 // migrants
