"""The auditor's bundle as a background job: one moment of the database, killed halfway, made once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, JobRun, JobStatus
from admissions.audit_tasks import request_audit_bundle
from admissions.models import AuditBundle
from admissions.selectors.audit_bundle_check import audit_bundle_faults
from admissions.selectors.bundles import unzip_files
from admissions.services.answers import decline_offer
from admissions.services.audit_bundles import open_audit_bundle
from common.canonical import digest_bytes
from tests.services.accounts_world import auditor
from tests.services.after_world import published_round
from tests.services.killing import held, somebody_waits, work_until_idle
from tests.services.round_world import RESULTS_DAY
from tests.services.test_admissions_jobs import killed_while_held
from tests.services.test_jobs_killed import PATIENCE, wait_until, worker

pytestmark = pytest.mark.django_db(transaction=True)

HALFWAY = "LOCK TABLE admissions_choiceoutcome IN ACCESS EXCLUSIVE MODE"  # after the log, before the offers
SOON = RESULTS_DAY + timedelta(hours=1)


def test_a_worker_killed_halfway_leaves_nothing_and_the_next_one_makes_the_bundle_once() -> None:
    # given
    found, reader = published_round(("u0",)), auditor()
    job = request_audit_bundle(actor=reader, now=timezone.now(), admission_round=found.round)

    # when the worker is killed while it gathers
    seen = killed_while_held(HALFWAY)
    assert (seen.status, seen.stage) == (JobStatus.RUNNING, "gathering")
    assert not AuditBundle.objects.exists()
    work_until_idle()

    # then another made it, once, and its digest is in the log
    job.refresh_from_db()
    made = AuditBundle.objects.get()
    assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, 2)
    assert job.result == {"bundle": str(made.pk), "digest": made.digest}
    assert AuditEvent.objects.get(action="audit_bundle.made").details["digest"] == made.digest
    _, parts = open_audit_bundle(actor=reader, now=timezone.now(), bundle_id=made.pk)
    data = b"".join(parts)
    assert digest_bytes(data) == made.digest
    assert audit_bundle_faults(unzip_files(data)) == []


def test_what_families_do_meanwhile_is_in_the_bundle_whole_or_not_at_all() -> None:
    # given a bundle in the making that has read the log and not yet the places
    found, reader = published_round(), auditor()
    request_audit_bundle(actor=reader, now=timezone.now(), admission_round=found.round)
    gone = found.placed_at("A")[0]
    with worker("--until-idle") as only:
        with held(HALFWAY):
            wait_until(somebody_waits)
            # when a family gives its place up
            decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)
        assert only.wait(PATIENCE) == 0

    # then the bundle is of one moment, before that
    assert JobRun.objects.get(kind="round.audit_bundle").status == JobStatus.SUCCEEDED
    _, parts = open_audit_bundle(actor=reader, now=timezone.now(), bundle_id=AuditBundle.objects.get().pk)
    files = unzip_files(b"".join(parts))
    assert audit_bundle_faults(files) == []
    assert b"declined" not in files["rounds/410181-primary-2026/offers.csv"]
