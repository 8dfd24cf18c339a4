"""What was done in a district, for its auditor."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import Action, require
from accounts.selectors.audit import find_tree_head, list_events
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
    return render(
        request, "officers/audit.html", {"district": district, "page": page, "head": find_tree_head()}
    )
