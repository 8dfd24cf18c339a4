"""The entry list closes when families can say nothing any more, and when all that they said is decided."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils.translation import override

from accounts.models import AuditEvent, JobRun, User
from admissions.models import AdmissionRound, Application, EntryList
from admissions.rules.status import Action as Step
from admissions.selectors.applications import list_applications
from admissions.selectors.overview import RoundOverview, round_overview
from admissions.services.applications import file_application
from admissions.services.asking import ask_again
from admissions.services.closing import ObjectionsUndecided, Unreviewed, close_entries
from admissions.services.review import (
    TooLateToRefuse,
    accept_as_they_stand,
    object_to_refusal,
    review_application,
)
from admissions.services.steps import NotOpen, ReviewNotOver
from admissions.tasks import request_closing
from tests.services.accounts_world import guardian
from tests.services.round_world import (
    CHINA,
    NAMES,
    WHILE_OPEN,
    RoundWorld,
    add_children,
    county_with_zones,
    form,
    identity,
    round_open,
)

pytestmark = pytest.mark.django_db
REVIEW_OVER = datetime(2026, 7, 6, 18, tzinfo=CHINA)  # `review_until` of the policy, an excluded end
LAST_INSTANT = REVIEW_OVER - timedelta(microseconds=1)


def closed(world: RoundWorld, found: AdmissionRound, now: datetime) -> EntryList:
    with transaction.atomic():
        return close_entries(actor=world.officer, now=now, round_id=found.pk, public_value_names=NAMES)


def decided(
    world: RoundWorld, row: Application, step: Step, now: datetime, reason: str = "不在学区"
) -> Application:
    with transaction.atomic():
        return review_application(
            actor=world.officer, now=now, application_id=row.pk, step=step, reason=reason
        )


def refused(world: RoundWorld, found: AdmissionRound) -> tuple[User, Application]:
    """A child whom the census does not know, and whose application was refused while families could object."""
    family = guardian()
    row = file_application(actor=family, now=WHILE_OPEN, round_id=found.pk, form=form(identity(77), "u0"))
    return family, decided(world, row, Step.REFUSE, WHILE_OPEN)


def seen(found: AdmissionRound, now: datetime) -> RoundOverview:
    found.refresh_from_db()
    return round_overview(found, now)


def blocked_by(found: AdmissionRound, now: datetime) -> str:
    with override("en"):
        return next(step.blocked_by for step in seen(found, now).steps if step.code == "close")


def test_the_list_closes_the_moment_review_is_over_and_not_an_instant_before() -> None:
    world = county_with_zones()
    opened = round_open(world)
    events = AuditEvent.objects.count()

    with pytest.raises(ReviewNotOver) as refusal:
        closed(world, opened, LAST_INSTANT)
    assert refusal.value.details == {"until": "2026-07-06T18:00:00+08:00"}
    assert (EntryList.objects.count(), AuditEvent.objects.count()) == (0, events)

    assert closed(world, opened, REVIEW_OVER).closed_at == REVIEW_OVER


def test_a_family_objects_until_the_list_can_be_closed_and_never_finds_it_closed_before() -> None:
    # given a refused family, everything else decided
    world = county_with_zones()
    opened = round_open(world)
    family, row = refused(world, opened)

    # when the office would close in the last instant in which the family may object, then it cannot, and the family can
    with pytest.raises(ReviewNotOver):
        closed(world, opened, LAST_INSTANT)
    with transaction.atomic():
        object_to_refusal(actor=family, now=LAST_INSTANT, application_id=row.pk)
        transaction.set_rollback(True)

    # and an instant later it is the other way round
    with pytest.raises(NotOpen), transaction.atomic():
        object_to_refusal(actor=family, now=REVIEW_OVER, application_id=row.pk)
    assert closed(world, opened, REVIEW_OVER).entry_count == 0


def test_an_objection_keeps_the_list_open_until_an_officer_has_decided_it() -> None:
    # given an objection, and a child that only waits for its papers
    world = county_with_zones()
    opened = round_open(world)
    family, row = refused(world, opened)
    object_to_refusal(actor=family, now=LAST_INSTANT, application_id=row.pk)
    waiting = form(identity(78), "u0")
    file_application(actor=guardian("+8613800000002"), now=WHILE_OPEN, round_id=opened.pk, form=waiting)
    assert blocked_by(opened, REVIEW_OVER) == "1 objections are not decided yet."

    # when what waits is accepted as it stands, then the objection is not: nobody has looked at it
    with pytest.raises(ObjectionsUndecided) as refusal:
        closed(world, opened, REVIEW_OVER)
    assert refusal.value.details == {"objections": 1}
    assert accept_as_they_stand(actor=world.officer, now=REVIEW_OVER, round_id=opened.pk) == 1
    with pytest.raises(ObjectionsUndecided):
        closed(world, opened, REVIEW_OVER)
    assert [item.pk for item in list_applications(opened, objecting=True)] == [row.pk]

    # and once an officer has refused it for good, the list closes
    assert decided(world, row, Step.REFUSE, REVIEW_OVER).status == "refused"
    assert closed(world, opened, REVIEW_OVER).entry_count == 1


def test_an_objection_is_not_accepted_by_the_way_when_registers_are_asked_again() -> None:
    # given a refused child of the census, all of whose facts are proved
    world = county_with_zones()
    number = add_children(world, ["u0"])[0]
    opened = round_open(world)
    family = guardian()
    row = file_application(actor=family, now=WHILE_OPEN, round_id=opened.pk, form=form(number, "u0"))
    decided(world, row, Step.REOPEN, WHILE_OPEN)
    decided(world, row, Step.REFUSE, WHILE_OPEN)
    object_to_refusal(actor=family, now=WHILE_OPEN, application_id=row.pk)

    assert ask_again(actor=world.officer, now=WHILE_OPEN, application_id=row.pk).status == "filed"


@pytest.mark.parametrize("step", [Step.REFUSE, Step.RETURN])
def test_nobody_is_turned_away_once_nothing_can_be_said_against_it(step: Step) -> None:
    world = county_with_zones()
    opened = round_open(world)
    row = file_application(
        actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(identity(77), "u0")
    )
    with pytest.raises(TooLateToRefuse):
        decided(world, row, step, REVIEW_OVER)
    row.refresh_from_db()
    assert (row.status, row.review_reason) == ("filed", "")
    assert decided(world, row, step, LAST_INSTANT).status in ("refused", "returned")


def test_a_refusal_that_an_officer_looks_at_again_can_be_refused_or_accepted_late() -> None:
    world = county_with_zones()
    opened = round_open(world)
    _, row = refused(world, opened)
    again = decided(world, row, Step.REOPEN, REVIEW_OVER)
    assert (again.status, again.review_reason) == ("filed", "不在学区")
    with pytest.raises(ObjectionsUndecided):
        closed(world, opened, REVIEW_OVER)
    accepted = decided(world, row, Step.ACCEPT, REVIEW_OVER)
    assert (accepted.status, accepted.review_reason) == ("accepted", "")


def test_other_undecided_applications_are_still_told_apart_from_objections() -> None:
    world = county_with_zones()
    opened = round_open(world)
    file_application(actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(identity(77), "u0"))
    with pytest.raises(Unreviewed) as refusal:
        closed(world, opened, REVIEW_OVER)
    assert refusal.value.details == {"pending": 1}
    assert blocked_by(opened, REVIEW_OVER) == "1 applications are not decided yet."
    overview = seen(opened, REVIEW_OVER)
    assert (overview.objections, overview.others_waiting, overview.is_review_over) == (0, 1, True)


def test_the_officers_page_says_until_when_the_list_stays_open() -> None:
    world = county_with_zones()
    opened = round_open(world)
    overview = seen(opened, LAST_INSTANT)
    assert (overview.waits_for_closing, overview.is_review_over) == (True, False)
    assert "object until" in blocked_by(opened, LAST_INSTANT)
    assert blocked_by(opened, REVIEW_OVER) == ""
    assert not seen(opened, WHILE_OPEN).waits_for_closing


def test_an_officer_who_asks_too_early_is_told_at_once_and_no_job_is_left() -> None:
    world = county_with_zones()
    opened = round_open(world)
    with pytest.raises(ReviewNotOver):
        request_closing(actor=world.officer, now=LAST_INSTANT, admission_round=opened, names=NAMES)
    assert not JobRun.objects.exists()
    request_closing(actor=world.officer, now=REVIEW_OVER, admission_round=opened, names=NAMES)
    assert JobRun.objects.count() == 1
