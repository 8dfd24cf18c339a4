"""The API of rounds and applications: who may do what, what is printed, what strangers never see."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import JobRun, User
from admissions.models import AdmissionRound, Application, DrawRecord, PolicyVersion, PublicValue
from admissions.services.results import publish_results
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.round_world import (
    AFTER_CLOSING,
    DRAW_DAY,
    NAMES,
    RESULTS_DAY,
    WHILE_OPEN,
    RoundWorld,
    add_children,
    calendar_of,
    county_with_zones,
    drawn,
    entries_closed,
    file_all,
    form,
    identity,
    policy_published,
    policy_text,
    round_open,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock of the endpoints."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return set_clock


def client(person: User | None = None) -> APIClient:
    made = APIClient()
    if person is not None:
        made.force_authenticate(person)
    return made


def written(number: str, **more: object) -> dict[str, object]:
    return {
        "identity_number": number,
        "child_name": "样例",
        "birth_on": "2020-03-04",
        "sex": "female",
        "unit_code": "u0",
        **more,
    }


def published(world: RoundWorld | None = None) -> tuple[RoundWorld, AdmissionRound, list[str], DrawRecord]:
    world = world or county_with_zones()
    numbers = add_children(world, ["u0", "u1", "u2"])
    opened = round_open(world)
    receipts = file_all(world, opened, [form(number, "u0") for number in numbers])
    record = drawn(world, opened)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    return world, opened, receipts, record


def test_officer_makes_and_opens_a_round_and_anybody_can_read_it() -> None:
    world = county_with_zones()
    version = policy_published(world)
    made = client(world.officer).post("/api/rounds/", {"policy_version": str(version.pk)}, format="json")
    assert made.status_code == 201
    address = f"/api/rounds/{made.json()['id']}/"
    assert client().get(address).status_code == 404
    opened = client(world.officer).post(f"{address}open/", {}, format="json")
    assert opened.status_code == 200
    seen = client().get(address).json()
    assert seen["round"]["status"] == "open"
    assert {line["line_id"]: line["seats"] for line in seen["lines"]} == {
        "A.zone": 4,
        "B.zone": 4,
        "P.private_open": 2,
    }


@pytest.mark.parametrize("stranger", [None, guardian, auditor, lambda: officer("410182")])
def test_nobody_else_makes_rounds(stranger: Callable[[], User] | None) -> None:
    version = policy_published(county_with_zones())
    asked = client(stranger() if stranger else None)
    answer = asked.post("/api/rounds/", {"policy_version": str(version.pk)}, format="json")
    assert answer.status_code == 403
    assert not AdmissionRound.objects.exists()


@pytest.mark.parametrize("stranger", [None, guardian, auditor, lambda: officer("410182")])
def test_nobody_else_saves_policies(stranger: Callable[[], User] | None) -> None:
    county_with_zones()
    asked = client(stranger() if stranger else None)
    answer = asked.post("/api/policies/", {"district": "410181", "text": policy_text()}, format="json")
    assert answer.status_code == 403
    assert not PolicyVersion.objects.exists()


def test_a_draft_is_for_the_office_and_a_published_policy_for_everybody() -> None:
    world = county_with_zones()
    saved = client(world.officer).post(
        "/api/policies/", {"district": "410181", "text": policy_text()}, format="json"
    )
    address = f"/api/policies/{saved.json()['id']}/"
    assert (saved.status_code, saved.json()["status"]) == (201, "draft")
    assert client(world.officer).get(address).json()["text"] == policy_text()
    assert client().get(address).status_code == 404
    assert client().get("/api/policies/").json() == []
    published = policy_published(world, year=2027, calendar=calendar_of(2027))
    assert [row["id"] for row in client().get("/api/policies/").json()] == [str(published.pk)]
    assert client().get(f"/api/policies/{published.pk}/").json()["digest"] == published.digest
    assert len(client(world.officer).get("/api/policies/?district=410181").json()) == 2


def test_a_policy_with_faults_is_answered_with_every_path() -> None:
    world = county_with_zones()
    answer = client(world.officer).post(
        "/api/policies/", {"district": "410181", "text": "stage: primary\nyear: x\n"}, format="json"
    )
    assert answer.status_code == 400
    assert answer.json()["code"] == "policy_fault"
    assert {"year", "district"} <= {fault["path"] for fault in answer.json()["details"]["faults"]}


def test_guardian_files_reads_and_withdraws(at: Callable[[datetime], None]) -> None:
    world = county_with_zones()
    (number,) = add_children(world, ["u0"])
    opened = round_open(world)
    at(WHILE_OPEN)
    me = client(guardian())
    filed = me.post(f"/api/rounds/{opened.pk}/applications/", written(number), format="json")
    assert filed.status_code == 201
    mine = me.get(f"/api/applications/{filed.json()['id']}/").json()
    assert mine["child_name"] == "样例"
    assert [choice["line_id"] for choice in mine["choices"]] == ["A.zone"]
    assert mine["trace"]
    assert [row["receipt"] for row in me.get("/api/applications/").json()] == [filed.json()["receipt"]]
    assert me.post(f"/api/applications/{filed.json()['id']}/withdraw/").json()["status"] == "withdrawn"


def test_another_guardian_finds_nothing(at: Callable[[datetime], None]) -> None:
    world = county_with_zones()
    (number,) = add_children(world, ["u0"])
    opened = round_open(world)
    at(WHILE_OPEN)
    filed = (
        client(guardian())
        .post(f"/api/rounds/{opened.pk}/applications/", written(number), format="json")
        .json()
    )
    other = client(guardian("+8613800000002"))
    assert other.get(f"/api/applications/{filed['id']}/").status_code == 404
    assert other.post(f"/api/applications/{filed['id']}/withdraw/").status_code == 404
    assert other.get("/api/applications/").json() == []
    assert client().get(f"/api/applications/{filed['id']}/").status_code == 403


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"identity_number": "12345"}, 400, "malformed_form"),
        ({"private_schools": ["Z"]}, 422, "application_refused"),
        ({"birth_on": "yesterday"}, 400, None),
    ],
)
def test_bad_forms_say_what_is_wrong(
    at: Callable[[datetime], None], change: dict[str, object], status: int, code: str | None
) -> None:
    world = county_with_zones()
    (number,) = add_children(world, ["u0"])
    opened = round_open(world)
    at(WHILE_OPEN)
    answer = client(guardian()).post(
        f"/api/rounds/{opened.pk}/applications/", written(number, **change), format="json"
    )
    assert answer.status_code == status
    assert code is None or answer.json()["code"] == code
    assert not Application.objects.exists()


def test_another_portal_hands_in_a_file(at: Callable[[datetime], None]) -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u1"])
    opened = round_open(world)
    at(WHILE_OPEN)
    forms = [written(numbers[0]), written("1"), written(numbers[1])]
    answer = (
        client(world.officer)
        .post(
            f"/api/rounds/{opened.pk}/applications/batch/",
            {"portal": "province", "forms": forms},
            format="json",
        )
        .json()
    )
    assert len(answer["receipts"]) == 2
    assert [(item["index"], item["code"]) for item in answer["refused"]] == [(1, "malformed_form")]


def test_lists_of_applications_are_for_the_district_and_cost_the_same_for_many(
    django_assert_num_queries: Any,
) -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0"] * 6)
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0") for number in numbers])
    address = f"/api/rounds/{opened.pk}/applications/"
    assert client(guardian()).get(address).status_code == 403
    with django_assert_num_queries(3):
        assert len(client(world.officer).get(address).json()) == 6
    assert client(world.officer).get(address, {"status": "withdrawn"}).json() == []


def test_review_over_the_api(at: Callable[[datetime], None]) -> None:
    world = county_with_zones()
    opened = round_open(world)
    at(WHILE_OPEN)
    filed = (
        client(guardian())
        .post(f"/api/rounds/{opened.pk}/applications/", written(identity(70)), format="json")
        .json()
    )
    address = f"/api/applications/{filed['id']}/review/"
    assert client(auditor()).post(address, {"step": "accept"}, format="json").status_code == 403
    assert client(world.officer).post(address, {"step": "refuse"}, format="json").status_code == 400
    refused = client(world.officer).post(
        address, {"step": "refuse", "reason": "lives elsewhere"}, format="json"
    )
    assert refused.json()["status"] == "refused"


def test_closing_and_drawing_are_jobs_asked_for_once(at: Callable[[datetime], None]) -> None:
    world = county_with_zones()
    opened = round_open(world)
    at(AFTER_CLOSING)
    asked = client(world.officer)
    body = {"public_value_names": list(NAMES)}
    first = asked.post(f"/api/rounds/{opened.pk}/entry-lists/", body, format="json")
    second = asked.post(f"/api/rounds/{opened.pk}/entry-lists/", body, format="json")
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert (
        client(auditor()).post(f"/api/rounds/{opened.pk}/entry-lists/", body, format="json").status_code
        == 403
    )
    entry_list = entries_closed(world, opened)
    assert asked.post(f"/api/entry-lists/{entry_list.pk}/draw/").status_code == 202
    assert JobRun.objects.count() == 2


def test_public_values_over_the_api(at: Callable[[datetime], None]) -> None:
    world = county_with_zones()
    opened = round_open(world)
    entry_list = entries_closed(world, opened)
    at(DRAW_DAY)
    address = f"/api/entry-lists/{entry_list.pk}/values/"
    value = {"name": NAMES[0], "value": "1 2 3"}
    assert client(world.officer).post(address, value, format="json").status_code == 201
    assert client(world.officer).post(address, value, format="json").status_code == 409
    assert client(guardian()).post(address, value, format="json").status_code == 403
    assert PublicValue.objects.count() == 1


def test_anybody_reads_results_and_recomputes_the_bundle() -> None:
    _, opened, receipts, record = published()
    seen = client().get(f"/api/rounds/{opened.pk}/results/").json()
    assert (seen["placed"], seen["not_placed"]) == (3, 0)
    assert seen["draw"]["seed"] == record.seed
    mine = client().get(f"/api/rounds/{opened.pk}/results/{receipts[0]}/").json()
    assert mine["school"] == "A小学"
    bundle = client().get(f"/api/draws/{record.pk}/bundle/")
    names = zipfile.ZipFile(io.BytesIO(bundle.content)).namelist()
    assert {"entry_list.json", "verify_lottery.py", "verify_matching.py"} <= set(names)
    document = client().get(f"/api/entry-lists/{record.entry_list_id}/document/")
    assert len(json.loads(document.content)["entries"]) == 3


def test_results_are_silent_before_their_day() -> None:
    world = county_with_zones()
    (number,) = add_children(world, ["u0"])
    opened = round_open(world)
    receipts = file_all(world, opened, [form(number, "u0")])
    record = drawn(world, opened)
    for address in (
        f"/api/rounds/{opened.pk}/results/",
        f"/api/rounds/{opened.pk}/results/{receipts[0]}/",
        f"/api/draws/{record.pk}/bundle/",
    ):
        assert client().get(address).status_code == 404
    answer = client(world.officer).post(f"/api/rounds/{opened.pk}/publish/")
    assert (answer.status_code, answer.json()["kind"]) == (202, "round.publish")


def test_an_unknown_receipt_is_not_found() -> None:
    _, opened, _, _ = published()
    assert client().get(f"/api/rounds/{opened.pk}/results/0000000000000/").status_code == 404


def test_cancelling_needs_a_reason() -> None:
    world = county_with_zones()
    opened = round_open(world)
    address = f"/api/rounds/{opened.pk}/cancel/"
    assert client(world.officer).post(address, {}, format="json").status_code == 400
    assert (
        client(world.officer).post(address, {"reason": "again"}, format="json").json()["status"]
        == "cancelled"
    )
