"""Children whom a guardian registers: told to the bureau before any round, and taken back."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.selectors.people import open_phone
from common.errors import DomainError
from frontend.pages.districts import find_chosen_district
from frontend.pages.guardians.children_form import RegisterChildForm
from frontend.pages.guards import for_guardians
from frontend.pages.refusals import refusal_in_words
from geo_data.models import DatasetKind, District, SelfRegistration
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.districts import list_districts
from geo_data.selectors.registers import get_self_registration, list_self_registrations, open_own
from geo_data.selectors.schools import list_schools
from geo_data.selectors.units import list_units
from geo_data.services.self_registration import DeclarationFaulty, register_child, withdraw_registration


@require_safe
@for_guardians
def my_children(request: HttpRequest, guardian: User) -> HttpResponse:
    """List the children whom the guardian registered."""
    rows = list(list_self_registrations(guardian).select_related("district"))
    children = [
        (row, _home_of(row), person) for row, person in zip(rows, open_own(rows, guardian), strict=True)
    ]
    return render(request, "guardians/children.html", {"children": children})


@require_http_methods(["GET", "HEAD", "POST"])
@for_guardians
def register(request: HttpRequest, guardian: User) -> HttpResponse:
    """Ask for the child, then store it as declared; nothing is said of what any list knows."""
    district = find_chosen_district(request)
    units = find_current_dataset(district.code, DatasetKind.UNITS) if district else None
    context: dict[str, Any] = {"district": district, "districts": list_districts()}
    if district is None or units is None:
        return render(request, "guardians/child_register.html", context)
    form = RegisterChildForm(request.POST or None, units=units, schools=_schools_of(district))
    if request.method == "POST" and form.is_valid():
        try:
            register_child(
                actor=guardian,
                now=timezone.now(),
                district_code=district.code,
                declaration=form.declaration(open_phone(guardian)),
            )
        except DeclarationFaulty as refusal:
            form.add_faults(cast(Mapping[str, list[str]], refusal.details["fields"]))
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            messages.success(request, _("The child is registered. The bureau compares it with its lists."))
            return redirect("my-children")
    context["form"] = form
    return render(request, "guardians/child_register.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_guardians
def withdraw(request: HttpRequest, guardian: User, registration_id: UUID) -> HttpResponse:
    """Ask once, then take the registration back."""
    row = get_self_registration(guardian, registration_id)
    if request.method == "POST":
        try:
            withdraw_registration(actor=guardian, now=timezone.now(), registration_id=row.pk)
        except DomainError as refusal:
            messages.error(request, refusal_in_words(refusal))
        else:
            messages.success(request, _("The registration was taken back."))
        return redirect("my-children")
    [person] = open_own([row], guardian)
    return render(request, "guardians/child_withdraw.html", {"row": row, "person": person})


def _schools_of(district: District) -> list[tuple[str, str]]:
    """Return code and name of every school in use, each once, by name."""
    schools = find_current_dataset(district.code, DatasetKind.SCHOOLS)
    named = {row.code: row.name or row.code for row in list_schools(schools)} if schools else {}
    return sorted(named.items(), key=lambda one: (one[1], one[0]))


def _home_of(row: SelfRegistration) -> str:
    """Return the name of the estate or village; its code where the units in use do not know it."""
    units = find_current_dataset(row.district_id, DatasetKind.UNITS)
    unit = list_units(units).filter(code=row.unit_code).first() if units and row.unit_code else None
    return unit.name if unit else row.unit_code
