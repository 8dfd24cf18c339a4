"""Applications: one per child and round, whoever files, however often, however many at once."""

import threading
from datetime import date, datetime
from typing import Any, cast

import pytest
from django.db import connection, transaction

from accounts.models import AuditEvent, User
from accounts.sealing import open_sealed
from admissions.models import AdmissionRound, Application, ApplicationChoice, ChildReceipt
from admissions.rules.facts import Fact, FactName, FactSource
from admissions.rules.status import Action as Step
from admissions.selectors.applications import NoSuchApplication
from admissions.services.applications import (
    AlreadyFiled,
    ApplicationRefused,
    MalformedForm,
    file_application,
    file_applications,
)
from admissions.services.receipts import give_receipts, with_check_digit
from admissions.services.review import (
    accept_as_they_stand,
    review_application,
    withdraw_application,
)
from admissions.services.steps import NotOpen, ReviewNotOver, StepNotPossible
from common.errors import MalformedInput, NotPermitted
from tests.services.accounts_world import auditor, guardian
from tests.services.round_world import (
    AFTER_CLOSING,
    OPENS,
    WHILE_OPEN,
    RoundWorld,
    add_children,
    county_with_zones,
    form,
    identity,
    round_open,
)

pytestmark = pytest.mark.django_db


def reasons_of(refusal: ApplicationRefused) -> list[dict[str, str]]:
    return cast(list[dict[str, str]], refusal.details["reasons"])


def one_child() -> tuple[RoundWorld, AdmissionRound, str]:
    world = county_with_zones()
    (number,) = add_children(world, ["u0"])
    return world, round_open(world), number


def test_a_child_whose_facts_are_known_is_accepted_without_a_document() -> None:
    _, opened, number = one_child()
    filed = file_application(
        actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(number, "u0", private_schools=("P",))
    )
    assert (filed.status, filed.category, filed.tier) == ("accepted", "registered_and_living", 1)
    listed = ApplicationChoice.objects.filter(application=filed).order_by("position")
    assert [(row.line.line_id, row.choice) for row in listed] == [("P.private_open", 1), ("A.zone", 2)]
    assert AuditEvent.objects.filter(action="application.filed", subject_id=str(filed.pk)).count() == 1


def test_names_and_numbers_are_sealed_and_bound_to_their_field() -> None:
    _, opened, number = one_child()
    filed = file_application(actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(number, "u0"))
    row = Application.objects.get(pk=filed.pk)
    assert number.encode() not in bytes(row.identity_sealed)
    opened_text = open_sealed(
        row.identity_sealed, table="admissions_application", row_id=row.pk, field="identity_sealed"
    )
    assert opened_text == number


def test_filing_order_leaves_no_trace_in_the_receipt() -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u1", "u2"])
    opened = round_open(world)
    forwards = [form(number, "u0") for number in numbers]
    filed = file_applications(
        actor=world.officer, now=WHILE_OPEN, round_id=opened.pk, forms=forwards, source="x"
    )
    receipts = {row.child_index: row.receipt.receipt for row in filed.applications}
    for row in filed.applications:
        withdraw_application(actor=world.officer, now=WHILE_OPEN, application_id=row.pk)
    again = file_applications(
        actor=world.officer, now=WHILE_OPEN, round_id=opened.pk, forms=forwards[::-1], source="x"
    )
    assert {row.child_index: row.receipt.receipt for row in again.applications} == receipts
    assert ChildReceipt.objects.count() == 3


def test_a_second_application_of_a_child_is_refused_even_by_another_guardian() -> None:
    _, opened, number = one_child()
    file_application(actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(number, "u0"))
    other = guardian("+8613800000002")
    with pytest.raises(AlreadyFiled), transaction.atomic():
        file_application(actor=other, now=WHILE_OPEN, round_id=opened.pk, form=form(number.lower(), "u0"))
    assert Application.objects.count() == 1


