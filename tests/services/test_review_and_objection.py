"""Review: whose word a fact is after it, what a refused family can do, and what an officer is shown to look at."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from accounts.models import AuditEvent
from admissions.rules.facts import Fact, FactName, FactSource
from admissions.rules.status import Action as Step
from admissions.selectors.applications import NoSuchApplication
from admissions.selectors.residence import residence_standing
from admissions.selectors.withdrawals import list_withdrawals_near_line
from admissions.services.applications import file_application
from admissions.services.review import object_to_refusal, review_application, withdraw_application
from admissions.services.steps import NotOpen, StepNotPossible
from tests.services.accounts_world import guardian
from tests.services.round_world import (
    CHINA,
    WHILE_OPEN,
    add_children,
    county_with_zones,
    form,
    identity,
    round_open,
)

pytestmark = pytest.mark.django_db
REVIEW_OVER = datetime(2026, 7, 6, 18, tzinfo=CHINA)


def test_an_officer_who_accepts_stands_behind_what_the_family_declared() -> None:
    world = county_with_zones()
    opened = round_open(world)
    filed = file_application(
        actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(identity(77), "u0")
    )
    assert filed.status == "filed"
    assert {fact["source"] for fact in filed.facts} == {"declared"}
    accepted = review_application(
        actor=world.officer, now=WHILE_OPEN, application_id=filed.pk, step=Step.ACCEPT
    )
    found = {fact["name"]: (fact["source"], fact["verifier"]) for fact in accepted.facts}
    assert found["birth_date"] == ("officer", str(world.officer.pk))
    assert found["dwelling_unit"] == ("officer", str(world.officer.pk))


def test_an_officers_own_finding_stands_over_what_the_family_declared() -> None:
    world = county_with_zones()
    opened = round_open(world)
    filed = file_application(
        actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(identity(77), "u0")
    )
    found = Fact(FactName.DWELLING_UNIT, "a2", FactSource.OFFICER, WHILE_OPEN.date(), str(world.officer.pk))
    accepted = review_application(
        actor=world.officer, now=WHILE_OPEN, application_id=filed.pk, step=Step.ACCEPT, facts=[found]
    )
    assert {fact["value"] for fact in accepted.facts if fact["name"] == "dwelling_unit"} == {"a2"}


def test_a_returned_application_leaves_the_familys_word_as_it_is() -> None:
    world = county_with_zones()
    opened = round_open(world)
    filed = file_application(
        actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(identity(77), "u0")
    )
    returned = review_application(
        actor=world.officer, now=WHILE_OPEN, application_id=filed.pk, step=Step.RETURN, reason="which door?"
    )
    assert {fact["source"] for fact in returned.facts} == {"declared"}


def test_a_refused_family_reads_why_and_objects_in_time() -> None:
    # given a refused application
    world = county_with_zones()
    opened = round_open(world)
    family = guardian()
    filed = file_application(actor=family, now=WHILE_OPEN, round_id=opened.pk, form=form(identity(77), "u0"))
    refused = review_application(
        actor=world.officer, now=WHILE_OPEN, application_id=filed.pk, step=Step.REFUSE, reason="wrong child"
    )
    assert refused.review_reason == "wrong child"

    # then nobody else objects, the family does until the time for review is over, and an officer accepts after all
    with pytest.raises(NoSuchApplication), transaction.atomic():
        object_to_refusal(actor=guardian("+8613800000099"), now=WHILE_OPEN, application_id=filed.pk)
    with pytest.raises(NotOpen), transaction.atomic():
        object_to_refusal(actor=family, now=REVIEW_OVER, application_id=filed.pk)
    objected = object_to_refusal(
        actor=family, now=REVIEW_OVER - timedelta(seconds=1), application_id=filed.pk
    )
    assert (objected.status, objected.review_reason) == ("filed", "wrong child")
    assert AuditEvent.objects.filter(action="application.objected").count() == 1
    accepted = review_application(
        actor=world.officer, now=WHILE_OPEN, application_id=filed.pk, step=Step.ACCEPT
    )
    assert (accepted.status, accepted.review_reason) == ("accepted", "")


def test_who_has_filed_anew_has_nothing_to_object_to() -> None:
    world = county_with_zones()
    opened = round_open(world)
    family = guardian()
    first = file_application(actor=family, now=WHILE_OPEN, round_id=opened.pk, form=form(identity(77), "u0"))
    review_application(
        actor=world.officer, now=WHILE_OPEN, application_id=first.pk, step=Step.REFUSE, reason="unreadable"
    )
    file_application(actor=family, now=WHILE_OPEN, round_id=opened.pk, form=form(identity(77), "u0"))
    with pytest.raises(StepNotPossible), transaction.atomic():
        object_to_refusal(actor=family, now=WHILE_OPEN, application_id=first.pk)


@pytest.mark.parametrize(("withdraw", "flagged"), [(2, True), (1, False), (0, False)])
def test_withdrawals_that_alone_keep_a_private_school_from_its_draw_are_flagged(
    withdraw: int, flagged: bool
) -> None:
    # given four children who list a private school of two seats
    world = county_with_zones()
    opened = round_open(world)
    numbers = add_children(world, ["u0"] * 4)
    rows = [
        file_application(
            actor=world.officer,
            now=WHILE_OPEN,
            round_id=opened.pk,
            form=form(number, "u0", private_schools=("P",)),
        )
        for number in numbers
    ]
    for row in rows[:withdraw]:
        withdraw_application(actor=world.officer, now=WHILE_OPEN, application_id=row.pk)
    if withdraw == 2:  # one of them files again, without the private school
        file_application(actor=world.officer, now=WHILE_OPEN, round_id=opened.pk, form=form(numbers[0], "u0"))
    found = [
        (item.line.line_id, item.applicants, item.withdrawn) for item in list_withdrawals_near_line(opened)
    ]
    assert found == ([("P.private_open", 2, 2)] if flagged else [])


def test_an_officer_reads_three_answers_on_residence_for_a_child_from_another_province_only() -> None:
    world = county_with_zones()
    opened = round_open(world)
    here, migrant = [
        *add_children(world, ["u0"]),
        *add_children(
            world,
            ["u0"],
            registration_district="340102",
            registration_unit=None,
            permit_valid_from="2025-06-22",
            permit_holder="guardian",
        ),
    ]
    rows = [
        file_application(actor=world.officer, now=WHILE_OPEN, round_id=opened.pk, form=form(number, "u0"))
        for number in (here, migrant)
    ]
    assert residence_standing(rows[0], "en") is None
    standing = residence_standing(rows[1], "en")
    assert standing is not None
    assert (standing.may_obtain.yes, standing.may_obtain.missing) == (None, ("lives in the county since",))
    assert (standing.is_valid.yes, standing.years) == (True, 1)  # the day that completes the year is included
