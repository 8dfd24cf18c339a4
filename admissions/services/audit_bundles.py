"""Handing out the auditor's bundle: who may have it, and that it was handed out."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action
from accounts.services.audit import publish_tree_head, record_event
from admissions.selectors.audit_bundle import audit_bundle
from admissions.selectors.bundles import zip_files
from admissions.selectors.rounds import get_round, round_code
from admissions.services.rounds import require_actor
from common.canonical import digest_bytes


@transaction.atomic
def hand_out_audit_bundle(*, actor: User | None, now: datetime, round_id: UUID) -> bytes:
    """Return the bundle of a round as a zip. Every event so far gets its place first; the hand-over is recorded."""
    admission_round = get_round(round_id)
    require_actor(actor, Action.READ_AUDIT, admission_round.district_id)
    publish_tree_head(actor=None, now=now)
    data = zip_files(audit_bundle(admission_round))
    record_event(
        actor=actor,
        now=now,
        action="audit_bundle.handed_out",
        subject=admission_round,
        district_code=admission_round.district_id,
        details={"round": round_code(admission_round), "digest": digest_bytes(data)},
    )
    return data
