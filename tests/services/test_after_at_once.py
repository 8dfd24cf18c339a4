"""Two people at once: policies, answers, refill rounds, enrolment; and an enrolment killed halfway."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from accounts.models import AuditEvent
from admissions.models import (
    LIVE_OFFERS,
    AdmissionRound,
    Application,
    EntryList,
    Offer,
    OfferStatus,
    OfferStep,
    PlanLine,
    PolicyApproval,
    PolicyStatus,
    PolicyVersion,
)
from admissions.rules.enrolment import ListedReceipt
from admissions.services.answers import confirm_offer, decline_offer, restore_offer
from admissions.services.enrolment import Enrolled, enrol_offers
from admissions.services.giving_on import give_places_on
from admissions.services.left_off import add_left_off
from admissions.services.policies import approve_policy, publish_policy
from admissions.services.steps import NotOpen, lock_application, share_open_round
from common.errors import DomainError
from config.paths import BASE
from tests.databases import database_url
from tests.services.accounts_world import officer
from tests.services.after_world import PublishedRound, published_round
from tests.services.killing import held, somebody_waits
from tests.services.round_world import (
    PUBLISHES,
    RESULTS_DAY,
    add_children,
    county_with_zones,
    entries_closed,
    file_all,
    form,
    policy_checked,
    round_open,
)
from tests.services.test_giving_on import faults, left_off
from tests.services.test_jobs_killed import PATIENCE, wait_until
from tests.services.test_policies import take_steps
from tests.services.test_refill import refilled, three_without_a_place

pytestmark = pytest.mark.django_db(transaction=True)

SOON = RESULTS_DAY + timedelta(hours=1)
LATER = SOON + timedelta(hours=1)


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Let every call begin at the same moment, each on a connection of its own; say how each ended."""
    start = Barrier(len(calls))

    def run(call: Callable[[], object]) -> str:
        start.wait()
        try:
            call()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(run, calls))


def test_two_officers_who_publish_a_policy_publish_it_once() -> None:
    world = county_with_zones()
    version = policy_checked(world)
    take_steps(world, version)
    for approver in (world.second_officer, officer()):
        approve_policy(actor=approver, now=PUBLISHES, version_id=version.pk)

    came = at_once(
        *(
            partial(publish_policy, actor=actor, now=PUBLISHES, version_id=version.pk)
            for actor in (world.officer, world.second_officer)
        )
    )

    assert came == ["done", "policy_moved_on"]
    assert AuditEvent.objects.filter(action="policy.published").count() == 1


def test_two_versions_published_at_once_leave_one_public() -> None:
    world = county_with_zones()
    versions = [policy_checked(world), policy_checked(world, version=2)]
    for version in versions:
        take_steps(world, version)
        for approver in (world.second_officer, officer()):
            approve_policy(actor=approver, now=PUBLISHES, version_id=version.pk)

    came = at_once(
        *(
            partial(publish_policy, actor=world.officer, now=PUBLISHES, version_id=version.pk)
            for version in versions
        )
    )

    assert came == ["another_policy_published", "done"]
    assert PolicyVersion.objects.filter(status=PolicyStatus.PUBLISHED).count() == 1


def test_two_people_who_approve_at_once_approve_it_together_and_one_twice_does_not() -> None:
    world = county_with_zones()
    version = policy_checked(world)
    take_steps(world, version)
    third = officer()

    came = at_once(
        *(
            partial(approve_policy, actor=actor, now=PUBLISHES, version_id=version.pk)
            for actor in (world.second_officer, world.second_officer, third)
        )
    )

    assert came in (["done", "done", "policy_approved_already"], ["done", "done", "policy_moved_on"])
    assert PolicyApproval.objects.count() == 2
    assert AuditEvent.objects.filter(action="policy.approved").count() == 1


def test_two_officers_who_open_a_refill_open_one_and_no_seat_is_lost() -> None:
    found = three_without_a_place()
    before = sum(PlanLine.objects.values_list("seats", flat=True))

    assert at_once(lambda: refilled(found), lambda: refilled(found)) == ["done", "refill_exists"]

    assert AdmissionRound.objects.filter(refill_of=found.round).count() == 1
    assert sum(PlanLine.objects.values_list("seats", flat=True)) == before


def test_a_refill_and_a_place_taken_back_at_once_never_give_a_seat_twice() -> None:
    found = three_without_a_place()
    gone = found.placed_at("A")[0]
    decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)

    came = at_once(
        lambda: refilled(found),
        lambda: restore_offer(actor=found.family(gone), now=SOON, application_id=gone.pk),
    )

    assert came in (["done", "done"], ["done", "place_given_on"])
    for line in PlanLine.objects.all():
        live = Offer.objects.filter(line=line, status__in=LIVE_OFFERS).count()
        assert (line.offers_live, live <= line.seats) == (live, True)
    assert faults(found) == []


