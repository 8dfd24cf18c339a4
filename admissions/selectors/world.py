"""All that the rules must know of a round to judge a child: policy, lines, zones, distances."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from admissions.models import AdmissionRound
from admissions.rules.category import Classified, Target, classify
from admissions.rules.clauses import LOCAL_RULE
from admissions.rules.documents import Needed, facts_to_prove, needed
from admissions.rules.eligibility import choice_reasons, reasons_against, window_reasons
from admissions.rules.facts import FactName, Facts
from admissions.rules.listing import Listed, SchoolLine, listed_lines
from admissions.rules.policy_records import PRIVATE_KINDS, LineKind, Policy
from admissions.rules.reason import Reason
from admissions.rules.reserves import tier_codes
from admissions.rules.sentences import sentence
from admissions.selectors.rounds import list_lines, policy_of
from zoning.selectors.claims import Walks, load_walks, load_zone_schools

OPEN_PUBLIC = (LineKind.ZONE, LineKind.MULTI_SCHOOL)
WORLDS_KEPT = 4
_WORLDS: dict[tuple[UUID, datetime | None], "RoundWorld"] = {}

# A category that hangs on an open fact does not keep a child from a list: the review will decide it.
UNDECIDED = "category_not_decided"


@dataclass(frozen=True, slots=True)
class RoundWorld:
    """A round as the rules see it.

    lines   -- by line id; seats as planned now
    line_pk -- primary keys of the lines' rows, by line id
    """

    policy: Policy
    lines: Mapping[str, SchoolLine]
    seats: Mapping[str, int]
    reserve_of: Mapping[str, str]
    line_pk: Mapping[str, int]
    school_names: Mapping[str, str]
    zone_schools: Mapping[str, tuple[str, ...]]
    walks: Walks

    @property
    def on(self) -> date:
        """Return the day on which facts are judged: the day applications close."""
        return self.policy.calendar.closes_at.date()

    def kind(self, line_id: str) -> LineKind:
        """Return what the seats of the line are for."""
        return self.policy.line(self.lines[line_id].rule).kind

    def target(self, facts: Facts, line: SchoolLine) -> Target:
        """Return the line as a target of the child, with the walk from its dwelling."""
        unit = facts.text(FactName.DWELLING_UNIT) or ""
        return Target(line.rule, line.school_id, self.walks.between(unit, line.school_id))

    def classify(self, facts: Facts, line_id: str) -> Classified:
        """Return category, tier and keys of the child at the line."""
        target = self.target(facts, self.lines[line_id])
        return classify(facts, self.policy, target=target, on=self.on, zone_schools=self.zone_schools)

    def standing(self, facts: Facts, line_id: str) -> tuple[int, ...] | None:
        """Return (tier, keys...) of the child at the line, None where no category of the line is its own."""
        classified = self.classify(facts, line_id)
        return None if classified.tier is None else (classified.tier, *classified.keys)

    def tier_codes(self, line_id: str) -> tuple[str, ...]:
        """Return the code of every tier of the line, 1 first."""
        open_line = self.reserve_of.get(line_id)
        return tier_codes(
            self.policy, self.lines[line_id].rule, self.lines[open_line].rule if open_line else None
        )

    def reasons_against(self, facts: Facts, line_id: str) -> tuple[Reason, ...]:
        """Return every reason against the child's applying to the line."""
        target = self.target(facts, self.lines[line_id])
        return reasons_against(facts, self.policy, target=target, on=self.on, zone_schools=self.zone_schools)

    def reasons_against_school(self, facts: Facts, school_id: str) -> tuple[Reason, ...]:
        """Return every reason against all lines of the school, or that the round has no such school."""
        lines = [line_id for line_id, line in self.lines.items() if line.school_id == school_id]
        if not lines:
            return (Reason(sentence("school_not_in_round"), LOCAL_RULE),)
        return tuple(reason for line_id in lines for reason in self.reasons_against(facts, line_id))

    def choice_reasons(self, facts: Facts, listed: Sequence[Listed]) -> tuple[Reason, ...]:
        """Return every reason against the list as such."""
        targets = [self.target(facts, self.lines[item.line_id]) for item in listed]
        return choice_reasons(targets, self.policy)

    def window_reasons(self, facts: Facts, listed: Sequence[Listed], now: datetime) -> tuple[Reason, ...]:
        """Return every reason against listing a line at this moment."""
        targets = [self.target(facts, self.lines[item.line_id]) for item in listed]
        return window_reasons(targets, self.policy, now)

    def unproved(self, facts: Facts, line_id: str) -> tuple[FactName, ...]:
        """Return the facts that still need a document or an officer at the line."""
        target = self.target(facts, self.lines[line_id])
        return facts_to_prove(facts, self.policy, target=target, on=self.on, zone_schools=self.zone_schools)

    def documents(
        self, facts: Facts, line_id: str, disputed: Collection[FactName] = ()
    ) -> tuple[Needed, ...]:
        """Return what the family is asked for at the line; never for what registers know and disagree about."""
        return needed(
            facts,
            self.policy,
            target=self.target(facts, self.lines[line_id]),
            on=self.on,
            zone_schools=self.zone_schools,
            disputed=disputed,
        )

    def zone_of(self, facts: Facts) -> tuple[str, ...]:
        """Return the schools of the zone of the child's dwelling, nearest first."""
        unit = facts.text(FactName.DWELLING_UNIT) or ""
        return tuple(sorted(self.zone_schools.get(unit, ()), key=lambda code: self._distance(unit, code)))

    def listed(
        self, facts: Facts, private_schools: Sequence[str], public_schools: Sequence[str]
    ) -> tuple[Listed, ...]:
        """Return the lines of the child's list in order."""
        named = {*private_schools, *public_schools}
        return listed_lines(
            self.policy,
            [line for line in self.lines.values() if line.school_id in named],
            private_schools=private_schools,
            public_schools=public_schools,
            may_apply=lambda line: all(
                item.code == UNDECIDED for item in self.reasons_against(facts, line.line_id)
            ),
        )

    def private_schools(self) -> tuple[str, ...]:
        """Return the private schools of the round in alphabetical order."""
        return tuple(
            sorted(
                {line.school_id for line in self.lines.values() if self.kind(line.line_id) in PRIVATE_KINDS}
            )
        )

    def reachable(self, unit: str) -> tuple[tuple[str, int], ...]:
        """Return (line id, metres) of open public lines within the fallback's walk, nearest first, then by line id."""
        cap = self.policy.fallback.distance_cap_metres
        found = [
            (self._distance(unit, line.school_id)[0], line.line_id)
            for line in self.lines.values()
            if self.kind(line.line_id) in OPEN_PUBLIC
        ]
        return tuple((line_id, metres) for metres, line_id in sorted(found) if cap is None or metres <= cap)

    def adjustable(self, facts: Facts) -> tuple[str, ...]:
        """Return the open private lines that the child may be adjusted to, nearest first, then by line id.

        Those within the fallback's walk at which the rules hold nothing against it.
        """
        cap, unit = self.policy.fallback.distance_cap_metres, facts.text(FactName.DWELLING_UNIT) or ""
        found = [
            (self._distance(unit, line.school_id)[0], line_id)
            for line_id, line in self.lines.items()
            if self.kind(line_id) is LineKind.PRIVATE_OPEN
            and all(reason.code == UNDECIDED for reason in self.reasons_against(facts, line_id))
        ]
        return tuple(line_id for metres, line_id in sorted(found) if cap is None or metres <= cap)

    def _distance(self, unit: str, school: str) -> tuple[int, str]:
        metres = self.walks.between(unit, school)
        return (0 if metres is None else metres, school)


def world_of(admission_round: AdmissionRound) -> RoundWorld:
    """Return the world of a round that is open or past it, kept in memory: policy, zones and lines are frozen.

    Seats are those of the moment it was first asked for; who needs them now uses `load_world`.
    """
    key = (admission_round.pk, admission_round.opened_at)
    if key not in _WORLDS:
        while len(_WORLDS) >= WORLDS_KEPT:
            _WORLDS.pop(next(iter(_WORLDS)))
        _WORLDS[key] = load_world(admission_round)
    return _WORLDS[key]


def load_world(admission_round: AdmissionRound) -> RoundWorld:
    """Return the round as the rules see it."""
    plan = admission_round.publication.plan
    rows = list_lines(admission_round)
    return RoundWorld(
        policy=policy_of(admission_round),
        lines={row.line_id: SchoolLine(row.line_id, row.rule, row.school.code) for row in rows},
        seats={row.line_id: row.seats for row in rows},
        reserve_of={row.line_id: row.reserve_of.line_id for row in rows if row.reserve_of},
        line_pk={row.line_id: row.pk for row in rows},
        school_names={row.school.code: row.school.name for row in rows},
        zone_schools=load_zone_schools(plan),
        walks=load_walks(plan),
    )
