"""A family changes the form it filed: what stays, what comes anew, when it may, and two devices at once."""

import threading
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction
from pytest_django import Settings

from accounts.models import AuditEvent, User
from accounts.services.resealing import reseal
from admissions.models import AdmissionRound, Application, ApplicationVersion, ChildReceipt
from admissions.rules.application_form import changes_between
from admissions.rules.facts import Fact, FactName, FactSource
from admissions.rules.status import Action as Step
from admissions.selectors.applications import NoSuchApplication, may_amend
from admissions.selectors.withdrawals import list_withdrawals_near_line
from admissions.selectors.written_forms import (
    form_of_version,
    list_line_ids,
    list_versions,
    written_form,
)
from admissions.services.amending import AnotherChild, NothingChanged, amend_application
from admissions.services.applications import ApplicationForm, ApplicationRefused, file_application
from admissions.services.asking import ask_registers
from admissions.services.review import object_to_refusal, review_application, withdraw_application
from admissions.services.steps import ApplicationChanged, NotOpen, StepNotPossible
from common.errors import NotPermitted
from tests.policies import shipped_policy
from tests.services.accounts_world import auditor, guardian
from tests.services.look_ups_world import outside, registers_are
from tests.services.round_world import (
    CHINA,
    OPENS,
    WHILE_OPEN,
    RoundWorld,
    add_children,
    county_with_zones,
    entries_closed,
    form,
    identity,
    round_open,
)

pytestmark = pytest.mark.django_db
CLOSES = datetime(2026, 6, 22, 18, tzinfo=CHINA)
REVIEW_OVER = datetime(2026, 7, 6, 18, tzinfo=CHINA)
INSTANT = timedelta(microseconds=1)
LATER = WHILE_OPEN + timedelta(hours=3)


def filed_by(family: User, opened: AdmissionRound, number: str, unit: str = "u0", **more: Any) -> Application:
    written = form(number, unit, address="1 号楼", guardian_name="甲父", **more)
    return file_application(actor=family, now=WHILE_OPEN, round_id=opened.pk, form=written)


def proved_child(**more: Any) -> tuple[RoundWorld, AdmissionRound, User, Application]:
    """A child of the census, filed and accepted at once."""
    world = county_with_zones()
    (number,) = add_children(world, ["u0"])
    opened, family = round_open(world), guardian()
    return world, opened, family, filed_by(family, opened, number, **more)


def unknown_child(**more: Any) -> tuple[RoundWorld, AdmissionRound, User, Application]:
    """A child whom no register knows: everything is declared, and an officer will look."""
    world = county_with_zones()
    opened, family = round_open(world), guardian()
    return world, opened, family, filed_by(family, opened, identity(77), **more)


def amended(
    family: User, row: Application, *, now: datetime = LATER, version: int = 0, **changes: Any
) -> Application:
    row = Application.objects.get(pk=row.pk)
    new = replace(written_form(row), **changes)
    with transaction.atomic():
        return amend_application(
            actor=family, now=now, application_id=row.pk, version=version or row.version, form=new
        )


def decided(world: RoundWorld, row: Application, step: Step, now: datetime = WHILE_OPEN) -> Application:
    return review_application(
        actor=world.officer, now=now, application_id=row.pk, step=step, reason="楼号有误"
    )


def as_stored(row: Application) -> tuple[object, ...]:
    """All of an application that a refused change must leave as it was."""
    found = Application.objects.get(pk=row.pk)
    stored = {field.attname: getattr(found, field.attname) for field in Application._meta.concrete_fields}
    bytes_too = {
        name: bytes(value) if isinstance(value, memoryview) else value for name, value in stored.items()
    }
    counts = (ApplicationVersion.objects.count(), AuditEvent.objects.count())
    return (bytes_too, list_line_ids(found), counts)


