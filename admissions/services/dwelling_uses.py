"""Uses of dwellings: recorded when a child is enrolled, and brought in for the years before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action
from accounts.services.audit import record_event
from admissions.models import DwellingUse, Offer
from admissions.rules.dwelling_lock import enrolment_day
from admissions.rules.facts import FactName, facts_from_data
from admissions.rules.policy_records import LineKind
from admissions.selectors.dwellings import guardians_by_child
from admissions.selectors.rounds import policy_of
from admissions.services.rounds import require_actor
from geo_data.selectors.districts import get_district
from geo_data.selectors.registers import dwelling_key, person_index
from geo_data.tables.dwelling_use_table import DwellingUseRow

CLAIMED_BY_DWELLING = (LineKind.ZONE, LineKind.MULTI_SCHOOL)
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class UsesImported:
    """How many uses of earlier years are new, and how many were on record."""

    added: int
    known: int


def record_dwelling_use(*, offer: Offer, now: datetime) -> DwellingUse | None:
    """Record that an enrolled child used its dwelling's place, in the caller's transaction; once a child.

    Call it when an offer becomes `enrolled`. Nothing is recorded for seats that no dwelling gives a claim to (private,
    reserved), where the policy has no lock, or where no register states the dwelling.
    """
    policy = policy_of(offer.round)
    facts = facts_from_data(offer.application.facts).proved()
    key = facts.text(FactName.DWELLING_KEY)
    kind = policy.line(offer.line.rule).kind
    if policy.dwelling_lock is None or not key or kind not in CLAIMED_BY_DWELLING:
        return None
    guardians = guardians_by_child(offer.round.district_id, [offer.child_index])
    use, _ = DwellingUse.objects.get_or_create(
        application=offer.application,
        defaults={
            "district_id": offer.round.district_id,
            "dwelling_index": dwelling_key(key),
            "school_code": offer.line.school.code,
            "enrolled_on": enrolment_day(policy.year),
            "guardians": sorted(guardians.get(offer.child_index, ())),
            "source": "round",
            "recorded_at": now,
        },
    )
    return use


@transaction.atomic
def import_dwelling_uses(
    *, actor: User | None, now: datetime, district_code: str, rows: Iterable[DwellingUseRow], source: str
) -> UsesImported:
    """Record uses of earlier years; a use that is on record already is left as it is."""
    require_actor(actor, Action.IMPORT_DATA, district_code)
    district = get_district(district_code)
    uses = [
        DwellingUse(
            district=district,
            dwelling_index=dwelling_key(row.dwelling_key),
            school_code=row.school_code,
            enrolled_on=row.enrolled_on,
            guardians=sorted({person_index(number) for number in row.guardians}),
            source=source,
            recorded_at=now,
        )
        for row in rows
    ]
    before = DwellingUse.objects.filter(district=district).count()
    DwellingUse.objects.bulk_create(uses, batch_size=BATCH, ignore_conflicts=True)
    added = DwellingUse.objects.filter(district=district).count() - before
    record_event(
        actor=actor,
        now=now,
        action="dwelling_uses.imported",
        subject=district,
        district_code=district_code,
        details={"source": source, "added": added, "known": len(uses) - added},
    )
    return UsesImported(added, len(uses) - added)
