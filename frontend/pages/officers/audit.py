"""What was done in a district, for its auditor."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import LIVE, JobStatus, User
from accounts.permissions import Action, require
from accounts.selectors.audit import find_tree_head, list_events
from accounts.selectors.jobs import find_latest_job
from admissions.audit_tasks import AUDIT_BUNDLE, request_audit_bundle
from admissions.models import AdmissionRound
from admissions.selectors.audit_bundles import list_audit_bundles
from admissions.selectors.rounds import get_round, list_rounds, round_code
from admissions.services.audit_bundles import open_audit_bundle
from frontend.pages.guards import for_staff
from frontend.pages.officers.districts import district_of

ROWS = 100


@require_safe
@for_staff
def audit(request: HttpRequest, person: User) -> HttpResponse:
    """List events, the newest first."""
    district = district_of(request, person)
    require(person, Action.READ_AUDIT, district.code)
    page = Paginator(list_events(district.code), ROWS).get_page(request.GET.get("page"))
    rounds = [found for found in list_rounds(district.code) if found.refill_number == 0]
    context = {"district": district, "page": page, "head": find_tree_head(), "rounds": rounds}
    return render(request, "officers/audit.html", context)


@require_safe
@for_staff
def bundles(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Show the bundles of a round that were made, and how far the one in the making is."""
    found = _round(person, round_id)
    job = find_latest_job(AUDIT_BUNDLE, found)
    works = job is not None and job.status in LIVE
    context = {
        "round": found,
        "bundles": list_audit_bundles(found),
        "job": job if job and (works or job.status == JobStatus.FAILED) else None,
        "may_make": not works,
        "now": timezone.now(),
    }
    return render(request, "officers/audit_bundles.html", context)


@require_POST
@for_staff
def make_bundle(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Have the bundle of a round made in the background."""
    found = _round(person, round_id)
    request_audit_bundle(actor=person, now=timezone.now(), admission_round=found)
    return redirect("audit-bundles", found.pk)


@require_POST
@for_staff
def bundle_file(request: HttpRequest, person: User, bundle_id: UUID) -> StreamingHttpResponse:
    """Hand out a bundle, opened part by part; that it was handed out is recorded, so it is asked for by POST."""
    found, parts = open_audit_bundle(actor=person, now=timezone.now(), bundle_id=bundle_id)
    response = StreamingHttpResponse(parts, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{round_code(found.round)}-audit.zip"'
    response["Content-Length"] = str(found.size_bytes)
    response["Cache-Control"] = "no-store"
    return response


def _round(person: User, round_id: UUID) -> AdmissionRound:
    found = get_round(round_id)
    require(person, Action.READ_AUDIT, found.district_id)
    return found
