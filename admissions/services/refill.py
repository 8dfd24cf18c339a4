"""Refill rounds: what is left after the waiting lists is offered anew; what was decided before stays as it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Action
from accounts.services.audit import record_event
from admissions.models import AdmissionRound, Offer, PlanLine, RoundStatus
from admissions.rules.legal_check import refusals, violation_text
from admissions.rules.policy import Policy, parse_policy, policy_as_data, policy_digest
from admissions.selectors.refills import (
    Barred,
    SeatsLeft,
    barred_from_refill,
    find_refill,
    rounds_before,
    seats_left,
)
from admissions.selectors.rounds import round_code
from admissions.services.giving_on import run_waiting_lists
from admissions.services.rounds import PolicyUnlawful, lock_round, require_actor
from common.errors import DomainError, MalformedInput, RulesSayNo, WrongMoment


class RefillExists(WrongMoment):
    """A refill round has been made from this one; the next is made from that."""

    code = "refill_exists"


class NothingLeft(WrongMoment):
    """No seat is left that may be refilled."""

    code = "nothing_left_to_refill"


class HasPlace(RulesSayNo):
    """The child has a place; a refill round is for children without one."""

    code = "child_has_place"


class GaveUpPlace(RulesSayNo):
    """The child gave a place up, and the policy admits to a refill round only children who never had one."""

    code = "child_gave_up_place"


@transaction.atomic
def open_refill(
    *, actor: User | None, now: datetime, round_id: UUID, calendar: Mapping[str, str], reason: str
) -> AdmissionRound:
    """Make and open a refill round of a published round, under its policy with another calendar.

    1. The waiting lists are run once more; with the refill round they are over.
    2. Seats left move into the new round: taken off the old lines, so that no seat can be offered twice.
       Unused reserves join the open line of their school.
    3. Families without a place apply anew; the new list has its own seed, and the earlier results stay.
    calendar -- the moments of a policy's calendar, ISO 8601 with offset
    """
    if not reason.strip():
        raise MalformedInput("write why seats are offered again")
    before = lock_round(round_id, RoundStatus.PUBLISHED)
    require_actor(actor, Action.MANAGE_ROUND, before.district_id)
    for earlier in rounds_before(before):  # their freed seats move too, so nobody may take one back meanwhile
        lock_round(earlier.pk, RoundStatus.PUBLISHED)
    if find_refill(before) is not None:
        raise RefillExists("a refill round has been made from this one; make the next from that")
    run_waiting_lists(before, actor=actor, now=now)
    left = seats_left(before)
    if not left:
        raise NothingLeft("no seat is left that may be refilled")
    policy = _policy(before, calendar, now)
    made = _create(before, policy, actor=actor, now=now, reason=reason.strip())
    _move_seats(made, left)
    _record(made, before, left, actor=actor, now=now)
    return made


def refill_problems(admission_round: AdmissionRound, child_indexes: Sequence[str]) -> dict[str, DomainError]:
    """Return why children may not file in a refill round, by child; empty for a first round.

    What they were offered before is locked until the transaction ends: who takes a place back at this moment is
    waited for, or waits and then sees the application.
    """
    offers = Offer.objects.filter(round__in=rounds_before(admission_round), child_index__in=child_indexes)
    list(offers.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    barred = barred_from_refill(admission_round, child_indexes)
    return {index: _problem(why) for index, why in barred.items()}


def _problem(why: Barred) -> DomainError:
    if why is Barred.HAS_PLACE:
        return HasPlace("the child has a place; a refill round is for children without one")
    return GaveUpPlace("the child gave a place up, and the policy admits only children who never had one")


def _policy(before: AdmissionRound, calendar: Mapping[str, str], now: datetime) -> Policy:
    policy = parse_policy({**before.policy, "calendar": dict(calendar)})
    found = refusals(policy, on=timezone.localtime(now).date())
    if found:
        raise PolicyUnlawful("; ".join(violation_text(violation, "zh") for violation in found))
    return policy


def _create(
    before: AdmissionRound, policy: Policy, *, actor: User | None, now: datetime, reason: str
) -> AdmissionRound:
    number = before.refill_number + 1
    first = before.name.split("（补录", 1)[0]
    return AdmissionRound.objects.create(
        district_id=before.district_id,
        stage=before.stage,
        year=before.year,
        name=f"{first}（补录 {number}）",
        status=RoundStatus.OPEN,
        policy=policy_as_data(policy),
        policy_digest=policy_digest(policy),
        policy_version=before.policy_version,
        publication=before.publication,
        created_by=actor,
        created_at=now,
        opened_at=now,
        refill_of=before,
        refill_number=number,
        refill_reason=reason,
    )


def _move_seats(made: AdmissionRound, left: Sequence[SeatsLeft]) -> None:
    rows: dict[str, PlanLine] = {}
    for item in left:
        PlanLine.objects.filter(pk=item.line.pk).update(seats=F("seats") - item.seats)
        target = item.target
        row = rows.setdefault(
            target.line_id,
            PlanLine(
                round=made,
                line_id=target.line_id,
                school=target.school,
                rule=target.rule,
                track=target.track,
                seats=0,
            ),
        )
        row.seats += item.seats
    PlanLine.objects.bulk_create(rows.values())


def _record(
    made: AdmissionRound,
    before: AdmissionRound,
    left: Sequence[SeatsLeft],
    *,
    actor: User | None,
    now: datetime,
) -> None:
    record_event(
        actor=actor,
        now=now,
        action="refill.opened",
        subject=made,
        district_code=made.district_id,
        details={
            "round": round_code(made),
            "refills": round_code(before),
            "policy_digest": made.policy_digest,
            "reason": made.refill_reason,
            "seats": {f"{round_code(item.line.round)} {item.line.line_id}": item.seats for item in left},
        },
    )
