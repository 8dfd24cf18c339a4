"""Streets: the network and its islands, closing and linking with a reason, and measuring walks again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import Action, may, require
from accounts.selectors.jobs import find_latest_job
from common.errors import DomainError, NotFound
from frontend.pages.guards import for_staff
from frontend.pages.officers.districts import district_of
from frontend.pages.officers.street_forms import LinkForm, MeasureForm, ReasonForm, place_of
from frontend.pages.refusals import refusal_in_words
from geo_data.models import Dataset, DatasetKind, DistanceMethod, District
from geo_data.selectors.datasets import find_current_dataset, get_current_dataset
from geo_data.selectors.measures import find_walk_measure
from geo_data.selectors.street_map import (
    StretchRow,
    find_stretch,
    search_streets,
    street_overview,
    streets_near,
)
from geo_data.selectors.streets import edits_as_data, edits_of, get_edit, list_edits, list_live_edits
from geo_data.selectors.units import find_extent
from geo_data.services.measures import Manner
from geo_data.services.street_edits import add_link, close_street, undo_edit
from geo_data.streets.edits import Pair
from geo_data.tasks import MEASURING, measuring_subject, request_measuring

EDITS_PER_PAGE = 50


@require_safe
@for_staff
def streets(request: HttpRequest, person: User) -> HttpResponse:
    """Show network, search, edits and the newest measure."""
    district = district_of(request, person)
    return render(request, "officers/streets.html", _context(request, person, district))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def close(request: HttpRequest, person: User) -> HttpResponse:
    """Ask for the reason, then close the stretch."""
    district = district_of(request, person)
    require(person, Action.IMPORT_DATA, district.code)
    edge = _edge_of(request.GET.get("edge", ""))
    stretch = find_stretch(get_current_dataset(district.code, DatasetKind.STREETS), edge)
    if stretch is None:
        raise NotFound("there is no such street, or it is closed already")
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            close_street(
                actor=person, now=timezone.now(), district_code=district.code, edge=edge, reason=reason
            )
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            messages.success(request, _("The street is closed. Measure walks again for it to count."))
            return redirect("streets")
    return render(request, "officers/street_close.html", {"stretch": stretch, "form": form})


@require_POST
@for_staff
def link(request: HttpRequest, person: User) -> HttpResponse:
    """Add a link between two places."""
    district = district_of(request, person)
    require(person, Action.IMPORT_DATA, district.code)
    form = LinkForm(request.POST)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            add_link(
                actor=person,
                now=timezone.now(),
                district_code=district.code,
                ends=(asked["start"], asked["end"]),
                place=asked["place"],
                reason=asked["reason"],
            )
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            messages.success(request, _("The link is added. Measure walks again for it to count."))
            return redirect("streets")
    context = {**_context(request, person, district), "link_form": form}
    return render(request, "officers/streets.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def undo(request: HttpRequest, person: User, edit_id: UUID) -> HttpResponse:
    """Ask for the reason, then take a change back."""
    edit = get_edit(edit_id)
    require(person, Action.IMPORT_DATA, edit.district_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            undo_edit(actor=person, now=timezone.now(), edit_id=edit_id, reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            messages.success(request, _("The change is undone. Measure walks again for it to count."))
            return redirect("streets")
    return render(request, "officers/street_undo.html", {"edit": edit, "form": form})


@require_POST
@for_staff
def measure(request: HttpRequest, person: User) -> HttpResponse:
    """Ask for walks to be measured."""
    district = district_of(request, person)
    require(person, Action.IMPORT_DATA, district.code)
    form = MeasureForm(request.POST)
    if not form.is_valid():
        context = {**_context(request, person, district), "measure_form": form}
        return render(request, "officers/streets.html", context, status=422)
    manner = Manner(DistanceMethod.WALK, form.cleaned_data["penalty_m"], form.cleaned_data["snap_limit_m"])
    try:
        request_measuring(actor=person, now=timezone.now(), district_code=district.code, manner=manner)
    except DomainError as refusal:
        messages.error(request, refusal_in_words(refusal))
    return redirect("streets")


def _context(request: HttpRequest, person: User, district: District) -> dict[str, Any]:
    dataset = find_current_dataset(district.code, DatasetKind.STREETS)
    may_import = may(person, Action.IMPORT_DATA, district.code)
    may_edit = may_import and dataset is not None
    context: dict[str, Any] = {
        "district": district,
        "dataset": dataset,
        "may_import": may_import,
        "may_edit": may_edit,
    }
    if dataset is None:
        return context
    words = request.GET.get("q", "").strip()
    units = find_current_dataset(district.code, DatasetKind.UNITS)
    found = _found(dataset, words)
    newest, overview = _newest(district), street_overview(dataset)
    return {
        **context,
        "words": words,
        "found": found,
        "overview": overview,
        "edits": Paginator(list_edits(district.code), EDITS_PER_PAGE).get_page(request.GET.get("page")),
        "link_form": LinkForm() if may_edit else None,
        "measure_form": MeasureForm(initial=_as_before(newest)) if may_edit else None,
        "job": _job(district),
        **newest,
        "extent": find_extent(units) if units else overview.extent,
    }


def _newest(district: District) -> dict[str, Any]:
    """Return the newest walks of the versions in use, and whether they stand on today's streets."""
    units, schools, streets_now = (
        find_current_dataset(district.code, kind)
        for kind in (DatasetKind.UNITS, DatasetKind.SCHOOLS, DatasetKind.STREETS)
    )
    found = find_walk_measure(units.pk, schools.pk) if units and schools else None
    if found is None:
        return {"measure": None, "measure_is_current": False}
    same = found.streets_dataset == streets_now
    edits = edits_as_data(edits_of(list_live_edits(district.code)))
    return {"measure": found, "measure_is_current": same and found.edits == edits}


def _as_before(newest: dict[str, Any]) -> dict[str, int]:
    found = newest["measure"]
    return {"penalty_m": found.penalty_m, "snap_limit_m": found.snap_limit_m} if found else {}


def _job(district: District) -> Any:
    job = find_latest_job(MEASURING, measuring_subject(district.code))
    return job if job and job.status not in ("succeeded", "cancelled") else None


def _found(dataset: Dataset, words: str) -> tuple[StretchRow, ...]:
    if not words:
        return ()
    place = place_of(words)
    return streets_near(dataset, *place) if place else search_streets(dataset, words)


def _edge_of(text: str) -> Pair:
    """Return the pair of node ids that "1_2" names."""
    first, _bar, second = text.partition("_")
    try:
        return int(first), int(second)
    except ValueError:
        raise NotFound("there is no such street") from None
