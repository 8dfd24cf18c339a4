"""Zones of an earlier year from a map of polygons or a list of units: read, reported, stored when confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from django.contrib import messages
from django.core import signing
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import Action, require
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.data.place import system_layers, system_lines
from frontend.pages.officers.districts import district_of
from frontend.pages.officers.zone_file_form import ZoneFileForm
from frontend.pages.officers.zone_report import decided_units, report_of
from frontend.pages.refusals import refusal_in_words
from geo_data.models import DatasetKind, District, Stage
from geo_data.selectors.datasets import find_current_dataset
from geo_data.tables.coverage import Repair
from geo_data.tables.layers import LAYERS
from geo_data.tables.systems import parse_system
from geo_data.tables.zone_templates import zone_list_template, zone_text_template
from zoning.selectors.earlier_zones import (
    EarlierZones,
    ZoneFileRefused,
    ZoneShares,
    read_polygons,
    read_unit_list,
    settle_zones,
)
from zoning.services.earlier_zones import import_earlier_zones

SALT = "zones of an earlier year"
KEPT_SECONDS = 24 * 3600
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
POLYGONS, LIST = "polygons", "list"


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a file; with a reason where zones that look shifted were said to be right.

    swap_axes -- its two coordinates were exchanged
    """

    source: str
    shares: ZoneShares
    offset_reason: str = ""
    swap_axes: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def zone_file(request: HttpRequest, person: User) -> HttpResponse:
    """Ask for the file of a stage, say what it comes to on today's units, store it when confirmed."""
    district = district_of(request, person)
    require(person, Action.EDIT_ZONES, district.code)
    form = ZoneFileForm(request.POST or None, request.FILES or None, district=district)
    context: dict[str, Any] = {"district": district, "form": form}
    if request.method == "POST" and form.is_valid():
        answer = _answer(request, person, district, form)
        if isinstance(answer, HttpResponse):
            return answer
        context |= answer
    return render(request, "officers/zone_file.html", context)


@require_safe
@for_staff
def list_template(request: HttpRequest, person: User) -> FileResponse:
    """Hand out the template of a list of units."""
    require(person, Action.EDIT_ZONES, district_of(request, person).code)
    return _template(zone_list_template(), "zones.xlsx")


@require_safe
@for_staff
def text_template(request: HttpRequest, person: User) -> FileResponse:
    """Hand out the template of zones in words."""
    require(person, Action.EDIT_ZONES, district_of(request, person).code)
    return _template(zone_text_template(), "zone-texts.xlsx")


def _template(content: bytes, name: str) -> FileResponse:
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=XLSX)


def _answer(
    request: HttpRequest, person: User, district: District, form: ZoneFileForm
) -> HttpResponse | dict[str, Any]:
    """Return the report, or the way to the stored plan. What was read travels with the page, signed."""
    stage = Stage(form.cleaned_data["stage"])
    try:
        read = _read(district, stage, form) if form.cleaned_data["file"] else _carried(form)
        found = read.shares
        zones = settle_zones(
            found,
            district_code=district.code,
            stage=stage,
            majority=form.cleaned_data["majority"],
            on=timezone.localdate(),
        )
        decided = decided_units(request, zones)
        if "store" in request.POST and not form.cleaned_data["file"]:
            if form.cleaned_data["confirmed"]:
                return _stored(request, person, district, form, zones, read, decided)
            form.add_error("confirmed", _("Confirm that you have checked the report."))
        return report_of(zones, decided) | {"seen": _signed(stage, read), "source": read.source}
    except ZoneFileRefused as refusal:
        return {"refused": refusal.findings, **_systems(district, refusal)}
    except signing.BadSignature:
        form.add_error("file", _("Choose the file again: what was read of it is too old."))
    except DomainError as refusal:
        form.add_error(None, refusal_in_words(refusal))
    return {}


def _systems(district: District, refusal: ZoneFileRefused) -> dict[str, Any]:
    """Return where a map falls that was stopped for its coordinates, in words and for a map."""
    if not refusal.previews:
        return {}
    previews = [preview.as_data() for preview in refusal.previews]
    return {
        "systems": system_lines(previews, None),
        "places": {"layers": system_layers(district.code, previews)},
        "base_map": find_current_dataset(district.code, DatasetKind.BASE_MAP),
    }


def _read(district: District, stage: Stage, form: ZoneFileForm) -> Read:
    said = form.cleaned_data
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"zones{Path(said['file'].name).suffix.casefold()}"
        path.write_bytes(said["file"].read())
        where: dict[str, Any] = {"district_code": district.code, "stage": stage, "on": timezone.localdate()}
        if path.suffix not in LAYERS:
            return Read(LIST, read_unit_list(path, **where))
        system = parse_system(said["crs"]) if said["crs"] else None
        repairs = [Repair.MAKE_VALID] if said["repair"] else []
        accepts, swaps = said["accept_offset"], said["swap_axes"]
        found = read_polygons(
            path, declared=system, repairs=repairs, accept_offset=accepts, swap_axes=swaps, **where
        )
        return Read(POLYGONS, found, said["offset_reason"] if accepts else "", swaps)


def _signed(stage: Stage, carried: Read) -> str:
    """Return what was read, for the next request of the same page; the file itself is kept nowhere."""
    found = carried.shares
    read = [
        stage.value,
        carried.source,
        carried.offset_reason,
        carried.swap_axes,
        {zone: list(codes) for zone, codes in found.schools.items()},
        {unit: dict(shares) for unit, shares in found.shares.items()},
        list(found.beside),
    ]
    return signing.dumps(read, salt=SALT, compress=True)


def _carried(form: ZoneFileForm) -> Read:
    """Return what an earlier request read. Raises BadSignature, also where it was for another stage."""
    read = signing.loads(form.cleaned_data["seen"], salt=SALT, max_age=KEPT_SECONDS)
    stage, source, reason, swaps, schools, shares, beside = cast(
        tuple[str, str, str, bool, Any, Any, list[str]], read
    )
    if stage != form.cleaned_data["stage"]:
        raise signing.BadSignature("read for another stage")
    codes = {zone: tuple(its_schools) for zone, its_schools in schools.items()}
    return Read(source, ZoneShares(codes, shares, tuple(beside)), reason, swaps)


def _stored(
    request: HttpRequest,
    person: User,
    district: District,
    form: ZoneFileForm,
    zones: EarlierZones,
    read: Read,
    decided: Mapping[str, str],
) -> HttpResponse:
    plan = import_earlier_zones(
        actor=person,
        now=timezone.now(),
        district_code=district.code,
        stage=Stage(form.cleaned_data["stage"]),
        zones=zones,
        confirmed=form.cleaned_data["digest"],
        source=read.source,
        decided=decided,
        offset_reason=read.offset_reason,
        swap_axes=read.swap_axes,
        name=form.cleaned_data["name"],
    )
    messages.success(request, _("Version %(number)s was stored.") % {"number": plan.number})
    return redirect("plan", plan.pk)