@pytest.mark.parametrize("moment", [OPENS.replace(hour=7, minute=59), AFTER_CLOSING])
def test_nobody_files_before_or_after_the_window(moment: datetime) -> None:
    _, opened, number = one_child()
    with pytest.raises(NotOpen), transaction.atomic():
        file_application(actor=guardian(), now=moment, round_id=opened.pk, form=form(number, "u0"))
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("number", "birth_on"),
    [
        ("99010120200304002", date(2020, 3, 4)),
        (identity(1)[:-1] + "?", date(2020, 3, 4)),
        (identity(1), date(2020, 3, 5)),
    ],
)
def test_a_mistyped_number_is_refused_with_its_field(number: str, birth_on: date | None) -> None:
    _, opened, _ = one_child()
    written = form(number, "u0")
    wrong = type(written)(
        **{**{name: getattr(written, name) for name in written.__slots__}, "birth_on": birth_on}
    )
    with pytest.raises(MalformedForm) as refusal, transaction.atomic():
        file_application(actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=wrong)
    assert refusal.value.details["field"] == "identity_number"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"private_schools": ("P", "P")}, "private_choices_exceeded"),
        ({"private_schools": ("nowhere",)}, "school_not_in_round"),
        ({"public_schools": ("B",)}, "no_category"),
    ],
)
def test_a_list_against_the_rules_is_refused_with_all_reasons_in_both_languages(
    more: dict[str, Any], code: str | None
) -> None:
    _, opened, number = one_child()
    with pytest.raises(ApplicationRefused) as refusal, transaction.atomic():
        file_application(
            actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(number, "u0", **more)
        )
    reasons = reasons_of(refusal.value)
    assert code in [reason["code"] for reason in reasons]
    assert all(reason["zh"] and reason["en"] for reason in reasons)
    assert not Application.objects.exists()


def test_a_child_too_young_is_refused() -> None:
    world = county_with_zones()
    opened = round_open(world)
    born_on = date(2020, 9, 1)
    young = form(identity(7, born_on), "u0")
    young = type(young)(**{**{name: getattr(young, name) for name in young.__slots__}, "birth_on": born_on})
    with pytest.raises(ApplicationRefused) as refusal, transaction.atomic():
        file_application(actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=young)
    assert "too_young" in [reason["code"] for reason in reasons_of(refusal.value)]


def test_a_child_outside_the_census_waits_for_review_until_an_officer_proves_the_facts() -> None:
    world, opened, _ = one_child()
    filed = file_application(
        actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(identity(77), "u0")
    )
    assert filed.status == "filed"
    seen = date(2026, 6, 20)
    proved = [
        Fact(FactName.REGISTRATION_DISTRICT, "410181", FactSource.OFFICER, seen, "officer"),
        Fact(FactName.REGISTRATION_UNIT, "u0", FactSource.OFFICER, seen, "officer"),
        Fact(FactName.REGISTRATION_KIND, "family", FactSource.OFFICER, seen, "officer"),
        Fact(FactName.REGISTRATION_SINCE, date(2021, 1, 1), FactSource.OFFICER, seen, "officer"),
    ]
    review_application(
        actor=world.officer, now=WHILE_OPEN, application_id=filed.pk, step=Step.ACCEPT, facts=proved
    )
    filed.refresh_from_db()
    assert (filed.status, filed.category) == ("accepted", "registered_only")


def test_review_needs_a_reason_to_refuse_and_the_right_to_do_it() -> None:
    world, opened, _ = one_child()
    filed = file_application(
        actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(identity(78), "u0")
    )
    with pytest.raises(MalformedInput), transaction.atomic():
        review_application(actor=world.officer, now=WHILE_OPEN, application_id=filed.pk, step=Step.REFUSE)
    with pytest.raises(NotPermitted), transaction.atomic():
        review_application(actor=auditor(), now=WHILE_OPEN, application_id=filed.pk, step=Step.ACCEPT)
    with pytest.raises(StepNotPossible), transaction.atomic():
        review_application(actor=world.officer, now=WHILE_OPEN, application_id=filed.pk, step=Step.REOPEN)
    filed.refresh_from_db()
    assert filed.status == "filed"


def test_another_guardian_can_neither_see_nor_withdraw() -> None:
    _, opened, number = one_child()
    filed = file_application(actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(number, "u0"))
    with pytest.raises(NoSuchApplication), transaction.atomic():
        withdraw_application(actor=guardian("+8613800000002"), now=WHILE_OPEN, application_id=filed.pk)
    filed.refresh_from_db()
    assert filed.status == "accepted"


