"""Which dwellings have used their place at a school, as the round's judging asks it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from admissions.models import AdmissionRound, DwellingUse, Offer, OfferStatus
from admissions.rules.days import months_later
from admissions.rules.dwelling_lock import DwellingUse as Use
from admissions.rules.dwelling_lock import enrolment_day, locked_until
from admissions.rules.facts import FactName, Facts
from admissions.rules.look_ups import Asked
from admissions.rules.policy_records import DwellingLock
from admissions.selectors.imported_lists import guardians_of
from admissions.selectors.rounds import policy_of
from geo_data.selectors.registers import dwelling_key


@dataclass(frozen=True, slots=True)
class DwellingLocks:
    """The uses that can still lock on the day of enrolment, by dwelling, and each child's guardians."""

    lock: DwellingLock | None
    on: date
    uses: Mapping[str, tuple[Use, ...]]
    guardians: Mapping[str, frozenset[str]]

    def until(self, facts: Facts, child_index: str, school: str) -> date | None:
        """Return until when the child's dwelling is locked for the school, or None."""
        key = facts.text(FactName.DWELLING_KEY)
        if self.lock is None or not self.uses or not key:
            return None
        index = dwelling_key(key)
        return locked_until(
            self.uses.get(index, ()),
            self.lock,
            dwelling_key=index,
            school_id=school,
            guardians=self.guardians.get(child_index, frozenset()),
            on=self.on,
        )


def load_dwelling_locks(admission_round: AdmissionRound) -> DwellingLocks:
    """Return the locks of a round; without a rule in its policy, or without uses, nothing is fetched beyond them."""
    policy = policy_of(admission_round)
    on = enrolment_day(policy.year)
    if policy.dwelling_lock is None:
        return DwellingLocks(None, on, {}, {})
    rows = [use for use, counts in list_dwelling_uses(admission_round) if counts]
    uses: dict[str, list[Use]] = defaultdict(list)
    for row in rows:
        guardians = frozenset(row.guardians)
        uses[row.dwelling_index].append(Use(row.dwelling_index, row.school_code, row.enrolled_on, guardians))
    if not uses:
        return DwellingLocks(policy.dwelling_lock, on, {}, {})
    children = admission_round.applications.values_list("child_index", flat=True)
    return DwellingLocks(
        policy.dwelling_lock,
        on,
        {index: tuple(found) for index, found in uses.items()},
        guardians_by_child(admission_round.district_id, children),
    )


def list_dwelling_uses(admission_round: AdmissionRound) -> list[tuple[DwellingUse, bool]]:
    """Return the uses that can lock a dwelling on the round's day of enrolment, and whether each counts now.

    A use counts while its child is enrolled at the school; one that was imported always does. The round's own uses
    are left out. Without a rule in the policy nothing is fetched.
    """
    policy = policy_of(admission_round)
    if policy.dwelling_lock is None:
        return []
    since = months_later(enrolment_day(policy.year), -12 * policy.dwelling_lock.years)
    enrolled = Offer.objects.filter(
        application=OuterRef("application"),
        line__school__code=OuterRef("school_code"),
        status=OfferStatus.ENROLLED,
    )
    uses = DwellingUse.objects.filter(district_id=admission_round.district_id, enrolled_on__gt=since)
    rows = uses.exclude(application__round=admission_round).annotate(still_enrolled=Exists(enrolled))
    return [(row, row.application_id is None or row.still_enrolled) for row in rows.order_by("pk")]


def guardians_by_child(district_code: str, children: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the keyed indexes of each child's guardians, as the census and the lists of other offices state them."""
    found = guardians_of(district_code, [Asked(index) for index in children])
    return {child: frozenset(guardians) for child, guardians in found.items()}
