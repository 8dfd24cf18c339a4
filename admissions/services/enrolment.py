"""Enrolment: children who arrived at their school are enrolled, and an enrolment by mistake is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from admissions.models import LIVE_OFFERS, AdmissionRound, Offer, OfferStep
from admissions.rules.enrolment import ArrivalFault, ListedReceipt, RefusedLine, judge_arrivals
from admissions.rules.status import Action as Step
from admissions.rules.status import Who, may, next_status
from admissions.selectors.enrolment import has_pupil_register, places_of
from admissions.selectors.rounds import round_code
from admissions.services.answers import share_published_round
from admissions.services.dwelling_uses import record_dwelling_uses
from common.errors import MalformedInput, NotFound, RulesSayNo, WrongMoment

MOST_AT_ONCE = 5_000
SAID = {
    ArrivalFault.UNKNOWN: "no place was offered to this receipt in the round",
    ArrivalFault.DOUBLED: "stands in the list already",
    ArrivalFault.OTHER_SCHOOL: "holds its place at another school",
    ArrivalFault.DECLINED: "gave its place up",
    ArrivalFault.LAPSED: "its place has lapsed",
    ArrivalFault.MOVED: "its place moved to another line",
}


class ArrivalsRefused(RulesSayNo):
    """Lines of the list cannot be enrolled, so none is; details name each: line, receipt, fault, first_line."""

    code = "arrivals_refused"


class NothingListed(MalformedInput):
    """No receipt is listed, or more than one list may hold."""

    code = "nothing_listed"


class NotEnrolled(NotFound):
    """The round has no enrolled child of this receipt."""

    code = "not_enrolled"


class InPupilRegister(WrongMoment):
    """The pupil register has the child at the school already; the enrolment stands."""

    code = "in_pupil_register"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """How many children are newly enrolled, how many were before, and how many dwellings used their place."""

    added: int
    known: int
    dwelling_uses: int


@transaction.atomic
def enrol_offers(
    *,
    actor: User | None,
    now: datetime,
    round_id: UUID,
    school_code: str,
    receipts: Sequence[ListedReceipt],
) -> Enrolled:
    """Enrol the children listed, all or none; those enrolled before are counted.

    actor -- the school's own officer or a district officer; None is the command line of the bureau's server
    Raises ArrivalsRefused naming every line that is not a live place at the school, and NothingListed.
    """
    admission_round = share_published_round(round_id)
    if actor is not None:
        require(actor, Action.ENROL_CHILDREN, admission_round.district_id, school_code)
    if not 0 < len(receipts) <= MOST_AT_ONCE:
        raise NothingListed(f"list from 1 to {MOST_AT_ONCE} receipts", most=MOST_AT_ONCE)
    offers = _lock_offers(admission_round, receipts)
    found = judge_arrivals(receipts, places_of(offers), school=school_code)
    if found.refused:
        raise ArrivalsRefused(
            "; ".join(map(_said, found.refused)),
            lines=[_as_data(row) for row in found.refused],
        )
    arriving = [offers[receipt] for receipt in found.arriving]
    _enrol(arriving, actor=actor, now=now)
    done = Enrolled(len(arriving), len(found.enrolled), record_dwelling_uses(offers=arriving, now=now))
    if arriving:
        _record(
            admission_round,
            actor=actor,
            now=now,
            school=school_code,
            receipts=sorted(found.arriving),
            dwelling_uses=done.dwelling_uses,
        )
    return done


@transaction.atomic
def take_enrolment_back(*, actor: User, now: datetime, round_id: UUID, receipt: str, reason: str) -> Offer:
    """Take back an enrolment made by mistake: the place stays the child's, confirmed, and its dwelling is free again.

    A district officer does so, with a reason, until the pupil register has the child at the school. The record of the
    dwelling's use stays and counts only while the child is enrolled at that school.
    """
    admission_round = share_published_round(round_id)
    require(actor, Action.REVIEW_APPLICATIONS, admission_round.district_id)
    if not reason.strip():
        raise MalformedInput("write the reason: an enrolment is taken back with a reason")
    offer = _lock_offers(admission_round, [ListedReceipt(1, receipt)]).get(receipt)
    if offer is None or not may(offer.status, Step.TAKE_BACK, Who.OFFICER):
        raise NotEnrolled("the round has no enrolled child of this receipt")
    if has_pupil_register(offer):
        raise InPupilRegister("the pupil register has the child at this school already")
    offer.status, offer.decided_at = next_status(offer.status, Step.TAKE_BACK), now
    offer.save(update_fields=["status", "decided_at"])
    OfferStep.objects.create(
        offer=offer, action=Step.TAKE_BACK, status=offer.status, reason=reason, taken_by=actor, taken_at=now
    )
    record_event(
        actor=actor,
        now=now,
        action="enrolment.taken_back",
        subject=offer.application,
        district_code=admission_round.district_id,
        details={
            "round": round_code(admission_round),
            "receipt": receipt,
            "line": offer.line.line_id,
            "reason": reason,
        },
    )
    return offer


def _lock_offers(admission_round: AdmissionRound, receipts: Sequence[ListedReceipt]) -> dict[str, Offer]:
    """Return the offer of each receipt, locked: the live one, else the newest."""
    rows = (
        Offer.objects.select_for_update(of=("self",))
        .select_related("line__school", "application__receipt", "round")
        .filter(round=admission_round, application__receipt__receipt__in=[row.receipt for row in receipts])
        .order_by("pk")
    )
    live_last = sorted(rows, key=lambda offer: (offer.status in LIVE_OFFERS, offer.pk))
    return {offer.application.receipt.receipt: offer for offer in live_last}


def _enrol(offers: Sequence[Offer], *, actor: User | None, now: datetime) -> None:
    """Give every offer its new status, with a step on record."""
    for offer in offers:
        offer.status, offer.decided_at = next_status(offer.status, Step.ENROL), now
    Offer.objects.bulk_update(offers, ["status", "decided_at"])
    OfferStep.objects.bulk_create(
        OfferStep(offer=offer, action=Step.ENROL, status=offer.status, taken_by=actor, taken_at=now)
        for offer in offers
    )


def _record(
    admission_round: AdmissionRound,
    *,
    actor: User | None,
    now: datetime,
    school: str,
    receipts: Sequence[str],
    dwelling_uses: int,
) -> None:
    record_event(
        actor=actor,
        now=now,
        action="children.enrolled",
        subject=admission_round,
        district_code=admission_round.district_id,
        details={
            "round": round_code(admission_round),
            "school": school,
            "receipts": list(receipts),
            "dwelling_uses": dwelling_uses,
        },
    )


def _said(row: RefusedLine) -> str:
    where = f" (line {row.first_line})" if row.first_line else ""
    return f"line {row.line}: {row.receipt or '-'}: {SAID[row.fault]}{where}"


def _as_data(row: RefusedLine) -> dict[str, str | int]:
    return {
        "line": row.line,
        "receipt": row.receipt,
        "fault": row.fault.value,
        "first_line": row.first_line,
    }
