"""The desk of whoever works here: a district at a glance; for a school or an administrator, their own matters."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Role, User
from accounts.permissions import Action, may
from admissions.selectors.applications import count_by_status
from admissions.selectors.rounds import list_rounds, phase_of
from frontend.pages.guards import for_staff
from frontend.pages.officers.districts import district_of
from frontend.pages.officers.people import people_office
from frontend.pages.officers.school import school_office
from frontend.pages.words import PHASES
from geo_data.models import DatasetKind, Stage
from geo_data.selectors.datasets import find_current_dataset
from zoning.selectors.plans import list_plans
from zoning.selectors.publications import find_publication

NEWEST = 5


@require_safe
@for_staff
def office(request: HttpRequest, person: User) -> HttpResponse:
    """Show what the person's role is about."""
    if person.role == Role.SCHOOL_OFFICER:
        return school_office(request, person)
    if person.role == Role.ADMINISTRATOR:
        return people_office(request, person)
    return _district_office(request, person)


def _district_office(request: HttpRequest, person: User) -> HttpResponse:
    district = district_of(request, person)
    now = timezone.now()
    today = timezone.localdate(now)
    context = {
        "district": district,
        "may_read_audit": may(person, Action.READ_AUDIT, district.code),
        "rounds": [
            (found, PHASES[phase_of(found, now)], count_by_status(found))
            for found in list_rounds(district.code)[:NEWEST]
        ],
        "in_force": [(stage.label, find_publication(district.code, stage, today)) for stage in Stage],
        "plans": list_plans(district.code)[:NEWEST],
        "datasets": [(kind.label, find_current_dataset(district.code, kind)) for kind in DatasetKind],
    }
    return render(request, "officers/office.html", context)
