"""Start from a school: what belongs to it, in words; on a map only where the map has its review number."""

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.limits import limit_lookups
from frontend.pages.districts import find_chosen_district
from frontend.pages.public.zones import stage_of
from geo_data.models import DatasetKind, District, Stage
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.districts import get_district
from zoning.selectors.in_words import SchoolWithoutZone, SchoolZone, words_by_township, zone_of_school
from zoning.selectors.plan_readme import commands
from zoning.selectors.plans import list_zone_schools
from zoning.selectors.publications import list_from


@require_safe
def school_zones(request: HttpRequest) -> HttpResponse:
    """List the schools that have a zone, by stage."""
    district, stage = find_chosen_district(request), stage_of(request)
    today = timezone.localdate()
    publication = list_from(district.code, stage, today).first() if district else None
    context = {
        "district": district,
        "stage": stage,
        "stages": Stage.choices,
        "publication": publication,
        "schools": list_zone_schools(publication.plan_id) if publication else [],
        "commands": commands(publication.plan) if publication and _are_files_public() else None,
        "has_bound": publication is not None and publication.plan.report.get("lower_bound") is not None,
    }
    return render(request, "public/school_zones.html", context)


@require_safe
def school_zone(request: HttpRequest, district_code: str, school_code: str) -> HttpResponse:
    """Say what belongs to the school today, on the day asked for, or in a later period that is published."""
    district = get_district(district_code)
    now = timezone.now()
    limit_lookups(request, now)
    today = timezone.localdate(now)
    days = sorted(
        {max(today, row.in_force.lower) for stage in Stage for row in list_from(district.code, stage, today)}
    )
    found = _zones_by_day(district, school_code, days)
    asked = request.GET.get("on", "")
    day = _day(asked)
    on_day = _zones_by_day(district, school_code, [day] if day else [])
    shown = next(iter((*on_day, *found)), None)
    if shown is None:
        raise SchoolWithoutZone("no zone in force has this school", school=school_code)
    context = {
        "district": district,
        "zone": shown,
        "townships": words_by_township(shown.words.units),
        "days": found,
        "without_zone_on": day if day and not on_day else None,
        "not_understood": asked if asked and day is None else "",
        "base_map": find_current_dataset(district.code, DatasetKind.BASE_MAP),
        "map_review_number": settings.MAP_REVIEW_NUMBER,
    }
    return render(request, "public/school_zone.html", context)


def _are_files_public() -> bool:
    """Say whether strangers may have the files: what they say of places is a map, which needs its number."""
    return bool(settings.PLAN_FILES_PUBLIC and settings.MAP_REVIEW_NUMBER)


def _day(asked: str) -> date | None:
    try:
        return date.fromisoformat(asked)
    except ValueError:
        return None


def _zones_by_day(district: District, school_code: str, days: list[date]) -> list[SchoolZone]:
    """Return the school's zone in every period that has one, each period once."""
    found: dict[object, SchoolZone] = {}
    for day in days:
        try:
            zone = zone_of_school(district.code, school_code, day)
        except SchoolWithoutZone:
            continue
        found.setdefault(zone.plan_id, zone)
    return list(found.values())
