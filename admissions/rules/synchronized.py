"""Synchronized admission: when a private school draws, whom it takes first, and what looks like keeping below."""

from dataclasses import dataclass

from admissions.rules.facts import FactName, Facts
from admissions.rules.policy_records import Area, LineKind, PlanLine, Policy, Title

# The tiers of an open private line that recruits beyond its county, 1 first; no other category can be stated for it.
OWN_COUNTY, OTHER_COUNTIES = "own_county_first", "other_counties"
COUNTY_TITLES = {
    OWN_COUNTY: Title("本县（市、区）孩子", "Children of the county"),
    OTHER_COUNTIES: Title("其他县（市、区）孩子", "Children of other counties"),
}
HOMES = (FactName.REGISTRATION_DISTRICT, FactName.DWELLING_DISTRICT)


@dataclass(frozen=True, slots=True)
class CountyStanding:
    """Whether a child is of the school's own county.

    rests_on -- the fact that makes it so; none where nothing does
    open     -- facts that nobody states and that could make it so, in alphabetical order
    """

    is_own: bool
    rests_on: tuple[FactName, ...] = ()
    open: tuple[FactName, ...] = ()


def recruits_county_first(line: PlanLine) -> bool:
    """Say whether the line takes children of its own county first: an open private one that may recruit beyond it.

    Source: docs/rules/synchronized.md (own county first).
    """
    return line.kind is LineKind.PRIVATE_OPEN and not line.categories and line.area is not Area.DISTRICT


def tiers_of(line: PlanLine) -> tuple[str, ...]:
    """Return the code of every tier of the line's own, 1 first: categories, else own county and others, else itself.

    Source: docs/rules/synchronized.md (own county first).
    """
    if recruits_county_first(line):
        return OWN_COUNTY, OTHER_COUNTIES
    return line.categories or (line.code,)


def county_standing(facts: Facts, policy: Policy) -> CountyStanding:
    """Say whether the child is registered or lives in the policy's county: either is enough, as for the line's area.

    Of two facts that say so a proved one counts. What nobody knows makes no child one of the county.
    Source: docs/rules/synchronized.md (own county first).
    """
    here = [name for name in HOMES if facts.text(name) == policy.district]
    if here:
        return CountyStanding(True, (next((name for name in here if facts[name].is_proved), here[0]),))
    return CountyStanding(False, open=tuple(sorted(name for name in HOMES if name not in facts)))


def must_draw(applicants: int, planned_intake: int) -> bool:
    """Say whether a private school's places are drawn: more children listed it than it may take.

    Then all of them are drawn, by the bureau; otherwise all are admitted.
    Source: docs/rules/synchronized.md.
    """
    return applicants > planned_intake


def kept_below_draw(applicants: int, withdrawn: int, planned_intake: int) -> bool:
    """Say whether withdrawals alone kept a private school from a draw; a case for a look, not a verdict.

    `withdrawn` are children who had listed the school in this round and took it off their list.
    Source: docs/rules/synchronized.md.
    """
    return not must_draw(applicants, planned_intake) and must_draw(applicants + withdrawn, planned_intake)
