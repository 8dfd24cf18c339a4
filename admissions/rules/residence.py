"""Residence standing: three questions that are kept apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from admissions.rules.clauses import LOCAL_RULE, PERMIT_ENDORSEMENT, PERMIT_TERMS
from admissions.rules.conditions import holds
from admissions.rules.days import full_years, months_later
from admissions.rules.facts import FactName, Facts
from admissions.rules.places import city_of
from admissions.rules.policy_records import Policy
from admissions.rules.reason import Reason
from admissions.rules.sentences import sentence

GUARDIAN_PERMIT_AGE = 16
HALF_YEAR_MONTHS = 6
STABLE_DWELLINGS = ("owned", "rented", "public_rental", "employer")


@dataclass(frozen=True, slots=True)
class Answer:
    """True, false, or None while facts are missing; `reasons` say what decided, a local waiver of a yes included."""

    yes: bool | None
    reasons: tuple[Reason, ...] = ()
    missing: tuple[FactName, ...] = ()


@dataclass(frozen=True, slots=True)
class Continuity:
    """Residence by permit: counted from `since`; the permit works through `due_on`, that day included."""

    since: date
    due_on: date


def may_obtain_permit(facts: Facts, policy: Policy, *, on: date) -> Answer:
    """Say whether a residence permit could be applied for: another city, half a year, and one of three.

    The three: stable lawful work, stable lawful dwelling, continuous schooling. Local lists may waive the
    half year. Movers inside the city can never hold a permit.
    Source: docs/rules/residence.md; Residence Permit Regulations 2015, arts. 2 and 9.
    """
    facts = facts_on(facts, on)
    parts = (_left_another_city(facts, policy), _lived_half_a_year(facts, policy, on), _one_of_three(facts))
    if any(part.yes is False for part in parts):
        return Answer(False, tuple(r for part in parts if part.yes is False for r in part.reasons))
    if any(part.yes is None for part in parts):
        missing = tuple(name for part in parts for name in part.missing)
        return Answer(None, tuple(r for part in parts for r in part.reasons), missing)
    return Answer(True, tuple(reason for part in parts for reason in part.reasons))


def permit_valid(facts: Facts, policy: Policy, *, on: date) -> Answer:
    """Say whether the child may rely on a residence permit that works on the day.

    The permit must be of this county; a guardian's counts for a child under 16 where local rules say so.
    It works from the day of issue through the day that completes the year, and again from a late endorsement on.
    Nothing that the permit itself proves is tested again. A register asked before the permit's end cannot know of
    an endorsement since then: the question is open, not answered with no.
    Source: docs/rules/residence.md; Residence Permit Regulations 2015, art. 10.
    """
    facts = facts_on(facts, on)
    issued = facts.day(FactName.PERMIT_VALID_FROM)
    if issued is None:
        return Answer(None, missing=(FactName.PERMIT_VALID_FROM,))
    holder = _may_rely_on_holder(facts, policy, on)
    if holder is not None:
        return Answer(False, (holder,))
    if on < issued:
        return _no("permit_not_yet", from_on=issued.isoformat())
    until = facts.day(FactName.PERMIT_VALID_UNTIL)
    if until is not None:
        return Answer(True) if on < until else _no("permit_lapsed", since=until.isoformat())
    if FactName.PERMIT_ENDORSED_ON not in facts and on > months_later(issued, 12):
        return Answer(None, missing=(FactName.PERMIT_ENDORSED_ON,))
    due = continuity(issued, facts.days(FactName.PERMIT_ENDORSED_ON), on=on).due_on
    return Answer(True) if on <= due else _no("permit_lapsed", since=(due + timedelta(days=1)).isoformat())


def residence_years(facts: Facts, policy: Policy, *, on: date) -> int | None:
    """Return the full years of continuous residence by permit; 0 while it does not work, None when unknown.

    A late endorsement restores the permit at once, and the years count anew from that day.
    Source: docs/rules/residence.md; Residence Permit Regulations 2015, art. 10.
    """
    valid, issued = permit_valid(facts, policy, on=on), facts.day(FactName.PERMIT_VALID_FROM)
    if valid.yes is None or issued is None:
        return None
    if not valid.yes:
        return 0
    return full_years(continuity(issued, facts.days(FactName.PERMIT_ENDORSED_ON), on=on).since, on)


def continuity(issued_on: date, endorsed_on: Sequence[date], *, on: date) -> Continuity:
    """Return from when residence counts and through which day the permit works, as seen on the day.

    1. The permit works through the day that completes a year.
    2. An endorsement in the month up to that day, both ends included, adds a year; a second one adds nothing.
    3. A later endorsement restores the permit on its day, and counting starts again there.
    Source: docs/rules/residence.md; Residence Permit Regulations 2015, art. 10.
    """
    since, years = issued_on, 1
    for day in sorted(endorsed for endorsed in endorsed_on if issued_on <= endorsed <= on):
        due = months_later(since, 12 * years)
        if day > due:
            since, years = day, 1
        elif day >= months_later(due, -1):
            years += 1
    return Continuity(since, months_later(since, 12 * years))


def facts_on(facts: Facts, on: date) -> Facts:
    """Return the facts that may be relied on that day.

    Left out are expired facts, and what was said of a permit's end before that end came and passed.
    Source: docs/rules/residence.md (out of date).
    """
    known = facts.in_force(on)
    ended = _permit_end(known, on)
    stale = [
        name
        for name in (FactName.PERMIT_VALID_UNTIL, FactName.PERMIT_ENDORSED_ON)
        if ended is not None and name in known and known[name].as_of < ended <= on
    ]
    return Facts(fact for fact in known.values() if fact.name not in stale) if stale else known


def _permit_end(facts: Facts, on: date) -> date | None:
    """Return the first day on which the permit no longer works, as far as the facts tell."""
    stated, issued = facts.day(FactName.PERMIT_VALID_UNTIL), facts.day(FactName.PERMIT_VALID_FROM)
    if stated is not None or issued is None or FactName.PERMIT_ENDORSED_ON not in facts:
        return stated
    due = continuity(issued, facts.days(FactName.PERMIT_ENDORSED_ON), on=on).due_on
    return due + timedelta(days=1)


def _left_another_city(facts: Facts, policy: Policy) -> Answer:
    registered = facts.text(FactName.REGISTRATION_DISTRICT)
    if registered is None:
        return Answer(None, missing=(FactName.REGISTRATION_DISTRICT,))
    if city_of(registered) == city_of(policy.district):
        return Answer(False, (Reason(sentence("same_city"), PERMIT_TERMS),))
    return Answer(True)


def _lived_half_a_year(facts: Facts, policy: Policy, on: date) -> Answer:
    exempt = policy.permit.exempt
    if exempt is not None and holds(exempt, lambda term: facts.value(FactName(term))):
        return Answer(True, (Reason(sentence("half_year_waived"), LOCAL_RULE),))
    since = facts.day(FactName.RESIDENCE_SINCE)
    if since is None:
        return Answer(None, missing=(FactName.RESIDENCE_SINCE,))
    full_on = months_later(since, HALF_YEAR_MONTHS)
    if on < full_on:
        return Answer(False, (Reason(sentence("half_year", full_on=full_on.isoformat()), PERMIT_TERMS),))
    return Answer(True)


def _one_of_three(facts: Facts) -> Answer:
    work, dwelling = facts.text(FactName.WORK_EVIDENCE), facts.text(FactName.DWELLING_RIGHT)
    schooling = facts.flag(FactName.CONTINUOUS_SCHOOLING)
    if schooling or dwelling in STABLE_DWELLINGS or work not in (None, "none"):
        return Answer(True)
    names = (FactName.WORK_EVIDENCE, FactName.DWELLING_RIGHT, FactName.CONTINUOUS_SCHOOLING)
    missing = tuple(name for name in names if name not in facts)
    if missing:
        return Answer(None, missing=missing)
    return Answer(False, (Reason(sentence("none_of_three"), PERMIT_TERMS),))


def _may_rely_on_holder(facts: Facts, policy: Policy, on: date) -> Reason | None:
    district = facts.text(FactName.PERMIT_DISTRICT)
    if district is not None and district != policy.district:
        return Reason(sentence("permit_of_another_county", district=district), PERMIT_TERMS)
    if facts.text(FactName.PERMIT_HOLDER) != "guardian":
        return None
    born_on = facts.day(FactName.BIRTH_DATE)
    if not policy.permit.guardian_counts:
        return Reason(sentence("guardian_permit_not_counted"), LOCAL_RULE)
    if born_on is not None and full_years(born_on, on) >= GUARDIAN_PERMIT_AGE:
        return Reason(sentence("too_old_for_guardian_permit", age=GUARDIAN_PERMIT_AGE), LOCAL_RULE)
    return None


def _no(code: str, **values: str | int) -> Answer:
    return Answer(False, (Reason(sentence(code, **values), PERMIT_ENDORSEMENT),))
