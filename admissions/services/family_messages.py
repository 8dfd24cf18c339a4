"""Messages to families about their places: queued with what they tell of, sent once, tried again when that fails."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.messages import Gateway, MessageNotSent, current_gateway
from accounts.models import User
from accounts.permissions import Action, require
from accounts.phones import find_normal_phone
from accounts.sealing import current_keyring, open_sealed
from accounts.selectors.people import open_phone
from accounts.services.audit import record_event
from accounts.services.jobs import Report, not_reported
from admissions.models import (
    LIVE_OFFERS,
    AdmissionRound,
    Application,
    FamilyMessage,
    MessageKind,
    MessageStatus,
    Offer,
    OfferStatus,
)
from admissions.selectors.applications import TABLE
from admissions.selectors.family_messages import message_values, until_of
from admissions.selectors.rounds import round_code
from common.errors import NotFound, WrongMoment

# After the n-th failure it is tried again so much later; after the last it is left to the office.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)


class NoSuchMessage(NotFound):
    """There is no such message."""

    code = "no_such_message"


class MessageNotGivenUp(WrongMoment):
    """Only a message that was given up is tried again by hand."""

    code = "message_not_given_up"


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one go at the waiting messages; `next_at` is when the earliest left is due, None for none left."""

    sent: int
    failed: int
    next_at: datetime | None


def queue_messages(*, offers: Iterable[Offer], kind: MessageKind, now: datetime) -> int:
    """Queue one message about each offer, in the caller's transaction; one that is queued already stays as it is."""
    rows = [FamilyMessage(offer=offer, kind=kind, queued_at=now, next_at=now) for offer in offers]
    FamilyMessage.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def send_messages(
    *,
    actor: User | None,
    now: datetime,
    admission_round: AdmissionRound,
    gateway: Gateway | None = None,
    report: Report = not_reported,
) -> Sent:
    """Send what is due of a round, each in a transaction of its own, so that a killed worker repeats one at the most.

    The gateway is told the message's id and takes the same one once (accounts/messages.py).
    """
    gateway = gateway or current_gateway()
    waiting = FamilyMessage.objects.filter(
        offer__round=admission_round, status=MessageStatus.WAITING, next_at__lte=now
    )
    due = list(waiting.order_by("queued_at", "pk").values_list("pk", flat=True))
    outcomes = []
    for done, pk in enumerate(due):
        report("sending", done, len(due))
        outcomes.append(_send(pk, gateway, now))
    sent = outcomes.count(MessageStatus.SENT)
    if sent:
        _record_sent(admission_round, sent, actor, now)
    left = FamilyMessage.objects.filter(offer__round=admission_round, status=MessageStatus.WAITING)
    next_at = left.order_by("next_at").values_list("next_at", flat=True).first()
    return Sent(sent, len(outcomes) - sent, next_at)


@transaction.atomic
def try_message_again(*, actor: User, now: datetime, message_id: UUID) -> FamilyMessage:
    """Put a message that was given up, or that had no number, back among the waiting ones."""
    rows = FamilyMessage.objects.select_for_update(of=("self",))
    found = rows.select_related("offer__round", "offer__application__receipt").filter(pk=message_id).first()
    if found is None:
        raise NoSuchMessage("there is no such message")
    admission_round = found.offer.round
    require(actor, Action.REVIEW_APPLICATIONS, admission_round.district_id)
    if found.status not in (MessageStatus.GIVEN_UP, MessageStatus.NO_PHONE):
        raise MessageNotGivenUp(f"the message is {found.status}", status=found.status)
    found.status, found.attempts, found.next_at = MessageStatus.WAITING, 0, now
    found.save(update_fields=["status", "attempts", "next_at"])
    record_event(
        actor=actor,
        now=now,
        action="family_message.again",
        subject=found.offer.application,
        district_code=admission_round.district_id,
        details={
            "round": round_code(admission_round),
            "receipt": found.offer.application.receipt.receipt,
            "kind": found.kind,
        },
    )
    return found


@transaction.atomic
def _send(pk: UUID, gateway: Gateway, now: datetime) -> MessageStatus:
    rows = FamilyMessage.objects.select_for_update(of=("self",), skip_locked=True).select_related(
        "offer__round", "offer__line__school", "offer__application__receipt", "offer__application__guardian"
    )
    message = rows.filter(pk=pk, status=MessageStatus.WAITING).first()
    if message is None:  # another worker has it
        return MessageStatus.WAITING
    message.status = _outcome(message, gateway, now)
    message.sent_at = now if message.status == MessageStatus.SENT else None
    message.save(update_fields=["status", "attempts", "failure_code", "next_at", "sent_at"])
    return MessageStatus(message.status)


def _outcome(message: FamilyMessage, gateway: Gateway, now: datetime) -> MessageStatus:
    if _is_needless(message, now):
        return MessageStatus.NEEDLESS
    phone = _phone(message.offer.application)
    if not phone:
        return MessageStatus.NO_PHONE
    message.attempts += 1
    try:
        gateway.send(now=now, phone=phone, values=message_values(message))
    except MessageNotSent as problem:
        message.failure_code = problem.code
        if message.attempts > len(WAITS):
            return MessageStatus.GIVEN_UP
        message.next_at = now + WAITS[message.attempts - 1]
        return MessageStatus.WAITING
    return MessageStatus.SENT


def _is_needless(message: FamilyMessage, now: datetime) -> bool:
    """Say whether the family has answered meanwhile, or the time for it is over."""
    offer = message.offer
    if message.kind == MessageKind.PLACE_MOVED:
        return offer.status not in LIVE_OFFERS
    return offer.status != OfferStatus.HELD or now >= until_of(offer)


def _phone(application: Application) -> str:
    """Return the number the guardian signs in with, or the one on a form that another portal sent; "" for none."""
    if application.guardian is not None and application.guardian.phone_sealed is not None:
        return open_phone(application.guardian)
    if application.phone_sealed is None:
        return ""
    written = open_sealed(
        application.phone_sealed,
        table=TABLE,
        row_id=application.pk,
        field="phone_sealed",
        keyring=current_keyring(),
    )
    return find_normal_phone(written)


@transaction.atomic
def _record_sent(admission_round: AdmissionRound, sent: int, actor: User | None, now: datetime) -> None:
    record_event(
        actor=actor,
        now=now,
        action="family_messages.sent",
        subject=admission_round,
        district_code=admission_round.district_id,
        details={"round": round_code(admission_round), "sent": sent},
    )
