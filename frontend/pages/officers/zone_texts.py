"""Zones in words: pasted or uploaded by school, read, reported, and stored as an earlier year's plan when confirmed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import Action, require
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.districts import district_of
from frontend.pages.officers.forms import ZoneTextsForm
from frontend.pages.officers.zone_report import decided_units, report_of
from frontend.pages.refusals import refusal_in_words
from geo_data.models import District, Stage
from geo_data.tables.zone_text_table import LONGEST, ZoneText
from zoning.selectors.basis import SeatedSchool, load_current_basis
from zoning.selectors.earlier_zones import EarlierZones, ZoneFileRefused, read_texts, zones_of_texts
from zoning.services.earlier_zones import import_earlier_zones

TEXT = "text-"


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def zone_texts(request: HttpRequest, person: User) -> HttpResponse:
    """Ask for the texts of a stage, say what they mean, store them when confirmed."""
    district = district_of(request, person)
    require(person, Action.EDIT_ZONES, district.code)
    form = ZoneTextsForm(request.POST or None, request.FILES or None)
    asked = request.POST.get("stage") or request.GET.get("stage") or ""
    stage = Stage(asked) if asked in Stage.values else Stage.PRIMARY
    context: dict[str, Any] = {"district": district, "stage": stage, "stages": Stage.choices, "form": form}
    try:
        basis = load_current_basis(district.code, stage, None, on=timezone.localdate())
    except DomainError as refusal:
        return render(request, "officers/zone_texts.html", {**context, "refusal": refusal_in_words(refusal)})
    texts: Sequence[ZoneText] = _pasted(request, basis.schools)
    if request.method == "POST" and form.is_valid():
        texts, answer = _answer(request, person, district, form, texts, context)
        if isinstance(answer, HttpResponse):
            return answer
        context |= answer
    context["rows"] = _rows(basis.schools, texts)
    return render(request, "officers/zone_texts.html", context)


def _answer(
    request: HttpRequest,
    person: User,
    district: District,
    form: ZoneTextsForm,
    texts: Sequence[ZoneText],
    context: Mapping[str, Any],
) -> tuple[Sequence[ZoneText], HttpResponse | dict[str, Any]]:
    """Return the texts, and the report of them or the way to the stored plan."""
    try:
        if form.cleaned_data["file"]:
            texts = _uploaded(form.cleaned_data["file"], district, context["stage"])
        zones = zones_of_texts(
            district_code=district.code,
            stage=context["stage"],
            texts=texts,
            majority=form.cleaned_data["majority"],
            on=timezone.localdate(),
        )
        if "store" not in request.POST:
            return texts, report_of(zones, decided_units(request, zones))
        return texts, _stored(request, person, district, form, zones, context)
    except ZoneFileRefused as refusal:
        return texts, {"findings": refusal.findings}
    except DomainError as refusal:
        form.add_error(None, refusal_in_words(refusal))
        return texts, {}


def _stored(
    request: HttpRequest,
    person: User,
    district: District,
    form: ZoneTextsForm,
    zones: EarlierZones,
    context: Mapping[str, Any],
) -> HttpResponse | dict[str, Any]:
    decided = decided_units(request, zones)
    if not form.cleaned_data["confirmed"]:
        form.add_error("confirmed", _("Confirm that you have checked the report."))
        return report_of(zones, decided)
    try:
        plan = import_earlier_zones(
            actor=person,
            now=timezone.now(),
            district_code=district.code,
            stage=context["stage"],
            zones=zones,
            confirmed=form.cleaned_data["digest"],
            source="texts",
            decided=decided,
            name=form.cleaned_data["name"],
        )
    except DomainError as refusal:
        form.add_error(None, refusal_in_words(refusal))
        return report_of(zones, decided)
    messages.success(request, _("Version %(number)s was stored.") % {"number": plan.number})
    return redirect("plan", plan.pk)


def _pasted(request: HttpRequest, schools: Sequence[SeatedSchool]) -> tuple[ZoneText, ...]:
    """Return the texts of the form; schools with the very same words share a zone."""
    by_words: dict[str, list[str]] = defaultdict(list)
    for school in schools:
        words = request.POST.get(f"{TEXT}{school.code}", "").strip()[:LONGEST]
        if words:
            by_words[words].append(school.code)
    return tuple(
        sorted((ZoneText(tuple(codes), words) for words, codes in by_words.items()), key=lambda t: t.schools)
    )


def _uploaded(file: "UploadedFile[Any]", district: District, stage: Stage) -> tuple[ZoneText, ...]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"texts{Path(file.name or '').suffix.casefold()}"
        path.write_bytes(file.read())
        return read_texts(path, district_code=district.code, stage=stage, on=timezone.localdate())


def _rows(schools: Sequence[SeatedSchool], texts: Sequence[ZoneText]) -> list[dict[str, str]]:
    words = {code: text.text for text in texts for code in text.schools}
    return [
        {
            "code": school.code,
            "name": school.name,
            "field": TEXT + school.code,
            "text": words.get(school.code, ""),
        }
        for school in schools
    ]
