"""Zones in force: never two at once, never unlawful ones of our own making, taken back only with a reason."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import AuditEvent
from admissions.models import AdmissionRound
from geo_data.models import Stage
from tests.services.accounts_world import officer
from tests.services.worlds import DISTRICT, NOON, small_county
from zoning.models import ZonePlan, ZonePublication
from zoning.selectors.plans import NoSuchPlan
from zoning.selectors.publications import NoSuchPublication, find_publication, list_publications
from zoning.services.plans import import_plan, move_units
from zoning.services.publications import (
    AlreadyWithdrawn,
    PeriodHoldsNoDay,
    PeriodsOverlap,
    PlanNotLawful,
    PublicationInUse,
    WithdrawalWithoutReason,
    publish_plan,
    withdraw_publication,
)

HALVES = [("u0", ["A"]), ("u1", ["A"]), ("u2", ["B"]), ("u3", ["B"])]
FIRST, LAST_EXCLUDED = date(2026, 9, 1), date(2027, 9, 1)


def a_plan(*, code: str = DISTRICT) -> ZonePlan:
    small_county(code=code)
    return import_plan(actor=None, now=NOON, district_code=code, stage=Stage.PRIMARY, rows=HALVES)


def publish(plan: ZonePlan, from_on: date = FIRST, until_on: date | None = LAST_EXCLUDED) -> ZonePublication:
    return publish_plan(actor=None, now=NOON, plan_id=plan.pk, from_on=from_on, until_on=until_on)


@pytest.mark.django_db
def test_a_plan_is_in_force_from_its_first_day_until_the_day_before_its_last() -> None:
    plan, person = a_plan(), officer()

    publication = publish_plan(
        actor=person,
        now=NOON,
        plan_id=plan.pk,
        from_on=FIRST,
        until_on=LAST_EXCLUDED,
        document_number="教基〔2026〕3号",
    )

    def on(day: date) -> ZonePublication | None:
        return find_publication(DISTRICT, Stage.PRIMARY, day)

    assert on(date(2026, 8, 31)) is None
    assert on(date(2026, 9, 1)) == publication
    assert on(date(2027, 8, 31)) == publication
    assert on(date(2027, 9, 1)) is None
    assert find_publication(DISTRICT, Stage.JUNIOR, FIRST) is None
    event = AuditEvent.objects.get(action="zones.published")
    assert (event.actor, event.subject_id) == (person, str(publication.pk))
    assert event.details["from"] == "2026-09-01"
    assert event.details["document_number"] == "教基〔2026〕3号"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("from_on", "until_on", "overlaps"),
    [
        (date(2025, 9, 1), date(2026, 9, 1), False),
        (date(2025, 9, 1), date(2026, 9, 2), True),
        (date(2027, 8, 31), None, True),
        (date(2027, 9, 1), None, False),
        (date(2026, 1, 1), None, True),
    ],
)
def test_periods_may_touch_and_never_overlap(from_on: date, until_on: date | None, overlaps: bool) -> None:
    plan = a_plan()
    first = publish(plan)

    if not overlaps:
        publish(plan, from_on, until_on)
        return
    with pytest.raises(PeriodsOverlap) as refusal:
        publish(plan, from_on, until_on)
    assert refusal.value.details["publication"] == str(first.pk)
    assert AuditEvent.objects.filter(action="zones.published").count() == 1


@pytest.mark.django_db
def test_another_district_and_another_stage_have_periods_of_their_own() -> None:
    publish(a_plan())

    publish(a_plan(code="410182"))

    assert ZonePublication.objects.count() == 2


@pytest.mark.django_db
def test_an_unlawful_edit_cannot_be_published() -> None:
    draft = move_units(actor=None, now=NOON, plan_id=a_plan().pk, moves={"u1": "B"}, reason="trial")

    with pytest.raises(PlanNotLawful) as refusal:
        publish(draft)

    assert refusal.value.details["violations"] == draft.report["violations"]
    assert not ZonePublication.objects.exists()


@pytest.mark.django_db
def test_zones_decided_elsewhere_are_published_as_they_are() -> None:
    small_county()
    overfull = [("u0", ["A"]), ("u1", ["A"]), ("u2", ["A"]), ("u3", ["B"])]
    plan = import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=overfull)

    publish(plan)

    assert not plan.lawful
    assert ZonePublication.objects.get().plan == plan


@pytest.mark.django_db
def test_refused_publications_write_nothing() -> None:
    plan = a_plan()

    with pytest.raises(PeriodHoldsNoDay):
        publish(plan, FIRST, FIRST)
    with pytest.raises(NoSuchPlan):
        publish_plan(actor=None, now=NOON, plan_id=uuid4(), from_on=FIRST, until_on=None)

    assert not ZonePublication.objects.exists()
    assert not AuditEvent.objects.filter(action="zones.published").exists()


@pytest.mark.django_db
def test_a_withdrawn_publication_stays_on_record_and_frees_its_period() -> None:
    plan = a_plan()
    publication = publish(plan)

    withdraw_publication(actor=None, now=NOON, publication_id=publication.pk, reason="wrong year")

    again = publish(plan)
    assert find_publication(DISTRICT, Stage.PRIMARY, FIRST) == again
    assert set(list_publications(DISTRICT)) == {publication, again}
    assert AuditEvent.objects.get(action="zones.withdrawn").details == {"reason": "wrong year"}


@pytest.mark.django_db
def test_refused_withdrawals() -> None:
    publication = publish(a_plan())

    with pytest.raises(WithdrawalWithoutReason):
        withdraw_publication(actor=None, now=NOON, publication_id=publication.pk, reason=" ")
    with pytest.raises(NoSuchPublication):
        withdraw_publication(actor=None, now=NOON, publication_id=uuid4(), reason="none")
    withdraw_publication(actor=None, now=NOON, publication_id=publication.pk, reason="wrong year")
    with pytest.raises(AlreadyWithdrawn):
        withdraw_publication(actor=None, now=NOON, publication_id=publication.pk, reason="again")

    assert AuditEvent.objects.filter(action="zones.withdrawn").count() == 1


@pytest.mark.django_db
def test_zones_that_a_round_is_built_on_are_not_withdrawn() -> None:
    publication = publish(a_plan())
    AdmissionRound.objects.create(
        district_id=DISTRICT,
        stage=Stage.PRIMARY,
        year=2026,
        name="2026",
        policy={},
        policy_digest="0" * 64,
        publication=publication,
        created_at=NOON,
    )

    with pytest.raises(PublicationInUse):
        withdraw_publication(actor=None, now=NOON, publication_id=publication.pk, reason="wrong year")

    publication.refresh_from_db()
    assert publication.withdrawn_at is None


@pytest.mark.django_db
def test_the_database_itself_refuses_overlaps_changes_and_deletion() -> None:
    plan = a_plan()
    publish(plan)

    with pytest.raises(IntegrityError, match="publication_no_overlap"), transaction.atomic():
        insert_unasked(plan)
    with pytest.raises(InternalError), transaction.atomic():
        ZonePublication.objects.update(in_force=DateRange(date(2020, 1, 1), None))
    with pytest.raises(InternalError), transaction.atomic():
        ZonePublication.objects.all().delete()


@pytest.mark.django_db
def test_the_command_publishes_the_latest_lawful_version() -> None:
    lawful = a_plan()
    move_units(actor=None, now=NOON, plan_id=lawful.pk, moves={"u1": "B"}, reason="trial")
    words = ["--district", DISTRICT, "--stage", "primary", "--from", "2026-09-01"]

    call_command("publish_zones", *words, verbosity=0)

    assert ZonePublication.objects.get().plan == lawful
    with pytest.raises(CommandError, match="plan_not_lawful"):
        call_command("publish_zones", *words, "--plan", "2", verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_without_our_lock_two_publishers_race_and_the_constraint_lets_one_through() -> None:
    plan = a_plan()

    ends = at_once(lambda: insert_unasked(plan), lambda: insert_unasked(plan))

    assert sorted(ends) == ["IntegrityError", "done"]
    assert ZonePublication.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_publishers_at_once_one_is_told_that_the_period_is_taken() -> None:
    plan = a_plan()

    ends = at_once(lambda: publish(plan), lambda: publish(plan))

    assert sorted(ends) == ["PeriodsOverlap", "done"]
    assert ZonePublication.objects.count() == 1
    assert AuditEvent.objects.filter(action="zones.published").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_versions_made_at_once_get_two_numbers() -> None:
    plan = a_plan()

    def edit(unit: str, zone: str) -> object:
        return move_units(actor=None, now=NOON, plan_id=plan.pk, moves={unit: zone}, reason="at once")

    ends = at_once(lambda: edit("u1", "B"), lambda: edit("u2", "A"))

    assert ends == ["done", "done"]
    assert set(ZonePlan.objects.values_list("number", flat=True)) == {1, 2, 3}


def insert_unasked(plan: ZonePlan) -> None:
    """Write a publication past the service: nobody looks whether the period is free."""
    ZonePublication.objects.create(
        plan=plan,
        district_id=plan.district_id,
        stage=plan.stage,
        in_force=DateRange(FIRST, LAST_EXCLUDED),
        published_at=datetime(2026, 3, 2, tzinfo=UTC),
    )


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Run the calls side by side on connections of their own, and say how each ended."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> str:
        try:
            with transaction.atomic():
                connection.ensure_connection()
                barrier.wait(timeout=10)
                call()
        except Exception as error:  # noqa: BLE001 - how it ended is the answer
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
