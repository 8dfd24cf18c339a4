"""Drawing in the background: asked for once, done once, watched."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import JobRun, JobStatus
from accounts.selectors.jobs import NoSuchJob, find_latest_job
from accounts.services.jobs import JobTaken, request_job, running
from common.errors import NotPermitted
from geo_data.models import CatchmentUnit, Stage
from tests.services.accounts_world import officer
from tests.services.worlds import DISTRICT, NOON, small_county
from zoning.models import ZonePlan
from zoning.selectors.basis import DatasetMissing
from zoning.selectors.weights import UnusableWeights
from zoning.services.drawing import draw_zones_of_district
from zoning.tasks import draw_zones_task, request_drawing, stop_drawing

ARGUMENTS: dict[str, Any] = {
    "district_code": DISTRICT, "stage": "primary", "entry_year": None, "preset": None, "school_groups": [],
    "seed": 1, "effort": 1, "seconds": None,
}  # fmt: skip


def requested() -> JobRun:
    return request_drawing(actor=officer(), now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, effort=1)


@pytest.mark.django_db(transaction=True)
def test_the_worker_draws_a_plan_and_the_job_names_it() -> None:
    small_county()
    job = requested()

    draw_zones_task.call(job_id=str(job.pk), **ARGUMENTS)

    plan = ZonePlan.objects.get()
    job.refresh_from_db()
    assert job.status == JobStatus.SUCCEEDED
    assert job.result == {"plan": str(plan.pk), "number": 1, "lawful": True}
    assert plan.job == job
    assert plan.created_by == job.requested_by


@pytest.mark.django_db(transaction=True)
def test_own_weights_and_the_size_of_a_class_reach_the_worker() -> None:
    small_county()
    wishes: dict[str, Any] = {"weights": {"class_seat_m": 3}, "class_size": 30}
    job = request_drawing(
        actor=officer(), now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, effort=1, **wishes
    )

    draw_zones_task.call(job_id=str(job.pk), **ARGUMENTS, **wishes)

    objective = ZonePlan.objects.get().report["objective"]
    assert (objective["weights"]["class_seat_m"], objective["class_size"]) == (3, 30)


@pytest.mark.parametrize(
    ("wishes", "option"),
    [
        ({"weights": {"moved_child_m": 100_001}}, None),
        ({"weights": {"crossing_m": 1}}, "crossing_m"),
        ({"weights": {"township_child_m": 1}}, "township_child_m"),
        ({"class_size": 45}, "class_size"),
        ({"class_size": 0, "weights": {"class_seat_m": 1}}, "class_size"),
    ],
)
@pytest.mark.django_db
def test_weights_without_sense_are_refused_before_anything_is_queued(
    wishes: dict[str, Any], option: str | None
) -> None:
    small_county()

    with pytest.raises(UnusableWeights) as refusal:
        request_drawing(actor=officer(), now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, **wishes)

    assert refusal.value.details.get("option") == option
    assert not JobRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_done_draws_nothing_when_it_is_run_again() -> None:
    small_county()
    job = requested()
    draw_zones_task.call(job_id=str(job.pk), **ARGUMENTS)

    with pytest.raises(JobTaken):
        draw_zones_task.call(job_id=str(job.pk), **ARGUMENTS)

    assert ZonePlan.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_plan_of_a_worker_that_was_given_up_is_undone() -> None:
    small_county()
    job = requested()

    def given_to_another(stage: str, done: int, total: int) -> None:
        if stage == "storing":
            JobRun.objects.filter(pk=job.pk).update(attempts=2)

    with pytest.raises(JobTaken), running(str(job.pk)) as mine:
        draw_zones_of_district(
            actor=None,
            now=NOON,
            district_code=DISTRICT,
            stage=Stage.PRIMARY,
            effort=1,
            job=mine,
            report=given_to_another,
        )

    assert not ZonePlan.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_drawing_that_is_stopped_stores_nothing() -> None:
    small_county()
    job, person = requested(), officer(DISTRICT)

    with running(str(job.pk)) as mine:
        stop_drawing(actor=person, now=NOON, job_id=job.pk)
        draw_zones_of_district(
            actor=None,
            now=NOON,
            district_code=DISTRICT,
            stage=Stage.PRIMARY,
            effort=100_000,
            weights={"border_m": 1},
            job=mine,
            report=mine.report,
            should_stop=lambda: mine.is_asked_to_stop,
        )

    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED
    assert not ZonePlan.objects.exists()


@pytest.mark.django_db
def test_only_drawings_of_the_own_district_can_be_stopped() -> None:
    small_county()
    job = requested()
    other = request_job(
        actor=None,
        now=NOON,
        kind="count",
        subject=("test", "1"),
        district_code=DISTRICT,
        task=draw_zones_task,
        arguments=ARGUMENTS,
    )

    with pytest.raises(NotPermitted):
        stop_drawing(actor=officer("410999"), now=NOON, job_id=job.pk)
    with pytest.raises(NoSuchJob):
        stop_drawing(actor=officer(DISTRICT), now=NOON, job_id=other.pk)

    assert set(JobRun.objects.values_list("status", flat=True)) == {JobStatus.QUEUED}


@pytest.mark.django_db
def test_the_page_asks_before_it_stops_a_drawing() -> None:
    small_county()
    job, client = requested(), Client(headers={"accept-language": "en"})
    client.force_login(officer(DISTRICT))
    address = f"/office/plans/drawings/{job.pk}/stop/"

    assert address in client.get("/office/plans/").content.decode()
    assert "Nothing is stored" in client.get(address).content.decode()
    job.refresh_from_db()
    assert job.status == JobStatus.QUEUED

    page = client.post(address, follow=True).content.decode()

    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED
    assert "taken out of the queue" in page
    assert "the job is over" in client.post(address, follow=True).content.decode().lower()


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_the_jobs_failure_with_its_code() -> None:
    county = small_county()
    job = requested()
    CatchmentUnit.objects.filter(dataset=county.units, code="u1").update(children=None)

    draw_zones_task.call(job_id=str(job.pk), **ARGUMENTS)

    job.refresh_from_db()
    assert (job.status, job.failure_code) == (JobStatus.FAILED, "units_without_count")
    assert not ZonePlan.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_stages_of_a_drawing_are_reported() -> None:
    small_county()
    seen: list[str] = []

    draw_zones_of_district(
        actor=None,
        now=NOON,
        district_code=DISTRICT,
        stage=Stage.PRIMARY,
        effort=1,
        report=lambda stage, done, total: seen.append(stage),
    )

    assert seen[0] == "reading"
    assert seen[-1] == "storing"
    assert {"relaxing", "starting"} <= set(seen)


@pytest.mark.django_db
def test_a_district_without_files_queues_nothing() -> None:
    county = small_county()
    county.schools.delete()

    with pytest.raises(DatasetMissing), transaction.atomic():
        requested()

    assert not JobRun.objects.exists()
    assert find_latest_job("draw_zones", ("zoning.drawing", f"{DISTRICT}/primary")) is None
