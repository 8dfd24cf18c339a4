"""Drawing in the background: the request, and what the worker does with it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from accounts.models import JobRun, User
from accounts.permissions import Action, require
from accounts.selectors.jobs import NoSuchJob, get_job
from accounts.services.jobs import ask_to_stop, request_job, running
from geo_data.models import DistanceMethod, Stage
from zoning.models import AddressFile
from zoning.selectors.basis import Demand, Later, current_datasets
from zoning.selectors.distances import choose_measure
from zoning.selectors.start import load_start
from zoning.selectors.weights import class_size_of, refuse_unknown, usable_weights
from zoning.services.address_files import (
    answer_address_file,
    erase_address_file,
    take_address_file,
)
from zoning.services.drawing import draw_zones_of_district

DRAWING = "draw_zones"
ADDRESS_FILE = "look_up_address_file"


@task()
def draw_zones_task(
    *,
    job_id: str,
    district_code: str,
    stage: str,
    entry_year: int | None,
    preset: str | None,
    school_groups: list[list[str]],
    seed: int,
    effort: int | None,
    seconds: int | None,
    method: str | None = None,
    demand: str | None = None,
    later: str = Later.IGNORED.value,
    weights: dict[str, int] | None = None,
    class_size: int | None = None,
    start_plan: int | None = None,
) -> None:
    """Draw and store a version; the job's success is part of the same transaction."""
    with running(job_id) as job:
        draw_zones_of_district(
            actor=job.job.requested_by,
            now=timezone.now(),
            district_code=district_code,
            stage=Stage(stage),
            entry_year=entry_year,
            demand=Demand(demand) if demand else None,
            preset=preset,
            weights=weights,
            class_size=class_size,
            school_groups=school_groups,
            method=DistanceMethod(method) if method else None,
            later=Later(later),
            start_plan=start_plan,
            seed=seed,
            effort=effort,
            seconds=seconds,
            job=job,
            report=job.report,
            should_stop=lambda: job.is_asked_to_stop,
        )


def request_drawing(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    stage: Stage,
    entry_year: int | None = None,
    demand: Demand | None = None,
    preset: str | None = None,
    weights: Mapping[str, int] | None = None,
    class_size: int | None = None,
    school_groups: Sequence[Sequence[str]] = (),
    method: DistanceMethod | None = None,
    later: Later = Later.IGNORED,
    start_plan: int | None = None,
    seed: int = 1,
    effort: int | None = None,
    seconds: int | None = None,
) -> JobRun:
    """Queue a drawing, or return the one that already waits or runs for the district and stage.

    Raises NoSuchDistrict, DatasetMissing, MeasureMissing, UnknownPreset, UnusableWeights, RoadsNeedWalks,
    RoadsNotCounted, NoSuchPlan and StartDoesNotFit at once; other refusals are the job's failure.
    """
    changes = dict(weights or {})
    class_size_of(stage, usable_weights(preset or "nearest", changes), class_size)
    current = current_datasets(district_code)
    refuse_unknown(current.units, choose_measure(current.units, current.schools, method), changes)
    if start_plan is not None:
        load_start(district_code, stage, start_plan)
    return request_job(
        actor=actor,
        now=now,
        kind=DRAWING,
        subject=drawing_subject(district_code, stage),
        district_code=district_code,
        task=draw_zones_task,
        arguments={
            "district_code": district_code,
            "stage": stage.value,
            "entry_year": entry_year,
            "preset": preset,
            "weights": changes,
            "class_size": class_size,
            "school_groups": [list(group) for group in school_groups],
            "method": method.value if method else None,
            "seed": seed,
            "effort": effort,
            "seconds": seconds,
            "demand": demand.value if demand else None,
            "later": later.value,
            "start_plan": start_plan,
        },
    )


def drawing_subject(district_code: str, stage: Stage) -> tuple[str, str]:
    """Return what a drawing job is about: one runs at a time for a district and stage."""
    return "zoning.drawing", f"{district_code}/{stage.value}"


def stop_drawing(*, actor: User, now: datetime, job_id: UUID) -> JobRun:
    """Ask a drawing to stop; it stores nothing. Raises NoSuchJob, NotPermitted and JobIsOver."""
    job = get_drawing(job_id)
    require(actor, Action.DRAW_ZONES, job.district_code)
    return ask_to_stop(actor=actor, now=now, job_id=job_id)


def get_drawing(job_id: UUID) -> JobRun:
    """Return the drawing. Raises NoSuchJob, also for a job of another kind."""
    job = get_job(job_id)
    if job.kind != DRAWING:
        raise NoSuchJob("there is no such drawing", job=str(job_id))
    return job


@task()
def answer_address_file_task(*, job_id: str, file_id: str) -> None:
    """Look up a file of addresses; the job's success is part of the transaction that keeps the answer."""
    with running(job_id) as job:
        answer_address_file(
            actor=job.job.requested_by,
            now=timezone.now(),
            file_id=UUID(file_id),
            job=job,
            report=job.report,
        )


@task()
def erase_address_file_task(*, file_id: str) -> None:
    """Erase what is left of a file when its time is over."""
    erase_address_file(actor=None, now=timezone.now(), file_id=UUID(file_id))


@transaction.atomic
def request_address_file(
    *, actor: User, now: datetime, district_code: str, stage: Stage, on: date, data: bytes, suffix: str
) -> tuple[AddressFile, JobRun]:
    """Take the file in, queue its look-up, and queue its erasure for the day on which its time is over."""
    file = take_address_file(
        actor=actor, now=now, district_code=district_code, stage=stage, on=on, data=data, suffix=suffix
    )
    job = request_job(
        actor=actor,
        now=now,
        kind=ADDRESS_FILE,
        subject=file,
        district_code=district_code,
        task=answer_address_file_task,
        arguments={"file_id": str(file.pk)},
    )
    is_over = now + timedelta(days=settings.ADDRESS_FILES_KEPT_DAYS)
    erase_address_file_task.using(run_after=is_over).enqueue(file_id=str(file.pk))
    return file, job
