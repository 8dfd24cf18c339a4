"""Auditor's bundles that were made."""

from uuid import UUID

from admissions.models import AdmissionRound, AuditBundle
from common.errors import NotFound


class NoSuchAuditBundle(NotFound):
    """There is no such bundle."""

    code = "no_such_audit_bundle"


def get_audit_bundle(bundle_id: UUID) -> AuditBundle:
    """Return the bundle with its round. Raises NoSuchAuditBundle."""
    found = AuditBundle.objects.select_related("round").filter(pk=bundle_id).first()
    if found is None:
        raise NoSuchAuditBundle("there is no such bundle", bundle=str(bundle_id))
    return found


def list_audit_bundles(admission_round: AdmissionRound) -> list[AuditBundle]:
    """Return the bundles of a round, the newest first, those too whose file was deleted."""
    rows = AuditBundle.objects.filter(round=admission_round).select_related("made_by")
    return list(rows.order_by("-made_at", "-pk"))
