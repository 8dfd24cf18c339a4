"""The files a district has brought in, and what was found in them."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import Action, require
from frontend.pages.guards import for_staff
from frontend.pages.officers.districts import district_of
from geo_data.selectors.datasets import get_dataset, list_datasets

FINDINGS_PER_PAGE = 100


@require_safe
@for_staff
def datasets(request: HttpRequest, person: User) -> HttpResponse:
    """List every version."""
    district = district_of(request, person)
    return render(
        request, "officers/datasets.html", {"district": district, "datasets": list_datasets(district.code)}
    )


@require_safe
@for_staff
def dataset(request: HttpRequest, person: User, dataset_id: UUID) -> HttpResponse:
    """Show one version and its findings."""
    found = get_dataset(dataset_id)
    require(person, Action.READ_DISTRICT, found.district_id)
    findings = Paginator(found.findings, FINDINGS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "officers/dataset.html", {"dataset": found, "findings": findings})
