"""Why an estate is in its zone, and what each zone beside it would mean, in sentences."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.forms import UnitForm
from frontend.pages.officers.why_words import consequence_in_words, reason_in_words
from frontend.pages.refusals import refusal_in_words
from zoning.models import ZonePlan
from zoning.permissions import plan_for_reading
from zoning.selectors.plans import plan_content, unit_names, zone_names
from zoning.selectors.what_if import load_question
from zoning.selectors.why import explain_unit


@require_safe
@for_staff
def why(request: HttpRequest, person: User, plan_id: UUID) -> HttpResponse:
    """Explain the estate asked for, by name or code; without one list the estates of a zone. Nothing is stored."""
    found = plan_for_reading(person, plan_id)
    names = unit_names(found)
    form = UnitForm(request.GET if "unit" in request.GET else None, names=names)
    context: dict[str, Any] = {
        "plan": found,
        "form": form,
        **_choice(found, names, request.GET.get("zone", "")),
    }
    if form.is_bound and form.is_valid():
        try:
            context |= _answer(found, form.cleaned_data["unit"])
        except DomainError as refusal:
            context["refusal"] = refusal_in_words(refusal)
    return render(request, "officers/why.html", context, status=422 if form.errors else 200)


def _answer(found: ZonePlan, unit: str) -> dict[str, Any]:
    question = load_question(found)
    told = explain_unit(question, unit)
    return {
        "unit_name": question.names[unit],
        "reasons": reason_in_words(told, question.names),
        "by_walks": question.basis.ways is not None,
        "beside": [consequence_in_words(told, one, question.names) for one in told.beside],
    }


def _choice(found: ZonePlan, names: dict[str, str], zone: str) -> dict[str, Any]:
    """Return the zones to choose from, and the estates of the one chosen, by name."""
    zones = zone_names(found)
    units = (
        [unit for unit, own in plan_content(found).zone_of.items() if own == zone] if zone in zones else []
    )
    return {
        "zones": sorted(zones.items(), key=lambda one: (one[1], one[0])),
        "chosen": {"code": zone, "name": zones[zone]} if zone in zones else None,
        "units": sorted(((unit, names[unit]) for unit in units), key=lambda one: (one[1], one[0])),
    }