def test_a_change_takes_the_place_of_the_form_and_keeps_receipt_and_history() -> None:
    # given an accepted application with a private school
    _, _, family, row = proved_child(private_schools=("P",))
    receipt, pk = row.receipt.receipt, row.pk
    assert list_line_ids(row) == ["P.private_open", "A.zone"]

    # when the family takes the school off and corrects the name
    after = amended(family, row, private_schools=(), child_name="样例乙")

    # then the same application says so, and is accepted as one that is filed so
    assert (after.pk, after.receipt.receipt, after.version, after.status) == (pk, receipt, 2, "accepted")
    assert (after.filed_at, after.changed_at) == (WHILE_OPEN, LATER)
    assert (list_line_ids(after), written_form(after).child_name) == (["A.zone"], "样例乙")
    assert (Application.objects.count(), ChildReceipt.objects.count()) == (1, 1)

    # and what stood before is kept, with everything that differs
    (version,) = list_versions(after)
    assert (version.number, version.status, version.line_ids) == (
        1,
        "accepted",
        ["P.private_open", "A.zone"],
    )
    assert (version.replaced_at, version.replaced_by, version.category) == (LATER, family, row.category)
    before = form_of_version(version)
    assert (before.child_name, before.address, before.private_schools) == ("样例", "1 号楼", ("P",))
    assert [change.field for change in changes_between(before, written_form(after))] == [
        "child_name",
        "private_schools",
    ]

    # and the log names the fields, not what they hold
    event = AuditEvent.objects.get(action="application.amended")
    assert event.details["changed"] == ["child_name", "private_schools"]
    assert (event.details["version"], event.details["receipt"]) == (2, receipt)
    assert "样例" not in str(event.details)


def test_every_field_of_a_form_comes_back_from_the_row_and_from_a_version() -> None:
    world = county_with_zones()
    opened, family = round_open(world), guardian()
    stated = Fact(FactName.SIBLING_SCHOOL, ("A",), FactSource.DECLARED, WHILE_OPEN.date())
    whole = ApplicationForm(
        identity_number=identity(77),
        child_name="样例",
        birth_on=date(2020, 3, 4),
        sex="female",
        unit_code="u0",
        address="1 号楼",
        guardian_name="甲父",
        phone="13800000001",
        private_schools=("P",),
        public_schools=("A",),
        accepts_coordination=False,
        accepts_adjustment=True,
        group_code="双胞胎",
        split_allowed=True,
        facts=(stated,),
    )
    default = ApplicationForm("", "", date(2020, 1, 1), "")
    for field in fields(ApplicationForm):  # a new field is tried here too
        assert getattr(whole, field.name) != getattr(default, field.name), field.name
    row = file_application(actor=family, now=WHILE_OPEN, round_id=opened.pk, form=whole)
    assert written_form(row) == whole
    changed = amended(family, row, phone="13800000002")
    assert form_of_version(list_versions(changed)[0]) == whole
    assert written_form(changed) == replace(whole, phone="13800000002")


@pytest.mark.parametrize(
    ("returned", "moment", "may"),
    [
        (False, OPENS, True),
        (False, CLOSES - INSTANT, True),
        (False, CLOSES, False),
        (True, CLOSES, True),
        (True, REVIEW_OVER - INSTANT, True),
        (True, REVIEW_OVER, False),
    ],
)
def test_a_form_is_changed_in_the_window_and_a_returned_one_until_review_is_over(
    returned: bool, moment: datetime, may: bool
) -> None:
    world, _, family, row = unknown_child()
    if returned:
        decided(world, row, Step.RETURN)
    found, before = Application.objects.get(pk=row.pk), as_stored(row)
    assert may_amend(found, moment) is may
    if may:
        assert amended(family, row, now=moment, address="2 号楼").version == 2
    else:
        with pytest.raises(NotOpen):
            amended(family, row, now=moment, address="2 号楼")
        assert as_stored(row) == before


def test_a_returned_form_goes_back_to_the_officer_whatever_is_proved() -> None:
    world, _, family, row = proved_child()
    decided(world, row, Step.REOPEN)
    decided(world, row, Step.RETURN)
    after = amended(family, row, address="2 号楼")
    assert (after.status, after.review_reason) == ("filed", "")
    assert list_versions(after)[0].review_reason == "楼号有误"


def test_a_family_asked_for_a_paper_may_send_the_same_form_again_and_others_may_not() -> None:
    world, _, family, row = unknown_child()
    before = as_stored(row)
    with pytest.raises(NothingChanged):
        amended(family, row)
    assert as_stored(row) == before
    decided(world, row, Step.RETURN)
    assert amended(family, row).status == "filed"


