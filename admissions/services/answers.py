"""Answers to offers: confirmed, given up, taken back; whether the child waits for more; what silence means."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from accounts.models import Role, User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from accounts.services.jobs import RunningJob
from admissions.models import (
    LIVE_OFFERS,
    LIVE_STATUSES,
    AdmissionRound,
    Application,
    MessageKind,
    Offer,
    OfferStatus,
    OfferStep,
    PlanLine,
    RoundStatus,
    WaitingWish,
)
from admissions.rules.after_results import (
    REMINDED_BEFORE,
    answer_until,
    lapses_by_silence,
    may_answer,
    may_be_declined,
    may_move,
)
from admissions.rules.policy_records import Policy
from admissions.rules.status import Action as Step
from admissions.rules.status import Who, may, next_status
from admissions.selectors.applications import NoSuchApplication
from admissions.selectors.refills import find_refill
from admissions.selectors.rounds import get_round, policy_of, round_code
from admissions.services.family_messages import queue_messages
from admissions.services.rounds import RoundMovedOn, lock_round, require_actor
from common.errors import MalformedInput, NotFound, RulesSayNo, WrongMoment


class NoOffer(NotFound):
    """The child has no place to answer for."""

    code = "no_offer"


class AnswersNotOpen(WrongMoment):
    """Families answer from the moment of results until the end of their time; details name it."""

    code = "answers_not_open"


class AnswerNotPossible(WrongMoment):
    """The status table has no such step from here, or not for this person."""

    code = "answer_not_possible"


class PlaceGivenOn(WrongMoment):
    """The place was given to another child meanwhile."""

    code = "place_given_on"


class PlaceElsewhere(RulesSayNo):
    """The child has a place, or applies for one, in a refill round that followed."""

    code = "place_elsewhere"


class WaitingIsOver(WrongMoment):
    """A refill round has taken the seats that were left: nobody waits in this round any more."""

    code = "waiting_is_over"


class PlaceIsBinding(RulesSayNo):
    """By local rules a place won in the private draw cannot be given up by the family alone."""

    code = "place_is_binding"


class NoMoves(RulesSayNo):
    """By local rules children with a place do not move."""

    code = "no_moves"


@transaction.atomic
def confirm_offer(*, actor: User, now: datetime, application_id: UUID, reason: str = "") -> Offer:
    """Confirm the place: the family takes it. An officer does so on a guardian's behalf, with a reason."""
    offer = _offer_to_answer(actor, now, application_id, reason)
    return _step(offer, Step.CONFIRM, actor=actor, now=now, reason=reason)


@transaction.atomic
def decline_offer(*, actor: User, now: datetime, application_id: UUID, reason: str = "") -> Offer:
    """Give the place up: the seat is free, and the child asks for no other place in this round.

    An officer does so on a guardian's behalf, with a reason, also after the family's own time.
    """
    offer = _offer_to_answer(actor, now, application_id, reason)
    if actor.role == Role.GUARDIAN and not may_be_declined(
        policy_of(offer.round), is_private=_is_private(offer)
    ):
        raise PlaceIsBinding("by local rules a place won in the private draw is binding; ask the bureau")
    return _step(offer, Step.DECLINE, actor=actor, now=now, reason=reason)


@transaction.atomic
def restore_offer(*, actor: User, now: datetime, application_id: UUID, reason: str = "") -> Offer:
    """Take back a place given up or lapsed, as long as the seat was not given on."""
    offer = _offer_to_answer(actor, now, application_id, reason)
    if offer.status in LIVE_OFFERS:
        raise AnswerNotPossible(f"the place is {offer.status}", status=offer.status)
    _refuse_place_elsewhere(offer)
    line = PlanLine.objects.select_for_update().get(pk=offer.line_id)
    if line.offers_live >= line.seats:
        raise PlaceGivenOn("the place was given to another child meanwhile")
    return _step(offer, Step.RESTORE, actor=actor, now=now, reason=reason)


@transaction.atomic
def wait_for_higher_choice(
    *, actor: User, now: datetime, application_id: UUID, waits: bool, reason: str = ""
) -> WaitingWish:
    """Say whether the child, which has a place, moves when one higher on its list becomes free.

    The present place is then given on. Nobody who did not ask is moved.
    """
    offer = _offer_to_answer(actor, now, application_id, reason)
    if offer.status not in (OfferStatus.HELD, OfferStatus.CONFIRMED):
        raise AnswerNotPossible(f"the place is {offer.status}", status=offer.status)
    if waits and not may_move(policy_of(offer.round)):
        raise NoMoves("by local rules children with a place do not move")
    if waits and find_refill(offer.round) is not None:
        raise WaitingIsOver("a refill round has taken the seats that were left")
    wish = WaitingWish.objects.create(application=offer.application, waits=waits, said_by=actor, said_at=now)
    action = "offer.waits" if waits else "offer.stays"
    _record(offer, actor=actor, now=now, action=action, reason=reason)
    return wish


