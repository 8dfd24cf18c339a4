"""Which school is my address zoned to? Answered in words; on a map only where the map has its review number."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from common.errors import NotFound
from frontend.pages.districts import find_chosen_district
from geo_data.models import CatchmentUnit, DatasetKind, District, Stage
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.districts import list_districts
from geo_data.selectors.units import list_units, search_units
from zoning.models import ZonePublication
from zoning.selectors.lookup import NoZoneHere, ZoneAnswer, zone_of_unit
from zoning.selectors.publications import find_publication

MOST_FOUND = 12


@require_safe
def zones(request: HttpRequest) -> HttpResponse:
    """Ask for the estate or village, then answer."""
    district = find_chosen_district(request)
    stage = _stage(request)
    today = timezone.localdate()
    publication = find_publication(district.code, stage, today) if district else None
    words, code = request.GET.get("q", "").strip(), request.GET.get("unit", "")
    found = _search(publication, words) if publication and words and not code else []
    if len(found) == 1 or (found and found[0].name == words and found[1].name != words):
        code = found[0].code
    answer, no_zone = _answer(publication, district, stage, code) if publication and code else (None, None)
    context = {
        "districts": list_districts(),
        "district": district,
        "stage": stage,
        "stages": Stage.choices,
        "publication": publication,
        "words": answer.unit_name if answer else words,
        "searched": bool(words or code),
        "found": found if not answer else [],
        "answer": answer,
        "no_zone": no_zone,
        "today": today,
        "base_map": find_current_dataset(district.code, DatasetKind.BASE_MAP) if district else None,
        "map_review_number": settings.MAP_REVIEW_NUMBER,
    }
    return render(request, "public/zones.html", context)


def _stage(request: HttpRequest) -> Stage:
    asked = request.GET.get("stage", "")
    return Stage(asked) if asked in Stage.values else Stage.PRIMARY


def _search(publication: ZonePublication, words: str) -> list[CatchmentUnit]:
    return list(search_units(publication.plan.units_dataset, words)[:MOST_FOUND])


def _answer(
    publication: ZonePublication, district: District | None, stage: Stage, code: str
) -> tuple[ZoneAnswer | None, CatchmentUnit | None]:
    """Return the answer, or the unit that belongs to no zone."""
    if district is None:
        return None, None
    try:
        return zone_of_unit(district.code, stage, code, timezone.localdate()), None
    except NoZoneHere:
        unit = list_units(publication.plan.units_dataset).filter(code=code).first()
        if unit is None:
            raise NotFound("there is no such unit") from None
        return None, unit
