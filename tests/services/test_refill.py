"""Refill rounds: what is left is offered anew to children without a place, and the earlier results stay."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from accounts.models import AuditEvent
from admissions.models import AdmissionRound, Application, DrawRecord, Offer, PlanLine, RoundStatus
from admissions.selectors.results import public_results
from admissions.selectors.rounds import find_round, round_code
from admissions.services.answers import (
    PlaceElsewhere,
    PlaceGivenOn,
    WaitingIsOver,
    decline_offer,
    restore_offer,
    wait_for_higher_choice,
)
from admissions.services.applications import file_applications
from admissions.services.closing import close_entries
from admissions.services.draw import enter_public_value, run_draw
from admissions.services.giving_on import WaitingListsOver, give_places_on
from admissions.services.refill import NothingLeft, RefillExists, open_refill
from admissions.services.results import bundle_faults, publish_results
from admissions.services.rounds import cancel_round
from common.errors import MalformedInput, NotPermitted
from tests.services.accounts_world import auditor
from tests.services.after_world import PublishedRound, published_round
from tests.services.round_world import CHINA, NAMES, RESULTS_DAY, VALUES, form, identity

pytestmark = pytest.mark.django_db

SOON = RESULTS_DAY + timedelta(hours=1)
DAYS = {"opens_at": 1, "closes_at": 4, "review_until": 6, "draw_at": 8, "results_at": 9, "confirm_until": 12}
MOMENTS = {name: datetime(2026, 8, day, 9, tzinfo=CHINA) for name, day in DAYS.items()}
CALENDAR = {"published_on": "2026-07-25", **{name: at.isoformat() for name, at in MOMENTS.items()}}
PREPARED = datetime(2026, 7, 26, 9, tzinfo=CHINA)
PRIVATE = {"choices": 1, "exclusive": False, "loser": "class_kept", "adjustment": False}


def refilled(found: PublishedRound) -> AdmissionRound:
    return open_refill(
        actor=found.world.officer,
        now=PREPARED,
        round_id=found.round.pk,
        calendar=CALENDAR,
        reason="seats are left",
    )


def three_without_a_place() -> PublishedRound:
    """Five families for two seats at A; the four seats of B are left, for nobody agreed to coordination."""
    return published_round(accepts_coordination=False)


def filed_again(found: PublishedRound, made: AdmissionRound, places: list[int]):  # type: ignore[no-untyped-def]
    forms = [form(identity(place + 1), "u0" if place < 3 else "u1") for place in places]
    return file_applications(
        actor=found.world.officer,
        now=MOMENTS["opens_at"],
        round_id=made.pk,
        forms=forms,
        source="counter",
    )


def test_seats_left_move_into_the_refill_round_and_the_plan_stays_the_same_in_all() -> None:
    found = three_without_a_place()
    gone = found.placed_at("A")[0]
    made = refilled(found)
    assert (made.refill_number, made.status, made.name) == (
        1,
        RoundStatus.OPEN,
        f"{found.round.name}（补录 1）",
    )
    assert round_code(made) == "410181-primary-2026-r1"
    old = dict(PlanLine.objects.filter(round=found.round).values_list("line_id", "seats"))
    new = dict(PlanLine.objects.filter(round=made).values_list("line_id", "seats"))
    assert (old, new) == ({"A.zone": 2, "B.zone": 0, "P.private_open": 0}, {"B.zone": 4, "P.private_open": 1})
    event = AuditEvent.objects.get(action="refill.opened")
    assert event.details["reason"] == "seats are left"
    assert find_round("410181", "primary", 2026) == found.round
    assert find_round("410181", "primary", 2026, refill=1) == made
    assert gone.offers.get().status == "held"


def test_a_refill_round_is_drawn_anew_and_the_earlier_results_stay() -> None:
    found = three_without_a_place()
    before = bytes(DrawRecord.objects.get(pk=found.draw.pk).bundle)
    shown = public_results(found.round)
    made = refilled(found)
    without = sorted(set(range(5)) - {found.applications.index(row) for row in found.placed_at("A")})
    filed = filed_again(found, made, without)
    assert len(filed.applications) == 3
    closed = close_entries(
        actor=found.world.officer, now=MOMENTS["review_until"], round_id=made.pk, public_value_names=NAMES
    )
    for name, value in VALUES.items():
        for reader in (found.world.officer, found.world.second_officer):
            enter_public_value(
                actor=reader, now=MOMENTS["draw_at"], entry_list_id=closed.pk, name=name, value=value
            )
    draw = run_draw(actor=found.world.officer, now=MOMENTS["draw_at"], entry_list_id=closed.pk)
    publish_results(actor=found.world.officer, now=MOMENTS["results_at"], round_id=made.pk)
    assert draw.seed != found.draw.seed
    assert bundle_faults(draw) == []
    assert bytes(DrawRecord.objects.get(pk=found.draw.pk).bundle) == before
    assert public_results(found.round) == shown
    placed = Offer.objects.filter(round=made).values_list("line__line_id", flat=True)
    assert list(placed) == ["B.zone"] * 3


def test_a_child_with_a_place_cannot_take_part_and_one_that_gave_up_can() -> None:
    found = three_without_a_place()
    keeps, gives_up = found.placed_at("A")
    made = refilled(found)
    decline_offer(actor=found.world.officer, now=PREPARED, application_id=gives_up.pk, reason="moved")
    places = [found.applications.index(keeps), found.applications.index(gives_up)]
    filed = filed_again(found, made, places)
    assert [(refused.index, refused.problem.code) for refused in filed.refused] == [(0, "child_has_place")]
    assert len(filed.applications) == 1
    assert Application.objects.filter(round=made).count() == 1


def test_a_child_that_gave_up_is_kept_out_where_the_policy_says_so() -> None:
    found = published_round(accepts_coordination=False, after_results={"refill_admits": "never_gave_up"})
    gives_up = found.placed_at("A")[0]
    made = refilled(found)
    decline_offer(actor=found.world.officer, now=PREPARED, application_id=gives_up.pk, reason="moved")
    filed = filed_again(found, made, [found.applications.index(gives_up)])
    assert [refused.problem.code for refused in filed.refused] == ["child_gave_up_place"]


def test_the_waiting_lists_are_run_first_and_are_then_over() -> None:
    found = published_round(seats={"A": (0, 2), "B": (3, 1)}, accepts_coordination=False)
    first = found.waiting_for("A.zone")[0]
    gone, stays = found.placed_at("A")
    decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)
    refilled(found)
    assert {row.pk for row in found.placed_at("A")} == {stays.pk, first.pk}
    with pytest.raises(WaitingListsOver):
        give_places_on(actor=found.world.officer, now=PREPARED, round_id=found.round.pk)


def test_a_place_whose_seat_went_into_the_refill_round_cannot_be_taken_back() -> None:
    found = published_round(("u2",))
    decline_offer(actor=found.families[0], now=SOON, application_id=found.applications[0].pk)
    refilled(found)
    with pytest.raises(PlaceGivenOn):
        restore_offer(
            actor=found.world.officer, now=PREPARED, application_id=found.applications[0].pk, reason="stays"
        )


@pytest.mark.parametrize(("refill", "seats"), [("none", 0), ("new_draw", 1)])
def test_a_private_school_that_had_to_draw_refills_only_where_the_policy_says_so(
    refill: str, seats: int
) -> None:
    rules = {**PRIVATE, "refill": refill, "winner_may_decline": True}
    found = published_round(("u0", "u0"), lists_private=(0, 1), private=rules)
    won = found.placed_at("P")[0]
    decline_offer(actor=found.family(won), now=SOON, application_id=won.pk)
    made = refilled(found)
    lines = dict(PlanLine.objects.filter(round=made).values_list("line_id", "seats"))
    assert lines.get("P.private_open", 0) == seats


def test_refusals_write_nothing() -> None:
    found = published_round(
        ("u0", "u0"), seats={"A": (0, 1), "B": (3, 1)}, accepts_coordination=True, lists_private=(0,)
    )
    full = published_seats(found)
    with pytest.raises(MalformedInput), transaction.atomic():
        open_refill(
            actor=found.world.officer, now=PREPARED, round_id=found.round.pk, calendar=CALENDAR, reason=" "
        )
    with pytest.raises(NotPermitted), transaction.atomic():
        open_refill(actor=auditor(), now=PREPARED, round_id=found.round.pk, calendar=CALENDAR, reason="x")
    assert published_seats(found) == full
    assert not AdmissionRound.objects.filter(refill_number__gt=0).exists()


def test_a_second_refill_is_made_from_the_first_and_nothing_left_is_refused() -> None:
    found = three_without_a_place()
    made = refilled(found)
    with pytest.raises(RefillExists), transaction.atomic():
        refilled(found)
    seats = dict(PlanLine.objects.filter(round=made).values_list("line_id", "seats"))
    cancel_round(actor=found.world.officer, now=PREPARED, round_id=made.pk, reason="wrong days")
    assert published_seats(found) == {"A.zone": 2, **seats}
    PlanLine.objects.filter(round=found.round, offers_live=0).update(seats=0)
    with pytest.raises(NothingLeft), transaction.atomic():
        refilled(found)


def published_seats(found: PublishedRound) -> dict[str, int]:
    return dict(PlanLine.objects.filter(round=found.round).values_list("line_id", "seats"))


def test_who_applies_or_has_a_place_in_the_refill_round_takes_no_second_place_back() -> None:
    # given a child that gave its place up, a refill round, and its seat free again by another family
    found = three_without_a_place()
    gone, _other = found.placed_at("A")
    decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)
    made = refilled(found)
    taken = found.placed_at("A")
    decline_offer(
        actor=found.world.officer, now=PREPARED, application_id=taken[0].pk, reason="moved to another city"
    )
    again = Offer.objects.get(application=taken[0])

    # when it has applied in the refill round
    file_applications(
        actor=found.world.officer,
        now=MOMENTS["opens_at"],
        round_id=made.pk,
        forms=[form(identity(found.applications.index(taken[0]) + 1), taken[0].unit_code)],
        source="counter",
    )
    assert made.applications.filter(child_index=taken[0].child_index).exists()

    # then it takes nothing back, until it has withdrawn
    def restore() -> Offer:
        return restore_offer(
            actor=found.world.officer, now=PREPARED, application_id=taken[0].pk, reason="came back"
        )

    with pytest.raises(PlaceElsewhere), transaction.atomic():
        restore()
    again.refresh_from_db()
    assert again.status == "declined"
    made.applications.update(status="withdrawn")
    assert restore().status == "held"


def test_nobody_waits_any_more_once_a_refill_round_has_the_seats() -> None:
    found = published_round(lists_private=(0, 1))
    child = found.placed_at("B")[0] if found.placed_at("B") else found.placed_at("A")[0]
    refilled(found)
    with pytest.raises(WaitingIsOver):
        wait_for_higher_choice(actor=found.family(child), now=SOON, application_id=child.pk, waits=True)
    wait_for_higher_choice(actor=found.family(child), now=SOON, application_id=child.pk, waits=False)
