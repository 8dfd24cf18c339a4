"""Policies as stored: versions, what approval still lacks, and which one counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

from django.db.models import Count, QuerySet

from admissions.models import PUBLIC_STATUSES, PolicyStatus, PolicyStep, PolicyVersion
from admissions.rules.approval import Approval, RecordedStep, reasons_against_publication
from admissions.rules.legal_check import PlannedIntake, Violation, violation_text, violations
from admissions.rules.policy import Policy, load_policy
from admissions.rules.policy_records import ApprovalStep
from admissions.rules.reason import Reason
from common.errors import NotFound
from geo_data.models import DatasetKind
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.schools import list_schools


class NoSuchPolicy(NotFound):
    """There is no such policy version, or it is not published."""

    code = "no_such_policy"


@dataclass(frozen=True, slots=True)
class StepProgress:
    """A configured step of approval and the record that counts for it, if any."""

    step: ApprovalStep
    record: PolicyStep | None


def get_policy_version(version_id: UUID | str) -> PolicyVersion:
    """Return the version with its district and writer. Raises NoSuchPolicy."""
    found = PolicyVersion.objects.select_related("district", "writer").filter(pk=version_id).first()
    if found is None:
        raise NoSuchPolicy("there is no such policy version")
    return found


def get_public_policy(version_id: UUID | str) -> PolicyVersion:
    """Return a published or frozen version. Raises NoSuchPolicy for any other."""
    found = get_policy_version(version_id)
    if found.status not in PUBLIC_STATUSES:
        raise NoSuchPolicy("there is no such policy version")
    return found


def list_policy_versions(district_code: str) -> QuerySet[PolicyVersion]:
    """Return the versions of a district, the newest year first, with how many people approved each."""
    rows = PolicyVersion.objects.filter(district_id=district_code).select_related("writer")
    return (
        rows.defer("text", "data")
        .annotate(approved_by=Count("approvals"))
        .order_by("-year", "stage", "-number")
    )


def list_public_policies() -> QuerySet[PolicyVersion]:
    """Return what families may read, the newest year first."""
    rows = PolicyVersion.objects.filter(status__in=PUBLIC_STATUSES).select_related("district")
    return rows.defer("text").order_by("-year", "district_id", "stage", "-number")


def find_published_policy(district_code: str, stage: str, year: int) -> PolicyVersion | None:
    """Return the version that a round can be made on: the published one, else the newest that is frozen."""
    rows = PolicyVersion.objects.filter(
        district_id=district_code, stage=stage, year=year, status__in=PUBLIC_STATUSES
    )
    # "published" sorts after "frozen"
    return rows.order_by("-status", "-number").first()


def policy_of_version(version: PolicyVersion) -> Policy:
    """Return what the text says. The same text is read once."""
    return _policy_of_text(version.text)


def planned_intakes(district_code: str, stage: str) -> tuple[PlannedIntake, ...]:
    """Return seats and starting classes of every school in use, for the legal check; none before schools are known."""
    schools = find_current_dataset(district_code, DatasetKind.SCHOOLS)
    if schools is None:
        return ()
    rows = list_schools(schools, stage).order_by("code")
    return tuple(PlannedIntake(row.code, "", row.planned_intake, row.classes) for row in rows)


def found_by_law(version: PolicyVersion, policy: Policy, *, on: date) -> tuple[Violation, ...]:
    """Return what the legal check finds on the day, in the policy and in the planned intake."""
    return violations(policy, planned_intakes(version.district_id, version.stage), on=on)


def approval_of(version: PolicyVersion) -> Approval:
    """Return what was done for the version, as the rules read it."""
    return Approval(
        policy_digest=version.digest,
        writer=str(version.writer_id),
        steps=tuple(
            RecordedStep(ApprovalStep(row.step), row.done_on, str(row.recorded_by_id), row.reference)
            for row in counting_steps(version)
        ),
        approvers=tuple(
            str(person) for person in version.approvals.order_by("pk").values_list("approver_id", flat=True)
        ),
    )


def reasons_unpublished(version: PolicyVersion, policy: Policy, *, on: date) -> tuple[Reason, ...]:
    """Return every reason against publishing the version on the day."""
    return reasons_against_publication(
        policy,
        approval_of(version),
        digest=version.digest,
        intakes=planned_intakes(version.district_id, version.stage),
        on=on,
    )


def counting_steps(version: PolicyVersion) -> Sequence[PolicyStep]:
    """Return the newest record of every step."""
    rows = version.steps.select_related("recorded_by").order_by("step", "-recorded_at", "-pk")
    return list(rows.distinct("step"))


def step_progress(version: PolicyVersion, policy: Policy) -> tuple[StepProgress, ...]:
    """Return every step that the policy asks for, in its order, and its record."""
    done = {row.step: row for row in counting_steps(version)}
    return tuple(StepProgress(step, done.get(step.value)) for step in policy.approval)


def find_version_before(version: PolicyVersion) -> PolicyVersion | None:
    """Return the version to compare with: the one before of the year, else the newest public one of an earlier year."""
    rows = PolicyVersion.objects.filter(district_id=version.district_id, stage=version.stage)
    same = rows.filter(year=version.year, number__lt=version.number).order_by("-number").first()
    earlier = rows.filter(year__lt=version.year, status__in=PUBLIC_STATUSES).order_by("-year", "-number")
    return same or earlier.first()


def violation_data(violation: Violation) -> dict[str, str]:
    """Return a finding of the legal check as it is stored and shown."""
    return {
        "code": violation.code,
        "path": violation.path,
        "severity": violation.severity.value,
        "mark": violation.clause.mark.value,
        "zh": violation_text(violation, "zh"),
        "en": violation_text(violation, "en"),
    }


@lru_cache(maxsize=16)
def _policy_of_text(text: str) -> Policy:
    return load_policy(text)


__all__ = [
    "NoSuchPolicy",
    "PolicyStatus",
    "StepProgress",
    "approval_of",
    "counting_steps",
    "find_published_policy",
    "find_version_before",
    "found_by_law",
    "get_policy_version",
    "get_public_policy",
    "list_policy_versions",
    "list_public_policies",
    "planned_intakes",
    "policy_of_version",
    "reasons_unpublished",
    "step_progress",
    "violation_data",
]
