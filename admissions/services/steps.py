"""Steps of one application: found, locked, moved along the status table, recorded."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from accounts.models import Role, User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from admissions.models import AdmissionRound, Application, RoundStatus
from admissions.rules.calendar import Phase, is_review_over
from admissions.rules.status import Action as Step
from admissions.rules.status import Who, may, next_status
from admissions.selectors.applications import NoSuchApplication
from admissions.selectors.rounds import get_round, phase_of, policy_of, round_code
from common.errors import WrongMoment


class NotOpen(WrongMoment):
    """Families cannot file, change or withdraw now; details name the phase."""

    code = "round_not_open"


class ReviewNotOver(WrongMoment):
    """The calendar still gives families time to hand in papers and to object; details name until when."""

    code = "review_not_over"


class ApplicationChanged(WrongMoment):
    """The family changed the application after it was read; details name the version that stands now."""

    code = "application_changed"


class StepNotPossible(WrongMoment):
    """The status table has no such step from here, or not for this person."""

    code = "step_not_possible"


def share_open_round(round_id: UUID) -> AdmissionRound:
    """Return the round under a lock that many filers share, and that closing has to wait for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM admissions_admissionround WHERE id = %s FOR SHARE", [round_id])
    found = get_round(round_id)
    if found.status != RoundStatus.OPEN:
        raise NotOpen(f"the round is {found.status}", status=found.status)
    return found


def require_phase(admission_round: AdmissionRound, now: datetime, wanted: Phase) -> None:
    phase = phase_of(admission_round, now)
    if phase is not wanted:
        calendar = policy_of(admission_round).calendar
        raise NotOpen(
            f"applications are taken from {calendar.opens_at:%Y-%m-%d %H:%M} until {calendar.closes_at:%Y-%m-%d %H:%M}",
            phase=phase.value,
        )


def require_review_over(admission_round: AdmissionRound, now: datetime) -> None:
    """Refuse while families may still hand in what was asked for or object; `review_until` itself is late enough."""
    if not is_review_over(phase_of(admission_round, now)):
        until = policy_of(admission_round).calendar.review_until
        raise ReviewNotOver(
            f"families can hand in papers and object until {until:%Y-%m-%d %H:%M}", until=until.isoformat()
        )


def lock_application(application_id: UUID) -> Application:
    # Without the key: closing, which has the round that we ask for next, writes rows that point to applications.
    rows = Application.objects.select_for_update(of=("self",), no_key=True).select_related(
        "round__district", "receipt"
    )
    found = rows.filter(pk=application_id).first()
    if found is None:
        raise NoSuchApplication("there is no such application")
    return found


def require_version(application: Application, version: int | None) -> None:
    """Refuse when the application is not any more as the caller read it; None is who read nothing of it."""
    if version is not None and version != application.version:
        raise ApplicationChanged(
            f"the application was changed meanwhile; version {application.version} stands now",
            version=application.version,
        )


def require_guardian_or(actor: User, application: Application, action: Action) -> None:
    """Refuse another family's application, and staff who may not do this in its district."""
    if actor.role == Role.GUARDIAN and application.guardian_id != actor.pk:
        raise NoSuchApplication("there is no such application")
    if actor.role != Role.GUARDIAN:
        require(actor, action, application.round.district_id)


def take_step(application: Application, step: Step, who: Who, now: datetime) -> None:
    if not may(application.status, step, who):
        raise StepNotPossible(
            f"{step} is not possible: the application is {application.status}", status=application.status
        )
    application.status = next_status(application.status, step)
    application.changed_at = now


def record_step(
    application: Application, *, actor: User | None, now: datetime, action: str, reason: str = ""
) -> None:
    details = {
        "round": round_code(application.round),
        "receipt": application.receipt.receipt,
        "status": application.status,
    }
    record_event(
        actor=actor,
        now=now,
        action=action,
        subject=application,
        district_code=application.round.district_id,
        details={**details, "reason": reason} if reason else details,
    )
