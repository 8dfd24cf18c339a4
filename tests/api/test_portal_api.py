"""Another portal over the API: by token only, within its limits, nothing but its own."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test.utils import override_settings
from rest_framework.test import APIClient

from accounts.limits import MinuteCounter
from accounts.models import AuditEvent, Role, ServiceToken, User
from accounts.services.people import RoleMisplaced, close_account, create_staff, set_password
from accounts.services.portals import issue_token, revoke_tokens
from admissions.models import AdmissionRound, Application, PortalBatch
from admissions.services.results import publish_results
from common.errors import DomainError, MalformedInput, NotFound, NotPermitted
from tests.services.accounts_world import guardian, officer, staff
from tests.services.portal_world import CODES, PORTAL, mapping_saved, portal_account, withdrawn, written
from tests.services.round_world import (
    OPENS,
    RESULTS_DAY,
    WHILE_OPEN,
    RoundWorld,
    add_children,
    county_with_zones,
    drawn,
    form,
    round_open,
)

pytestmark = pytest.mark.django_db
ISSUED = OPENS - timedelta(days=1)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock of the endpoints."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    set_clock(WHILE_OPEN)
    return set_clock


@pytest.fixture(autouse=True)
def _fresh_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.limits.FETCHED", MinuteCounter())


def opened_for_portal() -> tuple[RoundWorld, AdmissionRound, list[dict[str, str]]]:
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u1", "u2"])
    opened = round_open(world)
    mapping_saved()
    return world, opened, [written(f"BM{n}", form(number, f"u{n}")) for n, number in enumerate(numbers)]


def token_of(account: User, days: int = 30) -> str:
    return issue_token(actor=None, now=ISSUED, account_id=account.pk, days=days)


def by_token(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def address(opened: AdmissionRound, what: str, portal: str = PORTAL) -> str:
    return f"/api/rounds/{opened.pk}/portals/{portal}/{what}/"


def send(client: APIClient, opened: AdmissionRound, items: object, key: str = "k1", **more: object) -> Any:
    headers: dict[str, Any] = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    return client.post(address(opened, "applications"), {"items": items, **more}, format="json", **headers)


def test_a_portal_hands_in_asks_where_they_stand_and_fetches_results(at: Callable[[datetime], None]) -> None:
    world, opened, rows = opened_for_portal()
    client = by_token(token_of(portal_account()))

    first = send(client, opened, [*rows[:2], {**rows[2], "性别码": "7"}])
    assert first.status_code == 200
    told = first.json()
    assert [(item["application_number"], item["outcome"]) for item in told["items"]] == [
        ("BM0", "added"),
        ("BM1", "added"),
        ("BM2", "refused"),
    ]
    assert (told["added"], told["refused"], told["repeated"]) == (2, 1, False)
    assert [(found["code"], found["column"]) for found in told["items"][2]["findings"]] == [
        ("cell_malformed", "性别码")
    ]
    again = send(client, opened, [*rows[:2], {**rows[2], "性别码": "7"}]).json()
    assert again == {**told, "repeated": True}
    assert send(client, opened, [withdrawn("BM1")], "k2").json()["withdrawn"] == 1
    statuses = client.get(address(opened, "statuses")).json()
    assert [(row["报名号"], row["审核状态"]) for row in statuses["rows"]] == [("BM0", "30"), ("BM1", "90")]
    assert client.get(address(opened, "results")).json()["code"] == "no_results"

    drawn(world, opened)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    results = client.get(address(opened, "results")).json()
    assert [(row["报名号"], row["录取学校代码"]) for row in results["rows"]] == [
        ("BM0", CODES["A"]),
        ("BM1", ""),
    ]
    file = client.get(address(opened, "results/file"))
    assert file.headers["Content-Disposition"] == 'attachment; filename="result-410181-primary-2026.csv"'
    assert "报名号" in file.content.decode("gb18030")
    digests = AuditEvent.objects.filter(action="portal.results_handed_over").values_list("details", flat=True)
    assert [row["digest"] for row in digests] == [results["digest"]] * 2


def test_a_trial_says_what_would_become_of_them_and_stores_nothing(at: Callable[[datetime], None]) -> None:
    _, opened, rows = opened_for_portal()
    answer = send(by_token(token_of(portal_account())), opened, rows, trial=True).json()
    assert (answer["batch"], answer["added"], len(answer["items"])) == (None, 3, 3)
    assert not Application.objects.exists()
    assert not PortalBatch.objects.exists()


def test_entries_that_are_not_open_are_a_conflict(at: Callable[[datetime], None]) -> None:
    _, opened, rows = opened_for_portal()
    client = by_token(token_of(portal_account()))
    at(OPENS - timedelta(seconds=1))
    answer = send(client, opened, rows)
    assert (answer.status_code, answer.json()["code"]) == (409, "portal_too_late")
    at(OPENS)
    assert send(client, opened, rows).status_code == 200


def test_a_key_used_for_something_else_is_a_conflict_and_none_is_malformed(
    at: Callable[[datetime], None],
) -> None:
    _, opened, rows = opened_for_portal()
    client = by_token(token_of(portal_account()))
    send(client, opened, rows)
    other = send(client, opened, rows[:1])
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert send(client, opened, rows, key="").status_code == 400


@pytest.mark.parametrize("items", [None, "x", [1], ["a"], {"a": 1}])
def test_what_is_no_list_of_objects_is_malformed(at: Callable[[datetime], None], items: object) -> None:
    _, opened, _ = opened_for_portal()
    assert send(by_token(token_of(portal_account())), opened, items).status_code == 400


def test_what_no_database_can_hold_is_a_bad_application_and_what_is_too_deep_is_malformed(
    at: Callable[[datetime], None],
) -> None:
    _, opened, rows = opened_for_portal()
    client = by_token(token_of(portal_account()))
    odd = [
        {**rows[0], "报名号": "a\0"},
        {**rows[1], "学生姓名": "\ud800"},
        {**rows[2], "公办志愿1": "\0", "\ud800": "x"},
    ]
    body = json.dumps({"items": odd})
    told = client.post(
        address(opened, "applications"), body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="k1"
    )
    assert told.status_code == 200
    assert [item["outcome"] for item in told.json()["items"]] == ["refused"] * 3
    deep = client.post(
        address(opened, "applications"),
        '{"items": ' + "[" * 100_000,
        content_type="application/json",
        HTTP_IDEMPOTENCY_KEY="k2",
    )
    assert deep.status_code == 400


def test_a_request_has_a_size_and_an_account_a_pace(at: Callable[[datetime], None]) -> None:
    _, opened, rows = opened_for_portal()
    client = by_token(token_of(portal_account()))
    with override_settings(PORTAL_BATCH_ITEMS=2):
        many = send(client, opened, rows)
        assert (many.status_code, many.json()["code"]) == (400, "portal_batch_too_large")
        assert send(client, opened, rows[:2]).status_code == 200
    with override_settings(PORTAL_BATCH_BYTES=100):
        assert send(client, opened, rows[:1], "k2").json()["code"] == "portal_batch_too_large"
    limits = {**django_settings.ACCOUNT_RATE_LIMITS, "portal": "2/m/user"}
    cache.clear()
    with override_settings(ACCOUNT_RATE_LIMITS=limits, PORTAL_REQUESTS_PER_MINUTE=2):
        fetched = [client.get(address(opened, "statuses")).status_code for _ in range(3)]
        handed_in = [send(client, opened, rows[:1], f"k{number}").status_code for number in range(7, 10)]
    assert (fetched, handed_in) == ([200, 200, 429], [200, 200, 429])


def test_only_a_token_that_holds_opens_the_door(at: Callable[[datetime], None]) -> None:
    _, opened, _ = opened_for_portal()
    account = portal_account()
    token = token_of(account, days=30)
    statuses = address(opened, "statuses")
    assert by_token(token).get(statuses).status_code == 200
    for wrong in ("", "x", f"{token}x", token[:-1], "jiujin_é", "a" * 5000):
        answer = by_token(wrong).get(statuses)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert APIClient().get(statuses).status_code == 401
    at(ISSUED + timedelta(days=30) - timedelta(seconds=1))
    assert by_token(token).get(statuses).status_code == 200
    at(ISSUED + timedelta(days=30))
    assert by_token(token).get(statuses).status_code == 401
    at(ISSUED - timedelta(seconds=1))
    assert by_token(token).get(statuses).status_code == 401
    at(WHILE_OPEN)
    assert revoke_tokens(actor=None, now=WHILE_OPEN, account_id=account.pk) == 1
    assert by_token(token).get(statuses).status_code == 401


def test_a_closed_account_has_no_token_that_holds(at: Callable[[datetime], None]) -> None:
    _, opened, _ = opened_for_portal()
    account = portal_account()
    token = token_of(account)
    close_account(actor=staff(Role.ADMINISTRATOR), now=WHILE_OPEN, person_id=account.pk)
    assert by_token(token).get(address(opened, "statuses")).status_code == 401


def test_a_token_opens_nothing_but_its_own_portals_exchange(at: Callable[[datetime], None]) -> None:
    _, opened, rows = opened_for_portal()
    mapping_saved(portal="another")
    client = by_token(token_of(portal_account()))
    other = client.get(address(opened, "statuses", "another"))
    assert (other.status_code, other.json()["code"]) == (403, "not_permitted")
    for path in ("/api/me/", "/api/applications/", f"/api/rounds/{opened.pk}/applications/", "/api/audit/"):
        assert client.get(path).status_code == 403
    batch = client.post(
        f"/api/rounds/{opened.pk}/applications/batch/", {"portal": "x", "forms": []}, format="json"
    )
    assert batch.status_code == 403
    account = APIClient()
    account.force_authenticate(portal_account("second"))
    batch = account.post(
        f"/api/rounds/{opened.pk}/applications/batch/", {"portal": "x", "forms": []}, format="json"
    )
    assert batch.status_code == 403
    assert rows


def test_families_and_officers_of_elsewhere_are_refused_and_the_office_itself_is_not(
    at: Callable[[datetime], None],
) -> None:
    world, opened, rows = opened_for_portal()
    for stranger in (guardian(), officer("410182")):
        client = APIClient()
        client.force_authenticate(stranger)
        assert send(client, opened, rows).status_code == 403
        assert client.get(address(opened, "statuses")).status_code == 403
    client = APIClient()
    client.force_authenticate(world.officer)
    assert send(client, opened, rows).json()["added"] == 3


def test_a_portal_without_a_mapping_is_told_so(at: Callable[[datetime], None]) -> None:
    _, opened, rows = opened_for_portal()
    client = by_token(token_of(portal_account("p", portal="unmapped")))
    path = address(opened, "applications", "unmapped")
    answer = client.post(path, {"items": rows}, format="json", HTTP_IDEMPOTENCY_KEY="k")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_portal")


def test_a_token_is_kept_as_a_digest_and_its_issue_is_recorded() -> None:
    account = portal_account()
    token = token_of(account)
    kept = ServiceToken.objects.get()
    assert token not in (kept.digest, str(kept))
    assert token.startswith("jiujin_")
    actions = AuditEvent.objects.filter(subject_id=str(account.pk)).order_by("id")
    assert list(actions.values_list("action", flat=True)) == ["portal.account_made", "portal.token_issued"]
    assert not any(token in str(details) for details in actions.values_list("details", flat=True))


@pytest.mark.parametrize(("days", "holds"), [(0, False), (1, True), (400, True), (401, False)])
def test_a_token_holds_from_one_day_to_four_hundred(days: int, holds: bool) -> None:
    account = portal_account()
    if holds:
        token_of(account, days)
    else:
        with pytest.raises(MalformedInput):
            token_of(account, days)
    assert ServiceToken.objects.count() == holds


def test_a_portal_has_no_password_and_is_made_by_administrators_only() -> None:
    account = portal_account()
    refused: list[tuple[type[DomainError], Callable[[], object]]] = [
        (
            RoleMisplaced,
            lambda: create_staff(
                actor=None,
                now=OPENS,
                username="x",
                password="long-enough-1!",
                role=Role.PORTAL,
                district_code="1",
            ),
        ),
        (
            NotFound,
            lambda: set_password(actor=None, now=OPENS, username="province", password="long-enough-1!"),
        ),
        (NotPermitted, lambda: issue_token(actor=officer(), now=OPENS, account_id=account.pk, days=1)),
        (NotPermitted, lambda: revoke_tokens(actor=officer(), now=OPENS, account_id=account.pk)),
        (NotFound, lambda: issue_token(actor=None, now=OPENS, account_id=officer().pk, days=1)),
    ]
    for kind, attempt in refused:
        with pytest.raises(kind):
            attempt()
    account.refresh_from_db()
    assert not account.has_usable_password()
    assert not ServiceToken.objects.exists()
