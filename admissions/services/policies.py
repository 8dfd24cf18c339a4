"""Policies on their way: saved, checked, approved by two people other than the writer, published, frozen."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from admissions.models import PUBLIC_STATUSES, PolicyApproval, PolicyStatus, PolicyStep, PolicyVersion
from admissions.rules.legal_check import Severity
from admissions.rules.policy import Policy, load_policy, policy_as_data, policy_digest
from admissions.rules.policy_records import ApprovalStep
from admissions.rules.reason import Reason
from admissions.rules.sentences import say
from admissions.selectors.policies import (
    NoSuchPolicy,
    found_by_law,
    policy_of_version,
    reasons_unpublished,
    violation_data,
)
from common.canonical import CanonicalValue
from common.errors import MalformedInput, RulesSayNo, WrongMoment
from geo_data.models import District
from geo_data.selectors.districts import get_district


class PolicyOfAnotherDistrict(MalformedInput):
    """The policy names another district than the one it is saved for."""

    code = "policy_of_another_district"


class PolicySavedAlready(WrongMoment):
    """The same text is saved already; details name its number."""

    code = "policy_saved_already"


class PolicyMovedOn(WrongMoment):
    """The version is at another step."""

    code = "policy_moved_on"


class PolicyNotPublished(WrongMoment):
    """A round rests on a published policy."""

    code = "policy_not_published"


class PolicyApprovedAlready(WrongMoment):
    """This person has approved the version."""

    code = "policy_approved_already"


class WriterCannotApprove(RulesSayNo):
    """Two people other than the writer approve."""

    code = "writer_cannot_approve"


class PolicyNotReady(RulesSayNo):
    """Steps, approvals or the law stand against publication; details hold all reasons in both languages."""

    code = "policy_not_ready"


class AnotherPolicyPublished(WrongMoment):
    """Another version of the stage and year is published; withdraw that one first."""

    code = "another_policy_published"


class PolicyTooLate(WrongMoment):
    """The window has opened: a policy is published before."""

    code = "policy_too_late"


@transaction.atomic
def save_policy(
    *, actor: User, now: datetime, district_code: str, text: str, remark: str = ""
) -> PolicyVersion:
    """Save a text as the next version of its stage and year, a draft.

    Raises PolicyFault with every path and clause, PolicyOfAnotherDistrict or PolicySavedAlready; then nothing
    is stored.
    """
    require(actor, Action.MANAGE_ROUND, district_code)
    policy = load_policy(text)
    if policy.district != district_code:
        raise PolicyOfAnotherDistrict(
            f"the policy is for district {policy.district}, not {district_code}", district=policy.district
        )
    # Two writers at once: the second waits here and gets the next number.
    District.objects.select_for_update().get(pk=get_district(district_code).pk)
    _refuse_saved_already(policy)
    saved = PolicyVersion.objects.create(
        district_id=district_code,
        stage=policy.stage.value,
        year=policy.year,
        number=(_versions(policy).aggregate(last=Max("number"))["last"] or 0) + 1,
        text=text,
        data=policy_as_data(policy),
        digest=policy_digest(policy),
        remark=remark.strip(),
        writer=actor,
        saved_at=now,
    )
    _record(saved, actor=actor, now=now, action="policy.saved")
    return saved


@transaction.atomic
def check_policy(*, actor: User, now: datetime, version_id: UUID) -> PolicyVersion:
    """Run the legal check on the day and keep what it finds; a text that it refuses stays a draft."""
    version = _lock(version_id, actor, PolicyStatus.DRAFT, PolicyStatus.CHECKED)
    found = found_by_law(version, policy_of_version(version), on=timezone.localtime(now).date())
    refused = sum(violation.severity is Severity.REFUSE for violation in found)
    version.findings = [violation_data(violation) for violation in found]
    version.checked_at = now
    version.status = PolicyStatus.DRAFT if refused else PolicyStatus.CHECKED
    version.save(update_fields=["findings", "checked_at", "status"])
    details: dict[str, CanonicalValue] = {"refused": refused, "warned": len(found) - refused}
    _record(version, actor=actor, now=now, action="policy.checked", details=details)
    _approve_when_complete(version, now)
    return version


@transaction.atomic
def record_policy_step(
    *, actor: User, now: datetime, version_id: UUID, step: ApprovalStep, done_on: date, reference: str
) -> PolicyStep:
    """Record a step that the bureau took; recorded again, the newer record counts and both are kept."""
    version = _lock(
        version_id, actor, PolicyStatus.CHECKED, PolicyStatus.APPROVED, PolicyStatus.PUBLISHED, PolicyStatus.FROZEN
    )  # fmt: skip
    if not reference.strip():
        raise MalformedInput("write the number or name of the paper that shows the step", field="reference")
    if done_on > timezone.localtime(now).date():
        raise MalformedInput("a step is recorded when it is done", field="done_on")
    recorded = PolicyStep.objects.create(
        version=version,
        step=step.value,
        done_on=done_on,
        reference=reference.strip(),
        recorded_by=actor,
        recorded_at=now,
    )
    details: dict[str, CanonicalValue] = {
        "step": step.value,
        "done_on": done_on.isoformat(),
        "reference": recorded.reference,
    }
    _record(version, actor=actor, now=now, action="policy.step", details=details)
    _approve_when_complete(version, now)
    return recorded


@transaction.atomic
def approve_policy(*, actor: User, now: datetime, version_id: UUID) -> PolicyVersion:
    """Approve a checked text; with the second person and all steps on record the version is approved."""
    version = _lock(version_id, actor, PolicyStatus.CHECKED)
    if version.writer_id == actor.pk:
        raise WriterCannotApprove("two people other than the writer approve a policy")
    if version.approvals.filter(approver=actor).exists():
        raise PolicyApprovedAlready("you have approved this version; another person is still needed")
    PolicyApproval.objects.create(version=version, approver=actor, approved_at=now)
    _record(version, actor=actor, now=now, action="policy.approved_by_person")
    _approve_when_complete(version, now)
    return version


@transaction.atomic
def publish_policy(*, actor: User, now: datetime, version_id: UUID) -> PolicyVersion:
    """Let everybody read the approved text, before its window opens.

    Raises PolicyNotReady with all reasons (the law is asked again on the day), PolicyTooLate or AnotherPolicyPublished.
    """
    version = _lock(version_id, actor, PolicyStatus.CHECKED, PolicyStatus.APPROVED)
    policy = policy_of_version(version)
    _refuse_unready(reasons_unpublished(version, policy, on=timezone.localtime(now).date()))
    if version.status != PolicyStatus.APPROVED:
        raise PolicyMovedOn(f"the policy is {version.status}; this needs approved", status=version.status)
    if now >= policy.calendar.opens_at:
        raise PolicyTooLate("the window has opened; a policy is published before it opens")
    version.status, version.published_at = PolicyStatus.PUBLISHED, now
    try:
        with transaction.atomic():
            version.save(update_fields=["status", "published_at"])
    except IntegrityError:
        raise AnotherPolicyPublished(
            "another version of this stage and year is published; withdraw it first"
        ) from None
    _record(version, actor=actor, now=now, action="policy.published")
    return version


@transaction.atomic
def withdraw_policy(*, actor: User, now: datetime, version_id: UUID, reason: str) -> PolicyVersion:
    """Take a version back that no round rests on; it stays on record."""
    if not reason.strip():
        raise MalformedInput("say why the policy is withdrawn", field="reason")
    version = _lock(
        version_id, actor, PolicyStatus.DRAFT, PolicyStatus.CHECKED, PolicyStatus.APPROVED, PolicyStatus.PUBLISHED
    )  # fmt: skip
    version.status, version.withdrawn_at, version.withdrawn_reason = (
        PolicyStatus.WITHDRAWN,
        now,
        reason.strip(),
    )
    version.save(update_fields=["status", "withdrawn_at", "withdrawn_reason"])
    _record(version, actor=actor, now=now, action="policy.withdrawn", details={"reason": reason.strip()})
    return version


def freeze_policy(*, actor: User | None, now: datetime, version_id: UUID) -> PolicyVersion:
    """Freeze the published version that a round is opened on, in the caller's transaction.

    A version frozen by an earlier round (since cancelled) stays as it is. Raises PolicyNotPublished.
    """
    version = PolicyVersion.objects.select_for_update().get(pk=version_id)
    refuse_unpublished(version)
    if version.status == PolicyStatus.PUBLISHED:
        version.status, version.frozen_at = PolicyStatus.FROZEN, now
        version.save(update_fields=["status", "frozen_at"])
        _record(version, actor=actor, now=now, action="policy.frozen")
    return version


def refuse_unpublished(version: PolicyVersion) -> None:
    """Raise PolicyNotPublished unless families can read the version."""
    if version.status not in PUBLIC_STATUSES:
        raise PolicyNotPublished(
            f"the policy is {version.status}; a round rests on a published one", status=version.status
        )


def _lock(version_id: UUID, actor: User, *statuses: PolicyStatus) -> PolicyVersion:
    """Return the version, locked, for somebody who may work on it and at one of the given statuses."""
    version = PolicyVersion.objects.select_for_update().filter(pk=version_id).first()
    if version is None:
        raise NoSuchPolicy("there is no such policy version")
    require(actor, Action.MANAGE_ROUND, version.district_id)
    if version.status not in statuses:
        raise PolicyMovedOn(
            f"the policy is {version.status}; this needs {' or '.join(statuses)}", status=version.status
        )
    return version


def _versions(policy: Policy) -> QuerySet[PolicyVersion]:
    return PolicyVersion.objects.filter(
        district_id=policy.district, stage=policy.stage.value, year=policy.year
    )


def _refuse_saved_already(policy: Policy) -> None:
    live = _versions(policy).exclude(status=PolicyStatus.WITHDRAWN)
    same = live.filter(digest=policy_digest(policy)).first()
    if same is not None:
        raise PolicySavedAlready(f"version {same.number} says the same", number=same.number)


def _approve_when_complete(version: PolicyVersion, now: datetime) -> None:
    """Move a checked version on when nothing stands against publishing it any more."""
    if version.status != PolicyStatus.CHECKED:
        return
    if not reasons_unpublished(version, policy_of_version(version), on=timezone.localtime(now).date()):
        version.status, version.approved_at = PolicyStatus.APPROVED, now
        version.save(update_fields=["status", "approved_at"])
        _record(version, actor=None, now=now, action="policy.approved")


def _refuse_unready(reasons: tuple[Reason, ...]) -> None:
    if reasons:
        spoken: list[dict[str, str]] = [
            {"code": item.code, "zh": say(item.sentence, "zh"), "en": say(item.sentence, "en")}
            for item in reasons
        ]
        raise PolicyNotReady("; ".join(item["zh"] for item in spoken), reasons=spoken)


def _record(
    version: PolicyVersion,
    *,
    actor: User | None,
    now: datetime,
    action: str,
    details: dict[str, CanonicalValue] | None = None,
) -> None:
    record_event(
        actor=actor,
        now=now,
        action=action,
        subject=version,
        district_code=version.district_id,
        details={
            "policy": f"{version.district_id}-{version.stage}-{version.year}",
            "number": version.number,
            "digest": version.digest,
            **(details or {}),
        },
    )
