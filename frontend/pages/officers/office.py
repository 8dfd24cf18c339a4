"""The desk of a district: what runs, what is in force, what waits."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from admissions.selectors.applications import count_by_status
from admissions.selectors.rounds import list_rounds, phase_of
from frontend.pages.guards import for_staff
from frontend.pages.officers.districts import district_of
from frontend.pages.words import PHASES
from geo_data.models import DatasetKind, Stage
from geo_data.selectors.datasets import find_current_dataset
from zoning.selectors.plans import list_plans
from zoning.selectors.publications import find_publication

NEWEST = 5


@require_safe
@for_staff
def office(request: HttpRequest, person: User) -> HttpResponse:
    """Show the district at a glance."""
    district = district_of(request, person)
    now = timezone.now()
    today = timezone.localdate(now)
    context = {
        "district": district,
        "rounds": [
            (found, PHASES[phase_of(found, now)], count_by_status(found))
            for found in list_rounds(district.code)[:NEWEST]
        ],
        "in_force": [(stage.label, find_publication(district.code, stage, today)) for stage in Stage],
        "plans": list_plans(district.code)[:NEWEST],
        "datasets": [(kind.label, find_current_dataset(district.code, kind)) for kind in DatasetKind],
    }
    return render(request, "officers/office.html", context)
