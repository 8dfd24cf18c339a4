"""Who approved the policy of a round, when, and what was recorded for it: offices and ids, never names."""

from admissions.models import AdmissionRound, PolicyVersion
from admissions.selectors.csv_tables import moment_text
from common.canonical import CanonicalValue, canonical_json


def approval_document(item: AdmissionRound) -> bytes | None:
    """Return policy_approval.json, or None for a round older than policy versions. Source: docs/audit-bundle.md."""
    if item.policy_version_id is None:
        return None
    version = PolicyVersion.objects.select_related("writer").get(pk=item.policy_version_id)
    return canonical_json(
        {
            "number": version.number,
            "digest": version.digest,
            "data": version.data,
            "status": version.status,
            "writer": str(version.writer_id),
            "writer_role": version.writer.role,
            "saved_at": moment_text(version.saved_at),
            "checked_at": moment_text(version.checked_at),
            "approved_at": moment_text(version.approved_at),
            "published_at": moment_text(version.published_at),
            "frozen_at": moment_text(version.frozen_at),
            "findings": version.findings,
            "steps": _steps(version),
            "approvals": _approvals(version),
        }
    )


def _steps(version: PolicyVersion) -> list[CanonicalValue]:
    return [
        {
            "step": row.step,
            "done_on": row.done_on.isoformat(),
            "reference": row.reference,
            "recorded_by": str(row.recorded_by_id),
            "recorded_by_role": row.recorded_by.role,
            "recorded_at": moment_text(row.recorded_at),
        }
        for row in version.steps.select_related("recorded_by").order_by("pk")
    ]


def _approvals(version: PolicyVersion) -> list[CanonicalValue]:
    return [
        {
            "approver": str(row.approver_id),
            "approver_role": row.approver.role,
            "approved_at": moment_text(row.approved_at),
        }
        for row in version.approvals.select_related("approver").order_by("pk")
    ]
