"""After results through the pages: a family answers, the office gives places on, the public reads it."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from admissions.models import Application, Offer, OfferStatus, WaitlistRun
from admissions.rules.policy import parse_policy, policy_digest
from admissions.services.giving_on import give_places_on
from tests.services.accounts_world import auditor, guardian
from tests.services.after_world import PublishedRound, published_round

pytestmark = [pytest.mark.django_db, pytest.mark.journey]


def results_out_now(**changes: object) -> PublishedRound:
    """A published round whose families answer at this very moment."""
    found = published_round(**changes)  # type: ignore[arg-type]  # parts of a policy
    now = timezone.localtime()
    names = ("opens_at", "closes_at", "review_until", "draw_at", "results_at", "confirm_until")
    first = now - timedelta(days=45)
    calendar = {name: (first + timedelta(days=10 * place)).isoformat() for place, name in enumerate(names)}
    data = {**found.round.policy, "calendar": {"published_on": str(first.date()), **calendar}}
    found.round.policy, found.round.policy_digest = data, policy_digest(parse_policy(data))
    found.round.save(update_fields=["policy", "policy_digest"])
    return found


def visit(person: User) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def test_a_family_confirms_gives_up_and_takes_back() -> None:
    # given a family with a place
    found = results_out_now()
    row = found.placed_at("A")[0]
    family, page = visit(found.family(row)), f"/my/{row.pk}/"

    # when it looks, then it is told what it has and until when it may answer
    assert "您的学位" in family.get(page).content.decode()
    # when it is asked whether to give up, then it is told what follows and nothing is done yet
    asked = family.get(f"{page}place/decline/").content.decode()
    assert "学位立即空出" in asked
    assert Offer.objects.get(application=row).status == OfferStatus.HELD
    # when it confirms, gives up and takes back, then each is done and said
    for name, status, said in (
        ("confirm", "confirmed", "学位已确认"),
        ("decline", "declined", "在学位给别的孩子之前，您可以撤回"),
        ("restore", "held", "学位重新归您的孩子"),
    ):
        done = family.post(f"{page}place/{name}/", follow=True).content.decode()
        assert said in done
        assert Offer.objects.get(application=row).status == status


def test_a_place_that_was_given_on_cannot_be_taken_back_and_the_page_says_so() -> None:
    found = results_out_now(seats={"A": (0, 2), "B": (3, 0)}, accepts_coordination=False)
    row = found.placed_at("A")[0]
    family = visit(found.family(row))
    family.post(f"/my/{row.pk}/place/decline/")
    give_places_on(actor=found.world.officer, now=timezone.now(), round_id=found.round.pk)

    refused = family.post(f"/my/{row.pk}/place/restore/")

    assert refused.status_code == 422
    assert "学位已经给了别的孩子" in refused.content.decode()
    assert "撤回放弃</a>" not in family.get(f"/my/{row.pk}/").content.decode()


def test_a_coordinated_family_asks_to_wait_and_moves_and_the_public_reads_it() -> None:
    # given a coordinated child whose family asks to wait
    found = results_out_now()
    waiting = found.waiting_for("A.zone")[0]
    family = visit(found.family(waiting))
    assert "候补第 1 名" in family.get(f"/my/{waiting.pk}/").content.decode()
    family.post(f"/my/{waiting.pk}/place/wait/")
    assert "不再等候</a>" in family.get(f"/my/{waiting.pk}/").content.decode()

    # when another gives its place up and places are given on
    gone = found.placed_at("A")[0]
    visit(found.family(gone)).post(f"/my/{gone.pk}/place/decline/")
    give_places_on(actor=found.world.officer, now=timezone.now(), round_id=found.round.pk)

    # then the family, the office and the public read where the child is now
    shown = family.get(f"/my/{waiting.pk}/").content.decode()
    assert "A小学" in shown
    assert "按派位顺序给了您的孩子" in shown
    receipt = waiting.receipt.receipt
    public = Client(headers={"accept-language": "zh-hans"})
    assert (
        f"{receipt} · A小学" in public.get(f"/results/{found.round.pk}/?receipt={receipt}").content.decode()
    )
    bundle = public.get(f"/check/{found.round.pk}/after-results.zip")
    assert bundle.headers["Content-Type"] == "application/zip"
    office = visit(found.world.officer).get(f"/office/rounds/{found.round.pk}/after/").content.decode()
    assert receipt in office
    assert "派位顺序的下一名" in office


def test_strangers_find_nothing_to_answer() -> None:
    found = results_out_now()
    row = found.placed_at("A")[0]
    stranger = visit(guardian("+8613800000888"))
    assert stranger.get(f"/my/{row.pk}/place/decline/").status_code == 404
    assert stranger.post(f"/my/{row.pk}/place/decline/").status_code == 404
    assert visit(found.family(row)).get(f"/my/{row.pk}/place/sell/").status_code == 404
    assert Offer.objects.get(application=row).status == OfferStatus.HELD


def test_the_office_answers_for_a_family_with_a_reason_and_an_auditor_only_reads() -> None:
    found = results_out_now()
    row = found.placed_at("A")[0]
    desk, page = visit(found.world.officer), f"/office/rounds/{found.round.pk}/after/"
    given = {"receipt": row.receipt.receipt, "answer": "decline", "confirmed": "on"}
    assert desk.post(f"{page}answer/", given).status_code == 422
    assert desk.post(f"{page}answer/", {**given, "reason": "电话答复"}).status_code == 302
    assert Offer.objects.get(application=row).status == OfferStatus.DECLINED
    reader = visit(auditor())
    assert reader.get(page).status_code == 200
    assert reader.post(f"{page}answer/", {**given, "reason": "x"}).status_code == 403


def test_the_office_opens_a_refill_round_and_the_family_is_told() -> None:
    # given seats left, and a child without a place
    found = results_out_now(accepts_coordination=False)
    without = found.waiting_for("A.zone")[0]
    desk, page = visit(found.world.officer), f"/office/rounds/{found.round.pk}/after/"
    now = timezone.localtime()
    days = {
        "opens_at": 0,
        "closes_at": 3,
        "review_until": 5,
        "draw_at": 6,
        "results_at": 7,
        "confirm_until": 9,
    }
    moments = {name: _written(now + timedelta(days=day, minutes=-1)) for name, day in days.items()}
    given = {
        **moments,
        "published_on": str((now - timedelta(days=2)).date()),
        "reason": "还有空余学位",
        "confirmed": "on",
    }

    # when days are in the wrong order, then nothing is made; when they are right, the round is open
    wrong = desk.post(f"{page}refill/", {**given, "closes_at": moments["confirm_until"]})
    assert wrong.status_code == 422
    assert "每个时间都要晚于前一个" in wrong.content.decode()
    done = desk.post(f"{page}refill/", given, follow=True).content.decode()
    assert "（补录 1）" in done

    # then the family without a place is led there, and one with a place is not
    assert "参加补录" in visit(found.family(without)).get(f"/my/{without.pk}/").content.decode()
    placed = found.placed_at("A")[0]
    assert "参加补录" not in visit(found.family(placed)).get(f"/my/{placed.pk}/").content.decode()
    assert Application.objects.filter(round__refill_number=1).count() == 0


def test_giving_on_is_asked_first_and_queued_once() -> None:
    found = results_out_now()
    desk, page = visit(found.world.officer), f"/office/rounds/{found.round.pk}/after/give-on/"
    assert "没有人失去学位" in desk.get(page).content.decode()
    assert desk.post(page, {"confirmed": "on"}).status_code == 302
    assert not WaitlistRun.objects.exists()
    shown = desk.get(f"/office/rounds/{found.round.pk}/after/").content.decode()
    assert 'data-job-status="queued"' in shown
    assert "递补空出的学位…" not in shown


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")
