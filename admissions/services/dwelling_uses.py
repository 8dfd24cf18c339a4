"""Uses of dwellings: recorded when a child is enrolled, and brought in for the years before."""

from collections.abc import Iterable, Sequence
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


def record_dwelling_uses(*, offers: Sequence[Offer], now: datetime) -> int:
    """Record that enrolled children used their dwellings' places, in the caller's transaction; once a child and school.

    offers -- of one round, just enrolled, with line, school and application
    Nothing is recorded for seats that no dwelling gives a claim to (private, reserved), where the policy has no lock,
    or where no register states the dwelling. Returns how many uses are new.
    """
    claiming = {offer.application_id: key for offer in offers if (key := _claiming_dwelling(offer))}
    if not claiming:
        return 0
    of_claiming = [offer for offer in offers if offer.application_id in claiming]
    admission_round = of_claiming[0].round
    guardians = guardians_by_child(admission_round.district_id, [offer.child_index for offer in of_claiming])
    known = set(
        DwellingUse.objects.filter(application__in=list(claiming)).values_list(
            "application_id", "school_code"
        )
    )
    uses = [
        DwellingUse(
            application_id=offer.application_id,
            district_id=admission_round.district_id,
            dwelling_index=dwelling_key(claiming[offer.application_id]),
            school_code=offer.line.school.code,
            enrolled_on=enrolment_day(admission_round.year),
            guardians=sorted(guardians.get(offer.child_index, ())),
            source="round",
            recorded_at=now,
        )
        for offer in of_claiming
        if (offer.application_id, offer.line.school.code) not in known
    ]
    return len(DwellingUse.objects.bulk_create(uses, batch_size=BATCH))


def _claiming_dwelling(offer: Offer) -> str:
    """Return what a register says of the dwelling that gives the claim to the place, or nothing."""
    policy = policy_of(offer.round)
    if policy.dwelling_lock is None or policy.line(offer.line.rule).kind not in CLAIMED_BY_DWELLING:
        return ""
    return facts_from_data(offer.application.facts).proved().text(FactName.DWELLING_KEY) or ""


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
