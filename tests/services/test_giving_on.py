"""Places given on: recorded, published, verified, once only; and a child left off by mistake."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction

from accounts.models import AuditEvent
from admissions.lottery import verify as lottery_verify
from admissions.matching import verify as matching_verify
from admissions.matching import verify_moves
from admissions.models import (
    LIVE_OFFERS,
    Application,
    LeftOff,
    Offer,
    OfferStatus,
    PlanLine,
    WaitlistMove,
    WaitlistRun,
)
from admissions.rules.status import Action as Step
from admissions.selectors.waiting import bundle_after_results, places_after
from admissions.services.answers import PlaceGivenOn, decline_offer, restore_offer, wait_for_higher_choice
from admissions.services.dwelling_uses import import_dwelling_uses
from admissions.services.giving_on import give_places_on
from admissions.services.left_off import NothingToStandFor, NotLeftOff, add_left_off
from admissions.services.results import publish_results
from admissions.services.review import review_application
from admissions.services.rounds import RoundMovedOn, SeatsDoNotFit
from common.errors import MalformedInput, NotPermitted
from geo_data.tables.dwelling_use_table import DwellingUseRow
from tests.services.accounts_world import auditor
from tests.services.after_world import PublishedRound, published_round
from tests.services.round_world import (
    RESULTS_DAY,
    WHILE_OPEN,
    add_children,
    county_with_zones,
    drawn,
    file_all,
    form,
    round_open,
)

SOON = RESULTS_DAY + timedelta(hours=1)
LATER = SOON + timedelta(hours=1)


def faults(found: PublishedRound) -> list[str]:
    files = bundle_after_results(found.round, found.draw)
    return [*lottery_verify.faults(files), *matching_verify.faults(files), *verify_moves.faults(files)]


def held(found: PublishedRound) -> dict[str, str]:
    rows = Offer.objects.filter(round=found.round, status__in=LIVE_OFFERS)
    return dict(rows.values_list("application__receipt__receipt", "line__line_id"))


@pytest.mark.django_db
class TestMoves:
    """What follows when families give places up."""

    def test_a_child_without_a_place_is_offered_the_freed_seat(self) -> None:
        found = published_round(seats={"A": (0, 2), "B": (3, 0)}, accepts_coordination=False)
        first, second = found.waiting_for("A.zone")[:2]
        gone = found.placed_at("A")[0]
        decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)
        run = give_places_on(actor=found.world.officer, now=LATER, round_id=found.round.pk)
        assert run is not None
        offer = Offer.objects.get(application=first)
        assert (offer.status, offer.offered_at) == (OfferStatus.HELD, LATER)
        assert offer.answer_until is not None
        assert not Offer.objects.filter(application=second).exists()
        move = WaitlistMove.objects.get()
        assert (move.application, move.rule, move.from_line, move.to_line.line_id) == (
            first,
            "waitlist",
            None,
            "A.zone",
        )
        event = AuditEvent.objects.get(action="places.given_on")
        assert (event.details["gave_up"], event.details["moves"]) == (1, 1)
        assert faults(found) == []
        assert places_after(found.draw, [run]) == held(found)

    def test_a_coordinated_child_moves_only_if_its_family_asked(self) -> None:
        found = published_round()
        first, second = found.waiting_for("A.zone")[:2]
        wait_for_higher_choice(actor=found.family(second), now=SOON, application_id=second.pk, waits=True)
        gone = found.placed_at("A")[0]
        decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)
        give_places_on(actor=found.world.officer, now=LATER, round_id=found.round.pk)
        offers = Offer.objects.filter(application=second).order_by("offered_at")
        assert [(offer.line.line_id, offer.status) for offer in offers] == [
            ("B.zone", OfferStatus.MOVED),
            ("A.zone", OfferStatus.CONFIRMED),
        ]
        assert held(found)[first.receipt.receipt] == "B.zone"
        assert PlanLine.objects.get(round=found.round, line_id="B.zone").offers_live == 2
        assert faults(found) == []

    def test_the_second_run_changes_nothing(self) -> None:
        found = published_round(seats={"A": (0, 2), "B": (3, 0)}, accepts_coordination=False)
        gone = found.placed_at("A")[0]
        decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)
        first = give_places_on(actor=found.world.officer, now=LATER, round_id=found.round.pk)
        again = give_places_on(actor=found.world.officer, now=LATER, round_id=found.round.pk)
        assert first == again
        assert (WaitlistRun.objects.count(), WaitlistMove.objects.count()) == (1, 1)
        assert AuditEvent.objects.filter(action="places.given_on").count() == 1

    def test_without_anything_given_up_there_is_no_run(self) -> None:
        found = published_round()
        assert give_places_on(actor=found.world.officer, now=LATER, round_id=found.round.pk) is None
        assert not WaitlistRun.objects.exists()

    def test_a_place_given_on_cannot_be_taken_back(self) -> None:
        found = published_round(seats={"A": (0, 2), "B": (3, 0)}, accepts_coordination=False)
        gone = found.placed_at("A")[0]
        decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)
        give_places_on(actor=found.world.officer, now=LATER, round_id=found.round.pk)
        with pytest.raises(PlaceGivenOn):
            restore_offer(actor=found.family(gone), now=LATER, application_id=gone.pk)

    def test_a_place_nobody_waits_for_can_be_taken_back_after_a_run_and_the_record_says_so(self) -> None:
        found = published_round(("u2",))
        only = found.applications[0]
        decline_offer(actor=found.families[0], now=SOON, application_id=only.pk)
        give_places_on(actor=found.world.officer, now=LATER, round_id=found.round.pk)
        restore_offer(actor=found.families[0], now=LATER, application_id=only.pk)
        second = give_places_on(actor=found.world.officer, now=LATER, round_id=found.round.pk)
        assert second is not None
        assert json.loads(bytes(second.document))["restored"] == [[only.receipt.receipt, "B.zone"]]
        assert faults(found) == []

    def test_the_seat_of_a_private_winner_stays_empty_where_the_policy_says_none(self) -> None:
        rules = {"choices": 1, "exclusive": False, "loser": "class_kept", "adjustment": False}
        bound = {**rules, "refill": "none", "winner_may_decline": True}
        found = published_round(("u0", "u0", "u0"), lists_private=(0, 1, 2), private=bound)
        won = found.placed_at("P")[0]
        decline_offer(actor=found.family(won), now=SOON, application_id=won.pk)
        give_places_on(actor=found.world.officer, now=LATER, round_id=found.round.pk)
        assert found.placed_at("P") == []
        assert faults(found) == []

    def test_the_seat_of_a_private_winner_goes_on_where_the_policy_says_waitlist(self) -> None:
        rules = {"choices": 1, "exclusive": False, "loser": "class_kept", "adjustment": False}
        open_rules = {**rules, "refill": "waitlist", "winner_may_decline": True}
        found = published_round(("u0", "u0", "u0"), lists_private=(0, 1, 2), private=open_rules)
        won, following = found.placed_at("P")[0], found.waiting_for("P.private_open")[0]
        wait_for_higher_choice(
            actor=found.family(following), now=SOON, application_id=following.pk, waits=True
        )
        decline_offer(actor=found.family(won), now=SOON, application_id=won.pk)
        give_places_on(actor=found.world.officer, now=LATER, round_id=found.round.pk)
        assert found.placed_at("P") == [following]
        assert faults(found) == []

    def test_only_an_officer_of_the_district_gives_places_on_and_only_after_results(self) -> None:
        found = published_round()
        with pytest.raises(NotPermitted):
            give_places_on(actor=auditor(), now=LATER, round_id=found.round.pk)
        found.round.status = "drawn"
        found.round.save()
        with pytest.raises(RoundMovedOn):
            give_places_on(actor=found.world.officer, now=LATER, round_id=found.round.pk)

    def test_runs_and_moves_are_never_changed(self) -> None:
        found = published_round()
        gone = found.placed_at("A")[0]
        decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)
        give_places_on(actor=found.world.officer, now=LATER, round_id=found.round.pk)
        attempts: list[Callable[[], object]] = [
            lambda: WaitlistRun.objects.update(number=9),
            lambda: WaitlistRun.objects.all().delete(),
        ]
        for attempt in attempts:
            with pytest.raises(Exception, match="Cannot"), transaction.atomic():
                attempt()


def left_off(seats: dict[str, tuple[int, int]], **facts: object) -> tuple[PublishedRound, Application]:
    """A published round whose last child was refused by mistake, so that it is not on the list."""
    world = county_with_zones(seats)
    numbers = add_children(world, ["u0"] * 3)
    numbers += add_children(world, ["u0"], **facts)
    opened = round_open(world)
    receipts = file_all(world, opened, [form(number, "u0") for number in numbers])
    missed = Application.objects.get(receipt__receipt=receipts[-1])
    for step in (Step.REOPEN, Step.REFUSE):
        review_application(
            actor=world.officer, now=WHILE_OPEN, application_id=missed.pk, step=step, reason="read wrongly"
        )
    draw = drawn(world, opened)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    opened.refresh_from_db()
    return PublishedRound(world, opened, draw, (), ()), missed


@pytest.mark.django_db
class TestLeftOff:
    """A child with a receipt who was left off by mistake."""

    def test_a_child_before_the_cut_off_gets_a_seat_by_a_recorded_amendment_and_nobody_loses_one(
        self,
    ) -> None:
        found, missed = left_off(
            {"A": (0, 2), "B": (3, 4)}, title_since="2010-01-01", registration_since="2014-05-01"
        )
        before = held(found)
        add_left_off(
            actor=found.world.officer, now=LATER, application_id=missed.pk, reason="refused by mistake"
        )
        assert held(found) == {**before, missed.receipt.receipt: "A.zone"}
        assert PlanLine.objects.get(line_id="A.zone").seats == 3
        assert WaitlistMove.objects.get().rule == "left_off"
        assert AuditEvent.objects.filter(action="plan.amended").count() == 1
        event = AuditEvent.objects.get(action="child.added_after_draw")
        assert event.details["reason"] == "refused by mistake"
        assert faults(found) == []

    def test_a_child_behind_the_cut_off_waits_in_its_place(self) -> None:
        found, missed = left_off(
            {"A": (0, 2), "B": (3, 4)},
            registration_unit="u3",
            dwelling_right="rented",
            title_since=None,
            residence_since="2024-01-01",
        )
        add_left_off(
            actor=found.world.officer, now=LATER, application_id=missed.pk, reason="refused by mistake"
        )
        assert missed.receipt.receipt not in held(found)
        assert not WaitlistMove.objects.exists()
        assert PlanLine.objects.get(line_id="A.zone").seats == 2
        assert faults(found) == []
        for gone in found.placed_at("A"):
            decline_offer(actor=found.world.officer, now=LATER, application_id=gone.pk, reason="moved")
        give_places_on(actor=found.world.officer, now=LATER, round_id=found.round.pk)
        assert held(found)[missed.receipt.receipt] == "A.zone"
        assert faults(found) == []

    def test_a_child_at_a_school_with_seats_left_needs_no_amendment(self) -> None:
        found, missed = left_off({"A": (0, 5), "B": (3, 4)})
        add_left_off(actor=found.world.officer, now=LATER, application_id=missed.pk, reason="lost on the way")
        assert held(found)[missed.receipt.receipt] == "A.zone"
        assert PlanLine.objects.get(line_id="A.zone").seats == 5
        assert faults(found) == []

    def test_a_dwelling_that_has_used_its_place_counts_for_a_child_left_off_too(self) -> None:
        # given a child left off, whose dwelling took a place at the only school that it listed
        found, missed = left_off({"A": (0, 5), "B": (3, 4)}, dwelling_key="410181 F0007")
        import_dwelling_uses(
            actor=found.world.officer,
            now=SOON,
            district_code="410181",
            rows=[DwellingUseRow("410181 F0007", "A", date(2021, 9, 1), ())],
            source="earlier years",
        )

        # when it is added, then it has nothing to stand for: the bureau places it at another school
        with pytest.raises(NothingToStandFor), transaction.atomic():
            add_left_off(actor=found.world.officer, now=LATER, application_id=missed.pk, reason="lost")
        assert not LeftOff.objects.exists()

    def test_a_child_on_the_list_or_added_already_is_not_left_off(self) -> None:
        found, missed = left_off({"A": (0, 5), "B": (3, 4)})
        on_it = found.placed_at("A")[0]
        with pytest.raises(NotLeftOff), transaction.atomic():
            add_left_off(actor=found.world.officer, now=LATER, application_id=on_it.pk, reason="x")
        with pytest.raises(MalformedInput), transaction.atomic():
            add_left_off(actor=found.world.officer, now=LATER, application_id=missed.pk, reason=" ")
        assert not LeftOff.objects.exists()
        add_left_off(actor=found.world.officer, now=LATER, application_id=missed.pk, reason="x")
        with pytest.raises(NotLeftOff), transaction.atomic():
            add_left_off(actor=found.world.officer, now=LATER, application_id=missed.pk, reason="x")
        assert LeftOff.objects.count() == 1

    def test_a_seat_more_that_makes_a_large_class_is_refused_and_nothing_is_written(self) -> None:
        found, missed = left_off(
            {"A": (0, 2), "B": (3, 4)}, title_since="2010-01-01", registration_since="2014-05-01"
        )
        school = PlanLine.objects.get(line_id="A.zone").school
        PlanLine.objects.filter(line_id="B.zone").update(school=school, seats=55 * max(school.classes, 1))
        with pytest.raises(SeatsDoNotFit), transaction.atomic():
            add_left_off(actor=found.world.officer, now=LATER, application_id=missed.pk, reason="x")
        assert not LeftOff.objects.exists()
        assert PlanLine.objects.get(line_id="A.zone").seats == 2


@pytest.mark.django_db(transaction=True)
def test_two_callers_at_once_give_each_place_on_once() -> None:
    found = published_round(seats={"A": (0, 2), "B": (3, 0)}, accepts_coordination=False)
    for gone in found.placed_at("A"):
        decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)
    start = Barrier(2)

    def call() -> int:
        start.wait()
        try:
            run = give_places_on(actor=found.world.officer, now=LATER, round_id=found.round.pk)
            return run.number if run else 0
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as callers:
        calls = [callers.submit(call) for _ in range(2)]
    assert [call.result() for call in calls] == [1, 1]
    assert (WaitlistRun.objects.count(), WaitlistMove.objects.count()) == (1, 2)
    assert PlanLine.objects.get(line_id="A.zone").offers_live == 2
    assert faults(found) == []