def test_family_and_office_who_answer_for_one_child_at_once_leave_one_answer() -> None:
    found = published_round(("u0",))
    child = found.applications[0]

    came = at_once(
        lambda: confirm_offer(actor=found.families[0], now=SOON, application_id=child.pk),
        lambda: confirm_offer(
            actor=found.world.officer, now=SOON, application_id=child.pk, reason="by telephone"
        ),
    )

    assert came == ["answer_not_possible", "done"]
    assert OfferStep.objects.count() == AuditEvent.objects.filter(action="offer.confirmed").count() == 1


def test_a_place_taken_back_while_it_is_given_on_has_one_child() -> None:
    found = published_round(seats={"A": (0, 2), "B": (3, 0)}, accepts_coordination=False)
    gone = found.placed_at("A")[0]
    decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)

    came = at_once(
        lambda: give_places_on(actor=found.world.officer, now=LATER, round_id=found.round.pk),
        lambda: restore_offer(actor=found.family(gone), now=LATER, application_id=gone.pk),
    )

    assert came in (["done", "done"], ["done", "place_given_on"])
    assert Offer.objects.filter(status__in=LIVE_OFFERS, line__line_id="A.zone").count() == 2
    assert faults(found) == []


def test_two_officers_who_add_a_child_left_off_add_it_once() -> None:
    found, missed = left_off({"A": (0, 5), "B": (3, 4)})

    def add() -> object:
        return add_left_off(
            actor=found.world.officer, now=LATER, application_id=missed.pk, reason="lost on the way"
        )

    assert at_once(add, add, lambda: give_places_on(actor=None, now=LATER, round_id=found.round.pk)) == [
        "done",
        "done",
        "not_left_off",
    ]
    assert AuditEvent.objects.filter(action="child.added_after_draw").count() == 1
    assert faults(found) == []


def test_closing_does_not_wait_for_an_officer_who_waits_for_closing() -> None:
    # given an officer who has an application in hand and has not asked for the round yet
    world = county_with_zones()
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0") for number in add_children(world, ["u0"])])
    in_hand, asking = Event(), Event()

    def review() -> str:
        try:
            with transaction.atomic():
                lock_application(Application.objects.get().pk)
                in_hand.set()
                asking.wait(PATIENCE)
                share_open_round(opened.pk)
        except NotOpen as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    def close() -> str:
        in_hand.wait(PATIENCE)
        try:
            with transaction.atomic():
                entries_closed(world, opened)
                asking.set()
        finally:
            connection.close()
        return "done"

    # when the entries are closed meanwhile
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(review), pool.submit(close)]

    # then both come to an end, and the officer is told
    assert [call.result() for call in calls] == ["round_not_open", "done"]
    assert EntryList.objects.count() == 1


def _receipts(found: PublishedRound) -> Sequence[ListedReceipt]:
    rows = found.placed_at("A")
    return [ListedReceipt(place, row.receipt.receipt) for place, row in enumerate(rows, start=1)]


def test_a_school_and_the_office_who_enrol_the_same_children_enrol_each_once() -> None:
    found = published_round()
    listed, done = _receipts(found), list[Enrolled]()

    def enrol() -> None:
        done.append(
            enrol_offers(
                actor=found.world.officer,
                now=LATER,
                round_id=found.round.pk,
                school_code="A",
                receipts=listed,
            )
        )

    assert at_once(enrol, enrol) == ["done", "done"]
    assert sorted((one.added, one.known) for one in done) == [(0, 2), (2, 0)]
    assert OfferStep.objects.filter(action="enrol").count() == 2
    assert AuditEvent.objects.filter(action="children.enrolled").count() == 1


def test_an_enrolment_killed_halfway_wrote_nothing_and_is_done_again_whole(tmp_path: Path) -> None:
    # given a command that has changed the offers and now waits for the log
    found = published_round()
    path = tmp_path / "arrived.csv"
    path.write_text("\n".join(["报名号", *(row.receipt for row in _receipts(found))]), encoding="utf-8")
    named = ["--district=410181", "--stage=primary", "--year=2026", "--school=A"]
    command = [
        sys.executable,
        "manage.py",
        "enrol_children",
        f"--file={path}",
        *named,
        f"--at={LATER.isoformat()}",
    ]
    environment = {**os.environ, "DATABASE_URL": database_url()}

    # when it is killed there
    with held("LOCK TABLE accounts_auditevent IN SHARE MODE"):
        halfway = subprocess.Popen(command, cwd=BASE, env=environment)
        wait_until(somebody_waits)
        halfway.send_signal(signal.SIGKILL)
        halfway.wait()

    # then nothing of it is there, and the same command enrols everybody
    assert not Offer.objects.filter(status=OfferStatus.ENROLLED).exists()
    assert not OfferStep.objects.exists()
    subprocess.run(command, cwd=BASE, env=environment, check=True, timeout=PATIENCE)
    assert Offer.objects.filter(status=OfferStatus.ENROLLED).count() == 2
    assert OfferStep.objects.filter(action="enrol").count() == 2
    assert AuditEvent.objects.filter(action="children.enrolled").count() == 1
