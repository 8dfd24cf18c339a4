"""The auditor's bundle: made in the background, kept sealed for some days, handed out to who may have it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import one_snapshot_under_a_head, record_event
from accounts.services.jobs import Report, RunningJob, not_reported
from admissions.models import AdmissionRound, AuditBundle
from admissions.selectors.audit_bundle import audit_bundle
from admissions.selectors.audit_bundles import get_audit_bundle
from admissions.selectors.bundles import zip_files
from admissions.selectors.rounds import get_round, round_code
from admissions.services.rounds import require_actor
from common.canonical import digest_bytes
from common.errors import NotFound

KEPT_FOR = timedelta(days=7)
PART = 1 << 20


class BundleIsDeleted(NotFound):
    """The time of the file is over; have the bundle made again."""

    code = "audit_bundle_is_deleted"


def write_audit_bundle(
    *,
    actor: User | None,
    now: datetime,
    round_id: UUID,
    with_preferences: bool = True,
    report: Report = not_reported,
) -> bytes:
    """Return the bundle of a round as a zip, from one view of the database; that it was made is recorded.

    with_preferences -- whether it may tell to which preferential group a child belongs
    """
    admission_round = get_round(round_id)
    _require(actor, admission_round, with_preferences=with_preferences)
    data = _zip(admission_round, now=now, with_preferences=with_preferences, report=report)
    with transaction.atomic():
        _record(
            admission_round,
            actor=actor,
            now=now,
            action="audit_bundle.made",
            digest=digest_bytes(data),
            with_preferences=with_preferences,
        )
    return data


def make_audit_bundle(
    *,
    actor: User,
    now: datetime,
    round_id: UUID,
    report: Report = not_reported,
    job: RunningJob | None = None,
) -> AuditBundle:
    """Make the bundle of a round and keep it sealed for `KEPT_FOR`; the job's success stands or falls with its row."""
    admission_round = get_round(round_id)
    _require(actor, admission_round, with_preferences=True)
    data = _zip(admission_round, now=now, with_preferences=True, report=report)
    report("storing", 0, 0)
    # Named after the job: one that is done again writes over what a killed worker left.
    name = f"audit-bundle-{job.job.pk if job else digest_bytes(data)}"
    audit_bundle_storage().delete(name)
    stored = audit_bundle_storage().save(name, ContentFile(data))
    with transaction.atomic():
        made = AuditBundle.objects.create(
            round=admission_round,
            digest=digest_bytes(data),
            size_bytes=len(data),
            stored_name=stored,
            with_preferences=True,
            made_by=actor,
            made_at=now,
            expires_at=now + KEPT_FOR,
        )
        _record(
            admission_round,
            actor=actor,
            now=now,
            action="audit_bundle.made",
            digest=made.digest,
            with_preferences=True,
        )
        if job:
            job.succeed(now=now, result={"bundle": str(made.pk), "digest": made.digest})
    return made


@transaction.atomic
def open_audit_bundle(*, actor: User, now: datetime, bundle_id: UUID) -> tuple[AuditBundle, Iterator[bytes]]:
    """Return a bundle and its plain parts, one at a time, and record that it was handed out."""
    found = get_audit_bundle(bundle_id)
    _require(actor, found.round, with_preferences=found.with_preferences)
    if not found.stored_name or found.expires_at <= now:
        raise BundleIsDeleted("the file was deleted; have the bundle made again")
    _record(
        found.round,
        actor=actor,
        now=now,
        action="audit_bundle.handed_out",
        digest=found.digest,
        with_preferences=found.with_preferences,
    )
    return found, _parts(found.stored_name)


@transaction.atomic
def delete_expired_audit_bundles(*, actor: User | None, now: datetime) -> int:
    """Delete the files whose time is over, and return how many; that they were made stays on record."""
    rows = AuditBundle.objects.select_for_update(of=("self",)).select_related("round")
    expired = list(rows.filter(expires_at__lte=now).exclude(stored_name="").order_by("pk"))
    for bundle in expired:
        name, bundle.stored_name = bundle.stored_name, ""
        bundle.save(update_fields=["stored_name"])
        transaction.on_commit(partial(audit_bundle_storage().delete, name))
        _record(
            bundle.round,
            actor=actor,
            now=now,
            action="audit_bundle.deleted",
            digest=bundle.digest,
            with_preferences=bundle.with_preferences,
        )
    return len(expired)


def audit_bundle_storage() -> Storage:
    """Return where bundles are kept, sealed."""
    return storages["uploads"]


def _zip(admission_round: AdmissionRound, *, now: datetime, with_preferences: bool, report: Report) -> bytes:
    with one_snapshot_under_a_head(actor=None, now=now):
        files = audit_bundle(admission_round, with_preferences=with_preferences, report=report)
    report("bundling", 0, 0)
    return zip_files(files)


def _parts(name: str) -> Iterator[bytes]:
    with audit_bundle_storage().open(name) as file:
        while part := file.read(PART):
            yield part


def _require(actor: User | None, admission_round: AdmissionRound, *, with_preferences: bool) -> None:
    require_actor(actor, Action.READ_AUDIT, admission_round.district_id)
    if with_preferences and actor is not None:
        require(actor, Action.READ_PREFERENCES, admission_round.district_id)


def _record(
    admission_round: AdmissionRound,
    *,
    actor: User | None,
    now: datetime,
    action: str,
    digest: str,
    with_preferences: bool,
) -> None:
    record_event(
        actor=actor,
        now=now,
        action=action,
        subject=admission_round,
        district_code=admission_round.district_id,
        details={
            "round": round_code(admission_round),
            "digest": digest,
            "with_preferences": with_preferences,
        },
    )
