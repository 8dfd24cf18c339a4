"""Answers to an offer over the API: a family for its own child, in its time, and an officer with a reason."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from admissions.models import Offer, OfferStep, WaitingWish
from admissions.selectors.rounds import policy_of
from tests.services.accounts_world import guardian, officer
from tests.services.after_world import PublishedRound, published_round
from tests.services.round_world import DRAW_DAY, RESULTS_DAY

pytestmark = pytest.mark.django_db

SOON = RESULTS_DAY + timedelta(hours=1)


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


def address(found: PublishedRound, answer: str = "", child: int = 0) -> str:
    base = f"/api/applications/{found.applications[child].pk}/offer/"
    return f"{base}{answer}/" if answer else base


def test_a_family_reads_confirms_gives_up_and_takes_back(at: Callable[[datetime], None]) -> None:
    found = published_round(("u0",))
    at(SOON)
    family = client(found.families[0])

    read = family.get(address(found)).json()
    assert (read["status"], read["line_id"]) == ("held", "A.zone")
    assert (read["may_confirm"], read["may_decline"], read["may_restore"]) == (True, True, False)
    assert datetime.fromisoformat(read["answer_until"]) == policy_of(found.round).calendar.confirm_until

    assert family.post(address(found, "confirm")).json()["status"] == "confirmed"
    assert family.post(address(found, "decline")).json()["may_restore"] is True
    assert family.post(address(found, "restore")).json()["status"] == "held"
    steps = OfferStep.objects.order_by("pk").values_list("action", "taken_by")
    assert list(steps) == [(action, found.families[0].pk) for action in ("confirm", "decline", "restore")]


def test_a_family_waits_for_a_higher_choice_and_stays(at: Callable[[datetime], None]) -> None:
    found = published_round(lists_private=(0, 1))
    at(SOON)
    child = found.applications.index(found.waiting_for("A.zone")[0])
    family = client(found.families[child])

    waits = family.post(address(found, "wait", child)).json()
    assert (waits["waits"], waits["higher"][0]["waitlist_place"]) == (True, 1)
    assert family.post(address(found, "stay", child)).json()["waits"] is False
    assert WaitingWish.objects.count() == 2


def test_what_cannot_be_answered_is_told_by_code(at: Callable[[datetime], None]) -> None:
    found = published_round(("u0",))
    family = client(found.families[0])
    at(DRAW_DAY)
    early = family.post(address(found, "confirm"))
    at(policy_of(found.round).calendar.confirm_until)
    late = family.post(address(found, "decline"))
    at(SOON)
    twice = [family.post(address(found, "confirm")) for _ in range(2)][1]

    assert [(early.status_code, early.json()["code"]), (late.status_code, late.json()["code"])] == [
        (409, "answers_not_open")
    ] * 2
    assert (twice.status_code, twice.json()["code"]) == (409, "answer_not_possible")
    assert OfferStep.objects.count() == 1


@pytest.mark.parametrize("answer", ["confirm", "decline", "restore", "wait", "stay"])
def test_strangers_neither_read_nor_answer(answer: str, at: Callable[[datetime], None]) -> None:
    found = published_round(("u0",))
    at(SOON)
    other = client(guardian("+8613800000999"))

    assert client().post(address(found, answer)).status_code in (401, 403)
    assert client().get(address(found)).status_code in (401, 403)
    assert other.post(address(found, answer)).status_code == other.get(address(found)).status_code == 404
    away = client(officer("410182")).post(address(found, answer), {"reason": "x"}, format="json")
    assert away.status_code == 403
    assert Offer.objects.get().status == "held"
    assert not OfferStep.objects.exists()
    assert not WaitingWish.objects.exists()


def test_an_officer_answers_with_a_reason_only(at: Callable[[datetime], None]) -> None:
    found = published_round(("u0",))
    at(SOON)
    office = client(found.world.officer)

    assert office.post(address(found, "confirm")).status_code == 400
    done = office.post(address(found, "confirm"), {"reason": "said so at the counter"}, format="json")

    assert (done.status_code, done.json()["status"]) == (200, "confirmed")
    assert OfferStep.objects.get().reason == "said so at the counter"


def test_a_child_without_a_place_has_no_offer(at: Callable[[datetime], None]) -> None:
    found = published_round(seats={"A": (0, 1), "B": (3, 0)}, accepts_coordination=False)
    at(SOON)
    without = found.applications.index(found.waiting_for("A.zone")[0])
    answer = client(found.families[without]).get(address(found, child=without))
    assert (answer.status_code, answer.json()["code"]) == (404, "no_offer")
