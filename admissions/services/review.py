"""After filing: a family withdraws, an officer reviews. Every step is along the status table and recorded."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from admissions.models import (
    LIVE_STATUSES,
    AdmissionRound,
    Application,
    ApplicationChoice,
    ApplicationStatus,
    RoundStatus,
)
from admissions.rules.calendar import Phase, is_review_over
from admissions.rules.facts import Fact, FactSource, facts_from_data
from admissions.rules.status import Action as Step
from admissions.rules.status import Who, actions_for
from admissions.selectors.applications import (
    list_objections,
    list_undecided,
    review_steps,
)
from admissions.selectors.rounds import phase_of, round_code
from admissions.selectors.world import world_of
from admissions.services.rounds import lock_round, require_actor
from admissions.services.settling import facts_open, settle
from admissions.services.steps import (
    NotOpen,
    StepNotPossible,
    lock_application,
    record_step,
    require_guardian_or,
    require_phase,
    require_review_over,
    require_version,
    share_open_round,
    take_step,
)
from common.errors import MalformedInput, WrongMoment


class TooLateToRefuse(WrongMoment):
    """The time for review is over: a family refused or asked now could neither object nor answer."""

    code = "too_late_to_refuse"


@transaction.atomic
def withdraw_application(*, actor: User, now: datetime, application_id: UUID) -> Application:
    """Withdraw while the round is open; the child keeps its receipt and may file again."""
    application = lock_application(application_id)
    require_guardian_or(actor, application, Action.REVIEW_APPLICATIONS)
    return _withdraw(application, actor, now)


@transaction.atomic
def withdraw_at_portal(
    *, actor: User | None, now: datetime, application_id: UUID, reason: str
) -> Application:
    """Withdraw, while the round is open, what a family withdrew or changed at another portal."""
    application = lock_application(application_id)
    require_actor(actor, Action.EXCHANGE_APPLICATIONS, application.round.district_id)
    return _withdraw(application, actor, now, reason)


def _withdraw(application: Application, actor: User | None, now: datetime, reason: str = "") -> Application:
    require_phase(application.round, now, Phase.OPEN)
    take_step(application, Step.WITHDRAW, Who.GUARDIAN, now)
    application.save(update_fields=["status", "changed_at"])
    record_step(application, actor=actor, now=now, action="application.withdrawn", reason=reason)
    return application


@transaction.atomic
def review_application(
    *,
    actor: User,
    now: datetime,
    application_id: UUID,
    step: Step,
    facts: Sequence[Fact] = (),
    reason: str = "",
    version: int | None = None,
) -> Application:
    """Take an officer's step (accept, return, refuse, reopen), with the facts the officer established.

    version -- that the officer read: nobody decides on what the family has changed since
    Who accepts finds what the family declared to be right: where category or keys rest on it, the fact is the officer's
    from now on, with name and day.
    """
    application = lock_application(application_id)
    require(actor, Action.REVIEW_APPLICATIONS, application.round.district_id)
    share_open_round(application.round_id)
    require_version(application, version)
    if step in (Step.RETURN, Step.REFUSE):
        _refuse_unheard(application, step, now, reason)
    told = {fact.name for fact in facts}
    right = _found_right(application, actor, now) if step is Step.ACCEPT else ()
    found = (*facts, *(fact for fact in right if fact.name not in told))
    if found:
        known = facts_from_data(application.facts).with_facts(*found)
        settle(application, world_of(application.round), known, _line_ids(application))
    was_refused = application.status == ApplicationStatus.REFUSED
    take_step(application, step, Who.OFFICER, now)
    if not was_refused:  # a refusal looked at again keeps its reason until it is decided
        application.review_reason = reason.strip() if step in (Step.RETURN, Step.REFUSE) else ""
    application.save()
    record_step(application, actor=actor, now=now, action=f"application.{step}", reason=reason)
    return application


@transaction.atomic
def object_to_refusal(*, actor: User, now: datetime, application_id: UUID) -> Application:
    """Let a family object to a refusal until the time for review is over: an officer looks at it again.

    Whoever has filed anew meanwhile has nothing to object to.
    """
    application = lock_application(application_id)
    require_guardian_or(actor, application, Action.REVIEW_APPLICATIONS)
    share_open_round(application.round_id)
    phase = phase_of(application.round, now)
    if is_review_over(phase):
        raise NotOpen("the time for review is over", phase=phase.value)
    others = Application.objects.filter(round=application.round_id, child_index=application.child_index)
    if others.filter(status__in=LIVE_STATUSES).exists():
        raise StepNotPossible("the child has another application by now", status=application.status)
    take_step(application, Step.OBJECT, Who.GUARDIAN, now)
    application.save(update_fields=["status", "changed_at"])
    record_step(application, actor=actor, now=now, action="application.objected")
    return application


def _refuse_unheard(application: Application, step: Step, now: datetime, reason: str) -> None:
    """Let nobody be turned away without a reason, or when nothing can be said against it any more."""
    if not reason.strip():
        raise MalformedInput("say why, so that the family can be told")
    is_a_step = step in actions_for(application.status, Who.OFFICER)
    if is_a_step and step not in review_steps(application, now):
        raise TooLateToRefuse(
            "the time for review is over, so the family could not answer: accept it with the facts that are proved"
        )


def _found_right(application: Application, actor: User, now: datetime) -> Iterator[Fact]:
    """Yield the declared facts that still had to be proved, as found by the officer."""
    world, facts = world_of(application.round), facts_from_data(application.facts)
    for name in facts_open(world, facts, _line_ids(application)):
        if name in facts:
            yield Fact(
                name, facts[name].value, FactSource.OFFICER, timezone.localtime(now).date(), str(actor.pk)
            )


def _line_ids(application: Application) -> list[str]:
    return list(application.choices.order_by("position").values_list("line__line_id", flat=True))


@transaction.atomic
def accept_as_they_stand(*, actor: User | None, now: datetime, round_id: UUID) -> int:
    """Accept every application still waiting, with the facts that are known, once the time for review is over.

    What nobody proved counts for nothing: a child whose category hangs on it is placed by the bureau. Objections are
    left to an officer, who decides each. Returns how many were accepted.
    """
    admission_round = lock_round(round_id, RoundStatus.OPEN)
    require_actor(actor, Action.REVIEW_APPLICATIONS, admission_round.district_id)
    require_review_over(admission_round, now)
    world, rows = world_of(admission_round), _waiting(admission_round)
    for row in rows:
        facts = facts_from_data(row.facts).proved()
        home = row.unit_code  # where a family says it lives still tells which seats are near
        settle(row, world, facts, [choice.line.line_id for choice in row.choices.all()])
        row.unit_code = home
        row.status, row.changed_at, row.review_reason = ApplicationStatus.ACCEPTED, now, ""
    Application.objects.bulk_update(
        rows,
        ["facts", "category", "tier", "group_code", "status", "changed_at", "review_reason"],
        batch_size=1000,
    )
    record_event(
        actor=actor,
        now=now,
        action="applications.accepted_as_they_stand",
        subject=admission_round,
        district_code=admission_round.district_id,
        details={"round": round_code(admission_round), "accepted": len(rows)},
    )
    return len(rows)


def _waiting(admission_round: AdmissionRound) -> list[Application]:
    choices = Prefetch("choices", ApplicationChoice.objects.order_by("position").select_related("line"))
    waiting = list_undecided(admission_round).exclude(pk__in=list_objections(admission_round).values("pk"))
    return list(waiting.prefetch_related(choices).order_by("pk"))