def test_withdrawal_after_closing_is_refused() -> None:
    _, opened, number = one_child()
    actor = guardian()
    filed = file_application(actor=actor, now=WHILE_OPEN, round_id=opened.pk, form=form(number, "u0"))
    with pytest.raises(NotOpen), transaction.atomic():
        withdraw_application(actor=actor, now=AFTER_CLOSING, application_id=filed.pk)


def test_a_file_keeps_its_good_forms_and_names_the_bad_ones() -> None:
    world, opened, number = one_child()
    forms = [
        form(number, "u0"),
        form("123", "u0"),
        form(number, "u0"),
        form(identity(9), "u0", private_schools=("Z",)),
    ]
    filed = file_applications(
        actor=world.officer, now=WHILE_OPEN, round_id=opened.pk, forms=forms, source="portal"
    )
    assert len(filed.applications) == 1
    assert [(item.index, item.problem.code) for item in filed.refused] == [
        (1, "malformed_form"),
        (2, "already_filed"),
        (3, "application_refused"),
    ]
    with pytest.raises(NotPermitted), transaction.atomic():
        file_applications(actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, forms=forms, source="portal")


def test_what_nobody_proved_counts_for_nothing_once_review_is_over() -> None:
    world, opened, number = one_child()
    file_application(actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=form(number, "u0"))
    waiting = file_application(
        actor=guardian("+8613800000002"), now=WHILE_OPEN, round_id=opened.pk, form=form(identity(77), "u0")
    )
    with pytest.raises(ReviewNotOver), transaction.atomic():
        accept_as_they_stand(actor=world.officer, now=WHILE_OPEN, round_id=opened.pk)
    assert accept_as_they_stand(actor=world.officer, now=AFTER_CLOSING, round_id=opened.pk) == 1
    waiting.refresh_from_db()
    assert (waiting.status, waiting.category, waiting.unit_code) == ("accepted", "", "u0")
    assert {fact["source"] for fact in waiting.facts} == set()
    assert AuditEvent.objects.filter(action="applications.accepted_as_they_stand").count() == 1


def test_receipts_carry_a_luhn_check_digit() -> None:
    assert with_check_digit("7992739871") == "79927398713"  # the worked example of the standard


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("filed_and_withdrawn_before", [False, True])
def test_two_guardians_filing_for_one_child_at_once_leave_one_application(
    filed_and_withdrawn_before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, opened, number = one_child()
    if filed_and_withdrawn_before:
        first = file_application(
            actor=world.officer, now=WHILE_OPEN, round_id=opened.pk, form=form(number, "u0")
        )
        withdraw_application(actor=world.officer, now=WHILE_OPEN, application_id=first.pk)
    actors = [guardian("+8613800000001"), guardian("+8613800000002")]
    barrier, outcomes = threading.Barrier(2), []

    def together(*arguments: Any) -> dict[str, ChildReceipt]:
        barrier.wait(timeout=20)  # both have judged the form and neither has stored anything
        return give_receipts(*arguments)

    monkeypatch.setattr("admissions.services.applications.give_receipts", together)

    def file(actor: User) -> None:
        try:
            file_application(actor=actor, now=WHILE_OPEN, round_id=opened.pk, form=form(number, "u0"))
            outcomes.append("filed")
        except AlreadyFiled:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=file, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["filed", "refused"]
    assert Application.objects.exclude(status="withdrawn").count() == ChildReceipt.objects.count() == 1


def test_where_private_and_public_exclude_each_other_a_private_list_stays_private() -> None:
    world = county_with_zones()
    (number,) = add_children(world, ["u0"])
    private = {
        "choices": 1,
        "exclusive": True,
        "loser": "after_all",
        "adjustment": True,
        "refill": "none",
        "winner_may_decline": False,
    }
    opened = round_open(world, private=private)
    only = form(number, "u0", private_schools=("P",))
    filed = file_application(actor=guardian(), now=WHILE_OPEN, round_id=opened.pk, form=only)
    assert [choice.line.line_id for choice in filed.choices.all()] == ["P.private_open"]
    withdraw_application(actor=world.officer, now=WHILE_OPEN, application_id=filed.pk)
    both = form(number, "u0", private_schools=("P",), public_schools=("A",))
    with pytest.raises(ApplicationRefused) as refusal, transaction.atomic():
        file_application(actor=guardian("+8613800000002"), now=WHILE_OPEN, round_id=opened.pk, form=both)
    assert [reason["code"] for reason in reasons_of(refusal.value)] == ["private_and_public"]
