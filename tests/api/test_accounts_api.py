"""The API of accounts."""

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent, JobRun, JobStatus, Role, User
from accounts.services.audit import publish_tree_head, record_event
from accounts.services.jobs import request_job
from common.merkle import is_included
from tests.services import job_tasks
from tests.services.accounts_world import DISTRICT, NOON, OTHER_DISTRICT, auditor, guardian, officer, staff

pytestmark = pytest.mark.django_db


def as_person(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def job_of(person: User) -> JobRun:
    return request_job(
        actor=person,
        now=NOON,
        kind="count",
        subject=("admissions.round", "7"),
        district_code=DISTRICT,
        task=job_tasks.count,
        arguments={"steps": 3},
    )


def events(count: int, district_code: str = DISTRICT) -> list[AuditEvent]:
    with transaction.atomic():
        return [
            record_event(
                actor=None, now=NOON, action=f"step.{n}", subject=("a", "1"), district_code=district_code
            )
            for n in range(count)
        ]


@pytest.mark.parametrize(
    "path", ["me/", "jobs/00000000-0000-0000-0000-000000000000/", "audit/", "audit/1/proof/"]
)
def test_nobody_in_particular_is_shown_nothing(client: Client, path: str) -> None:
    assert client.get(f"/api/{path}").status_code == 403


def test_me_says_who_i_am_and_what_i_may_do() -> None:
    person = staff(Role.SCHOOL_OFFICER, school_code="s1")

    assert as_person(person).get("/api/me/").json() == {
        "id": str(person.pk),
        "role": "school_officer",
        "display_name": "",
        "district_code": DISTRICT,
        "school_code": "s1",
        "actions": ["enrol_children", "read_school"],
    }


def test_job_is_printed_as_far_as_it_is() -> None:
    person = officer()
    job = job_of(person)
    JobRun.objects.update(status=JobStatus.RUNNING, stage="counting", done=1, total=3, attempts=1)

    answer = as_person(person).get(f"/api/jobs/{job.pk}/").json()

    shown = {
        name: answer[name] for name in ("status", "stage", "done", "total", "percent", "failure", "result")
    }
    assert shown == {
        "status": "running",
        "stage": "counting",
        "done": 1,
        "total": 3,
        "percent": 33,
        "failure": None,
        "result": {},
    }


@pytest.mark.parametrize(("done", "total", "percent"), [(0, 0, None), (0, 3, 0), (3, 3, 100), (5, 3, 100)])
def test_percent_is_whole_and_at_most_100(done: int, total: int, percent: int | None) -> None:
    person = officer()
    job = job_of(person)
    JobRun.objects.update(done=done, total=total)

    assert as_person(person).get(f"/api/jobs/{job.pk}/").json()["percent"] == percent


def test_failed_job_says_why() -> None:
    person = officer()
    job = job_of(person)
    JobRun.objects.update(
        status=JobStatus.FAILED, finished_at=NOON, failure_code="seats_missing", failure_message="12 seats"
    )

    failure = as_person(person).get(f"/api/jobs/{job.pk}/").json()["failure"]

    assert failure == {"code": "seats_missing", "message": "12 seats"}


def test_job_of_another_district_is_as_good_as_absent() -> None:
    job = job_of(officer())

    for stranger in (officer(OTHER_DISTRICT), guardian(), staff(Role.ADMINISTRATOR)):
        answer = as_person(stranger).get(f"/api/jobs/{job.pk}/")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_job")
    assert as_person(auditor()).get(f"/api/jobs/{job.pk}/").status_code == 200


def test_log_is_listed_newest_first_in_pages_that_stay() -> None:
    events(130)
    publish_tree_head(actor=None, now=NOON)
    client = as_person(auditor())

    first = client.get("/api/audit/", {"district": DISTRICT}).json()
    events(5)
    second = client.get(first["next"]).json()

    assert [event["action"] for event in first["results"]] == [f"step.{n}" for n in range(129, 29, -1)]
    assert [event["action"] for event in second["results"]] == [f"step.{n}" for n in range(29, -1, -1)]
    assert second["results"][0]["position"] == 29


def test_log_takes_as_many_queries_however_long(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = as_person(auditor())
    events(50)

    with django_assert_num_queries(3):  # session, person, events
        client.get("/api/audit/", {"district": DISTRICT})


@pytest.mark.parametrize("person", [officer, guardian, lambda: auditor(OTHER_DISTRICT)])
def test_log_is_for_the_auditors_of_the_district(person) -> None:  # type: ignore[no-untyped-def]
    client, event = as_person(person()), events(1)[0]
    publish_tree_head(actor=None, now=NOON)

    for answer in (
        client.get("/api/audit/", {"district": DISTRICT}),
        client.get(f"/api/audit/{event.pk}/proof/"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def test_proof_leads_from_the_event_to_the_root() -> None:
    event = events(7)[3]
    head = publish_tree_head(actor=None, now=NOON)

    proof = as_person(auditor()).get(f"/api/audit/{event.pk}/proof/").json()

    path = [bytes.fromhex(step) for step in proof["path"]]
    assert (proof["leaf"], proof["position"], proof["size"], proof["tree_root"]) == (
        event.leaf,
        3,
        7,
        head.root,
    )
    assert is_included(bytes.fromhex(proof["leaf"]), 3, 7, path, bytes.fromhex(proof["tree_root"]))


def test_proof_of_an_event_without_a_place_is_absent() -> None:
    event = events(1)[0]
    client = as_person(auditor())

    assert client.get(f"/api/audit/{event.pk}/proof/").json()["code"] == "event_not_in_tree"
    assert client.get("/api/audit/0/proof/").json()["code"] == "no_such_event"