def test_lines_kept_stay_when_their_window_is_over_and_new_ones_do_not_come() -> None:
    # given private seats whose own window ends in the middle of the round, and a family that listed them
    world = county_with_zones()
    (number,) = add_children(world, ["u0"])
    window = {"opens_at": "2026-06-15T08:00+08:00", "closes_at": "2026-06-17T18:00+08:00"}
    opened = round_open(world, lines=lines_with_window(window))
    family, other = guardian(), guardian("+8613800000002")
    row = filed_by(family, opened, number, private_schools=("P",))
    without = filed_by(other, opened, add_children(world, ["u0"])[0])
    late = datetime(2026, 6, 18, 8, tzinfo=CHINA)

    # then it may change its address without losing the school, and nobody gets it who had not listed it
    kept = amended(family, row, now=late, address="2 号楼")
    assert list_line_ids(kept) == ["P.private_open", "A.zone"]
    with pytest.raises(ApplicationRefused) as refusal:
        amended(other, without, now=late, private_schools=("P",))
    assert [reason["code"] for reason in reasons(refusal.value)] == ["line_not_open"]

    # and who took it off cannot put it on again
    amended(family, row, now=late, private_schools=())
    with pytest.raises(ApplicationRefused):
        amended(family, row, now=late, private_schools=("P",))


def test_what_an_officer_found_stays_and_nothing_of_a_home_that_was_left() -> None:
    # given a child whose facts an officer found right
    world, _, family, row = unknown_child()
    decided(world, row, Step.ACCEPT)
    found = sources(row)
    assert {"birth_date", "dwelling_unit"} <= {name for name, source in found.items() if source == "officer"}

    # when the name is corrected, then all of it stays; when the home is another, nothing about the home does
    assert sources(amended(family, row, child_name="样例乙")) == found
    moved = sources(amended(family, row, unit_code="u3", public_schools=()))
    assert (moved["dwelling_unit"], moved["birth_date"]) == ("declared", "officer")
    assert Application.objects.get(pk=row.pk).status == "filed"
    assert list_line_ids(row) == ["B.zone"]


def test_registers_are_asked_anew_and_one_that_is_silent_keeps_its_earlier_answer(settings: Settings) -> None:
    world = county_with_zones()
    opened, family = round_open(world), guardian()
    permit = {"permit_district": "410181"}
    registers_are(
        settings, outside("permits", permit), outside("police", {"registration_district": "410181"})
    )
    row = filed_by(family, opened, identity(77))

    registers_are(
        settings,
        outside("permits", permit, how="fails"),
        outside("police", {"registration_district": "340102"}),
    )
    after = amended(family, row, child_name="样例乙")
    values = {fact["name"]: (fact["value"], fact["verifier"]) for fact in after.facts}
    assert values["permit_district"] == ("410181", "permits")
    assert values["registration_district"] == ("340102", "police")
    assert after.unanswered == ["permits"]


def test_an_objection_that_is_changed_stays_for_an_officer_to_decide() -> None:
    world, _, family, row = proved_child()
    decided(world, row, Step.REOPEN)
    decided(world, row, Step.REFUSE)
    object_to_refusal(actor=family, now=WHILE_OPEN, application_id=row.pk)
    after = amended(family, row, address="2 号楼")
    assert (after.status, after.review_reason) == ("filed", "楼号有误")


@pytest.mark.parametrize("end", ["withdrawn", "refused", "closed"])
def test_what_is_withdrawn_refused_or_on_a_closed_list_is_not_changed(end: str) -> None:
    world, opened, family, row = proved_child()
    expected: type[Exception] = StepNotPossible
    if end == "withdrawn":
        withdraw_application(actor=family, now=WHILE_OPEN, application_id=row.pk)
    elif end == "refused":
        decided(world, row, Step.REOPEN)
        decided(world, row, Step.REFUSE)
    else:
        entries_closed(world, opened)
        expected = NotOpen
    before = as_stored(row)
    with pytest.raises(expected):
        amended(family, row, address="2 号楼")
    assert as_stored(row) == before


def test_a_change_that_the_rules_refuse_leaves_everything_as_it_was() -> None:
    _, _, family, row = proved_child()
    before = as_stored(row)
    with pytest.raises(ApplicationRefused):
        amended(family, row, private_schools=("Z",))
    with pytest.raises(AnotherChild):
        amended(family, row, identity_number=identity(88))
    assert as_stored(row) == before


