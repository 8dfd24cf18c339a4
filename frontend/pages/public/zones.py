"""Which school is my address zoned to? Answered in words; on a map only where the map has its review number."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.limits import limit_lookups
from common.errors import NotFound
from frontend.pages.districts import find_chosen_district
from frontend.pages.public.missing import MissingForm
from geo_data.models import CatchmentUnit, DatasetKind, District, Stage
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.districts import list_districts
from geo_data.selectors.units import list_units, search_units
from zoning.models import ZonePublication
from zoning.selectors.by_address import (
    AddressAnswer,
    AddressNotInRegister,
    AddressNotSettled,
    zone_of_address,
    zone_of_code,
)
from zoning.selectors.lookup import NoZoneHere, zone_of_unit
from zoning.selectors.publications import list_from

MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the page shows: an answer, places to choose from, units to choose from, or a place without a zone."""

    answer: AddressAnswer | None = None
    unsettled: AddressNotSettled | None = None
    units: tuple[CatchmentUnit, ...] = ()
    without_zone: str = ""
    is_missing: bool = False

    @property
    def needs_bureau(self) -> bool:
        """Say whether only the bureau can answer."""
        return self.is_missing or bool(self.unsettled and self.unsettled.asked)


@require_safe
def zones(request: HttpRequest) -> HttpResponse:
    """Ask for the address, then answer; several places are listed to choose from, never guessed."""
    now = timezone.now()
    district, stage, today = find_chosen_district(request), stage_of(request), timezone.localdate(now)
    periods = list(list_from(district.code, stage, today)) if district else []
    publication, on = _chosen(request, periods, today)
    words, unit, code = (request.GET.get(name, "").strip()[:100] for name in ("q", "unit", "address"))
    outcome = Outcome()
    if publication and district and (words or unit or code):
        limit_lookups(request, now)
        outcome = _outcome(publication, district, stage, on, words=words, unit=unit, code=code)
    context = {
        "districts": list_districts(),
        "district": district,
        "stage": stage,
        "stages": Stage.choices,
        "periods": periods,
        "on": on,
        "publication": publication,
        "words": _shown_words(outcome, words),
        "outcome": outcome,
        "today": today,
        "missing_form": MissingForm(initial={"typed": words}) if outcome.needs_bureau else None,
        "base_map": find_current_dataset(district.code, DatasetKind.BASE_MAP) if district else None,
        "map_review_number": settings.MAP_REVIEW_NUMBER,
    }
    return render(request, "public/zones.html", context)


def stage_of(request: HttpRequest) -> Stage:
    """Return the stage asked for, primary where none is."""
    asked = request.GET.get("stage", "")
    return Stage(asked) if asked in Stage.values else Stage.PRIMARY


def _chosen(
    request: HttpRequest, periods: list[ZonePublication], today: date
) -> tuple[ZonePublication | None, date]:
    """Return the period asked for and a day in it: the one in force today, else the next one to come."""
    by_day = {max(today, row.in_force.lower).isoformat(): row for row in periods}
    asked = request.GET.get("on", "")
    if asked not in by_day:
        asked = next(iter(by_day), "")
    return (by_day[asked], date.fromisoformat(asked)) if asked else (None, today)


def _outcome(
    publication: ZonePublication,
    district: District,
    stage: Stage,
    on: date,
    *,
    words: str,
    unit: str,
    code: str,
) -> Outcome:
    """A code from a list goes first, then a unit, then what was typed: the register, and names of units."""
    try:
        if code or not unit:
            return _by_address(publication, district, stage, on, words=words, code=code)
        return Outcome(AddressAnswer(zone_of_unit(district.code, stage, unit, on), None))
    except NoZoneHere:
        return Outcome(without_zone=_name_of(publication, unit) if unit and not code else words or code)


def _by_address(
    publication: ZonePublication, district: District, stage: Stage, on: date, *, words: str, code: str
) -> Outcome:
    """The register answers or asks back; only where it knows nothing do the names of units speak."""
    asked = code or words
    try:
        ask = zone_of_code if code else zone_of_address
        return Outcome(ask(district.code, stage, asked, on))
    except AddressNotSettled as refusal:
        return Outcome(unsettled=refusal)
    except AddressNotInRegister:
        pass
    units = list(search_units(publication.plan.units_dataset, asked)[:MOST_FOUND])
    named = [row for row in units if row.name == asked]
    if len(named) == 1 or len(units) == 1:
        row = (named or units)[0]
        return Outcome(AddressAnswer(zone_of_unit(district.code, stage, row.code, on), None))
    return Outcome(units=tuple(units), is_missing=not units)


def _name_of(publication: ZonePublication, unit_code: str) -> str:
    row = list_units(publication.plan.units_dataset).filter(code=unit_code).first()
    if row is None:
        raise NotFound("there is no such unit")
    return row.name


def _shown_words(outcome: Outcome, words: str) -> str:
    if outcome.answer is None:
        return words
    address, asked = outcome.answer.address, outcome.answer.asked
    if asked:
        return words or asked
    return address.shown if address else words or outcome.answer.answer.unit_name
