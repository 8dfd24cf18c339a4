"""Replays of a closed round in the background: chances for families, and the policy simulator."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django_tasks import task

from accounts.models import JobRun, User
from accounts.permissions import Action
from accounts.services.jobs import request_permitted_job, running
from admissions.models import AdmissionRound
from admissions.services.chances import DRAWS, make_chance_table, refuse_chances
from admissions.services.simulating import Question, asked_policy, run_simulation

CHANCES = "round.chances"
SIMULATE = "round.simulate"


@task
def make_chance_table_task(job_id: str, round_id: str, draws: int, luck: int) -> None:
    """Draw a closed round again and again, and keep what families may be told."""
    with running(job_id) as job:
        make_chance_table(
            actor=job.job.requested_by,
            now=timezone.now(),
            round_id=UUID(round_id),
            draws=draws,
            luck=luck,
            report=job.report,
            job=job,
        )


@task
def simulate_policy_task(job_id: str, round_id: str, policy_version: str, losers: str, luck: str) -> None:
    """Place a closed round by another policy."""
    with running(job_id) as job:
        run_simulation(
            actor=job.job.requested_by,
            now=timezone.now(),
            round_id=UUID(round_id),
            question=Question(UUID(policy_version) if policy_version else None, losers, luck),
            report=job.report,
            job=job,
        )


def request_chances(
    *, actor: User, now: datetime, admission_round: AdmissionRound, draws: int = DRAWS, luck: int = 1
) -> JobRun:
    """Queue the making of a round's chances; one at a time.

    Raises what it would refuse at once: DrawsOutOfRange, NothingToSimulate, NobodyToPlace.
    """
    refuse_chances(actor=actor, now=now, round_id=admission_round.pk, draws=draws, luck=luck)
    return request_permitted_job(
        actor=actor,
        now=now,
        needs=Action.RUN_ROUND,
        kind=CHANCES,
        subject=admission_round,
        district_code=admission_round.district_id,
        task=make_chance_table_task,
        round_id=str(admission_round.pk),
        draws=draws,
        luck=luck,
    )


def request_simulation(
    *, actor: User, now: datetime, admission_round: AdmissionRound, question: Question
) -> JobRun:
    """Queue a simulation; one at a time for a round.

    Raises what it would refuse at once: NothingToSimulate, NobodyToPlace, NoSuchPolicy, PolicyDoesNotFit.
    """
    asked_policy(actor=actor, now=now, round_id=admission_round.pk, question=question)
    return request_permitted_job(
        actor=actor,
        now=now,
        needs=Action.READ_DISTRICT,
        kind=SIMULATE,
        subject=admission_round,
        district_code=admission_round.district_id,
        task=simulate_policy_task,
        round_id=str(admission_round.pk),
        policy_version=str(question.policy_version_id or ""),
        losers=question.losers,
        luck=question.luck,
    )
