"""What the facts of one child mean on a day, for one school: the answers to all terms of a policy."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from admissions.rules.conditions import holds
from admissions.rules.days import full_months
from admissions.rules.facts import FactName, Facts
from admissions.rules.places import scope_of
from admissions.rules.policy_records import PointItem, Policy
from admissions.rules.residence import HALF_YEAR_MONTHS, continuity, permit_valid, residence_years
from admissions.rules.terms import Computed, Term, facts_behind
from admissions.rules.vocabulary import FactValue

SINCE = {
    Computed.REGISTRATION_MONTHS: FactName.REGISTRATION_SINCE,
    Computed.TITLE_MONTHS: FactName.TITLE_SINCE,
    Computed.RENTAL_MONTHS: FactName.RENTAL_SINCE,
}
# Claims: what nobody states is not claimed, and nobody is asked to prove the contrary.
NOT_CLAIMED: Mapping[FactName, FactValue] = {
    FactName.PREFERENTIAL_KIND: "none",
    FactName.SPECIAL_NEEDS: False,
}
ZoneSchools = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Target:
    """A school on a plan line; `walk_metres` is the child's walk to it, None when nobody measured it."""

    line: str
    school_id: str
    walk_metres: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One child before one school on a day; `facts` are those in force that day.

    `zone_schools` gives for every catchment unit the schools of its zone on that day.
    """

    facts: Facts
    policy: Policy
    target: Target
    on: date
    zone_schools: ZoneSchools

    def value(self, term: Term) -> FactValue | None:
        """Return the value of a fact or computed term, None when it is not known.

        Source: docs/rules/categories.md (terms).
        """
        if isinstance(term, Computed):
            return self._computed(term)
        stated = self.facts.value(term)
        return NOT_CLAIMED.get(term) if stated is None else stated

    def _computed(self, term: Computed) -> FactValue | None:
        facts, policy, on = self.facts, self.policy, self.on
        match term:
            case Computed.REGISTRATION_SCOPE:
                return self._registration_scope()
            case Computed.DWELLING_IN_ZONE:
                return self._is_in_zone(facts.text(FactName.DWELLING_UNIT))
            case Computed.PERMIT_VALID:
                return permit_valid(facts, policy, on=on).yes
            case Computed.RESIDENCE_YEARS:
                return residence_years(facts, policy, on=on)
            case Computed.RESIDENCE_MONTHS:
                return self._residence_months()
            case Computed.REGISTRATION_MONTHS | Computed.TITLE_MONTHS | Computed.RENTAL_MONTHS:
                return self._months_since(SINCE[term])
            case Computed.WALK_METRES:
                return self.target.walk_metres
            case Computed.POINTS:
                return sum(self.item_points(item) for item in policy.points)
            case _:
                return self._school_term(term)

    def missing_for(self, term: Term) -> tuple[FactName, ...]:
        """Return the facts that would have to be known before the term has a value; none when it has one.

        Source: docs/rules/documents.md.
        """
        if term in (Computed.PERMIT_VALID, Computed.RESIDENCE_YEARS):
            return permit_valid(self.facts, self.policy, on=self.on).missing
        if self.value(term) is not None:
            return ()
        return tuple(name for name in facts_behind(term) if name not in self.facts)

    def rests_on(self, term: Term) -> tuple[FactName, ...]:
        """Return the facts that the term's value comes from, or would come from if they were known.

        Source: docs/rules/documents.md.
        """
        known = tuple(name for name in facts_behind(term) if name in self.facts)
        return (*known, *self.missing_for(term))

    def _school_term(self, term: Computed) -> bool | None:
        facts, school = self.facts, self.target.school_id
        if term is Computed.FED_BY_SCHOOL:
            primary = facts.text(FactName.FEEDER_SCHOOL)
            return None if primary is None else school in dict(self.policy.feeders).get(primary, ())
        # Claims like those of NOT_CLAIMED.
        if term is Computed.SIBLING_AT_SCHOOL:
            return school in facts.texts(FactName.SIBLING_SCHOOL)
        name = FactName.OWN_PUPIL_SCHOOL if term is Computed.OWN_PUPIL else FactName.STAFF_SCHOOL
        return facts.text(name) == school

    def item_points(self, item: PointItem) -> int:
        """Return the points of one item; what is not known earns none.

        Source: docs/rules/points.md.
        """
        if item.when is not None and not holds(item.when, self.value):
            return 0
        if item.per is None:
            return item.points
        counted = self.value(item.per)
        earned = item.points * (counted // item.each) if isinstance(counted, int) else 0
        return min(earned, item.most) if item.most is not None else earned

    def _registration_scope(self) -> str | None:
        district = self.facts.text(FactName.REGISTRATION_DISTRICT)
        if district is None:
            return None
        if district != self.policy.district:
            return scope_of(district, self.policy.district)
        in_zone = self._is_in_zone(self.facts.text(FactName.REGISTRATION_UNIT))
        return None if in_zone is None else "zone" if in_zone else "district"

    def _is_in_zone(self, unit: str | None) -> bool | None:
        return None if unit is None else self.target.school_id in self.zone_schools.get(unit, ())

    def _months_since(self, name: FactName) -> int | None:
        since = self.facts.day(name)
        return None if since is None else full_months(since, self.on)

    def _residence_months(self) -> int | None:
        stated = self._months_since(FactName.RESIDENCE_SINCE)
        issued = self.facts.day(FactName.PERMIT_VALID_FROM)
        if stated is not None or issued is None or not permit_valid(self.facts, self.policy, on=self.on).yes:
            return stated
        # A permit in force proves the half year before it was issued; nobody is asked for that again.
        since = continuity(issued, self.facts.days(FactName.PERMIT_ENDORSED_ON), on=self.on).since
        return full_months(since, self.on) + HALF_YEAR_MONTHS
