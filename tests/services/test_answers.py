"""Places confirmed, given up, taken back; silence; and who may say what, when."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from accounts.models import AuditEvent
from admissions.models import LIVE_OFFERS, Offer, OfferStatus, OfferStep, PlanLine, WaitingWish
from admissions.selectors.applications import NoSuchApplication
from admissions.selectors.rounds import policy_of
from admissions.services.answers import (
    AnswerNotPossible,
    AnswersNotOpen,
    NoMoves,
    NoOffer,
    PlaceIsBinding,
    confirm_offer,
    decline_offer,
    restore_offer,
    settle_unanswered,
    wait_for_higher_choice,
)
from common.errors import MalformedInput, NotPermitted
from tests.services.accounts_world import guardian, officer
from tests.services.after_world import PublishedRound, published_round
from tests.services.round_world import CHINA, RESULTS_DAY

pytestmark = pytest.mark.django_db

INSTANT = timedelta(microseconds=1)
SOON = RESULTS_DAY + timedelta(hours=1)


def one_placed(**changes: object) -> tuple[PublishedRound, Offer]:
    found = published_round(("u0",), **changes)  # type: ignore[arg-type]  # only parts of a policy
    return found, Offer.objects.get()


def confirm_until(found: PublishedRound) -> datetime:
    return policy_of(found.round).calendar.confirm_until


def test_a_family_confirms_its_place_and_the_step_is_recorded() -> None:
    found, offer = one_placed()
    confirm_offer(actor=found.families[0], now=SOON, application_id=offer.application_id)
    offer.refresh_from_db()
    assert (offer.status, offer.decided_at) == (OfferStatus.CONFIRMED, SOON)
    step = OfferStep.objects.get()
    assert (step.action, step.status, step.taken_by) == ("confirm", "confirmed", found.families[0])
    event = AuditEvent.objects.get(action="offer.confirmed")
    assert event.details["line"] == "A.zone"
    assert PlanLine.objects.get(line_id="A.zone").offers_live == 1


def test_a_place_given_up_is_free_and_can_be_taken_back() -> None:
    found, offer = one_placed()
    decline_offer(actor=found.families[0], now=SOON, application_id=offer.application_id)
    assert PlanLine.objects.get(line_id="A.zone").offers_live == 0
    restore_offer(actor=found.families[0], now=SOON, application_id=offer.application_id)
    offer.refresh_from_db()
    assert offer.status == OfferStatus.HELD
    assert PlanLine.objects.get(line_id="A.zone").offers_live == 1
    assert list(OfferStep.objects.order_by("pk").values_list("action", flat=True)) == ["decline", "restore"]


@pytest.mark.parametrize("answer", [confirm_offer, decline_offer])
def test_answers_are_taken_until_the_end_excluded(answer: Callable[..., Offer]) -> None:
    found, offer = one_placed()
    until = confirm_until(found)
    with pytest.raises(AnswersNotOpen), transaction.atomic():
        answer(actor=found.families[0], now=until, application_id=offer.application_id)
    before = found.draw.drawn_at
    with pytest.raises(AnswersNotOpen), transaction.atomic():
        answer(actor=found.families[0], now=before, application_id=offer.application_id)
    assert not OfferStep.objects.exists()
    answer(actor=found.families[0], now=until - INSTANT, application_id=offer.application_id)
    assert OfferStep.objects.count() == 1


def test_an_officer_answers_for_a_family_with_a_reason_also_afterwards() -> None:
    found, offer = one_placed()
    late = confirm_until(found) + timedelta(days=3)
    with pytest.raises(MalformedInput), transaction.atomic():
        decline_offer(actor=found.world.officer, now=late, application_id=offer.application_id, reason=" ")
    decline_offer(
        actor=found.world.officer,
        now=late,
        application_id=offer.application_id,
        reason="moved to another city",
    )
    step = OfferStep.objects.get()
    assert (step.reason, step.taken_by) == ("moved to another city", found.world.officer)


def test_strangers_change_nothing() -> None:
    _, offer = one_placed()
    with pytest.raises(NoSuchApplication):
        confirm_offer(actor=guardian("+8613800000999"), now=SOON, application_id=offer.application_id)
    with pytest.raises(NotPermitted):
        decline_offer(actor=officer("410182"), now=SOON, application_id=offer.application_id, reason="x")
    assert not OfferStep.objects.exists()


def test_a_child_without_a_place_has_nothing_to_answer() -> None:
    found = published_round(seats={"A": (0, 1), "B": (3, 0)}, accepts_coordination=False)
    without = found.waiting_for("A.zone")[0]
    with pytest.raises(NoOffer):
        confirm_offer(actor=found.family(without), now=SOON, application_id=without.pk)


def test_a_step_that_the_table_has_not_is_refused() -> None:
    found, offer = one_placed()
    confirm_offer(actor=found.families[0], now=SOON, application_id=offer.application_id)
    with pytest.raises(AnswerNotPossible), transaction.atomic():
        confirm_offer(actor=found.families[0], now=SOON, application_id=offer.application_id)
    with pytest.raises(AnswerNotPossible), transaction.atomic():
        restore_offer(actor=found.families[0], now=SOON, application_id=offer.application_id)
    assert OfferStep.objects.count() == 1


PRIVATE = {"choices": 1, "exclusive": False, "loser": "class_kept", "adjustment": False}


def test_a_private_winner_is_bound_where_the_policy_says_so_and_only_an_officer_releases_it() -> None:
    bound = {**PRIVATE, "refill": "none", "winner_may_decline": False}
    found = published_round(("u0", "u0"), lists_private=(0, 1), private=bound)
    won = found.placed_at("P")[0]
    with pytest.raises(PlaceIsBinding), transaction.atomic():
        decline_offer(actor=found.family(won), now=SOON, application_id=won.pk)
    decline_offer(actor=found.world.officer, now=SOON, application_id=won.pk, reason="moves abroad")
    assert found.placed_at("P") == []


def test_a_family_says_that_it_waits_for_a_higher_choice_and_that_it_stays() -> None:
    found, offer = one_placed()
    family = found.families[0]
    wait_for_higher_choice(actor=family, now=SOON, application_id=offer.application_id, waits=True)
    wait_for_higher_choice(actor=family, now=SOON, application_id=offer.application_id, waits=False)
    assert list(WaitingWish.objects.order_by("pk").values_list("waits", flat=True)) == [True, False]
    assert AuditEvent.objects.filter(action__in=["offer.waits", "offer.stays"]).count() == 2


def test_nobody_waits_where_the_policy_moves_only_children_without_a_place() -> None:
    found, offer = one_placed(after_results={"moves": "without_place"})
    with pytest.raises(NoMoves):
        wait_for_higher_choice(
            actor=found.families[0], now=SOON, application_id=offer.application_id, waits=True
        )


def test_silence_loses_nothing_unless_the_policy_says_so() -> None:
    found, offer = one_placed()
    until = confirm_until(found)

    def settle(now: datetime) -> tuple[int, int]:
        return settle_unanswered(actor=found.world.officer, now=now, round_id=found.round.pk)

    assert settle(until - timedelta(days=1) - INSTANT) == (0, 0)
    assert settle(until - timedelta(days=1)) == (1, 0)
    assert settle(until) == (0, 0)
    offer.refresh_from_db()
    assert (offer.status, offer.reminded_at) == (OfferStatus.HELD, until - timedelta(days=1))
    assert AuditEvent.objects.filter(action="offers.settled").count() == 1


def test_silence_loses_the_place_at_the_end_where_the_policy_says_so_and_an_officer_restores_it() -> None:
    found, offer = one_placed(after_results={"public_silence": "lapses"})
    until = confirm_until(found)

    def settle(now: datetime) -> tuple[int, int]:
        return settle_unanswered(actor=found.world.officer, now=now, round_id=found.round.pk)

    assert settle(until - INSTANT) == (1, 0)
    assert settle(until) == (0, 1)
    assert settle(until) == (0, 0)
    offer.refresh_from_db()
    assert offer.status == OfferStatus.LAPSED
    with pytest.raises(AnswersNotOpen):
        restore_offer(actor=found.families[0], now=until, application_id=offer.application_id)
    restore_offer(actor=found.world.officer, now=until, application_id=offer.application_id, reason="was ill")
    offer.refresh_from_db()
    assert offer.status in LIVE_OFFERS


def test_a_confirmed_place_never_lapses() -> None:
    found, offer = one_placed(after_results={"public_silence": "lapses"})
    confirm_offer(actor=found.families[0], now=SOON, application_id=offer.application_id)
    late = confirm_until(found) + timedelta(days=30)
    assert settle_unanswered(actor=None, now=late.astimezone(CHINA), round_id=found.round.pk) == (0, 0)
