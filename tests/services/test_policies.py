"""Policies from draft to frozen: who may take which step, what each refuses, and what the database holds."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.models import AuditEvent, User
from admissions.models import PolicyApproval, PolicyStatus, PolicyStep, PolicyVersion
from admissions.rules.policy import PolicyFault
from admissions.rules.policy_records import ApprovalStep
from admissions.selectors.policies import (
    NoSuchPolicy,
    find_published_policy,
    find_version_before,
    get_public_policy,
    list_policy_versions,
    list_public_policies,
    policy_of_version,
    reasons_unpublished,
    step_progress,
)
from admissions.services.policies import (
    AnotherPolicyPublished,
    PolicyApprovedAlready,
    PolicyMovedOn,
    PolicyNotReady,
    PolicyOfAnotherDistrict,
    PolicySavedAlready,
    PolicyTooLate,
    WriterCannotApprove,
    approve_policy,
    check_policy,
    publish_policy,
    record_policy_step,
    save_policy,
    withdraw_policy,
)
from common.errors import MalformedInput, NotPermitted
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.round_world import (
    CHINA,
    OPENS,
    PUBLISHES,
    RoundWorld,
    calendar_of,
    county_with_zones,
    policy_checked,
    policy_published,
    policy_text,
)

pytestmark = pytest.mark.django_db


def save(world: RoundWorld, **changes: object) -> PolicyVersion:
    return save_policy(
        actor=world.officer, now=PUBLISHES, district_code="410181", text=policy_text(**changes)
    )


def take_steps(world: RoundWorld, version: PolicyVersion, *left_out: ApprovalStep) -> None:
    for step in ApprovalStep:
        if step not in left_out:
            record(world, version, step)


def record(
    world: RoundWorld, version: PolicyVersion, step: ApprovalStep, reference: str = "1 号"
) -> PolicyStep:
    return record_policy_step(
        actor=world.officer,
        now=PUBLISHES,
        version_id=version.pk,
        step=step,
        done_on=PUBLISHES.date(),
        reference=reference,
    )


def approve(version: PolicyVersion, *people: User) -> None:
    for person in people:
        approve_policy(actor=person, now=PUBLISHES, version_id=version.pk)


def publish(world: RoundWorld, version: PolicyVersion, now: datetime = PUBLISHES) -> PolicyVersion:
    return publish_policy(actor=world.officer, now=now, version_id=version.pk)


def status(version: PolicyVersion) -> str:
    version.refresh_from_db()
    return version.status


def actions(version: PolicyVersion) -> list[str]:
    events = AuditEvent.objects.filter(subject_id=str(version.pk)).order_by("id")
    return list(events.values_list("action", flat=True))


def test_saved_text_is_a_draft_with_its_digest_and_an_event() -> None:
    saved = save(county_with_zones())
    assert (saved.number, saved.status, saved.stage, saved.year) == (1, "draft", "primary", 2026)
    assert saved.text == policy_text()
    assert len(saved.digest) == 64
    assert actions(saved) == ["policy.saved"]


def test_every_further_text_of_the_year_is_the_next_version() -> None:
    world = county_with_zones()
    numbers = [save(world, version=version).number for version in (1, 2, 3)]
    assert numbers == [1, 2, 3]
    assert save(world, year=2027, calendar=calendar_of(2027)).number == 1


def test_a_text_with_faults_is_refused_with_path_and_clause_and_nothing_is_stored() -> None:
    world = county_with_zones()
    category = {
        "code": "x",
        "title": {"zh": "甲", "en": "x"},
        "when": {"test_score": {"at_least": 90}},
        "keys": ["ticket"],
    }
    with pytest.raises(PolicyFault) as refusal, transaction.atomic():
        save(world, categories=[category], year="soon")
    faults = {fault.path: fault.clause for fault in refusal.value.faults}
    assert faults["year"] == ""
    assert any(path.startswith("categories[0].when") and clause for path, clause in faults.items())
    assert not PolicyVersion.objects.exists()
    assert not AuditEvent.objects.filter(action="policy.saved").exists()


def test_the_same_text_is_not_saved_twice_unless_the_first_was_withdrawn() -> None:
    world = county_with_zones()
    first = save(world)
    with pytest.raises(PolicySavedAlready):
        save(world)
    withdraw_policy(actor=world.officer, now=PUBLISHES, version_id=first.pk, reason="too early")
    assert save(world).number == 2


def test_policy_of_another_district_is_refused() -> None:
    world = county_with_zones()
    with pytest.raises(PolicyOfAnotherDistrict):
        save(world, district="410182")
    assert not PolicyVersion.objects.exists()


@pytest.mark.parametrize("stranger", [guardian, auditor, lambda: officer("410182")])
def test_only_officers_of_the_district_work_on_a_policy(stranger: Callable[[], User]) -> None:
    world = county_with_zones()
    version, person = policy_checked(world), stranger()
    asked = [
        lambda: save_policy(actor=person, now=OPENS, district_code="410181", text=policy_text(version=2)),
        lambda: check_policy(actor=person, now=OPENS, version_id=version.pk),
        lambda: approve_policy(actor=person, now=OPENS, version_id=version.pk),
        lambda: publish_policy(actor=person, now=OPENS, version_id=version.pk),
        lambda: withdraw_policy(actor=person, now=OPENS, version_id=version.pk, reason="x"),
        lambda: record_policy_step(
            actor=person,
            now=OPENS,
            version_id=version.pk,
            step=ApprovalStep.MINUTES,
            done_on=OPENS.date(),
            reference="x",
        ),
    ]
    for attempt in asked:
        with pytest.raises(NotPermitted):
            attempt()  # type: ignore[no-untyped-call]  # lambdas of several return types
    assert PolicyVersion.objects.get().status == PolicyStatus.CHECKED
    assert not PolicyStep.objects.exists()
    assert not PolicyApproval.objects.exists()


def test_legal_check_keeps_its_findings_and_a_lawful_text_moves_on() -> None:
    version = policy_checked(county_with_zones())
    assert version.status == PolicyStatus.CHECKED
    assert all(finding["severity"] == "warn" for finding in version.findings)
    assert actions(version) == ["policy.saved", "policy.checked"]


def test_a_text_that_the_law_refuses_stays_a_draft_and_says_why() -> None:
    world = county_with_zones()
    refused = policy_checked(world, fallback={"kind": "none", "distance_cap_metres": None})
    assert refused.status == PolicyStatus.DRAFT
    found = [item for item in refused.findings if item["severity"] == "refuse"]
    assert [(item["code"], item["path"], item["mark"]) for item in found] == [
        ("no_fallback", "fallback.kind", "statute")
    ]
    with pytest.raises(PolicyMovedOn):
        approve(refused, world.second_officer)


def test_planned_intake_of_the_schools_in_use_is_part_of_the_check() -> None:
    world = county_with_zones()
    school = world.county.schools.schools.get(code="A")
    school.classes, school.planned_intake = 1, 55
    school.save()
    assert policy_checked(world).status == PolicyStatus.CHECKED
    school.planned_intake = 56
    school.save()
    version = check_policy(actor=world.officer, now=PUBLISHES, version_id=PolicyVersion.objects.get().pk)
    assert version.status == PolicyStatus.DRAFT
    assert "large_class" in {item["code"] for item in version.findings}


def test_two_people_other_than_the_writer_and_every_step_make_it_approved() -> None:
    world = county_with_zones()
    version = policy_checked(world)
    take_steps(world, version, ApprovalStep.FILING)
    approve(version, world.second_officer, officer())
    assert status(version) == PolicyStatus.CHECKED
    record(world, version, ApprovalStep.FILING)
    assert status(version) == PolicyStatus.APPROVED
    assert actions(version).count("policy.approved_by_person") == 2
    assert actions(version)[-1] == "policy.approved"


def test_steps_first_and_one_approval_are_not_enough() -> None:
    world = county_with_zones()
    version = policy_checked(world)
    take_steps(world, version)
    approve(version, world.second_officer)
    assert status(version) == PolicyStatus.CHECKED
    with pytest.raises(PolicyNotReady) as refusal:
        publish(world, version)
    reasons = refusal.value.details["reasons"]
    assert [reason["code"] for reason in reasons] == ["approvers_missing"]  # type: ignore[attr-defined]


def test_the_writer_cannot_approve_and_nobody_approves_twice() -> None:
    world = county_with_zones()
    version = policy_checked(world)
    with pytest.raises(WriterCannotApprove):
        approve(version, world.officer)
    approve(version, world.second_officer)
    with pytest.raises(PolicyApprovedAlready):
        approve(version, world.second_officer)
    assert list(version.approvals.values_list("approver", flat=True)) == [world.second_officer.pk]


def test_a_step_needs_a_reference_and_a_day_that_has_come() -> None:
    world = county_with_zones()
    version = policy_checked(world)
    with pytest.raises(MalformedInput):
        record(world, version, ApprovalStep.MINUTES, "  ")
    with pytest.raises(MalformedInput):
        record_policy_step(
            actor=world.officer,
            now=PUBLISHES,
            version_id=version.pk,
            step=ApprovalStep.MINUTES,
            done_on=PUBLISHES.date() + timedelta(days=1),
            reference="3 号",
        )
    assert not PolicyStep.objects.exists()


def test_a_step_recorded_again_counts_by_its_newer_record_and_both_stay() -> None:
    world = county_with_zones()
    version = policy_checked(world)
    record(world, version, ApprovalStep.MINUTES, "纪要 3 号")
    record(world, version, ApprovalStep.MINUTES, "纪要 4 号")
    progress = {item.step: item.record for item in step_progress(version, policy_of_version(version))}
    minutes = progress[ApprovalStep.MINUTES]
    assert minutes is not None
    assert minutes.reference == "纪要 4 号"
    assert progress[ApprovalStep.FILING] is None
    assert version.steps.count() == 2


def test_steps_that_the_policy_does_not_ask_for_are_not_waited_for() -> None:
    world = county_with_zones()
    version = policy_checked(world, approval=["minutes"])
    record(world, version, ApprovalStep.MINUTES)
    approve(version, world.second_officer, officer())
    assert status(version) == PolicyStatus.APPROVED


def test_published_policy_can_be_read_by_everybody_and_no_other() -> None:
    world = county_with_zones()
    draft = save(world, version=9)
    version = policy_published(world)
    assert status(version) == PolicyStatus.PUBLISHED
    assert find_published_policy("410181", "primary", 2026) == version
    assert list(list_public_policies()) == [version]
    assert get_public_policy(version.pk) == version
    with pytest.raises(NoSuchPolicy):
        get_public_policy(draft.pk)


def test_a_policy_is_published_before_its_window_opens() -> None:
    world = county_with_zones()
    version = policy_checked(world)
    take_steps(world, version)
    approve(version, world.second_officer, officer())
    with pytest.raises(PolicyTooLate):
        publish(world, version, OPENS)
    assert status(version) == PolicyStatus.APPROVED
    publish(world, version, OPENS - timedelta(seconds=1))
    assert status(version) == PolicyStatus.PUBLISHED


def test_the_law_is_asked_again_on_the_day_of_publication() -> None:
    world = county_with_zones()
    version = policy_checked(world)
    take_steps(world, version)
    approve(version, world.second_officer, officer())
    world.county.schools.schools.filter(code="A").update(classes=1, planned_intake=56)
    with pytest.raises(PolicyNotReady):
        publish(world, version)
    assert status(version) == PolicyStatus.APPROVED


def test_one_version_of_a_stage_and_year_is_published_at_a_time() -> None:
    world = county_with_zones()
    first = policy_published(world)
    with pytest.raises(AnotherPolicyPublished):
        policy_published(world, version=2)
    second = PolicyVersion.objects.get(number=2)
    assert status(second) == PolicyStatus.APPROVED
    withdraw_policy(actor=world.officer, now=PUBLISHES, version_id=first.pk, reason="a clause was wrong")
    publish(world, second)
    assert find_published_policy("410181", "primary", 2026) == second


def test_withdrawing_needs_a_reason_and_is_recorded() -> None:
    world = county_with_zones()
    version = save(world)
    with pytest.raises(MalformedInput):
        withdraw_policy(actor=world.officer, now=PUBLISHES, version_id=version.pk, reason=" ")
    assert status(version) == PolicyStatus.DRAFT
    withdraw_policy(actor=world.officer, now=PUBLISHES, version_id=version.pk, reason="wrong year")
    assert (status(version), version.withdrawn_reason) == (PolicyStatus.WITHDRAWN, "wrong year")
    with pytest.raises(PolicyMovedOn):
        check_policy(actor=world.officer, now=PUBLISHES, version_id=version.pk)


@pytest.mark.parametrize("field", ["text", "digest", "number", "year"])
def test_the_database_changes_no_text_that_was_saved(field: str) -> None:
    version = save(county_with_zones())
    value = 7 if field in ("number", "year") else "other"
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(**{field: value})
    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        version.delete()


def test_the_database_leaves_out_no_step_of_the_way() -> None:
    version = policy_checked(county_with_zones())
    moments = {"approved_at": PUBLISHES, "published_at": PUBLISHES}
    for skipped in (PolicyStatus.PUBLISHED, PolicyStatus.FROZEN):
        with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
            PolicyVersion.objects.filter(pk=version.pk).update(status=skipped, frozen_at=PUBLISHES, **moments)
    with pytest.raises(InternalError, match="two people"), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(status=PolicyStatus.APPROVED, **moments)


def test_the_database_takes_no_approval_of_the_writer_or_twice_by_one_person() -> None:
    world = county_with_zones()
    version = policy_checked(world)
    with pytest.raises(InternalError, match="writer"), transaction.atomic():
        PolicyApproval.objects.create(version=version, approver=world.officer, approved_at=PUBLISHES)
    PolicyApproval.objects.create(version=version, approver=world.second_officer, approved_at=PUBLISHES)
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyApproval.objects.create(version=version, approver=world.second_officer, approved_at=PUBLISHES)


def test_comparison_is_with_the_version_before_or_the_public_one_of_the_year_before() -> None:
    world = county_with_zones()
    first = policy_published(world)
    second = save(world, version=2)
    next_year = save(world, year=2027, calendar=calendar_of(2027))
    assert find_version_before(second) == first
    assert find_version_before(next_year) == first
    assert find_version_before(first) is None


def test_the_list_asks_the_database_once(django_assert_num_queries: Callable[[int], object]) -> None:
    world = county_with_zones()
    for number in range(1, 4):
        save(world, version=number)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]  # a context manager
        rows = [(row.number, row.writer.username, row.status) for row in list_policy_versions("410181")]
    assert [number for number, _, _ in rows] == [3, 2, 1]


def test_nothing_stands_against_a_published_policy() -> None:
    version = policy_published(county_with_zones())
    assert reasons_unpublished(version, policy_of_version(version), on=PUBLISHES.date()) == ()


def test_the_day_of_a_step_is_the_bureaus_and_not_that_of_greenwich() -> None:
    # given a morning in China on which it is still the day before in Greenwich
    world = county_with_zones()
    version = policy_checked(world)
    morning = datetime(2026, 5, 21, 7, tzinfo=CHINA).astimezone(UTC)
    assert morning.date() == date(2026, 5, 20)

    # when a step of that very day is recorded, and one of the next
    for day, taken in ((date(2026, 5, 21), True), (date(2026, 5, 22), False)):
        with transaction.atomic(), nullcontext() if taken else pytest.raises(MalformedInput):
            record_policy_step(
                actor=world.officer,
                now=morning,
                version_id=version.pk,
                step=ApprovalStep.MINUTES,
                done_on=day,
                reference="样教〔2026〕3 号",
            )

    # then the first is on record
    assert list(version.steps.values_list("done_on", flat=True)) == [date(2026, 5, 21)]
