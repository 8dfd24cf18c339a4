"""What was done in a district, for its auditor."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.permissions import Action, require
from accounts.selectors.audit import find_tree_head, list_events
from admissions.selectors.rounds import get_round, list_rounds, round_code
from admissions.services.audit_bundles import hand_out_audit_bundle
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


@require_POST
@for_staff
def bundle(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Hand out the auditor's bundle of a round; that it was handed out is recorded, so it is asked for by POST."""
    found = get_round(round_id)
    data = hand_out_audit_bundle(actor=person, now=timezone.now(), round_id=found.pk)
    response = HttpResponse(data, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{round_code(found)}-audit.zip"'
    return response
