"""Zone plans: drawing, looking, moving an estate, putting in force."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import JobRun, JobStatus, User
from accounts.permissions import Action, may, require
from accounts.selectors.jobs import find_latest_job
from accounts.services.jobs import JobIsOver
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.districts import district_of
from frontend.pages.officers.forms import DrawForm, MoveForm, PublishForm, ReasonForm, RedrawForm
from frontend.pages.officers.plan_reasons import plan_reasons
from frontend.pages.officers.weights import drawn_for_in_words
from frontend.pages.officers.zone_rules import rules_context
from frontend.pages.refusals import refusal_in_words
from geo_data.models import DatasetKind, DistanceMeasure, DistanceMethod, District, Stage
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.measures import find_walk_measure
from geo_data.selectors.reconciliation import find_newest_reconciliation, find_reconciliation_in_use
from geo_data.selectors.units import list_units
from zoning.models import ZonePlan
from zoning.permissions import plan_for, plan_for_reading
from zoning.selectors.basis import Demand, Later
from zoning.selectors.demand import demand_facts
from zoning.selectors.overview import PlanOverview, plan_overview
from zoning.selectors.plans import has_later_version, list_plans
from zoning.services.plans import move_units, restore_plan
from zoning.services.publications import publish_plan
from zoning.tasks import DRAWING, drawing_subject, get_drawing, request_drawing, stop_drawing

DEMAND_OF = {one.value: one for one in Demand}  # census and units file: counted as they came


@require_safe
@for_staff
def plans(request: HttpRequest, person: User) -> HttpResponse:
    """List the versions; a drawing that runs is shown above them."""
    district = district_of(request, person)
    form = DrawForm() if may(person, Action.DRAW_ZONES, district.code) else None
    return render(request, "officers/plans.html", _plans_context(district, form))


@require_POST
@for_staff
def draw(request: HttpRequest, person: User) -> HttpResponse:
    """Ask the engine for a plan."""
    district = district_of(request, person)
    require(person, Action.DRAW_ZONES, district.code)
    form = DrawForm(request.POST)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            request_drawing(
                actor=person,
                now=timezone.now(),
                district_code=district.code,
                stage=Stage(asked["stage"]),
                preset=asked["preset"] or None,
                weights=form.own_weights(),
                class_size=asked["class_size"],
                demand=Demand(asked["demand"]) if asked["demand"] else None,
                method=DistanceMethod(asked["method"]) if asked["method"] else None,
                later=Later(asked["later"] or Later.IGNORED.value),
                school_groups=asked["shared"],
            )
        except DomainError as refusal:
            named = str(refusal.details.get("option", ""))
            form.add_error(named if named in form.fields else None, refusal_in_words(refusal))
        else:
            return redirect("plans")
    return render(request, "officers/plans.html", _plans_context(district, form), status=422)


@require_POST
@for_staff
def redraw(request: HttpRequest, person: User, plan_id: UUID) -> HttpResponse:
    """Ask the engine for a plan that starts from this version, on the same kind of children and distances."""
    found = plan_for(person, Action.DRAW_ZONES, plan_id)
    form = RedrawForm(request.POST)
    if form.is_valid():
        told = found.report["basis"]
        try:
            request_drawing(
                actor=person,
                now=timezone.now(),
                district_code=found.district_id,
                stage=Stage(found.stage),
                entry_year=found.entry_year,
                demand=DEMAND_OF.get(told["demand"], Demand.COUNTED),
                preset=form.cleaned_data["preset"] or None,
                method=DistanceMethod.WALK if found.measure else DistanceMethod.STRAIGHT,
                later=Later(told.get("later", Later.IGNORED.value)),
                start_plan=found.number,
            )
        except DomainError as refusal:
            messages.error(request, refusal_in_words(refusal))
            return redirect("plan", plan_id)
    return redirect("plans")


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def stop(request: HttpRequest, person: User, job_id: UUID) -> HttpResponse:
    """Ask for a confirmation, then stop the drawing."""
    job = get_drawing(job_id)
    require(person, Action.DRAW_ZONES, job.district_code)
    if request.method != "POST":
        return render(request, "officers/stop_drawing.html", {"job": job})
    try:
        asked = stop_drawing(actor=person, now=timezone.now(), job_id=job_id)
    except JobIsOver as refusal:
        messages.error(request, refusal_in_words(refusal))
    else:
        if asked.status == JobStatus.CANCELLED:
            messages.success(request, _("The drawing was taken out of the queue."))
        else:
            messages.success(request, _("The drawing stops at its next step."))
    return redirect("plans")


@require_safe
@for_staff
def plan(request: HttpRequest, person: User, plan_id: UUID) -> HttpResponse:
    """Show the zones on a map and in a table."""
    found = plan_for_reading(person, plan_id)
    return render(request, "officers/plan.html", _context(person, found))


@require_POST
@for_staff
def move(request: HttpRequest, person: User, plan_id: UUID) -> HttpResponse:
    """Store the next version with one unit in another zone, and go there."""
    found = plan_for(person, Action.EDIT_ZONES, plan_id)
    context = _context(person, found)
    form = _move_form(found, context["overview"], request.POST)
    if form.is_valid():
        moves = {form.cleaned_data["unit"]: form.cleaned_data["zone"]}
        try:
            new = move_units(
                actor=person,
                now=timezone.now(),
                plan_id=plan_id,
                moves=moves,
                reason=form.cleaned_data["reason"],
            )
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            messages.success(request, _("Version %(number)s was stored.") % {"number": new.number})
            return redirect("plan", new.pk)
    return render(request, "officers/plan.html", {**context, "move_form": form}, status=422)


@require_POST
@for_staff
def restore(request: HttpRequest, person: User, plan_id: UUID) -> HttpResponse:
    """Store the next version, equal to this one, and go there."""
    found = plan_for(person, Action.EDIT_ZONES, plan_id)
    form = ReasonForm(request.POST, auto_id="restore_%s")
    if form.is_valid():
        try:
            new = restore_plan(actor=person, now=timezone.now(), plan_id=plan_id, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            messages.success(request, _("Version %(number)s was stored.") % {"number": new.number})
            return redirect("plan", new.pk)
    context = {**_context(person, found), "restore_form": form}
    return render(request, "officers/plan.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def publish(request: HttpRequest, person: User, plan_id: UUID) -> HttpResponse:
    """Ask for the period and a confirmation, then put the plan in force."""
    found = plan_for(person, Action.PUBLISH_ZONES, plan_id)
    form = PublishForm(request.POST or None, initial={"from_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        period = {name: form.cleaned_data[name] for name in ("from_on", "until_on", "document_number")}
        try:
            publish_plan(actor=person, now=timezone.now(), plan_id=plan_id, **period)
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            messages.success(request, _("The zones are published."))
            return redirect("plan", plan_id)
    context = {"plan": found, "form": form, "demand": demand_facts(found)}
    return render(request, "officers/publish.html", context)


def _plans_context(district: District, form: DrawForm | None) -> dict[str, Any]:
    return {
        "district": district,
        "plans": list_plans(district.code),
        "jobs": [job for stage in Stage if (job := _shown_job(district.code, stage))],
        "form": form,
        "run_in_use": find_reconciliation_in_use(district.code),
        "newest_run": find_newest_reconciliation(district.code),
        "walks": _walks_in_use(district),
    }


def _walks_in_use(district: District) -> DistanceMeasure | None:
    units, schools = (
        find_current_dataset(district.code, kind) for kind in (DatasetKind.UNITS, DatasetKind.SCHOOLS)
    )
    return find_walk_measure(units.pk, schools.pk) if units and schools else None


def _shown_job(district_code: str, stage: Stage) -> JobRun | None:
    """Return the drawing that waits or runs, or failed last; one that succeeded shows in the list of plans."""
    job = find_latest_job(DRAWING, drawing_subject(district_code, stage))
    return job if job and job.status not in ("succeeded", "cancelled") else None


def _context(person: User, found: ZonePlan) -> dict[str, Any]:
    overview = plan_overview(found, on=timezone.localdate())
    may_edit = may(person, Action.EDIT_ZONES, found.district_id)
    return {
        "plan": found,
        "overview": overview,
        "publications": list(found.publications.filter(withdrawn_at=None)),
        "may_publish": may(person, Action.PUBLISH_ZONES, found.district_id),
        "move_form": _move_form(found, overview, None) if may_edit else None,
        "restore_form": ReasonForm(auto_id="restore_%s") if may_edit and has_later_version(found) else None,
        "redraw_form": RedrawForm(auto_id="redraw_%s")
        if may(person, Action.DRAW_ZONES, found.district_id)
        else None,
        "faults": plan_reasons(found),
        "gaps": _gaps(found),
        "demand": demand_facts(found),
        "drawn_for": drawn_for_in_words(overview.drawn_for),
        "workspace": _workspace(found, overview, may_edit=may_edit),
        **rules_context(found),
        "map_review_number": settings.MAP_REVIEW_NUMBER,
    }


def _move_form(found: ZonePlan, overview: PlanOverview, data: Any) -> MoveForm:
    names = dict(list_units(found.units_dataset).values_list("code", "name"))
    return MoveForm(data, zones=[(one.zone.code, one.zone.name) for one in overview.zones], names=names)


def _gaps(found: ZonePlan) -> dict[str, float | None]:
    """Return how far the plan is from the best by what was wished for, and, where that is not ways alone, by ways."""
    ways = found.report.get("gap")
    objective = found.report.get("objective")
    if objective is None or "prices_mm" not in objective:
        return {"best": ways, "ways": None}
    return {"best": objective["gap"], "ways": ways}


def _workspace(found: ZonePlan, overview: PlanOverview, *, may_edit: bool) -> dict[str, Any]:
    """Return what the map's script needs besides shapes; src/workspace/plan.ts names the same fields."""
    streets = find_current_dataset(found.district_id, DatasetKind.BASE_MAP)
    return {
        "plan": str(found.pk),
        "baseMap": str(streets.pk) if streets else "",
        "why": reverse("why-here", args=[found.pk]),
        "move": reverse("move-unit", args=[found.pk]) if may_edit else "",
        "mend": reverse("mend-plan", args=[found.pk]) if may_edit and not found.lawful else "",
        "zones": [
            {
                "code": one.zone.code,
                "name": one.zone.name,
                "schools": [school.name for school in one.zone.schools],
                "children": one.children,
                "seats": one.seats,
                "units": one.units,
                "meanWalk": one.walk.mean,
            }
            for one in overview.zones
        ],
    }
