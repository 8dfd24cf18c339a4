"""Projections: running one, reading it, its map and its files."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.permissions import Action, may, require
from accounts.selectors.jobs import find_latest_job
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.districts import district_of
from frontend.pages.officers.forecast_drawing import chart_data, heat_data, pyramid
from frontend.pages.officers.forecast_files import printed, workbook
from frontend.pages.officers.forecast_words import (
    assumptions_in_words,
    back_test_in_words,
    band_in_words,
    categories_in_words,
    held_back_schools,
    pinned_yields,
    score_lines,
    settings_in_words,
)
from frontend.pages.officers.forms import ProjectForm
from frontend.pages.refusals import refusal_in_words
from geo_data.models import Projection, Reconciliation, Stage
from geo_data.permissions import projection_for_reading
from geo_data.projection.seat_warnings import SeatWarning
from geo_data.projection_tasks import PROJECTING, projection_subject, request_projection
from geo_data.selectors.projections import find_latest_projection, list_projections, projected_years
from geo_data.selectors.reconciliation import find_newest_reconciliation
from zoning.selectors.outlook import Outlook, ZoneOutlook, outlook_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@for_staff
def forecasts(request: HttpRequest, person: User) -> HttpResponse:
    """List the projections; one that is being made is shown above them."""
    district = district_of(request, person)
    jobs = [find_latest_job(PROJECTING, projection_subject(district.code, stage)) for stage in Stage]
    context = {
        "district": district,
        "jobs": [job for job in jobs if job and job.status not in ("succeeded", "cancelled")],
        "latest": [one for stage in Stage if (one := find_latest_projection(district.code, stage))],
        "projections": list_projections(district.code),
        "form": ProjectForm() if may(person, Action.DRAW_ZONES, district.code) else None,
    }
    return render(request, "officers/forecast/list.html", context)


@require_POST
@for_staff
def run(request: HttpRequest, person: User) -> HttpResponse:
    """Ask for a projection."""
    district = district_of(request, person)
    require(person, Action.DRAW_ZONES, district.code)
    form = ProjectForm(request.POST)
    if form.is_valid():
        stage = Stage(form.cleaned_data["stage"])
        try:
            request_projection(actor=person, now=timezone.now(), district_code=district.code, stage=stage)
        except DomainError as refusal:
            messages.error(request, refusal_in_words(refusal))
    return redirect("forecasts")


@require_safe
@for_staff
def forecast(request: HttpRequest, person: User, projection_id: UUID) -> HttpResponse:
    """Show a projection: warnings first, then the zones, then how far it can be trusted."""
    found = projection_for_reading(person, projection_id)
    outlook = outlook_of(found, on=timezone.localdate())
    lines = score_lines(found, "school")
    context = {
        **_common(found, outlook),
        "warnings": [zone for zone in outlook.zones if zone.worst is not SeatWarning.NONE],
        "scores": lines,
        "said": back_test_in_words(lines) + band_in_words(found),
        "held_back": [one for one in held_back_schools(found) if one.lead == 1],
        "assumptions": assumptions_in_words(found),
        "categories": categories_in_words(found),
        "pinned": [one for one in _pinned(found) if one],
        "newer_run": _newer_run(found),
        "pyramid": pyramid(found) if found.children_dataset else None,
        "chart": chart_data(outlook.district),
        "thresholds": outlook.thresholds,
        "yields": pinned_yields(found),
        "settings_words": settings_in_words(found),
    }
    return render(request, "officers/forecast/projection.html", context)


@require_safe
@for_staff
def zone(request: HttpRequest, person: User, projection_id: UUID, code: str) -> HttpResponse:
    """Show one zone: its claimants by category, its seats, all its pupils."""
    found = projection_for_reading(person, projection_id)
    outlook = outlook_of(found, on=timezone.localdate())
    chosen = next((one for one in outlook.zones if one.code == code), None)
    if chosen is None:
        raise Http404
    history = [one for one in found.results["schools"] if one["school"] == code and one["lead"] == 1]
    context = {
        **_common(found, outlook),
        "zone": chosen,
        "rows": _category_rows(found, chosen),
        "chart": chart_data(chosen, history),
        "history": history,
    }
    return render(request, "officers/forecast/zone.html", context)


@require_safe
@for_staff
def forecast_map(request: HttpRequest, person: User, projection_id: UUID) -> HttpResponse:
    """Show the units by expected entrants of a year, on a map and in a list."""
    found = projection_for_reading(person, projection_id)
    years = projected_years(found)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else years[0]
    context = {"projection": found, "years": years, "year": year, **heat_data(found, year)}
    return render(request, "officers/forecast/map.html", context)


@require_safe
@for_staff
def as_workbook(request: HttpRequest, person: User, projection_id: UUID) -> HttpResponse:
    """Return the projection as a workbook."""
    found = projection_for_reading(person, projection_id)
    return _file(found, workbook(outlook_of(found, on=timezone.localdate())), XLSX, "xlsx")


@require_safe
@for_staff
def as_print(request: HttpRequest, person: User, projection_id: UUID) -> HttpResponse:
    """Return the projection as a document to print."""
    found = projection_for_reading(person, projection_id)
    return _file(found, printed(outlook_of(found, on=timezone.localdate())), "application/pdf", "pdf")


def _file(found: Projection, content: bytes, kind: str, suffix: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    name = f"projection-{found.district_id}-{found.stage}-{found.number}.{suffix}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _common(found: Projection, outlook: Outlook) -> dict[str, Any]:
    return {"projection": found, "outlook": outlook, "years": projected_years(found)}


def _newer_run(found: Projection) -> Reconciliation | None:
    """Return the newest run where the projection starts from an older one."""
    newest = find_newest_reconciliation(found.district_id) if found.reconciliation else None
    older = found.reconciliation
    return newest if newest and older and newest.number > older.number else None


def _pinned(found: Projection) -> list[Any]:
    return [
        found.units_dataset,
        found.children_dataset,
        found.enrolments_dataset,
        found.grades_dataset,
        found.housing_dataset,
        found.moves_dataset,
    ]


def _category_rows(found: Projection, chosen: ZoneOutlook) -> list[tuple[Any, list[int]]]:
    return [
        (label, [year.by_category[code] for year in chosen.years])
        for code, label, _capture in categories_in_words(found)
    ]