def test_only_the_family_or_who_reviews_in_the_district_changes_an_application() -> None:
    world, _, family, row = proved_child()
    for stranger, problem in ((guardian("+8613800000099"), NoSuchApplication), (auditor(), NotPermitted)):
        with pytest.raises(problem):
            amended(stranger, row, address="2 号楼")
    at_the_counter = amended(world.officer, row, address="2 号楼")
    assert list_versions(at_the_counter)[0].replaced_by == world.officer
    assert Application.objects.get(pk=row.pk).guardian == family


def test_the_second_of_two_devices_is_told_and_nothing_of_the_first_is_lost() -> None:
    _, _, family, row = proved_child()
    amended(family, row, version=1, address="2 号楼")
    before = as_stored(row)
    with pytest.raises(ApplicationChanged) as conflict:
        amended(family, row, version=1, address="3 号楼")
    assert conflict.value.details == {"version": 2}
    assert as_stored(row) == before
    assert amended(family, row, version=2, address="3 号楼").version == 3
    assert [form_of_version(version).address for version in list_versions(row)] == ["1 号楼", "2 号楼"]


@pytest.mark.django_db(transaction=True)
def test_two_devices_at_the_same_moment_leave_one_change_and_one_conflict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, _, family, row = proved_child()
    barrier, outcomes = threading.Barrier(2), list[str]()
    ask = patched_asking(barrier)
    monkeypatch.setattr("admissions.services.amending.ask_registers", ask)

    def change(address: str) -> None:
        try:
            amended(family, row, version=1, address=address)
            outcomes.append("changed")
        except ApplicationChanged:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=(address,)) for address in ("2 号楼", "3 号楼")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["changed", "conflict"]
    assert (Application.objects.get(pk=row.pk).version, ApplicationVersion.objects.count()) == (2, 1)


def test_an_officer_does_not_decide_on_what_the_family_has_changed_since() -> None:
    world, _, family, row = unknown_child()
    amended(family, row, address="2 号楼")
    before = as_stored(row)
    with pytest.raises(ApplicationChanged), transaction.atomic():
        review_application(actor=world.officer, now=LATER, application_id=row.pk, step=Step.ACCEPT, version=1)
    assert as_stored(row) == before
    accepted = review_application(
        actor=world.officer, now=LATER, application_id=row.pk, step=Step.ACCEPT, version=2
    )
    assert accepted.status == "accepted"


def test_a_version_is_neither_changed_nor_deleted_but_for_a_new_seal() -> None:
    _, _, family, row = proved_child()
    (version,) = list_versions(amended(family, row, address="2 号楼"))
    for change in (lambda: version.delete(), lambda: ApplicationVersion.objects.update(line_ids=[])):
        with pytest.raises(Error, match="pgtrigger"), transaction.atomic():
            change()
    assert ApplicationVersion.objects.update(written_sealed=version.written_sealed) == 1
    reseal(actor=None, now=LATER)


@pytest.mark.parametrize(("taken_off", "flagged"), [(2, True), (1, False)])
def test_a_school_taken_off_a_list_by_a_change_counts_as_a_withdrawal_near_the_line(
    taken_off: int, flagged: bool
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
    for row in rows[:taken_off]:
        amended(world.officer, row, private_schools=())
    found = [
        (item.line.line_id, item.applicants, item.withdrawn) for item in list_withdrawals_near_line(opened)
    ]
    assert found == ([("P.private_open", 2, 2)] if flagged else [])


def sources(row: Application) -> dict[str, str]:
    return {fact["name"]: fact["source"] for fact in Application.objects.get(pk=row.pk).facts}


def reasons(refusal: ApplicationRefused) -> list[dict[str, str]]:
    found = refusal.details["reasons"]
    assert isinstance(found, list)
    return found


def patched_asking(barrier: threading.Barrier) -> Callable[..., Any]:
    """Asking that lets nobody go on before both have read the application."""

    def ask(*arguments: Any, **options: Any) -> Any:
        barrier.wait(20)
        return ask_registers(*arguments, **options)

    return ask


def lines_with_window(window: dict[str, str]) -> list[dict[str, Any]]:
    """The lines of the shipped county policy, the open private one with a window of its own."""
    lines: list[dict[str, Any]] = shipped_policy()["lines"]
    return [{**line, "window": window} if line["code"] == "private_open" else line for line in lines]