@transaction.atomic
def settle_unanswered(
    *, actor: User | None, now: datetime, round_id: UUID, job: RunningJob | None = None
) -> tuple[int, int]:
    """Remind families whose time ends within a day; after it, let lapse what the policy lets lapse, and no more.

    A reminder is a mark that the family's page shows, and a message that the worker sends. Whose time is over is not
    reminded any more. Returns (reminded, lapsed). Run again, it does nothing twice.
    """
    admission_round = lock_round(round_id, RoundStatus.PUBLISHED)
    require_actor(actor, Action.RUN_ROUND, admission_round.district_id)
    policy = policy_of(admission_round)
    lapsed = [
        offer
        for offer in _unanswered(admission_round, policy, until=now).select_for_update(of=("self",))
        if lapses_by_silence(policy, is_private=_is_private(offer))
    ]
    for offer in lapsed:
        _step(offer, Step.LAPSE, actor=actor, now=now, who=Who.ROUND)
    over = _unanswered(admission_round, policy, until=now)
    soon = _unanswered(admission_round, policy, until=now + REMINDED_BEFORE)
    due = list(
        soon.filter(reminded_at=None).exclude(pk__in=over.values("pk")).select_for_update(of=("self",))
    )
    reminded = Offer.objects.filter(pk__in=[offer.pk for offer in due]).update(reminded_at=now)
    queue_messages(offers=due, kind=MessageKind.ANSWER_REMINDER, now=now)
    if reminded or lapsed:
        record_event(
            actor=actor,
            now=now,
            action="offers.settled",
            subject=admission_round,
            district_code=admission_round.district_id,
            details={"round": round_code(admission_round), "reminded": reminded, "lapsed": len(lapsed)},
        )
    if job:
        job.succeed(now=now, result={"reminded": reminded, "lapsed": len(lapsed)})
    return reminded, len(lapsed)


def share_published_round(round_id: UUID) -> AdmissionRound:
    """Return the round under a lock that many families share, and that giving places on has to wait for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM admissions_admissionround WHERE id = %s FOR SHARE", [round_id])
    found = get_round(round_id)
    if found.status != RoundStatus.PUBLISHED:
        raise RoundMovedOn(f"the round is {found.status}; this needs published results", status=found.status)
    return found


def _offer_to_answer(actor: User, now: datetime, application_id: UUID, reason: str) -> Offer:
    """Return the child's newest offer, locked, when this person may answer now.

    A guardian answers for its own child, inside its time; an officer with a reason, once results are out.
    """
    application = Application.objects.filter(pk=application_id).first()
    if application is None or (actor.role == Role.GUARDIAN and application.guardian_id != actor.pk):
        raise NoSuchApplication("there is no such application")
    admission_round = share_published_round(application.round_id)
    if actor.role != Role.GUARDIAN:
        require(actor, Action.REVIEW_APPLICATIONS, admission_round.district_id)
        if not reason.strip():
            raise MalformedInput("write the reason: an officer answers on a family's behalf with a reason")
    offers = Offer.objects.select_for_update(of=("self",)).select_related(
        "line", "application__receipt", "round__district"
    )
    offer = offers.filter(application=application).order_by("-offered_at", "-pk").first()
    if offer is None:
        raise NoOffer("no place was offered to this child")
    policy = policy_of(admission_round)
    until = offer.answer_until or answer_until(policy, policy.calendar.results_at)
    if actor.role == Role.GUARDIAN and not may_answer(policy.calendar, now=now, until=until):
        raise AnswersNotOpen(
            f"answers are taken from {policy.calendar.results_at:%Y-%m-%d %H:%M} until {until:%Y-%m-%d %H:%M}"
        )
    return offer


def _refuse_place_elsewhere(offer: Offer) -> None:
    """Refuse a second place: a child that gave one up may have another in a refill round, or apply for it there."""
    following = find_refill(offer.round)
    while following is not None:
        has_place = following.offers.filter(child_index=offer.child_index, status__in=LIVE_OFFERS).exists()
        applies = following.status != RoundStatus.PUBLISHED and following.applications.filter(
            child_index=offer.child_index, status__in=LIVE_STATUSES
        )
        if has_place or (applies and applies.exists()):
            raise PlaceElsewhere(
                "the child has a place or an application in the refill round; withdraw that first"
            )
        following = find_refill(following)


def _step(
    offer: Offer, step: Step, *, actor: User | None, now: datetime, reason: str = "", who: Who | None = None
) -> Offer:
    who = who or (Who.GUARDIAN if actor and actor.role == Role.GUARDIAN else Who.OFFICER)
    if not may(offer.status, step, who):
        raise AnswerNotPossible(f"{step} is not possible: the place is {offer.status}", status=offer.status)
    offer.status, offer.decided_at = next_status(offer.status, step), now
    offer.save(update_fields=["status", "decided_at"])
    OfferStep.objects.create(
        offer=offer, action=step, status=offer.status, reason=reason, taken_by=actor, taken_at=now
    )
    _record(offer, actor=actor, now=now, action=f"offer.{offer.status}", reason=reason)
    return offer


def _record(offer: Offer, *, actor: User | None, now: datetime, action: str, reason: str = "") -> None:
    details = {
        "round": round_code(offer.round),
        "receipt": offer.application.receipt.receipt,
        "line": offer.line.line_id,
    }
    record_event(
        actor=actor,
        now=now,
        action=action,
        subject=offer.application,
        district_code=offer.round.district_id,
        details={**details, "reason": reason} if reason else details,
    )


def _unanswered(admission_round: AdmissionRound, policy: Policy, *, until: datetime) -> QuerySet[Offer]:
    """Return held offers whose time for an answer is over at the moment."""
    over = Q(answer_until__lte=until)
    if policy.calendar.confirm_until <= until:
        over |= Q(answer_until=None)
    rows = Offer.objects.select_related("line", "application__receipt", "round__district").order_by("pk")
    return rows.filter(over, round=admission_round, status=OfferStatus.HELD)


def _is_private(offer: Offer) -> bool:
    return offer.line.track == "private"
